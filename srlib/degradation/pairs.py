"""Pairs of what a network sees and what it should give."""

import numpy as np

from ..images import check_seed, to_float
from ..resampling import crop_to_multiple
from .presets import preset
from .sequence import Degradation
from .steps import Downscale, Paired


def as_degradation(degradation, scale: int = 2) -> Degradation:
    """A degradation as it is, a step or a tuple of steps as one, a :func:`preset` by its name at `scale`.

    For None it is the reference's: bilinear downscaling by `scale`.
    """
    if isinstance(degradation, str):
        return preset(degradation, scale)
    if degradation is None:
        degradation = Downscale(scale, "bilinear")
    return degradation if isinstance(degradation, Degradation) else Degradation(degradation)


def make_pairs(images, degradation=None, *, seed: int = 0):
    """Pairs of what a network sees and what it should give.

    Parameters
    ----------
    images : ImageSet, ndarray (N, H, W, 3) or list of (H, W, 3)
        HR images; each is cropped at the bottom and right to a multiple of the degradation's scale.
    degradation : Degradation, step or str, optional
        ``Downscale(2, "bilinear")`` unless given: the one of the reference system. A name is that of a :func:`preset` by 2.
        Of images that have LR images of their own these are taken, unless it is given.
    seed : int
        Of what is drawn at random.

    Returns
    -------
    lr, hr : ndarray of float32 (N, h, w, 3) and (N, scale*h, scale*w, 3)
        In [0, 1]; lists of such images where sizes differ.

    Raises
    ------
    TypeError, ValueError
        What is not an image, or not a degradation.

    Examples
    --------
    >>> import numpy as np, srlib
    >>> lr, hr = srlib.make_pairs(np.zeros((3, 9, 8, 3), np.uint8), srlib.Downscale(4, "bicubic"))
    >>> lr.shape, hr.shape
    ((3, 2, 2, 3), (3, 8, 8, 3))
    """
    pixels = getattr(images, "images", images)
    own = getattr(images, "lr", None)
    if own is not None and degradation in (None, paired(images.scale)):
        return tuple(to_float(all_) if hasattr(all_, "ndim") else [to_float(x) for x in all_] for all_ in (own, pixels))
    degradation, rng = as_degradation(degradation), np.random.default_rng(check_seed(seed))
    if isinstance(pixels, (list, tuple)):
        hr = [to_float(crop_to_multiple(image, degradation.scale)) for image in pixels]
        return [degradation.apply(image, rng) for image in hr], hr
    hr = to_float(crop_to_multiple(pixels, degradation.scale))
    return degradation.apply(hr, rng), hr


def paired(scale: int) -> Degradation:
    """The degradation of images that have their own LR images."""
    return Degradation(Paired(scale))
