from __future__ import annotations

import json

import pytest

from galexp.shard.manifest import read_manifest, recipe_hash


def test_a_manifest_comes_back_as_it_was_written(data, tmp_path):
    data.manifest.write(tmp_path)
    assert read_manifest(tmp_path) == data.manifest


def test_a_folder_without_a_manifest_is_no_prepared_dataset(tmp_path):
    with pytest.raises(
        FileNotFoundError, match=r"holds no prepared dataset \(manifest\.json is missing\); run prepare"
    ):
        read_manifest(tmp_path)


@pytest.mark.parametrize("content", ["{", "[]", "{}", '{"shards": [], "surprise": 1}', '{"shards": [{"nom": 1}]}'])
def test_a_manifest_of_another_kind_is_refused_by_name(tmp_path, content):
    (tmp_path / "manifest.json").write_text(content)
    with pytest.raises(ValueError, match=r"manifest\.json cannot be read \(.*\); run prepare with force=true"):
        read_manifest(tmp_path)


def test_the_hash_of_a_recipe_does_not_know_the_order_of_its_keys():
    recipe = {"b": {"d": 1, "c": [1, 2]}, "a": None}
    shuffled = json.loads(json.dumps(recipe, sort_keys=True))
    assert recipe_hash(recipe) == recipe_hash(shuffled)
    assert recipe_hash(recipe) != recipe_hash({**recipe, "a": 0})
