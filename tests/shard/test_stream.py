"""The stream gives the objects and the pixels that the indexed reader gives, in one process and in several."""

from __future__ import annotations

import itertools
import pathlib
import subprocess
import sys

import numpy as np
import pytest
import pytorch_lightning as pl
import torch
from webdataset.gopen import gopen

from galexp.datamodule import Batch, GalaxyDataModule
from galexp.shard.read import PreparedData
from galexp.shard.stream import stream_images
from galexp.split.base import TEST, TRAIN, VAL
from galexp.trainer import quiet

ROWS = 40
ROLES = np.array([TRAIN, TRAIN, VAL, TRAIN, TEST] * 8)
TWO_RANKS = """
import sys
import numpy as np
import torch
from torch import distributed
from galexp.datamodule import GalaxyDataModule
from galexp.shard.read import PreparedData

if __name__ == "__main__":
    rank, store, folder, roles, workers, out = sys.argv[1:]
    distributed.init_process_group("gloo", init_method="file://" + store, rank=int(rank), world_size=2)
    settings = {"image_size": 8, "batch_size": 6, "cache": "none", "reader": "stream", "num_workers": int(workers)}
    module = GalaxyDataModule(PreparedData(folder), np.array(roles.split(",")), ["metallicity"], **settings)
    loader = module.train_dataloader()
    found = {}
    for epoch in (0, 1):
        loader.sampler.set_epoch(epoch)
        found[epoch] = [tuple(batch) for batch in loader]
    module.num_workers = 0
    found["val"] = [tuple(batch) for batch in module.val_dataloader()]
    torch.save(found, out)
    distributed.barrier()
    distributed.destroy_process_group()
"""
SOME_WORKERS = [0, pytest.param(2, marks=pytest.mark.slow)]
QUIET = {"logger": False, "enable_checkpointing": False, "enable_progress_bar": False, "enable_model_summary": False}


@pytest.fixture
def prepared(tmp_path, build_data, make_catalog, monkeypatch) -> PreparedData:
    """Return forty galaxies in six shards, the last one short."""
    monkeypatch.setattr("galexp.shard.build.IMAGES_PER_SHARD", 7)
    return build_data(tmp_path / "prepared", catalog=make_catalog(ROWS))


@pytest.fixture
def module(prepared):
    def module(reader: str = "stream", **settings) -> GalaxyDataModule:
        common = {"image_size": 8, "batch_size": 6, "roles": ROLES, "targets": ["metallicity"], "reader": reader}
        return GalaxyDataModule(prepared, **(common | {"cache": "none"} | settings))

    return module


def by_row(batches) -> dict[int, tuple[torch.Tensor, ...]]:
    """Return image, targets and key of each row, which must come once."""
    found = {}
    for images, targets, keys, rows in batches:
        for number, row in enumerate(rows.tolist()):
            assert row not in found
            found[row] = (images[number], targets[number], keys[number])
    return found


def assert_same_objects(found, expected):
    assert found.keys() == expected.keys()
    for row, parts in found.items():
        assert all(torch.equal(one, other) for one, other in zip(parts, expected[row], strict=True))


def rows_of(loader) -> list[list[int]]:
    return [batch.rows.tolist() for batch in loader]


@pytest.mark.parametrize("rows", [[0, 1, 2], [5, 6, 7, 39], [3], [], list(range(ROWS))])
def test_the_bytes_are_those_that_the_offsets_point_at(prepared, rows):
    found = list(stream_images(prepared, np.array(rows, dtype=int)))
    assert [row for row, _ in found] == rows
    assert all(image == prepared.image(row) for row, image in found)


@pytest.mark.parametrize("workers", SOME_WORKERS)
def test_training_gives_the_objects_and_pixels_of_the_indexed_reader_once_an_epoch(module, workers):
    made, indexed = module(num_workers=workers), module("indexed")
    expected = by_row(indexed.predict_loader(indexed.rows(TRAIN)))
    loader = made.train_dataloader()
    assert len(loader) == len(indexed.train_dataloader()) == 4
    orders = []
    for epoch in (0, 1):
        loader.sampler.set_epoch(epoch)
        batches = list(loader)
        assert [len(batch.rows) for batch in batches] == [6] * 4
        assert_same_objects(by_row(batches), expected)
        orders.append([batch.rows.tolist() for batch in batches])
    assert orders[0] != orders[1]


