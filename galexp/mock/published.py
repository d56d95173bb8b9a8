"""Published distributions of what the mock surveys draw, for a figure that sets them side by side.

The mock's relations were chosen so that its targets come near these numbers; agreement is no evidence of anything. Of
the overdensity, variant fixed, nothing is published: what stands here is our target, one for all surveys. The positions
of xGASS and alpha.40 among a public volume-limited sample of SDSS, which is thinner than the mock's parents, have 20 %
quantiles of -0.6 both and 80 % quantiles of 0.5 and 0.3.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

_WU_TABLE = "joined tables of Wu 2020 (arXiv:2001.00018), sec. 2, from his public repository"
_WU_TEXT = "Wu 2020 (arXiv:2001.00018), sec. 5.1: thresholds of the splits by overdensity"
_XGASS = "table of the xGASS representative sample (Catinella et al. 2018, MNRAS 476, 875), limits as detections"
_CHOSEN = "no paper: the target of this mock, a choice of ours, one for all surveys"
_WU_BOADA = "test set of Wu & Boada 2019 (MNRAS 484, 4683), sec. 4, from its published predictions"


@dataclass(frozen=True)
class PublishedDistribution:
    """Numbers that a publication gives of one column of a survey, or that we chose for it.

    Attributes:
        name: of the column in our catalogs.
        label: of an axis, with unit.
        quantiles: percentage -> value.
        scatter: standard deviation, None where it is not given.
        source: paper and section or table; whether it is a choice of ours.
    """

    name: str
    label: str
    quantiles: Mapping[int, float]
    scatter: float | None
    source: str

    @property
    def kind(self) -> str:
        """`published`, or `target` for numbers that no paper gives."""
        return "target" if self.source == _CHOSEN else "published"


def _distribution(
    name: str, label: str, quantiles: dict[int, float], scatter: float | None, source: str
) -> PublishedDistribution:
    return PublishedDistribution(name, label, MappingProxyType(quantiles), scatter, source)


_FRACTION, _CODE = "log10 (M_HI / M*) [dex]", "log10 (1 + delta5), variant code"
_STELLAR_MASS, _HI_MASS = "log10 (M* / Msun)", "log10 (M_HI / Msun)"

_FIXED = _distribution(
    "log_one_plus_delta5_fixed", "log10 (1 + delta5), variant fixed", {20: -0.45, 80: 0.50}, None, _CHOSEN
)

_PUBLISHED = MappingProxyType(
    {
        "alfalfa": (
            _distribution("log_hi_fraction", _FRACTION, {16: -0.550, 50: 0.125, 84: 0.675}, 0.60, _WU_TABLE),
            _distribution("log_hi_mass", _HI_MASS, {16: 9.21, 50: 9.71, 84: 10.06}, None, _WU_TABLE),
            _distribution("log_stellar_mass", _STELLAR_MASS, {16: 8.73, 50: 9.58, 84: 10.43}, None, _WU_TABLE),
            _distribution("log_one_plus_delta5_code", _CODE, {20: -0.20, 80: 0.49}, None, _WU_TEXT),
            _FIXED,
        ),
        "xgass": (
            _distribution("log_hi_fraction", _FRACTION, {16: -1.777, 50: -1.107, 84: -0.265}, 0.665, _XGASS),
            _distribution("log_hi_mass", _HI_MASS, {16: 8.683, 50: 9.270, 84: 9.844}, 0.575, _XGASS),
            _distribution("log_stellar_mass", _STELLAR_MASS, {16: 9.523, 50: 10.303, 84: 10.951}, 0.617, _XGASS),
            _FIXED,
        ),
        "sdss_metallicity": (
            _distribution("metallicity", "12 + log10 (O/H)", {50: 8.956}, 0.200, _WU_BOADA),
            _distribution("redshift", "redshift", {50: 0.07}, None, "Wu & Boada 2019 (MNRAS 484, 4683), sec. 2"),
            _FIXED,
        ),
    }
)


def published(survey: str) -> tuple[PublishedDistribution, ...]:
    """Return the published distributions of a survey, none where nothing is known, as of Galaxy Zoo 2.

    Example:
        >>> [(entry.name, entry.quantiles[50]) for entry in published("sdss_metallicity")[:2]]
        [('metallicity', 8.956), ('redshift', 0.07)]
    """
    return _PUBLISHED.get(survey, ())
