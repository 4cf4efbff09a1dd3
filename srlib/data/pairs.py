"""LR and HR images of one's own: the partners in two folders, whether their sizes fit, and whether they lie on each other.

Files are partners that have the same name, whatever their ending; behind the name of an LR file the scale may stand, as in
``0801x2.png``, the partner of ``0801.png``.
"""

import re
import warnings
from collections.abc import Sequence
from pathlib import Path, PurePosixPath

import numpy as np

from ..images import to_float
from ..resampling import downscaled
from ..safe_files import printable

CHECKED = 64  # pairs that are looked at for a shift, spread over all
_SIDE = 256  # of the part of an HR image that is looked at, in pixels
_SHIFT = 0.7  # HR pixels; what noise, blur and JPEG feign stays below half a pixel
_LUMA = np.array([65.481, 128.553, 24.966]) / 255  # of BT.601


def partners(names: Sequence[str], lr_names: Sequence[str], folders: tuple[Path, Path]) -> list[int]:
    """For every HR file the place of its LR file.

    Parameters
    ----------
    names, lr_names : sequence of str
        Paths in their folders, with ``/``.
    folders : (Path, Path)
        Of HR and of LR, for the sentence.

    Returns
    -------
    list of int
        Into `lr_names`.

    Raises
    ------
    ValueError
        A file without a partner, or with several.

    Examples
    --------
    >>> partners(["a/1.png", "2.jpg"], ["2x4.png", "a/1.png"], (Path("hr"), Path("lr")))
    [1, 0]
    """
    places: dict[str, int] = {}
    stems = {_stem(name) for name in names}
    for i, name in enumerate(lr_names):
        stem = _stem(name)
        stem = stem if stem in stems else re.sub(r"[_-]?x\d+$", "", stem, flags=re.I)
        if stem in places:
            raise ValueError(
                f"{folders[1] / lr_names[places[stem]]} and {folders[1] / name} are LR images of one HR image; expected one of them: take the other out."
            )
        places[stem] = i
    for here, there, alone in (
        (*folders, [name for name in names if _stem(name) not in places]),
        (*folders[::-1], [lr_names[i] for stem, i in places.items() if stem not in stems]),
    ):
        if alone:
            more = f", nor have {len(alone) - 1:,} more" if len(alone) > 1 else ""
            raise ValueError(
                f"{here / alone[0]} has no partner in {there}{more}; expected a file of the same name in both folders: add it, or take this one out."
            )
    return [places[_stem(name)] for name in names]


def _stem(name: str) -> str:
    return str(PurePosixPath(name).with_suffix(""))


def scale_of_pair(hr: np.ndarray, lr: np.ndarray, names: tuple, scale: int | None = None) -> int:
    """By how much an LR image is smaller than its HR image.

    Parameters
    ----------
    hr, lr : ndarray, (H, W, 3)
    names : (str, str)
        What the sentence calls them.
    scale : int, optional
        What it must be, as other pairs have it.

    Returns
    -------
    int

    Raises
    ------
    ValueError
        Sizes that do not fit: an HR side must be `scale` times the LR side, or at most ``scale - 1`` pixels more.

    Examples
    --------
    >>> scale_of_pair(np.zeros((9, 12, 3)), np.zeros((4, 6, 3)), ("a.png", "b.png"))
    2
    """
    (height, width), (h, w) = hr.shape[:2], lr.shape[:2]
    found = scale or max(1, height // h)
    if (height // found, width // found) != (h, w):
        wanted = (
            f"{height // found}x{width // found}, as the scale is {found}" if scale else "a whole number of times less"
        )
        raise ValueError(
            f"{names[0]} is {height}x{width} and its LR image {names[1]} {h}x{w}; expected {wanted}: crop or make one of them anew, or take both out."
        )
    return found


def shift_of_pair(hr: np.ndarray, lr: np.ndarray, scale: int) -> tuple[float, float]:
    """How far the content of an LR image lies from where it should, by phase correlation of the luma of their middles.

    Parameters
    ----------
    hr, lr : ndarray of uint8, (H, W, 3)
    scale : int

    Returns
    -------
    (float, float)
        Down and to the right, in HR pixels; 0 where there is nothing to be seen.

    Examples
    --------
    >>> import srlib
    >>> image = srlib.load_images("sample", "test")[0]
    >>> lr = srlib.downscale(image[4:-4, 2:-6], 2)
    >>> [round(x) for x in shift_of_pair(image[4:-4, 4:-4], lr, 2)]
    [0, 2]
    """
    from scipy.ndimage import gaussian_filter
    from skimage.registration import phase_cross_correlation

    rows, columns = (
        slice((n - m) // 2, (n - m) // 2 + m) for n, m in ((n, min(n, _SIDE // scale)) for n in lr.shape[:2])
    )
    part = hr[rows.start * scale : rows.stop * scale, columns.start * scale : columns.stop * scale]
    both = []
    for image in (lr[rows, columns], downscaled(to_float(part), scale, "area") if scale > 1 else part):
        detail = to_float(image) @ _LUMA
        detail = detail - gaussian_filter(detail, 3)  # what is broad says little about the place
        both.append(detail * np.hanning(len(detail))[:, None] * np.hanning(detail.shape[1]))
    if min(np.abs(detail).max() for detail in both) < 2 / 255:
        return 0.0, 0.0
    down, right = phase_cross_correlation(*both, upsample_factor=20, normalization=None)[0]
    return float(down) * scale, float(right) * scale


def warn_of_shifts(names: Sequence[str], pairs, scale: int) -> None:
    """Say which LR images do not lie on their HR images.

    Parameters
    ----------
    names : sequence of str
    pairs : iterable of (hr, lr)
    scale : int

    Warns
    -----
    UserWarning
        A shift of about a pixel or more, and of how many of those looked at.
    """
    shifts = [shift_of_pair(hr, lr, scale) for hr, lr in pairs]
    far = [i for i, shift in enumerate(shifts) if max(map(abs, shift)) >= _SHIFT]
    if far:
        down, right = shifts[far[0]]
        told = [f"{abs(by):.1f} {words[by < 0]}" for by, words in ((down, ("down", "up")), (right, ("right", "left"))) if abs(by) >= 0.1]  # fmt: skip
        more = f", one of {len(far)} such among the {len(shifts)} looked at" if len(far) > 1 else ""
        warnings.warn(
            printable(
                f"the LR image of {names[far[0]]} seems shifted by {' and '.join(told)} in HR pixels{more}; expected it to lie on the HR image: a network learns such a shift, so align the images first."
            ),
            stacklevel=5,
        )


def spread(count: int) -> list[int]:
    """Up to `CHECKED` of some numbers, evenly spread.

    Examples
    --------
    >>> spread(3), len(spread(1000))
    ([0, 1, 2], 64)
    """
    return np.unique(np.linspace(0, count - 1, min(count, CHECKED)).round().astype(int)).tolist()
