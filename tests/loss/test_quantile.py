import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy import stats
from sklearn.metrics import mean_pinball_loss

from galexp.loss.quantile import QuantileLoss, pinball

LEVELS = (0.05, 0.16, 0.5, 0.84, 0.95)


@pytest.fixture
def sample():
    generator = torch.Generator().manual_seed(0)
    return torch.randn(60, 2, 5, generator=generator), torch.randn(60, 2, generator=generator)


def test_the_loss_is_that_of_scikit_learn_averaged_over_levels(sample):
    outputs, target = sample
    loss = QuantileLoss(LEVELS)
    quantiles = loss.quantiles(outputs)
    expected = [mean_pinball_loss(target, quantiles[..., i], alpha=level) for i, level in enumerate(LEVELS)]
    assert loss(outputs, target).item() == pytest.approx(np.mean(expected), rel=1e-6)


def test_the_loss_of_the_median_is_half_the_mean_absolute_error(sample):
    outputs, target = sample
    median = outputs[..., :1]
    found = pinball(median, target, torch.tensor([0.5]))
    torch.testing.assert_close(found, (median[..., 0] - target).abs().mean() / 2)


@pytest.mark.parametrize("level", LEVELS)
def test_the_best_constant_is_the_quantile_of_the_sample(level):
    target = torch.distributions.Exponential(1.0).sample((999,)).double()
    candidates = torch.cat([target, torch.linspace(-1, 8, 500, dtype=torch.float64)])
    levels = torch.tensor([level], dtype=torch.float64)
    losses = torch.stack([pinball(q.expand(999, 1), target, levels) for q in candidates])
    expected = torch.tensor(np.quantile(target, level, method="inverted_cdf"))
    assert pinball(expected.expand(999, 1), target, levels) <= losses.min() + 1e-12


@settings(max_examples=50, deadline=None)
@given(arrays(np.float32, (3, 2, 5), elements=st.floats(-1e3, 1e3, width=32)))
def test_quantiles_never_cross(outputs):
    quantiles = QuantileLoss(LEVELS).quantiles(torch.from_numpy(outputs))
    assert (quantiles.diff(dim=-1) >= 0).all()
    assert torch.equal(quantiles[..., 2], torch.from_numpy(outputs)[..., 2])


def test_what_is_read_is_the_median_and_then_the_rest_in_order(sample):
    loss = QuantileLoss(LEVELS)
    assert loss.columns == ("pred", "q05", "q16", "q84", "q95")
    read, quantiles = loss.read(sample[0]), loss.quantiles(sample[0])
    assert torch.equal(read, quantiles[..., [2, 0, 1, 3, 4]])
    assert loss.widths == frozenset()


def test_the_start_is_the_quantiles_of_a_gaussian():
    loss = QuantileLoss(LEVELS)
    mean, std = torch.tensor([8.9, -1.0], dtype=torch.float64), torch.tensor([0.2, 3.0], dtype=torch.float64)
    expected = stats.norm(mean[:, None], std[:, None]).ppf(np.array(LEVELS))
    np.testing.assert_allclose(loss.quantiles(loss.start(mean, std)), expected, atol=1e-6)


def test_targets_all_alike_have_a_start_too():
    loss = QuantileLoss(LEVELS)
    start = loss.start(torch.tensor([3.0]), torch.tensor([0.0]))
    assert start.isfinite().all()
    assert loss.quantiles(start)[0].tolist() == pytest.approx([3.0] * 5, abs=1e-5)


def test_a_median_alone_and_one_sided_levels_are_possible(sample):
    outputs, target = sample
    alone = QuantileLoss([0.5])
    assert (alone.outputs, alone.columns) == (1, ("pred",))
    assert alone.start(torch.tensor([2.0]), torch.tensor([1.0])).tolist() == [[2.0]]
    upper = QuantileLoss([0.5, 0.9, 0.975])
    assert upper.columns == ("pred", "q90", "q975")
    assert upper(outputs[..., :3], target).isfinite()


def test_a_shift_and_a_scale_of_the_target_shift_and_scale_the_loss(sample):
    outputs, target = (values.double() for values in sample)
    quantiles, levels = QuantileLoss(LEVELS).quantiles(outputs), torch.tensor(LEVELS)
    torch.testing.assert_close(
        pinball(3 * quantiles + 9, 3 * target + 9, levels), 3 * pinball(quantiles, target, levels)
    )


def test_the_levels_are_no_part_of_a_checkpoint():
    assert QuantileLoss(LEVELS).state_dict() == {}


def test_missing_targets_show(sample):
    outputs, target = sample
    target[3, 1] = torch.nan
    assert QuantileLoss(LEVELS)(outputs, target).isnan()


@pytest.mark.parametrize("levels", [(0.1, 0.9), (0.5, 0.16), (0.0, 0.5), (0.5, 1.0), (0.5, 0.5), ()])
def test_levels_that_do_not_rise_about_the_median_are_refused(levels):
    with pytest.raises(ValueError, match=r"expected rising numbers between 0 and 1 with 0\.5 among them"):
        QuantileLoss(levels)


def test_outputs_of_other_levels_are_refused(sample):
    outputs, target = sample
    with pytest.raises(ValueError, match=r"expected \[60, 2, 3\], 3 outputs per target"):
        QuantileLoss([0.16, 0.5, 0.84])(outputs, target)
