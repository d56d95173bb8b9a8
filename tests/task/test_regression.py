"""Claims about learning numbers from images."""

from __future__ import annotations

import numpy as np
import pytest
import pytorch_lightning as pl
import torch

from galexp.config import compose
from galexp.datamodule import GalaxyDataModule
from galexp.evaluation.predict import predict_rows
from galexp.split.base import TEST, TRAIN, VAL
from galexp.task.build import build_task
from galexp.trainer import quiet

ROLES = np.array([TRAIN] * 6 + [VAL] * 2 + [TEST] * 2)


@pytest.fixture
def datamodule(data):
    return GalaxyDataModule(data, ROLES, ["metallicity"], image_size=16, batch_size=4)


def make(*words, bands=3):
    base = ["size=tiny", "model=small_cnn", "dataset.targets=[metallicity]", "datamodule.image_size=16"]
    return build_task(compose([*base, *words]), bands)


def trainer_of(folder, **options):
    quietly = {"enable_progress_bar": False, "enable_model_summary": False, "enable_checkpointing": False}
    return pl.Trainer(
        accelerator="cpu",
        logger=False,
        default_root_dir=folder,
        use_distributed_sampler=False,
        num_sanity_val_steps=0,
        **quietly,
        **options,
    )


def test_the_number_of_outputs_is_the_number_of_targets_and_bands_come_from_the_data():
    task = make("task.targets=[a,b,c]", bands=5)
    assert task(torch.rand(2, 5, 16, 16)).shape == (2, 3)


def test_the_last_bias_starts_at_the_mean_of_the_training_targets(datamodule):
    task = make()
    task.learn_statistics(datamodule)
    mean = datamodule.truth[:6].mean()
    assert task.network.get_classifier().bias.item() == pytest.approx(mean)
    assert task.target_mean.item() == 0
    assert task.target_std.item() == 1


def test_a_last_layer_with_a_place_for_it_keeps_the_unit_of_each_of_its_outputs(datamodule):
    words = ("model=representation", "model.widths=[4,8]", "task.standardize=true", "loss=gaussian_nll")
    task = make(*words)
    task.learn_statistics(datamodule)
    truth = datamodule.truth[:6]
    expected = [[truth.mean()] * 2, [truth.std()] * 2]
    np.testing.assert_allclose(task.network.get_classifier().unit, expected, rtol=1e-5)
    other = make(*words)
    other.network.load_state_dict(task.network.state_dict())
    other.take_unit()
    assert (other.target_mean.item(), other.target_std.item()) == (task.target_mean.item(), task.target_std.item())


def test_standardized_targets_have_the_mean_and_spread_of_the_training_rows(datamodule):
    task = make("task.standardize=true")
    task.learn_statistics(datamodule)
    assert task.target_mean.item() == pytest.approx(datamodule.truth[:6].mean())
    assert task.target_std.item() == pytest.approx(datamodule.truth[:6].std())
    torch.nn.init.zeros_(task.network.get_classifier().weight)
    torch.nn.init.ones_(task.network.get_classifier().bias)
    one_sigma = task.eval()(torch.rand(1, 3, 16, 16)).item()
    assert one_sigma == pytest.approx(datamodule.truth[:6].mean() + datamodule.truth[:6].std())


def test_the_loss_of_standardized_targets_is_in_units_of_their_spread(datamodule):
    task = make("task.standardize=true")
    task.learn_statistics(datamodule)
    truth = torch.tensor([[8.0], [9.0]])
    outputs = (truth - task.target_mean) / task.target_std + 1
    assert task.objective(outputs, truth).item() == pytest.approx(1, abs=1e-5)
    torch.testing.assert_close(task.read(outputs), truth + task.target_std)


