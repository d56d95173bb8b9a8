"""Claims about evaluating one network on the rows of one datamodule."""

from __future__ import annotations

import numpy as np
import pytest

from galexp.config import compose
from galexp.datamodule import GalaxyDataModule
from galexp.evaluation import run
from galexp.evaluation.run import evaluate, sample_rows
from galexp.split.base import TEST, TRAIN, UNUSED, VAL
from galexp.task.build import build_task

ROLES = np.array([TRAIN] * 5 + [VAL] * 2 + [TEST] * 2 + [UNUSED])


@pytest.fixture
def datamodule(data):
    return GalaxyDataModule(data, ROLES, ["metallicity"], image_size=16, batch_size=4)


@pytest.fixture(autouse=True)
def _oracle(monkeypatch):
    """Predict the truth, and 1 more with TTA."""

    def predict(trainer, task, datamodule, rows):
        return datamodule.truth[rows], datamodule.truth[rows] + 1

    monkeypatch.setattr(run, "predict_rows", predict)


def make(*words):
    base = ["size=tiny", "model=small_cnn", "dataset.targets=[metallicity]", "datamodule.image_size=16"]
    return build_task(compose([*base, *words]), bands=3)


def evaluated(datamodule):
    with pytest.warns(UserWarning, match="random forest is left out"):
        return evaluate(None, make(), datamodule, (), draws=0, seed=0)


def test_validation_and_test_rows_are_predicted_and_no_other(datamodule):
    table = evaluated(datamodule).predictions
    assert table["role"].tolist() == [VAL] * 2 + [TEST] * 2
    assert table["id"].tolist() == datamodule.data.catalog["id"][5:9].tolist()


def test_baselines_are_on_the_test_rows_alone(datamodule):
    scores = evaluated(datamodule).scores
    assert set(scores[VAL]["metallicity"]["all"]) == {"network", "network_tta"}
    assert set(scores[TEST]["metallicity"]["all"]) == {
        "network", "network_tta", "mean", "linear_color", "pca_forest", "knn",
    }  # fmt: skip
    assert scores[TEST]["metallicity"]["all"]["network"]["rmse"] == 0
    assert scores[TEST]["metallicity"]["all"]["network_tta"]["rmse"] == pytest.approx(1)


def test_the_mean_that_is_compared_with_is_of_train_and_validation_rows(datamodule):
    found = evaluated(datamodule).scores[TEST]["metallicity"]["all"]["mean"]["rmse"]
    truth = datamodule.truth[:, 0]
    assert found == pytest.approx(np.sqrt(np.mean((truth[7:9] - truth[:7].mean()) ** 2)))


def test_without_truth_there_are_predictions_and_no_scores(datamodule):
    datamodule.truth[:] = np.nan
    result = evaluate(None, make(), datamodule, (), draws=0, seed=0)
    assert (len(result.predictions), result.scores) == (4, {})


def test_without_learned_rows_there_are_no_baselines(datamodule):
    datamodule.roles = np.array([TEST] * 10)
    result = evaluate(None, make(), datamodule, (), draws=0, seed=0)
    assert set(result.scores[TEST]["metallicity"]["all"]) == {"network", "network_tta"}


@pytest.fixture
def classes(monkeypatch, datamodule):
    """Give rows a class, and predict it with 70 %."""
    datamodule.data.catalog["metallicity"] = np.array([0, 1] * 5, dtype=np.float64)
    datamodule.data.catalog["width"] = 5.0
    datamodule.truth[:, 0] = datamodule.data.catalog["metallicity"]

    def predict(trainer, task, datamodule, rows):
        probabilities = np.where(np.arange(2) == datamodule.truth[rows], 0.7, 0.3)
        return probabilities, probabilities

    monkeypatch.setattr(run, "predict_rows", predict)
    return make("task=classification", "task.targets=[metallicity]", "task.classes=[no,yes]", "task.width_column=width")


@pytest.mark.filterwarnings("ignore:the random forest is left out:UserWarning")
def test_classes_are_scored_beside_their_own_baselines(datamodule, classes):
    result = evaluate(None, classes, datamodule, (), draws=0, seed=0)
    scores = result.scores[TEST]["metallicity"]["all"]
    assert scores["network"]["accuracy"] == 1
    assert scores["network"]["log_loss"] == pytest.approx(-np.log(0.7))
    assert set(scores) == {"network", "network_tta", "majority", "color", "pca_forest", "knn"}
    assert result.classes == ("no", "yes")
    assert result.scores["class_width"] == 5
    assert result.baselines["majority"].shape == (2, 2)


@pytest.mark.filterwarnings("ignore:the random forest is left out:UserWarning")
def test_a_width_of_classes_that_is_not_there_is_named(datamodule, classes):
    datamodule.data.catalog.remove_column("width")
    with pytest.raises(ValueError, match=r"task.width_column is 'width', which .* lacks; it has id"):
        evaluate(None, classes, datamodule, (), draws=0, seed=0)


def test_the_sample_table_shows_tested_galaxies_with_their_images(datamodule, data):
    names, rows = sample_rows(datamodule, evaluated(datamodule), TEST, most=1)
    columns = ["true_metallicity", "pred_metallicity", "pred_tta_metallicity", "residual_metallicity"]
    assert names == ["id", "image", *columns]
    ((identifier, image, *numbers),) = rows
    assert identifier == data.catalog["id"][7]
    np.testing.assert_array_equal(image, data.pixels(7))
    assert numbers[:3] == pytest.approx(datamodule.truth[7, 0] + np.array([0, 0, 1]))
    assert numbers[3] == pytest.approx(numbers[1] - numbers[0])
