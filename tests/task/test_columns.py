"""Claims about what a representation says of an image, in columns side by side."""

import pytest
import torch

from galexp.task.columns import joined, taken_apart, widths


@pytest.mark.parametrize(
    ("parts", "names"),
    [
        (["fcae"], ["image", "dissimilarity"]),
        (["vae"], ["map", "divergence", "mean"]),
        (["classifier"], ["labels"]),
        (["fcae", "vae"], ["image", "dissimilarity", "map", "divergence", "latent_image", "mean"]),
    ],
)
def test_columns_come_apart_as_they_were_joined(parts, names):
    found = widths(parts, latent_dim=1, num_classes=2)
    assert list(found) == names
    pieces = {
        name: torch.rand(3, width) if name in ("mean", "labels") else torch.rand(3) for name, width in found.items()
    }
    again = taken_apart(joined(pieces), found)
    assert again.keys() == pieces.keys()
    assert all(torch.equal(again[name], piece) for name, piece in pieces.items())


def test_other_columns_than_expected_are_refused():
    with pytest.raises(ValueError, match=r"4 outputs; expected 3, of \{'map': 1, 'divergence': 1, 'mean': 1\}"):
        taken_apart(torch.zeros(2, 4), widths(["vae"], 1, 0))
