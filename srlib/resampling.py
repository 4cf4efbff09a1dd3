"""The exact filters: an HR image made smaller, and an LR image made larger by plain interpolation.

Lesson 02 (``02_preprocessing``) builds them by hand. A resize by a whole number is a short filter. Downscaling by s slides
one set of weights in steps of s. Upscaling by s uses s sets, one for each place that a new pixel can have between two old
ones. So a resize costs a handful of multiplications a pixel, at any size, and needs no table of indices.
"""

import math

import numpy as np

from .images import check, check_choice, check_scale

DOWNSCALE_KERNELS = ("bilinear", "bicubic", "area")
UPSCALE_KERNELS = ("nearest", "bilinear", "bicubic", "lanczos")
_BLOCK = 2**17  # values handled at a time: they stay in the processor's cache
# Rows of an image handled at a time: with fewer, the rows that two neighbours both need would cost too much
_FEWEST = 64


def downscale(hr, scale: int = 2, kernel: str = "bilinear") -> np.ndarray:
    """Make an image `scale` times smaller.

    Parameters
    ----------
    hr : ndarray, (H, W, 3) or (N, H, W, 3)
        ``uint8`` or ``float32`` in [0, 1]; `scale` divides H and W.
    scale : int
    kernel : {"bilinear", "bicubic", "area"}
        ``bilinear``: interpolation at half-pixel centres, no antialiasing (OpenCV's ``INTER_LINEAR``; the reference).
        ``bicubic``: antialiased, a = -0.5 [1]_ (MATLAB's ``imresize``; the papers). ``area``: the mean of each block.

    Returns
    -------
    ndarray of float32, (H/scale, W/scale, 3) or with N in front
        Clipped to [0, 1].

    Raises
    ------
    TypeError, ValueError
        What is not an image, an unknown kernel, a size that the scale does not divide.

    References
    ----------
    .. [1] R. G. Keys, "Cubic convolution interpolation for digital image processing", IEEE Transactions on Acoustics,
       Speech, and Signal Processing 29(6), 1981 (the bicubic kernel, its equation 15 with a = -1/2).

    Examples
    --------
    >>> import numpy as np, srlib
    >>> hr = np.zeros((4, 6, 3), np.uint8)
    >>> srlib.downscale(hr, 2, "bicubic").shape
    (2, 3, 3)
    """
    return downscaled(check(hr, "hr"), check_scale(scale), kernel)


def downscaled(hr: np.ndarray, scale: int, kernel: str) -> np.ndarray:
    """:func:`downscale` of an image that was checked before."""
    return downscaled_by(hr, scale, downscale_taps(scale, kernel))