@pytest.mark.parametrize("standardize", ["false", "true"])
def test_a_likelihood_reads_mean_and_width_in_the_unit_of_the_target(datamodule, standardize):
    task = make("loss=gaussian_nll", f"task.standardize={standardize}")
    task.learn_statistics(datamodule)
    torch.nn.init.zeros_(task.network.get_classifier().weight)
    truth = datamodule.truth[:6, 0]
    pred, sigma = task.eval()(torch.rand(1, 3, 16, 16))[0].tolist()
    assert pred == pytest.approx(truth.mean())
    assert sigma == pytest.approx(truth.std(), rel=1e-3)
    assert list(task.named(np.array([[8.9, 0.1]]))) == [("pred", "metallicity"), ("sigma", "metallicity")]


def test_quantiles_lie_around_the_median_in_the_unit_of_the_target(datamodule):
    task = make("loss=quantile", "task.standardize=true")
    task.learn_statistics(datamodule)
    torch.nn.init.zeros_(task.network.get_classifier().weight)
    found = task.eval()(torch.rand(1, 3, 16, 16)).detach().numpy()
    named = {kind: values[0] for (kind, _), values in task.named(found).items()}
    assert named["q05"] < named["q16"] < named["pred"] < named["q84"] < named["q95"]
    truth = datamodule.truth[:6, 0]
    assert named["q84"] - named["q16"] == pytest.approx(2 * 0.9945 * truth.std(), rel=1e-3)


def test_the_training_error_is_of_the_predictions_and_not_of_the_widths(datamodule):
    task = make("loss=gaussian_nll", "task.targets=[a,b]")
    outputs = torch.tensor([[1.0, 50.0, 2.0, 50.0]])
    task.update_train_error(outputs, torch.tensor([[0.0, 3.0]]))
    assert task.train_error.compute().item() == pytest.approx(1.0)


def test_a_monochrome_network_sees_the_mean_of_the_bands(datamodule, data):
    task = make("model.monochrome=true")
    task.learn_statistics(datamodule)
    gray = np.stack([data.pixels(row) for row in range(6)]).mean(3) / 255
    assert task.network.normalize.mean.item() == pytest.approx(gray.mean(), abs=1e-6)
    assert task.network.normalize.std.item() == pytest.approx(gray.std(), abs=1e-6)
    images = torch.rand(2, 3, 16, 16)
    task.eval()
    torch.testing.assert_close(task(images), task(images[:, [2, 0, 1]]))


def test_layers_that_never_train_stay_with_all_that_their_norms_measured(datamodule, tmp_path):
    task = make("layers.frozen=2")
    task.learn_statistics(datamodule)
    before = {name: value.clone() for name, value in task.state_dict().items()}
    with quiet():
        trainer_of(tmp_path, max_epochs=1, log_every_n_steps=1).fit(task, datamodule)
    moved = {name for name, value in task.state_dict().items() if not torch.equal(before[name], value)}
    assert not [name for name in moved if name.startswith(("network.model.blocks.0", "network.model.blocks.1"))]
    assert [name for name in moved if name.startswith("network.model.blocks.2")]


def test_layers_have_rates_of_their_own(datamodule):
    task = make("layers.rates=[0.1,1]", "optimizer=sgd", "optimizer.lr=0.5", "schedule=constant")
    optimizer, _ = task.make_optimizer_and_schedule(10)
    rates = [group["lr"] for group in optimizer.param_groups]
    assert rates == [0.05, 0.05, 0.5, 0.5]
    head = task.network.get_classifier().weight
    assert any(parameter is head for parameter in optimizer.param_groups[2]["params"])


def test_factors_of_layers_are_refused_as_they_were_given():
    task = make("layers.rates=[0.1,-1]", "optimizer.lr=0.5")
    with pytest.raises(ValueError, match=r"layers\.rates are \[0\.1, -1\]; expected numbers above 0"):
        task.make_optimizer_and_schedule(10)


def test_a_plateau_needs_validation_rows(datamodule, tmp_path):
    task = make("schedule=plateau")
    with quiet(), pytest.raises(ValueError, match=r"waits for a plateau of val/rmse, and there are no validation rows"):
        trainer_of(tmp_path, max_epochs=1, limit_val_batches=0).fit(task, datamodule)


