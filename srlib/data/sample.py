"""The photographs that travel with scikit-image, cut into squares and split by photograph.

They are there without a download, so that every lesson runs offline.
"""

import numpy as np

from ..images import check_choice, to_uint8
from ..resampling import crop_to_multiple, downscale
from .catalogue import CATALOGUE
from .image_set import ImageSet
from .provenance import Provenance, Source

SPLITS = CATALOGUE["sample"].splits
SAMPLE_SIDE = 128

# Decided once, before anything was trained, by photograph: no photograph gives crops to two of them. Training and
# validation have everyday and scientific images; the test pair is an animal by day and a machine by night.
SAMPLE_SPLITS = {
    "train": ("coffee", "hubble_deep_field", "immunohistochemistry"),
    "validation": ("astronaut", "retina"),
    "test": ("chelsea", "rocket"),
}
_SAMPLE_LICENCES = {
    "astronaut": "public domain (NASA)",
    "chelsea": "CC0 (Stefan van der Walt)",
    "coffee": "CC0 (Rachel Michetti)",
    "hubble_deep_field": "public domain (NASA)",
    "immunohistochemistry": "public domain (Center for Microscopy and Molecular Imaging)",
    "retina": "CC0 (Mikael Häggström)",
    "rocket": "public domain (SpaceX)",
}
# Large scans are softer, pixel for pixel, than the images that one wants to restore: these are downscaled first.
_SAMPLE_DOWNSCALE = {"hubble_deep_field": 2, "retina": 3}


def load_sample(split: str | None = None) -> ImageSet:
    """The crops of one split, or of all photographs."""
    photographs = SAMPLE_SPLITS[split] if split else sum(SAMPLE_SPLITS.values(), ())
    images, names, labels = [], [], []
    for label, photograph in enumerate(photographs):
        for name, crop in _crops(sample_photograph(photograph)):
            images.append(crop)
            names.append(f"{photograph}-{name}")
            labels.append(label)
    licence = "; ".join(f"{p}: {_SAMPLE_LICENCES[p]}" for p in photographs)
    source = Source("sample", split=split, licence=licence)
    return ImageSet(np.stack(images), names, np.array(labels), list(photographs), Provenance([source]))


def sample_photograph(name: str) -> np.ndarray:
    """One of the embedded photographs, whole, as the crops of ``sample`` are cut from it.

    Parameters
    ----------
    name : str
        A name in `SAMPLE_SPLITS`.

    Returns
    -------
    ndarray of uint8, (H, W, 3)

    Raises
    ------
    ValueError
        An unknown name.
    OSError
        scikit-image, which holds the photographs, finds no place for its cache.

    Examples
    --------
    >>> sample_photograph("chelsea").shape
    (300, 451, 3)
    """
    import skimage.data

    check_choice(name, sum(SAMPLE_SPLITS.values(), ()), "photograph")
    try:
        photograph = getattr(skimage.data, name)
    except RuntimeError as error:
        raise OSError(
            f"scikit-image, which holds the photographs, finds no place for its cache ({error}); expected a user with a home folder: let HOME name a folder that can be written."
        ) from None
    image = np.asarray(photograph())[..., :3]
    factor = _SAMPLE_DOWNSCALE.get(name)
    return to_uint8(downscale(crop_to_multiple(image, factor), factor, kernel="bicubic")) if factor else image


def _crops(image: np.ndarray, side: int = SAMPLE_SIDE):
    """Squares side by side, as many as fit, in the middle of the image."""
    rows, columns = (n // side for n in image.shape[:2])
    top, left = ((n - k * side) // 2 for n, k in zip(image.shape[:2], (rows, columns)))
    for r in range(rows):
        for c in range(columns):
            y, x = top + r * side, left + c * side
            yield f"r{r}c{c}", image[y : y + side, x : x + side]
