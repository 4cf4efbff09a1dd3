"""Exercise 04a: PSNR by hand, for both scales of values and for batches.

The noise differs by colour and between the border and the inside, so that an error over part of an image is seen.
"""

import numpy as np

from ..metrics import LUMA, psnr
from ._helpers import BY_TYPE, call, call_number, compare_number, first_match, keeps_nothing, near, number
from ._inputs import drawn, fresh, laid_out, photograph
from .answer import Answer, Wrong, judge

TOLERANCE = 0.01


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
            "two images": (_floats, _without_memory),
            "8-bit images": _bytes,
            "a batch": _batch,
            "identical images": (_equals, _any_images),
        },
    )


def _noisy(hr, size: float, seed: int = 0):
    rng = np.random.default_rng(seed)
    noise = rng.normal(0, size, hr.shape) * np.array([0.5, 1, 2])  # each colour has an error of its own
    noise[..., :2, :, :] *= 3  # and so has the border
    return np.clip(hr + noise, 0, 1).astype(np.float32)


def _decibels(error):
    return -10 * np.log10(error)


_UNLIKE = "infinity is for images without any error, and only an error of exactly zero counts as none: when does your program take two images for the same?"


def _compare(got: float, right: float, case: str, suspects=(), otherwise: str = "") -> str | None:
    """A hundredth of a decibel is what tables print; single precision costs a tenth of that."""
    otherwise = _UNLIKE if got == np.inf != right else otherwise
    return compare_number(got, right, case, suspects, otherwise, tolerance=TOLERANCE, exact=2e-3, digits=2, unit=" dB")


def _floats(my_psnr) -> str | None:
    b = photograph(10, 12)
    a = np.clip(_noisy(b, 0.05) + np.float32(0.03), 0, 1)  # a shift, which a variance does not see
    remark = _float_pair(my_psnr, a, b, "two float32 images")
    a = np.clip(b + 0.0008 * np.random.default_rng(5).normal(size=b.shape), 0, 1).astype(np.float32)
    return _float_pair(my_psnr, a, b, "two float32 images that are nearly alike") or remark


def _without_memory(my_psnr) -> None:
    one, other, third = (photograph(10, 12, seed) for seed in (1, 2, 3))
    keeps_nothing(my_psnr, lambda: (one, other), lambda: (other, third), "two float32 images")


