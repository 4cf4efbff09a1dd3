"""Exercise 07b: a comparison in which every method gets the same LR images.

The check hands over methods that note what they are given. Two of the images are equal, so that a draw which all images
share is seen.
"""

import numpy as np

from ..data.image_set import ImageSet
from ..degradation import Degradation, Downscale, Noise
from ..metrics import psnr
from ..resampling import downscale
from ._helpers import call, compare_number, counted, keeps_nothing, near, number, short
from ._inputs import photograph
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
    ✓ my_compare is right: a score for every method, the same images for all, a draw for every image, the mean, the seed.
    """
    return judge(
        "my_compare",
        my_compare,
        {
            "a score for every method": (_scores, _without_memory),
            "the same images for all": _same_for_all,
            "a draw for every image": _own_draws,
            "the mean": _mean,
            "the seed": (_seed, _company, _one_method_twice, _degradation),
        },
    )


def _images() -> ImageSet:
    """Two equal images, and two others; no image is the middle one, and the mean error has a PSNR of its own."""
    bright, middle, dark = (np.round(255 * photograph(24, 32, seed)).astype(np.uint8) for seed in (1, 2, 3))
    return ImageSet(np.stack([dark // 4, bright, bright, middle // 2]), ["dark", "bright", "bright again", "middle"])


def _method(seen: list, enlarged):
    """A method that notes the LR images that it is given."""

    def method(lr):
        seen.extend(np.array(lr) if np.ndim(lr) == 4 else [np.array(lr)])
        return enlarged(np.asarray(lr))

    return method


def _nearest(lr):
    return lr.repeat(2, -3).repeat(2, -2)


_NOISY = Degradation((Downscale(2, "bicubic"), Noise(10, 40)))
_CASE = "four images and one method under two names"


def _run(my_compare, seed: int = 0, ways=(_nearest, _nearest), degradation=_NOISY, case: str = _CASE, images=None):
    """The scores, and what each method was given."""
    names, images = _NAMES[: len(ways)], _images() if images is None else images
    seen: dict[str, list] = {name: [] for name in names}
    methods = {name: _method(seen[name], way) for name, way in zip(names, ways)}
    told = call(my_compare, methods, images, degradation, seed, case=case)
    if not isinstance(told, dict) or set(told) != set(names):
        keys = short(told)
        if isinstance(told, dict) and told:
            keys = f"a dict with {counted(len(told), 'key')}, {', '.join(map(short, told))},"
        raise Wrong(
            f"returns {keys} for {case}; expected a dict with a number for each name.",
            "return {name: mean PSNR}, with the names that `methods` has.",
        )
    scores = {name: number(told[name], f"the method {name!r}") for name in names}
    counts = [len(given) for given in seen.values()]
    if min(counts) < len(images) or len(set(counts)) > 1:
        raise Wrong(
            f"gives its methods {' and '.join(map(str, counts))} images to upscale, for {case}; expected {len(images)} for each.",
            "is what you loop over used up after the first method? A zip, a map and a generator can be gone through once."
            if counts[0] == len(images) and not counts[-1]
            else "each method of `methods` upscales the LR image of each HR image once, in every call.",
        )
    sides = images[0].shape[0] // 2, images[0].shape[1] // 2, 3
    for lr in (lr for given in seen.values() for lr in given):
        if lr.shape != sides:
            raise Wrong(
                f"gives a method an image of shape {lr.shape} to upscale, for {case}; expected {sides}.",
                "each method upscales the LR images that `degradation` makes of `images`, of those that are handed over and no others.",
            )
    return scores, seen


def _scores(my_compare) -> None:
    _, seen = _run(my_compare)
    if all(near(lr, downscale(hr, 2, "bicubic"), 1e-3) for lr, hr in zip(seen[_NAMES[0]], _images())):
        raise Wrong(
            "hands clean images to its methods; expected degraded ones.", "`degradation` is more than the downscaling."
        )


_SEEDED = "the same call should give the same scores: does every draw come of `seed`, and is nothing kept from one call to the next?"


def _without_memory(my_compare) -> None:
    ways = dict.fromkeys(_NAMES, "nearest")
    first, second = (lambda: (ways, _images(), _NOISY, 1)), (lambda: (ways, _images()[::-1], _NOISY, 2))
    keeps_nothing(my_compare, first, second, "four images and a method", _SEEDED)
    light = ImageSet(200 + _images().images // 6, ["a", "b", "c", "d"])
    _, seen = _run(my_compare, images=light, case="four light images")
    if min(lr.mean() for lr in seen[_NAMES[0]]) < 0.6:
        raise Wrong(
            "upscales LR images of an earlier call when it is called with other images.",
            "something is kept from one call to the next: which names of your program outlive a call?",
        )


def _same_for_all(my_compare) -> None:
    scores, seen = _run(my_compare)
    if not all(np.array_equal(a, b) for a, b in zip(*seen.values())):
        a, b = scores.values()
        raise Wrong(
            f"gives {a:.2f} and {b:.2f} dB to two methods that do the same.",
            "they were given different LR images: in which of the loops does a draw belong, so that all methods share it?",
        )


def _of(lr: np.ndarray, images) -> int:
    """Which of some images an LR image was made from: the one that it is most like."""
    return int(np.argmin([np.square(_nearest(lr) - hr / 255).mean() for hr in images]))


def _own_draws(my_compare) -> None:
    _, seen = _run(my_compare)
    images = _images()
    equal = [lr for lr in seen[_NAMES[0]] if _of(lr, images) == 1]  # the two that are bright
    many = ImageSet(np.stack(24 * [images[1][:8, :8]]), [f"{i}" for i in range(24)])
    if len(equal) == 2 and not np.array_equal(*equal):
        _, seen = _run(my_compare, 1, (_nearest,), images=many, case="24 equal images")
        equal = seen[_NAMES[0]]
        if len({lr.tobytes() for lr in equal}) == len(equal):
            return
    if len({lr.tobytes() for lr in seen[_NAMES[0]]}) == 1:
        raise Wrong(
            "upscales one and the same LR image for all HR images.",
            "every HR image has an LR image of its own: which one does your loop take?",
        )
    raise Wrong(
        f"upscales the same LR image for {'two' if len(equal) < 3 else 'some of 24'} equal HR images, with the seed {0 if len(equal) < 3 else 1}.",
        "either two images share a draw, or none is made: is `degradation` called for every image, and with a seed that no other image has? Or is the LR image of one used for the other?"
        if len(equal) < 3
        else "some of their seeds are the same: of how many numbers can a seed be, and what does it depend on?",
    )


def _mean(my_compare) -> str | None:
    grey = lambda lr: np.full_like(_nearest(lr), 0.5)
    case, images = "four images and two methods", _images()
    remark = None
    for ways in ((_nearest, grey), (grey, _nearest)):
        scores, seen = _run(my_compare, 0, ways, case=case)
        every, crossed = {}, {}
        for name, way in zip(_NAMES, ways):
            made = [way(lr).clip(0, 1) for lr in seen[name]]
            every[name] = [psnr(sr, images[_of(lr, images)]) for sr, lr in zip(made, seen[name])]
            crossed[name] = float(np.mean([psnr(sr, images[i % len(images)]) for i, sr in enumerate(made)]))
        for name, way in zip(_NAMES, ways):
            told = f"the mean PSNR of {'nearest-neighbour upscaling' if way is _nearest else 'a method that returns a grey image'}, one of two methods"
            suspects = _suspects(every[name], [v for values in every.values() for v in values], every[_NAMES[0]])
            suspects.append(
                (
                    "the SR image of one photograph is compared with another photograph: do LR and HR images stand in one order?",
                    crossed[name],
                )
            )
            otherwise = "compare the SR image with the HR image by srlib.psnr, and take the mean over the images."
            options = {"tolerance": 0.01, "exact": 1e-3, "digits": 2, "unit": " dB"}
            right = float(np.mean(every[name]))
            remark = compare_number(scores[name], right, told, suspects, otherwise, **options) or remark
    return remark


def _suspects(values: list[float], gathered: list[float], first: list[float]) -> list:
    return [
        ("this is the PSNR of the first image alone.", values[0]),
        ("this is the PSNR of the last image alone.", values[-1]),
        ("this is the PSNR of the mean error; the mean of the images' PSNRs is asked for.", -10 * np.log10(np.mean(np.power(10, np.array(values) / -10)))),
        ("this is the median of the PSNRs; the mean is asked for.", np.median(values)),
        ("this is the sum of the PSNRs; the mean is asked for.", np.sum(values)),
        ("this is the best of the PSNRs; the mean is asked for.", max(values)),
        ("this is the worst of the PSNRs; the mean is asked for.", min(values)),
        ("the values of both methods are gathered in one list: begin a new one for each method.", np.mean(gathered)),
        ("this is the difference from the first method; its own PSNR is asked for.", np.mean(values) - np.mean(first)),
    ]  # fmt: skip


def _seed(my_compare) -> None:
    seeds = (3, 3, 4, 2, 0, 13, 1003, 2**31 + 3)
    first, again, *others = (tuple(_run(my_compare, seed)[0].values()) for seed in seeds)
    if first != again:
        raise Wrong("gives other scores in a second run with the same seed.", "something is drawn without the seed.")
    known = {first: 3}
    for scores, seed in zip(others, seeds[2:]):
        if scores in known:
            raise Wrong(
                f"gives the same scores for the seeds {known[scores]} and {seed}.",
                "where is `seed` used?"
                if seed == 4
                else "what becomes of `seed` on its way to the draws, and how many different draws can come of it? Two seeds should hardly ever give the same.",
            )
        known[scores] = seed


def _company(my_compare) -> None:
    alone, both = (
        _run(my_compare, 5, ways, case=case)[0]
        for ways, case in (((_nearest,), "four images and one method"), ((_nearest, _nearest), _CASE))
    )
    if alone[_NAMES[0]] != both[_NAMES[0]]:
        raise Wrong(
            f"gives a method {alone[_NAMES[0]]:.2f} dB when it is alone, and {both[_NAMES[0]]:.2f} dB beside another.",
            "with the same seed, a method has the same score in any company: what enters the draws besides `seed` and the image's number?",
        )


def _one_method_twice(my_compare) -> None:
    names = ("bicubic", "bicubic again", "nearest")
    methods = {name: name.split()[0] for name in names}
    told = call(my_compare, methods, _images(), _NOISY, 0, case="a method that is listed under two names")
    if not isinstance(told, dict) or set(told) != set(names) or told[names[0]] != told[names[1]]:
        raise Wrong(
            "gives no score, or another one, to a method that is listed under a second name.",
            "every name of `methods` gets a score, also where two names stand for one method.",
        )


def _degradation(my_compare) -> None:
    plain = Degradation(Downscale(2, "area"))
    _, seen = _run(my_compare, 1, degradation=plain, case="a degradation that only downscales")
    if not all(near(lr, downscale(hr, 2, "area"), 1e-3) for lr, hr in zip(seen[_NAMES[0]], _images())):
        raise Wrong(
            "makes other LR images than the degradation that it is given.",
            "`degradation` is handed over: is it the one that is used, the only one, and does what it gives reach the methods unchanged?",
        )
