"""Tables of galaxies: reading any format, identifiers as strings, units kept."""
