"""What a user says of a search."""

from __future__ import annotations

import dataclasses
from typing import Any

from galexp.similarity.embed import LATENT, NETWORK
from galexp.similarity.graph import SYMMETRIES
from galexp.similarity.index import INDEXES
from galexp.similarity.plain import PCA, PIXELS
from galexp.similarity.view import VIEWS

FEATURES = ("auto", NETWORK, LATENT, PCA, PIXELS)


@dataclasses.dataclass(frozen=True)
class SearchOptions:
    """The block ``search`` of the configuration.

    Args:
        query: Ids of the catalog, or image files; empty for the galaxies that the run was tested on.
        features: By which galaxies are alike: ``auto`` for what the run has learned.
        views: Over which features are taken.
        neighbors: Of each query, and in the graph.
        index: By what they are searched.
        graph: How the graph of neighbors is made symmetric.
        ssim_queries: Queries, at most, whose images are compared with those of their neighbors.
    """

    query: tuple[str, ...]
    features: str
    views: str
    neighbors: int
    index: str
    graph: str
    ssim_queries: int

    @classmethod
    def of(cls, asked: dict[str, Any]) -> SearchOptions:
        """Read them from the block.

        Raises:
            ValueError: for a key that is none of these, or a value out of its range.
        """
        block = dict(asked)
        fields = [field.name for field in dataclasses.fields(cls)]
        for key in block:
            if key not in fields:
                raise ValueError(f"search.{key} is no option of a search; choose {', '.join(fields)}")
        query = _words(block.pop("query"))
        for key, known in (("features", FEATURES), ("views", VIEWS), ("index", INDEXES), ("graph", SYMMETRIES)):
            if block[key] not in known:
                raise ValueError(f"search.{key} is {block[key]!r}; choose {', '.join(known)}")
        for key, least in (("neighbors", 1), ("ssim_queries", 0)):
            value = block[key]
            if not isinstance(value, int) or isinstance(value, bool) or value < least:
                raise ValueError(f"search.{key} is {value!r}; expected a whole number of at least {least}")
        return cls(query, **block)

    def features_of(self, kind: str) -> str:
        """Return the features that galaxies are alike by, for a run that has learned features of one kind.

        Raises:
            ValueError: where the other kind is asked for.
        """
        if self.features in (NETWORK, LATENT) and self.features != kind:
            what = (
                "draws images from its features, which are latent means"
                if kind == LATENT
                else "draws no image from its features, which are those of its network"
            )
            raise ValueError(
                f"search.features is {self.features!r} and this run {what}; take search.features={kind} or auto"
            )
        return kind if self.features == "auto" else self.features


def _words(query: Any) -> tuple[str, ...]:
    """Return ids and files as words; one that YAML took for a fraction is no longer what was written."""
    several = query if isinstance(query, list) else [] if query is None else [query]
    for one in several:
        if isinstance(one, float):
            raise ValueError(f"search.query has the number {one}; write an id that looks like one in quotes")
    return tuple(map(str, several))
