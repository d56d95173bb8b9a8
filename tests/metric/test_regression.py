import numpy as np
import pytest
import torch
from scipy import stats
from sklearn.metrics import mean_absolute_error, root_mean_squared_error

from galexp.metric.regression import bias, mae, nmad, normalized_rmse, pearson, rmse, slope

METRICS = [rmse, normalized_rmse, mae, nmad, bias, pearson, slope]


@pytest.fixture
def sample():
    generator = torch.Generator().manual_seed(0)
    target = torch.randn(101, 2, generator=generator, dtype=torch.float64) * torch.tensor([0.5, 3.0])
    return 0.7 * target + 0.2 * torch.randn(101, 2, generator=generator, dtype=torch.float64) + 0.1, target


REFERENCES = {
    rmse: lambda p, t: root_mean_squared_error(t, p),
    normalized_rmse: lambda p, t: root_mean_squared_error(t, p) / np.std(t, ddof=1),
    mae: lambda p, t: mean_absolute_error(t, p),
    nmad: lambda p, t: 1.4826 * stats.median_abs_deviation(p - t),
    bias: lambda p, t: np.mean(p - t),
    pearson: lambda p, t: stats.pearsonr(p, t).statistic,
    slope: lambda p, t: stats.linregress(t, p).slope,
}


@pytest.mark.parametrize("rows", [101, 100, 2])
@pytest.mark.parametrize("metric", METRICS)
def test_each_target_equals_the_reference(metric, rows, sample):
    preds, target = (values[:rows] for values in sample)
    expected = [REFERENCES[metric](preds[:, i].numpy(), target[:, i].numpy()) for i in range(2)]
    torch.testing.assert_close(metric(preds, target), torch.tensor(expected, dtype=torch.float64))


@pytest.mark.parametrize("metric", METRICS)
def test_the_order_of_rows_does_not_matter(metric, sample):
    order = torch.randperm(101, generator=torch.Generator().manual_seed(1))
    torch.testing.assert_close(metric(*(values[order] for values in sample)), metric(*sample))


@pytest.mark.parametrize("metric", METRICS)
def test_a_single_target_without_an_axis_gives_a_number(metric, sample):
    preds, target = sample
    torch.testing.assert_close(metric(preds[:, 0], target[:, 0]), metric(preds, target)[0])


@pytest.mark.parametrize("metric", METRICS)
def test_half_precision_is_computed_in_float32(metric, sample):
    preds, target = (values.bfloat16() for values in sample)
    assert torch.equal(metric(preds, target), metric(preds.float(), target.float()))


def test_nmad_of_gaussian_residuals_is_their_sigma():
    residuals = 0.3 * torch.randn(400_000, generator=torch.Generator().manual_seed(0))
    assert nmad(residuals, torch.zeros_like(residuals)).item() == pytest.approx(0.3, rel=0.005)


def test_nmad_ignores_a_constant_bias_and_a_few_outliers(sample):
    preds, target = sample
    torch.testing.assert_close(nmad(preds + 5, target), nmad(preds, target))
    wild = torch.cat([preds, torch.full((2, 2), 1e6)])
    assert (nmad(wild, torch.cat([target, torch.zeros(2, 2)])) / nmad(preds, target) - 1).abs().max() < 0.1


@pytest.mark.parametrize(("ddof", "expected"), [(0, 1.0), (1, (100 / 101) ** 0.5)])
def test_the_mean_predictor_has_a_normalized_rmse_of_one(ddof, expected, sample):
    _, target = sample
    score = normalized_rmse(target.mean(0).expand_as(target), target, ddof=ddof)
    torch.testing.assert_close(score, torch.full_like(score, expected))


def test_normalized_rmse_and_pearson_ignore_the_unit(sample):
    preds, target = sample
    for metric in (normalized_rmse, pearson):
        torch.testing.assert_close(metric(2.5 * preds + 9, 2.5 * target + 9), metric(preds, target))


NAN = float("nan")


@pytest.mark.parametrize(
    ("metric", "empty", "one_row", "constant_target"),
    [
        (rmse, NAN, 1.0, 0.5**0.5),
        (normalized_rmse, NAN, NAN, NAN),
        (nmad, NAN, 0.0, 0.7413),
        (mae, NAN, 1.0, 0.5),
        (bias, NAN, 1.0, 0.5),
        (pearson, NAN, NAN, NAN),
        (slope, NAN, NAN, NAN),
    ],
)
def test_degenerate_samples_give_nan_and_no_warning(metric, empty, one_row, constant_target):
    preds, target = torch.tensor([1.1, 0.1]), torch.tensor([0.1, 0.1])
    outcomes = torch.stack([metric(preds[:n], target[:n]) for n in range(3)])
    torch.testing.assert_close(outcomes, torch.tensor([empty, one_row, constant_target]), equal_nan=True)


def test_a_normalized_rmse_by_numpys_deviation_is_nan_for_one_row():
    assert normalized_rmse(torch.ones(1), torch.zeros(1), ddof=0).isnan()


def test_constant_predictions_have_a_slope_of_zero_and_no_correlation():
    preds, target = torch.full((5,), 0.1), torch.arange(5.0)
    assert slope(preds, target).item() == pytest.approx(0, abs=1e-7)
    assert pearson(preds, target).isnan()


@pytest.mark.parametrize("metric", METRICS)
def test_a_missing_value_spoils_its_own_target_only(metric, sample):
    preds, target = (values.clone() for values in sample)
    target[7, 0] = torch.nan
    assert metric(preds, target).isnan().tolist() == [True, False]


@pytest.mark.parametrize("metric", METRICS)
def test_shapes_that_would_broadcast_are_refused(metric):
    with pytest.raises(ValueError, match=r"preds have shape \[4, 1\], target \[4\]"):
        metric(torch.zeros(4, 1), torch.zeros(4))