@pytest.mark.parametrize("workers", SOME_WORKERS)
def test_validation_and_prediction_give_each_row_once_as_the_indexed_reader_does(module, workers):
    made, indexed = module(num_workers=workers), module("indexed")
    assert_same_objects(by_row(made.val_dataloader()), by_row(indexed.val_dataloader()))
    rows = np.array([31, 2, 20, 21, 22, 39, 0])
    assert_same_objects(by_row(made.predict_loader(rows)), by_row(indexed.predict_loader(rows)))


def test_one_reader_predicts_in_the_order_of_the_shards(module):
    assert rows_of(module().predict_loader(np.array([31, 2, 20, 21, 22, 39, 0]))) == [[0, 2, 20, 21, 22, 31], [39]]


@pytest.mark.slow
@pytest.mark.parametrize("workers", ["0", "2"])
def test_two_processes_give_together_what_one_indexed_reader_gives(prepared, module, tmp_path, workers):
    (tmp_path / "ranks.py").write_text(TWO_RANKS)
    store, folder, roles = str(tmp_path / "store"), str(prepared.folder), ",".join(ROLES)
    outs = [str(tmp_path / f"{rank}.pt") for rank in range(2)]
    commands = [
        [sys.executable, str(tmp_path / "ranks.py"), str(rank), store, folder, roles, workers, outs[rank]]
        for rank in range(2)
    ]
    ranks = [subprocess.Popen(command, stderr=subprocess.PIPE) for command in commands]
    outcomes = [rank.communicate(timeout=120) for rank in ranks]
    assert [rank.returncode for rank in ranks] == [0, 0], outcomes
    found = [torch.load(out) for out in outs]
    indexed = module("indexed")
    for part, role in ((0, TRAIN), (1, TRAIN), ("val", VAL)):
        own = [[Batch(*batch) for batch in each[part]] for each in found]
        assert_same_objects(by_row(itertools.chain(*own)), by_row(indexed.predict_loader(indexed.rows(role))))
        if role == TRAIN:
            assert [[len(batch.rows) for batch in batches] for batches in own] == [[3] * 4] * 2
    assert [batch[3].tolist() for batch in found[0][0]] != [batch[3].tolist() for batch in found[0][1]]


@pytest.mark.filterwarnings("ignore:Total length of .list. across ranks is zero")
@pytest.mark.parametrize(("seen", "workers"), [(1, 0), (3, 0), pytest.param(3, 2, marks=pytest.mark.slow)])
def test_lightning_names_the_epoch_and_a_broken_run_goes_on_where_it_was(module, tmp_path, workers, seen):
    def fit(**checkpoint) -> dict[int, list[list[int]]]:
        remembered = Seen(tmp_path / "middle.ckpt", at_step=4 + seen)
        made = module(num_workers=workers, roles=np.where(ROLES == VAL, TEST, ROLES))
        with quiet():
            pl.Trainer(accelerator="cpu", max_epochs=2, **QUIET).fit(remembered, made, **checkpoint)
        return remembered.rows

    whole = fit()
    resumed = fit(ckpt_path=tmp_path / "middle.ckpt", weights_only=True)
    assert [len(batches) for batches in whole.values()] == [4, 4]
    assert resumed == {1: whole[1][seen:]}
    for epoch in (0, 1) if workers == 0 else ():
        loader = module().train_dataloader()
        loader.sampler.set_epoch(epoch)
        assert whole[epoch] == rows_of(loader)


class Seen(pl.LightningModule):
    """Remember the rows of every step, and keep a checkpoint after one of them."""

    def __init__(self, checkpoint: pathlib.Path, at_step: int) -> None:
        super().__init__()
        self.weight = torch.nn.Parameter(torch.zeros(()))
        self.rows: dict[int, list[list[int]]] = {}
        self.checkpoint, self.at_step = checkpoint, at_step

    def training_step(self, batch: Batch, index: int) -> torch.Tensor:
        self.rows.setdefault(self.current_epoch, []).append(batch.rows.tolist())
        return self.weight * 1

    def on_train_batch_end(self, *facts: object) -> None:
        if self.global_step == self.at_step and not self.checkpoint.exists():
            self.trainer.save_checkpoint(self.checkpoint)

    def validation_step(self, batch: Batch, index: int) -> None: ...

    def configure_optimizers(self) -> torch.optim.Optimizer:
        return torch.optim.SGD(self.parameters(), lr=0.1)


