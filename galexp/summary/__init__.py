"""What a person reads at the end: tables in the terminal."""
