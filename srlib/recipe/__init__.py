"""What describes an experiment: a recipe, the runs that followed one, and the card of the network that came of them.

All three are frozen dataclasses: checked once, when they are made; printed; saved as JSON and read back. Where the images
came from is told by :class:`srlib.data.Provenance`.
"""

from .cards import Architecture, ModelCard, Run
from .settings import PRECISIONS, SCHEDULES, Adversarial, Recipe

__all__ = ["PRECISIONS", "SCHEDULES", "Adversarial", "Architecture", "ModelCard", "Recipe", "Run"]