def test_an_epoch_broken_off_on_other_devices_is_refused_and_a_whole_one_is_not(module, monkeypatch):
    with pytest.raises(ValueError, match=r"broken off within epoch 3 on 2 devices and there are 1 now, .*force=true"):
        module().load_state_dict({"epoch": 2, "batches": 1, "processes": 2})
    for made, batches in ((module(), 0), (module("indexed"), 1)):
        made.load_state_dict({"epoch": 2, "batches": batches, "processes": 2})
        assert made.start == (2, batches)


@pytest.mark.parametrize(("before", "now"), [(2, 4), (0, 2), (2, 1)])
def test_an_epoch_broken_off_with_other_workers_is_refused_and_a_whole_one_is_not(module, before, now):
    sentence = (
        rf"epoch 3 with datamodule\.num_workers={before} and it is {now} now, .* go on with .*={before}, or start"
    )
    with pytest.raises(ValueError, match=sentence):
        module(num_workers=now).load_state_dict({"epoch": 2, "batches": 1, "num_workers": before})
    for made, batches in ((module(num_workers=now), 0), (module("indexed", num_workers=now), 1)):
        made.load_state_dict({"epoch": 2, "batches": batches, "num_workers": before})
        assert made.start == (2, batches)


@pytest.mark.parametrize(("before", "now"), [({"num_workers": 0}, 1), ({"num_workers": 1}, 0), ({}, 3)])
def test_one_reader_is_one_whether_it_is_a_worker_or_not_and_a_place_without_workers_is_taken(module, before, now):
    made = module(num_workers=now)
    made.load_state_dict({"epoch": 2, "batches": 1, **before})
    assert made.start == (2, 1)


def test_an_image_that_is_not_where_the_catalog_says_is_named(prepared):
    prepared.catalog["id"][3] = "another"
    with pytest.raises(ValueError, match=r"000000\.tar does not hold image another, which the catalog places there"):
        list(stream_images(prepared, np.arange(10)))


def test_a_shard_that_is_cut_short_is_refused(prepared):
    path = next(iter(sorted((prepared.folder / "shards").glob("*.tar"))))
    path.write_bytes(path.read_bytes()[:2000])
    with pytest.raises(ValueError, match=r"a shard of .*prepared is no whole tar \(.*\); run prepare again"):
        list(stream_images(prepared, np.arange(ROWS)))


def test_a_broken_image_is_named(prepared, module):
    made = module()
    shard = prepared.folder / "shards" / str(prepared.catalog["shard"][0])
    content = bytearray(shard.read_bytes())
    start, size = int(prepared.catalog["offset"][0]), int(prepared.catalog["size"][0])
    content[start : start + size] = bytes(size)
    pathlib.Path(shard).write_bytes(bytes(content))
    with pytest.raises(ValueError, match=rf"{prepared.catalog['id'][0]} is not a whole 8-bit image"):
        list(made.predict_loader(np.arange(3)))


@pytest.mark.parametrize(
    ("settings", "sentence"),
    [
        ({"reader": "random"}, r"datamodule\.reader is 'random'; choose indexed or stream"),
        (
            {"cache": "memory"},
            r"datamodule\.cache is 'memory' and a stream keeps no images; set datamodule\.cache=none",
        ),
        ({"shuffle_window": 0}, r"datamodule\.shuffle_window is 0; expected at least 1 image"),
    ],
)
def test_settings_that_do_not_fit_a_stream_are_refused(module, settings, sentence):
    with pytest.raises(ValueError, match=sentence):
        module(**settings)


def test_a_stream_that_is_left_in_the_middle_closes_its_shard(module, monkeypatch):
    opened = []
    monkeypatch.setattr("galexp.shard.stream.gopen", lambda path: opened.append(gopen(path)) or opened[-1])
    loader = iter(module().train_dataloader())
    next(loader)
    assert not opened[-1].closed
    loader.close()
    assert all(file.closed for file in opened)
