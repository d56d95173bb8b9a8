"""Claims about learning from images alone, and together with labels."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from representations import CLASSES, NAMES, NUMBERS, images_of, make, ready
from torch.distributions import Normal, kl_divergence
from torch.nn import functional as F

from galexp.loss.image import dissimilarity


@torch.no_grad()
def test_what_is_said_of_an_image_are_both_errors_its_latent_means_and_its_label(datamodule):
    task, images = ready(datamodule, NUMBERS).eval(), images_of(datamodule, range(4))
    maps = task.model.forward_features(task.network.normalize(images))
    mean = task.model.describe(maps).mean
    errors = [(drawn - images).square().mean((1, 2, 3)).sqrt() for drawn in (task.model.draw(maps), task.decode(mean))]
    label = task.labels.read(task.model.classifier(maps))
    torch.testing.assert_close(task(images), torch.cat([torch.stack(errors, 1), mean, label], 1))
    named = task.named(task(images).numpy())
    assert list(named) == [*NAMES, ("pred", "metallicity")]
    np.testing.assert_allclose(named["pred", "metallicity"], label[:, 0])


@torch.no_grad()
def test_features_are_latent_means_where_a_vae_was_trained_and_else_the_pooled_map(datamodule):
    images = images_of(datamodule, range(4))
    for parts, width in ((["fcae", "vae"], 3), (["fcae"], 2)):
        task = ready(datamodule, task__train_parts=parts).eval()
        maps = task.network.forward_features(images)
        expected = task.model.describe(maps).mean if width == 3 else maps.mean((2, 3))
        torch.testing.assert_close(task.features(images), expected)
        assert expected.shape == (4, width)
    with pytest.raises(ValueError, match=r"no image can be drawn from latent points: vae never learned; train a run"):
        task.decode(torch.zeros(1, 3))


@torch.no_grad()
def test_a_monochrome_network_draws_the_mean_of_the_bands(datamodule):
    task, images = ready(datamodule, model__monochrome=True).eval(), images_of(datamodule, range(4))
    gray = images.mean(1, keepdim=True)
    drawn = task.model.draw(task.network.forward_features(images))
    torch.testing.assert_close(task(images)[:, 0], (drawn - gray).square().mean((1, 2, 3)).sqrt())
    torch.testing.assert_close(task.reconstruct(images)["map"], drawn)


def test_the_decoder_starts_at_the_mean_of_each_band_and_labels_at_their_mean(datamodule):
    task = ready(datamodule, NUMBERS, task__standardize=False)
    start = task.model.decoder.to_image.bias.sigmoid()
    torch.testing.assert_close(start, images_of(datamodule, range(6)).mean((0, 2, 3)), atol=1e-5, rtol=0)
    assert task.model.get_classifier().bias.item() == pytest.approx(datamodule.truth[:6].mean())


def losses_of(task, images, truth):
    """Return the loss of each part by its formula, of images in evaluation."""
    maps = task.model.forward_features(task.network.normalize(images))
    gaussian = task.model.describe(maps)
    error = (task.model.vae.decode(gaussian.mean) - maps).square().sum((1, 2, 3)).mean()
    divergence = kl_divergence(Normal(gaussian.mean, (gaussian.log_variance / 2).exp()), Normal(0.0, 1.0))
    known = truth[:, 0].isfinite()
    labels = F.cross_entropy(task.model.classifier(maps)[known], truth[known, 0].long())
    return F.mse_loss(task.model.draw(maps), images), error, divergence.sum(1).mean(), labels


@torch.no_grad()
def test_the_joint_loss_is_of_images_maps_and_the_labels_that_there_are(datamodule):
    task, images = make(CLASSES, loss__beta=0.5, loss__vae=2.0).eval(), images_of(datamodule, range(4))
    task.model.mark_learned(task.train_parts)
    truth = torch.tensor([[0.0], [torch.nan], [2.0], [torch.nan]])
    image, error, divergence, labels = losses_of(task, images, truth)
    outputs = task.outputs(images)
    assert task.objective(outputs, truth).item() == pytest.approx(1 + 2 + 1)  # Each is its own first value.
    torch.testing.assert_close(task.loss.first, torch.stack([image, error, labels]))
    task.loss.first.fill_(1.0)
    task.update_train_error(outputs, truth)
    expected = image + 2 * (error + 0.5 * divergence) + labels
    torch.testing.assert_close(task.train_error.compute(), expected)


@pytest.mark.parametrize(("epoch", "weight"), [(0, 0.0), (1, 0.25), (2, 0.5), (7, 0.5)])
def test_the_divergence_counts_by_the_epoch(datamodule, epoch, weight, monkeypatch):
    task, images = make(loss__beta=0.5, loss__warm_up=2).eval(), torch.rand(4, 3, 16, 16)
    task.model.mark_learned(task.train_parts)
    task.loss.first.fill_(1.0)
    monkeypatch.setattr(type(task), "current_epoch", epoch)
    outputs = task.outputs(images)
    image, _, error, divergence = outputs[:, :4].mean(0)
    torch.testing.assert_close(task.objective(outputs, torch.empty(4, 0)), image + error + weight * divergence)


@torch.no_grad()
def test_an_image_may_also_be_held_to_its_structure(datamodule):
    task, images = (
        ready(datamodule, loss__dissimilarity=0.5, task__train_parts=["fcae"]).eval(),
        torch.rand(4, 3, 16, 16),
    )
    drawn = task.reconstruct(images)["map"]
    task.objective(task.outputs(images), torch.empty(4, 0))
    expected = F.mse_loss(drawn, images) + 0.5 * dissimilarity(drawn, images).mean()
    torch.testing.assert_close(task.loss.first[0], expected)


def test_a_batch_without_labels_teaches_the_classifier_nothing(datamodule):
    task, images = ready(datamodule, NUMBERS), images_of(datamodule, range(4))
    task.objective(task.outputs(images), torch.full((4, 1), torch.nan)).backward()
    head = list(task.model.classifier.parameters())
    assert all(p.grad is not None and not p.grad.any() for p in head)
    assert all(p.grad.any() for p in task.model.decoder.parameters())
    assert task.loss.first.bool().tolist() == [True, True, False]
