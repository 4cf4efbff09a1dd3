"""Exercise 03b: a training pair whose two members are on one scale of values.

Dark images are checked apart from bright ones: on those, a scale that is guessed from the largest value is wrong.
"""

import numpy as np

from ..resampling import downscale
from ._helpers import BY_TYPE, array, call, first_match, near, photograph, several
from .answer import Answer, Wrong, judge

_LR, _HR = _TOLD = ("the LR image", "the HR image")


def check_pair(my_pair) -> Answer:
    """Check exercise 03b: a training pair on one scale.

    Parameters
    ----------
    my_pair : callable
        A uint8 image -> the LR image and the HR image, both float32 in [0, 1].

    Returns
    -------
    Answer

    Examples
    --------
    >>> import srlib
    >>> srlib.checks.check_pair(lambda image: (srlib.downscale(image), image))
    ✗ my_pair gives the HR image values from 25 to 255; expected 0.09804 to 1.
      Hint: this one still runs from 0 to 255. Which of the two has been divided, and by whom?
      Right so far: the LR image.
    """
    return judge(
        "my_pair",
        my_pair,
        {
            _LR: lambda f: _pair_member(f, 0, 255),
            _HR: lambda f: _pair_member(f, 1, 255),
            "a dark image": _dark_pair,
            "float32": _pair_types,
        },
    )


def _pair(my_pair, brightest: int):
    image = np.round(photograph(8, 10, 4) * brightest).astype(np.uint8)
    image[0, 0] = brightest
    return image, several(call(my_pair, image, case="a uint8 image of 8x10"), "lr, hr", "two images")


def _pair_member(my_pair, which: int, brightest: int) -> None:
    image, pair = _pair(my_pair, brightest)
    told = _TOLD[which]
    right = downscale(image) if which == 0 else image / 255
    hints = {image.shape: "the LR image is as large as the HR image.", (4, 5, 3): "the HR image is the one that came."}
    result = array(pair[which], right.shape, told, hints)
    if near(result, right, 1e-5):
        return
    stretched = image / image.max() if which else downscale(image) * 255 / image.max()
    suspects = [
        ("this one still runs from 0 to 255. Which of the two has been divided, and by whom?", right * 255),
        ("this one has been divided by 255 twice: srlib.downscale has done it already.", right / 255),
        ("whole numbers: with // the division throws the fraction away.", np.floor(right)),
        ("the largest level is 255, not 256: white would come out a little grey.", right * 255 / 256),
        ("the brightest pixel became exactly 1: this stretches every image by another amount. The range of the type counts, not that of the image.", stretched),
    ]  # fmt: skip
    hint = first_match(result, suspects, tolerance=1e-5)
    raise Wrong(
        f"gives {told} values from {result.min():.4g} to {result.max():.4g}; expected {right.min():.4g} to {right.max():.4g}.",
        hint or "print the smallest and the largest value after each line.",
    )


def _dark_pair(my_pair) -> None:
    for which in (0, 1):
        _pair_member(my_pair, which, 90)
    image, pair = _pair(my_pair, 1)
    for told, one, right in zip(_TOLD, pair, (downscale(image), image / 255)):
        result = array(one, right.shape, told)
        if not near(result, right, 1e-5):
            raise Wrong(
                f"gives {told} of zeros and ones values up to {result.max():.4g}; expected {right.max():.4g}.",
                BY_TYPE,
            )


def _pair_types(my_pair) -> None:
    _, pair = _pair(my_pair, 255)
    for one, told in zip(pair, _TOLD):
        if getattr(one, "dtype", None) != np.float32:
            raise Wrong(
                f"gives {told} as {getattr(one, 'dtype', type(one).__name__)}; expected float32.",
                "NumPy divides in double precision, which a network has no use for; lesson 02 shows how to convert.",
            )
