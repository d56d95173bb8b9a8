"""Metallicity from an image, and by way of stellar mass (Wu & Boada 2019, Figures 5 and 6)."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from galexp.catalog.mass_metallicity import VALID, half_width_of_relation, metallicity_of_mass
from galexp.evaluation.binned_scatter import BinnedScatter, about_running_median, binned_scatter, round_edges
from galexp.evaluation.metrics import score
from galexp.figure.cloud import robust_limits
from galexp.figure.mass_metallicity import mass_metallicity_figure
from galexp.figure.truth_against_prediction import truth_against_prediction
from galexp.page.content import PUBLISHED, Block, Column, DataTable, Heading, Measured, Part, Picture, Prose, Row
from galexp.page.members import mark_of
from galexp.page.number_groups import NumberGroup, number_groups
from galexp.page.published import HOW, studies
from galexp.page.section.base import Section
from galexp.shard.origin import Origin

if TYPE_CHECKING:
    from collections.abc import Sequence

    from galexp.page.material import Material, ReportRun

METALLICITY, MASS = "metallicity", "log_stellar_mass"
FEWEST = 20
_TEXT = """Massive galaxies are rich in metals: a network that knows the mass alone would predict a metallicity, too.
Does it know more? Metallicities from images stand beside those of the polynomial of Tremonti et al. (2004) at the mass
that another network, or another output of the same, predicts from the same images, and at the mass of the catalog. Only
galaxies that both networks held out are counted: those that either has learned from would flatter it."""
_SCATTER = """The scatter of predicted metallicities at a given mass is that about the running median, whatever relation
they follow; about the published polynomial an offset between the two adds to it. A predictor that regresses to the mean
scatters less than the galaxies do, so that a small scatter is no sign of accuracy by itself: the true metallicities of
the same galaxies stand beside it."""
_DRAWN = " Here the relation, and the scatter about it, were put in by the mock."


class MassMetallicity(Section):
    """Compare predicted metallicities with the mass-metallicity relation, at predicted and true masses."""

    order = 36

    def part(self, material: Material) -> Part | None:
        """Show one pair of networks a dataset; None where there are no metallicities with masses."""
        pairs = [pair for pair in pair_groups(number_groups(material)) if len(pair.both) >= FEWEST]
        blocks: list[Block] = [Prose(_TEXT)]
        for place, pair in enumerate(pairs, start=1):
            blocks += _blocks(pair, material.options.draws, material.options.seed, place)
        return Part("mass_metallicity", "Metallicity and stellar mass", tuple(blocks)) if pairs else None


class Pair(NamedTuple):
    """A network of metallicities, and one of masses where there is one, on the galaxies that both held out.

    Attributes:
        metallicity: Runs that predict metallicities.
        mass: Runs that predict masses, of the same data; None where there are none.
        both: Rows of `metallicity` with all that is needed.
        alone: Galaxies that the network of metallicities held out and the other did not.
        log_stellar_mass: Of the catalog, of each of `both`.
        predicted_mass: Of each of `both`; empty without a network of masses.
    """

    metallicity: NumberGroup
    mass: NumberGroup | None
    both: np.ndarray
    alone: int
    log_stellar_mass: np.ndarray
    predicted_mass: np.ndarray

    @property
    def truth(self) -> np.ndarray:
        """True metallicities of the galaxies."""
        return self.metallicity.truth[self.both]

    @property
    def preds(self) -> np.ndarray:
        """Predicted metallicities of the galaxies."""
        return self.metallicity.preds[self.both]

    @property
    def run(self) -> ReportRun:
        """One of the runs."""
        return self.metallicity.runs[0]


def pair_groups(found: Sequence[NumberGroup]) -> list[Pair]:
    """Return one pair of each dataset, that with the most galaxies that were held out by both.

    Args:
        found: Groups of runs of any target.
    """
    by_data: dict[str, list[Pair]] = {}
    for one in found:
        if one.target == METALLICITY:
            data = one.runs[0].metrics["data_sha256"]
            partners = [
                other for other in found if other.target == MASS and other.runs[0].metrics["data_sha256"] == data
            ]
            pairs = [_pair(one, other) for other in partners] or [_pair(one, None)]
            by_data.setdefault(data, []).extend(pairs)
    return [max(pairs, key=_size) for pairs in by_data.values()]


def _size(pair: Pair) -> tuple[bool, int, int]:
    return pair.mass is not None, len(pair.both), pair.run.settings["datamodule"]["image_size"]


def _pair(one: NumberGroup, other: NumberGroup | None) -> Pair:
    rows = {name: row for row, name in enumerate(other.table["id"].tolist())} if other else {}
    place = np.array([rows.get(name, -1) for name in one.table["id"].tolist()], dtype=np.int64)
    known = np.isfinite(one.truth) & np.isfinite(one.preds)
    if other is None:
        column = one.table[MASS] if MASS in one.table.colnames else np.full(len(known), np.nan)
        mass = np.asarray(column, dtype=np.float64)
        both = np.flatnonzero(known & np.isfinite(mass))
        return Pair(one, None, both, 0, mass[both], np.empty(0))
    shared = known & (place >= 0)
    shared[shared] = np.isfinite(other.truth[place[shared]]) & np.isfinite(other.preds[place[shared]])
    both = np.flatnonzero(shared)
    alone = int(np.sum(known) - len(both))
    return Pair(one, other, both, alone, other.truth[place[both]], other.preds[place[both]])


def _blocks(pair: Pair, draws: int, seed: int, place: int) -> list[Block]:
    name = pair.metallicity.name
    blocks: list[Block] = [Heading(name), Prose(_galaxies(pair)), _errors(pair, draws, seed, place)]
    if pair.mass is not None:
        blocks.append(_by_way_of_mass(pair, place))
    edges = round_edges(*robust_limits(pair.log_stellar_mass, margin=0))
    blocks += [
        Prose(_SCATTER + _DRAWN * (pair.run.origin is Origin.MOCK)),
        _relation(pair, edges, place),
        _scatters(pair, edges, place),
        _bins(pair, edges, place),
    ]
    return blocks


def _galaxies(pair: Pair) -> str:
    mass = pair.log_stellar_mass
    outside = int(np.sum((mass < VALID[0]) | (mass > VALID[1])))
    beyond = f" Outside {VALID[0]} to {VALID[1]}, where the polynomial is an extrapolation, lie {outside} of them."
    if pair.mass is None:
        whose = f"{len(pair.both)} galaxies that were held out and have a mass in the catalog; no run predicts masses."
    else:
        joint = pair.mass.runs[0].directory.folder == pair.run.directory.folder
        other = "another output of the same network" if joint else f"of {pair.mass.name}"
        whose = f"{len(pair.both)} galaxies that were held out by both; the masses are {other}."
        whose += f" {pair.alone} that the network of metallicities alone held out are left out." * bool(pair.alone)
    return whose + beyond * bool(outside)


def _errors(pair: Pair, draws: int, seed: int, place: int) -> DataTable:
    ways = {"network, from the image": pair.preds}
    if pair.mass is not None:
        ways["relation, at the mass of the network"] = metallicity_of_mass(pair.predicted_mass)
    ways["relation, at the mass of the catalog"] = metallicity_of_mass(pair.log_stellar_mass)
    columns = (
        *(Column("metallicity by"), Column("galaxies"), Column("RMSE", "dex"), Column("NMAD", "dex")),
        Column("bias", "dex", hint="Mean of what is said minus the truth."),
    )
    rows = []
    for name, preds in ways.items():
        found = score(preds, pair.truth, draws, seed)
        errors = Measured(found["rmse"], found.get("rmse_error", math.nan)), found["nmad"], found["bias"]
        rows.append(Row((name, len(pair.both), *errors), mark_of([pair.run])))
    rows += _published(pair, {"relation, at the mass of the network": "metallicity_by_mass"})
    return DataTable(
        f"metallicity-by-mass-{place}", "Metallicity from an image, and by way of mass", columns, tuple(rows)
    )


def _published(pair: Pair, quantities: dict[str, str]) -> list[Row]:
    """Return published rows: what is said -> the quantity, of which ``_rmse`` and ``_nmad`` are published."""
    rows = []
    for study in studies():
        fitting = {number.quantity: number for number in study.numbers if number.fits(pair.run.settings, besides=HOW)}
        for name, quantity in quantities.items():
            error, core = fitting.get(f"{quantity}_rmse"), fitting.get(f"{quantity}_nmad")
            if error and core:
                rows.append(Row((f"{name}: {study.study}", error.n, error.value, core.value, None), PUBLISHED))
    return rows


def _by_way_of_mass(pair: Pair, place: int) -> Picture:
    truth = np.stack([pair.log_stellar_mass, pair.truth], axis=1)
    preds = np.stack([pair.predicted_mass, metallicity_of_mass(pair.predicted_mass)], axis=1)
    numbers = [{key: score(p, t, 0, 0)[key] for key in ("rmse", "nmad")} for p, t in zip(preds.T, truth.T, strict=True)]
    labels = ["log stellar mass", "metallicity"]
    figure = truth_against_prediction(truth, preds, labels, ["dex(solMass)", "dex"], numbers, origin=pair.run.origin)
    caption = (
        "Left: stellar masses that a network predicts from images. Right: metallicities of the polynomial of Tremonti "
        "et al. (2004) at those masses, against the true ones."
    )
    return Picture(f"mass-and-metallicity-{place}", caption, figure)


def _about(pair: Pair, values: np.ndarray, edges: np.ndarray) -> tuple[BinnedScatter, BinnedScatter]:
    """Return the scatter of metallicities in bins of mass, about their running median and about the relation."""
    mass = pair.log_stellar_mass
    median = values - about_running_median(mass, values, edges)
    return binned_scatter(mass, values, median, edges), binned_scatter(mass, values, metallicity_of_mass(mass), edges)


def _relation(pair: Pair, edges: np.ndarray, place: int) -> Picture:
    bins = _about(pair, pair.preds, edges)
    figure = mass_metallicity_figure(pair.log_stellar_mass, pair.preds, *bins, origin=pair.run.origin)
    caption = (
        "Metallicities that the network predicts from images against the stellar masses of the catalog, with their "
        "running median and the relation of Tremonti et al. (2004); above, their scatter in bins of mass beside the "
        "half width of the relation. Markers are as large as bins are full."
    )
    return Picture(f"mass-metallicity-{place}", caption, figure)


def _scatters(pair: Pair, edges: np.ndarray, place: int) -> DataTable:
    mass, mark = pair.log_stellar_mass, mark_of([pair.run])
    rows = []
    for kind, values in (("predicted", pair.preds), ("true", pair.truth)):
        median = about_running_median(mass, values, edges)
        for about, residual in (("running median", median), ("polynomial", values - metallicity_of_mass(mass))):
            known = residual[np.isfinite(residual)]
            found = score(known, np.zeros(len(known)), 0, 0)
            rows.append(
                Row((f"{kind}, about the {about}", len(known), found["rmse"], found["nmad"], found["bias"]), mark)
            )
    rows += _published(pair, {"predicted, about the polynomial": "scatter_about_relation"})
    width = half_width_of_relation(mass)
    number = int(np.isfinite(width).sum())
    typical = float(np.nanmean(width)) if number else None
    rows.append(Row(("half width of Tremonti et al. (2004) at these masses", number, None, typical, None), PUBLISHED))
    columns = (
        *(Column("metallicities"), Column("galaxies"), Column("RMSE", "dex"), Column("NMAD", "dex")),
        Column("mean", "dex", hint="Of the metallicities minus what they are compared with."),
    )
    title = "Scatter of metallicities at a given mass"
    note = "The half width, (p84 - p16) / 2, is no RMSE: it stands with the NMAD, the other measure of the core."
    return DataTable(f"mass-metallicity-scatter-{place}", title, columns, tuple(rows), note)


def _bins(pair: Pair, edges: np.ndarray, place: int) -> DataTable:
    (predicted, about), (true, _) = _about(pair, pair.preds, edges), _about(pair, pair.truth, edges)
    width = half_width_of_relation(predicted.centers)
    columns = (
        *(Column("mass from", "dex(solMass)", 1), Column("to", "dex(solMass)", 1), Column("galaxies")),
        *(Column("median predicted", "dex"), Column("median true", "dex")),
        *(Column("predicted about its median", "dex"), Column("predicted about the polynomial", "dex")),
        *(Column("true about its median", "dex"), Column("half width of Tremonti et al. (2004)", "dex")),
    )
    numbers = zip(predicted.median, true.median, predicted.rmse, about.rmse, true.rmse, width, strict=True)
    rows = tuple(
        Row(
            (float(low), float(high), int(n), *(float(x) if np.isfinite(x) else None for x in found)),
            mark_of([pair.run]),
        )
        for low, high, n, found in zip(edges[:-1], edges[1:], predicted.n, numbers, strict=True)
        if n
    )
    return DataTable(f"mass-metallicity-bins-{place}", "Scatter (RMSE) in bins of stellar mass", columns, rows)
