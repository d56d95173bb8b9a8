import copy

import pytest
import pytorch_lightning
import torch
from torch import nn
from torch.optim.lr_scheduler import OneCycleLR

from galexp.optimizer.groups import decay_groups
from galexp.optimizer.ranger import ranger


def steps(optimizer, parameter, gradients):
    values = []
    for gradient in gradients:
        parameter.grad = torch.full_like(parameter, gradient)
        optimizer.step()
        values.append(parameter.item())
    return values


@pytest.fixture
def weight():
    return nn.Parameter(torch.zeros(1))


def test_it_is_an_optimizer_of_torch(weight):
    assert isinstance(ranger([weight], lr=0.1), torch.optim.Optimizer)


def test_slow_weights_are_born_with_the_optimizer(weight):
    # Betas of (0, 0.5) keep the variance unknown for ever, so that each step is one of unit length.
    optimizer = ranger([weight], lr=1.0, betas=(0.0, 0.5))
    assert steps(optimizer, weight, [-1.0] * 12) == [1, 2, 3, 4, 5, 3, 4, 5, 6, 7, 8, 6]


@pytest.mark.parametrize(("k", "alpha"), [(6, 0.5), (5, 0.5), (3, 0.8), (1, 0.25)])
def test_every_kth_step_goes_the_share_alpha_of_the_way_from_the_slow_weights(weight, k, alpha):
    optimizer = ranger([weight], lr=1.0, betas=(0.0, 0.5), k=k, alpha=alpha)
    expected, slow, fast = [], 0.0, 0.0
    for step in range(1, 13):
        fast += 1.0
        if step % k == 0:
            slow += alpha * (fast - slow)
            fast = slow
        expected.append(fast)
    assert steps(optimizer, weight, [-1.0] * 12) == pytest.approx(expected)


def test_parameters_without_a_gradient_neither_move_nor_decay():
    moving, still = nn.Parameter(torch.ones(2, 2)), nn.Parameter(torch.ones(2, 2))
    optimizer = ranger([{"params": [moving]}, {"params": [still]}], lr=0.1, weight_decay=0.5)
    for _ in range(7):
        moving.grad = torch.ones(2, 2)
        optimizer.step()
    assert torch.equal(still, torch.ones(2, 2))
    assert not torch.equal(moving, torch.ones(2, 2))


def test_the_variance_is_rectified_from_step_6_on(weight):
    optimizer = ranger([weight], lr=1.0, k=100)
    moves = torch.tensor([0.0, *steps(optimizer, weight, [-10.0] * 7)]).diff()
    torch.testing.assert_close(moves[:5], torch.full((5,), 10.0))
    rho_infinity = 2 / (1 - 0.999) - 1
    for step in (6, 7):
        rho = rho_infinity - 2 * step * 0.999**step / (1 - 0.999**step)
        ratio = (rho - 4) * (rho - 2) * rho_infinity / ((rho_infinity - 4) * (rho_infinity - 2) * rho)
        assert moves[step - 1].item() == pytest.approx(ratio**0.5, rel=1e-4)


def test_weight_decay_multiplies_decayed_parameters_by_one_minus_rate_times_decay():
    model = nn.Linear(1, 1)
    before = copy.deepcopy(model.state_dict())
    optimizer = ranger(decay_groups(model), lr=0.1, weight_decay=0.5)
    for _ in range(3):
        for parameter in model.parameters():
            parameter.grad = torch.zeros_like(parameter)
        optimizer.step()
    torch.testing.assert_close(model.weight.data, before["weight"] * (1 - 0.1 * 0.5) ** 3)
    assert torch.equal(model.bias.data, before["bias"])


def test_a_saved_state_continues_as_if_nothing_had_happened(tmp_path):
    first, second = nn.Parameter(torch.ones(3)), nn.Parameter(torch.ones(3))
    gradients = torch.randn(20, 3, generator=torch.Generator().manual_seed(0))
    optimizers = []
    for parameter in (first, second):
        optimizer = ranger([parameter], lr=0.1)
        schedule = OneCycleLR(optimizer, max_lr=0.1, total_steps=20)
        for index, gradient in enumerate(gradients):
            if parameter is second and index == 8:
                torch.save((optimizer.state_dict(), schedule.state_dict()), tmp_path / "state.pt")
                optimizer = ranger([parameter], lr=0.7)
                schedule = OneCycleLR(optimizer, max_lr=0.7, total_steps=20)
                saved = torch.load(tmp_path / "state.pt", weights_only=True)
                optimizer.load_state_dict(saved[0])
                schedule.load_state_dict(saved[1])
            parameter.grad = gradient.clone()
            optimizer.step()
            if index < 19:
                schedule.step()
        optimizers.append(optimizer)
    assert torch.equal(first, second)


class Line(pytorch_lightning.LightningModule):
    def __init__(self):
        super().__init__()
        torch.manual_seed(0)
        self.layer = nn.Linear(4, 1)

    def training_step(self, batch, _index):
        return self.layer(batch[0]).square().mean()

    def configure_optimizers(self):
        optimizer = ranger(decay_groups(self), lr=0.01, weight_decay=1e-3)
        schedule = OneCycleLR(optimizer, max_lr=0.01, total_steps=16)
        return {"optimizer": optimizer, "lr_scheduler": {"scheduler": schedule, "interval": "step"}}


def fit(folder, epochs, checkpoint=None):
    data = torch.utils.data.TensorDataset(torch.randn(32, 4, generator=torch.Generator().manual_seed(0)))
    quiet = {"logger": False, "enable_progress_bar": False, "enable_model_summary": False}
    trainer = pytorch_lightning.Trainer(
        max_epochs=epochs, accelerator="cpu", devices=1, default_root_dir=folder, enable_checkpointing=False, **quiet
    )
    model = Line()
    trainer.fit(model, torch.utils.data.DataLoader(data, batch_size=8), ckpt_path=checkpoint)
    trainer.save_checkpoint(folder / "last.ckpt")
    return model


@pytest.mark.filterwarnings("ignore:.*does not have many workers:UserWarning")
@pytest.mark.filterwarnings("ignore:.*LeafSpec.* is deprecated:FutureWarning")
def test_lightning_resumes_it_from_a_checkpoint(tmp_path):
    whole = fit(tmp_path, 4)
    fit(tmp_path, 2)
    resumed = fit(tmp_path, 4, checkpoint=tmp_path / "last.ckpt")
    assert torch.equal(whole.layer.weight, resumed.layer.weight)
    assert not torch.equal(whole.layer.weight, Line().layer.weight)
