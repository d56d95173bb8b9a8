import numpy as np
import pytest

from galexp.environment.coverage import tracer_coverage

TRACERS = np.arange(10) * 0.2, np.zeros(10)


def test_a_place_is_covered_when_enough_tracers_lie_within_the_radius():
    covered = tracer_coverage(np.array([0.9, 0.9, 0.5]), np.array([0.0, 2.0, 0.0]), *TRACERS)
    np.testing.assert_array_equal(covered, [True, False, False])
    np.testing.assert_array_equal(tracer_coverage(np.array([0.5]), np.zeros(1), *TRACERS, count=8), [True])
    np.testing.assert_array_equal(tracer_coverage(np.array([0.5]), np.zeros(1), *TRACERS, radius=2.0), [True])


def test_a_position_that_is_missing_is_not_covered():
    covered = tracer_coverage(np.array([np.nan, np.inf, 0.9]), np.zeros(3), *TRACERS)
    np.testing.assert_array_equal(covered, [False, False, True])


def test_a_tracer_that_is_not_finite_is_an_error():
    with pytest.raises(ValueError, match="1 of 2 tracers have a position that is not finite; drop them first"):
        tracer_coverage(np.zeros(1), np.zeros(1), np.array([0.0, np.nan]), np.zeros(2))
