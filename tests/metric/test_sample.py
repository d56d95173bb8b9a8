import pytest
import torch
from torchmetrics import MeanSquaredError, PearsonCorrCoef

from galexp.metric.regression import nmad, pearson, rmse
from galexp.metric.sample import NMAD


@pytest.fixture
def sample():
    generator = torch.Generator().manual_seed(0)
    target = torch.randn(60, 2, generator=generator)
    return target + 0.3 * torch.randn(60, 2, generator=generator), target


CASES = [(NMAD, nmad)]


@pytest.mark.parametrize(("metric_class", "function"), CASES)
@pytest.mark.parametrize("batch_size", [60, 17, 1])
def test_batches_of_any_size_give_the_metric_of_the_sample(metric_class, function, batch_size, sample):
    metric = metric_class()
    for preds, target in zip(*(values.split(batch_size) for values in sample), strict=True):
        metric.update(preds, target)
    torch.testing.assert_close(metric.compute(), function(*sample))


@pytest.mark.parametrize(("metric_class", "function"), CASES)
def test_states_gathered_from_two_ranks_give_the_metric_of_the_sample(metric_class, function, sample):
    preds, target = sample

    def gather(state, group):
        whole = preds if torch.equal(state, preds[:25]) else target
        return [state, whole[25:]]

    metric = metric_class(dist_sync_fn=gather, distributed_available_fn=lambda: True)
    metric.update(preds[:25], target[:25])
    torch.testing.assert_close(metric.compute(), function(preds, target))


@pytest.mark.parametrize(("metric_class", "function"), CASES)
def test_a_reset_forgets(metric_class, function, sample):
    metric = metric_class()
    metric.update(torch.zeros(5, 2), torch.ones(5, 2))
    metric.reset()
    metric.update(*sample)
    torch.testing.assert_close(metric.compute(), function(*sample))


def test_predictions_kept_over_an_epoch_hold_no_graph_and_lose_no_precision(sample):
    preds, target = sample
    metric = NMAD()
    metric.update(preds.bfloat16().requires_grad_(), target)
    assert not metric.preds[0].requires_grad
    assert metric.preds[0].dtype == torch.float32


def test_torchmetrics_own_classes_serve_for_the_rest(sample):
    preds, target = sample
    for metric, function in [
        (MeanSquaredError(squared=False, num_outputs=2), rmse),
        (PearsonCorrCoef(num_outputs=2), pearson),
    ]:
        torch.testing.assert_close(metric(preds, target), function(preds, target))


def test_shapes_that_would_broadcast_are_refused():
    with pytest.raises(ValueError, match=r"preds have shape \[4, 1\], target \[4\]"):
        NMAD().update(torch.zeros(4, 1), torch.zeros(4))
