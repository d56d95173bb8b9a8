import pytest

from galexp.config import UsageError
from galexp.dataset.alfalfa import ALFALFA
from galexp.dataset.sdss_metallicity import SDSSMetallicity
from galexp.dataset.xgass import XGASS
from galexp.mock.published import published


@pytest.mark.parametrize("dataset", [ALFALFA, XGASS, SDSSMetallicity])
def test_the_main_target_of_each_survey_has_a_published_distribution(dataset):
    entries = published(dataset.name)
    assert entries[0].name == ("metallicity" if dataset is SDSSMetallicity else "log_hi_fraction")
    assert entries[0].scatter is not None
    for entry in entries:
        assert sorted(entry.quantiles.values()) == [entry.quantiles[key] for key in sorted(entry.quantiles)]
        assert any(word in entry.source for word in ("sec.", "table"))


def test_galaxy_zoo_has_none():
    assert published("gz2") == ()


def test_an_unknown_survey_is_refused():
    with pytest.raises(UsageError, match="no mock survey 'xgas'; did you mean 'xgass'"):
        published("xgas")


def test_published_xgass_is_that_of_the_real_table(real_data):
    catalog = XGASS("survey", ["log_hi_fraction"]).read(real_data / "xgass").catalog
    for entry in published("xgass"):
        values = catalog[entry.name]
        assert [float(value) for value in entry.quantiles.values()] == pytest.approx(
            [float(q) for q in _percentiles(values, entry.quantiles)], abs=2e-3
        )
        assert values.std() == pytest.approx(entry.scatter, abs=1e-3)


def _percentiles(values, quantiles):
    ordered = sorted(float(value) for value in values)
    for percent in quantiles:
        place = (len(ordered) - 1) * percent / 100
        low = int(place)
        yield ordered[low] + (place - low) * (ordered[min(low + 1, len(ordered) - 1)] - ordered[low])
