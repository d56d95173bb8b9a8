"""Claims about the parts of a representation: trained alone, taken over from another run, or refused."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from representations import (
    CLASSES,
    IMAGES,
    NAMES,
    NUMBERS,
    ROLES,
    fit,
    images_of,
    ready,
    settings_of,
    trainer_of,
    values_of,
)

from galexp.datamodule import GalaxyDataModule
from galexp.evaluation.run import evaluate
from galexp.split.base import TEST
from galexp.task.build import build_task
from galexp.trainer import quiet


def test_a_classifier_that_was_learned_elsewhere_counts_only_where_its_labels_are_asked_for(datamodule, tmp_path):
    before = weights_of(ready(datamodule, NUMBERS), tmp_path / "before.pth")
    task = ready(datamodule, model__weights=before)
    assert (task.learned, task.predicted_labels) == (("fcae", "vae"), None)
    other = ready(datamodule, CLASSES, model__weights=before, task__train_parts=["fcae"])
    assert (other.learned, other.predicted_labels) == (("fcae", "vae"), None)


@pytest.mark.parametrize("stop", [True, False])
def test_the_vae_shapes_the_encoder_only_where_it_is_let(datamodule, stop):
    task = ready(datamodule, loss__image=1e-30, task__stop_gradient=stop)
    task.objective(task.outputs(images_of(datamodule, range(4))), torch.empty(4, 0)).backward()
    assert any((p.grad.abs() > 1e-12).any() for p in task.model.encoder.parameters()) != stop
    assert all(p.grad.any() for p in task.model.vae.to_map.parameters())


def weights_of(before, path):
    """Write the network of a task as a run would keep it."""
    torch.save({"state_dict": {f"network.model.{name}": value for name, value in values_of(before).items()}}, path)
    return str(path)


@pytest.mark.parametrize(
    ("part", "trained"), [("fcae", {"encoder", "decoder"}), ("vae", {"vae"}), ("classifier", {"classifier"})]
)
def test_each_part_trains_alone_on_what_another_run_has_learned(datamodule, tmp_path, part, trained):
    before = fit(ready(datamodule, NUMBERS), datamodule, tmp_path)
    start = weights_of(before, tmp_path / "before.pth")
    task = ready(datamodule, NUMBERS, model__weights=start, task__train_parts=[part])
    assert all(torch.equal(value, values_of(before)[name]) for name, value in values_of(task).items())
    fit(task, datamodule, tmp_path)
    moved = {
        name.split(".")[0] for name, value in values_of(task).items() if not torch.equal(value, values_of(before)[name])
    }
    assert moved == trained
    assert task.model.learned == ("fcae", "vae", "classifier")
    said = [one.named(one.eval()(images_of(datamodule, [0])).detach().numpy()) for one in (task, before)]
    assert list(said[0]) == list(said[1]) == [*NAMES, ("pred", "metallicity")]
    told = {name for name, values in said[0].items() if np.array_equal(values, said[1][name])}
    assert told == {"vae": {NAMES[0], ("pred", "metallicity")}, "classifier": set(NAMES)}.get(part, set())


@torch.no_grad()
@pytest.mark.parametrize("standardize", [True, False])
def test_labels_that_a_run_has_learned_are_read_in_the_unit_that_they_were_learned_in(
    datamodule, tmp_path, standardize
):
    datamodule.truth[:] = 200 + 50 * datamodule.truth
    before, images = ready(datamodule, NUMBERS, task__standardize=standardize).eval(), images_of(datamodule, range(4))
    start = weights_of(before, tmp_path / "before.pth")
    for again in (True, False):
        task = ready(datamodule, NUMBERS, model__weights=start, task__train_parts=["fcae"], task__standardize=again)
        label = [one.named(one.eval()(images).numpy())["pred", "metallicity"] for one in (task, before)]
        np.testing.assert_array_equal(*label)
        assert label[0].mean() > 100
    task = ready(datamodule, NUMBERS, model__weights=start, task__standardize=False)
    assert task.model.get_classifier().unit.tolist() == [[0], [1]]


def test_the_last_layer_of_a_learned_classifier_starts_as_it_was(datamodule, tmp_path):
    before = ready(datamodule, NUMBERS, task__standardize=False)
    with torch.no_grad():
        before.model.get_classifier().bias.fill_(5.0)
    start = weights_of(before, tmp_path / "before.pth")
    task = ready(datamodule, NUMBERS, model__weights=start, task__standardize=False)
    assert task.model.get_classifier().bias.item() == 5
    start = weights_of(ready(datamodule, task__train_parts=["fcae"]), tmp_path / "before.pth")
    other = ready(datamodule, NUMBERS, model__weights=start, task__standardize=False)
    assert other.model.get_classifier().bias.item() == pytest.approx(datamodule.truth[:6].mean())


def test_training_brings_images_nearer_and_ends_alike_whatever_was_drawn_before(datamodule, tmp_path):
    ends, images = [], images_of(datamodule, range(4))
    for drawn in (0, 5):
        task = ready(datamodule)
        before = task.eval()(images)[:, 0].mean()
        torch.rand(drawn)
        assert fit(task.train(), datamodule, tmp_path, epochs=12).eval()(images)[:, 0].mean() < before
        ends.append(task.state_dict())
    assert all(torch.equal(ends[0][name], value) for name, value in ends[1].items())


def test_a_vae_learns_to_draw_the_maps_of_an_encoder_that_stays(datamodule, tmp_path):
    start = weights_of(fit(ready(datamodule), datamodule, tmp_path), tmp_path / "before.pth")
    task = ready(datamodule, model__weights=start, task__train_parts=["vae"])
    images, of_map = images_of(datamodule, range(6)), 2
    before = task.eval().outputs(images)[:, of_map].mean()
    assert fit(task.train(), datamodule, tmp_path, epochs=12).eval().outputs(images)[:, of_map].mean() < before / 2


def test_validation_is_over_all_rows_that_have_what_is_asked(datamodule, tmp_path):
    datamodule.truth[7:] = np.nan
    module = GalaxyDataModule(datamodule.data, ROLES, ["metallicity"], image_size=16, batch_size=3)
    module.batches.targets[7:] = torch.nan
    task = ready(module, NUMBERS, loss__beta=0.5)
    task.loss.first.fill_(1.0)
    with quiet():
        (found,) = trainer_of(tmp_path).validate(task, module.predict_loader(np.arange(10)), verbose=False)
    images = images_of(module, range(10))
    outputs = task.eval().outputs(images).detach()
    image, _, error, divergence = outputs[:, :4].mean(0).tolist()
    label = task.labels.objective(outputs[:7, -1:], torch.from_numpy(module.truth[:7]).float()).item()
    assert found["val/rmse"] == pytest.approx(image**0.5, rel=1e-5)
    assert found["val/kl"] == pytest.approx(divergence, rel=1e-5)
    assert found["val/classifier_loss"] == pytest.approx(label, rel=1e-5)
    assert found["val/joint_loss"] == pytest.approx(image + error + 0.5 * divergence + label, rel=1e-5)


@pytest.mark.filterwarnings("ignore:the random forest is left out:UserWarning")
def test_a_labeled_run_is_scored_as_its_labels_are_and_by_its_images(datamodule, tmp_path, monkeypatch):
    monkeypatch.setattr("galexp.evaluation.baseline.regression.TREES", 2)
    task = ready(datamodule, NUMBERS)
    with quiet():
        result = evaluate(trainer_of(tmp_path), task, datamodule, (), draws=0, seed=0)
    scores = result.scores["test"]
    assert list(scores) == ["metallicity", "pixels"]
    assert {"network", "network_tta", "mean"} <= set(scores["metallicity"]["all"])
    assert list(scores["pixels"]["all"]) == ["network", "network_latent", "mean", "pca"]
    assert list(result.scores["val"]["pixels"]["all"]) == ["network", "network_latent"]
    assert result.targets == ["metallicity"]
    images, drawn = images_of(datamodule, [8, 9]), result.drawn
    np.testing.assert_allclose(drawn.images, images.permute(0, 2, 3, 1), rtol=1e-6)
    error = np.sqrt(np.mean((drawn.again["latent"] - drawn.images) ** 2, axis=(1, 2, 3)))
    np.testing.assert_allclose(result.of_role(TEST)["reconstruction_latent_rmse"], error, rtol=1e-5)


@pytest.mark.parametrize(
    ("words", "changes", "sentence"),
    [
        (IMAGES, {"task.train_parts": []}, r"task\.train_parts is \[\]; name one or more of fcae, vae, classifier"),
        (
            IMAGES,
            {"task.train_parts": ["fcae", "decoder"]},
            r"is \['fcae', 'decoder'\]; name one or more of fcae, vae, ",
        ),
        (IMAGES, {"task.train_parts": "vae"}, r"task\.train_parts is 'vae'; name one or more of fcae, vae, classifier"),
        (
            IMAGES,
            {"task.train_parts": ["classifier"]},
            r"has classifier and task\.targets is empty; name a column, with",
        ),
        (IMAGES, {"loss.vae": 0}, r"task\.train_parts has vae and loss\.vae is 0; raise it, or take vae out"),
        (IMAGES, {"loss.image": 0}, r"task\.train_parts has fcae and loss\.image is 0; raise it, or take fcae out"),
        (IMAGES, {"layers.frozen": 1}, r"layers\.frozen holds the encoder, .*; set layers\.frozen=0"),
        (
            IMAGES,
            {"task.targets": ["a"]},
            r"loss\.labels is null and these .* take MSELoss.*; set loss=joint_regression",
        ),
        (
            NUMBERS,
            {"loss.labels": {"_target_": "galexp.loss.rmse.RMSELoss"}},
            r"loss\.labels is RMSELoss and these .* MSE",
        ),
        (
            CLASSES,
            {"loss.labels": {"_target_": "torch.nn.MSELoss"}},
            "MSELoss and these labels take CrossEntropyLoss; set",
        ),
        (
            IMAGES,
            {"loss._target_": "torch.nn.MSELoss"},
            "loss is MSELoss and task=representation takes loss=joint; choose",
        ),
    ],
)
def test_what_cannot_be_trained_is_refused(words, changes, sentence):
    settings = settings_of(words, changes)
    if "loss._target_" in changes:
        settings["loss"] = {"_target_": changes["loss._target_"]}
    with pytest.raises(ValueError, match=sentence):
        build_task(settings, 3)


def test_a_network_without_a_decoder_is_refused():
    settings = settings_of() | {"model": {"_target_": "galexp.model.small_cnn.SmallCNN", "monochrome": False}}
    with pytest.raises(ValueError, match="SmallCNN has no decoder; task=representation needs model=representation"):
        build_task(settings, 3)


@pytest.mark.parametrize(
    ("parts", "head", "sentence"),
    [
        (["vae"], "pooled", "the encoder has learned nothing: vae would be trained on random projections; start from"),
        (
            ["classifier"],
            "pooled",
            "the encoder has learned nothing: classifier would be trained on random projections",
        ),
        (["fcae", "classifier"], "latent", "the VAE has learned nothing; start from a run that has one"),
    ],
)
def test_what_would_learn_from_layers_that_know_nothing_is_refused(datamodule, parts, head, sentence):
    with pytest.raises(ValueError, match=sentence):
        ready(datamodule, NUMBERS, task__train_parts=parts, model__head=head)


def test_a_classifier_without_any_label_is_refused(datamodule):
    datamodule.truth[:] = np.nan
    with pytest.raises(
        ValueError, match=r"none of 6 training rows has a finite metallicity, and .* has classifier; take"
    ):
        ready(datamodule, NUMBERS)
