import itertools

import numpy as np
import pytest
from astropy.table import Table
from scipy.stats import ks_2samp

from galexp.figure.split_histograms import split_histograms
from galexp.figure.style import ROLE_COLORS
from galexp.shard.origin import Origin
from galexp.split.audit import audit


@pytest.fixture
def density():
    values = np.random.default_rng(0).normal(0.2, 0.4, 1000)
    cut = np.quantile(values, 0.8)
    return values, np.where(values > cut, "test", "train"), cut


def steps(axes):
    return {patch.get_label(): patch for patch in axes.patches if patch.get_label()}


def test_the_shares_of_each_role_sum_to_one(density):
    values, roles, _ = density
    for step in steps(split_histograms({"density": values}, roles, origin=Origin.OBSERVED).axes[0]).values():
        x, y = step.get_xy().T
        total = sum(y[i] for i in range(len(x) - 1) if x[i + 1] > x[i] + 1e-12)
        assert total == pytest.approx(1)


def test_no_bin_lies_on_both_sides_of_the_cut(density):
    values, roles, cut = density
    axes = split_histograms({"density": values}, roles, {"density": cut}, origin=Origin.OBSERVED).axes[0]
    train, test = (step.get_xy() for step in steps(axes).values())
    assert train[train[:, 1] > 0, 0].max() == pytest.approx(cut)
    assert test[test[:, 1] > 0, 0].min() == pytest.approx(cut)


def test_the_cut_is_drawn(density):
    values, roles, cut = density
    axes = split_histograms({"density": values}, roles, {"density": [cut, 0.0]}, origin=Origin.OBSERVED).axes[0]
    assert [line.get_xdata()[0] for line in axes.lines] == [cut, 0.0]


def test_roles_keep_their_colors_and_say_how_many_they_are(density):
    values, _, _ = density
    roles = np.repeat(["test", "unused", "val", "train"], 250)
    values[:9] = np.nan
    axes = split_histograms({"density": values}, roles, origin=Origin.OBSERVED).axes[0]
    labels = ["train (250)", "val (250)", "test (241, 9 missing)", "unused (250)"]
    assert list(steps(axes)) == labels
    for label, step in steps(axes).items():
        assert step.get_edgecolor()[:3] == pytest.approx(
            [int(ROLE_COLORS[label.split()[0]][i : i + 2], 16) / 255 for i in (1, 3, 5)]
        )


@pytest.mark.parametrize("columns", [1, 2, 3, 5, 12])
def test_there_is_one_panel_a_column(density, columns):
    values, roles, _ = density
    names = [f"column {number}" for number in range(columns)]
    figure = split_histograms(dict.fromkeys(names, values), roles, origin=Origin.OBSERVED)
    shown = [axes for axes in figure.axes if axes.get_visible() and axes.axison]
    assert [axes.get_xlabel().split("\n")[0] for axes in shown] == names


def test_how_far_the_roles_differ_is_scipys_and_the_audits():
    rng = np.random.default_rng(0)
    values, roles = rng.normal(size=600), rng.choice(["train", "val", "test", "unused"], 600)
    values[roles == "test"] += 0.5
    values[:5] = np.nan
    axes = split_histograms({"Z": values}, roles, origin=Origin.OBSERVED).axes[0]
    finite = np.isfinite(values)
    sides = {role: values[finite & (roles == role)] for role in ("train", "val", "test")}
    of_test = ks_2samp(np.concatenate([sides["train"], sides["val"]]), sides["test"])
    of_val = ks_2samp(sides["train"], sides["val"])
    assert axes.get_xlabel().splitlines() == [
        "Z",
        f"test: KS {of_test.statistic:.2g}, p {of_test.pvalue:.1g}",
        f"val: KS {of_val.statistic:.2g}, p {of_val.pvalue:.1g}",
    ]
    table = Table({"id": np.arange(600).astype(str), "Z": values})
    assert audit(table, roles, ["Z"]).label_shift["Z"]["statistic"] == of_test.statistic


def test_a_role_without_values_has_no_difference():
    axes = split_histograms({"Z": np.arange(9.0)}, np.repeat(["train", "unused"], [5, 4]), origin=Origin.OBSERVED).axes[
        0
    ]
    assert axes.get_xlabel() == "Z"


def test_37_labels_share_one_legend_and_no_panel_covers_another():
    rng = np.random.default_rng(0)
    roles = rng.choice(["train", "val", "test"], 500, p=[0.7, 0.1, 0.2])
    labels = {f"Class{number // 4}.{number}": rng.beta(0.3, 2, 500) for number in range(37)}
    figure = split_histograms(labels, roles, origin=Origin.MOCK)
    assert [axes.get_xlabel().split()[0] for axes in figure.axes if axes.get_visible() and axes.axison] == list(labels)
    figure.draw_without_rendering()
    (legend,) = [axes.get_legend() for axes in figure.axes if axes.get_legend()]
    expected = [f"{role} ({np.sum(roles == role):,})" for role in ("train", "val", "test")]
    assert [text.get_text() for text in legend.get_texts()] == expected
    boxes = [axes.get_tightbbox() for axes in figure.axes if axes.get_visible()]
    for first, second in itertools.combinations(boxes, 2):
        overlap = (
            min(first.x1, second.x1) - max(first.x0, second.x0),
            min(first.y1, second.y1) - max(first.y0, second.y0),
        )
        assert min(overlap) <= 0.5
    width, height = figure.get_size_inches() * figure.dpi
    assert all(min(box.x0, box.y0) >= 0 and box.x1 <= width and box.y1 <= height for box in boxes)


@pytest.mark.parametrize("values", [np.ones(4), np.full(4, np.nan), np.array([1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 1e9])])
def test_columns_without_a_spread_or_with_too_much_are_drawn(values):
    figure = split_histograms(
        {"column": values}, np.resize(["train", "test"], len(values)), {"column": 2.0}, origin=Origin.OBSERVED
    )
    figure.draw_without_rendering()
    assert figure.axes[0].get_xlim()[1] < 100


@pytest.mark.parametrize(
    ("columns", "roles", "thresholds", "match"),
    [
        ({}, ["train"], {}, "there are 0 columns"),
        ({"a": np.zeros(1)}, ["unuse"], {}, r"unknown roles \['unuse'\]"),
        ({"a": np.zeros(2)}, ["train"], {}, "column 'a' has 2 rows, roles 1"),
        ({"a": np.zeros(1)}, ["train"], {"b": 1.0}, "threshold is given for 'b'"),
    ],
)
def test_columns_roles_and_thresholds_must_match(columns, roles, thresholds, match):
    with pytest.raises(ValueError, match=match):
        split_histograms(columns, np.array(roles), thresholds, origin=Origin.OBSERVED)


def test_classes_have_a_bin_each_and_all_of_them_are_drawn():
    labels = np.array([0.0, 1.0, 3.0, np.nan] * 10)
    figure = split_histograms({"class": labels}, np.array(["train", "test"] * 20), origin=Origin.OBSERVED)
    assert figure.axes[0].get_xlim() == (-0.5, 3.5)
