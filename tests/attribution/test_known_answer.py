"""A network that can only know its answer from a painted knot must point at the knot."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import nn

from galexp.attribution.heat import enlarged, share_inside
from galexp.attribution.method import Maps
from galexp.attribution.name import METHODS
from galexp.attribution.output import Explained
from galexp.attribution.randomize import cascade, rank_correlation
from galexp.attribution.trust import Checked, deletion_tables
from galexp.model.normalize import NormalizedModel
from galexp.model.small_cnn import SmallCNN

SIDE, KNOT, CELL = 40, 6, 4
LEAST, STEPS = 0.6, 100
COLORS = np.array([(r, g, b) for r in (-1, 1) for g in (-1, 1) for b in (-1, 1) if (r, g, b) != (-1, -1, 1)])


def galaxies(count, seed):
    """Return galaxies of patches of all colors but blue, half of them with a blue one; and it with a cell around it.

    The blue patch is as bright against its surroundings as any other: what has learned nothing has no reason to see it.
    """
    rng = np.random.default_rng(seed)
    across = SIDE // KNOT + 2
    colors = COLORS[rng.integers(len(COLORS), size=(count, across, across))]
    has_knot, around = np.arange(count) % 2 == 1, np.zeros((count, SIDE, SIDE), dtype=bool)
    shift, place = rng.integers(KNOT, size=(count, 2)), rng.integers(2, across - 3, (count, 2))
    colors[has_knot, place[has_knot, 0], place[has_knot, 1]] = (-1, -1, 1)
    wide = colors.repeat(KNOT, 1).repeat(KNOT, 2)
    images = np.stack([wide[row, y : y + SIDE, x : x + SIDE] for row, (y, x) in enumerate(shift)])
    for row in np.flatnonzero(has_knot):
        top, left = place[row] * KNOT - shift[row]
        around[row, top - CELL : top + KNOT + CELL, left - CELL : left + KNOT + CELL] = True
    images = 0.5 + 0.15 * images.transpose(0, 3, 1, 2) + rng.normal(0, 0.03, (count, 3, SIDE, SIDE))
    return torch.from_numpy(images.clip(0, 1)).float(), torch.from_numpy(has_knot).long(), around


def network(seed):
    torch.manual_seed(seed)
    return NormalizedModel(SmallCNN(num_classes=2, width=6, depth=2, dropout=0.0), [0.5] * 3, [0.15] * 3)


def explained(model):
    return Explained(model, ["plain", "knot"], values=lambda scores: scores.softmax(1), are_classes=True)


@pytest.fixture(scope="module")
def trained():
    model = network(0)
    images, labels, _ = galaxies(512, seed=0)
    optimizer = torch.optim.AdamW(model.parameters(), 0.02)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, 0.02, total_steps=STEPS)
    model.train()
    for step in range(STEPS):
        rows = torch.randint(len(images), (32,), generator=torch.Generator().manual_seed(step))
        optimizer.zero_grad()
        nn.functional.cross_entropy(model(images[rows]), labels[rows]).backward()
        optimizer.step()
        schedule.step()
    return explained(model)


@pytest.fixture(scope="module")
def shown():
    images, labels, around = galaxies(48, seed=1)
    has_knot = labels == 1
    return images[has_knot], around[has_knot.numpy()]


def inside(made, images, around, method):
    maps = Maps(made, made.map)(method, images, 1).numpy()
    return np.nanmean(share_inside(enlarged(maps, SIDE, SIDE), around))


def test_grad_cam_points_at_the_knot_that_decides_and_at_chance_where_nothing_was_learned(trained, shown):
    images, around = shown
    assert (trained.values(images).argmax(1) == 1).float().mean() > 0.9
    assert KNOT / SIDE >= 1 / 8
    assert inside(trained, images, around, "grad_cam") >= LEAST
    random = [inside(explained(network(seed)), images, around, "grad_cam") for seed in range(1, 7)]
    assert np.mean(random) == pytest.approx(around.mean(), abs=0.06)


def test_the_gradients_of_pixels_point_at_it_too(trained, shown):
    images, around = shown
    assert inside(trained, images, around, "integrated_gradients") >= LEAST
    assert inside(trained, images, around, "saliency") > 1.5 * around.mean()


def test_maps_of_what_was_learned_do_not_survive_random_layers(trained, shown):
    images, _ = shown
    maps, fresh = Maps(trained, trained.map), network(99).model
    before = maps("grad_cam", images, 1).numpy()
    likeness = [
        np.nanmean(rank_correlation(before, maps("grad_cam", images, 1).numpy()))
        for _ in cascade(trained, fresh, images[:1], stages=3)
    ]
    assert abs(likeness[-1]) < 0.5
    np.testing.assert_array_equal(maps("grad_cam", images, 1).numpy(), before)


def test_taking_the_knot_away_first_costs_the_network_its_answer(trained, shown):
    images = shown[0][:12]
    checked = Checked(images, torch.ones(len(images), dtype=torch.int64), batch_size=32)
    maps = {method: checked.maps(Maps(trained, trained.map), method) for method in METHODS}
    table, areas = deletion_tables(trained, maps, checked, seed=0)
    assert set(table["order"]) == {*METHODS, "random", "center"}
    for method in METHODS:
        assert areas[method]["deletion_gain"] > 3 * areas[method]["deletion_gain_error"] > 0
        assert areas[method]["insertion_gain"] > 3 * areas[method]["insertion_gain_error"] > 0
        assert areas[method]["deletion"] < areas["center"]["deletion"]
    assert areas["random"]["deletion_gain"] == 0
