"""Exercise 03b: a training pair whose two members are on one scale of values.

Dark images are checked apart from bright ones: on those, a scale that is guessed from the largest value is wrong.
"""

import numpy as np

from ..resampling import downscale, interpolate
from ._helpers import BY_TYPE, IMAGE_TOLERANCE, array, call, first_match, keeps_nothing, near, relation, several, short
from ._inputs import drawn, fresh, photograph
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
    ✗ my_pair gives the HR image from 25 to 255; expected 0.09804 to 1.
      Hint: this one runs from 0 to 255. Which of the two has been divided, and by whom?
      Right so far: a bright LR image.
    """
    return judge(
        "my_pair",
        my_pair,
        {
            "a bright LR image": lambda f: _pair_member(f, 0, 255),
            "a bright HR image": (lambda f: _pair_member(f, 1, 255), _without_memory),
            "a dark image": _dark_pair,
            "float32": (_pair_types, _any_image),
        },
    )


def _pair(my_pair, brightest: int):
    image = np.round(photograph(8, 10, 4) * brightest).astype(np.uint8)
    image[0, 0] = brightest
    case, once = (
        "a uint8 image of 8x10",
        "LR is made from the image as it came, once, by srlib.downscale with its default scale of 2, and HR is that same image, divided. An image with even sides needs no crop.",
    )
    return image, several(call(my_pair, image, case=case, hint=once), "lr, hr", "two images")


def _pair_member(my_pair, which: int, brightest: int) -> None:
    image, pair = _pair(my_pair, brightest)
    told = _TOLD[which]
    right = downscale(image) if which == 0 else image / 255
    hints = {
        image.shape: "it is as large as the HR image: was it downscaled, and are the two in the right order, LR and HR?"
    }
    if which == 1:
        hints = {(4, 5, 3): "the HR image is the one that came; are the two in the right order, LR and HR?"}
    result = array(pair[which], right.shape, told, hints)
    if near(result, right, IMAGE_TOLERANCE):
        return
    hint = first_match(result, _suspects(image, right, which), IMAGE_TOLERANCE)
    raise Wrong(
        f"gives {told} from {result.min():.4g} to {result.max():.4g}; expected {right.min():.4g} to {right.max():.4g}."
        if not near([result.min(), result.max()], [right.min(), right.max()], 1e-3)
        else f"gives {told} with values that are off by up to {np.abs(result - right).max():.3f}.",
        hint or relation(result, right) or "print the smallest and the largest value after each line.",
    )


def _suspects(image, right, which: int) -> list:
    stretched = image / image.max() if which else downscale(image) * 255 / image.max()
    span = (right - right.min()) / np.ptp(right)
    stretch = "this stretches every image by a different amount. The range of the type counts, not that of the image."
    other = (
        "the LR image is downscaled in another way: srlib.downscale with its default kernel, as in the function above."
    )
    kernels = [] if which else [image[::2, ::2] / 255, *(downscale(image, 2, kernel) for kernel in ("bicubic", "area"))]
    return [
        ("this one runs from 0 to 255. Which of the two has been divided, and by whom?", right * 255),
        ("this one has been divided by 255 twice" + (": srlib.downscale has done it already." if which == 0 else "."), right / 255),
        ("only whole numbers are left: was it divided with //, or turned into whole numbers after the division?", np.floor(right)),
        ("the largest level is 255, not 256: white would come out a little grey.", right * 255 / 256),
        (f"the brightest pixel of the HR image became exactly 1: {stretch}", stretched),
        (f"the brightest pixel became exactly 1: {stretch}", right / right.max()),
        (f"the darkest pixel became 0, and the brightest 1: {stretch}", span),
        ("this one runs from -1 to 1; from 0 to 1 is asked for.", 2 * right - 1),
        *((other, value) for value in kernels),
        ("this is the LR image made larger again; the HR image is the image as it came.", downscale(image).repeat(2, 0).repeat(2, 1) if which else np.inf),
        ("this is the LR image made larger again; the HR image is the image as it came.", interpolate(downscale(image), 2, kernel="bilinear") if which else np.inf),
        ("this is the LR image made larger again; the HR image is the image as it came.", interpolate(downscale(image), 2, kernel="bicubic") if which else np.inf),
        ("this is a corner of the image; the LR image shows all of it.", np.inf if which else image[: image.shape[0] // 2, : image.shape[1] // 2] / 255),
    ]  # fmt: skip


def _dark_pair(my_pair) -> None:
    for which in (0, 1):
        _pair_member(my_pair, which, 90)
    image, pair = _pair(my_pair, 1)
    for told, one, right in zip(_TOLD, pair, (downscale(image), image / 255)):
        result = array(one, right.shape, told)
        if not near(result, right, IMAGE_TOLERANCE):
            raise Wrong(
                f"gives {told} up to {result.max():.4g} for an image of zeros and ones; expected {right.max():.4g}.",
                BY_TYPE,
            )


def _pair_types(my_pair) -> None:
    image, pair = _pair(my_pair, 255)
    for one, told, right in zip(pair, _TOLD, (downscale(image), image / 255)):
        kind = getattr(one, "dtype", None)
        if kind != np.float32:
            raise Wrong(
                f"gives {told} as {kind or short(one)}; expected float32.",
                "NumPy divides whole numbers, and takes their mean, in double precision, which a network has no use for; lesson 02 shows how to convert."
                if kind == np.float64
                else "convert with .astype(np.float32), after the division.",
            )
        off = np.abs(array(one, right.shape, told) - right).max()
        if off > 1e-5:
            raise Wrong(
                f"gives {told} with values that are off by up to {off:.5f}; expected float32, which holds seven digits.",
                "were they rounded, or held in half precision (float16), on the way? Round nothing that a network learns from.",
            )


def _without_memory(my_pair) -> None:
    one, other = (np.round(255 * photograph(8, 10, seed)).astype(np.uint8) for seed in (1, 2))
    keeps_nothing(my_pair, lambda: (one,), lambda: (other,), "a uint8 image of 8x10")


def _any_image(my_pair) -> None:
    rng = fresh()
    for image, case in drawn(rng, lambda: 2 * rng.integers(1, 12, 2), np.uint8):
        lr, hr = several(call(my_pair, image, case=case), "lr, hr", "two images")
        for told, one, right in ((_LR, lr, downscale(image)), (_HR, hr, image / 255)):
            result = array(one, right.shape, f"{told} of {case}")
            off = np.abs(result - right).max()
            if off > 1e-5 or one.dtype != np.float32:
                raise Wrong(
                    f"gives {told} as {one.dtype}, with values off by up to {off:.4g}, for {case}; expected float32, and 255 as 1.",
                    "it is right for other images: what looks at the values, where the type says all?",
                )
