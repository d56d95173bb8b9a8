import numpy as np
import pytest
import torch

from galexp.transform.dihedral import ORDER, dihedral, dihedral_matrices


def test_the_elements_are_eight_different_ones():
    image = torch.arange(9).view(1, 3, 3)
    assert len({tuple(dihedral(image, element).flatten().tolist()) for element in range(ORDER)}) == 8


@pytest.mark.parametrize("element", range(ORDER))
def test_elements_equal_those_of_numpy(element):
    image = np.arange(24).reshape(1, 4, 6)
    flipped = image[..., ::-1] if element >= 4 else image
    expected = np.rot90(flipped, element % 4, axes=(1, 2))
    np.testing.assert_array_equal(dihedral(torch.from_numpy(image), element).numpy(), expected)


def test_matrices_are_orthogonal_and_exact():
    matrices = dihedral_matrices()
    assert torch.equal(matrices @ matrices.mT, torch.eye(2).expand(8, 2, 2))
    assert torch.linalg.det(matrices).tolist() == [1, 1, 1, 1, -1, -1, -1, -1]
