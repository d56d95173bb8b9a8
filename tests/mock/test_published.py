import pytest

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
        assert any(word in entry.source for word in ("sec.", "table", "a choice of ours"))


@pytest.mark.parametrize("name", ["gz2", "a_survey_of_mine"])
def test_of_a_survey_without_published_numbers_there_are_none(name):
    assert published(name) == ()


def test_the_overdensity_that_nobody_published_says_so():
    for name in ("alfalfa", "xgass", "sdss_metallicity"):
        fixed = {entry.name: entry for entry in published(name)}["log_one_plus_delta5_fixed"]
        assert fixed.quantiles == {20: -0.45, 80: 0.5}
        assert fixed.source.startswith("no paper")


def test_published_xgass_is_that_of_the_real_table(real_data):
    catalog = XGASS("survey", ["log_hi_fraction"]).read(real_data / "xgass").catalog
    for entry in published("xgass")[:3]:
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
