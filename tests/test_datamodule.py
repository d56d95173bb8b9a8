from __future__ import annotations

import itertools

import numpy as np
import pytest
import pytorch_lightning as pl
import torch

from galexp.datamodule import Batch, GalaxyDataModule, object_keys
from galexp.shard.batches import EpochBatches
from galexp.shard.origin import Origin
from galexp.split.base import TEST, TRAIN, UNUSED, VAL

ROLES = np.array([TRAIN] * 11 + [VAL] * 4 + [TEST] * 5 + [UNUSED] * 3)


@pytest.fixture
def module(tmp_path, build_data, make_catalog):
    data = build_data(tmp_path / "prepared", catalog=make_catalog(len(ROLES)))

    def module(**settings) -> GalaxyDataModule:
        common = {"image_size": 8, "batch_size": 4, "roles": ROLES, "targets": ["metallicity"]}
        return GalaxyDataModule(data, **(common | settings))

    return module


def rows_of(loader) -> list[int]:
    return [row for batch in loader for row in batch.rows.tolist()]


def test_prediction_covers_each_row_once_in_order(module):
    made = module()
    assert rows_of(made.predict_loader(np.arange(23))) == list(range(23))
    assert rows_of(made.predict_loader(made.rows(TEST))) == list(range(15, 20))
    assert rows_of(made.val_dataloader()) == list(range(11, 15))
    assert [len(batch.rows) for batch in made.predict_loader(made.rows(TEST))] == [4, 1]


def test_a_batch_holds_images_targets_keys_and_rows_of_the_same_galaxies(module):
    made = module(targets=["metallicity", "not_there"])
    for batch in made.predict_loader(np.array([5, 2, 20])):
        assert isinstance(batch, Batch)
        assert torch.equal(batch.images, made.images[[5, 2, 20]])
        truth = torch.tensor(made.data.catalog["metallicity"][[5, 2, 20]], dtype=torch.float32)
        assert torch.equal(batch.targets[:, 0], truth)
        assert batch.targets[:, 1].isnan().all()
        assert torch.equal(batch.keys, object_keys(made.data.catalog["id"][[5, 2, 20]].tolist()))


def test_training_drops_the_last_incomplete_batch_and_repeats_no_row(module):
    made = module()
    loader = made.train_dataloader()
    rows = rows_of(loader)
    assert len(loader) == 2
    assert len(rows) == len(set(rows)) == 8
    assert set(rows) <= set(made.rows(TRAIN).tolist())


def test_the_order_of_training_is_a_function_of_seed_and_epoch():
    def order(seed: int, epoch: int) -> list[list[int]]:
        batches = EpochBatches(np.arange(40), 8, seed)
        batches.set_epoch(epoch)
        return list(batches)

    assert order(0, 3) == order(0, 3)
    assert order(0, 3) != order(0, 4)
    assert order(0, 3) != order(1, 3)
    assert sorted(itertools.chain(*order(0, 3))) == list(range(40))


@pytest.mark.filterwarnings("ignore:`isinstance.treespec, LeafSpec.` is deprecated:FutureWarning")  # Lightning's own
@pytest.mark.filterwarnings("ignore:The '.*_dataloader' does not have many workers")
@pytest.mark.filterwarnings("ignore:Total length of .list. across ranks is zero")
def test_lightning_names_the_epoch_to_the_sampler_and_accepts_no_validation(module):
    class Seen(pl.LightningModule):
        def __init__(self) -> None:
            super().__init__()
            self.weight = torch.nn.Parameter(torch.zeros(()))
            self.rows: dict[int, list[int]] = {}

        def training_step(self, batch: Batch, index: int) -> torch.Tensor:
            self.rows.setdefault(self.current_epoch, []).extend(batch.rows.tolist())
            return self.weight * 1

        def validation_step(self, batch: Batch, index: int) -> None: ...

        def configure_optimizers(self) -> torch.optim.Optimizer:
            return torch.optim.SGD(self.parameters(), lr=0.1)

    made = module(roles=np.where(ROLES == VAL, TRAIN, ROLES))
    assert made.val_dataloader() == []
    seen = Seen()
    quiet = {
        "logger": False,
        "enable_checkpointing": False,
        "enable_progress_bar": False,
        "enable_model_summary": False,
    }
    pl.Trainer(accelerator="cpu", max_epochs=2, **quiet).fit(seen, made)
    for epoch in (0, 1):
        expected = EpochBatches(made.rows(TRAIN), 4, made.seed)
        expected.set_epoch(epoch)
        assert seen.rows[epoch] == list(itertools.chain(*expected))


