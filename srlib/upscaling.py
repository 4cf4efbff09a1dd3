"""Any image, any size, with any method: a network or an interpolation.

Enters: an image or a batch, and a method. Leaves: the upscaling, ``float32`` in [0, 1]. Large images go through a
network in tiles. A tile starts on the network's stride and brings a margin as wide as the network looks, so that the
tiled result is the whole-image result. The memory that it takes is that of the image, of the result and of a few
tiles. Lesson 06 (``07_your_photos``) cuts tiles by hand.
"""

from collections.abc import Iterator
from functools import partial

import numpy as np

from .degradation import UPSCALE_KERNELS, interpolate
from .images import check, check_scale, to_float

TILE = 192  # small pixels along a side: large enough that margins cost little, small enough for any laptop
_TOGETHER = 2  # tiles that go through a network at once
_MARGIN = 3  # small pixels: as far as the widest interpolation looks


def upscale(image, method, scale: int | None = None, *, tile: int = TILE) -> np.ndarray:
    """Upscale an image.

    Parameters
    ----------
    image : ndarray, (h, w, 3) or (N, h, w, 3)
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
        What is not an image or a method, a scale that is not the network's, a tile below 1.
    """
    if isinstance(method, str):
        if method not in UPSCALE_KERNELS:
            raise ValueError(
                f"method is {method!r}; expected {', '.join(UPSCALE_KERNELS)}, or a network: load one with srlib.load_model({method!r}) if that is its name."
            )
        return interpolate(image, 2 if scale is None else scale, kernel=method)
    image = check(image)
    scale = check_method(method, scale, tile)
    batch = image if image.ndim == 4 else image[None]
    if getattr(method, "srlib_config", None) is None:  # nothing is known of its reach, so it sees the image whole
        out = _whole(batch, method, scale)
        return out if image.ndim == 4 else out[0]
    n, height, width, _ = batch.shape
    out = np.empty((n, height * scale, width * scale, 3), np.float32)
    together = max(1, tile**2 // min(height * width, tile**2))  # small images go in groups
    for i in range(0, n, together):
        for rows, columns, made in _tiles(batch[i : i + together], method, scale, tile):
            out[i : i + together, rows, columns] = made
    return out if image.ndim == 4 else out[0]


def upscaled_pieces(
    image, method, scale: int | None = None, *, tile: int = TILE
) -> Iterator[tuple[slice, slice, np.ndarray]]:
    """The same in pieces: for a result that would be too much in ``float32``.

    Parameters
    ----------
    image : ndarray, (h, w, 3)
        ``uint8``, ``uint16``, or ``float32`` in [0, 1].
    method : keras.Model or str
        As for :func:`upscale`; a network must be one of srlib's.
    scale : int, optional
    tile : int

    Yields
    ------
    rows, columns : slice
        Of the result.
    made : ndarray of float32, (rows, columns, 3)
        Clipped to [0, 1]; put where they belong, the pieces are what :func:`upscale` gives. To be used up before the
        next one is asked for.
    """
    if not isinstance(method, str):
        scale = check_method(method, scale, tile)
        for rows, columns, made in _tiles(image[None], method, scale, tile):
            yield rows, columns, made[0]
        return
    scale, (height, width, _) = 2 if scale is None else scale, image.shape
    step = max(8, tile**2 // width)  # rows as many as make a tile
    for y in range(0, height, step):
        top, bottom = max(0, y - _MARGIN), min(height, y + step)
        made = interpolate(to_float(image[top : bottom + _MARGIN]), scale, kernel=method)
        yield (
            slice(y * scale, bottom * scale),
            slice(0, width * scale),
            made[(y - top) * scale : (bottom - top) * scale],
        )


def check_method(method, scale: int | None = None, tile: int = TILE) -> int | None:
    """Let through a network and the scale at which it upscales; None for one that does not tell."""
    if not callable(method):
        raise TypeError(
            f"method is a {type(method).__name__}; expected a network, or the name of an interpolation: use srlib.load_model or {UPSCALE_KERNELS}."
        )
    if isinstance(tile, bool) or not isinstance(tile, (int, np.integer)) or tile < 1:
        raise ValueError(f"tile is {tile!r}; expected a whole number of pixels, at least 1: the usual tile is {TILE}.")
    scale = None if scale is None else check_scale(scale)
    config = getattr(method, "srlib_config", None)
    if config is None:
        return scale
    if scale is not None and scale != config["scale"]:
        raise ValueError(
            f"scale is {scale}, but {config['builder']} upscales by {config['scale']}; expected its own scale: leave scale out, or load another network."
        )
    return config["scale"]


def _predict(model, small: np.ndarray) -> np.ndarray:
    from ._backend import keras

    try:
        ours = getattr(model, "srlib_config", None) is not None  # others may hold what a graph does not see change
        graph = ours and keras.backend.backend() == "tensorflow"
        made = keras.ops.convert_to_numpy(_graph(model)(small) if graph else model(small, training=False))
    except Exception as error:
        if "RESOURCE" not in f"{type(error).__name__} {error}".upper():  # each backend has its own name for it
            raise
        raise MemoryError(
            f"the memory does not suffice for tiles of {small.shape[1]}x{small.shape[2]}; expected room for a few of them: give a smaller tile, or close other programs."
        ) from None
    if not np.isfinite(made).all():
        raise ValueError(
            f"{getattr(model, 'name', 'the network')} gives values that are no finite numbers; expected a network whose training went well: train it again with a lower learning rate."
        )
    return np.clip(made, 0, 1).astype(np.float32, copy=False)  # others may compute in another type


def _graph(model):
    """The network as a TensorFlow graph, which takes half the time of single operations; kept with the network.

    Without XLA, which would compile for every size anew, as JAX would. (So does Keras' own `predict` on a graphics card.)
    """
    graph = getattr(model, "_srlib_graph", None)
    if graph is None:
        import tensorflow as tf

        # a partial: TensorFlow counts the graphs of one piece of code, and would warn of those of many networks
        run = partial(model, training=False)
        graph = model._srlib_graph = tf.function(run, reduce_retracing=True, jit_compile=False)
    return graph


def _whole(batch, model, scale: int | None) -> np.ndarray:
    out = np.concatenate([_predict(model, to_float(x[None])) for x in batch])
    if out.ndim != 4 or out.shape[-1] != 3:
        raise ValueError(
            f"the network made an array of shape {out.shape}; expected images (N, H, W, 3): look at its last layer."
        )
    (h, w), (height, width) = batch.shape[1:3], out.shape[1:3]
    if height % h or width % w or height // h != width // w or (scale or height // h) != height // h:
        raise ValueError(
            f"the network made {height}x{width} of {h}x{w}; expected the same whole multiple on both sides{f', {scale}' if scale else ''}: look at its layers."
        )
    return out


def _tiles(batch, model, scale: int, tile: int) -> Iterator[tuple[slice, slice, np.ndarray]]:
    """Interpolation some images of one size: rows and columns of the result, and what belongs there, (N, rows, columns, 3)."""
    from tqdm import tqdm

    from .geometry import geometry

    known = geometry(model)
    n, height, width, _ = batch.shape
    across, down = (_windows(length, tile, known) for length in (width, height))
    large = lambda kept, start=0: slice((kept.start - start) * scale, (kept.stop - start) * scale)
    # only on a terminal, and only where one has to wait
    with tqdm(total=len(down) * len(across), desc="tiles", delay=1, disable=None, leave=False) as bar:
        for seen_y, kept_y in down:
            for some in _alike(across, _TOGETHER):
                made = _predict(model, np.concatenate([to_float(batch[:, seen_y, seen_x]) for seen_x, _ in some]))
                for i, (seen_x, kept_x) in enumerate(some):
                    piece = made[i * n : (i + 1) * n, large(kept_y, seen_y.start), large(kept_x, seen_x.start)]
                    yield large(kept_y), large(kept_x), piece
                bar.update(len(some))


def _windows(length: int, side: int, known) -> list[tuple[slice, slice]]:
    """Cut one side of an image into windows: what the network sees, and what is kept of its result.

    All are of one length but the last, which may be shorter: a backend prepares itself anew for every shape.
    """
    up = lambda n: -(-n // known.stride) * known.stride  # the next multiple of the stride
    margin = up(known.reach)
    rest = length - 2 * margin  # a window keeps its margin where the image ends
    step = up(-(-rest // max(1, -(-rest // up(side)))))
    found, start, done = [], 0, 0
    while done < length:
        end = min(length, start + step + 2 * margin) if rest > up(side) else length
        stop = end if end == length else end - margin
        found.append((slice(start, end), slice(done, stop)))
        start, done = start + step, stop
    return found


def _alike(windows: list, most: int) -> Iterator[list]:
    """Runs of neighbours that see equally much, `most` at a time."""
    run = []
    for seen, kept in windows:
        if run and (len(run) == most or seen.stop - seen.start != run[0][0].stop - run[0][0].start):
            yield run
            run = []
        run.append((seen, kept))
    yield run
