"""One file per survey: its columns, its cuts, its targets."""