@pytest.mark.parametrize("seen", [0, 2, 4])
def test_a_broken_epoch_goes_on_after_the_batches_that_were_seen_and_the_next_is_whole(seen):
    whole = EpochBatches(np.arange(40), 8, seed=1)
    resumed = EpochBatches(np.arange(40), 8, seed=1, start=(3, seen))
    whole.set_epoch(3)
    assert list(resumed) == list(whole)[seen:]
    assert len(resumed) == len(whole) == 5
    for batches in (whole, resumed):
        batches.set_epoch(4)
    assert list(resumed) == list(whole)


@pytest.mark.parametrize("processes", [2, 4])
def test_processes_share_every_batch_and_together_train_on_the_rows_of_one(monkeypatch, processes):
    one = list(EpochBatches(np.arange(40), 8, seed=1))
    monkeypatch.setattr("galexp.world.size", lambda: processes)
    shares = []
    for rank in range(processes):
        monkeypatch.setattr("galexp.world.rank", lambda rank=rank: rank)
        shares.append(list(EpochBatches(np.arange(40), 8, seed=1)))
    assert {len(batch) for share in shares for batch in share} == {8 // processes}
    for number, batch in enumerate(one):
        assert sorted(row for share in shares for row in share[number]) == sorted(batch)


@pytest.mark.parametrize(("processes", "validated"), [(2, 5), (3, 5)])
def test_processes_share_the_validation_rows_without_padding(build_data, tmp_path, monkeypatch, processes, validated):
    data = build_data(tmp_path / "prepared")
    roles = np.array([VAL] * validated + [TRAIN] * (len(data) - validated))
    monkeypatch.setattr("galexp.world.size", lambda: processes)
    shares = []
    for rank in range(processes):
        monkeypatch.setattr("galexp.world.rank", lambda rank=rank: rank)
        module = GalaxyDataModule(data, roles, ["metallicity"], image_size=16, batch_size=3)
        shares += [batch.rows.tolist() for batch in module.val_dataloader()]
    assert sorted(row for share in shares for row in share) == list(range(validated))
    monkeypatch.setattr("galexp.world.size", lambda: validated + 1)
    with pytest.raises(ValueError, match="5 validation rows are too few for 6 devices"):
        GalaxyDataModule(data, roles, ["metallicity"], image_size=16, batch_size=3)


@pytest.mark.parametrize(
    "cache", ["memory", *(pytest.param(place, marks=pytest.mark.slow) for place in ("disk", "none"))]
)
def test_every_cache_and_number_of_workers_gives_the_same_batches(module, cache):
    expected = list(module().train_dataloader())
    for workers in (0, 2):
        found = list(module(cache=cache, num_workers=workers).train_dataloader())
        assert len(found) == len(expected)
        for one, other in zip(found, expected, strict=True):
            assert all(torch.equal(a, b) for a, b in zip(one, other, strict=True))


def test_statistics_are_numpys_over_the_training_images(module):
    made = module()
    images = made.images[made.rows(TRAIN).tolist()].numpy() / 255
    mean, spread = made.image_statistics()
    np.testing.assert_allclose(mean, images.mean((0, 2, 3)), rtol=1e-12)
    np.testing.assert_allclose(spread, images.std((0, 2, 3)), rtol=1e-9)


def test_statistics_of_at_most_so_many_images_are_of_images_evenly_over_the_catalog(module):
    made = module()
    rows = made.rows(TRAIN)
    images = made.images[rows[:: -(-len(rows) // 3)].tolist()].numpy() / 255
    np.testing.assert_allclose(made.image_statistics(most=3)[0], images.mean((0, 2, 3)), rtol=1e-12)


def test_the_bands_are_those_of_the_images(module):
    assert module().bands == 3


def test_keys_are_the_start_of_sha256_and_differ():
    keys = object_keys([str(number) for number in range(1000)])
    assert len(set(keys.tolist())) == 1000
    assert keys.min() >= 0
    assert keys[1] == int("6b86b273ff34fce1", 16) >> 1  # SHA-256 of "1" begins with 6b86b273ff34fce1


def test_fewer_training_rows_than_a_batch_are_refused_where_training_begins(module):
    made = module(batch_size=12)
    assert rows_of(made.predict_loader(made.rows(TEST))) == list(range(15, 20))
    with pytest.raises(ValueError, match="11 training rows are less than one batch of 12; lower batch_size"):
        made.train_dataloader()


@pytest.fixture
def beside(tmp_path, build_data, make_catalog, fake_imaging):
    """Return a second prepared dataset beside the first, of gray images of another size and galaxies of its own."""
    catalog = make_catalog(9)
    catalog["id"] = [f"beside{row}" for row in range(9)]
    return build_data(tmp_path / "beside", catalog, fake_imaging(side=24, planes=1))


def test_images_of_a_second_dataset_fill_their_part_of_every_batch_without_a_label(module, beside):
    made = module(unlabeled="beside", unlabeled_fraction=0.25)
    batches = list(made.train_dataloader())
    assert len(batches) == 3  # 11 rows, of which a batch has three
    for batch in batches:
        is_other = batch.rows >= len(ROLES)
        assert is_other.tolist() == [False, False, False, True]
        assert torch.equal(batch.targets.isnan()[:, 0], is_other)
        other = int(batch.rows[3]) - len(ROLES)
        assert batch.keys[3] == object_keys([f"beside{other}"])[0]
        shown = np.array(beside.pixels(other)).astype(float)
        assert batch.images[3].shape == (3, 8, 8)
        assert torch.equal(batch.images[3, 0], batch.images[3, 2])
        assert batch.images[3].double().mean() == pytest.approx(shown.mean(), abs=0.5)
    assert rows_of(made.val_dataloader()) == list(range(11, 15))


def test_a_second_dataset_is_opened_where_training_begins(module):
    made = module(unlabeled="nowhere")
    assert rows_of(made.predict_loader(made.rows(TEST))) == list(range(15, 20))
    with pytest.raises(FileNotFoundError, match=r"datamodule\.unlabeled is 'nowhere'; expected the name of a prepared"):
        made.train_dataloader()


def test_what_is_learned_beside_a_mock_is_marked_as_one(module, beside):
    assert module(unlabeled="beside").origin is Origin.OBSERVED
    made = module(unlabeled="beside")
    made.unlabeled.manifest.mock.append("images")
    assert made.origin is Origin.MOCK
    assert module().origin is Origin.OBSERVED


def test_a_second_dataset_that_changed_is_refused_where_a_run_goes_on(module, beside):
    made = module(unlabeled="beside")
    place = {"epoch": 1, "batches": 0, "processes": 1, "num_workers": 0}
    made.load_state_dict({**place, "unlabeled": beside.manifest.content_sha256})
    assert made.start == (1, 0)
    with pytest.raises(ValueError, match=r"beside no longer holds what this run was trained on; put it back, or start"):
        made.load_state_dict({**place, "unlabeled": "another"})


def test_the_images_of_a_second_dataset_are_decoded_once_with_their_progress(module, beside):
    made, done = module(unlabeled="beside"), []
    first = made.decode_unlabeled(done.append)
    assert done[-1] == len(first.data) == 9
    assert made.train_dataloader().dataset.images.second is first
    assert module().decode_unlabeled() is None


def test_of_few_rows_a_batch_has_as_many_of_its_own_as_others_leave(module, beside):
    assert len(module(batch_size=16, unlabeled="beside", unlabeled_fraction=0.5).train_dataloader()) == 1
    with pytest.raises(ValueError, match="11 training rows are less than one batch of 12; lower batch_size"):
        module(batch_size=16, unlabeled="beside", unlabeled_fraction=0.25).train_dataloader()


@pytest.mark.parametrize("fraction", [0, 0.1, 0.9, 1])
def test_a_part_of_a_batch_that_leaves_nothing_for_either_is_refused(module, fraction):
    with pytest.raises(
        ValueError, match=rf"unlabeled_fraction is {fraction}, which makes [04] of a batch of 4; expected"
    ):
        module(unlabeled="beside", unlabeled_fraction=fraction)


def test_a_stream_has_no_company(module):
    with pytest.raises(ValueError, match=r"datamodule\.unlabeled is read by offset; leave datamodule=stream out"):
        module(unlabeled="beside", reader="stream", cache="none")
