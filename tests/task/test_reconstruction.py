"""Claims about learning from images alone."""

from __future__ import annotations

import functools
import json

import numpy as np
import pytest
import pytorch_lightning as pl
import torch
from torch.distributions import Normal, kl_divergence

from galexp.catalog.parquet import read_parquet
from galexp.config import compose
from galexp.datamodule import GalaxyDataModule
from galexp.evaluation.run import evaluate
from galexp.split.assign import assign_roles
from galexp.split.base import TEST, TRAIN, VAL
from galexp.split.random import RandomSplit
from galexp.task.build import build_task
from galexp.task.reconstruction import Reconstruction
from galexp.trainer import quiet

ROLES = np.array([TRAIN] * 6 + [VAL] * 2 + [TEST] * 2)
SMALL = ("model=vae", "model.widths=[4,8]", "model.latent_dim=3", "model.hidden=8", "model.channels=2")


@pytest.fixture
def datamodule(data):
    return GalaxyDataModule(data, ROLES, [], image_size=16, batch_size=4)


@functools.cache
def composed(*words):
    return compose(["size=tiny", "task=reconstruction", *SMALL, "datamodule.image_size=16", "transform=none", *words])


def make(*words, bands=3):
    torch.manual_seed(0)
    return build_task(composed(*words), bands)


def trainer_of(folder, **options):
    quietly = {"enable_progress_bar": False, "enable_model_summary": False, "enable_checkpointing": False}
    facts = {"accelerator": "cpu", "logger": False, "default_root_dir": folder, "use_distributed_sampler": False}
    return pl.Trainer(num_sanity_val_steps=0, **facts, **quietly, **options)


def images_of(datamodule, rows):
    return datamodule.images[list(rows)].float() / 255


@torch.no_grad()
def test_what_is_said_of_an_image_is_its_error_over_all_pixels_and_its_latent_means(datamodule):
    task, images = make().eval(), images_of(datamodule, range(4))
    task.learn_statistics(datamodule)
    found = task.vae.reconstruct(task.network.normalize(images), sample=False)
    expected = (found.image - images).square().mean((1, 2, 3)).sqrt()
    torch.testing.assert_close(task(images), torch.cat([expected[:, None], found.mean], 1))
    columns = task.named(task(images).numpy())
    assert list(columns) == [("reconstruction", "rmse"), ("latent", "00"), ("latent", "01"), ("latent", "02")]


@torch.no_grad()
def test_a_monochrome_network_reconstructs_the_mean_of_the_bands(datamodule):
    task, images = make("model.monochrome=true").eval(), images_of(datamodule, range(4))
    found = task.vae.reconstruct(images.mean(1, keepdim=True), sample=False)
    expected = (found.image - images.mean(1, keepdim=True)).square().mean((1, 2, 3)).sqrt()
    torch.testing.assert_close(task(images)[:, 0], expected)


@pytest.mark.parametrize(("epoch", "weight"), [(0, 0.0), (1, 0.25), (2, 0.5), (7, 0.5)])
def test_the_objective_is_error_and_divergence_in_the_weight_of_its_epoch(datamodule, epoch, weight, monkeypatch):
    task, images = make("loss.beta=0.5", "loss.warm_up=2").eval(), images_of(datamodule, range(4))
    monkeypatch.setattr(Reconstruction, "current_epoch", epoch)
    image, mean, log_variance = task.vae.reconstruct(images, sample=False)
    error = (image - images).square().sum() / 4
    divergence = kl_divergence(Normal(mean, (log_variance / 2).exp()), Normal(0.0, 1.0)).sum() / 4
    loss = task.objective(task.outputs(images), torch.empty(4, 0))
    torch.testing.assert_close(loss, error + weight * divergence)


def test_the_decoder_starts_at_the_mean_of_each_band(datamodule):
    task = make()
    task.learn_statistics(datamodule)
    bias = task.vae.decoder.to_image.bias.sigmoid()
    torch.testing.assert_close(bias, images_of(datamodule, range(6)).mean((0, 2, 3)), atol=1e-5, rtol=0)


