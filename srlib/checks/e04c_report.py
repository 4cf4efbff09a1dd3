"""Exercise 04c: a mean SSIM with the right range, beside a baseline.

None of the images spans the whole range, and a part of each is nearly flat, so that a wrong range is seen in the result.
"""

import numpy as np

from ..data import load_images
from ..data.image_set import ImageSet
from ..extras import brought_by
from ..resampling import downscale
from ..upscaling import upscale
from ._helpers import BY_HAND, BY_REFERENCE, call, compare_number, keeps_nothing, near, number, short
from ._inputs import photograph
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
    ✗ my_report returns 0.86 for 4 images and the method 'lanczos'; expected {"method": .., "bicubic": ..}.
      Hint: a dict with two entries, as the task says, whatever the method is.
    """
    return judge(
        "my_report",
        my_report,
        {
            "the SSIM of the method": (_method, _without_memory),
            "the baseline": _baseline,
        },
    )


def _without_memory(my_report) -> None:
    keeps_nothing(my_report, lambda: ("lanczos", _images()), lambda: ("nearest", _images(3)), "four images")


TOLERANCE = 3e-4  # takes four decimals, as tables print them


def _images(count: int = 4) -> ImageSet:
    # none spans the whole range, so that a range taken from the image is seen
    some = np.stack([np.round(photograph(32, 24, seed) * 150 + 40).astype(np.uint8) for seed in range(8, 8 + count)])
    grain = np.random.default_rng(3).normal(100, 8, some[:, 6:].shape)
    grain *= np.resize([0.7, 0.5, 1.1, 0.9], count)[
        :, None, None, None
    ]  # of another contrast in each; the last is neither best, worst nor in the middle
    some[:, 6:] = np.round(grain)  # a part with little contrast, where the constants of SSIM decide
    some[..., 2] = 30 + some[..., 2] // 2  # a colour of its own contrast
    return ImageSet(some, [f"image {i}" for i in range(count)])


def _report(my_report, method, images=None):
    """The images, and the learner's two numbers."""
    images = _images() if images is None else images
    before = [np.array(image) for image in images]
    case = f"{len(images)} image{'' if len(images) == 1 else 's'} and {f'the method {method!r}' if isinstance(method, str) else 'a network'}"
    one = f"{BY_HAND} (structural_similarity compares one pair of images at a time, and channel_axis tells it where the colours are; `method` is anything that srlib.upscale takes.)"
    told = call(my_report, method, images, case=case, hint=one)
    if not all(map(np.array_equal, before, images)):
        raise Wrong(
            "changes the images that it is given.",
            BY_REFERENCE,
        )
    if not isinstance(told, dict) or "method" not in told:
        seen = f"a dict of {', '.join(map(repr, told))}" if isinstance(told, dict) and told else short(told)
        raise Wrong(
            f'returns {seen} for {case}; expected {{"method": .., "bicubic": ..}}.',
            "a dict with two entries, as the task says, whatever the method is.",
        )
    return images, told


def _expected(
    images, method, data_range=255.0, kernel="bilinear", rounding=lambda x: x, over=np.mean, grey=(), **more
) -> float:
    """The SSIM of a method on images, and what becomes of it with each of the usual mistakes."""
    with brought_by("course", "scikit-image", "measuring SSIM"):
        from skimage.metrics import structural_similarity

    values = []
    for image in images:
        hr = image.astype(np.float64)
        sr = rounding(upscale(downscale(image, kernel=kernel), method).astype(np.float64) * 255)
        span = {"hr": np.ptp(hr), "sr": np.ptp(sr), "top": hr.max()}.get(data_range, data_range)
        if grey:
            hr, sr = hr @ np.array(grey), sr @ np.array(grey)
        values.append(structural_similarity(sr, hr, data_range=span, channel_axis=None if grey else -1, **more))
    return float(over(values))


