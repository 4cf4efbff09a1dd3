"""Any size of a result: what is asked for, and how the whole multiple that a method makes becomes that.

A network makes the next whole multiple, which is then reduced by antialiased bicubic interpolation: the filter that its LR
images are mostly made with, on the values as they are stored, as everywhere in srlib, and before they are rounded. An
interpolation goes to the size at once. Both go strip by strip.
"""

import logging
import math
from collections.abc import Iterator
from functools import lru_cache

import numpy as np

from ..images import check_count, is_number
from ..network_files import default_network, default_scales
from ..resampling import resize_taps
from .tiles import check_method, method_named

_log = logging.getLogger(__name__)  # of what is chosen where nothing is asked for
_LONGEST = 2**31 - 1  # pixels along a side, of any kind of file


def check_size(scale, width, height) -> None:
    """Whether a size can be asked for so.

    Parameters
    ----------
    scale : float or None
    width, height : int or None
        Of the result, in pixels.

    Raises
    ------
    ValueError
        A scale beside a width or a height; one that does not enlarge; what is no number.

    Examples
    --------
    >>> check_size(1.5, None, None), check_size(None, 4000, None)
    (None, None)
    """
    if scale is not None and not (is_number(scale) and 1 <= scale <= _LONGEST):
        raise ValueError(
            f"scale is {scale!r}; expected a number of at least 1, as images are enlarged here: choose another, such as 1.5 or 2."
        )
    for side, name in ((width, "width"), (height, "height")):
        if side is not None:
            if check_count(side, name) > _LONGEST:
                raise ValueError(
                    f"{name} is more than {_LONGEST:,}, where all kinds of files end; expected less: choose another."
                )
            if scale is not None:
                raise ValueError(
                    f"scale is {scale} and {name} {side}; expected one of them, as either gives the size: leave one out."
                )


def size_of(size: tuple[int, int], scale=None, width=None, height=None) -> tuple[float, tuple[int, int]]:
    """How many times an image is enlarged, and the size of the result.

    Parameters
    ----------
    size : (height, width)
        Of the image.
    scale : float, optional
        2 unless anything is given.
    width, height : int, optional
        Of the result; where one is given, the other follows.

    Returns
    -------
    factor : float
    (height, width)

    Raises
    ------
    ValueError
        A width and a height that do not have the image's proportions; a size below the image's own.

    Examples
    --------
    >>> size_of((20, 30), scale=1.5), size_of((20, 30), width=100)
    ((1.5, (30, 45)), (3.3333333333333335, (67, 100)))
    """
    h, w = size
    whole = lambda n: max(1, math.floor(n + 0.5))
    if width is None and height is None:
        factor = 2 if scale is None else scale
        return factor, (whole(h * factor), whole(w * factor))
    factors = [made / side for made, side in ((width, w), (height, h)) if made is not None]
    factor = min(factors)
    wanted = (height or whole(h * factor), width or whole(w * factor))
    if len(factors) == 2 and abs(height - h * width / w) > 1 and abs(width - w * height / h) > 1:
        raise ValueError(
            f"it is {w}x{h}, and {width}x{height} is not of its proportions; expected {width}x{whole(h * width / w)} or {whole(w * height / h)}x{height}: give one of width and height, and the other follows."
        )
    if factor < 1:
        raise ValueError(
            f"it is {w}x{h}, larger than {wanted[1]}x{wanted[0]}; expected a size above its own, as images are enlarged here: choose one, or reduce it in an image editor."
        )
    return factor, wanted


def planned(
    size: tuple[int, int], method, scale=None, width=None, height=None, *, compressed: bool = False, engine=None
):
    """Who does the work: the method, the whole multiple that it makes, and the size of the result.

    Parameters
    ----------
    size : (height, width)
        Of the image.
    method : keras.Model, str or None
        A network, an interpolation, or None: of the networks that travel with srlib, the one with the least scale that
        enlarges enough.
    scale : float, optional
        2 unless anything is given.
    width, height : int, optional
    compressed : bool
        Whether None is to be a network for images that were compressed with loss.
    engine : str, optional
        What computes the network for None.

    Returns
    -------
    method : keras.Model or str
    scale : int
        1 for an interpolation that goes to the size at once.
    (height, width)

    Raises
    ------
    ValueError
        As :func:`size_of`; a size that the network does not reach.

    Examples
    --------
    >>> planned((20, 30), "bicubic", 1.5), planned((20, 30), "bicubic", width=60)
    (('bicubic', 1, (30, 45)), ('bicubic', 2, (40, 60)))
    """
    factor, wanted = size_of(size, scale, width, height)
    if isinstance(method, str):
        whole = round(factor)
        return method, whole if wanted == (size[0] * whole, size[1] * whole) else 1, wanted
    check_reach(
        factor, method, f"scale is {scale}" if scale else f"{wanted[1]}x{wanted[0]} is {factor:.3g} times its size"
    )
    if method is None:
        least = next(own for own in default_scales(compressed=compressed) if own >= factor)
        name = default_network(least, compressed=compressed)
        _log.info("%s is taken", name, extra={"network": name})
        method = _loaded(name, engine)
    return method, check_method(method), wanted