def _float_pair(my_psnr, a, b, case: str) -> str | None:
    got = call_number(my_psnr, a, b, case=case)
    x, y = a.astype(np.float64), b.astype(np.float64)
    mse = np.mean((x - y) ** 2)
    right = _decibels(mse)
    absolute = np.mean(np.abs(x - y))
    suspects = [
        ("this is the mean squared error itself; decibels are ten times a logarithm.", mse),
        ("this is the root of the mean squared error; decibels are ten times a logarithm of the square.", np.sqrt(mse)),
        ("the sign is turned: is the peak above the error in your fraction, or below?", -right),
        ("one of the two, numerator or denominator, is on the scale of 255, the other on the scale of 1. What is the largest value that these images can have?", right + 20 * np.log10(255)),
        ("the logarithm has base e; decibels take base 10.", -10 * np.log(mse)),
        ("the logarithm has base 2; decibels take base 10.", -10 * np.log2(mse)),
        ("twice as many decibels as there should be: 20 goes with the root of the error, 10 with the error squared.", 2 * right),
        ("half of what it should be: 10 goes with the error squared, 20 with its root.", right / 2),
        ("a tenth of what it should be: a bel has ten decibels.", right / 10),
        ("the errors have been added, not averaged.", _decibels(np.sum((x - y) ** 2))),
        ("this is computed from absolute errors; PSNR squares them.", _decibels(absolute)),
        ("the squares are missing: this is computed from absolute errors.", 2 * _decibels(absolute)),
        ("pluses and minuses cancel: the mean of the error is taken before the square.", 2 * _decibels(abs(np.mean(x - y)))),
        ("the colours were taken apart, and their PSNRs averaged; here the three colours share one error.", np.mean(_decibels(np.mean((x - y) ** 2, axis=(0, 1))))),
        ("the rows were taken apart, and their PSNRs averaged; here all pixels of an image share one error.", np.mean(_decibels(np.mean((x - y) ** 2, axis=(1, 2))))),
        ("10 is missing: decibels are ten times the logarithm. And the logarithm has base e; decibels take base 10.", -np.log(mse)),
        ("the peak stands there as it is, and the error squared: square both, or none.", 10 * np.log10(1 / np.sqrt(mse))),
        ("the peak is 256, or 255, where these images end at 1.", right + 20 * np.log10(256)),
        ("the squares were added over the colours, and averaged over the pixels alone: divide by all values.", _decibels(3 * mse)),
        ("the squares were divided by one less than their number.", _decibels(mse * x.size / (x.size - 1))),
        ("the largest error counts alone; the mean over all pixels is asked for.", _decibels(np.max((x - y) ** 2))),
        ("the median of the squared errors; their mean is asked for.", _decibels(np.median((x - y) ** 2))),
        ("this is the mean over the pixels of a logarithm each; the logarithm comes after the mean.", np.mean(_decibels(np.maximum((x - y) ** 2, 1e-300)))),
        *((f"only the {name} channel was looked at; all three count.", _decibels(np.mean((x - y)[..., c] ** 2))) for c, name in enumerate(("red", "green", "blue"))),
        ("this measures the luma Y, as the papers do; here all three colours count.", _decibels(np.mean(((x - y) @ (np.array(LUMA) / 255)) ** 2))),
        ("this measures the luma, a weighted mean of the colours; here all three colours count.", _decibels(np.mean(((x - y) @ np.array([0.299, 0.587, 0.114])) ** 2))),
        ("this is computed from the variance of the difference, which does not see that one image is lighter throughout; the mean of the squares is asked for.", _decibels(np.var(x - y))),
        ("the images were rounded to whole levels of 255 before they were compared; float32 holds the fractions.", _decibels(max(1e-300, np.mean((np.rint(255 * x) - np.rint(255 * y)) ** 2 / 255**2)))),
        ("this measures the signal-to-noise ratio, with the mean square of the image in the place of the peak.", _decibels(mse / np.mean(y**2))),
        ("this measures the grey version of the images; here all three colours count.", _decibels(np.mean((x.mean(-1) - y.mean(-1)) ** 2))),
        *(("the peak is taken from the image; it is the largest value that an image could have.", _decibels(mse / peak**2)) for peak in (x.max(), y.max(), np.ptp(x), np.ptp(y), max(x.max(), y.max()))),
    ]  # fmt: skip
    for n in (1, 2, 3, 4):
        hint = f"a border of {n} pixels is cropped. The papers do that; this exercise asks for the whole image."
        suspects.append((hint, _decibels(np.mean((x - y)[n:-n, n:-n] ** 2))))
    return _compare(
        got,
        right,
        case,
        suspects,
        "compute the mean squared error first, and compare it with srlib.mse. If the two agree, look at what comes after it.",
    )


def _bytes(my_psnr) -> str | None:
    b = np.round(photograph(12, 16, 1) * 255).astype(np.uint8)
    a = np.round(_noisy(b / 255, 0.02, 1) * 255).astype(np.uint8)
    a[5, 5], b[5, 5] = 0, 255  # as far apart as can be: the square is too much for 16 bits
    case = "two uint8 images"
    got, right = call_number(my_psnr, a, b, case=case), psnr(a, b)
    if near(got, right, TOLERANCE):
        return _dark_bytes(my_psnr)
    wrap = "uint8 numbers cannot be negative: 3 - 5 is 254, and squares start again at 0 after 255. What has to happen before the subtraction?"
    squares, squares_of_wrapped = np.mean(((a - b) ** 2).astype(np.float64)), np.mean((a - b).astype(np.float64) ** 2)
    suspects = [
        ("these images run from 0 to 255, those before from 0 to 1; the type tells you which.", right - 20 * np.log10(255)),
        *((wrap, _decibels(error / scale)) for error in (squares, squares_of_wrapped) for scale in (1, 255**2)),
        ("the largest level is 255, not 256.", right + 20 * np.log10(256 / 255)),
        ("a difference of 255 has the square 65,025, and int16 ends at 32,767: convert to a type with more room.", _decibels(np.mean((a.astype(np.int16) - b) ** 2) / 255**2)),
    ]  # fmt: skip
    suspects += [
        ("the peak is taken from the image; it is the largest value that an image could have.", right - 20 * np.log10(255 / np.ptp(b / 1.0))),
        ("the peak is not squared, although it is divided by a mean of squares.", right - 10 * np.log10(255)),
        ("one of the two images was divided by 255, the other was not.", _decibels(np.mean((a / 255 - b) ** 2))),
        ("images on the scale of 1, and a peak of 255: both belong to one scale.", right + 20 * np.log10(255)),
    ]  # fmt: skip
    return _compare(got, right, case, suspects, "it is right for float32; what is different about uint8?")


