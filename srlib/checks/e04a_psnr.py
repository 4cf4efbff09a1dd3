"""Exercise 04a: PSNR by hand, for both scales of values and for batches.

The noise differs by colour and between the border and the inside, so that an error over part of an image is seen.
"""

import numpy as np

from ..metrics import psnr
from ._helpers import BY_TYPE, call, call_number, first_match, near, number, photograph
from .answer import Answer, Wrong, judge


def check_psnr(my_psnr) -> Answer:
    """Check exercise 04a: PSNR by hand.

    Parameters
    ----------
    my_psnr : callable
        Two images, or two batches of them -> dB.

    Returns
    -------
    Answer

    Examples
    --------
    >>> import srlib
    >>> srlib.checks.check_psnr(srlib.psnr)
    ✓ my_psnr is right: two images, 8-bit images, a batch, identical images.
    >>> srlib.checks.check_psnr(srlib.mse).points(4)
    0.0
    """
    return judge(
        "my_psnr",
        my_psnr,
        {
            "two images": _floats,
            "8-bit images": _bytes,
            "a batch": _batch,
            "identical images": _equals,
        },
    )


def _noisy(hr, size: float, seed: int = 0):
    rng = np.random.default_rng(seed)
    noise = rng.normal(0, size, hr.shape) * np.array([0.5, 1, 2])  # each colour has an error of its own
    noise[..., :2, :, :] *= 3  # and so has the border
    return np.clip(hr + noise, 0, 1).astype(np.float32)


def _decibels(error):
    return -10 * np.log10(error)


def _apart(got: float, right: float, case: str) -> str:
    return f"gives {got:.4g} for {case} that are {right:.2f} dB apart."


def _floats(my_psnr) -> None:
    b = photograph(12, 16)
    a = _noisy(b, 0.05)
    case = "two float32 images"
    got = call_number(my_psnr, a, b, case=case)
    x, y = a.astype(np.float64), b.astype(np.float64)
    mse = np.mean((x - y) ** 2)
    right = _decibels(mse)
    if near(got, right, 0.002):
        return
    absolute = np.mean(np.abs(x - y))
    suspects = [
        ("this is the mean squared error itself; decibels are ten times a logarithm.", mse),
        ("this is the root of the mean squared error; decibels are ten times a logarithm of the square.", np.sqrt(mse)),
        ("the sign is turned: is the peak above the error in your fraction, or below?", -right),
        ("one of the two, numerator or denominator, is on the scale of 255, the other on the scale of 1. What is the largest value that these images can have?", right + 20 * np.log10(255)),
        ("the logarithm has base e; decibels take base 10.", -10 * np.log(mse)),
        ("the logarithm has base 2; decibels take base 10.", -10 * np.log2(mse)),
        ("twice too many: 20 goes with the root of the error, 10 with the error squared.", 2 * right),
        ("half of what it should be: 10 goes with the error squared, 20 with its root.", right / 2),
        ("a tenth of what it should be: a bel has ten decibels.", right / 10),
        ("the errors have been added, not averaged.", _decibels(np.sum((x - y) ** 2))),
        ("this is computed from absolute errors; PSNR squares them.", _decibels(absolute)),
        ("the squares are missing: this is computed from absolute errors.", 2 * _decibels(absolute)),
        ("pluses and minuses cancel: the mean of the error is taken before the square.", 2 * _decibels(abs(np.mean(x - y)))),
        ("the colours were taken apart, and their PSNRs averaged; here the three colours share one error.", np.mean(_decibels(np.mean((x - y) ** 2, axis=(0, 1))))),
        ("the rows were taken apart, and their PSNRs averaged; here all pixels of an image share one error.", np.mean(_decibels(np.mean((x - y) ** 2, axis=(1, 2))))),
        ("this measures the grey version of the images; here all three colours count.", _decibels(np.mean((x.mean(-1) - y.mean(-1)) ** 2))),
        ("the peak is taken from the image; it is the largest value that an image could have.", _decibels(mse / y.max() ** 2)),
    ]  # fmt: skip
    for n in (1, 2, 3, 4):
        hint = f"a border of {n} pixels is cropped. The papers do that; this exercise asks for the whole image."
        suspects.append((hint, _decibels(np.mean((x - y)[n:-n, n:-n] ** 2))))
    raise Wrong(
        _apart(got, right, case),
        first_match(got, suspects, 0.002) or "compute the mean squared error first, and compare it with srlib.mse.",
    )


