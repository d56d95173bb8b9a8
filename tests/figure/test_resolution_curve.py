import numpy as np
import pytest

from galexp.figure.resolution_curve import ResolutionCurve, resolution_curve
from galexp.shard.origin import Origin

SIDES = np.array([1.0, 4.0, 64.0])
CURVE = ResolutionCurve(SIDES, np.array([0.16, 0.13, 0.09]), np.array([0.01, np.nan, 0.01]))


def test_each_quantity_has_a_panel_with_its_methods_and_published_numbers_dashed_with_open_markers():
    curves = {"RMSE [dex]": {"network": CURVE, "mean": CURVE}, "NMAD [dex]": {"network": CURVE}}
    figure = resolution_curve(curves, {"RMSE [dex]": {"published": CURVE}}, origin=Origin.MOCK)
    left, right = figure.axes
    (legend,) = figure.legends
    assert [text.get_text() for text in legend.get_texts()] == ["network", "mean", "published"]
    assert len(right.containers) == 1
    *ours, theirs = [container.lines[0] for container in left.containers]
    assert [line.get_linestyle() for line in ours] == ["-", "-"]
    assert (theirs.get_linestyle(), theirs.get_markerfacecolor()) == ("--", "white")
    np.testing.assert_array_equal(theirs.get_ydata(), CURVE.value)
    assert [label.get_text() for label in left.get_xticklabels()] == ["1", "4", "64"]
    assert left.get_ylim()[0] == 0


def test_nothing_to_draw_and_published_numbers_of_what_is_not_drawn_are_refused():
    with pytest.raises(ValueError, match=r"published numbers of \[\] for curves of \[\]; give curves of the same"):
        resolution_curve({}, {}, origin=Origin.OBSERVED)
    with pytest.raises(ValueError, match=r"published numbers of \['NMAD'\] for curves of \['RMSE'\]"):
        resolution_curve({"RMSE": {"network": CURVE}}, {"NMAD": {}}, origin=Origin.OBSERVED)
