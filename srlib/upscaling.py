"""Any picture, any size, with any method: a network or an interpolation.

Enters: a picture or a batch, and a method. Leaves: the enlargement, ``float32`` in [0, 1]. Large pictures go through a
network in tiles. A tile starts on the network's stride and brings a margin as wide as the network looks, so that the
tiled result is the whole-picture result.
"""

import numpy as np

from .degradation import ENLARGE_KERNELS, enlarge
from .pictures import check, check_scale, to_float

TILE = 192  # small pixels along a side: large enough that margins cost little, small enough for any laptop


def upscale(picture, method, scale: int | None = None, *, tile: int = TILE) -> np.ndarray:
    """Enlarge a picture.

    Parameters
    ----------
    picture : ndarray, (h, w, 3) or (N, h, w, 3)
        ``uint8`` or ``float32`` in [0, 1]; any size from 1x1.
    method : keras.Model or {"nearest", "bilinear", "bicubic", "lanczos"}
        A network from :func:`srlib.build_model` or :func:`srlib.load_model`, or an interpolation.
    scale : int, optional
        2 for an interpolation unless given; a network has its own, which this may confirm.
    tile : int
        Side of a tile in small pixels, before its margin. Memory grows with it, the result does not depend on it.

    Returns
    -------
    ndarray of float32, (scale*h, scale*w, 3) or with N in front
        Clipped to [0, 1].

    Raises
    ------
    TypeError, ValueError
        What is not a picture or a method, a scale that is not the network's, a tile below 1.
    """
    if isinstance(method, str):
        if method not in ENLARGE_KERNELS:
            raise ValueError(
                f"method is {method!r}; expected {', '.join(ENLARGE_KERNELS)}, or a network: load one with srlib.load_model({method!r}) if that is its name."
            )
        return enlarge(picture, 2 if scale is None else scale, kernel=method)
    picture = check(picture)
    if not callable(method):
        raise TypeError(
            f"method is a {type(method).__name__}; expected a network, or the name of an interpolation: use srlib.load_model or {ENLARGE_KERNELS}."
        )
    if isinstance(tile, bool) or not isinstance(tile, (int, np.integer)) or tile < 1:
        raise ValueError(f"tile is {tile!r}; expected a whole number of pixels, at least 1: the usual tile is {TILE}.")
    batch = picture if picture.ndim == 4 else picture[None]
    config = getattr(method, "srlib_config", None)
    if config is None:  # a network built by hand: nothing is known of its reach, so it sees the picture whole
        out = _whole(batch, method, scale)
    else:
        if scale is not None and check_scale(scale) != config["scale"]:
            raise ValueError(
                f"scale is {scale}, but {config['builder']} enlarges by {config['scale']}; expected its own scale: leave scale out, or load another network."
            )
        out = _tiled(batch, method, config["scale"], tile)
    return out if picture.ndim == 4 else out[0]


def _predict(model, small: np.ndarray) -> np.ndarray:
    from ._backend import keras

    made = keras.ops.convert_to_numpy(model(to_float(small), training=False))
    if not np.isfinite(made).all():
        raise ValueError(
            f"{getattr(model, 'name', 'the network')} gives values that are no finite numbers; expected a network whose training went well: train it again with a lower learning rate."
        )
    return np.clip(made, 0, 1)


def _whole(batch, model, scale) -> np.ndarray:
    scale = None if scale is None else check_scale(scale)
    out = np.concatenate([_predict(model, x[None]) for x in batch])
    (h, w), (height, width) = batch.shape[1:3], out.shape[1:3]
    if height % h or width % w or height // h != width // w or (scale or height // h) != height // h:
        raise ValueError(
            f"the network made {height}x{width} of {h}x{w}; expected the same whole multiple on both sides{f', {scale}' if scale else ''}: look at its layers."
        )
    return out


def _tiled(batch, model, scale: int, tile: int) -> np.ndarray:
    from tqdm import tqdm

    from .geometry import geometry

    known = geometry(model)
    up = lambda n: -(-n // known.stride) * known.stride  # the next multiple of the stride
    side, margin = up(tile), up(known.reach)
    n, height, width, _ = batch.shape
    out = np.empty((n, height * scale, width * scale, 3), np.float32)
    together = max(1, side**2 // min(height * width, side**2))  # small pictures go in groups
    jobs = [(i, y, x) for i in range(0, n, together) for y in range(0, height, side) for x in range(0, width, side)]
    # only on a terminal, and only where one has to wait
    for i, y, x in tqdm(jobs, desc="tiles", delay=1, disable=None, leave=False):
        group = slice(i, i + together)
        top, left = max(0, y - margin), max(0, x - margin)
        bottom, right = min(height, y + side), min(width, x + side)
        seen = batch[group, top : bottom + margin, left : right + margin]
        made = _predict(model, seen)[:, (y - top) * scale :, (x - left) * scale :]
        out[group, y * scale : bottom * scale, x * scale : right * scale] = made[
            :, : (bottom - y) * scale, : (right - x) * scale
        ]
    return out
