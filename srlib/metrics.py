"""How far is one image from another: MSE, PSNR, SSIM, and the two protocols that say how to apply them.

Lesson 04 (``04_results``) builds them by hand.
"""

import numpy as np

from .extras import brought_by
from .images import check, check_alike, check_choice, check_scale, to_float, to_uint8

PROTOCOLS = ("rgb", "y")
LUMA = (65.481, 128.553, 24.966)  # what red, green and blue give to the luma Y of ITU-R BT.601, from 16 to 235
_SSIM_WINDOW, _SSIM_Y_WINDOW = 7, 11  # scikit-image's default; the papers' Gaussian
_STRIP = 2**20  # pixels that are judged at a time


def mse(a, b) -> float:
    """Mean squared error, on the scale of 1.

    .. math:: \\mathrm{MSE} = \\frac{1}{HWC} \\sum_{i,j,c} (a_{ijc} - b_{ijc})^2

    Parameters
    ----------
    a, b : ndarray, (H, W, 3) or (N, H, W, 3)
        ``uint8`` or ``float32`` in [0, 1]; the order does not matter.

    Returns
    -------
    float
        0 for identical images; for a batch, the mean over its images. Multiply by 255**2 for the scale of 8-bit
        levels, on which the reference quotes it.

    Raises
    ------
    TypeError, ValueError
        What is not an image, or two shapes that differ.

    Examples
    --------
    >>> import numpy as np, srlib
    >>> hr = np.zeros((8, 8, 3), np.float32)
    >>> srlib.mse(hr + np.float32(0.5), hr)
    0.25
    """
    return _mean(_mse, a, b)


def psnr(a, b) -> float:
    """Peak signal-to-noise ratio in decibels, for images on the scale of 1.

    .. math:: \\mathrm{PSNR} = 10 \\log_{10} (1 / \\mathrm{MSE})

    Parameters
    ----------
    a, b : ndarray, (H, W, 3) or (N, H, W, 3)
        ``uint8`` or ``float32`` in [0, 1].

    Returns
    -------
    float
        dB, larger is better, ``inf`` for identical images. For a batch, the mean of the images' own PSNR: the
        logarithm comes before the mean, so it is not the PSNR of the batch's mean error.

    Raises
    ------
    TypeError, ValueError
        What is not an image, or two shapes that differ.

    Examples
    --------
    >>> import numpy as np, srlib
    >>> hr = np.zeros((8, 8, 3), np.float32)
    >>> round(srlib.psnr(hr + np.float32(0.1), hr), 2)
    20.0
    """
    return _mean(_psnr, a, b)


def ssim(a, b) -> float:
    """Structural similarity, for images on the scale of 1 (``data_range=1``).

    scikit-image's definition with its default window: in every 7x7 neighbourhood of every channel, means, variances
    and the covariance are compared, and the results averaged [1]_.

    .. math:: \\mathrm{SSIM} = \\frac{(2 \\mu_a \\mu_b + c_1)(2 \\sigma_{ab} + c_2)}
              {(\\mu_a^2 + \\mu_b^2 + c_1)(\\sigma_a^2 + \\sigma_b^2 + c_2)}, \\quad c_1 = 0.01^2, c_2 = 0.03^2

    Parameters
    ----------
    a, b : ndarray, (H, W, 3) or (N, H, W, 3)
        ``uint8`` or ``float32`` in [0, 1], at least 7x7 pixels.

    Returns
    -------
    float
        At most 1, which identical images reach; for a batch, the mean over its images.

    Raises
    ------
    TypeError, ValueError
        What is not an image, two shapes that differ, or fewer than 7 rows or columns.

    References
    ----------
    .. [1] Z. Wang, A. C. Bovik, H. R. Sheikh, E. P. Simoncelli, "Image quality assessment: from error visibility to
       structural similarity", IEEE Transactions on Image Processing 13(4), 2004.

    Examples
    --------
    >>> import numpy as np, srlib
    >>> hr = np.random.default_rng(0).random((16, 16, 3), np.float32)
    >>> srlib.ssim(hr, hr)
    1.0
    """
    return _mean(_ssim, a, b)


