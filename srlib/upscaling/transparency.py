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
from .tiles import TILES, upscaled_pieces

_NEAR = 3  # pixels around an edge in which a network may choose the transparency


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
    back = lambda x: 2 * x - np.float32(0.5)
    veil = to_float(alpha)[..., None]
    planes = (squeeze(_rgb(to_float(levels)) * veil), _rgb(squeeze(veil[..., 0])))
    for (rows, columns, products), (_, _, sums) in zip(*(upscaled_pieces(x, method, scale) for x in planes)):
        products, sums = back(products), back(sums[..., :1])
        colours = products / np.maximum(sums, np.float32(1e-6))
        yield rows, columns, np.clip(colours, 0, 1), np.clip(sums[..., 0], 0, 1)


def _through_network(levels, alpha, method, scale: int):
    """By what the network makes of the image on black and on white."""
    from scipy.ndimage import maximum_filter, minimum_filter

    veil, top, size = to_float(alpha)[..., None], np.iinfo(alpha.dtype).max, 2 * _NEAR + 1
    black = _rgb(to_float(levels)) * veil
    white = black + (1 - veil)
    opaque, clear = minimum_filter(alpha, size) == top, maximum_filter(alpha, size) == 0
    for rows, columns, on_black, on_white in _together(black, np.minimum(white, 1), method, scale):
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


def _rgb(plane: np.ndarray) -> np.ndarray:
    return plane if plane.ndim == 3 else np.broadcast_to(plane[..., None], (*plane.shape, 3))


def _without_hidden_colours(levels: np.ndarray, alpha: np.ndarray) -> np.ndarray:
    """Give what is wholly transparent the colour of the nearest pixel that is seen."""
    hidden = alpha == 0
    if hidden.all() or not hidden.any():
        return levels
    from scipy.ndimage import distance_transform_edt

    return levels[tuple(distance_transform_edt(hidden, return_distances=False, return_indices=True))]
