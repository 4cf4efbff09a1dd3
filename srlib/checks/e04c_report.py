"""Exercise 04c: a mean SSIM with the right range, beside a baseline.

None of the images spans the whole range, and a part of each is nearly flat, so that a wrong range is seen in the result.
"""

import numpy as np

from ..data.image_set import ImageSet
from ..extras import brought_by
from ..resampling import downscale
from ..upscaling import upscale
from ._helpers import call, first_match, near, number, photograph, short
from .answer import Answer, Wrong, judge


def check_report(my_report) -> Answer:
    """Check exercise 04c: a mean SSIM with the right range, and with a baseline.

    Parameters
    ----------
    my_report : callable
        (method, images) -> {"method": mean SSIM, "bicubic": mean SSIM}.

    Returns
    -------
    Answer

    Examples
    --------
    >>> import srlib
    >>> srlib.checks.check_report(lambda method, images: 0.86)
    ✗ my_report returns 0.86; expected {"method": .., "bicubic": ..}.
      Hint: a dict with two entries, as the task says.
    """
    return judge(
        "my_report",
        my_report,
        {
            "the SSIM of the method": _method,
            "the baseline": _baseline,
        },
    )


def _report(my_report, method):
    # none spans the whole range, so that a range taken from the image is seen
    some = np.stack([np.round(photograph(32, 24, seed) * 150 + 40).astype(np.uint8) for seed in (8, 9, 10)])
    some[:, 12:] = 100 + some[:, 12:] // 40  # a nearly flat part, where the constants of SSIM decide
    some[1, :12] //= 4  # of another contrast, so that the mean is not the median
    images = ImageSet(some, ["a", "b", "c"])
    case = "three images" if isinstance(method, str) else "three images and a network"
    told = call(my_report, method, images, case=case)
    if not isinstance(told, dict) or "method" not in told:
        raise Wrong(
            f'returns {short(told)}; expected {{"method": .., "bicubic": ..}}.',
            "a dict with two entries, as the task says.",
        )
    return images, told


def _expected(images, method, data_range=255.0, kernel="bilinear", rounding=lambda x: x, over=np.mean) -> float:
    """The SSIM of a method on images, and what becomes of it with each of the usual mistakes."""
    with brought_by("course", "scikit-image", "measuring SSIM"):
        from skimage.metrics import structural_similarity

    values = []
    for image in images:
        hr = image.astype(np.float64)
        sr = rounding(upscale(downscale(image, kernel=kernel), method).astype(np.float64) * 255)
        span = {"hr": np.ptp(hr), "sr": np.ptp(sr)}.get(data_range, data_range)
        values.append(structural_similarity(sr, hr, data_range=span, channel_axis=-1))
    return float(over(values))


def _method(my_report) -> None:
    images, told = _report(my_report, "lanczos")
    got, right = number(told["method"], "the method"), _expected(images, "lanczos")
    if near(got, right, 2e-5):
        return _other_methods(my_report)
    own_scale = "so every image is judged on another scale; it is the range that images could have."
    rounded = "before it was measured; SSIM takes it as it is."
    mistakes = [
        ("the range is still 2. What is the largest value that these images can have, on the scale that you hand over?", {"data_range": 2.0}),
        ("images from 0 to 255, and a range of 1: the two must be on one scale.", {"data_range": 1.0}),
        ("images from 0 to 1, and a range of 255: the two must be on one scale.", {"data_range": 255.0**2}),
        (f"the range is measured from the HR image, {own_scale}", {"data_range": "hr"}),
        (f"the range is measured from the SR image, {own_scale}", {"data_range": "sr"}),
        ("a range of 256: the levels run from 0 to 255.", {"data_range": 256.0}),
        (f"the SR image was rounded to 8 bits {rounded}", {"rounding": np.rint}),
        (f"the SR image was cut down to whole levels {rounded}", {"rounding": np.floor}),
        ("the images were downscaled with another kernel than in the program above.", {"kernel": "bicubic"}),
        ("this is the middle one of the images' SSIMs; the mean is asked for.", {"over": np.median}),
    ]  # fmt: skip
    hint = first_match(got, ((hint, _expected(images, "lanczos", **how)) for hint, how in mistakes), 1e-5)
    raise Wrong(
        f"gives an SSIM of {got:.4f} for Lanczos upscaling of three images; expected {right:.4f}.",
        hint or "compare with srlib.ssim, image by image, and take the mean.",
    )


def _other_methods(my_report) -> None:
    from ..backend import keras

    network = keras.Sequential([keras.layers.UpSampling2D(2)])  # nearest again
    anything = "`method` is anything that srlib.upscale takes, not only the name of an interpolation."
    for method, what, before, hint in (
        ("nearest", "nearest-neighbour upscaling", "Lanczos was", "is the method that comes in the one that is used?"),
        (network, "a network", "interpolations were", anything),
    ):
        images, told = _report(my_report, method)
        got, right = number(told["method"], what), _expected(images, "nearest")
        if not near(got, right, 2e-5):
            raise Wrong(
                f"gives an SSIM of {got:.4f} for {what}; expected {right:.4f}, though {before} right.",
                hint,
            )


def _baseline(my_report) -> None:
    images, told = _report(my_report, "lanczos")
    if "bicubic" not in told:
        raise Wrong(
            "reports the method alone.",
            "0.86: is that much? What would everybody have had for nothing, on the same images?",
        )
    got, right = number(told["bicubic"], "the baseline"), _expected(images, "bicubic")
    if near(got, right, 2e-5):
        return
    suspects = [
        ("this is the value of the method again; the baseline has to be upscaled by `bicubic`.", _expected(images, "lanczos")),
        ("this is linear upscaling, a weaker competitor than the one asked for.", _expected(images, "bilinear")),
        ("this is nearest-neighbour upscaling, a weaker competitor than the one asked for.", _expected(images, "nearest")),
        ("the baseline starts from other LR images than the method: the kernel belongs to the upscaling, not to the downscaling.", _expected(images, "bicubic", kernel="bicubic")),
        ("the range of the baseline is still 2; both have to be measured alike.", _expected(images, "bicubic", 2.0)),
    ]  # fmt: skip
    raise Wrong(
        f"gives {got:.4f} for the baseline; expected {right:.4f}.",
        first_match(got, suspects, 1e-5) or "the same LR images, the same measure, another upscaling.",
    )
