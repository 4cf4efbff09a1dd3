"""Exercise 02a: downscale by the mean of each block, for both scales of values.

The steps go from float32 and scale 2 to any scale, to uint8, and to dark uint8 images, where the largest value does not
tell which scale an image is on.
"""

import numpy as np

from ._helpers import BY_TYPE, FROM_0_TO_1, array, call, compare_images, keeps_nothing
from ._inputs import block_means, drawn, fresh, photograph
from .answer import Answer, judge


def check_downscale(my_downscale) -> Answer:
    """Check exercise 02a: downscaling by the mean of each block.

    Parameters
    ----------
    my_downscale : callable
        (HR image, scale) -> LR image in [0, 1].

    Returns
    -------
    Answer

    Examples
    --------
    >>> import srlib
    >>> srlib.checks.check_downscale(lambda image, scale: image[::scale, ::scale])
    ✗ my_downscale is off by up to 0.272 for an image of 8x12, scale 2.
      Hint: each new pixel is one of the old ones, and the others are thrown away; all of a block should count.
    """
    return judge(
        "my_downscale",
        my_downscale,
        {
            "the mean of four": (
                lambda f: _floats(f, photograph(8, 12), 2, "an image of 8x12, scale 2"),
                _without_memory,
            ),
            "any scale": lambda f: _floats(f, photograph(9, 15), 3, "an image of 9x15, scale 3"),
            "8-bit images": _bytes,
            "dark 8-bit images": (_dark_bytes, _any_image),
        },
    )