def test_a_plateau_lowers_the_rate_by_the_validation_error(datamodule, tmp_path):
    words = ("schedule=plateau", "schedule.patience=0", "optimizer=sgd", "optimizer.lr=1000")
    task = make(*words)
    task.learn_statistics(datamodule)
    with quiet():
        trainer = trainer_of(tmp_path, max_epochs=4, log_every_n_steps=1)
        trainer.fit(task, datamodule)
    assert trainer.optimizers[0].param_groups[0]["lr"] < 1000


def test_images_are_normalized_by_the_training_images(datamodule, data):
    task = make()
    task.learn_statistics(datamodule)
    pixels = np.stack([data.pixels(row) for row in range(6)]) / 255
    mean, std = task.network.normalize.mean.flatten(), task.network.normalize.std.flatten()
    np.testing.assert_allclose(mean, pixels.mean((0, 1, 2)), atol=1e-5)
    np.testing.assert_allclose(std, pixels.std((0, 1, 2)), atol=1e-5)


def test_normalization_is_that_of_imagenet_or_none_where_asked(datamodule):
    for word, mean in (("imagenet", [0.485, 0.456, 0.406]), ("none", [0, 0, 0])):
        task = make(f"task.normalize={word}")
        task.learn_statistics(datamodule)
        assert task.network.normalize.mean.flatten().tolist() == pytest.approx(mean)
    with pytest.raises(ValueError, match=r"task\.normalize is 'imagnet'; choose from train, imagenet, none"):
        make("task.normalize=imagnet")
    with pytest.raises(ValueError, match=r"task\.normalize=imagenet needs 3 bands, this network sees 5"):
        make("task.normalize=imagenet", bands=5)


def test_a_metallicity_keeps_its_digits_under_bf16(datamodule):
    task = make()
    task.learn_statistics(datamodule)
    torch.nn.init.zeros_(task.network.get_classifier().weight)
    torch.nn.init.constant_(task.network.get_classifier().bias, 8.95)
    with torch.autocast("cpu", torch.bfloat16):
        assert task.eval()(torch.rand(1, 3, 16, 16)).item() == pytest.approx(8.95, abs=1e-6)


def test_the_validation_error_is_over_all_rows_at_once(datamodule, tmp_path):
    task = make("transform=none")
    task.learn_statistics(datamodule)
    with quiet():
        (found,) = trainer_of(tmp_path).validate(task, datamodule.predict_loader(np.arange(10)), verbose=False)
        plain, _ = predict_rows(trainer_of(tmp_path), task, datamodule, np.arange(10))
    assert found["val/rmse"] == pytest.approx(np.sqrt(np.mean((plain - datamodule.truth) ** 2)), rel=1e-5)


def test_training_ends_in_the_same_weights_whatever_was_drawn_before(datamodule, tmp_path):
    ends = []
    for drawn in (0, 5):
        torch.manual_seed(1)
        task = make("model.dropout=0.5")
        task.learn_statistics(datamodule)
        torch.rand(drawn)
        with quiet():
            trainer_of(tmp_path, max_epochs=2, log_every_n_steps=1).fit(task, datamodule)
        ends.append(task.state_dict())
    assert all(torch.equal(ends[0][name], value) for name, value in ends[1].items())


def test_an_order_of_training_is_saved_as_the_epoch_that_comes_next(datamodule, tmp_path):
    trainer = trainer_of(tmp_path, max_epochs=3)
    with quiet():
        trainer.fit(make(), datamodule)
    assert datamodule.state_dict() == {"epoch": 3, "batches": 0, "processes": 1, "num_workers": 0}
    first = list(datamodule.train_dataloader().sampler)
    datamodule.load_state_dict({"epoch": 3, "batches": 0})
    resumed = datamodule.train_dataloader().sampler
    assert list(resumed) != first
    resumed.set_epoch(0)
    assert list(resumed) == first
