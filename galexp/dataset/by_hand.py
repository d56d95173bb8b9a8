"""Files that only a person can fetch, since they lie behind an account or a link that is clicked."""

from __future__ import annotations

import dataclasses
import pathlib

from galexp.catalog.services import Services


@dataclasses.dataclass(frozen=True)
class ByHand:
    """A file that is fetched by hand; it stands where others have an address.

    Args:
        file_name: The name under which it is published.
        instructions: From where, what to do with it, and the words of the command.
    """

    file_name: str
    instructions: str

    def address(self, services: Services) -> str:
        """Say that there is none."""
        return f"{self.file_name}, by hand"

    def fetch(self, folder: pathlib.Path, services: Services) -> pathlib.Path:
        """Say what to do.

        Raises:
            FileNotFoundError: always.
        """
        raise FileNotFoundError(f"{folder} holds no {self.file_name}; {self.instructions}")
