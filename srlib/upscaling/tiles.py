"""Any image, any size, with any method: a network, an interpolation, or a function.

Large images go through a network in tiles. A tile starts on the network's stride and brings a margin as wide as half the
network's receptive field, so that the tiled result is the whole-image result. The memory that this takes is that of the
image, of the result and of a few tiles. Exercise 05b cuts tiles by hand.
"""

from collections.abc import Iterator
from functools import partial
from pathlib import Path

import numpy as np

from ..engines import ENGINES, OnnxNetwork, load_network, no_room
from ..images import check, check_choice, check_scale, to_float
from ..network_files import default_network, known
from ..resampling import UPSCALE_KERNELS, interpolate

# Sides of a tile in pixels of the image. The first is large enough that margins cost little, and small enough for most
# networks on any laptop; the others are tried in turn where the memory does not suffice.
TILES = (256, 128, 64)
_TOGETHER = 2  # tiles that go through a network at once
REACH = 3  # pixels of the image: as far as the widest interpolation reaches


def upscale(image, method, scale: int | None = None, *, tile: int | None = None) -> np.ndarray:
    """Upscale an image.

    Parameters
    ----------
    image : ndarray, (h, w, 3) or (N, h, w, 3)
        ``uint8`` or ``float32`` in [0, 1]; any size from 1x1.
    method : keras.Model, {"nearest", "bilinear", "bicubic", "lanczos"} or function
        A network from :func:`srlib.build_model` or :func:`srlib.load_model`; an interpolation, which with scale 1 leaves the
        image as it is; or a function of yours from (1, h, w, 3) to (1, scale*h, scale*w, 3), ``float32`` in [0, 1].
    scale : int, optional
        2 for an interpolation unless given; a network has its own, which this may confirm.
    tile : int, optional
        Side of a tile in pixels of `image`, before its margin. Memory grows with it; the result does not depend on it.
        Unless given it is 256, and less where the memory does not suffice for that.

    Returns
    -------
    ndarray of float32, (scale*h, scale*w, 3) or with N in front
        Clipped to [0, 1].

    Raises
    ------
    TypeError, ValueError
        What is not an image or a method, a scale that is not the network's, a tile below 1.
    MemoryError
        There is no room for a few tiles.
    RuntimeError
        The process was forked from one that had loaded a network, in which it would hang: start it with
        ``multiprocessing.get_context("spawn")``.

    Examples
    --------
    >>> import numpy as np, srlib
    >>> lr = np.zeros((5, 7, 3), np.uint8)
    >>> srlib.upscale(lr, "bicubic").shape
    (10, 14, 3)
    >>> srlib.upscale(lr, srlib.build_model("subpixel", 3, width=8, blocks=1)).shape
    (15, 21, 3)
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
    if getattr(method, "card", None) is None:  # its receptive field is not known, so it sees the image whole
        sr = _whole(batch, method, scale)
        return sr if image.ndim == 4 else sr[0]
    n, height, width, _ = batch.shape
    sr = np.empty((n, height * scale, width * scale, 3), np.float32)
    area = (tile or TILES[0]) ** 2
    together = max(1, area // min(height * width, area))  # small images go in groups
    for i in range(0, n, together):
        for rows, columns, piece in _tiles_that_fit(batch[i : i + together], method, scale, tile):
            sr[i : i + together, rows, columns] = piece
    return sr if image.ndim == 4 else sr[0]


def upscaled_pieces(
    image, method, scale: int | None = None, *, tile: int | None = None
) -> Iterator[tuple[slice, slice, np.ndarray]]:
    """The same in pieces: for a result that would be too much in ``float32``.

    Parameters
    ----------
    image : ndarray, (h, w, 3)
        ``uint8``, ``uint16``, or ``float32`` in [0, 1].
    method : keras.Model or str
        As for :func:`upscale`; a network must be one of srlib's.
    scale : int, optional
    tile : int, optional

    Yields
    ------
    rows, columns : slice
        Of the result.
    piece : ndarray of float32, (rows, columns, 3)
        Clipped to [0, 1]; put where they belong, the pieces are what :func:`upscale` gives. Copy each piece before
        you ask for the next. Where memory runs out, tiling begins again with smaller tiles, and some places come twice.

    Examples
    --------
    >>> for rows, columns, piece in upscaled_pieces(np.zeros((40, 3, 3), np.uint8), "bicubic", 2, tile=8):
    ...     print(rows, piece.shape)
    slice(0, 42, None) (42, 6, 3)
    slice(42, 80, None) (38, 6, 3)
    """
    if not isinstance(method, str):
        scale = check_method(method, scale, tile)
        for rows, columns, piece in _tiles_that_fit(image[None], method, scale, tile):
            yield rows, columns, piece[0]
        return
    scale, (height, width, _) = 2 if scale is None else scale, image.shape
    for top, bottom in strips(height, width, tile):
        first = max(0, top - REACH)
        strip = interpolate(to_float(image[first : bottom + REACH]), scale, kernel=method)
        yield (
            slice(top * scale, bottom * scale),
            slice(0, width * scale),
            strip[(top - first) * scale : (bottom - first) * scale],
        )


def strips(height: int, width: int, tile: int | None = None) -> Iterator[tuple[int, int]]:
    """The first row of each strip of an image and the one after its last; a strip has as many rows as make a tile.

    Examples
    --------
    >>> list(strips(20, 8, tile=8))
    [(0, 8), (8, 16), (16, 20)]
    """
    step = max(8, (tile or TILES[0]) ** 2 // width)
    return ((top, min(height, top + step)) for top in range(0, height, step))


def as_rgb(plane: np.ndarray) -> np.ndarray:
    """A grey plane (h, w) as colours, which takes no memory; colours as they are.

    Examples
    --------
    >>> as_rgb(np.zeros((2, 5), np.uint8)).shape
    (2, 5, 3)
    """
    return plane if plane.ndim == 3 else np.broadcast_to(plane[..., None], (*plane.shape, 3))


def check_method(method, scale: int | None = None, tile: int | None = None) -> int | None:
    """Check a network, and return its scale; None where it does not tell."""
    if not callable(method):
        raise TypeError(
            f"method is a {type(method).__name__}; expected a network, or the name of an interpolation: use srlib.load_model or {UPSCALE_KERNELS}."
        )
    if tile is not None and (isinstance(tile, bool) or not isinstance(tile, (int, np.integer)) or tile < 1):
        raise ValueError(
            f"tile is {tile!r}; expected a whole number of pixels, at least 1: the usual tile is {TILES[0]}."
        )
    scale = None if scale is None else check_scale(scale)
    card = getattr(method, "card", None)
    if card is None:
        return scale
    if scale is not None and scale != card.scale:
        raise ValueError(
            f"scale is {scale}, but {card.architecture.builder} upscales by {card.scale}; expected its own scale: leave scale out, or load another network."
        )
    return card.scale


def method_named(name: str | Path | None, scale: int | None = None, *, engine: str | None = "keras"):
    """A method by its name: an interpolation's as it is, anything else as a loaded network.

    Parameters
    ----------
    name : str, Path or None
        An interpolation, a shipped network, or a folder that ``srlib train`` wrote; a plus behind a network stands for
        its :func:`srlib.self_ensemble`. None is the shipped network for the scale.
    scale : int, optional
        Of the network for None; 2 unless given.
    engine : {"keras", "onnx"} or None
        What computes a network, as for :func:`srlib.engines.load_network`.

    Returns
    -------
    str, keras.Model or srlib.engines.OnnxNetwork

    Raises
    ------
    ValueError
        There is no such method, or it cannot be loaded.

    Examples
    --------
    >>> method_named("bicubic")
    'bicubic'
    """
    if engine is not None:
        check_choice(engine, ENGINES, "engine")
    if name in UPSCALE_KERNELS:
        return name
    if name is None:
        name = default_network(scale)
    if not known(str(name)) and not known(str(name).removesuffix("+")):
        raise ValueError(
            f"There is no model {str(name)!r}; expected {', '.join(UPSCALE_KERNELS)}, a network that `srlib models` shows, or a folder that `srlib train` wrote; a + goes behind networks alone: check the spelling."
        )
    return load_network(name, engine)


# -- through a network --------------------------------------------------------------------------------------------------------


def _predict(model, lr: np.ndarray) -> np.ndarray:
    if not hasattr(model, "weights"):  # no network of Keras: it needs no backend
        return _checked(model, np.asarray(model(lr)))
    from ..backend import check_process, keras

    check_process()
    try:
        ours = getattr(model, "card", None) is not None  # others may hold what a graph does not see change
        backend = keras.backend.backend() if ours else ""
        if backend == "jax":
            from .canvas import predict_compiled

            sr = predict_compiled(model, lr)
        else:
            sr = keras.ops.convert_to_numpy(_graph(model)(lr) if backend == "tensorflow" else model(lr, training=False))
    except Exception as error:
        if "RESOURCE" not in f"{type(error).__name__} {error}".upper():  # each backend has its own name for it
            raise
        raise no_room(lr) from None
    return _checked(model, sr)


def _checked(model, sr: np.ndarray) -> np.ndarray:
    if not np.isfinite(sr).all():
        raise ValueError(
            f"{getattr(model, 'name', getattr(model, '__name__', 'the network'))} gives values that are not finite; expected a network whose training went well: train it again with a lower learning rate."
        )
    return np.clip(sr, 0, 1).astype(np.float32, copy=False)  # others may compute in another type


def _graph(model):
    """The network as a TensorFlow graph, which takes half the time of single operations; kept with the network.

    One graph for all sizes, as a graph takes longer to make than to run. So without XLA, which would compile for every
    size anew. (So does Keras' own `predict` on a graphics card.)
    """
    graph = getattr(model, "_srlib_graph", None)
    if graph is None:
        import tensorflow as tf

        # a partial: TensorFlow counts the graphs of one piece of code, and would warn of those of many networks
        run = partial(model, training=False)
        any_size = [tf.TensorSpec((None, None, None, 3), tf.float32)]
        graph = model._srlib_graph = tf.function(run, input_signature=any_size, jit_compile=False)
    return graph


def _whole(batch, model, scale: int | None) -> np.ndarray:
    sr = np.concatenate([_predict(model, to_float(lr[None])) for lr in batch])
    if sr.ndim != 4 or sr.shape[-1] != 3:
        raise ValueError(
            f"the network made an array of shape {sr.shape}; expected images (N, H, W, 3): look at its last layer."
        )
    (h, w), (height, width) = batch.shape[1:3], sr.shape[1:3]
    if height % h or width % w or height // h != width // w or (scale or height // h) != height // h:
        raise ValueError(
            f"the network made {height}x{width} of {h}x{w}; expected the same whole multiple on both sides{f', {scale}' if scale else ''}: look at its layers."
        )
    return sr


# -- in tiles -----------------------------------------------------------------------------------------------------------------


def _tiles_that_fit(batch, model, scale: int, tile: int | None) -> Iterator[tuple[slice, slice, np.ndarray]]:
    """Tiles of the side that was asked for, or else of the largest for which the memory suffices."""
    for side in TILES if tile is None else (tile,):
        try:
            yield from _tiles(batch, model, scale, side)
            return
        except MemoryError:
            if side in (tile, TILES[-1]):
                raise


def _tiles(batch, model, scale: int, tile: int) -> Iterator[tuple[slice, slice, np.ndarray]]:
    """Upscale some images of one size: rows and columns of the result, and what belongs there, (N, rows, columns, 3)."""
    from tqdm import tqdm

    known = _traits(model)
    n, height, width, _ = batch.shape
    across, down = (_windows(length, tile, known) for length in (width, height))
    scaled = lambda kept, start=0: slice((kept.start - start) * scale, (kept.stop - start) * scale)
    # only on a terminal, and only where one has to wait
    with tqdm(total=len(down) * len(across), desc="tiles", delay=1, disable=None, leave=False) as bar:
        for seen_y, kept_y in down:
            for some in _alike(across, _TOGETHER):
                sr = _predict(model, np.concatenate([to_float(batch[:, seen_y, seen_x]) for seen_x, _ in some]))
                for i, (seen_x, kept_x) in enumerate(some):
                    piece = sr[i * n : (i + 1) * n, scaled(kept_y, seen_y.start), scaled(kept_x, seen_x.start)]
                    yield scaled(kept_y), scaled(kept_x), piece
                bar.update(len(some))


def _traits(model):
    if isinstance(model, OnnxNetwork):
        return model.traits
    from ..layers import traits_of  # brings Keras

    return traits_of(model)


def _windows(length: int, side: int, known) -> list[tuple[slice, slice]]:
    """Cut one side of an image into windows: what the network sees, and what is kept of its result.

    All are of one length but the last, which may be shorter: a backend prepares itself anew for every shape.
    """
    up = lambda n: -(-n // known.stride) * known.stride  # the next multiple of the stride
    margin = up(known.reach)
    rest = length - 2 * margin  # a window keeps its margin where the image ends
    step = up(-(-rest // max(1, -(-rest // up(side)))))
    windows, start, done = [], 0, 0
    while done < length:
        end = min(length, start + step + 2 * margin) if rest > up(side) else length
        stop = end if end == length else end - margin
        windows.append((slice(start, end), slice(done, stop)))
        start, done = start + step, stop
    return windows


def _alike(windows: list, most: int) -> Iterator[list]:
    """Neighbours that see equally much, at most `most` at a time."""
    run = []
    for seen, kept in windows:
        if run and (len(run) == most or seen.stop - seen.start != run[0][0].stop - run[0][0].start):
            yield run
            run = []
        run.append((seen, kept))
    yield run
