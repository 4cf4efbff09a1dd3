"""Exercise 07a: draw a degradation, step by step in the order in which things happen.

The draws come from the generator that is handed over, in the order of the task. So one image is right for each state of the
generator, and each mistake gives an image of its own.
"""

import io
import itertools

import numpy as np

from ..extras import brought_by
from ..resampling import downscale
from ._helpers import BY_HAND, array, call, keeps_nothing, near, off_by
from ._inputs import drawn, fresh, photograph
from .answer import Answer, Wrong, judge


def check_degrade(my_degrade) -> Answer:
    """Check exercise 07a: a degradation that is drawn anew for every image.

    Parameters
    ----------
    my_degrade : callable
        (HR image, random generator) -> LR image, ``uint8``.

    Returns
    -------
    Answer

    Examples
    --------
    >>> import srlib
    >>> srlib.checks.check_degrade(lambda hr, rng: hr)
    ✗ my_degrade gives an array of shape (48, 64, 3) for an image of 48x64; expected (24, 32, 3).
      Hint: the image is as large as before: which step makes it smaller?
    """
    return judge(
        "my_degrade",
        my_degrade,
        {
            "size and type": _size,
            "the same image from the same state": (_generator, _without_memory),
            "the order of the steps": _order,
            "black and white": (_extremes, _any_image),
        },
    )


def _hr(seed: int = 0) -> np.ndarray:
    return 0.3 + 0.4 * photograph(48, 64, seed)  # far from black and white


