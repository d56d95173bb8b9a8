"""galexp: ask an image-based network what it learned about galaxies, and whether it holds somewhere else.

Importing it lets the threads of torch sleep while they wait for each other, unless ``OMP_WAIT_POLICY`` says otherwise:
waiting in circles, as they do by default, slows a training several times where another program uses one of the cores.
"""

import os

__version__ = "0.1.0"
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