def _bytes(my_psnr) -> None:
    b = np.round(photograph(12, 16, 1) * 255).astype(np.uint8)
    a = np.round(_noisy(b / 255, 0.02, 1) * 255).astype(np.uint8)
    a[5, 5], b[5, 5] = 0, 255  # as far apart as can be: the square is too much for 16 bits
    case = "two uint8 images"
    got, right = call_number(my_psnr, a, b, case=case), psnr(a, b)
    if near(got, right, 0.002):
        return _dark_bytes(my_psnr)
    wrap = "8-bit numbers cannot be negative: 3 - 5 is 254, and squares start again at 0 after 255. What has to happen before the subtraction?"
    squares, squares_of_wrapped = np.mean(((a - b) ** 2).astype(np.float64)), np.mean((a - b).astype(np.float64) ** 2)
    suspects = [
        ("these images run from 0 to 255, those before from 0 to 1; the type tells you which.", right - 20 * np.log10(255)),
        *((wrap, _decibels(error / scale)) for error in (squares, squares_of_wrapped) for scale in (1, 255**2)),
        ("the largest level is 255, not 256.", right + 20 * np.log10(256 / 255)),
        ("a difference of 255 has the square 65,025, and int16 ends at 32,767: convert to a type with more room.", _decibels(np.mean((a.astype(np.int16) - b) ** 2) / 255**2)),
    ]  # fmt: skip
    raise Wrong(
        _apart(got, right, case),
        first_match(got, suspects, 0.002) or "it is right for float32; what is different about uint8?",
    )


def _dark_bytes(my_psnr) -> None:
    a, b = np.random.default_rng(2).integers(0, 2, (2, 8, 8, 3), np.uint8)
    case = "two uint8 images of zeros and ones"
    got, right = call_number(my_psnr, a, b, case=case), psnr(a, b)
    if not near(got, right, 0.002):
        raise Wrong(_apart(got, right, case), BY_TYPE)


def _batch(my_psnr) -> None:
    b = np.stack([photograph(10, 14, seed) for seed in range(3)])
    a = np.stack([_noisy(hr, size, i) for i, (hr, size) in enumerate(zip(b, (0.01, 0.04, 0.15)))])
    case = "a batch of three images"
    result = call(my_psnr, a, b, case=case)
    each = [psnr(x, y) for x, y in zip(a, b)]
    if np.shape(result) == (3,):
        raise Wrong(
            f"gives three numbers for {case}; expected one.",
            "you have one for each image; what does one do with several scores?",
        )
    got, right = number(result, case), float(np.mean(each))
    if near(got, right, 0.002):
        return _batch_of_bytes(my_psnr, *(np.round(255 * x[:2]).astype(np.uint8) for x in (a, b)))
    suspects = [
        ("this is the PSNR of the mean error, in which one bad image drowns the others. Which comes first, the mean over images or the logarithm?",
         _decibels(np.mean((a.astype(np.float64) - b) ** 2))),
        ("this is the PSNR of the first image only.", each[0]),
        ("this is the PSNR of the last image only.", each[-1]),
        ("the PSNRs are added; how many images are there?", sum(each)),
        ("this is the middle one of the three; the mean is asked for.", np.median(each)),
        ("this is the worst of the three; the mean is asked for.", min(each)),
        ("this is the best of the three; the mean is asked for.", max(each)),
    ]  # fmt: skip
    raise Wrong(
        f"gives {got:.2f} dB for {case} of {each[0]:.2f}, {each[1]:.2f} and {each[2]:.2f} dB.",
        first_match(got, suspects, 0.002) or "an array with four axes holds several images; take them one by one.",
    )


def _batch_of_bytes(my_psnr, a, b) -> None:
    case = "a batch of two uint8 images"
    got, right = call_number(my_psnr, a, b, case=case), psnr(a, b)
    if not near(got, right, 0.002):
        raise Wrong(
            f"gives {got:.4g} dB for {case}; expected {right:.2f}.",
            "it is right for a batch of float32 images: do batches go through the same lines as single images?",
        )


def _equals(my_psnr) -> None:
    image, case = photograph(8, 8), "an image and itself"
    zero = "the error is zero; Python divides by zero only if it is told to. What should the answer be?"
    got = call_number(my_psnr, image, image, case=case, hint=zero)
    if got != np.inf:
        raise Wrong(
            f"gives {got:.4g} dB for {case}.",
            "no error at all: as the error vanishes, decibels grow without end, and Python has a number for that.",
        )
    case, hint = "a batch in which one image is itself", "one of its PSNRs is infinite; what is the mean, then?"
    a, b = np.stack([image, image]), np.stack([image, image[::-1]])
    got = call_number(my_psnr, a, b, case=case, hint=hint)
    if got != np.inf:
        raise Wrong(f"gives {got:.4g} dB for {case}.", hint)
