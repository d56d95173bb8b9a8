"""Claims about the published relation of stellar mass and metallicity."""

from __future__ import annotations

import numpy as np
import pytest

from galexp.catalog.mass_metallicity import (
    LOG_STELLAR_MASS,
    PERCENTILES,
    VALID,
    half_width_of_relation,
    metallicity_of_mass,
)


def test_the_polynomial_is_the_published_one():
    assert metallicity_of_mass(np.array([10.0])).item() == pytest.approx(-1.492 + 18.47 - 8.026)
    assert np.isnan(metallicity_of_mass(np.array([np.nan])))


def test_the_polynomial_turns_over_where_it_ends_to_be_valid():
    masses = np.linspace(8.0, 13.0, 5001)
    assert masses[metallicity_of_mass(masses).argmax()] == pytest.approx(VALID[1], abs=0.01)


def test_the_medians_of_the_table_lie_on_the_polynomial():
    np.testing.assert_allclose(metallicity_of_mass(LOG_STELLAR_MASS), PERCENTILES[50], atol=0.08)
    common = LOG_STELLAR_MASS > 9.0
    np.testing.assert_allclose(metallicity_of_mass(LOG_STELLAR_MASS[common]), PERCENTILES[50][common], atol=0.035)


def test_percentiles_rise_with_their_percentage_in_every_bin_and_bins_with_mass():
    assert len(LOG_STELLAR_MASS) == 28
    assert (np.diff(LOG_STELLAR_MASS) > 0).all()
    assert (np.diff([PERCENTILES[percent] for percent in (2.5, 16, 50, 84)], axis=0) > 0).all()


def test_the_half_width_is_a_tenth_of_a_dex_and_shrinks_with_mass():
    width = half_width_of_relation(LOG_STELLAR_MASS)
    np.testing.assert_allclose(width, (PERCENTILES[84] - PERCENTILES[16]) / 2)
    assert np.median(width) == pytest.approx(0.1, abs=0.015)
    assert width[:5].min() > width[-5:].max()
    assert np.isnan(half_width_of_relation(np.array([8.5, 11.3]))).all()


def test_the_table_cannot_be_changed():
    with pytest.raises(ValueError, match="read-only"):
        PERCENTILES[50][0] = 9.0
