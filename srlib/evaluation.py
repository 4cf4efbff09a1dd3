"""Methods times images: a :class:`Table` of PSNR, SSIM and MSE with their spread.

Lesson 04 (``04_results``) builds the metrics by hand and reads such a table.
"""

import statistics
import time
import warnings
from contextlib import contextmanager

import numpy as np

from .data import provenance_of, published_pairs
from .degradation import as_degradation
from .images import check_choice, check_image_list, check_seed, to_float, to_uint8
from .metrics import PROTOCOLS, scored
from .resampling import crop_to_multiple
from .safe_files import printable
from .scores import COSTS, OwnLR, Table
from .upscaling import upscale

COST_SIDE = 512  # of the image that is made to measure the time


def evaluate(
    methods: dict, images, degradation=None, *, protocol: str = "rgb", costs: bool = False, seed: int = 0
) -> Table:
    """Degrade every image, restore it with every method, and compare with what it was.

    Parameters
    ----------
    methods : dict
        Name -> a network, the name of an interpolation, or a function, as for :func:`srlib.upscale`. Give bicubic among
        them: it is what everybody has.
    images : ImageSet, ndarray (N, H, W, 3) or list of (H, W, 3)
        HR images; cropped at the bottom and right to a multiple of the scale.
    degradation : Degradation, step or OwnLR, optional
        The reference's unless given, ``Downscale(2, "bilinear")``. :class:`OwnLR` takes the LR images that the set comes
        with (``set5``, ``set14``, pairs of your own, for which it is the default), and crops the HR images to fit them.
    protocol : {"rgb", "y"}
        See :func:`srlib.metrics.score`. With ``y`` the LR images are rounded to 8 bits, as the papers' files are.
    costs : bool
        Whether to say beside the scores what each method costs; see :func:`costs_of`.
    seed : int
        Of what the degradation draws.

    Returns
    -------
    Table

    Raises
    ------
    TypeError, ValueError
        No methods, no images, none that can be scored, or what the functions called here refuse.

    Warns
    -----
    UserWarning
        Images that cannot be scored, such as those smaller than SSIM's window, with the reason; images that are met exactly.

    Examples
    --------
    >>> import srlib
    >>> images = srlib.load_images("sample", split="validation")[:2]
    >>> table = srlib.evaluate({"bicubic": "bicubic"}, images, srlib.Downscale(2, "bicubic"))
    >>> print(f"{table.mean('bicubic'):.2f} dB")
    29.99 dB
    """
    if degradation is None and getattr(images, "lr", None) is not None:
        degradation = OwnLR(images.scale)
    degradation = degradation if isinstance(degradation, OwnLR) else as_degradation(degradation)
    scale = degradation.scale
    check_choice(protocol, PROTOCOLS, "protocol")
    if not isinstance(methods, dict) or not methods:
        raise TypeError(
            f"methods is {methods!r}; expected a dict of name -> network or interpolation, not empty: try {{'bicubic': 'bicubic'}}."
        )
    if len(check_image_list(images)) == 0:
        raise ValueError("There are no images to judge on; expected at least one: look at how they were loaded.")
    names = _distinct(getattr(images, "names", None) or [f"image-{i}" for i in range(len(images))])
    scores: dict = {method: {} for method in methods}
    refused: dict = {}
    for name, lr, hr in _pairs(names, images, degradation, seed, refused):
        if protocol == "y":  # whose LR images are files of 8 bits
            lr = to_uint8(lr)
        found = {}
        for label, method in methods.items():
            sr = upscale(lr, method, scale)
            with _refusing(name, refused):
                found[label] = scored(sr, hr, protocol=protocol, scale=scale)
        for label, values in found.items() if name not in refused else ():
            scores[label][name] = values
    if len(refused) == len(names):
        name, why = next(iter(refused.items()))
        raise ValueError(f"{name}: {why}")
    groups: dict = {}
    if getattr(images, "class_names", None):
        for name, label in zip(names, images.labels):
            if name not in refused:
                groups.setdefault(images.class_names[label], []).append(name)
    told = {label: costs_of(method, scale) for label, method in methods.items()} if costs else {}
    unread = getattr(images, "refused", {})
    table = Table(scores, str(provenance_of(images)), protocol, degradation, groups, told, unread | refused)
    _warn(refused, table.exact, len(names))
    return table


def _pairs(names, images, degradation, seed: int, refused: dict):
    """The name of every image with its LR and its HR image; every image is checked once, here."""
    if isinstance(degradation, OwnLR):
        yield from ((name, *pair) for name, pair in zip(names, published_pairs(images, degradation.scale)))
        return
    rng = np.random.default_rng(check_seed(seed))
    for name, image in zip(names, getattr(images, "images", images)):
        with _refusing(name, refused):
            hr = to_float(crop_to_multiple(image, degradation.scale))
            lr = degradation.apply(hr, rng)
        if name not in refused:
            yield name, lr, hr


@contextmanager
def _refusing(image: str, refused: dict):
    """Keep what an odd image is refused for: it spoils nothing for the others."""
    try:
        yield
    except ValueError as error:
        refused[image] = str(error)


def _warn(refused: dict, exact: list, count: int) -> None:
    """Say which images are not in the means, and why."""
    if refused:
        why = "; ".join(f"{image}: {reason}" for image, reason in refused.items())
        warnings.warn(printable(f"{len(refused)} of {count} images are not scored: {why}"), stacklevel=3)
    if exact:
        which = f"{', '.join(exact)} {'is' if len(exact) == 1 else 'are'} met exactly, which is an infinite PSNR"
        left = count - len(refused) - len(exact)
        told = f"the mean PSNR of every method is over the other {left}" if left else "so is the mean PSNR"
        warnings.warn(printable(f"{which}: {told}."), stacklevel=3)


def costs_of(method, scale: int = 2, *, repeat: int = 5) -> dict[str, float | None]:
    """What a method costs: counted from its layers, and timed on this machine.

    Parameters
    ----------
    method : keras.Model or str
        A network, or the name of an interpolation.
    scale : int
    repeat : int
        How many times it is timed, after once to warm up.

    Returns
    -------
    dict
        `parameters`; `gmacs`, for an output of 1280x720; `seconds_per_megapixel` of output, the median over the
        making of an image of about 512x512. The first two are None for what has no layers that can be counted: an
        interpolation, or (the second) a network that was built by hand.
    """
    parameters = work = None
    if not isinstance(method, str):
        from .models import gmacs

        parameters = int(method.count_params()) if hasattr(method, "count_params") else None
        if getattr(method, "card", None) is not None:
            work = gmacs(method)
    side = -(-COST_SIDE // scale)
    image = np.random.default_rng(0).integers(0, 256, (side, side, 3), np.uint8)
    seconds = []
    for _ in range(repeat + 1):
        start = time.perf_counter()
        upscale(image, method, scale)
        seconds.append(time.perf_counter() - start)
    made = (side * scale) ** 2 / 1e6
    return dict(zip(COSTS, (parameters, work, statistics.median(seconds[1:]) / made)))


def _distinct(names: list[str]) -> list[str]:
    """The names, with a number behind those that have come before: sets may be added that share some."""
    given, seen, out = set(names), {}, []
    for name in names:
        count = seen[name] = seen.get(name, 0) + 1
        while count > 1 and f"{name} ({count})" in given:  # an image of its own, or the number of one before
            count += 1
        out.append(name if seen[name] == 1 else f"{name} ({count})")
        given.add(out[-1])
    return out
