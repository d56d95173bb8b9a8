import inspect

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from galexp.mock import relations

MASS = st.floats(8.0, 12.0)
OVERDENSITY = st.floats(-2.0, 3.0)


def test_every_relation_has_a_source_and_every_source_a_relation():
    members = vars(relations).items()
    functions = {
        name for name, value in members if inspect.isfunction(value) and value.__module__ == relations.__name__
    }
    assert functions - {"sources"} == set(relations.SOURCES) == set(relations.sources())


def test_docstrings_admit_exactly_the_coefficients_that_nobody_checked():
    for name, source in relations.SOURCES.items():
        text = " ".join(inspect.getdoc(getattr(relations, name)).split())
        admitted = "not checked against the text" in text or "a choice of ours" in text
        assert admitted is not source.checked, name


def test_a_galaxy_of_ten_billion_suns_has_the_published_values():
    mass = np.array([10.0])
    assert relations.main_sequence_log_sfr(mass)[0] == pytest.approx(-23.32 + 41.56 - 18.28)
    assert relations.metallicity(mass)[0] == pytest.approx(-1.492 + 18.47 - 8.026)
    assert relations.early_type_radius(mass)[0] == pytest.approx(2.88e-6 * 10**5.6)


def test_late_type_radius_bends_at_its_pivot():
    pivot = np.log10(3.98e10)
    assert relations.late_type_radius(np.array([pivot]))[0] == pytest.approx(0.1 * 3.98e10**0.14 * 2**0.25)
    slope = np.diff(np.log10(relations.late_type_radius(np.array([5.0, 5.01, 15.0, 15.01]))))[[0, 2]] / 0.01
    assert slope == pytest.approx([0.14, 0.39], abs=1e-3)


def test_sizes_of_late_types_scatter_less_above_the_pivot():
    scatter = relations.late_type_radius_scatter(np.array([4.0, np.log10(3.98e10), 16.0]))
    np.testing.assert_allclose(scatter, [0.204118, 0.175889, 0.147660], atol=2e-6)


def test_rotation_is_that_of_fifty_suns_for_the_fourth_power_of_a_kilometer_a_second():
    np.testing.assert_allclose(relations.rotation_velocity(np.array([5e9, 8e10])), [100.0, 200.0])


def test_a_blind_survey_sees_half_of_the_lines_at_the_published_flux():
    width = np.array([100.0, 10**2.4999999, 10**2.5, 1000.0])
    np.testing.assert_allclose(relations.log_hi_flux_limit(np.log10(width)), [-0.207, 0.043, 0.043, 0.543], atol=1e-6)


def test_gas_plane_and_mass_to_light_are_the_linear_forms():
    assert relations.hi_plane(np.array([8.0]), np.array([3.0]))[0] == pytest.approx(2.908 - 2.704 - 0.705)
    assert relations.log_mass_to_light_r(np.array([0.5]))[0] == pytest.approx(-0.306 + 0.5485 - 0.15)


def test_at_the_characteristic_mass_in_a_void_all_but_one_in_e_are_quenched():
    fraction = relations.quenched_fraction(np.array([10.56]), np.array([-9.0]))[0]
    assert fraction == pytest.approx(1 - np.exp(-1), abs=1e-6)


@given(MASS, MASS, OVERDENSITY, OVERDENSITY)
def test_quenching_by_mass_and_by_surroundings_are_separable(mass, other_mass, delta, other_delta):
    def survives(m, d):
        return 1.0 - relations.quenched_fraction(np.array([m]), np.array([d]))[0]

    crossed = survives(mass, delta) * survives(other_mass, other_delta)
    assert crossed == pytest.approx(survives(mass, other_delta) * survives(other_mass, delta), rel=1e-6, abs=1e-12)


@given(st.floats(-14.0, -8.0), st.floats(0.0, 3.0))
def test_a_galaxy_that_forms_more_stars_is_not_redder(log_ssfr, more):
    both = np.array([log_ssfr, log_ssfr + more])
    assert np.diff(relations.g_minus_r(both))[0] <= 0
    assert np.diff(relations.nuv_minus_r(both))[0] <= 0
