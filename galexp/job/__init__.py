"""What one process does from its settings to a finished folder: train a run, or evaluate one."""
