"""Claims about the figures of heat maps, their profiles and their checks."""

import numpy as np
import pytest
from matplotlib.colors import to_hex

from galexp.figure.attribution_profile import ProfileCurve, attribution_profile
from galexp.figure.cascade import Likeness, cascade
from galexp.figure.deletion import OrderCurve, deletion
from galexp.figure.triptych import Panel, in_color, overlay, triptychs
from galexp.shard.origin import Origin

IMAGES = np.random.default_rng(0).integers(0, 256, (2, 8, 8, 3), dtype=np.uint8)
HEAT = np.linspace(0, 1, 64).reshape(8, 8)


def test_a_row_has_the_image_as_it_is_and_its_maps_over_it():
    rows = [[Panel("image"), Panel("rich\np = 0.9", HEAT)]] * 2
    figure = triptychs(IMAGES, rows, "strength", "title", origin=Origin.OBSERVED)
    first, second, third, _, bar = figure.axes
    np.testing.assert_array_equal(first.images[0].get_array(), IMAGES[0])
    np.testing.assert_allclose(second.images[0].get_array(), overlay(IMAGES[0], HEAT))
    np.testing.assert_array_equal(third.images[0].get_array(), IMAGES[1])
    assert (second.get_title(), bar.get_ylabel()) == ("rich\np = 0.9", "strength")


def test_a_map_is_four_fifths_of_the_color_and_gray_images_take_it_too():
    dark, light = overlay(np.zeros((1, 2, 1), np.uint8), np.array([[0.0, 1.0]]))[0]
    assert (to_hex(dark / 0.8), to_hex(light / 0.8)) == ("#00224e", "#fee838")
    gray = in_color(np.full((2, 2, 4), 7, np.uint8))
    assert gray.shape == (2, 2, 3)
    assert (gray == 7).all()


@pytest.mark.parametrize("rows", [[], [[Panel("a")]], [[Panel("a")], [Panel("a"), Panel("b")]]])
def test_every_image_needs_a_row_of_one_length(rows):
    with pytest.raises(ValueError, match=r"2 images have . rows of .* panels; give each a row, all of one length"):
        triptychs(IMAGES, rows, "strength", origin=Origin.OBSERVED)


def curve(density):
    edges = np.linspace(0, 2, 5)
    return ProfileCurve(edges[:-1], edges[1:], np.full(4, density), np.full(4, 0.1), np.array([9, 9, 5, 0]))


def test_groups_differ_in_color_and_effects_in_the_line():
    curves = {(group, effect): curve(1.5) for group in ("low", "high") for effect in ("raises it", "lowers it")}
    (axes,) = attribution_profile({"mass": curves}, "R90", origin=Origin.OBSERVED).axes
    lines = [container.lines[0] for container in axes.containers]
    assert [line.get_linestyle() for line in lines] == ["-", "--", "-", "--"]
    assert lines[0].get_color() == lines[1].get_color() != lines[2].get_color()
    assert lines[0].get_xdata().tolist() == [0.25, 0.75, 1.25]
    assert axes.get_legend_handles_labels()[1][1] == "low: raises it (n = 9)"


def test_a_profile_of_nothing_is_refused():
    for panels in ({}, {"mass": {}}):
        with pytest.raises(ValueError, match=r"there are no curves to draw in (no panel|mass)"):
            attribution_profile(panels, "R90", origin=Origin.OBSERVED)


def test_orders_are_told_apart_and_chance_is_dotted():
    step = np.linspace(0, 1, 3)
    orders = {name: OrderCurve(step, 1 - step, 0 * step) for name in ("Grad-CAM", "random", "center")}
    figure = deletion({"deletion": orders, "insertion": orders}, "probability", origin=Origin.SIMULATION)
    left, right = figure.axes
    assert [line.get_linestyle() for line in left.lines] == ["-", ":", "--"]
    assert [text.get_text() for text in figure.legends[0].get_texts()][1:] == [
        "random order",
        "from the center outward",
    ]
    assert (left.get_title("left"), right.get_title("left")) == ("deletion", "insertion")
    with pytest.raises(ValueError, match=r"the curves are \['deletion'\]; give deletion and insertion"):
        deletion({"deletion": orders}, "probability", origin=Origin.OBSERVED)


def test_each_stage_of_a_network_that_loses_its_layers_has_its_name():
    values = np.array([1.0, 0.3, np.nan])
    found = Likeness(values, 0 * values, values, 0 * values)
    left, right = cascade({"Grad-CAM": found}, ["trained", "fc", "conv"], origin=Origin.OBSERVED).axes
    assert [label.get_text() for label in left.get_xticklabels()] == ["trained", "fc", "conv"]
    assert right.containers[0].lines[0].get_ydata()[1] == 0.3
    with pytest.raises(ValueError, match=r"2 stages have values \{'Grad-CAM': 3\}; give each method one a stage"):
        cascade({"Grad-CAM": found}, ["trained", "fc"], origin=Origin.OBSERVED)
