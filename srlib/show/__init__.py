"""Figures: images side by side with their numbers, plots, networks drawn, and the interactive explorer.

Each function gives a matplotlib Figure, which a notebook shows when it is a cell's last line, and which ``.savefig``
writes; its attribute ``alt`` says in words what it shows, and is stored beside it. :func:`explorer` gives controls that
work in a notebook. Matplotlib and ipywidgets are imported by the first function that needs them.
"""

from .blueprint import architecture
from .diagrams import plain_and_residual, workflow
from .distributions import distributions
from .grids import pixel_shuffle
from .interactive import explorer
from .learning import curves, losses
from .panels import compare, errors, images, zoom
from .plots import quality, realism, spectrum, spread
from .rows import profile, waves

__all__ = [
    "architecture",
    "compare",
    "curves",
    "distributions",
    "errors",
    "explorer",
    "images",
    "losses",
    "pixel_shuffle",
    "plain_and_residual",
    "profile",
    "quality",
    "realism",
    "spectrum",
    "spread",
    "waves",
    "workflow",
    "zoom",
]
