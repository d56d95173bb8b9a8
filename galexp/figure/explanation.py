"""All figures of one explanation, drawn from what its folder holds."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from galexp.attribution.explanation import Explanation, Gallery
from galexp.attribution.heat import shown
from galexp.attribution.name import CHANGES, GRAD_CAM, LOWERS, RAISES, effects_of
from galexp.figure.attribution_profile import ProfileCurve, attribution_profile
from galexp.figure.cascade import Likeness, cascade
from galexp.figure.deletion import OrderCurve, deletion
from galexp.figure.methods import readable
from galexp.figure.style import with_unit
from galexp.figure.triptych import Panel, triptychs

if TYPE_CHECKING:
    from astropy.table import Table
    from matplotlib.figure import Figure

METHOD_NAMES = {"grad_cam": "Grad-CAM", "saliency": "saliency", "integrated_gradients": "integrated gradients"}
_BRIGHTEST = 0.01
_KEYS = ("target", "group", "effect")
_SCALE = {True: "1 at the strongest cell", False: "1 at the strongest hundredth of the pixels"}
_WORDS = {RAISES: "raises it", LOWERS: "lowers it", CHANGES: "changes it"}


def explanation_figures(explanation: Explanation) -> dict[str, Figure]:
    """Draw what an explanation has: maps of each kind of galaxy, methods side by side, profile, and both checks.

    Args:
        explanation: As it was made, or read from its folder.

    Returns:
        Name -> figure; ``maps_<kind>`` are those of the first method.
    """
    figures = {f"maps_{kind.replace(' ', '_')}": maps_of_kind(explanation, kind) for kind in explanation.gallery.kinds}
    if len(explanation.methods) > 1:
        figures["methods"] = methods_side_by_side(explanation)
    if explanation.profile is not None:
        figures["profile"] = profile_figure(explanation)
    if explanation.deletion is not None:
        figures["deletion"] = deletion_figure(explanation)
    if explanation.cascade is not None:
        figures |= {"random_layers": cascade_figure(explanation), "random_maps": examples_figure(explanation)}
    return figures


def maps_of_kind(explanation: Explanation, kind: str) -> Figure:
    """Draw image and maps of the galaxies of one kind, by the first method.

    Of classes a map each shows what speaks for it, on a scale of its own, as Wu (2020) has it; of numbers what raises
    and what lowers the prediction, on the scale of the stronger.
    """
    gallery, method = explanation.gallery, explanation.methods[0]
    places = gallery.kinds[kind]
    rows = [[Panel(_said(explanation, place)), *_panels(explanation, method, place)] for place in places]
    label = f"{METHOD_NAMES[method]}, {_SCALE[method == GRAD_CAM]}"
    return triptychs(gallery.images[places], rows, label, readable(kind), origin=explanation.origin)


def _panels(explanation: Explanation, method: str, place: int) -> list[Panel]:
    gallery, are_classes = explanation.gallery, bool(explanation.facts["are_classes"])
    found = []
    for number in range(len(gallery.targets)):
        maps = gallery.maps[method][place, number]
        for effect, sign in effects_of(method, are_classes).items():
            heading = _heading(gallery, place, number, effect, are_classes)
            found.append(Panel(heading, _heat(explanation, method, maps, sign)))
    return found


def _heat(explanation: Explanation, method: str, maps: np.ndarray, sign: int) -> np.ndarray:
    """Return a map as it is drawn, each on a scale of its own; the two signs of a number share one."""
    both, brightest = not explanation.facts["are_classes"], 0.0 if method == GRAD_CAM else _BRIGHTEST
    return shown(maps, *explanation.gallery.size, sign=sign, both=both, brightest=brightest)


def _heading(gallery: Gallery, place: int, number: int, effect: str, are_classes: bool) -> str:
    name = readable(gallery.targets[number])
    if are_classes:
        return f"{name}\np = {gallery.values[place, number]:.2f}"
    return f"{effect} {name}" + (f"\n{_number(gallery, place, number)}" if len(gallery.targets) > 1 else "")


def _said(explanation: Explanation, place: int) -> str:
    """Return what stands over an image; the values of several numbers stand over their maps."""
    gallery = explanation.gallery
    if explanation.facts["are_classes"]:
        truth = gallery.truth[place]
        names = [name for name, is_true in zip(gallery.targets, truth, strict=True) if is_true == 1]
        other = "truth unknown" if np.isnan(truth).all() else "true another class"
        return f"{gallery.ids[place]}\n{f'true {readable(names[0])}' if names else other}"
    return gallery.ids[place] + (f"\n{_number(gallery, place, 0)}" if len(gallery.targets) == 1 else "")


def _number(gallery: Gallery, place: int, number: int) -> str:
    value, truth = gallery.values[place, number], gallery.truth[place, number]
    return f"pred {value:.2f}" + (f", true {truth:.2f}" if np.isfinite(truth) else "")


def methods_side_by_side(explanation: Explanation) -> Figure:
    """Draw the first galaxy of each kind by every method, for the first output, or the class that it is given to."""
    gallery, are_classes = explanation.gallery, bool(explanation.facts["are_classes"])
    places = list(dict.fromkeys(places[0] for places in gallery.kinds.values()))
    rows = []
    for place in places:
        number = int(gallery.values[place].argmax()) if are_classes else 0
        row = [Panel(f"{gallery.ids[place]}\n{readable(gallery.targets[number])} {gallery.values[place, number]:.2f}")]
        for method in explanation.methods:
            for effect, sign in effects_of(method, are_classes).items():
                heat = _heat(explanation, method, gallery.maps[method][place, number], sign)
                words = METHOD_NAMES[method].replace("integrated ", "integrated\n")
                row.append(Panel(words if are_classes else f"{words}\n{_WORDS[effect]}", heat))
        rows.append(row)
    label = "strength, each map on a scale of its own"
    return triptychs(gallery.images[places], rows, label, "methods side by side", origin=explanation.origin)


def profile_figure(explanation: Explanation) -> Figure:
    """Draw the mean radial profiles of the population."""
    table = _needed(explanation.profile)
    panels: dict[str, dict[tuple[str, str], ProfileCurve]] = {}
    are_classes = bool(explanation.facts["are_classes"])
    for target, group, effect in dict.fromkeys(zip(*(table[name].tolist() for name in _KEYS), strict=True)):
        own = table[(table["target"] == target) & (table["group"] == group) & (table["effect"] == effect)]
        curve = ProfileCurve(*(np.asarray(own[name]) for name in ProfileCurve._fields))
        title = METHOD_NAMES[explanation.methods[0]] if are_classes else readable(str(target))
        panels.setdefault(title, {})[readable(str(group)), _WORDS[str(effect)]] = curve
    return attribution_profile(panels, str(explanation.facts["profile"]["unit"]), origin=explanation.origin)


def _needed(table: Table | None) -> Table:
    assert table is not None
    return table


def deletion_figure(explanation: Explanation) -> Figure:
    """Draw the curves of images taken apart and put together."""
    table = _needed(explanation.deletion)
    curves: dict[str, dict[str, OrderCurve]] = {}
    for kind, order in dict.fromkeys(zip(table["kind"].tolist(), table["order"].tolist(), strict=True)):
        own = table[(table["kind"] == kind) & (table["order"] == order)]
        found = OrderCurve(*(np.asarray(own[name]) for name in OrderCurve._fields))
        curves.setdefault(kind, {})[METHOD_NAMES.get(order, order)] = found
    facts = explanation.facts
    name, unit = (str(facts["deletion"][key]) for key in ("output", "unit"))
    quantity = "probability of the class" if facts["are_classes"] else with_unit(f"|change of {readable(name)}|", unit)
    return deletion(curves, quantity, origin=explanation.origin)


def cascade_figure(explanation: Explanation) -> Figure:
    """Draw how the maps lose their likeness to those of the trained network."""
    table = _needed(explanation.cascade)
    methods = list(dict.fromkeys(table["method"].tolist()))
    likeness = {}
    for method in methods:
        own = table[table["method"] == method]
        likeness[METHOD_NAMES[method]] = Likeness(*(np.asarray(own[name]) for name in Likeness._fields))
    return cascade(likeness, _stages(table[table["method"] == methods[0]]), origin=explanation.origin)


def _stages(own: Table) -> Sequence[str]:
    return ["trained", *(_short(str(name)) for name in own["layers"][1:])]


def _short(name: str) -> str:
    """Return the last parts of the name of a layer."""
    return ".".join(name.split(".")[-3:])


def examples_figure(explanation: Explanation) -> Figure:
    """Draw the maps of some galaxies while the network is made random."""
    examples, images = explanation.examples, explanation.example_images
    assert examples is not None
    assert images is not None
    table = _needed(explanation.cascade)
    names = _stages(table[table["method"] == explanation.methods[0]])
    size = images.shape[1], images.shape[2]
    brightest = 0.0 if explanation.methods[0] == GRAD_CAM else _BRIGHTEST
    rows = []
    for place in range(len(images)):
        heats = shown(np.abs(examples[:, place]), *size, brightest=brightest)
        rows.append([Panel("image"), *(Panel(name, heat) for name, heat in zip(names, heats, strict=True))])
    title = f"{METHOD_NAMES[explanation.methods[0]]} of either sign, random from the output down to the layer named"
    return triptychs(images, rows, _SCALE[brightest == 0], title, origin=explanation.origin)
