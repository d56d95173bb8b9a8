"""Published distributions of what the mock surveys draw, for a figure that sets them side by side.

The mock's relations were chosen so that its targets come near these numbers; agreement is no evidence of anything.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from galexp.config import UsageError, nearest

_WU_TABLE = "joined tables of Wu 2020 (arXiv:2001.00018), sec. 2, from his public repository"
_WU_TEXT = "Wu 2020 (arXiv:2001.00018), sec. 5.1: thresholds of the splits by overdensity"
_XGASS = "table of the xGASS representative sample (Catinella et al. 2018, MNRAS 476, 875), limits as detections"
_WU_BOADA = "test set of Wu & Boada 2019 (MNRAS 484, 4683), sec. 4, from its published predictions"


@dataclass(frozen=True)
class PublishedDistribution:
    """Numbers that a publication gives of one column of a survey.

    Attributes:
        name: of the column in our catalogs.
        label: of an axis, with unit.
        quantiles: percentage -> value.
        scatter: standard deviation, None where it is not given.
        source: paper and section or table.
    """

    name: str
    label: str
    quantiles: Mapping[int, float]
    scatter: float | None
    source: str


def _distribution(
    name: str, label: str, quantiles: dict[int, float], scatter: float | None, source: str
) -> PublishedDistribution:
    return PublishedDistribution(name, label, MappingProxyType(quantiles), scatter, source)


_FRACTION, _OVERDENSITY = "log10 (M_HI / M*) [dex]", "log10 (1 + delta5), variant code"
_STELLAR_MASS, _HI_MASS = "log10 (M* / Msun)", "log10 (M_HI / Msun)"

_PUBLISHED = MappingProxyType(
    {
        "alfalfa": (
            _distribution("log_hi_fraction", _FRACTION, {16: -0.550, 50: 0.125, 84: 0.675}, 0.60, _WU_TABLE),
            _distribution("log_hi_mass", _HI_MASS, {16: 9.21, 50: 9.71, 84: 10.06}, None, _WU_TABLE),
            _distribution("log_stellar_mass", _STELLAR_MASS, {16: 8.73, 50: 9.58, 84: 10.43}, None, _WU_TABLE),
            _distribution("log_one_plus_delta5_code", _OVERDENSITY, {20: -0.20, 80: 0.49}, None, _WU_TEXT),
        ),
        "xgass": (
            _distribution("log_hi_fraction", _FRACTION, {16: -1.777, 50: -1.107, 84: -0.265}, 0.665, _XGASS),
            _distribution("log_hi_mass", _HI_MASS, {16: 8.683, 50: 9.270, 84: 9.844}, 0.575, _XGASS),
            _distribution("log_stellar_mass", _STELLAR_MASS, {16: 9.523, 50: 10.303, 84: 10.951}, 0.617, _XGASS),
        ),
        "sdss_metallicity": (
            _distribution("metallicity", "12 + log10 (O/H)", {50: 8.956}, 0.200, _WU_BOADA),
            _distribution("redshift", "redshift", {50: 0.07}, None, "Wu & Boada 2019 (MNRAS 484, 4683), sec. 2"),
        ),
        "gz2": (),
    }
)


def published(survey: str) -> tuple[PublishedDistribution, ...]:
    """Return the published distributions of a survey, none for Galaxy Zoo 2.

    Raises:
        UsageError: for a survey that has no mock.

    Example:
        >>> [(entry.name, entry.quantiles[50]) for entry in published("sdss_metallicity")]
        [('metallicity', 8.956), ('redshift', 0.07)]
    """
    if survey not in _PUBLISHED:
        raise UsageError(f"no mock survey {survey!r}; {nearest(survey, _PUBLISHED)}")
    return _PUBLISHED[survey]