_OWN_SCALE = "so what is measured depends on what the images show; it should be the range that images could have."
_ROUNDED = "before it was measured; SSIM takes it as it is."
_WINDOW = "SSIM was given a window other than scikit-image's default."
_MISTAKES = [
    ("the range is still 2. What is the largest value that these images can have, on the scale that you hand over?", {"data_range": 2.0}),
    ("images from 0 to 255, and a range of 1: the two must be on one scale.", {"data_range": 1.0}),
    ("images from 0 to 1, and a range of 2, as for images from -1 to 1: what is the largest possible value minus the smallest?", {"data_range": 510.0}),
    ("images from 0 to 1, and a range of 255: the two must be on one scale.", {"data_range": 255.0**2}),
    (f"the range is measured from the HR image, {_OWN_SCALE}", {"data_range": "hr"}),
    (f"the range is the largest value of the HR image, {_OWN_SCALE}", {"data_range": "top"}),
    (f"the range is measured from the SR image, {_OWN_SCALE}", {"data_range": "sr"}),
    ("a range of 256: the levels run from 0 to 255.", {"data_range": 256.0}),
    (f"the SR image was rounded to 8 bits {_ROUNDED}", {"rounding": np.rint}),
    (f"the SR image was cut down to whole levels {_ROUNDED}", {"rounding": np.floor}),
    ("the images were downscaled with another kernel than in the program above.", {"kernel": "bicubic"}),
    ("the images were downscaled with another kernel than in the program above.", {"kernel": "area"}),
    ("this is the middle one of the images' SSIMs; the mean is asked for.", {"over": np.median}),
    ("this is the SSIM of the last image alone; the mean over all is asked for. Where does your loop end?", {"over": lambda values: values[-1]}),
    ("this is the SSIM of the first image alone; does your function return inside its loop?", {"over": lambda values: values[0]}),
    ("this is the sum of the images' SSIMs; the mean is asked for.", {"over": np.sum}),
    ("this is the highest of the images' SSIMs; the mean is asked for.", {"over": np.max}),
    ("this is the lowest of the images' SSIMs; the mean is asked for.", {"over": np.min}),
    ("this is the SSIM of the grey images; all three colours are asked for.", {"grey": (1 / 3, 1 / 3, 1 / 3)}),
    ("this is the SSIM of one colour; all three are asked for.", {"grey": (1, 0, 0)}),
    ("this is the SSIM of one colour; all three are asked for.", {"grey": (0, 1, 0)}),
    ("this is the SSIM of one colour; all three are asked for.", {"grey": (0, 0, 1)}),
    ("this is the SSIM of the luma; all three colours are asked for.", {"grey": (0.299, 0.587, 0.114)}),
    ("this is 100 times the SSIM; 1 is an equal image.", {"over": lambda values: 100 * np.mean(values)}),
    ("this is 1 less the SSIM; 1 is an equal image.", {"over": lambda values: 1 - np.mean(values)}),
    (_WINDOW, {"gaussian_weights": True}),
    (_WINDOW, {"gaussian_weights": True, "sigma": 1.5, "use_sample_covariance": False}),
    (_WINDOW, {"win_size": 11}),
    (_WINDOW, {"win_size": 3}),
    (_WINDOW, {"win_size": 5}),
]  # fmt: skip


def _compare(got: float, right: float, case: str, suspects, otherwise: str) -> str | None:
    return compare_number(got, right, case, suspects, otherwise, tolerance=TOLERANCE, exact=1e-4)


def _method(my_report) -> str | None:
    images, told = _report(my_report, "lanczos")
    got, right = number(told["method"], "the method"), _expected(images, "lanczos")
    if near(got, right, TOLERANCE):
        return _compare(got, right, "Lanczos", (), "") or _other_methods(my_report)
    suspects = [(hint, _expected(images, "lanczos", **how)) for hint, how in _MISTAKES]
    bicubic = _expected(images, "bicubic")
    turned = "bicubic" in told and near(number(told["bicubic"], "the baseline"), right, TOLERANCE)
    suspects.append(
        (
            "exactly 1: either an image is compared with itself, or nothing is compared at all. Are all images used, and each SR image compared with its HR image?",
            1.0,
        )
    )
    suspects.append(
        ("the two entries have changed places." if turned else "this is the value of bicubic upscaling.", bicubic)
    )
    own = "this is the mean SSIM of the sample's validation photographs: are the images that come in the ones that are used?"
    suspects.append((own, _expected(load_images("sample", split="validation").images, "lanczos")))
    otherwise = "for each image in `images`, print the SSIM over all three colours, and compare it with what srlib.ssim gives; then look at the mean."
    if got > 1 + 1e-6:
        otherwise = "an SSIM is 1 at most; what is measured here?"
    return _compare(got, right, "the mean SSIM of Lanczos upscaling of four images", suspects, otherwise)