def _made(my_degrade, hr, seed: int, case: str) -> np.ndarray:
    h, w, _ = hr.shape
    hints = {
        hr.shape: "the image is as large as before: which step makes it smaller?",
        (h // 4, w // 4, 3): "the image is made smaller twice.",
        (h // 2, w // 2): "the colours are lost on the way.",
    }
    result = call(
        my_degrade,
        hr,
        np.random.default_rng(seed),
        case=case,
        hint=f"{BY_HAND} (Pillow wants a plain int for the quality.)",
    )
    array(result, (h // 2, w // 2, 3), case, hints)
    return np.asarray(result)


def _size(my_degrade) -> None:
    made = _made(my_degrade, _hr(), 0, "an image of 48x64")
    if made.dtype != np.uint8:
        raise Wrong(
            f"gives an array of {made.dtype}; expected uint8.",
            "a file holds whole levels from 0 to 255; return what as_jpeg gives.",
        )


def _generator(my_degrade) -> None:
    hr, case = _hr(), "an image of 48x64"
    first, again, other = (_made(my_degrade, hr, seed, case) for seed in (1, 1, 2))
    if not np.array_equal(first, again):
        raise Wrong(
            "gives two different images for two generators in the same state.",
            "something is drawn elsewhere: every draw belongs to `rng`, or nobody can repeat it.",
        )
    if np.array_equal(first, other):
        raise Wrong(
            "gives the same image for generators in different states.",
            "where is `rng` used? A generator that you make inside, with a seed, draws the same for every image.",
        )


def _without_memory(my_degrade) -> None:
    first, second = (lambda: (_hr(1), np.random.default_rng(0))), (lambda: (_hr(2), np.random.default_rng(3)))
    keeps_nothing(my_degrade, first, second, "an image of 48x64")


def _order(my_degrade) -> None:
    for seed in range(5):
        case = f"np.random.default_rng({seed})"
        _compare(my_degrade, _hr(seed), seed, case, _MISTAKES)


def _extremes(my_degrade) -> None:
    hr = _hr(3)
    hr[:, :20], hr[:, 40:] = 0, 1
    _compare(my_degrade, hr, 7, "an image with black and white parts", _AT_THE_ENDS + _MISTAKES)


def _any_image(my_degrade) -> None:
    rng = fresh()
    for hr, words in drawn(rng, lambda: 2 * rng.integers(8, 20, 2)):
        seed = int(rng.integers(2**31))
        _compare(my_degrade, hr, seed, f"{words} and np.random.default_rng({seed})", _AT_THE_ENDS + _MISTAKES)


def _compare(my_degrade, hr, seed, case, mistakes) -> None:
    made, right = _made(my_degrade, hr, seed, case), _degraded(hr, seed)
    if made.dtype != np.uint8:
        raise Wrong(f"gives an array of {made.dtype} for {case}; expected uint8.", "return what as_jpeg gives.")
    if _alike(made, right):
        return
    hint = next(
        (hint for hint, how in mistakes if _alike(made, _degraded(hr, seed, **how)) and _explains(my_degrade, how)),
        None,
    )
    raise Wrong(
        off_by(made.astype(float), right.astype(float), case, digits=0, unit=" levels of 255"),
        hint
        or "print each draw, and what each step gives, and compare them with the task line by line: the ranges, the order of the draws, the order of the steps, and what each step is given.",
    )


def _explains(my_degrade, how: dict) -> bool:
    """Whether a mistake explains what is made of other images, too."""
    seeds = range(10, 15)
    return all(
        _alike(_made(my_degrade, _hr(seed), seed, "an image"), _degraded(_hr(seed), seed, **how)) for seed in seeds
    )


def _alike(a, b) -> bool:  # a last digit may round the other way, which JPEG then spreads
    return near(np.abs(a.astype(float) - b).mean(), 0, 0.1)


_RIGHT = ("blur", "downscaling", "noise", "JPEG")
_WHY = {
    ("blur", "downscaling"): "a lens is in front of the sensor, and blurs before there are pixels",
    ("downscaling", "noise"): "a sensor adds its noise to the pixels that it has, and a downscaling after it averages most of it away",
    ("blur", "noise"): "a lens is in front of the sensor, and cannot blur the noise that arises in it",
    ("noise", "JPEG"): "the file is written last, noise and all",
    ("downscaling", "JPEG"): "the file is written last, of the pixels that the sensor has",
    ("blur", "JPEG"): "the file is written last, long after the lens",
}  # fmt: skip


def _misordered() -> list:
    """A hint for each wrong order of the steps, with the order."""
    orders = [order for order in itertools.permutations(_RIGHT) if order != _RIGHT]
    reasons = [next(why for (a, b), why in _WHY.items() if order.index(a) > order.index(b)) for order in orders]
    return [(f"your steps are {', '.join(order)}, in this order: {why}.", {"order": order}) for order, why in zip(orders, reasons)]  # fmt: skip


_MISTAKES = [
    *_misordered(),
    ("the blur runs across the colours, too: (H, W, 3) has three axes, and a filter that is told one width smooths along all of them.", {"blur": "colours"}),
    ("the blur is missing.", {"blur": "none"}),
    ("the noise is as strong in the dark as in the light; it should grow with the square root of the value.", {"noise": "even"}),
    ("the noise grows with the value itself, not with its square root.", {"noise": "in proportion"}),
    ("the noise is the same in all three colours: which shape does it need?", {"noise": "grey"}),
    ("the noise is missing.", {"noise": "none"}),
    ("`levels` are levels of 255, and the image runs from 0 to 1: the noise is far too strong.", {"noise": "loud"}),
    ("the JPEG is missing.", {"quality": "none"}),
    ("the noise has a type of its own: rng.standard_normal(.., dtype=float32) draws other numbers than the standard normal numbers of double precision.", {"noise": "single"}),
    ("the noise was drawn before sigma, levels and quality: draw in the order of the task.", {"draws": "noise first"}),
    ("quality was drawn before levels: draw in the order of the task.", {"draws": "quality second"}),
    ("levels was drawn before sigma: draw in the order of the task.", {"draws": "levels first"}),
    ("the noise was drawn for the HR image, and taken from it at every second pixel.", {"noise": "of HR"}),
    ("the image is downscaled by linear interpolation, the default kernel of srlib.downscale, or by the mean of each block, which is the same thing at a factor of 2; bicubic is asked for.", {"kernel": "bilinear"}),
    ("sigma is the standard deviation of the blur, not its square.", {"blur": "squared"}),
    ("`levels` is divided by 256; the largest level is 255.", {"noise": "of 256"}),
    ("the quality was drawn, and the file is written with another.", {"quality": 75}),
    ("the quality is never 75: `rng.integers` leaves out its upper end.", {"quality": "below"}),
    ("fractions of a level are cut off, so that the image becomes darker; round them.", {"whole": np.floor}),
]  # fmt: skip
_AT_THE_ENDS = [
    ("noise pushes values below 0 and above 1, and 8-bit numbers start again at the other end: black turns white. What must come before the conversion?", {"clip": False}),
]  # fmt: skip


def _drawn(rng, shape, draws: str, quality) -> tuple:
    """Sigma, levels and quality, drawn in the order of the task or in another; and the noise, if it was drawn first."""
    early = rng.normal(0, 1, shape) if draws == "noise first" else None
    ways = {"sigma": lambda: rng.uniform(0.2, 1.5), "levels": lambda: rng.uniform(2, 10), "quality": lambda: int(rng.integers(40, 75 if quality == "below" else 76))}  # fmt: skip
    order = {"quality second": ("sigma", "quality", "levels"), "levels first": ("levels", "sigma", "quality")}
    told = {name: ways[name]() for name in order.get(draws, tuple(ways))}
    return told["sigma"], told["levels"], told["quality"], early


def _degraded(
    hr, seed, *, order=_RIGHT, blur="", noise="", quality=None, whole=np.rint, clip=True, draws="", kernel="bicubic"
) -> np.ndarray:
    """The right LR image, and what becomes of it with each of the usual mistakes."""
    rng = np.random.default_rng(seed)
    sigma, levels, drawn_quality, early = _drawn(rng, (hr.shape[0] // 2, hr.shape[1] // 2, 3), draws, quality)
    to_levels = lambda x: whole(255 * (np.clip(x, 0, 1) if clip else x)).astype(np.int64).astype(np.uint8)
    sigma = sigma**2 if blur == "squared" else sigma
    quality = drawn_quality if quality in (None, "below") else quality
    steps = {
        "blur": lambda x: _blurred(x, sigma, colours=blur == "colours"),
        "downscaling": lambda x: downscale(np.clip(x, 0, 1).astype(np.float32), 2, kernel),
        "noise": lambda x: _noisy(x, levels, rng, noise, early),
        "JPEG": lambda x: _as_jpeg(to_levels(x), quality) / 255,
    }
    left_out = {"blur": blur == "none", "noise": noise == "none", "JPEG": quality == "none"}
    image = hr
    for step in order:
        image = image if left_out.get(step) else steps[step](image)
    return np.rint(255 * image).astype(np.uint8) if order[-1] == "JPEG" and quality != "none" else to_levels(image)


def _blurred(image, sigma, colours=False):
    with brought_by("course", "SciPy", "this check"):
        from scipy.ndimage import gaussian_filter

    return gaussian_filter(image, sigma if colours else (sigma, sigma, 0))


def _noisy(image, levels, rng, kind="", noise=None):
    shape = {"grey": (*image.shape[:2], 1), "of HR": (2 * image.shape[0], 2 * image.shape[1], 3)}.get(kind, image.shape)
    if noise is None:
        noise = rng.standard_normal(shape, dtype=np.float32 if kind == "single" else np.float64)
    noise = noise[::2, ::2] if kind == "of HR" else noise
    strength = {"even": 1, "in proportion": image}.get(kind, np.sqrt(image))
    return image + noise * strength * levels / {"loud": 1, "of 256": 256}.get(kind, 255)


def _as_jpeg(image, quality) -> np.ndarray:
    from PIL import Image

    file = io.BytesIO()
    Image.fromarray(image).save(file, "JPEG", quality=quality)
    return np.asarray(Image.open(file))