def score(sr, hr, *, protocol: str = "rgb", scale: int = 2) -> dict[str, float]:
    """MSE, PSNR and SSIM of one restored image under a protocol.

    Parameters
    ----------
    sr, hr : ndarray, (H, W, 3)
        The restored and the true image.
    protocol : {"rgb", "y"}
        ``rgb``: all three channels on the scale of 1. ``y``: rounded to 8-bit RGB, luma Y of ITU-R BT.601 (16 to
        235) in floating point, on the scale of 255, `scale` pixels cropped from each border, SSIM with an 11x11 Gaussian
        window of sigma 1.5.
    scale : int
        The factor of the upscaling; the width of the border that ``y`` crops.

    Returns
    -------
    dict
        ``{"psnr": dB, "ssim": .., "mse": ..}``; ``mse`` is on the protocol's own scale (1 or 255).

    Raises
    ------
    TypeError, ValueError
        As for :func:`psnr`; also an image too small for the border crop and one window.

    Examples
    --------
    >>> import numpy as np
    >>> from srlib.metrics import score
    >>> hr = np.random.default_rng(0).random((16, 16, 3), np.float32)
    >>> score(hr, hr, protocol="y", scale=2)["psnr"]
    inf
    """
    check_choice(protocol, PROTOCOLS, "protocol")
    scale = check_scale(scale)
    sr, hr = check_alike(sr, hr, ("sr", "hr"))
    if sr.ndim != 3:
        raise ValueError(
            f"sr has shape {sr.shape}; a score is of one image (H, W, 3): go through the batch, or use srlib.evaluate."
        )
    return scored(sr, hr, protocol=protocol, scale=scale)


def scored(sr: np.ndarray, hr: np.ndarray, *, protocol: str, scale: int) -> dict[str, float]:
    """:func:`score` of images that were checked before."""
    if protocol == "rgb":
        return {"psnr": _psnr(sr, hr), "ssim": _ssim(sr, hr), "mse": _mse(sr, hr)}
    inner = tuple(slice(scale, length - scale) for length in sr.shape[:2])
    height, width = (max(0, length - 2 * scale) for length in sr.shape[:2])
    if min(height, width) < _SSIM_Y_WINDOW:
        raise ValueError(
            f"sr has shape {sr.shape}; protocol 'y' crops {scale} pixels from each border and needs 11x11 after that: "
            "use a larger image, or protocol 'rgb'."
        )
    a, b = sr[inner], hr[inner]
    error = _mse(a, b, _luma)
    return {"psnr": _decibel(255.0**2, error), "ssim": _ssim_y(a, b), "mse": error}


def luma(image: np.ndarray) -> np.ndarray:
    """The luma Y of ITU-R BT.601 YCbCr, as MATLAB's ``rgb2ycbcr`` defines it.

    Parameters
    ----------
    image : ndarray of uint8, (H, W, 3)

    Returns
    -------
    ndarray of float64, (H, W)
        From 16 (black) to 235 (white), not rounded.

    Examples
    --------
    >>> import numpy as np
    >>> from srlib.metrics import luma
    >>> luma(np.full((1, 1, 3), 255, np.uint8)).round(6)
    array([[235.]])
    """
    return 16.0 + image.astype(np.float64) @ np.array(LUMA) / 255.0  # (H, W)


def _luma(image: np.ndarray) -> np.ndarray:
    return luma(to_uint8(image))


def _mean(metric, a, b) -> float:
    """The metric of one image, or the mean of the metric over a batch."""
    a, b = check_alike(a, b, ("a", "b"))
    return metric(a, b) if a.ndim == 3 else float(np.mean([metric(x, y) for x, y in zip(a, b)]))


