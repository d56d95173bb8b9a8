"""Images of ten galaxies for small representations."""

import pytest
from representations import ROLES

from galexp.datamodule import GalaxyDataModule


@pytest.fixture(scope="session")
def prepared(tmp_path_factory, build_data):
    return build_data(tmp_path_factory.mktemp("representation") / "prepared")


@pytest.fixture
def datamodule(prepared):
    return GalaxyDataModule(prepared, ROLES, ["metallicity"], image_size=16, batch_size=3)
