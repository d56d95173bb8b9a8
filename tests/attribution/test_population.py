import numpy as np
import pytest
import torch
from torch import nn

from galexp.attribution.method import Maps
from galexp.attribution.name import effects_of
from galexp.attribution.output import Explained
from galexp.attribution.population import groups_of, profile_table
from galexp.attribution.profile import mean_profile, radial_profile
from galexp.attribution.radius import Radii
from galexp.model.normalize import NormalizedModel

SIDE, GALAXIES = 48, 9


class Bright(nn.Module):
    """Predict the mean brightness: each pixel of the image is a cell of the map, and raises by what it holds."""

    in_chans = num_features = num_classes = 1

    def forward_features(self, x):
        return x

    def forward_head(self, x, pre_logits=False):
        return x.mean((2, 3))

    def forward(self, x):
        return self.forward_head(self.forward_features(x))


@pytest.fixture
def maps():
    found = Explained(NormalizedModel(Bright(), [0.0], [1.0]), ["brightness"])
    return Maps(found, found.map)


def disks(radii):
    y, x = np.mgrid[:SIDE, :SIDE] - (SIDE - 1) / 2
    found = np.hypot(y, x)[None] <= np.asarray(radii)[:, None, None]
    return torch.from_numpy(found[:, None].astype(np.float32)) * 0.5


def table_of(maps, radii, groups, batch_size=4, method="grad_cam"):
    images = disks(radii)
    taken = []
    found = profile_table(
        maps, method, lambda places: images[places], groups, Radii(np.asarray(radii), "R90"), batch_size, taken.append
    )
    assert sum(taken) == sum(len(group.galaxies) for group in groups)
    return found


def test_galaxies_that_are_disks_have_the_profile_of_a_disk_in_units_of_their_radius(maps):
    radii = np.full(GALAXIES, 12.0)
    groups = groups_of(np.arange(GALAXIES)[:, None], ["brightness"], [0], are_classes=False)
    table = table_of(maps, radii, groups)
    assert set(table["group"]) == {"lowest third", "highest third"}
    raises, lowers = (
        table[(table["effect"] == effect) & (table["group"] == "lowest third")] for effect in ("raises", "lowers")
    )
    within = np.asarray(raises["outer"]) <= 1
    mean = disks([12.0])[0, 0].mean().item()
    np.testing.assert_allclose(raises["density"][within], 0.5 / mean, rtol=1e-5)
    np.testing.assert_allclose(raises["density"][np.asarray(raises["inner"]) >= 1.0], 0, atol=1e-9)
    np.testing.assert_allclose(raises["error"], 0, atol=1e-9)
    assert raises["galaxies"].tolist() == [3] * len(raises)
    assert np.isnan(lowers["density"]).all()


def test_batches_change_nothing_and_errors_are_over_galaxies(maps):
    radii = np.linspace(6, 14, GALAXIES)
    groups = groups_of(np.arange(GALAXIES)[:, None], ["brightness"], [0], are_classes=False)
    first, second = (table_of(maps, radii, groups, batch_size) for batch_size in (2, 100))
    np.testing.assert_allclose(first["density"], second["density"], equal_nan=True)
    own = groups[1].galaxies
    edges = np.append(first["inner"][: len(set(first["inner"]))], first["outer"].max())
    expected = mean_profile(radial_profile(disks(radii[own])[:, 0].numpy(), radii[own], edges))
    rows = first[(first["group"] == "highest third") & (first["effect"] == "raises")]
    np.testing.assert_allclose(rows["error"], expected.error, rtol=1e-4)


def test_classes_are_grouped_by_what_the_network_names_and_thirds_by_what_it_predicts():
    chance = np.array([[0.9, 0.1, 0.0], [0.2, 0.8, 0.0], [0.6, 0.4, 0.0]])
    found = groups_of(chance, ["a", "b", "c"], [0, 1, 2], are_classes=True)
    assert [(group.name, group.target, group.galaxies.tolist()) for group in found] == [("a", 0, [0, 2]), ("b", 1, [1])]
    values = np.random.default_rng(0).normal(size=(10, 2))
    low, high = groups_of(values, ["mass", "size"], [1], are_classes=False)
    assert values[low.galaxies, 1].max() < np.median(values[:, 1]) < values[high.galaxies, 1].min()
    assert (len(low.galaxies), low.target) == (3, 1)


def test_what_lowers_is_told_of_numbers_alone_and_saliency_has_no_sign():
    assert effects_of("grad_cam", are_classes=True) == {"raises": 1}
    assert effects_of("integrated_gradients", are_classes=False) == {"raises": 1, "lowers": -1}
    assert effects_of("saliency", are_classes=True) == {"changes": 1}
