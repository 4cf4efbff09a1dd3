"""Checks of the exercises on lesson 04: PSNR, SSIM, and a report that can be believed.

Enters: a function from images to a number. Leaves: an answer.
"""

import numpy as np

from ..data.image_set import ImageSet
from ..degradation import downscale
from ..metrics import psnr
from ..upscaling import upscale
from .answer import BY_TYPE, Answer, Wrong, _call, _first_match, _judge, _near, _number, _photograph, _short


def check_psnr(my_psnr) -> Answer:
    """Check exercise 04a: PSNR by hand.

    Parameters
    ----------
    my_psnr : callable
        Two images, or two batches of them -> dB.

    Returns
    -------
    Answer
    """
    return _judge(
        "my_psnr",
        my_psnr,
        {
            "two images": _psnr_of_floats,
            "8-bit images": _psnr_of_bytes,
            "a batch": _psnr_of_a_batch,
            "identical images": _psnr_of_equals,
        },
    )


def _noisy(true, size: float, seed: int = 0):
    rng = np.random.default_rng(seed)
    noise = rng.normal(0, size, true.shape) * np.array([0.5, 1, 2])  # each colour has an error of its own
    noise[..., :2, :, :] *= 3  # and so has the border
    return np.clip(true + noise, 0, 1).astype(np.float32)


def _psnr_of_floats(my_psnr) -> None:
    b = _photograph(12, 16)
    a = _noisy(b, 0.05)
    case = "two float32 images"
    got = _number(_call(my_psnr, a, b, case=case), case)
    x, y = a.astype(np.float64), b.astype(np.float64)
    mse = np.mean((x - y) ** 2)
    right = -10 * np.log10(mse)
    if _near(got, right, 0.002):
        return
    suspects = {
        "this is the mean squared error itself; decibels are ten times a logarithm.": mse,
        "this is the root of the mean squared error; decibels are ten times a logarithm of the square.": np.sqrt(mse),
        "the sign is turned: is the peak above the error in your fraction, or below?": -right,
        "one of the two, numerator or denominator, is on the scale of 255, the other on the scale of 1. What is the largest value that these images can have?": right
        + 20 * np.log10(255),
        "the logarithm has base e; decibels take base 10.": -10 * np.log(mse),
        "the logarithm has base 2; decibels take base 10.": -10 * np.log2(mse),
        "twice too many: 20 goes with the root of the error, 10 with the error squared.": 2 * right,
        "half of what it should be: 10 goes with the error squared, 20 with its root.": right / 2,
        "a tenth of what it should be: a bel has ten decibels.": right / 10,
        "the errors have been added, not averaged.": -10 * np.log10(np.sum((x - y) ** 2)),
        "this is computed from absolute errors; PSNR squares them.": -10 * np.log10(np.mean(np.abs(x - y))),
        "the squares are missing: this is computed from absolute errors.": -20 * np.log10(np.mean(np.abs(x - y))),
        "pluses and minuses cancel: the mean of the error is taken before the square.": -20
        * np.log10(abs(np.mean(x - y))),
        "the colours were taken apart, and their PSNRs averaged; here the three colours share one error.": np.mean(
            -10 * np.log10(np.mean((x - y) ** 2, axis=(0, 1)))
        ),
        "the rows were taken apart, and their PSNRs averaged; here all pixels of an image share one error.": np.mean(
            -10 * np.log10(np.mean((x - y) ** 2, axis=(1, 2)))
        ),
        "this measures the grey version of the images; here all three colours count.": -10
        * np.log10(np.mean((x.mean(-1) - y.mean(-1)) ** 2)),
        "the peak is taken from the image; it is the largest value that an image could have.": 10
        * np.log10(y.max() ** 2 / mse),
    }
    for shaved in (1, 2, 3, 4):
        cut = slice(shaved, -shaved)
        suspects[
            f"{shaved} pixels are left out on each side. The papers do that; this exercise asks for the whole image."
        ] = -10 * np.log10(np.mean((x - y)[cut, cut] ** 2))
    raise Wrong(
        f"gives {got:.4g} for {case} that are {right:.2f} dB apart.",
        _first_match(got, suspects, 0.002) or "compute the mean squared error first, and compare it with srlib.mse.",
    )


