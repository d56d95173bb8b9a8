import numpy as np
import pytest
from sklearn.metrics import average_precision_score, roc_auc_score

from galexp.figure.ranking import ranking
from galexp.shard.origin import Origin


def two_classes(score):
    return np.stack([1 - score, score], axis=1)


@pytest.fixture
def binary():
    rng = np.random.default_rng(0)
    labels = (rng.uniform(size=300) < 0.23).astype(float)
    score = (0.3 * labels + 0.7 * rng.uniform(size=300)).round(2)
    return labels, {"network + TTA": two_classes(score), "majority": two_classes(np.full(300, 0.23))}


@pytest.fixture
def many():
    rng = np.random.default_rng(0)
    labels = rng.permutation(np.arange(200) % 5).astype(float)
    return labels, {"network": rng.dirichlet(np.ones(6), 200) * 0.6 + 0.4 * np.eye(6)[labels.astype(int)]}


def draw(labels, methods, classes=("other", "odd spiral")):
    return ranking(labels, methods, classes, origin=Origin.OBSERVED)


def areas(axes, label):
    line = next(line for line in axes.lines if line.get_label().startswith(label))
    x, y = line.get_data()
    stepped = line.get_drawstyle() == "steps-pre"
    return np.sum(np.diff(x) * y[1:]) if stepped else np.trapezoid(y, x)


def legend(figure):
    return [text.get_text() for text in figure.legends[0].get_texts()]


def test_the_areas_under_both_curves_are_those_of_scikit_learn(binary):
    labels, methods = binary
    left, right = draw(labels, methods).axes
    for name, values in methods.items():
        assert areas(left, name) == pytest.approx(roc_auc_score(labels, values[:, 1]))
        assert areas(right, name) == pytest.approx(average_precision_score(labels, values[:, 1]))


def test_of_many_classes_the_areas_are_the_means_over_those_that_occur(many):
    labels, methods = many
    left, right = draw(labels, methods, list("abcdef")).axes
    truth, values = labels[:, None] == np.arange(5), methods["network"][:, :5]
    assert areas(left, "network") == pytest.approx(roc_auc_score(truth, values, average="macro"), abs=2e-3)
    assert areas(right, "network") == pytest.approx(average_precision_score(truth, values, average="macro"), abs=2e-3)


def test_the_legend_says_the_areas_and_those_of_chance(binary):
    labels, methods = binary
    score = methods["network + TTA"][:, 1]
    expected = f"AUC {roc_auc_score(labels, score):.3f}, AP {average_precision_score(labels, score):.3f}"
    share = f"AUC 0.500, AP {labels.mean():.3f}"
    figure = draw(labels, methods)
    assert legend(figure) == [f"network + TTA\n{expected}", f"majority\n{share}", f"chance\n{share}"]


def test_a_perfect_network_climbs_at_once_and_stays_pure(binary):
    labels, _ = binary
    left, right = draw(labels, {"network": two_classes(labels)}).axes
    assert (0, 1) in zip(*left.lines[0].get_data(), strict=True)
    assert right.lines[0].get_ydata().tolist() == [1, 1]


def test_chance_is_the_diagonal_and_the_share_of_members(binary):
    left, right = draw(*binary).axes
    assert np.array(left.lines[-1].get_data()).tolist() == [[0, 1], [0, 1]]
    assert right.lines[-1].get_ydata()[0] == binary[0].mean()


def test_networks_are_colored_and_baselines_gray_with_lines_of_their_own(binary):
    labels, methods = binary
    values = methods["majority"]
    names = ["network", "ensemble_tta", "majority", "color", "knn"]
    lines = draw(labels, dict.fromkeys(names, values)).axes[0].lines[:5]
    colors = [line.get_color() for line in lines]
    assert colors[0] != colors[1]
    assert all(color[1:3] == color[3:5] == color[5:7] for color in colors[2:])
    assert len({(line.get_color(), line.get_linestyle()) for line in lines}) == 5


def test_galaxies_that_one_method_does_not_know_are_left_out_of_all(binary):
    labels, methods = binary
    labels[:3], methods["majority"][3:5] = np.nan, np.nan
    figure = draw(labels, methods)
    found = f"{int(labels[5:].sum())} members, n = 295, 5 without a class left out"
    assert figure.get_suptitle() == f"odd spiral: {found}"
    score = methods["network + TTA"][5:, 1]
    assert areas(figure.axes[0], "network") == pytest.approx(roc_auc_score(labels[5:], score))


def test_many_classes_are_counted_in_the_title(many):
    assert draw(*many, list("abcdef")).get_suptitle() == "5 classes, each against the rest, averaged, n = 200"


@pytest.mark.parametrize("labels", [np.zeros(4), np.ones(4), np.full(4, np.nan)])
def test_where_there_is_one_class_or_none_there_are_no_curves(labels):
    figure = draw(labels, {"network": two_classes(np.array([0.1, 0.2, 0.3, 0.4]))})
    assert legend(figure) == ["network\nAUC undefined, AP undefined"]
    assert [len(axes.lines[0].get_xdata()) for axes in figure.axes] == [0, 0]


def test_the_legend_lies_beside_the_panels_and_below_the_band(binary):
    figure = ranking(*binary, ["other", "odd spiral"], origin=Origin.MOCK)
    figure.draw_without_rendering()
    box = figure.legends[0].get_window_extent()
    assert box.x0 >= figure.axes[1].get_tightbbox().x1
    assert box.x1 <= figure.bbox.x1
    assert box.y1 <= figure.artists[0].get_window_extent().y0


def test_without_methods_there_is_nothing_to_draw():
    with pytest.raises(ValueError, match="no methods to draw"):
        draw(np.zeros(3), {})


@pytest.mark.parametrize(("rows", "label", "match"), [(3, 0.0, "names of classes"), (4, 2.0, "2 is no class")])
def test_every_method_has_probabilities_of_every_galaxy_and_labels_are_classes(rows, label, match):
    methods = {"network": np.full((4, 2), 0.5), "knn": np.full((rows, 2), 0.5)}
    with pytest.raises(ValueError, match=match):
        draw(np.array([0, 1, label, 1]), methods)
