import dataclasses

import numpy as np
import pytest

from galexp.attribution.radius import galaxy_radii

ROWS = np.array([0, 2])


@pytest.fixture
def change(data):
    """Return what gives the prepared data of 16 px images other facts."""

    def made(columns=None, **facts):
        data.manifest = dataclasses.replace(data.manifest, **facts)
        for name, values in (columns or {}).items():
            data.catalog[name] = np.resize(values, len(data))
        return data

    return made


def test_a_radius_in_arcsec_is_brought_to_the_pixels_that_the_network_sees(change):
    data = change({"r50": [1.0, 9.0, 2.0], "r90": [4.0, 9.0, -1.0]}, pixel_scale=0.5)
    found = galaxy_radii(data, ROWS, image_size=32, field_fraction=0.5)
    assert found.unit == "R90"
    assert found.pixels[0] == 4.0 / 0.5 * (32 / (0.5 * 16))
    assert np.isnan(found.pixels[1])


def test_half_light_is_next_then_arcsec(change):
    data = change({"r50": [1.0, 9.0, 2.0]}, pixel_scale=0.5)
    assert galaxy_radii(data, ROWS, 16, 1.0).unit == "R50"
    assert galaxy_radii(data, ROWS, 16, 1.0).pixels.tolist() == [2.0, 4.0]
    data.catalog.remove_column("r50")
    found = galaxy_radii(data, ROWS, 16, 1.0)
    assert (found.unit, found.pixels.tolist()) == ("arcsec", [2.0, 2.0])


def test_pictures_of_galaxy_zoo_are_as_wide_as_its_authors_say(change):
    found = galaxy_radii(change(dataset="gz2", pixel_scale=None), ROWS, image_size=424, field_fraction=1.0)
    assert (found.unit, found.pixels.tolist()) == ("R90", [pytest.approx(50), pytest.approx(50)])
    half = galaxy_radii(change(dataset="gz2", pixel_scale=None), ROWS, image_size=212, field_fraction=0.5)
    assert half.pixels.tolist() == found.pixels.tolist()


def test_where_nothing_is_known_it_is_half_the_side(change):
    found = galaxy_radii(change(pixel_scale=None), ROWS, 32, 1.0)
    assert (found.unit, found.pixels.tolist()) == ("half side of the image", [16.0, 16.0])


def test_images_of_several_sizes_are_each_measured(change):
    data = change(pixel_scale=0.5, image_shapes={"16x16x3": 9, "20x20x3": 1})
    assert galaxy_radii(data, ROWS, 32, 1.0).pixels.tolist() == [4.0, 4.0]


def test_a_column_without_any_radius_gives_way_to_the_next(change):
    data = change({"r90": [np.nan, -1.0], "r50": [np.nan, np.nan, np.nan, 3.0]}, pixel_scale=0.5)
    found = galaxy_radii(data, ROWS, 16, 1.0)
    assert found.unit == "R50"
    assert np.isnan(found.pixels).all()
    data.catalog["r50"] = np.nan
    assert galaxy_radii(data, ROWS, 16, 1.0).unit == "arcsec"