def _floats(my_downscale, image, s: int, case: str) -> str | None:
    h, w, _ = image.shape
    hints = {
        (h // s, w // s): "the colours were averaged too: a mean over all axes but two leaves a grey image.",
        (h // s, w, 3): "rows are merged, columns are not yet.",
        (h, w // s, 3): "columns are merged, rows are not yet.",
        (w // s, h // s, 3): "rows and columns have changed places.",
        (h, w, 3): "the image is as large as before; which axes should have become shorter?",
    }
    stops = {}
    if s != 2:
        hints = {(-(-h // 2), -(-w // 2), 3): "the 2 is written into your program; use `scale`."} | hints
        stops = {
            "hint": "at scale 2 your result was accepted: what in your program depends on the scale, and what should? Print, for one block, your result and the mean that you expect."
        }
    result = array(call(my_downscale, image, s, case=case, **stops), (h // s, w // s, 3), case, hints)
    right = block_means(image, s)
    pencil = "take an image of 4x4 with the numbers 0 to 15 in each channel, compute its four new pixels with a pencil, and compare."
    return compare_images(
        result, right, case, _suspects(image.astype(np.float64), right, s), stops.get("hint") or pencil
    )


def _without_memory(my_downscale) -> None:
    one, other = photograph(8, 12, 1), photograph(8, 12, 2)
    keeps_nothing(my_downscale, lambda: (one, 2), lambda: (other, 2), "an image of 8x12, scale 2")


def _suspects(x, right, s: int) -> list:
    h, w, _ = x.shape
    diagonal = (x[::s, ::s] + x[1::s, 1::s]) / 2 if s == 2 else np.inf
    return [
        ("each new pixel is one of the old ones, and the others are thrown away; all of a block should count.", x[::s, ::s]),
        ("each new pixel is one of the old ones, from the middle of its block; all of a block should count.", x[s // 2 :: s, s // 2 :: s]),
        ("each new pixel is the sum of its block; how many old pixels does it stand for?", right * s * s),
        ("the sum of a block is divided by the length of its side; how many pixels are in it?", right * s),
        ("the sum of a block is divided by twice the length of its side; how many pixels are in it?", right * s / 2 if s != 2 else np.inf),
        ("the brightest value became exactly 1: that stretches every image by a different amount. The range of the type counts, not that of the image.", right / right.max()),
        ("the brightest value became exactly 1: that stretches every image by a different amount. The range of the type counts, not that of the image.", right / x.max()),
        ("everything is divided by 255; a float32 image runs from 0 to 1 already.", right / 255),
        ("a new pixel mixes old ones from far apart. In a reshape, the last axis runs fastest (with order='F', the first one): where in the new shape must the scale stand, before or after the number of blocks?",
         x.reshape(s, h // s, s, w // s, 3).mean((0, 2))),
        ("each new pixel is the brightest of its block; that is max-pooling, of lesson 03.", x.reshape(h // s, s, w // s, s, 3).max((1, 3))),
        ("each new pixel is the darkest of its block; the mean is asked for.", x.reshape(h // s, s, w // s, s, 3).min((1, 3))),
        ("each new pixel is the middle value of its block, the median; the mean is asked for.", np.median(x.reshape(h // s, s, w // s, s, 3), (1, 3))),
        ("only the diagonal of each block counts; the other two corners are missing.", diagonal),
    ]  # fmt: skip


def _bytes(my_downscale) -> str | None:
    image = np.round(photograph(8, 8, 3) * 255).astype(np.uint8)
    case = "a uint8 image of 8x8"
    result = array(call(my_downscale, image, 2, case=case), (4, 4, 3), case)
    right = block_means(image, 2)
    corners = [image[i::2, j::2] for i in (0, 1) for j in (0, 1)]
    wrapped = (corners[0] + corners[1] + corners[2] + corners[3]) / 4
    wrap = "8-bit numbers start again at 0 after 255, and four of them together can be more than that; convert before you add."
    suspects = [
        (FROM_0_TO_1, right),
        (FROM_0_TO_1.replace("grey levels", "whole grey levels").replace(" to 1.", " to 1, with its fractions."), np.floor(right)),
        ("everything is black, or nearly: a conversion to whole numbers came too early.", 0 * right),
        ("the largest level is 255, not 256: white would come out a little grey.", right / 256),
        ("this was divided by 255 twice.", right / 255**2),
        ("the brightest value became exactly 1: that stretches every image by a different amount. The range of the type counts, not that of the image.", right / image.max()),
        ("the brightest value became exactly 1: that stretches every image by a different amount. The range of the type counts, not that of the image.", right / right.max()),
        (wrap, wrapped / 255),
        (f"{wrap} And the answer should run from 0 to 1.", wrapped),
        *((hint, value / 255) for hint, value in _suspects(image.astype(np.float64), right, 2)),
    ]  # fmt: skip
    otherwise = "a uint8 image runs from 0 to 255: what must happen to it, and when?"
    return compare_images(result, right / 255, case, suspects, otherwise)


def _dark_bytes(my_downscale) -> str | None:
    image = np.random.default_rng(0).integers(0, 2, (8, 8, 3), np.uint8)
    case = "a uint8 image of zeros and ones"
    result = array(call(my_downscale, image, 2, case=case), (4, 4, 3), case)
    right = block_means(image, 2) / 255
    stretched = "the brightest value became exactly 1: a dark image is dark, and stays dark."
    suspects = [(BY_TYPE, 255 * right), (stretched, 255 * right / (255 * right).max())]
    return compare_images(
        result, right, case, suspects, "it is right for a brighter uint8 image: what looks at the values?"
    )


def _any_image(my_downscale) -> str | None:
    rng, remark = fresh(), None
    for s in (1, 2, 4, 7, 20):
        for dtype in (np.float32, np.uint8):
            for image, words in drawn(rng, lambda s=s: s * rng.integers(1, max(3, 24 // s), 2), dtype):
                case = f"{words}, scale {s}"
                result = array(call(my_downscale, image, s, case=case), (*(n // s for n in image.shape[:2]), 3), case)
                right = block_means(image, s) / (255 if dtype == np.uint8 else 1)
                otherwise = "it is right for other images and scales: what does your program take for granted, of the numbers, the sides, the type, or where the values lie in memory?"
                remark = compare_images(result, right, case, [(FROM_0_TO_1, 255 * right)], otherwise) or remark
    return remark