def _other_methods(my_report) -> str | None:
    from ..backend import keras

    network = keras.Sequential([keras.layers.UpSampling2D(2)])  # nearest again
    anything = "`method` is anything that srlib.upscale takes, not only the name of an interpolation."
    remark = None
    for method, what, count, hint in (
        ("nearest", "nearest-neighbour upscaling, although it was right for Lanczos", 4, "does the function use the method that it is given, and nothing of an earlier call?"),
        (network, "a network", 4, anything),
        ("lanczos", "Lanczos upscaling of a single image", 1, "how many images there are may not be written into your program."),
        ("lanczos", "Lanczos upscaling of six images", 6, "how many images there are may not be written into your program."),
    ):  # fmt: skip
        images, told = _report(my_report, method, _images(count))
        right = _expected(images, method if isinstance(method, str) else "nearest")
        remark = _compare(number(told["method"], what), right, f"the SSIM of {what}", (), hint) or remark
    images, told = _report(my_report, "lanczos", _of_several_sizes())
    hint = "each photograph counts once, whatever its size, and is used whole; and a dark one is judged on the scale of its type, as the others are."
    right = _expected(images, "lanczos")
    return _compare(number(told["method"], "several sizes"), right, "photographs of several sizes, one of them nearly black, with only zeros and ones in it", (), hint) or remark  # fmt: skip


def _of_several_sizes() -> ImageSet:
    photographs = [np.round(255 * photograph(*size, 3)).astype(np.uint8) for size in ((32, 24), (20, 300), (270, 16))]
    for image in photographs:  # the end of each is harder, so that it is missed where it is cut off
        h, w, _ = image.shape
        for end in (image[h - h // 5 :], image[:, w - w // 5 :]):
            end[:] = np.random.default_rng(1).integers(90, 120, end.shape)
    dark = np.random.default_rng(2).integers(0, 2, (24, 40, 3)).astype(np.uint8)
    return ImageSet([*photographs, dark], ["upright", "wide", "tall", "dark"])


def _baseline(my_report) -> str | None:
    images, told = _report(my_report, "lanczos")
    if "bicubic" not in told:
        others = [name for name in told if name != "method"]
        raise Wrong(
            f"reports {', '.join(map(repr, others))} beside the method; expected 'bicubic'."
            if others
            else "reports the method alone.",
            "the task says what its entries are called."
            if others
            else "0.86: is that a lot? What would anybody get for nothing, on the same images?",
        )
    got, right = number(told["bicubic"], "the baseline"), _expected(images, "bicubic")
    if not near(got, right, TOLERANCE):
        suspects = [
            ("this is the mean over the values of both, the method and the baseline: is your list empty when the baseline begins?", (right + _expected(images, "lanczos")) / 2),
            ("this is the value of the method again; the baseline has to be upscaled by `bicubic`.", _expected(images, "lanczos")),
            ("this is bilinear upscaling, a weaker competitor than the one asked for.", _expected(images, "bilinear")),
            ("this is nearest-neighbour upscaling, a weaker competitor than the one asked for.", _expected(images, "nearest")),
            ("the baseline starts from other LR images than the method: bicubic is for the upscaling alone.", _expected(images, "bicubic", kernel="bicubic")),
            ("the range of the baseline is still 2; both have to be measured alike.", _expected(images, "bicubic", 2.0)),
            *((f"the baseline is not measured as the method is: {hint}", _expected(images, "bicubic", **how)) for hint, how in _MISTAKES),
        ]  # fmt: skip
        return _compare(
            got,
            right,
            "the baseline",
            suspects,
            "the baseline needs the same LR images and the same measure; only the upscaling differs. A list of its values must be empty when it begins.",
        )
    remark = _compare(got, right, "the baseline", (), "")
    images, told = _report(my_report, "bicubic", _images(2))
    a, b = (number(told[name], f"the {name}") for name in ("method", "bicubic"))
    if not near(a, b, TOLERANCE):
        raise Wrong(
            f"gives {a:.4f} and {b:.4f} where bicubic upscaling is the method.",
            "the two must be the same then: the same LR images, the same measure.",
        )
    return remark
