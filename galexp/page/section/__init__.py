"""The sections of a report, one a file; a section is chosen by a YAML in conf/section and registered nowhere else."""
