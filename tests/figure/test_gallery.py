import numpy as np
import pytest

from galexp.figure.gallery import gallery, pick_rows
from galexp.shard.origin import Origin


def stamps(count, bands=3):
    return np.arange(count * 4 * 4 * bands, dtype=np.uint64).astype(np.uint8).reshape(count, 4, 4, bands)


def titles(count):
    return [f"stamp {number}" for number in range(count)]


def test_the_worst_and_the_best_rows_are_picked():
    residual = np.random.default_rng(0).normal(size=200)
    picked = pick_rows(np.zeros(200), residual, count=5)
    order = np.argsort(residual)
    assert picked["most over-predicted"].tolist() == order[::-1][:5].tolist()
    assert picked["most under-predicted"].tolist() == order[:5].tolist()
    assert picked["best"].tolist() == np.argsort(np.abs(residual))[:5].tolist()
    assert len(picked["random"]) == 5


@pytest.mark.parametrize("galaxies", [0, 1, 2, 3, 5, 24, 100])
def test_no_row_is_picked_twice_and_rows_without_a_value_never(galaxies):
    truth = np.random.default_rng(0).normal(size=galaxies)
    truth[::5] = np.nan
    picked = pick_rows(truth, np.zeros(galaxies))
    rows = np.concatenate([*picked.values(), []]).astype(int)
    assert len(set(rows)) == len(rows)
    assert np.isfinite(truth[rows]).all()
    assert all(0 < len(kind) <= 6 for kind in picked.values())


def test_who_is_over_predicted_is_too_high():
    picked = pick_rows(np.zeros(40), np.linspace(0.1, 1, 40))
    assert "most under-predicted" not in picked
    assert picked["most over-predicted"].tolist() == [39, 38, 37, 36, 35, 34]


def test_random_rows_depend_on_the_seed_alone():
    truth, prediction = np.zeros(500), np.random.default_rng(0).normal(size=500)
    first, again, other = (pick_rows(truth, prediction, seed=seed)["random"] for seed in (1, 1, 2))
    assert first.tolist() == again.tolist() != other.tolist()


@pytest.mark.parametrize("bands", [1, 3])
def test_stamps_are_shown_as_they_are_in_their_order(bands):
    images = stamps(7, bands)
    figure = gallery(images, titles(7), origin=Origin.OBSERVED)
    shown = [axes for axes in figure.axes if axes.images]
    for axes, image, title in zip(shown, images, titles(7), strict=True):
        np.testing.assert_array_equal(axes.images[0].get_array(), image.squeeze())
        assert axes.get_xlabel() == title


def test_gray_is_not_stretched_from_stamp_to_stamp():
    figure = gallery(np.full((1, 4, 4, 1), 100, np.uint8), ["a"], origin=Origin.OBSERVED)
    assert figure.axes[0].images[0].get_clim() == (0, 255)


def test_each_row_has_its_title():
    figure = gallery(stamps(8), titles(8), row_titles=["most over-predicted", "best"], across=4, origin=Origin.OBSERVED)
    assert [figure.axes[0].get_ylabel(), figure.axes[4].get_ylabel()] == ["most\nover-predicted", "best"]


@pytest.mark.parametrize(
    ("images", "names", "row_titles", "match"),
    [
        (stamps(0), [], [], r"shape \(0, 4, 4, 3\)"),
        (stamps(2, 2), titles(2), [], "expected .* 1 or 3"),
        (stamps(2), titles(1), [], "2 images have 1 titles"),
        (stamps(2), titles(2), ["a", "b"], "1 rows of stamps have 2 row titles"),
    ],
)
def test_images_and_titles_must_match(images, names, row_titles, match):
    with pytest.raises(ValueError, match=match):
        gallery(images, names, row_titles=row_titles, origin=Origin.OBSERVED)
