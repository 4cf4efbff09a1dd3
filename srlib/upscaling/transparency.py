"""Images that are partly transparent: to upscale them must be the same as to lay them on a background and upscale that.

So an image is laid on black and on white, both are upscaled, and colour and transparency are solved for. An interpolation
weighs colours by their alpha in this way, and a network sees nothing but opaque images. Where an interpolation overshoots
beyond opaque no transparency could do the same: there the colour stays that of the object.

References
----------
.. [1] T. Porter and T. Duff, "Compositing digital images", SIGGRAPH 1984 (colours multiplied by alpha).
.. [2] A. R. Smith and J. F. Blinn, "Blue screen matting", SIGGRAPH 1996 (alpha from two backgrounds: triangulation).
"""

from collections.abc import Iterator

import numpy as np

from ..images import to_float
from .tiles import REACH, TILES, as_rgb, strips, upscale, upscaled_pieces

_NEAR = 3  # pixels around an edge in which a network may choose the transparency
_FILLED = 4  # pixels around an edge in which what is hidden has the colour of the very nearest that is seen
_NOWHERE = np.int32(2**30)  # beyond every row


def transparent_pieces(
    levels: np.ndarray, alpha: np.ndarray, method, scale: int
) -> Iterator[tuple[slice, slice, np.ndarray, np.ndarray]]:
    """Upscale an image that is partly transparent, in pieces as :func:`upscaled_pieces` does.

    Parameters
    ----------
    levels : ndarray of uint8 or uint16, (h, w) or (h, w, 3)
    alpha : ndarray of the same dtype, (h, w)
    method : keras.Model or str
    scale : int

    Yields
    ------
    rows, columns : slice
        Of the result.
    colours : ndarray of float32, (rows, columns, 3)
    alpha : ndarray of float32, (rows, columns)
        Both in [0, 1].

    Examples
    --------
    >>> levels = np.array([[200, 0]], np.uint8)  # what is hidden has no say
    >>> for _, _, colours, alpha in transparent_pieces(levels, np.array([[255, 0]], np.uint8), "bilinear", 2):
    ...     print((colours[0, :, 0] * 255).round(), alpha[0])
    [200. 200. 200. 200.] [1.   0.75 0.25 0.  ]
    """
    solved = _interpolated if isinstance(method, str) else _through_network
    half = np.float32(0.5 / np.iinfo(alpha.dtype).max)
    nearest = _without_hidden_colours(levels, alpha)
    for rows, columns, colours, seen in solved(levels, alpha, method, scale):
        hidden = seen < half
        if hidden.any():  # nobody sees it, but other programs may mix it into the edges
            y, x = (np.arange(place.start, place.stop) // scale for place in (rows, columns))
            colours[hidden] = to_float(nearest[np.ix_(y, x)])[hidden].reshape(len(colours[hidden]), -1)
        yield rows, columns, colours, seen


def _interpolated(levels, alpha, method: str, scale: int):
    """By the weights alone: as colours times alpha, and alpha, are interpolated, their quotient is the colour."""
    squeeze = lambda x: np.float32(0.25) + np.float32(0.5) * x  # or what overshoots would be clipped
    height, width = alpha.shape
    for top, bottom in strips(height, width):
        first = max(0, top - REACH)
        colours, veil = _floats(levels, alpha, slice(first, bottom + REACH))
        seen = slice((top - first) * scale, (bottom - first) * scale)
        back = lambda x: 2 * upscale(squeeze(x), method, scale)[seen] - np.float32(0.5)  # noqa: B023
        products, sums = back(colours * veil), back(as_rgb(veil[..., 0]))[..., :1]
        products /= np.maximum(sums, np.float32(1e-6))
        rows, columns = slice(top * scale, bottom * scale), slice(0, width * scale)
        yield rows, columns, np.clip(products, 0, 1, out=products), np.clip(sums[..., 0], 0, 1)


def _through_network(levels, alpha, method, scale: int):
    """By what the network makes of the image on black and on white."""
    top = np.iinfo(alpha.dtype).max
    black, white = (np.empty((*alpha.shape, 3), np.uint16) for _ in range(2))  # takes half of what fractions would
    for band in (slice(*ends) for ends in strips(*alpha.shape)):
        colours, veil = _floats(levels, alpha, band)
        for laid, background in ((black, 0), (white, 1)):
            laid[band] = np.rint((colours * veil + background * (1 - veil)) * 65535)
    opaque, clear = (_all_around(alpha == level) for level in (top, 0))
    for rows, columns, on_black, on_white in _together(black, white, method, scale):
        y, x = (np.arange(place.start, place.stop) // scale for place in (rows, columns))
        seen = np.clip(1 - (on_white - on_black).mean(-1), 0, 1)
        seen[opaque[np.ix_(y, x)]], seen[clear[np.ix_(y, x)]] = 1, 0
        through = seen[..., None]
        products = np.clip((on_black + on_white - (1 - through)) / 2, 0, through)  # as wrong on black as on white
        yield rows, columns, products / np.maximum(through, np.float32(1e-6)), seen


def _together(black, white, method, scale: int):
    """Both in the same pieces, smaller ones where the memory does not suffice."""
    for side in TILES:
        try:
            for (rows, columns, on_black), (_, _, on_white) in zip(
                *(upscaled_pieces(image, method, scale, tile=side) for image in (black, white))
            ):
                yield rows, columns, on_black, on_white
            return
        except MemoryError:
            if side == TILES[-1]:
                raise


def _floats(levels, alpha, rows: slice) -> tuple[np.ndarray, np.ndarray]:
    """Colours (rows, w, 3) and alpha (rows, w, 1) in [0, 1]."""
    return as_rgb(to_float(levels[rows])), to_float(alpha[rows])[..., None]


def _without_hidden_colours(levels: np.ndarray, alpha: np.ndarray) -> np.ndarray:
    """Give what is wholly transparent the colour of the nearest pixel that is seen."""
    hidden = alpha == 0
    if hidden.all() or not hidden.any():
        return levels
    filled = levels.copy()
    rows = _nearest_in_column(~hidden)
    for band in (slice(*ends) for ends in strips(*alpha.shape) if hidden[slice(*ends)].any()):
        filled[band][hidden[band]] = levels[_nearest(rows, band)][hidden[band]]
    return filled


def _nearest(rows: np.ndarray, band: slice) -> tuple[np.ndarray, np.ndarray]:
    """Of the pixels in some rows, the row and the column of the nearest one that is seen; of those far away, of one nearby.

    Parameters
    ----------
    rows : ndarray of int32, (h, w)
        As :func:`_nearest_in_column` gives them.
    band : slice
    """
    width, y = rows.shape[1], np.arange(band.start, band.stop, dtype=np.int32)[:, None]
    any_seen = rows[:1] < _NOWHERE
    columns = _nearest_in_column(any_seen.T).T + np.zeros_like(y)
    rows = rows[band]
    found = np.take_along_axis(rows, columns, 1)
    least = (found - y).astype(np.float32) ** 2 + (columns - np.arange(width)).astype(np.float32) ** 2
    for shift in (sign * k for k in range(1, min(_FILLED + 1, width)) for sign in (-1, 1)):
        here, there = (slice(max(0, s), width + min(0, s)) for s in (-shift, shift))
        distance = (rows[:, there] - y).astype(np.float32) ** 2 + shift**2
        nearer = distance < least[:, here]
        for known, new in (
            (least, distance),
            (found, rows[:, there]),
            (columns, np.arange(width, dtype=np.int32)[there]),
        ):
            np.copyto(known[:, here], new, where=nearer)
    return found, columns


def _nearest_in_column(seen: np.ndarray) -> np.ndarray:
    """Of every pixel, the row of the nearest one in its column that is seen; `_NOWHERE` where there is none."""
    y = np.arange(len(seen), dtype=np.int32)[:, None]
    above = np.maximum.accumulate(np.where(seen, y, -_NOWHERE))
    below = np.minimum.accumulate(np.where(seen, y, _NOWHERE)[::-1])[::-1]
    return np.where(y - above < below - y, above, below)


def _all_around(plane: np.ndarray) -> np.ndarray:
    """Where everything is true that is near, along rows and columns; beyond the edges nothing is asked."""
    for axis in (0, 1):
        room = [(_NEAR, _NEAR) if i == axis else (0, 0) for i in (0, 1)]
        wide, plane = np.moveaxis(np.pad(plane, room, constant_values=True), axis, 0), np.ones_like(plane)
        along = np.moveaxis(plane, axis, 0)
        for k in range(2 * _NEAR + 1):
            along &= wide[k : k + len(along)]
    return plane