def _psnr_of_bytes(my_psnr) -> None:
    b = np.round(_photograph(12, 16, 1) * 255).astype(np.uint8)
    a = np.round(_noisy(b / 255, 0.02, 1) * 255).astype(np.uint8)
    a[5, 5], b[5, 5] = 0, 255  # as far apart as can be: the square is too much for 16 bits
    case = "two uint8 images"
    got = _number(_call(my_psnr, a, b, case=case), case)
    right = psnr(a, b)
    if _near(got, right, 0.002):
        return _psnr_of_dark_bytes(my_psnr)
    sixteen = (a.astype(np.int16) - b) ** 2
    wrapped, squared = (a - b).astype(np.float64), ((a - b) ** 2).astype(np.float64)
    square_of_wrapped, db = wrapped**2, lambda error: -10 * np.log10(error)
    wrap = "8-bit numbers cannot be negative: 3 - 5 is 254, and squares start again at 0 after 255. What has to happen before the subtraction?"
    suspects = {
        "these images run from 0 to 255, those before from 0 to 1; the type tells you which.": right
        - 20 * np.log10(255),
        wrap: db(np.mean(squared)),
        wrap + " ": db(np.mean(squared) / 255**2),
        wrap + "  ": db(np.mean(square_of_wrapped) / 255**2),
        wrap + "   ": db(np.mean(square_of_wrapped)),
        "the largest level is 255, not 256.": right + 20 * np.log10(256 / 255),
        "a difference of 255 has the square 65,025, and int16 ends at 32,767: convert to a type with more room.": db(
            np.mean(sixteen) / 255**2
        ),
    }
    hint = _first_match(got, suspects, 0.002)
    raise Wrong(
        f"gives {got:.4g} for {case} that are {right:.2f} dB apart.",
        hint.strip() if hint else "it is right for float32; what is different about uint8?",
    )


def _psnr_of_dark_bytes(my_psnr) -> None:
    a, b = np.random.default_rng(2).integers(0, 2, (2, 8, 8, 3), np.uint8)
    case = "two uint8 images of zeros and ones"
    got, right = _number(_call(my_psnr, a, b, case=case), case), psnr(a, b)
    if not _near(got, right, 0.002):
        raise Wrong(
            f"gives {got:.4g} for {case} that are {right:.2f} dB apart.",
            BY_TYPE,
        )


def _psnr_of_a_batch(my_psnr) -> None:
    b = np.stack([_photograph(10, 14, seed) for seed in range(3)])
    a = np.stack([_noisy(true, size, i) for i, (true, size) in enumerate(zip(b, (0.01, 0.04, 0.15)))])
    case = "a batch of three images"
    result = _call(my_psnr, a, b, case=case)
    each = [psnr(x, y) for x, y in zip(a, b)]
    if np.shape(result) == (3,):
        raise Wrong(
            f"gives three numbers for {case}; expected one.",
            "you have one for each image; what does one do with several scores?",
        )
    got, right = _number(result, case), float(np.mean(each))
    if _near(got, right, 0.002):
        return _psnr_of_a_batch_of_bytes(my_psnr, *(np.round(255 * x[:2]).astype(np.uint8) for x in (a, b)))
    mse = np.mean((a.astype(np.float64) - b) ** 2)
    suspects = {
        "this is the PSNR of the mean error, in which one bad image drowns the others. Which comes first, the mean over images or the logarithm?": -10
        * np.log10(mse),
        "this is the PSNR of the first image only.": each[0],
        "this is the PSNR of the last image only.": each[-1],
        "the PSNRs are added; how many images are there?": sum(each),
        "this is the middle one of the three; the mean is asked for.": np.median(each),
        "this is the worst of the three; the mean is asked for.": min(each),
        "this is the best of the three; the mean is asked for.": max(each),
    }
    raise Wrong(
        f"gives {got:.2f} dB for {case} of {each[0]:.2f}, {each[1]:.2f} and {each[2]:.2f} dB.",
        _first_match(got, suspects, 0.002) or "an array with four axes holds several images; take them one by one.",
    )


def _psnr_of_a_batch_of_bytes(my_psnr, a, b) -> None:
    case = "a batch of two uint8 images"
    got, right = _number(_call(my_psnr, a, b, case=case), case), psnr(a, b)
    if not _near(got, right, 0.002):
        raise Wrong(
            f"gives {got:.4g} dB for {case}; expected {right:.2f}.",
            "it is right for a batch of float32 images: do batches go through the same lines as single images?",
        )


