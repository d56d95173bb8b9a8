"""Hold out whole values of a column: simulations, cameras."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from astropy.table import Table

from galexp.config import nearest
from galexp.split.base import TEST, TRAIN, UNUSED, VAL, Split, in_group, require


class WholeValueSplit(Split):
    """Hold out all rows of some values of a column, such as every frame of a simulation.

    Neighboring frames of one simulation are nearly the same picture, and so are views of one instant: a value stands in
    train, in val or in test, never in two of them. Rows without a value (NaN, negative or empty) are unused.

    Args:
        column: Of the values.
        test_values: The values that are held out; none for a seeded choice.
        test_fraction: Share of the values (of values, not rows; rounded, at least one) that the choice holds out.
        val_fraction: Share of the other values for validation (rounded, at least one); 0 for none.
        seed: Of both choices.
    """

    def __init__(
        self,
        column: str,
        test_values: Sequence[object] | str | float | None = None,
        test_fraction: float = 0.2,
        val_fraction: float = 0.1,
        seed: int = 0,
    ) -> None:
        super().__init__(val_fraction, seed)
        if not 0 < test_fraction < 1:
            raise ValueError(f"split.test_fraction is {test_fraction}; expected 0 < test_fraction < 1")
        named = [test_values] if isinstance(test_values, str | int | float) else test_values or []
        self.column = column
        self.test_values = [_text(value) for value in named]
        self.test_fraction = test_fraction

    def sides(self, catalog: Table) -> np.ndarray:
        """Return ``test`` for held-out values, ``val`` for some of the others, ``train`` for the rest.

        Raises:
            ValueError: where the column is not there, has fewer than two values, lacks one that is named (the message
                says which come nearest), or leaves none for validation.
        """
        require(catalog, self.column, "this split")
        has_value = in_group(catalog[self.column])
        values = np.array([_text(value) for value in np.asarray(catalog[self.column]).tolist()])
        there = np.unique(values[has_value])
        if len(there) < 2:
            raise ValueError(
                f"{self.column} has {len(there)} values in {len(catalog)} rows ({', '.join(there) or 'none'}): nothing "
                "can be held out; choose another split"
            )
        test = self._test_values(there)
        val = self._val_values(np.setdiff1d(there, test))
        sides = np.where(np.isin(values, test), TEST, np.where(np.isin(values, val), VAL, TRAIN))
        return np.where(has_value, sides, UNUSED)

    def _test_values(self, there: np.ndarray) -> np.ndarray:
        for value in self.test_values:
            if value not in there:
                raise ValueError(
                    f"split.test_values has {value!r}, which no row has as its {self.column}; "
                    f"{nearest(value, there.tolist())}"
                )
        if self.test_values:
            return np.array(self.test_values)
        number = np.clip(round(self.test_fraction * len(there)), 1, len(there) - 1)
        return np.random.default_rng([self.seed, 0]).permutation(there)[:number]

    def _val_values(self, others: np.ndarray) -> np.ndarray:
        if not self.val_fraction or not len(others):
            return others[:0]
        if len(others) == 1:
            raise ValueError(
                f"only {self.column} {others[0]} is not held out, so that none is left to validate on; set "
                "split.val_fraction=0 or hold out fewer"
            )
        number = np.clip(round(self.val_fraction * len(others)), 1, len(others) - 1)
        return np.random.default_rng([self.seed, 1]).permutation(others)[:number]


def _text(value: object) -> str:
    """Return a value as text, a whole number alike whether it is stored as an integer or as a float."""
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)
