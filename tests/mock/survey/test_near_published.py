"""Claims about how near every mock survey comes to everything that was published of it."""

import functools

import numpy as np
import pytest

from galexp.mock.published import published
from galexp.mock.survey import mock_alfalfa, mock_sdss_metallicity

# (survey, column): how far the worst quantile and the scatter may lie off, in the column's unit. Where nothing is said,
# seeds of a survey of this size come as near, with room for another 0.03 dex or so. The others are known misfits, left
# because what mends one spoils the gas or the overdensity of another survey.
TOLERANCES = {
    ("alfalfa", "log_hi_fraction"): (0.10, 0.05),
    ("alfalfa", "log_hi_mass"): (0.08, None),
    # 16 %: 8.83 instead of 8.73
    ("alfalfa", "log_stellar_mass"): (0.15, None),
    # 80 %: 0.35 instead of 0.49, and 20 %: -0.28 instead of -0.20
    ("alfalfa", "log_one_plus_delta5_code"): (0.18, None),
    # 80 %: 0.37; a blind survey finds few stripped galaxies. Real positions give alpha.40 0.2 less than xGASS, too
    ("alfalfa", "log_one_plus_delta5_fixed"): (0.17, None),
    ("xgass", "log_hi_fraction"): (0.08, 0.05),
    ("xgass", "log_hi_mass"): (0.08, 0.05),
    ("xgass", "log_stellar_mass"): (0.08, 0.05),
    ("xgass", "log_one_plus_delta5_fixed"): (0.10, None),
    ("sdss_metallicity", "metallicity"): (0.03, 0.03),
    # 0.05 to 0.06 instead of 0.07; the luminosity function, made for alpha.40, has many faint galaxies, which are near
    ("sdss_metallicity", "redshift"): (0.02, None),
    # 80 %: 0.38; quenched galaxies have no lines, and more are quenched in crowds
    ("sdss_metallicity", "log_one_plus_delta5_fixed"): (0.15, None),
}
DRAWN = {
    "alfalfa": functools.partial(mock_alfalfa, 3000),
    "sdss_metallicity": functools.partial(mock_sdss_metallicity, 3000),
}


def assert_near_published(survey, catalog):
    for entry in published(survey):
        values = np.asarray(catalog[entry.name])
        tolerance, scatter_tolerance = TOLERANCES[survey, entry.name]
        found = np.nanpercentile(values, list(entry.quantiles))
        assert found == pytest.approx(list(entry.quantiles.values()), abs=tolerance), entry.name
        if entry.scatter is not None:
            assert values.std() == pytest.approx(entry.scatter, abs=scatter_tolerance), entry.name


def test_every_published_number_has_a_tolerance():
    surveys = ("alfalfa", "gz2", "sdss_metallicity", "xgass")
    assert {(survey, entry.name) for survey in surveys for entry in published(survey)} == set(TOLERANCES)


@pytest.mark.parametrize("seed", [0, pytest.param(1, marks=pytest.mark.slow)])
@pytest.mark.parametrize("survey", ["alfalfa", "sdss_metallicity", "xgass"])
def test_a_mock_survey_is_near_all_that_was_published_of_it(survey, seed, draw_xgass):
    draw = draw_xgass if survey == "xgass" else DRAWN[survey]
    assert_near_published(survey, draw(seed=seed))


@pytest.mark.slow
@pytest.mark.parametrize("seed", [2, 3])
def test_the_whole_of_alpha_40_is_near_all_that_was_published_of_it(seed):
    catalog = mock_alfalfa(seed=seed)
    assert len(catalog) == 7399
    assert_near_published("alfalfa", catalog)
