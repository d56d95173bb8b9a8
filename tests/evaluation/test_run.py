"""Claims about evaluating one network on the rows of one datamodule."""

from __future__ import annotations

import numpy as np
import pytest

from galexp.datamodule import GalaxyDataModule
from galexp.evaluation import run
from galexp.evaluation.run import band_means, evaluate, sample_rows
from galexp.split.base import TEST, TRAIN, UNUSED, VAL

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


def evaluated(datamodule):
    with pytest.warns(UserWarning, match="random forest is left out"):
        return evaluate(None, None, datamodule, ["metallicity"], (), draws=0, seed=0)


def test_validation_and_test_rows_are_predicted_and_no_other(datamodule):
    table = evaluated(datamodule).predictions
    assert table["role"].tolist() == [VAL] * 2 + [TEST] * 2
    assert table["id"].tolist() == datamodule.data.catalog["id"][5:9].tolist()


def test_baselines_are_on_the_test_rows_alone(datamodule):
    scores = evaluated(datamodule).scores
    assert set(scores[VAL]["metallicity"]["all"]) == {"network", "network_tta"}
    assert set(scores[TEST]["metallicity"]["all"]) == {"network", "network_tta", "mean", "linear_color"}
    assert scores[TEST]["metallicity"]["all"]["network"]["rmse"] == 0
    assert scores[TEST]["metallicity"]["all"]["network_tta"]["rmse"] == pytest.approx(1)


def test_the_mean_that_is_compared_with_is_of_train_and_validation_rows(datamodule):
    found = evaluated(datamodule).scores[TEST]["metallicity"]["all"]["mean"]["rmse"]
    truth = datamodule.truth[:, 0]
    assert found == pytest.approx(np.sqrt(np.mean((truth[7:9] - truth[:7].mean()) ** 2)))


def test_without_truth_there_are_predictions_and_no_scores(datamodule):
    datamodule.truth[:] = np.nan
    result = evaluate(None, None, datamodule, ["metallicity"], (), draws=0, seed=0)
    assert (len(result.predictions), result.scores) == (4, {})


def test_without_learned_rows_there_are_no_baselines(datamodule):
    datamodule.roles = np.array([TEST] * 10)
    result = evaluate(None, None, datamodule, ["metallicity"], (), draws=0, seed=0)
    assert set(result.scores[TEST]["metallicity"]["all"]) == {"network", "network_tta"}


def test_band_means_are_those_of_the_images(datamodule, data):
    expected = [data.pixels(row).mean((0, 1)) for row in range(10)]
    np.testing.assert_allclose(band_means(datamodule), expected, rtol=1e-5)


def test_the_sample_table_shows_tested_galaxies_with_their_images(datamodule, data):
    names, rows = sample_rows(datamodule, evaluated(datamodule), most=1)
    assert names == ["id", "image", "true_metallicity", "pred_metallicity", "pred_tta_metallicity"]
    ((identifier, image, *numbers),) = rows
    assert identifier == data.catalog["id"][7]
    np.testing.assert_array_equal(image, data.pixels(7))
    assert numbers == pytest.approx(datamodule.truth[7, 0] + np.array([0, 0, 1]))
