"""How fast galexp is, beside what the same machine does without it."""
