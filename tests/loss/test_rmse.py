import subprocess
import sys

import pytest
import torch
from sklearn.metrics import root_mean_squared_error
from torch import distributed

from galexp.loss.rmse import RMSELoss, rmse

TWO_RANKS = """
import sys
import torch
from torch import distributed
from galexp.loss.rmse import RMSELoss

rank, store = int(sys.argv[1]), sys.argv[2]
distributed.init_process_group("gloo", init_method="file://" + store, rank=rank, world_size=2)
everything = torch.randn(8, 2, generator=torch.Generator().manual_seed(0)) * torch.arange(1, 9)[:, None]
weight = torch.ones(2, requires_grad=True)
mine = everything[rank::2]
loss = RMSELoss()(mine * weight, torch.zeros_like(mine))
loss.backward()
distributed.all_reduce(weight.grad)
whole = torch.ones(2, requires_grad=True)
expected = (everything * whole).square().mean().sqrt()
expected.backward()
torch.testing.assert_close(loss, expected)
torch.testing.assert_close(weight.grad / 2, whole.grad)
distributed.destroy_process_group()
"""


@pytest.fixture
def sample():
    generator = torch.Generator().manual_seed(0)
    return torch.randn(50, 3, generator=generator), torch.randn(50, 3, generator=generator)


def test_the_loss_equals_that_of_scikit_learn_over_all_targets(sample):
    preds, target = sample
    expected = root_mean_squared_error(target.flatten(), preds.flatten())
    assert rmse(preds, target).item() == pytest.approx(expected, rel=1e-6)


def test_the_gradient_is_finite_at_zero_and_that_of_the_root_elsewhere(sample):
    preds = torch.zeros(5, requires_grad=True)
    rmse(preds, torch.zeros(5)).backward()
    assert not preds.grad.any()
    preds, target = (values.double() for values in sample)
    assert torch.autograd.gradcheck(lambda p: rmse(p, target), preds.requires_grad_())


def test_the_error_is_taken_in_float32_under_autocast():
    preds = torch.full((4,), 9.0, dtype=torch.bfloat16)
    with torch.autocast("cpu", torch.bfloat16):
        loss = rmse(preds, torch.full((4,), 8.99))
    assert loss.dtype == torch.float32
    assert loss.item() == pytest.approx(0.01, rel=1e-3)


def test_missing_targets_show(sample):
    preds, target = sample
    target[3, 1] = torch.nan
    assert rmse(preds, target).isnan()


def test_the_module_in_one_process_is_the_function(sample):
    preds, target = sample
    assert torch.equal(RMSELoss()(preds.requires_grad_(), target), rmse(preds, target))


def test_a_group_of_one_rank_has_the_gradient_of_the_function(sample, tmp_path):
    preds, target = sample
    alone, grouped = preds.clone().requires_grad_(), preds.clone().requires_grad_()
    rmse(alone, target).backward()
    distributed.init_process_group("gloo", init_method=f"file://{tmp_path}/store", rank=0, world_size=1)
    try:
        loss = RMSELoss()(grouped, target)
    finally:
        distributed.destroy_process_group()
    loss.backward()
    torch.testing.assert_close(loss, rmse(preds, target))
    torch.testing.assert_close(grouped.grad, alone.grad)


@pytest.mark.slow
def test_two_ranks_share_the_rmse_of_the_global_batch_and_its_gradient(tmp_path):
    arguments = [[sys.executable, "-c", TWO_RANKS, str(rank), str(tmp_path / "store")] for rank in range(2)]
    ranks = [subprocess.Popen(each, stderr=subprocess.PIPE) for each in arguments]
    outcomes = [rank.communicate(timeout=60) for rank in ranks]
    assert [rank.returncode for rank in ranks] == [0, 0], outcomes


def test_shapes_that_would_broadcast_are_refused():
    with pytest.raises(ValueError, match=r"preds have shape \[4, 1\], target \[4\]"):
        rmse(torch.zeros(4, 1), torch.zeros(4))
