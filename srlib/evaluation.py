"""Methods times images: a :class:`Table` of PSNR, SSIM and MSE with their spread.

Lesson 04 (``04_results``) builds the metrics by hand and reads such a table.
"""

import json
import statistics
import time
from contextlib import contextmanager
from dataclasses import dataclass, field

import numpy as np

from .data import provenance_of, published_pairs
from .degradation import Degradation, as_degradation
from .images import check_choice, check_image_list, check_scale, check_seed, to_float, to_uint8
from .metrics import PROTOCOLS, scored
from .resampling import crop_to_multiple
from .tables import aligned, markdown
from .upscaling import upscale

COLUMNS = ("psnr", "ssim", "mse")
COSTS = ("parameters", "gmacs", "seconds_per_megapixel")
COST_SIDE = 512  # of the image that is made to measure the time


@dataclass(eq=False)
class Table:
    """Scores of methods on images.

    Attributes
    ----------
    scores : dict
        ``scores[method][image]`` is ``{"psnr": .., "ssim": .., "mse": ..}``.
    data, protocol, degradation
        What was measured, and how; in words, but for the degradation, which is a :class:`srlib.Degradation` or
        :class:`OwnLR`.
    groups : dict
        ``groups[class name]`` lists the images of a class.
    costs : dict
        Where asked for: ``costs[method]`` is what :func:`costs_of` says.
    """

    scores: dict[str, dict[str, dict[str, float]]]
    data: str
    protocol: str
    degradation: "Degradation | OwnLR"
    groups: dict[str, list[str]] = field(default_factory=dict)
    costs: dict[str, dict[str, float | None]] = field(default_factory=dict)

    def mean(self, method: str, metric: str = "psnr", group: str | None = None) -> float:
        """The mean of a metric over all images, or over those of one group."""
        return float(np.mean(self.values(method, metric, group)))

    def values(self, method: str, metric: str = "psnr", group: str | None = None) -> np.ndarray:
        """The metric of every image, in the order of the images."""
        check_choice(method, self.scores, "method")
        check_choice(metric, COLUMNS, "metric")
        images = self.groups[check_choice(group, self.groups, "group")] if group else self.scores[method]
        return np.array([self.scores[method][p][metric] for p in images])

    def by_group(self, metric: str = "psnr") -> str:
        """A text table of the metric's mean: groups down, methods across."""
        return self._listed(self.groups, metric)

    def by_image(self, metric: str = "psnr") -> str:
        """A text table of the metric: images down, methods across."""
        return self._listed({image: [image] for image in next(iter(self.scores.values()))}, metric)

    def _listed(self, parts: dict[str, list[str]], metric: str) -> str:
        check_choice(metric, COLUMNS, "metric")
        digits = {"psnr": 2, "ssim": 4, "mse": 5}[metric]
        head = [metric.upper() + (" (dB)" if metric == "psnr" else ""), *self.scores]
        mean = lambda method, images: np.mean([self.scores[method][image][metric] for image in images])
        parts = {**parts, "all images": [*next(iter(self.scores.values()))]}
        rows = [[part, *(f"{mean(m, images):.{digits}f}" for m in self.scores)] for part, images in parts.items()]
        return aligned([head, *rows])

    def rows(self) -> list[list[str]]:
        """Heading and one row for each method: mean and standard deviation over the images, and costs where known."""
        out = [["method", "PSNR (dB)", "+-", "SSIM", "+-", "MSE"]]
        if self.costs:
            out[0] += ["parameters", "GMACs for 1280x720", "s a megapixel"]
        for method in self.scores:
            p, s, e = (self.values(method, metric) for metric in COLUMNS)
            with np.errstate(invalid="ignore"):  # an image met exactly has an infinite PSNR
                deviation = p.std()
            out.append(
                [
                    method,
                    f"{p.mean():.2f}",
                    f"{deviation:.2f}",
                    f"{s.mean():.4f}",
                    f"{s.std():.4f}",
                    f"{e.mean():.5f}" if self.protocol == "rgb" else f"{e.mean():.2f}",
                ]
            )
            if self.costs:
                count, work, seconds = self.costs[method].values()
                out[-1] += [
                    "-" if count is None else f"{count:,}",
                    "-" if work is None else f"{work:.1f}",
                    f"{seconds:.3g}",
                ]
        return out

    def to_markdown(self) -> str:
        """The table for a README."""
        return markdown(self.rows())

    def to_dict(self) -> dict:
        """What ``srlib evaluate --json`` writes. The PSNR of an image met exactly is None, as JSON knows no infinity."""
        from .backend import versions

        finite = lambda scores: {metric: value if np.isfinite(value) else None for metric, value in scores.items()}
        methods = {
            method: {
                **finite({metric: self.mean(method, metric) for metric in COLUMNS}),
                **self.costs.get(method, {}),
                "images": {image: finite(found) for image, found in images.items()},
            }
            for method, images in self.scores.items()
        }
        about = {"data": self.data, "protocol": self.protocol, "degradation": self.degradation.to_dict()}
        return {**about, "versions": versions(), "methods": methods}

    @classmethod
    def from_dict(cls, told: dict) -> "Table":
        """The table that :meth:`to_dict` described, without its groups."""
        infinite = lambda scores: {metric: np.inf if value is None else value for metric, value in scores.items()}
        scores = {
            method: {image: infinite(found) for image, found in about["images"].items()}
            for method, about in told["methods"].items()
        }
        costs = {
            method: {cost: about[cost] for cost in COSTS}
            for method, about in told["methods"].items()
            if about.keys() >= set(COSTS)
        }
        kind = OwnLR if "own_lr" in told["degradation"] else Degradation
        return cls(scores, told["data"], told["protocol"], kind.from_dict(told["degradation"]), costs=costs)

    def to_json(self) -> str:
        """The same as text."""
        return json.dumps(self.to_dict(), indent=1, allow_nan=False)

    def __repr__(self) -> str:
        count = len(next(iter(self.scores.values())))
        return f"{self.data}, {count} images, {self.degradation}, protocol {self.protocol}\n{aligned(self.rows())}"


