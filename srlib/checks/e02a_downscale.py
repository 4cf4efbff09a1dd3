"""Exercise 02a: downscale by the mean of each block, for both scales of values.

The steps go from float32 and scale 2 to any scale, to uint8, and to dark uint8 images, where the largest value does not
tell which scale an image is on.
"""

import numpy as np

from ._helpers import BY_TYPE, FROM_0_TO_1, array, block_means, call, first_match, near, off_by, photograph
from .answer import Answer, Wrong, judge


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
            "the mean of four": lambda f: _floats(f, photograph(8, 12), 2, "an image of 8x12, scale 2"),
            "any scale": lambda f: _floats(f, photograph(9, 15), 3, "an image of 9x15, scale 3"),
            "8-bit images": _bytes,
            "dark 8-bit images": _dark_bytes,
        },
    )


def _floats(my_downscale, image, s: int, case: str) -> None:
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
        stops = {"hint": "it is right at scale 2; which number in your program belongs to that scale only?"}
    result = array(call(my_downscale, image, s, case=case, **stops), (h // s, w // s, 3), case, hints)
    right = block_means(image, s)
    if not near(result, right):
        hint = first_match(result, _suspects(image.astype(np.float64), right, s)) or stops.get("hint")
        pencil = "take an image of 2x2, compute its one new pixel with a pencil, and compare."
        raise Wrong(off_by(result, right, case), hint or pencil)


def _suspects(x, right, s: int) -> list:
    h, w, _ = x.shape
    diagonal = (x[::s, ::s] + x[1::s, 1::s]) / 2 if s == 2 else np.inf
    return [
        ("each new pixel is one of the old ones, and the others are thrown away; all of a block should count.", x[::s, ::s]),
        ("each new pixel is one of the old ones, from the middle of its block; all of a block should count.", x[s // 2 :: s, s // 2 :: s]),
        ("each new pixel is the sum of its block; how many old pixels does it stand for?", right * s * s),
        ("the sum of a block is divided by the length of its side; how many pixels are in it?", right * s),
        ("a new pixel mixes old ones from far apart. In a reshape, the last axis runs fastest: where in the new shape must the scale stand, before or behind the number of blocks?",
         x.reshape(s, h // s, s, w // s, 3).mean((0, 2))),
        ("each new pixel is the brightest of its block; that is max-pooling, of lesson 03.", x.reshape(h // s, s, w // s, s, 3).max((1, 3))),
        ("only the diagonal of each block counts; the other two corners are missing.", diagonal),
    ]  # fmt: skip


def _bytes(my_downscale) -> None:
    image = np.round(photograph(8, 8, 3) * 255).astype(np.uint8)
    case = "a uint8 image of 8x8"
    result = array(call(my_downscale, image, 2, case=case), (4, 4, 3), case)
    right = block_means(image, 2)
    if near(result, right / 255):
        return
    corners = [image[i::2, j::2] for i in (0, 1) for j in (0, 1)]
    wrapped = (corners[0] + corners[1] + corners[2] + corners[3]) / 4
    wrap = "8-bit numbers start again at 0 after 255, and four of them together are more than that; convert before you add."
    suspects = [
        (FROM_0_TO_1, right),
        (FROM_0_TO_1.replace("grey levels", "whole grey levels").replace(" to 1.", " to 1, with its fractions."), np.floor(right)),
        ("everything is black, or nearly: a conversion to whole numbers came too early.", 0 * right),
        (wrap, wrapped / 255),
        (f"{wrap} And the answer should run from 0 to 1.", wrapped),
    ]  # fmt: skip
    hint = first_match(result, suspects, tolerance=1e-3)
    raise Wrong(
        off_by(result, right / 255, case),
        hint or "a uint8 image runs from 0 to 255: what must happen to it, and when?",
    )


def _dark_bytes(my_downscale) -> None:
    image = np.random.default_rng(0).integers(0, 2, (8, 8, 3), np.uint8)
    case = "a uint8 image of zeros and ones"
    result = array(call(my_downscale, image, 2, case=case), (4, 4, 3), case)
    right = block_means(image, 2) / 255
    if not near(result, right, 1e-5):
        raise Wrong(off_by(result, right, case), BY_TYPE)
