"""Exercise 07b: a comparison in which every method gets the same LR images.

The check hands over methods that note what they are given. Two of the images are equal, so that a draw which all images
share is seen.
"""

import numpy as np

from ..degradation import Degradation, Downscale, Noise
from ..metrics import psnr
from ..resampling import downscale
from ._helpers import call, near, number, photograph, short
from .answer import Answer, Wrong, judge

_NAMES = ("one", "the same again")


def check_compare(my_compare) -> Answer:
    """Check exercise 07b: methods compared on the same LR images.

    Parameters
    ----------
    my_compare : callable
        (methods, HR images, degradation, seed) -> {name: mean PSNR}.

    Returns
    -------
    Answer

    Examples
    --------
    >>> import srlib
    >>> def compare(methods, images, degradation, seed):
    ...     table = srlib.evaluate(methods, images, degradation, seed=seed)
    ...     return {name: table.mean(name) for name in methods}
    >>> srlib.checks.check_compare(compare)
    ✓ my_compare is right: a score for every method, the same images for all, a draw for every image, the seed, the mean.
    """
    return judge(
        "my_compare",
        my_compare,
        {
            "a score for every method": _scores,
            "the same images for all": _same_for_all,
            "a draw for every image": _own_draws,
            "the seed": _seed,
            "the mean": _mean,
        },
    )


def _images() -> np.ndarray:
    bright, dark = (np.round(255 * photograph(24, 32, seed)).astype(np.uint8) for seed in (1, 2))
    return np.stack([bright, bright, dark // 4])  # the PSNR of the mean error is another than the mean


def _run(my_compare, seed: int = 0):
    """The scores, and what each method was given."""
    seen: dict[str, list] = {name: [] for name in _NAMES}

    def method(name):
        def nearest(lr):
            seen[name].append(np.array(lr)[0])
            return np.asarray(lr).repeat(2, 1).repeat(2, 2)

        return nearest

    degradation = Degradation((Downscale(2, "bicubic"), Noise(10, 40)))
    case = "three images and one method under two names"
    told = call(my_compare, {name: method(name) for name in _NAMES}, _images(), degradation, seed, case=case)
    if not isinstance(told, dict) or set(told) != set(_NAMES):
        raise Wrong(
            f"returns {short(told)} for {case}; expected a dict with a number for each name.",
            "return {name: mean PSNR}, with the names that `methods` has.",
        )
    return {name: number(told[name], f"the method {name!r}") for name in _NAMES}, seen


def _scores(my_compare) -> None:
    _, seen = _run(my_compare)
    counts = [len(seen[name]) for name in _NAMES]
    if counts != [3, 3]:
        raise Wrong(
            f"gives its methods {counts[0]} and {counts[1]} images to upscale; expected 3 for each.",
            "each method upscales the LR image of each HR image once.",
        )
    if all(near(lr, downscale(hr, 2, "bicubic"), 1e-3) for lr, hr in zip(seen[_NAMES[0]], _images())):
        raise Wrong(
            "hands clean images to its methods; expected degraded ones.", "`degradation` is more than the downscaling."
        )


def _same_for_all(my_compare) -> None:
    scores, seen = _run(my_compare)
    if not all(np.array_equal(a, b) for a, b in zip(*seen.values())):
        a, b = scores.values()
        raise Wrong(
            f"gives one method {a:.2f} and {b:.2f} dB, under two names.",
            "they were given different LR images: between which two loops does a draw belong, so that all methods share it?",
        )


def _own_draws(my_compare) -> None:
    _, seen = _run(my_compare)
    bright, again, _ = seen[_NAMES[0]]
    if np.array_equal(bright, again):
        raise Wrong(
            "makes the same LR image of two equal HR images.",
            "every image gets the same noise, of the same strength, so that one draw decides for all of them; how can each have its own?",
        )


def _seed(my_compare) -> None:
    (first, _), (again, _), (other, _) = (_run(my_compare, seed) for seed in (3, 3, 4))
    if first != again:
        raise Wrong("gives other scores in a second run with the same seed.", "something is drawn without the seed.")
    if first == other:
        raise Wrong("gives the same scores for every seed.", "where is `seed` used?")


def _mean(my_compare) -> None:
    scores, seen = _run(my_compare)
    made = [lr.repeat(2, 0).repeat(2, 1).clip(0, 1) for lr in seen[_NAMES[0]]]
    values = [psnr(sr, hr) for sr, hr in zip(made, _images())]
    got, right = scores[_NAMES[0]], float(np.mean(values))
    if near(got, right, 1e-3):
        return
    suspects = [
        ("this is the PSNR of the mean error; the mean of the images' PSNRs is asked for.", -10 * np.log10(np.mean(np.power(10, np.array(values) / -10)))),
        ("this is the middle one of the PSNRs; the mean is asked for.", np.median(values)),
        ("this is the sum of the PSNRs; the mean is asked for.", np.sum(values)),
        ("this is the PSNR of the last image alone.", values[-1]),
    ]  # fmt: skip
    raise Wrong(
        f"gives {got:.2f} dB; expected {right:.2f} dB.",
        next((hint for hint, value in suspects if near(got, value, 1e-3)), "compare the SR image with the HR image by srlib.psnr, and take the mean over the images."),
    )  # fmt: skip
