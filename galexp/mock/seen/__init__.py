"""Real galaxies for the mock renderer: what a catalog measured is kept, what it lacks is drawn and counted."""

from galexp.mock.seen.catalog import with_appearance

__all__ = ["with_appearance"]