def _strips(height: int, width: int, halo: int = 0):
    """Rows of an image, about a megapixel at a time, which overlap by `halo`: a metric needs several times as much."""
    step = max(halo + 1, _STRIP // width)
    for top in range(0, height - halo, step):
        yield slice(top, min(height, top + step + halo))


def _mse(a, b, convert=to_float) -> float:
    squares = lambda rows: np.square(convert(a[rows]).astype(np.float64) - convert(b[rows]))
    sums, values = zip(*((x.sum(), x.size) for x in map(squares, _strips(*a.shape[:2]))))
    return float(np.sum(sums) / np.sum(values))


def _decibel(peak_squared: float, error: float) -> float:
    return float("inf") if error == 0 else float(10 * np.log10(peak_squared / error))


def _psnr(a, b) -> float:
    return _decibel(1.0, _mse(a, b))


def _ssim(a, b) -> float:
    if min(a.shape[:2]) < _SSIM_WINDOW:
        raise ValueError(
            f"a has shape {a.shape}; SSIM looks through a window of 7x7, so it needs at least 7 rows and columns: use a larger image, or psnr."
        )
    return _ssim_in_strips(a, b, to_float, _SSIM_WINDOW, data_range=1.0, channel_axis=-1, win_size=_SSIM_WINDOW)


def _ssim_y(a, b) -> float:
    # sigma 1.5 cut at 3.5 sigma gives the 11x11 window; population covariance, as in the authors' MATLAB code
    settings = {"data_range": 255.0, "gaussian_weights": True, "sigma": 1.5, "use_sample_covariance": False}
    return _ssim_in_strips(a, b, _luma, _SSIM_Y_WINDOW, **settings)


def _ssim_in_strips(a, b, convert, window: int, **settings) -> float:
    """The mean over the places of the window, each of which is within one strip."""
    with brought_by("course", "scikit-image", "measuring SSIM"):
        from skimage.metrics import structural_similarity

    total = 0.0
    for rows in _strips(*a.shape[:2], halo=window - 1):
        strip = structural_similarity(*(convert(x[rows]).astype(np.float64) for x in (a, b)), **settings)
        total += float(strip) * (rows.stop - rows.start - window + 1)
    return total / (len(a) - window + 1)


def power_spectrum(image) -> tuple[np.ndarray, np.ndarray]:
    """Mean power of an image by spatial frequency.

    Parameters
    ----------
    image : ndarray, (H, W, 3) or (N, H, W, 3)
        Square images; for a batch, the mean of their spectra.

    Returns
    -------
    frequency, power : ndarray
        Cycles per pixel, up to 0.5; power of the mean of the channels under a Hann window, which keeps the image's
        edges from posing as detail.

    Raises
    ------
    TypeError, ValueError
        What is not an image, or one that is not square.

    Examples
    --------
    >>> import numpy as np
    >>> import srlib.metrics
    >>> wave = 0.5 + 0.5 * np.cos(2 * np.pi * np.arange(32) / 8)  # one cycle in eight pixels
    >>> image = np.broadcast_to(wave[None, :, None], (32, 32, 3)).astype("float32")
    >>> frequency, power = srlib.metrics.power_spectrum(image)
    >>> print(frequency[power.argmax()])
    0.125
    """
    grey = to_float(check(image)).mean(-1)
    height, side = grey.shape[-2:]
    if height != side:
        raise ValueError(
            f"image is {height}x{side}; expected a square, so that a frequency means the same in both directions: cut one out of it."
        )
    window = np.outer(np.hanning(side), np.hanning(side))
    centred = grey - grey.mean(axis=(-2, -1), keepdims=True)
    power = np.abs(np.fft.fft2(centred * window)) ** 2
    power = power if power.ndim == 2 else power.mean(0)
    frequency = np.hypot(*np.meshgrid(np.fft.fftfreq(side), np.fft.fftfreq(side)))
    ring = np.round(frequency * side).astype(int)
    total, count = np.bincount(ring.ravel(), power.ravel()), np.bincount(ring.ravel())
    kept = slice(1, side // 2 + 1)
    return np.arange(len(total))[kept] / side, (total / count)[kept]
