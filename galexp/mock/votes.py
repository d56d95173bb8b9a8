"""What volunteers would say of a mock galaxy: the questions of Galaxy Zoo 2, answered by a few dozen people each.

Every probability is a function of the parameters that the picture is drawn from, a choice of ours throughout, so that
votes agree with pictures better than real ones do. Blurred galaxies look smooth. The questions are those of Willett et
al. 2013 (MNRAS 435, 2835, sec. 2), quoted from memory of the paper and not checked against the text; the number of
volunteers is a choice of ours, near the 53 answers a galaxy of that paper's abstract (16 million of 304,122 galaxies).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from galexp.catalog.vote_tree import ANSWERS, QUESTIONS
from galexp.mock.shape import axis_ratio

if TYPE_CHECKING:
    from jaxtyping import Float, Int
    from numpy import ndarray
    from numpy.random import Generator

    from galexp.mock.appearance import Appearance
    from galexp.mock.population import Population

VOTERS = 45
FEWEST_VOTERS = 20
BLUR = 1.2
STAR_OR_ARTIFACT = 0.01

Seen = dict[str, "Float[ndarray, ' galaxy']"]


def describe(population: Population, appearance: Appearance, r50: Float[ndarray, " galaxy"]) -> Seen:
    """Return how strongly each feature shows, mostly between 0 and 1.

    Sharpness is r50^2 / (r50^2 + 1.2^2): 0.5 for a galaxy whose half-light radius is 1.2 arcsec, 1 for a large one.

    Args:
        population: physical properties.
        appearance: rendering parameters.
        r50: half-light radius [arcsec].
    """
    drawn = {name: values for name, (values, *_) in appearance.items()}
    sharpness = r50**2 / (r50**2 + BLUR**2)
    ratio = axis_ratio(population.inclination, population.bulge_to_total)
    edge_on = drawn["disk"] / (1.0 + np.exp((ratio - 0.32) / 0.05))
    return {
        "axis_ratio": ratio,
        "edge_on": edge_on,
        "bulge": population.bulge_to_total,
        "arms": sharpness * drawn["arm_strength"],
        "bar": sharpness * drawn["bar_strength"],
        "patches": sharpness * drawn["flocculence"],
        "edge": sharpness * edge_on,
        "ring": sharpness * drawn["ring"],
        "companion": drawn["companion"],
        "irregular": sharpness * population.irregular,
        "dust_lane": sharpness * edge_on * np.clip(drawn["dust"] / 0.15, 0.0, 1.0),
        "pitch": np.degrees(drawn["arm_pitch"]),
        "arm_count": drawn["arm_count"],
    }


def answer_probabilities(seen: Seen) -> list[Float[ndarray, "galaxy answer"]]:
    """Return for each question, in the order of the tree, the probability of each answer of one who is asked it."""
    bar, spiral = 0.06 + 0.86 * seen["bar"], 0.06 + 0.88 * np.clip(1.6 * seen["arms"], 0.0, 1.0)
    return [
        _smooth_or_features(seen),
        _yes_or_no(0.02 + 0.95 * seen["edge_on"]),
        _yes_or_no(bar),
        _yes_or_no(spiral),
        _nearest(seen["bulge"], (0.0, 0.12, 0.4, 0.75), 0.12),
        _yes_or_no(_odd(seen)),
        _nearest(seen["axis_ratio"], (0.9, 0.6, 0.25), 0.15),
        _odd_type(seen),
        _edge_on_bulge(seen["bulge"]),
        _nearest(seen["pitch"], (10.0, 18.0, 28.0), 5.0),
        _arm_number(seen),
    ]


def draw_votes(rng: Generator, seen: Seen) -> tuple[Float[ndarray, "galaxy 37"], Int[ndarray, " galaxy"]]:
    """Ask about 45 volunteers a galaxy, each walking down the tree.

    A vote fraction is the share of an answer times the probability of the path to its question. Who saw a star or an
    artifact is not asked whether it is odd, so those two questions count the others alone.

    Args:
        rng: source of the number of volunteers (Poisson, at least 20) and of every answer.
        seen: as `describe` returns it.

    Returns:
        Vote fractions in the order of `ANSWERS`, which keep the sums of the tree to rounding, and the volunteers.
    """
    probabilities = answer_probabilities(seen)
    voters = np.maximum(rng.poisson(VOTERS, len(probabilities[0])), FEWEST_VOTERS)
    counts = np.zeros((len(voters), len(ANSWERS)), dtype=np.int64)
    votes = np.zeros(counts.shape)
    for question, probability in zip(QUESTIONS, probabilities, strict=True):
        is_on_oddness = question.name.startswith("odd")
        all_asked = voters - counts[:, 2] if is_on_oddness else voters
        asked = all_asked if question.total is None else counts[:, question.total]
        counts[:, question.columns] = rng.multinomial(asked, probability)
        votes[:, question.columns] = counts[:, question.columns] / all_asked[:, None]
    return votes, voters


def _smooth_or_features(seen: Seen) -> Float[ndarray, "galaxy 3"]:
    shown = [1.8 * seen["arms"], 1.1 * seen["bar"], 1.0 * seen["patches"], 1.0 * seen["edge"], 1.0 * seen["ring"]]
    features = 0.12 + 0.80 * np.clip(np.max([*shown, 0.5 * seen["companion"]], axis=0), 0.0, 1.0)
    star = np.full(len(features), STAR_OR_ARTIFACT)
    return np.stack([1.0 - features - star, features, star], axis=1)


def _odd(seen: Seen) -> Float[ndarray, " galaxy"]:
    return 0.05 + 0.85 * np.max(
        [seen["ring"], seen["companion"], 0.7 * seen["irregular"], 0.6 * seen["dust_lane"]], axis=0
    )


def _odd_type(seen: Seen) -> Float[ndarray, "galaxy 7"]:
    flat = np.ones(len(seen["ring"]))
    return _normalized(
        [
            0.10 * flat + 3.0 * seen["ring"],
            0.03 * flat,
            0.15 * flat + 0.8 * seen["companion"],
            0.10 * flat + 2.0 * seen["irregular"],
            0.40 * flat,
            0.05 * flat + 4.0 * seen["companion"],
            0.05 * flat + 2.0 * seen["dust_lane"],
        ]
    )


def _edge_on_bulge(bulge: Float[ndarray, " galaxy"]) -> Float[ndarray, "galaxy 3"]:
    rounded = np.clip(0.15 + 1.6 * bulge, 0.0, 0.9)
    boxy = np.full(len(bulge), 0.05)
    return np.stack([rounded, boxy, 1.0 - rounded - boxy], axis=1)


def _arm_number(seen: Seen) -> Float[ndarray, "galaxy 6"]:
    counted = [0.05 + 1.5 * seen["arms"] * (seen["arm_count"] == count) for count in (1, 2, 3, 4)]
    return _normalized([*counted, 0.05 + 0.5 * seen["patches"], 0.1 + 0.8 * (1.0 - np.clip(seen["arms"], 0.0, 1.0))])


def _yes_or_no(yes: Float[ndarray, " galaxy"]) -> Float[ndarray, "galaxy 2"]:
    return np.stack([yes, 1.0 - yes], axis=1)


def _nearest(
    values: Float[ndarray, " galaxy"], centers: tuple[float, ...], width: float
) -> Float[ndarray, "galaxy answer"]:
    """Prefer the answer whose center is nearest, exp(-(value - center)^2 / (2 width^2)), with 0.02 for each other."""
    return _normalized([0.02 + np.exp(-0.5 * ((values - center) / width) ** 2) for center in centers])


def _normalized(weights: list[Float[ndarray, " galaxy"]]) -> Float[ndarray, "galaxy answer"]:
    stacked = np.stack(weights, axis=1)
    return stacked / stacked.sum(axis=1, keepdims=True)