@dataclass(frozen=True)
class OwnLR:
    """In place of a degradation: the LR images that a benchmark is published with, made by MATLAB's bicubic ``imresize``.

    Examples
    --------
    >>> from srlib.evaluation import OwnLR
    >>> print(OwnLR(2))
    the set's own LR x2
    """

    scale: int = 2

    def __post_init__(self):
        check_scale(self.scale)

    def to_dict(self) -> dict:
        """For JSON; :meth:`from_dict` reads it."""
        return {"own_lr": self.scale}

    @classmethod
    def from_dict(cls, told: dict) -> "OwnLR":
        """What :meth:`to_dict` described."""
        return cls(told["own_lr"])

    def __str__(self) -> str:
        return f"the set's own LR x{self.scale}"


def evaluate(
    methods: dict, images, degradation=None, *, protocol: str = "rgb", costs: bool = False, seed: int = 0
) -> Table:
    """Degrade every image, restore it with every method, and compare with what it was.

    Parameters
    ----------
    methods : dict
        Name -> a network, or the name of an interpolation. Give bicubic among them: it is what everybody has.
    images : ImageSet, ndarray (N, H, W, 3) or list of (H, W, 3)
        HR images; cropped at the bottom and right to a multiple of the scale.
    degradation : Degradation, step or OwnLR, optional
        The reference's unless given, ``Downscale(2, "bilinear")``. :class:`OwnLR` takes the LR images that the set comes
        with (``set5``, ``set14``), and crops the HR images to fit them.
    protocol : {"rgb", "y"}
        See :func:`srlib.metrics.score`. With ``y`` the LR images are rounded to 8 bits, as the papers' files are.
    costs : bool
        Whether to say beside the scores what each method costs; see :func:`costs_of`.
    seed : int
        Of what the degradation draws.

    Returns
    -------
    Table

    Raises
    ------
    TypeError, ValueError
        No methods, no images, or what the functions called here refuse.

    Examples
    --------
    >>> import srlib
    >>> images = srlib.load_images("sample", split="validation")[:2]
    >>> table = srlib.evaluate({"bicubic": "bicubic"}, images, srlib.Downscale(2, "bicubic"))
    >>> print(f"{table.mean('bicubic'):.2f} dB")
    35.34 dB
    """
    degradation = degradation if isinstance(degradation, OwnLR) else as_degradation(degradation)
    scale = degradation.scale
    check_choice(protocol, PROTOCOLS, "protocol")
    if not isinstance(methods, dict) or not methods:
        raise TypeError(
            f"methods is {methods!r}; expected a dict of name -> network or interpolation, not empty: try {{'bicubic': 'bicubic'}}."
        )
    if len(check_image_list(images)) == 0:
        raise ValueError("There are no images to judge on; expected at least one: look at how they were loaded.")
    names = _distinct(getattr(images, "names", None) or [f"image-{i}" for i in range(len(images))])
    scores: dict = {method: {} for method in methods}
    for name, lr, hr in _pairs(names, images, degradation, seed):
        if protocol == "y":  # whose LR images are files of 8 bits
            lr = to_uint8(lr)
        for label, method in methods.items():
            sr = upscale(lr, method, scale)
            with _naming(name):
                scores[label][name] = scored(sr, hr, protocol=protocol, scale=scale)
    groups: dict = {}
    if getattr(images, "class_names", None):
        for name, label in zip(names, images.labels):
            groups.setdefault(images.class_names[label], []).append(name)
    told = {label: costs_of(method, scale) for label, method in methods.items()} if costs else {}
    return Table(scores, str(provenance_of(images)), protocol, degradation, groups, told)