def _dark_bytes(my_psnr) -> str | None:
    a, b = np.random.default_rng(2).integers(0, 2, (2, 8, 8, 3), np.uint8)
    case = "two uint8 images of zeros and ones"
    got, right = call_number(my_psnr, a, b, case=case), psnr(a, b)
    suspects = [(BY_TYPE, right - 20 * np.log10(255))]
    return _compare(
        got,
        right,
        case,
        suspects,
        "it is right for brighter uint8 images: what looks at the values, or at their number?",
    )


def _batch(my_psnr) -> str | None:
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
    if near(got, right, TOLERANCE):
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
        f"gives {got:.2f} dB for {case} of {each[0]:.2f}, {each[1]:.2f} and {each[2]:.2f} dB; expected {right:.2f} dB.",
        first_match(got, suspects, TOLERANCE)
        or "an array with four axes holds several images: take them one by one, and let each count as much as the others.",
    )


def _batch_of_bytes(my_psnr, a, b) -> str | None:
    case = "a batch of two uint8 images"
    otherwise = "it is right for a batch of float32 images: do batches go through the same lines as single images?"
    remark = _compare(call_number(my_psnr, a, b, case=case), psnr(a, b), case, (), otherwise)
    case, otherwise = (
        "a batch of one image",
        "it is right for three images: what does your program take for granted of their number?",
    )
    return _compare(call_number(my_psnr, a[:1], b[:1], case=case), psnr(a[0], b[0]), case, (), otherwise) or remark


def _equals(my_psnr) -> None:
    image, case = photograph(8, 8), "two equal images"
    zero = "the error is zero there, and nothing can be divided by it. What should the answer be? And by what does your program know that there is no error? Two arrays can be equal without being the same object."
    got = call_number(my_psnr, image, image.copy(), case=case, hint=zero)
    if got != np.inf:
        raise Wrong(
            f"gives {got:.4g} dB for {case}; expected inf.",
            "minus infinity is a ratio of nothing; which of the two is zero, the peak or the error?"
            if got == -np.inf
            else "no error at all: as the error vanishes, decibels grow without end, and Python has a number for that.",
        )
    case, hint = "a batch in which one pair is equal", "one of its PSNRs is infinite; what is the mean, then?"
    a, b = np.stack([image, image]), np.stack([image, image[::-1]])
    got = call_number(my_psnr, a, b, case=case, hint=hint)
    if got != np.inf:
        raise Wrong(f"gives {got:.4g} dB for {case}; expected inf.", hint)
    _nearly_equal(my_psnr)
    black, white = np.zeros((4, 5, 3), np.float32), np.ones((4, 5, 3), np.float32)
    case, hint = "a black image and a white one", "the error is as large as the peak, so that their ratio is 1."
    _compare(call_number(my_psnr, black, white, case=case), 0.0, case, (), hint)


def _nearly_equal(my_psnr) -> None:
    hint = "only an error of exactly zero counts as none: compare with 0, and add nothing to the error, however small."
    tiny, tinier, level = photograph(12, 16), photograph(12, 16, 1), np.full((40, 50, 3), 77, np.uint8)
    for image, other, case in (
        (tiny, tiny.copy(), "two images that differ by 0.00006 in one value"),
        (tinier, tinier.copy(), "two images that differ by 0.000004 in one value"),
        (level, level.copy(), "two uint8 images that differ by one level in one value"),
    ):
        other[3, 4, 1] += {id(tiny): np.float32(2**-14), id(tinier): np.float32(2**-18)}.get(id(image), 1)
        _compare(call_number(my_psnr, other, image, case=case), psnr(other, image), case, (), hint)


def _any_images(my_psnr) -> str | None:
    rng, remark = fresh(), None
    for dtype in (np.float32, np.uint8):
        for image, words in drawn(rng, lambda: rng.integers(1, 12, 2), dtype):
            # near it, or the other way round from light to dark
            other = rng.uniform(0, 1, image.shape) if rng.integers(2) else np.clip(image / (255 if dtype == np.uint8 else 1) + rng.normal(0, 0.05, image.shape), 0, 1)  # fmt: skip
            other = (np.rint(255 * other) if dtype == np.uint8 else other).astype(dtype)
            a, b = (image, other) if rng.integers(2) else (other, image)
            case = f"{words} and another one"
            if n := int(rng.integers(4)):
                a, b = (np.stack([laid_out(rng, x), *[y] * (n - 1)]) for x, y in ((a, b), (b, a)))
                case = f"a batch of {n} such images: {case}"
            got, right = call_number(my_psnr, a, b, case=case), psnr(a, b)
            otherwise = (
                "it is right for other images: what does your program take for granted, of the sides or of the values?"
            )
            remark = _compare(got, right, case, (), otherwise) or remark
    return remark
