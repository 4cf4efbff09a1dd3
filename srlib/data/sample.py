"""Forty photographs that travel with srlib, each its own scene, so that every lesson runs offline.

They are crops of 256x256, without loss, of photographs that are CC0 or in the public domain. ``photographs.json`` beside
them tells where each comes from and how they were split; ``tools/sample.py`` makes them from the originals.
"""

import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from .catalogue import CATALOGUE
from .image_set import ImageSet
from .provenance import Provenance, Source

SPLITS = CATALOGUE["sample"].splits
SAMPLE_SIDE = 256
CLASSES = ("berry", "bird", "dog", "flower", "other")  # those of Linnaeus 5
FOLDER = Path(__file__).parent / "photographs"


@dataclass(frozen=True)
class Photograph:
    """One photograph of the sample.

    Attributes
    ----------
    name : str
    class_name, split : str
    licence : str
        With whom to thank, where one is named.
    original : str
        The file that it was cut from: its path in the cache, as `srlib.data.fetch` leaves it, or in scikit-image.
    sha256 : str
        Of the original.
    reduced : int
        By how much the original was made smaller first; large ones are soft, pixel for pixel.
    centre : tuple of float
        Of the crop, as a fraction of the width and of the height.
    """

    name: str
    class_name: str
    split: str
    licence: str
    original: str
    sha256: str
    reduced: int
    centre: tuple[float, float]


_TOLD = json.loads((FOLDER / "photographs.json").read_text("utf-8"))
SAMPLE_RULE: str = _TOLD["rule"]  # how the photographs were chosen and split
SAMPLE = tuple(Photograph(**told) for told in _TOLD["photographs"])


def load_sample(split: str | None = None) -> ImageSet:
    """The photographs of one split, or all of them."""
    from PIL import Image

    chosen = [photograph for photograph in SAMPLE if split in (None, photograph.split)]
    images = [np.asarray(Image.open(FOLDER / f"{photograph.name}.webp")) for photograph in chosen]
    labels = np.array([CLASSES.index(photograph.class_name) for photograph in chosen])
    names = [photograph.name for photograph in chosen]
    return ImageSet(np.stack(images), names, labels, list(CLASSES), Provenance([Source("sample", split=split)]))
