"""Claims about reading a course of training."""

from __future__ import annotations

import math

from galexp.callback.history import History
from galexp.run.history import read_history


def test_an_epoch_without_a_number_is_nan(tmp_path):
    (tmp_path / "history.csv").write_text("epoch,val/rmse\n0,\n1,0.5\n")
    history = read_history(tmp_path)
    assert history["epoch"] == [0, 1]
    assert math.isnan(history["val/rmse"][0])
    assert history["val/rmse"][1] == 0.5


def test_a_training_that_ended_before_its_first_epoch_has_no_columns(tmp_path):
    (tmp_path / "history.csv").write_text("")
    assert read_history(tmp_path) == {}


def test_the_rows_survive_a_round_trip_through_the_checkpoint(tmp_path):
    history, other = History(tmp_path), History(tmp_path)
    history.rows = [{"epoch": 0, "lr": 0.1}]
    other.load_state_dict(history.state_dict())
    assert other.rows == history.rows
