"""Many runs from one command: Hydra's sweepers and launchers around a single job, and a table over all of them."""
