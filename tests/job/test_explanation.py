"""Claims about what is made of a question to a network, without a run."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import nn

from galexp.datamodule import GalaxyDataModule
from galexp.job.explanation import Study
from galexp.job.subject import Subject
from galexp.model.small_cnn import SmallCNN
from galexp.split.base import TEST, TRAIN
from galexp.task.classification import Classification
from galexp.task.regression import Regression

ASKED = {"ids": None, "show": ["extremes", "worst"], "count": 2, "targets": None, "layer": None, "steps": 4}
ASKED |= {"methods": ["grad_cam", "integrated_gradients"], "population": 5, "checked": 2}
UNUSED = dict.fromkeys(("optimizer", "schedule", "augment", "tta"))


def make_task(of_classes):
    torch.manual_seed(0)
    network = SmallCNN(num_classes=2 if of_classes else 1, width=4, depth=2)
    if not of_classes:
        return Regression(targets=["metallicity"], model=network, loss=nn.MSELoss(), image_size=16, **UNUSED)
    classes = {"targets": ["metallicity"], "classes": {"poor": [None, 8.9], "rich": [8.9, None]}}
    return Classification(**classes, model=network, loss=nn.CrossEntropyLoss(), image_size=16, **UNUSED)


@pytest.fixture
def study(data):
    """Return what makes a study of a network that has learned nothing, on ten galaxies, of which six are held out."""

    def make(of_classes=False, device="cpu", **asked):
        task = make_task(of_classes).to(device)
        roles = np.array([TRAIN] * 4 + [TEST] * 6)
        data.catalog["metallicity_class"] = (np.asarray(data.catalog["metallicity"]) > 8.9).astype(float)
        datamodule = GalaxyDataModule(data, roles, task.targets, image_size=16, batch_size=4, cache="none")
        fresh = SmallCNN(num_classes=2 if of_classes else 1, width=4, depth=2)
        return Study({**ASKED, **asked}, Subject(task, datamodule, torch.device(device)), 0, lambda: fresh)

    return make


def test_classes_are_explained_by_the_galaxies_that_the_network_is_surest_of(study):
    made = study(of_classes=True)
    found = made.explain({"data": "observed"})
    chance = made.maps.explained.values(made.subject.images(made.subject.held_out)).numpy()
    names = made.subject.datamodule.data.catalog["id"][made.subject.held_out].tolist()
    for place, name in enumerate(("poor", "rich")):
        shown = [found.gallery.ids[number] for number in found.gallery.kinds[f"surest {name}"]]
        assert shown == [names[row] for row in np.argsort(-chance[:, place])[:2]]
    np.testing.assert_allclose(found.gallery.values.sum(axis=1), 1, rtol=1e-5)
    truth = dict(
        zip(
            *(made.subject.datamodule.data.catalog[column].tolist() for column in ("id", "metallicity_class")),
            strict=True,
        )
    )
    assert found.gallery.truth[:, 1].tolist() == [truth[name] for name in found.gallery.ids]
    assert found.facts["deletion"]["output"] == "class"
    assert set(found.profile["target"]) == set(found.profile["group"]) <= {"poor", "rich"}


def test_the_maps_of_a_galaxy_are_those_that_the_method_gives_of_its_image(study):
    made = study()
    found = made.explain({"data": "observed"})
    rows = [made.subject.datamodule.data.catalog["id"].tolist().index(name) for name in found.gallery.ids]
    images = made.subject.images(np.array(rows))
    for method, maps in found.gallery.maps.items():
        np.testing.assert_allclose(maps[:, 0], made.maps(method, images, 0).numpy(), atol=1e-6)
    assert found.facts["integrated_gradients"]["median_gap"] < 0.2
    assert found.facts["layer"] == {"name": "last feature map", "cells": [4, 4], "image": [16, 16]}
    assert set(found.profile["effect"]) == {"raises", "lowers"}
    assert (found.facts["deletion"]["output"], found.facts["deletion"]["unit"]) == ("metallicity", "dex")


def test_a_question_answered_twice_has_one_answer(study):
    first, again = (study(methods=["grad_cam"], show=["worst"]).explain({"data": "observed"}) for _ in range(2))
    np.testing.assert_array_equal(first.examples, again.examples)
    assert first.facts["deletion"] == again.facts["deletion"]
    for column in ("rank_correlation", "ssim"):
        np.testing.assert_array_equal(first.cascade[column], again.cascade[column])


def test_the_network_is_what_it_was_afterwards(study):
    made = study(methods=["grad_cam"])
    before = made.maps.explained.values(made.subject.images(made.subject.held_out))
    made.explain({"data": "observed"})
    torch.testing.assert_close(
        made.maps.explained.values(made.subject.images(made.subject.held_out)), before, rtol=0, atol=0
    )


@pytest.mark.gpu
@pytest.mark.skipif(not torch.cuda.is_available(), reason="there is no GPU")
@pytest.mark.parametrize("of_classes", [True, False])
def test_a_gpu_explains_as_the_cpu_does(study, of_classes):
    here, there = (study(of_classes, device).explain({"data": "observed"}) for device in ("cpu", "cuda"))
    for method, maps in here.gallery.maps.items():
        np.testing.assert_allclose(there.gallery.maps[method], maps, rtol=1e-2, atol=1e-4)
    np.testing.assert_allclose(there.profile["density"], here.profile["density"], rtol=1e-2, equal_nan=True)


@pytest.mark.parametrize("of_classes", [True, False])
def test_worst_galaxies_where_no_truth_is_known_are_refused(study, of_classes):
    made = study(of_classes, show=["worst"])
    made.subject.datamodule.truth[:] = np.nan
    with pytest.raises(
        ValueError, match=r"nothing is of explain.show=\['worst'\].*; add extremes, or name galaxies by"
    ):
        made.explain({"data": "observed"})


def test_a_class_that_no_galaxy_is_given_has_no_profile_and_a_sentence_says_so(study, capsys):
    made = study(of_classes=True, methods=["grad_cam"], checked=0, targets=["rich"])
    with torch.no_grad():
        made.subject.task.network.model.get_classifier().bias += torch.tensor([99.0, 0.0])
    found = made.explain({"data": "observed"})
    assert found.profile is None
    assert "profile" not in found.facts
    assert "gives none of the 5 galaxies of explain.population to rich" in " ".join(capsys.readouterr().out.split())
