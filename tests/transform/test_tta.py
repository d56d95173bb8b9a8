"""Claims about what is averaged over which views, and with what weights."""

from __future__ import annotations

import pytest
import torch
from torch import nn

from galexp.config import choices, compose
from galexp.target import instantiate
from galexp.transform.augment import DihedralRotation
from galexp.transform.crop import center_crop_to_float
from galexp.transform.dihedral import ORDER, dihedral
from galexp.transform.tta import D4, FastaiV07, FastaiV1, NoTTA, RandomViews

ALL = [NoTTA(), D4(), RandomViews(3), FastaiV1(), FastaiV07()]


def chosen(name):
    return instantiate(compose([f"transform={name}"])["transform"]["tta"])


@pytest.fixture
def network():
    torch.manual_seed(0)
    return nn.Sequential(nn.Conv2d(3, 8, 3), nn.ReLU(), nn.Flatten(), nn.Linear(8 * 14 * 14, 2)).eval()


@pytest.fixture
def images():
    return torch.rand(4, 3, 16, 16, generator=torch.Generator().manual_seed(1))


class Seen:
    """Predict the mean of an image, and remember what it was shown."""

    def __init__(self):
        self.images = []

    def __call__(self, images):
        self.images.append(images)
        return images.mean((1, 2, 3))


def never(number):
    pytest.fail(f"view {number} is asked for")


def constant(number):
    """Show an image of one value: the number of the view, from 1 on."""
    return torch.full((2, 3, 4, 4), number + 1.0)


@torch.no_grad()
def test_d4_is_the_plain_mean_of_eight_predictions(network, images):
    mean = sum(network(dihedral(images, element)) for element in range(ORDER)) / 8
    torch.testing.assert_close(D4()(network, images, never), mean)


@torch.no_grad()
@pytest.mark.parametrize("element", range(ORDER))
def test_d4_is_invariant_under_every_element(network, images, element):
    prediction = D4()(network, images, never)
    torch.testing.assert_close(D4()(network, dihedral(images, element), never), prediction, atol=1e-6, rtol=0)
    if element:
        assert (network(dihedral(images, element)) - network(images)).abs().max() > 1e-3


@torch.no_grad()
def test_no_tta_is_one_prediction(network, images):
    assert torch.equal(NoTTA()(network, images, never), network(images))


@pytest.mark.parametrize(
    ("tta", "plain", "views"),
    [(NoTTA(), 1, 0), (D4(), 8, 0), (RandomViews(60), 0, 60), (FastaiV1(), 1, 8), (FastaiV07(), 1, 4)],
)
def test_each_predicts_as_often_as_it_is_published(tta, plain, views):
    seen, asked = Seen(), []
    tta(seen, torch.zeros(2, 3, 4, 4), lambda number: asked.append(number) or constant(number))
    assert sorted(asked) == list(range(views))
    assert len(seen.images) == plain + views
    assert sum(not images.any() for images in seen.images) == plain


@pytest.mark.parametrize("views", [1, 2, 7])
def test_random_views_are_averaged_without_the_image_itself(views):
    found = RandomViews(views)(Seen(), torch.full((2, 3, 4, 4), 100.0), constant)
    torch.testing.assert_close(found, torch.full((2,), (views + 1) / 2))


@pytest.mark.parametrize("beta", [0.0, 0.4, 1.0])
def test_fastai_v1_weighs_the_image_against_the_mean_of_eight_views(beta):
    found = FastaiV1(beta)(Seen(), torch.full((2, 3, 4, 4), 100.0), constant)
    torch.testing.assert_close(found, torch.full((2,), 100 * beta + 4.5 * (1 - beta)))


def test_fastai_v1_mirrors_the_last_four_of_its_views():
    ramp = torch.arange(4.0).expand(1, 1, 4, 4)
    seen = Seen()
    FastaiV1()(seen, torch.zeros(1, 1, 4, 4), lambda number: ramp + number + 1)
    assert [image[0, 0, 0, 0].item() for image in seen.images if image.any()] == [1, 2, 3, 4, 8, 9, 10, 11]


def test_fastai_v07_gives_five_predictions_equal_weights():
    found = FastaiV07()(Seen(), torch.full((2, 3, 4, 4), 100.0), constant)
    torch.testing.assert_close(found, torch.full((2,), (100 + 1 + 2 + 3 + 4) / 5))


@pytest.mark.parametrize("tta", ALL, ids=lambda tta: type(tta).__name__)
def test_a_prediction_that_ignores_the_view_is_unchanged(tta, images):
    found = tta(lambda images: torch.full((len(images), 3), 8.95), images, lambda number: images)
    torch.testing.assert_close(found, torch.full((4, 3), 8.95))


@torch.no_grad()
@pytest.mark.parametrize("tta", ALL, ids=lambda tta: type(tta).__name__)
def test_views_drawn_by_key_give_each_galaxy_the_same_in_every_batch(tta, network):
    stored = torch.rand(6, 3, 20, 20, generator=torch.Generator().manual_seed(2))
    keys, augment = torch.arange(6) * 7919, DihedralRotation()

    def predict(rows):
        return tta(
            network,
            center_crop_to_float(stored[rows], 16),
            lambda number: augment(stored[rows], keys[rows], 0, -1 - number, 16),
        )

    together = predict(torch.arange(6))
    order = torch.tensor([4, 1, 5])
    torch.testing.assert_close(predict(order), together[order], atol=1e-6, rtol=0)


@pytest.mark.parametrize("name", choices()["transform"])
def test_every_preset_averages_predictions(name, images):
    found = chosen(name)(lambda images: images.mean((2, 3)), images, lambda number: images)
    torch.testing.assert_close(found, images.mean((2, 3)))


@pytest.mark.parametrize(
    ("preset", "tta"),
    [
        ("dihedral_rotation", D4()),
        ("none", NoTTA()),
        ("wu2020", FastaiV1(0.4)),
        ("wu2019", FastaiV07(4)),
        ("gz2_winner", RandomViews(60)),
    ],
)
def test_a_study_predicts_as_it_did(preset, tta):
    assert chosen(preset) == tta


@pytest.mark.parametrize(
    ("make", "arguments", "message"),
    [
        (RandomViews, {"views": 0}, r"transform\.tta\.views is 0; expected at least 1"),
        (FastaiV07, {"views": -1}, r"transform\.tta\.views is -1; expected at least 1"),
        (FastaiV1, {"beta": 1.5}, r"transform\.tta\.beta is 1\.5; expected 0 to 1"),
    ],
)
def test_arguments_out_of_range_are_refused(make, arguments, message):
    with pytest.raises(ValueError, match=message):
        make(**arguments)
