"""Find the galaxies that look like others by what a run has learned, and tell how much that is worth.

Usage: python -m galexp search RUN [RUN ...] [search.query=ID|[ID,...]|FILE.jpg] [group=option ...] [key=value ...]

RUN is the folder that train printed. Its network describes every image by features: those before its last layer, or,
of a network that draws images again, its latent means. Without further words the galaxies that the run was tested on
look for their likes among those that it learned from, so that nobody finds itself; with search.query it is a galaxy of
the catalog or any image file, brought to size and bands as the run's images were. dataset=, imaging= and paths.data=
name other galaxies to search in; frames of one simulation are never neighbors of each other.

Beside the features stand what is to be beaten, the principal components of pixels, the pixels themselves and chance;
and the recommendations of spectral clustering on the graph of neighbors. All are judged by what is known of galaxies,
such as targets and times, and by the structural similarity of images. Results go into RUN/search/: neighbors, features
and clusters as Parquet, metrics, figures, and map.html, a page on which galaxies are looked at by hovering.

Keys:
  search.query=...           ids or image files, in brackets where they are several: [1237,mine.jpg]
  search.features=auto       auto is what the run has learned; network, latent, pca or pixels
  search.views=d4            mean and spread of each feature over the eight turns and flips of an image; or none
  search.neighbors=10        of each query, and in the graph
  search.index=auto          exact, scikit_learn or faiss; auto by the number of galaxies, all give the same
  search.graph=union         mutual joins two galaxies only where each is among the neighbors of the other
  search.ssim_queries=64     queries whose images are compared with those of their neighbors
  evaluation.checkpoint=auto
Of search. what is not named is as the packaged configuration has it, whatever the run was trained with.

Examples:
  python -m galexp search multirun/demo/xgass-delta5_q80-xresnet34-s0-0123abcd
  python -m galexp search RUN search.query=1237649770260463687
  python -m galexp search RUN search.query=mine.jpg
  python -m galexp search RUN dataset=gz2 imaging=files
"""

from __future__ import annotations

import pathlib

from galexp.command import Command
from galexp.job.search.run import search_run
from galexp.job.search.show import show_search
from galexp.run.directory import RunDirectory


def main(command: Command) -> int:
    """Search by every run that was named."""
    for word in command.words:
        show_search(search_run(RunDirectory(pathlib.Path(word)), command))
    return 0