def test_the_validation_error_is_over_all_pixels_of_all_rows(datamodule, tmp_path):
    task = make()
    task.learn_statistics(datamodule)
    with quiet():
        (found,) = trainer_of(tmp_path).validate(task, datamodule.predict_loader(np.arange(10)), verbose=False)
    images = images_of(datamodule, range(10))
    with torch.no_grad():
        image, mean, log_variance = task.eval().vae.reconstruct(task.network.normalize(images), sample=False)
    divergence = kl_divergence(Normal(mean, (log_variance / 2).exp()), Normal(0.0, 1.0)).sum(1).mean()
    assert found["val/rmse"] == pytest.approx((image - images).square().mean().sqrt().item(), rel=1e-5)
    assert found["val/kl"] == pytest.approx(divergence.item(), rel=1e-5)


def test_training_brings_images_nearer_and_ends_alike_whatever_was_drawn_before(datamodule, tmp_path):
    ends, images = [], images_of(datamodule, range(4))
    for drawn in (0, 5):
        task = make("optimizer=adamw", "optimizer.lr=0.01")
        task.learn_statistics(datamodule)
        before = task.eval()(images)[:, 0].mean()
        torch.rand(drawn)
        with quiet():
            trainer_of(tmp_path, max_epochs=20).fit(task.train(), datamodule)
        assert task.eval()(images)[:, 0].mean() < before
        ends.append(task.state_dict())
    assert all(torch.equal(ends[0][name], value) for name, value in ends[1].items())


def test_rows_without_a_target_are_learned_from_all_the_same(data):
    data.catalog["metallicity"] = np.nan
    roles, aside = assign_roles(RandomSplit(test_fraction=0.2, val_fraction=0.0), data.catalog, [])
    assert np.sum(roles == TRAIN) == 8
    assert not aside


def test_reconstructions_are_scored_beside_the_mean_image(datamodule, tmp_path):
    task = make()
    task.learn_statistics(datamodule)
    with quiet():
        result = evaluate(trainer_of(tmp_path), task, datamodule, (), draws=0, seed=0)
    images = images_of(datamodule, range(10)).numpy()
    errors = np.asarray(result.of_role(TEST)["reconstruction_rmse"])
    scores = result.scores["test"]["pixels"]["all"]
    assert scores["network"] == {"n": 2, "rmse": pytest.approx(np.sqrt(np.mean(errors**2)))}
    assert scores["mean"]["rmse"] == pytest.approx(np.std(images[8:] - images[:8].mean(0), mean=0.0), rel=1e-6)
    assert list(result.scores["val"]["pixels"]["all"]) == ["network"]


def test_a_regression_on_the_features_of_a_run_moves_its_last_layer_alone(desk):
    words = ["model=vae", "model.hidden=16", "model.widths=[4,8]", "trainer.limit_train_batches=3"]
    before = desk.train(*words, "task=reconstruction", "loss.warm_up=0")
    table = read_parquet(before / "predictions.parquet")
    assert {"reconstruction_rmse", "reconstruction_tta_rmse", "latent_31", "latent_tta_31"} <= set(table.colnames)
    assert not [name for name in table.colnames if name.startswith(("true_", "pred_"))]
    assert set(json.loads((before / "metrics.json").read_text())["test"]) == {"pixels"}
    after = desk.train(*words, f"model.weights={before}", "layers.frozen=6")
    states = [torch.load(run / "checkpoints" / "last.ckpt", weights_only=True)["state_dict"] for run in (before, after)]
    network = {name for name in states[1] if name.startswith("network.model.")}
    assert network - set(states[0]) == {"network.model.fc.weight", "network.model.fc.bias"}
    assert all(torch.equal(states[1][name], states[0][name]) for name in network & set(states[0]))


def test_targets_networks_that_reconstruct_nothing_and_other_losses_are_refused():
    with pytest.raises(
        ValueError, match=r"learns from images alone and task\.targets has \['a'\]; leave task\.targets"
    ):
        make("task.targets=[a]")
    with pytest.raises(ValueError, match="SmallCNN reconstructs no image; task=reconstruction needs model=vae"):
        build_task(compose(["size=tiny", "task=reconstruction", "model=small_cnn"]), 3)
    with pytest.raises(ValueError, match="loss is MSELoss and task=reconstruction takes loss=elbo"):
        make("loss=mse")
