"""Claims about the data behind the runs of a report, and what its configurations are called."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np

from galexp.page.prepared import called, leader, resized, shown_data, stamp


def test_data_is_shown_once_whatever_number_of_runs_learned_from_it(make_run, material):
    runs = [make_run("dataset=xgass", f"seed={seed}") for seed in (0, 1)]
    (shown,), absent = shown_data(material(*runs))
    assert absent == []
    assert (shown.run.name, shown.name, shown.mark) == (runs[0].name, "xgass-file-files", "")
    assert shown.labels == ["log_hi_fraction"]
    np.testing.assert_array_equal(shown.values(shown.labels)[:, 0], shown.data.catalog["log_hi_fraction"])
    assert shown.stamp(3, "G").address.startswith("https://skyserver.sdss.org/")
    side = shown.run.settings["datamodule"]["image_size"]
    assert shown.seen(3).shape == (side, side, 3)
    shown.run.settings["model"]["monochrome"] = True
    assert shown.seen(3).shape == (side, side, 1)


def test_data_that_is_not_there_is_named_once(make_run, material):
    run = make_run("dataset=xgass", finished=False)
    run.directory.write_json("provenance.json", {"data_folder": "data/xgass"})
    run.directory.write_json("metrics.json", {"data_sha256": "0" * 64})
    shown, (notice,) = shown_data(material(run, run))
    assert shown == []
    assert "The prepared data xgass-file-files is not in data/xgass" in notice.text
    assert "Prepare it again" in notice.text


def test_a_stamp_is_the_central_square_and_no_larger_than_a_page_needs():
    pixels = np.random.default_rng(0).integers(0, 256, (300, 400, 3), dtype=np.uint8)
    assert stamp(pixels).shape == (128, 128, 3)
    np.testing.assert_array_equal(stamp(pixels[:20, :30]), pixels[:20, 5:25])
    assert stamp(np.zeros((20, 20, 5), np.uint8)).shape == (20, 20, 1)


def test_a_resized_pixel_is_the_mean_over_its_area():
    pixels = np.arange(16, dtype=np.uint8).reshape(4, 4, 1)
    np.testing.assert_array_equal(resized(pixels, 2)[..., 0], [[2, 4], [10, 12]])
    np.testing.assert_array_equal(resized(pixels, 2, field_fraction=0.5)[..., 0], [[5, 6], [9, 10]])


def chosen(**options):
    """Return what stands for the runs of one configuration."""
    fixed = {"dataset": "gz2", "split": "random", "model": "resnet18", "logger": "none", "schedule": "constant"}
    return [SimpleNamespace(choices={**fixed, **options})]


def test_configurations_are_called_by_the_options_in_which_they_differ():
    groups = {
        "a": chosen(transform="none"),
        "b": chosen(transform="gz2_lab", schedule="plateau", logger="wandb"),
        "c": chosen(model="small_cnn", transform="d4"),
    }
    assert called(groups) == {
        "a": "gz2-random-resnet18 schedule=constant transform=none",
        "b": "gz2-random-resnet18 schedule=plateau transform=gz2_lab",
        "c": "gz2-random-small_cnn",
    }


def test_configurations_that_differ_in_a_number_alone_keep_their_long_names():
    groups = {f"datamodule.image_size={side}": chosen() for side in (32, 64)}
    assert called(groups) == {name: name for name in groups}


def test_the_leader_has_the_lowest_validation_error():
    first, second, third = (
        SimpleNamespace(history=history)
        for history in ({"val/rmse": [0.3, 0.2]}, {"val/rmse": [0.9, 0.01, 0.5]}, {"val/rmse": [float("nan")]})
    )
    assert leader([first, second, third]) is second
    assert leader([third, SimpleNamespace(history={})]) is third