def _psnr_of_equals(my_psnr) -> None:
    image = _photograph(8, 8)
    case = "an image and itself"
    got = _number(
        _call(
            my_psnr,
            image,
            image,
            case=case,
            hint="the error is zero; Python divides by zero only if it is told to. What should the answer be?",
        ),
        case,
    )
    if got != np.inf:
        raise Wrong(
            f"gives {got:.4g} dB for {case}.",
            "no error at all: as the error vanishes, decibels grow without end, and Python has a number for that.",
        )
    case, hint = "a batch in which one image is itself", "one of its PSNRs is infinite; what is the mean, then?"
    a, b = np.stack([image, image]), np.stack([image, image[::-1]])
    got = _number(_call(my_psnr, a, b, case=case, hint=hint), case)
    if got != np.inf:
        raise Wrong(f"gives {got:.4g} dB for {case}.", hint)


def check_ssim(my_ssim) -> Answer:
    """Check exercise 04b: SSIM of one window.

    Parameters
    ----------
    my_ssim : callable
        Two grey windows of 7x7 on the scale of 1 -> their SSIM.

    Returns
    -------
    Answer
    """
    return _judge(
        "my_ssim",
        my_ssim,
        {
            "equal windows": _ssim_of_equals,
            "a darker and flatter copy": lambda f: _ssim_of(
                f, *_windows("darker"), "a darker, flatter copy of a window"
            ),
            "windows with noise": lambda f: _ssim_of(f, *_windows("noise"), "a window and a noisy copy"),
            "opposite windows": lambda f: _ssim_of(f, *_windows("opposite"), "a window and its negative"),
            "nearly flat windows": lambda f: _ssim_of(f, *_windows("flat"), "two nearly flat windows"),
        },
    )


def _windows(kind: str):
    rng = np.random.default_rng(7)
    y, x = np.mgrid[:7, :7]
    a = 0.5 + 0.2 * np.sin(x + 0.5 * y)
    b = {
        "darker": 0.1 + 0.5 * a,
        "noise": np.clip(a + rng.normal(0, 0.15, a.shape), 0, 1),
        "opposite": 1.1 - a,
        "flat": 0.3 + 0.01 * rng.normal(size=a.shape),
    }[kind]
    return (0.35 + 0.01 * rng.normal(size=a.shape), b) if kind == "flat" else (a, b)


def _ssim(
    a,
    b,
    *,
    c1=1e-4,
    c2=9e-4,
    variance_ddof=1,
    covariance_ddof=1,
    root=False,
    structure=True,
    light=True,
    absolute=False,
):
    """SSIM of one window, and what becomes of it with each of the usual mistakes."""
    ma, mb, n = a.mean(), b.mean(), a.size
    va, vb = a.var(ddof=variance_ddof), b.var(ddof=variance_ddof)
    cov = ((a - ma) * (b - mb)).sum() / (n - covariance_ddof)
    if not structure:
        cov = np.sqrt(va * vb)
    if absolute:
        cov = abs(cov)
    if root:
        va, vb = np.sqrt(va), np.sqrt(vb)
    brightness = (2 * ma * mb + c1) / (ma**2 + mb**2 + c1) if light else 1.0
    return brightness * (2 * cov + c2) / (va + vb + c2)