def check_reach(factor: float, method, asked: str) -> None:
    """Whether a network enlarges enough.

    Parameters
    ----------
    factor : float
    method : keras.Model or None
    asked : str
        What was asked for, in words.

    Raises
    ------
    ValueError
        It does not; or there is nothing to enlarge.

    Examples
    --------
    >>> check_reach(1.5, None, "scale is 1.5")
    """
    most = default_scales()[-1] if method is None else check_method(method)
    if factor > most or (factor == 1 < most and method is not None):
        which = "the largest network of srlib's" if method is None else method.card.architecture.builder
        raise ValueError(
            f"{asked}, but {which} upscales by {most}; expected more than 1 and at most {most} times the size: choose a size there, or name an interpolation, such as bicubic."
        )


@lru_cache
def _loaded(name: str, engine: str | None):
    return method_named(name, engine=engine)


def resized(
    pieces: Iterator, size: tuple[int, int], wanted: tuple[int, int], kernel: str
) -> Iterator[tuple[slice, slice, np.ndarray, np.ndarray]]:
    """Pieces of an image as those of another size.

    Parameters
    ----------
    pieces : iterator of (rows, columns, colours, alpha)
        Band after band from the top, each from left to right; colours (rows, columns, 3) and alpha (rows, columns) are
        ``float32`` in [0, 1]. They may begin anew at the top.
    size, wanted : (height, width)
        Before and after.
    kernel : str
        As for :func:`srlib.resampling.resize_taps`.

    Yields
    ------
    rows, columns, colours, alpha
        The same of the other size, in bands as wide as the image. Colours are weighted by alpha.

    Examples
    --------
    >>> whole = (slice(0, 4), slice(0, 6), np.ones((4, 6, 3), np.float32), np.ones((4, 6), np.float32))
    >>> for rows, columns, colours, alpha in resized([whole], (4, 6), (2, 3), "bicubic"):
    ...     print(rows, columns, colours.shape)
    slice(0, 2, None) slice(0, 3, None) (2, 3, 3)
    """
    across, down = (resize_taps(n, w, kernel) for n, w in zip(size[::-1], wanted[::-1]))
    for top, band in _bands(pieces, size[1]):
        band = np.moveaxis(_weighted(np.moveaxis(band, 1, 0), *across), 0, 1)  # (rows, wanted width, 4)
        if top == 0:
            held, first, done = band[:0], 0, 0  # rows that are still needed, the place of the first, rows that are made
        held = np.concatenate([held, band])
        ready = done + int(np.searchsorted(np.maximum.accumulate(down[0].max(1)[done:]), first + len(held)))
        if ready > done:
            made = _weighted(held, down[0][done:ready] - first, down[1][done:ready])
            yield slice(done, ready), slice(0, wanted[1]), *_unweighted(made)
            needed = int(down[0][ready:].min(initial=first + len(held)))
            held, first, done = held[needed - first :], needed, ready


def _bands(pieces: Iterator, width: int) -> Iterator[tuple[int, np.ndarray]]:
    """Pieces put together to bands as wide as the image: the first row, and colours times alpha beside alpha."""
    for rows, columns, colours, alpha in pieces:
        if columns.start == 0:
            band = np.empty((rows.stop - rows.start, width, 4), np.float32)
        band[:, columns, :3] = colours * alpha[..., None]
        band[:, columns, 3] = alpha
        if columns.stop == width:
            yield rows.start, band


def _weighted(x: np.ndarray, places: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """The weighted sums of rows: (n, ...) -> (wanted, ...)."""
    total = np.zeros((len(places), *x.shape[1:]), np.float32)
    for tap in range(places.shape[1]):
        total += weights[:, tap].reshape(-1, *[1] * (x.ndim - 1)) * x[places[:, tap]]
    return total


def _unweighted(band: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    alpha = np.clip(band[..., 3], 0, 1)
    colours = np.divide(band[..., :3], band[..., 3:], out=np.zeros_like(band[..., :3]), where=band[..., 3:] > 1e-6)
    return np.clip(colours, 0, 1, out=colours), alpha