def downscaled_by(hr: np.ndarray, scale: int, taps: dict[int, float]) -> np.ndarray:
    """A checked image through any filter of its rows and columns, of whose results every `scale`-th is kept.

    Parameters
    ----------
    hr : ndarray, (H, W, 3) or (N, H, W, 3)
    scale : int
    taps : dict
        As :func:`downscale_taps` gives them.
    """
    height, width = hr.shape[-3:-1]
    if height % scale or width % scale:
        raise ValueError(
            f"hr is {height}x{width}, which {scale} does not divide; expected multiples of the scale: crop it with srlib.crop_to_multiple(hr, {scale})."
        )
    resize = lambda x, bench: _downscale_axis(_downscale_axis(x, scale, taps, -2, bench), scale, taps, -1, bench)
    reach = max(0, -min(taps), max(taps) - (scale - 1))
    return _in_blocks(hr, resize, rows_in=scale, rows_out=1, margin=-(-reach // scale))


def interpolate(lr, scale: int = 2, kernel: str = "bilinear") -> np.ndarray:
    """Make an image `scale` times larger by interpolation; :func:`srlib.upscale` calls it by the kernel's name.

    Parameters
    ----------
    lr : ndarray, (h, w, 3) or (N, h, w, 3)
        ``uint8`` or ``float32`` in [0, 1].
    scale : int
    kernel : {"nearest", "bilinear", "bicubic", "lanczos"}
        All at half-pixel centres, with the image mirrored at its edges: ``bilinear`` is OpenCV's ``INTER_LINEAR``,
        ``bicubic`` MATLAB's (a = -0.5), ``lanczos`` has three lobes.

    Returns
    -------
    ndarray of float32, (scale*h, scale*w, 3) or with N in front
        Clipped to [0, 1]: bicubic and Lanczos overshoot at edges.

    Raises
    ------
    TypeError, ValueError
        What is not an image, or an unknown kernel.
    """
    lr, scale = check(lr, "lr"), check_scale(scale)
    phases = upscale_phases(scale, kernel)
    resize = lambda x, bench: _upscale_axis(_upscale_axis(x, scale, phases, -2, bench), scale, phases, -1, bench)
    return _in_blocks(lr, resize, rows_in=1, rows_out=scale, margin=_reach(phases))


def crop_to_multiple(image, scale: int) -> np.ndarray:
    """Cut rows at the bottom and columns at the right until `scale` divides both sides.

    Parameters
    ----------
    image : ndarray, (H, W, 3) or (N, H, W, 3)
    scale : int

    Returns
    -------
    ndarray
        A view of the image, of its dtype.

    Raises
    ------
    TypeError, ValueError
        What is not an image, or a side shorter than `scale`.

    Examples
    --------
    >>> import numpy as np, srlib
    >>> srlib.crop_to_multiple(np.zeros((5, 7, 3), np.uint8), 2).shape
    (4, 6, 3)
    """
    image, scale = check(image), check_scale(scale)
    height, width = (n - n % scale for n in image.shape[-3:-1])
    if not (height and width):
        raise ValueError(
            f"image has shape {image.shape}, so nothing is left of it at a multiple of {scale}; expected at least {scale} rows and columns."
        )
    return image[..., :height, :width, :]


# -- the weights ------------------------------------------------------------------------------------------------------


def _linear(x):
    return max(0.0, 1 - abs(x))


def _cubic(x, a=-0.5):
    x = abs(x)
    if x <= 1:
        return (a + 2) * x**3 - (a + 3) * x**2 + 1
    return a * x**3 - 5 * a * x**2 + 8 * a * x - 4 * a if x < 2 else 0.0


def _lanczos3(x):
    return float(np.sinc(x) * np.sinc(x / 3)) if abs(x) < 3 else 0.0


def downscale_taps(scale: int, kernel: str) -> dict[int, float]:
    """The one filter of a downscale: weight of the pixel at each offset from the block's first pixel."""
    check_choice(kernel, DOWNSCALE_KERNELS, "kernel")
    centre = scale / 2 - 0.5  # the middle of a block of `scale` pixels
    if kernel == "area":
        return {k: 1 / scale for k in range(scale)}
    if kernel == "bilinear":
        return _taps(_linear, centre, reach=1)
    return _taps(lambda x: _cubic(x / scale), centre, reach=2 * scale)  # widened by the scale: antialiasing


def upscale_phases(scale: int, kernel: str) -> list[dict[int, float]]:
    """The filters of an upscaling: for each new pixel within an old one, the weights by offset from that old one."""
    check_choice(kernel, UPSCALE_KERNELS, "kernel")
    centres = [(p + 0.5) / scale - 0.5 for p in range(scale)]
    if kernel == "nearest":
        return [{0: 1.0} for _ in centres]
    function, reach = {"bilinear": (_linear, 1), "bicubic": (_cubic, 2), "lanczos": (_lanczos3, 3)}[kernel]
    return [_taps(function, centre, reach) for centre in centres]


def resize_taps(n: int, wanted: int, kernel: str) -> tuple[np.ndarray, np.ndarray]:
    """The filters of a resize to any size along one axis, at half-pixel centres; antialiased where it reduces.

    Parameters
    ----------
    n, wanted : int
        Pixels along the axis, before and after.
    kernel : {"nearest", "bilinear", "bicubic", "lanczos"}

    Returns
    -------
    places : ndarray of int, (wanted, taps)
        The old pixels that each new one is made of; those beyond an edge are mirrored.
    weights : ndarray of float32, (wanted, taps)
        Each row sums to 1.

    Examples
    --------
    >>> places, weights = resize_taps(3, 2, "bilinear")  # widened to 1.5 times
    >>> places.tolist(), (weights * 9).round().tolist()
    ([[1, 0, 0, 1], [0, 1, 2, 2]], [[0.0, 1.0, 5.0, 3.0], [0.0, 3.0, 5.0, 1.0]])
    """
    ratio = n / wanted
    centres = (np.arange(wanted) + 0.5) * ratio - 0.5
    if check_choice(kernel, UPSCALE_KERNELS, "kernel") == "nearest":
        return np.floor(centres + 0.5).astype(int)[:, None], np.ones((wanted, 1), np.float32)
    function, reach = {"bilinear": (_linear, 1), "bicubic": (_cubic, 2), "lanczos": (_lanczos3, 3)}[kernel]
    wide = max(1.0, ratio)
    places = np.floor(centres - reach * wide).astype(int)[:, None] + np.arange(math.ceil(2 * reach * wide) + 1)
    weights = np.vectorize(function, [float])((places - centres[:, None]) / wide)
    places %= 2 * n
    return np.minimum(places, 2 * n - 1 - places), (weights / weights.sum(1, keepdims=True)).astype(np.float32)


def _reach(phases: list[dict[int, float]]) -> int:
    """How many old pixels away from its own one a new pixel still looks."""
    return max(abs(k) for taps in phases for k in taps)


def _taps(function, centre: float, reach: int) -> dict[int, float]:
    weights = {k: function(centre - k) for k in range(math.floor(centre) - reach, math.ceil(centre) + reach + 1)}
    total = sum(weights.values())
    return {k: w / total for k, w in weights.items() if abs(w) > 1e-12}


# -- the filters, on (N, 3, H, W): neighbours in a row lie side by side in memory ---------------------------------------


class _Workbench(dict):
    """Arrays that one block after another is computed in: asking the system for fresh ones costs more than the sums."""

    def array(self, use: str, shape: tuple[int, ...]) -> np.ndarray:
        if use not in self or self[use].shape != shape:
            self[use] = np.empty(shape, np.float32)
        return self[use]


def _in_blocks(images: np.ndarray, resize, *, rows_in: int, rows_out: int, margin: int) -> np.ndarray:
    """Apply `resize(planes, workbench)` to some images, or some rows of one, at a time; channels-last and clipped.

    A unit of `rows_in` rows becomes `rows_out`, and depends on `margin` units above and below it.
    """
    batch = images if images.ndim == 4 else images[None]
    n, height, width, _ = batch.shape
    units = height // rows_in
    together = max(1, _BLOCK // batch[0].size)
    side = units if together > 1 else max(_FEWEST, _BLOCK // (rows_in * width * 3))
    bench, out = _Workbench(), None
    for i, first in ((i, u) for i in range(0, n, together) for u in range(0, units, side)):
        last, top = min(first + side, units), max(0, first - margin)
        block = batch[i : i + together, top * rows_in : (last + margin) * rows_in]
        planes = bench.array("planes", (len(block), 3, *block.shape[1:3]))
        planes[...] = np.moveaxis(block, -1, 1)
        if batch.dtype == np.uint8:
            planes /= np.float32(255)
        planes = resize(planes, bench)[:, :, (first - top) * rows_out : (last - top) * rows_out]
        if out is None:
            out = np.empty((n, units * rows_out, planes.shape[3], 3), np.float32)
        place = out[i : i + together, first * rows_out : last * rows_out]
        for c in range(3):  # a third of the time of one transposing copy
            np.clip(planes[:, c], 0, 1, out=place[..., c])
    return out if images.ndim == 4 else out[0]


def _along(axis: int, start: int, stop: int | None = None, step: int = 1) -> tuple:
    """An index that takes start:stop:step along the last axis (-1) or the one before it (-2)."""
    return (..., slice(start, stop, step)) if axis == -1 else (..., slice(start, stop, step), slice(None))


def _mirrored(x: np.ndarray, before: int, after: int, axis: int, bench: _Workbench) -> np.ndarray:
    """Continue the image beyond its edges by its mirror image (numpy.pad's "symmetric")."""
    if not (before or after):
        return x
    n = x.shape[axis]
    out = bench.array(f"mirrored{axis}", _resized(x, axis, n + before + after))
    out[_along(axis, before, before + n)] = x
    for place in (*range(before), *range(before + n, before + n + after)):
        source = (place - before) % (2 * n)
        source = min(source, 2 * n - 1 - source)
        out[_along(axis, place, place + 1)] = x[_along(axis, source, source + 1)]
    return out


def _resized(x: np.ndarray, axis: int, n: int) -> tuple[int, ...]:
    shape = list(x.shape)
    shape[axis] = n
    return tuple(shape)


def _weighted_sum(terms, out: np.ndarray, scratch: np.ndarray) -> None:
    for i, (weight, values) in enumerate(terms):
        if i == 0:
            np.multiply(values, np.float32(weight), out=out)
        else:
            out += np.multiply(values, np.float32(weight), out=scratch)


def _downscale_axis(x: np.ndarray, scale: int, taps: dict[int, float], axis: int, bench: _Workbench) -> np.ndarray:
    n = x.shape[axis] // scale
    before, after = max(0, -min(taps)), max(0, max(taps) - (scale - 1))
    padded = _mirrored(x, before, after, axis, bench)
    out = bench.array(f"out{axis}", _resized(x, axis, n))
    terms = ((w, padded[_along(axis, before + k, before + k + (n - 1) * scale + 1, scale)]) for k, w in taps.items())
    _weighted_sum(terms, out, bench.array(f"scratch{axis}", out.shape))
    return out


def _upscale_axis(
    x: np.ndarray, scale: int, phases: list[dict[int, float]], axis: int, bench: _Workbench
) -> np.ndarray:
    n, reach = x.shape[axis], _reach(phases)
    padded = _mirrored(x, reach, reach, axis, bench)
    out = bench.array(f"out{axis}", _resized(x, axis, n * scale))
    scratch = bench.array(f"scratch{axis}", x.shape)
    for phase, taps in enumerate(phases):
        terms = ((w, padded[_along(axis, reach + k, reach + k + n)]) for k, w in taps.items())
        _weighted_sum(terms, out[_along(axis, phase, None, scale)], scratch)
    return out