def _ssim_of(my_ssim, a, b, case: str) -> None:
    got = _number(_call(my_ssim, a, b, case=case), case)
    right = _ssim(a, b)
    if _near(got, right, 1e-5):
        return
    ma, mb, va, vb = a.mean(), b.mean(), a.var(ddof=1), b.var(ddof=1)
    cov = np.cov(a.ravel(), b.ravel())[0, 1]
    suspects = {
        "standard deviations stand where variances should: sigma squared is the variance.": _ssim(a, b, root=True),
        "the constants are those of images from 0 to 255; these windows run from 0 to 1.": _ssim(a, b, c1=(0.01 * 255) ** 2, c2=(0.03 * 255) ** 2),
        "the constants are those of a range of 2, the mistake of the original project; these windows run from 0 to 1.": _ssim(a, b, c1=0.02**2, c2=0.06**2),
        "the constants are missing; they decide where a window is flat.": _ssim(a, b, c1=0, c2=0),
        "the constants are not squared.": _ssim(a, b, c1=0.01, c2=0.03),
        "c1 and c2 have changed places: which belongs to the means, which to the variances?": _ssim(a, b, c1=9e-4, c2=1e-4),
        "variances and covariance divide by 49; this exercise asks for the sample values, which divide by one less.": _ssim(a, b, variance_ddof=0, covariance_ddof=0),
        "the variances divide by 49 and the covariance by 48: NumPy's var and cov have different habits, look at ddof.": _ssim(a, b, variance_ddof=0),
        "the covariance divides by 49 and the variances by 48; both divide by one less than 49.": _ssim(a, b, covariance_ddof=0),
        "the covariance is replaced by the product of the two deviations, so that the patterns themselves are never compared.": _ssim(a, b, structure=False),
        "the sign of the covariance is lost: opposite patterns should count as worse than none.": _ssim(a, b, absolute=True),
        "the means do not count: a darker copy is as good as the original.": _ssim(a, b, light=False),
        "only the means are compared; contrast and pattern are missing.": (2 * ma * mb + 1e-4) / (ma**2 + mb**2 + 1e-4),
        "this is the correlation of the two windows, which does not see brightness and contrast.": cov / np.sqrt(va * vb),
        "the means in the denominator are not squared.": (2 * ma * mb + 1e-4) * (2 * cov + 9e-4) / ((ma + mb + 1e-4) * (va + vb + 9e-4)),
        "a factor of 2 is missing in the numerator.": (ma * mb + 1e-4) * (cov + 9e-4) / ((ma**2 + mb**2 + 1e-4) * (va + vb + 9e-4)),
        "the 2 before the means is missing.": (ma * mb + 1e-4) * (2 * cov + 9e-4) / ((ma**2 + mb**2 + 1e-4) * (va + vb + 9e-4)),
        "the 2 before the covariance is missing.": (2 * ma * mb + 1e-4) * (cov + 9e-4) / ((ma**2 + mb**2 + 1e-4) * (va + vb + 9e-4)),
        "numerator and denominator have changed places.": 1 / right,
        "c1 is right, and c2 is not squared.": _ssim(a, b, c2=0.03),
        "one constant stands in both places: c1 and c2 differ.": _ssim(a, b, c2=1e-4),
        "a correlation stands where the covariance should: it is not divided by the deviations.": _ssim(a, b) * (2 * cov / np.sqrt(va * vb) + 9e-4) / (2 * cov + 9e-4),
        "the covariance is a sum, and not yet divided.": _ssim(a, b) * (96 * cov + 9e-4) / (2 * cov + 9e-4),
        "a bracket is missing: the second half of the denominator is multiplied, not divided by.": right * (va + vb + 9e-4) ** 2,
    }  # fmt: skip
    spans = [
        np.ptp(a),
        np.ptp(b),
        max(a.max(), b.max()) - min(a.min(), b.min()),
        a.max(),
        b.max(),
        max(a.max(), b.max()),
    ]
    if any(_near(got, _ssim(a, b, c1=(0.01 * span) ** 2, c2=(0.03 * span) ** 2), 1e-6) for span in spans):
        hint = "the range is taken from the windows; it is the range that images could have."
        raise Wrong(f"gives {got:.5g} for {case}; expected {right:.5f}.", hint)
    raise Wrong(
        f"gives {got:.5g} for {case}; expected {right:.5f}.",
        _first_match(got, suspects, 1e-6)
        or "print the two means, the two variances and the covariance, and compare them with numpy.cov.",
    )


def _ssim_of_equals(my_ssim) -> None:
    a, _ = _windows("noise")
    got = _number(_call(my_ssim, a, a.copy(), case="two equal windows"), "two equal windows")
    if _near(got, 1, 1e-9):
        return
    _ssim_of(my_ssim, a, a.copy(), "two equal windows")


def check_report(my_report) -> Answer:
    """Check exercise 04c: a mean SSIM with the right range, and with a baseline.

    Parameters
    ----------
    my_report : callable
        (method, images) -> {"method": mean SSIM, "bicubic": mean SSIM}.

    Returns
    -------
    Answer
    """
    return _judge(
        "my_report",
        my_report,
        {
            "the SSIM of the method": _report_of_the_method,
            "the baseline": _report_of_the_baseline,
        },
    )


def _report(my_report, method):
    # none spans the whole range, so that a range taken from the image is seen
    some = np.stack([np.round(_photograph(32, 24, seed) * 150 + 40).astype(np.uint8) for seed in (8, 9, 10)])
    some[:, 12:] = 100 + some[:, 12:] // 40  # a nearly flat part, where the constants of SSIM decide
    some[1, :12] //= 4  # of another contrast, so that the mean is not the median
    images = ImageSet(some, ["a", "b", "c"])
    case = "three images" if isinstance(method, str) else "three images and a network"
    told = _call(my_report, method, images, case=case)
    if not isinstance(told, dict) or "method" not in told:
        raise Wrong(
            f'returns {_short(told)}; expected {{"method": .., "bicubic": ..}}.',
            "a dict with two entries, as the task says.",
        )
    return images, told