def _pairs(names, images, degradation, seed: int):
    """The name of every image with its LR and its HR image; every image is checked once, here."""
    if isinstance(degradation, OwnLR):
        yield from ((name, *pair) for name, pair in zip(names, published_pairs(images, degradation.scale)))
        return
    rng = np.random.default_rng(check_seed(seed))
    for name, image in zip(names, getattr(images, "images", images)):
        with _naming(name):
            hr = to_float(crop_to_multiple(image, degradation.scale))
            lr = degradation.apply(hr, rng)
        yield name, lr, hr


def costs_of(method, scale: int = 2, *, repeat: int = 5) -> dict[str, float | None]:
    """What a method costs: counted from its layers, and timed on this machine.

    Parameters
    ----------
    method : keras.Model or str
        A network, or the name of an interpolation.
    scale : int
    repeat : int
        How many times it is timed, after once to warm up.

    Returns
    -------
    dict
        `parameters`; `gmacs`, for an output of 1280x720; `seconds_per_megapixel` of output, the median over the
        making of an image of about 512x512. The first two are None for what has no layers that can be counted: an
        interpolation, or (the second) a network that was built by hand.
    """
    parameters = work = None
    if not isinstance(method, str):
        from .models import gmacs

        parameters = int(method.count_params()) if hasattr(method, "count_params") else None
        if getattr(method, "card", None) is not None:
            work = gmacs(method)
    side = -(-COST_SIDE // scale)
    image = np.random.default_rng(0).integers(0, 256, (side, side, 3), np.uint8)
    seconds = []
    for _ in range(repeat + 1):
        start = time.perf_counter()
        upscale(image, method, scale)
        seconds.append(time.perf_counter() - start)
    made = (side * scale) ** 2 / 1e6
    return dict(zip(COSTS, (parameters, work, statistics.median(seconds[1:]) / made)))


def _distinct(names: list[str]) -> list[str]:
    """The names, with a number behind those that have come before: sets may be added that share some."""
    given, seen, out = set(names), {}, []
    for name in names:
        count = seen[name] = seen.get(name, 0) + 1
        while count > 1 and f"{name} ({count})" in given:  # an image of its own, or the number of one before
            count += 1
        out.append(name if seen[name] == 1 else f"{name} ({count})")
        given.add(out[-1])
    return out


@contextmanager
def _naming(image: str):
    """Say in an error which image it is about."""
    try:
        yield
    except ValueError as error:
        raise ValueError(f"{image}: {error}") from None