def _ssim_of_reports(images, method, data_range=255.0, kernel="bilinear", rounding=lambda x: x, over=np.mean) -> float:
    from skimage.metrics import structural_similarity

    values = []
    for true in images:
        restored = rounding(upscale(downscale(true, kernel=kernel), method).astype(np.float64) * 255)
        b = true.astype(np.float64)
        span = {"true": b.max() - b.min(), "restored": restored.max() - restored.min()}.get(data_range, data_range)
        values.append(structural_similarity(restored, b, data_range=span, channel_axis=-1))
    return float(over(values))


def _report_of_the_method(my_report) -> None:
    images, told = _report(my_report, "lanczos")
    got, right = _number(told["method"], "the method"), _ssim_of_reports(images, "lanczos")
    if _near(got, right, 2e-5):
        return _report_of_other_methods(my_report)
    suspects = {
        "the range is still 2. What is the largest value that these images can have, on the scale that you hand over?": {
            "data_range": 2.0
        },
        "images from 0 to 255, and a range of 1: the two must be on one scale.": {"data_range": 1.0},
        "images from 0 to 1, and a range of 255: the two must be on one scale.": {"data_range": 255.0**2},
        "the range is measured from the true image, so every image is judged on another scale; it is the range that images could have.": {
            "data_range": "true"
        },
        "the range is measured from the restored image, so every image is judged on another scale; it is the range that images could have.": {
            "data_range": "restored"
        },
        "a range of 256: the levels run from 0 to 255.": {"data_range": 256.0},
        "the restored image was rounded to 8 bits before it was measured; SSIM takes it as it is.": {
            "rounding": np.rint
        },
        "the restored image was cut down to whole levels before it was measured; SSIM takes it as it is.": {
            "rounding": np.floor
        },
        "the images were downscaled with another kernel than in the program above.": {"kernel": "bicubic"},
        "this is the middle one of the images' SSIMs; the mean is asked for.": {"over": np.median},
    }
    hint = _first_match(got, {h: _ssim_of_reports(images, "lanczos", **how) for h, how in suspects.items()}, 1e-5)
    raise Wrong(
        f"gives an SSIM of {got:.4f} for Lanczos upscaling of three images; expected {right:.4f}.",
        hint or "compare with srlib.ssim, image by image, and take the mean.",
    )


def _report_of_other_methods(my_report) -> None:
    from .._backend import keras

    for method, what, before, hint in (
        (
            "nearest",
            "nearest-neighbour upscaling",
            "Lanczos was",
            "is the method that comes in the one that is used?",
        ),
        (
            keras.Sequential([keras.layers.UpSampling2D(2)]),  # nearest again
            "a network",
            "interpolations were",
            "`method` is anything that srlib.upscale takes, not only the name of an interpolation.",
        ),
    ):
        images, told = _report(my_report, method)
        got, right = _number(told["method"], what), _ssim_of_reports(images, "nearest")
        if not _near(got, right, 2e-5):
            raise Wrong(
                f"gives an SSIM of {got:.4f} for {what}; expected {right:.4f}, though {before} right.",
                hint,
            )


def _report_of_the_baseline(my_report) -> None:
    images, told = _report(my_report, "lanczos")
    if "bicubic" not in told:
        raise Wrong(
            "reports the method alone.",
            "0.86: is that much? What would everybody have had for nothing, on the same images?",
        )
    got, right = _number(told["bicubic"], "the baseline"), _ssim_of_reports(images, "bicubic")
    if _near(got, right, 2e-5):
        return
    hints = {
        "this is the value of the method again; the baseline has to be upscaled by `bicubic`.": _ssim_of_reports(images, "lanczos"),
        "this is linear upscaling, a weaker competitor than the one asked for.": _ssim_of_reports(images, "bilinear"),
        "this is nearest-neighbour upscaling, a weaker competitor than the one asked for.": _ssim_of_reports(images, "nearest"),
        "the baseline starts from other small images than the method: the kernel belongs to the upscaling, not to the downscaling.": _ssim_of_reports(images, "bicubic", kernel="bicubic"),
        "the range of the baseline is still 2; both have to be measured alike.": _ssim_of_reports(images, "bicubic", 2.0),
    }  # fmt: skip
    hint = _first_match(got, hints, 1e-5)
    raise Wrong(
        f"gives {got:.4f} for the baseline; expected {right:.4f}.",
        hint or "the same small images, the same measure, another upscaling.",
    )
