"""The scores of methods on images: a :class:`Table`, for a terminal, a page or as JSON."""

import json
from dataclasses import dataclass, field

import numpy as np

from .degradation import Degradation
from .images import check_choice, check_scale
from .safe_files import printable
from .tables import aligned, markdown

COLUMNS = ("psnr", "ssim", "mse")
COSTS = ("parameters", "gmacs", "seconds_per_megapixel")


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
    refused : dict
        ``refused[image]`` says why an image could not be read or scored.
    """

    scores: dict[str, dict[str, dict[str, float]]]
    data: str
    protocol: str
    degradation: "Degradation | OwnLR"
    groups: dict[str, list[str]] = field(default_factory=dict)
    costs: dict[str, dict[str, float | None]] = field(default_factory=dict)
    refused: dict[str, str] = field(default_factory=dict)

    @property
    def exact(self) -> list[str]:
        """The images that some method met exactly, such as black frames: their PSNR is infinite."""
        met = {image for found in self.scores.values() for image, s in found.items() if not np.isfinite(s["psnr"])}
        return [image for image in next(iter(self.scores.values())) if image in met]

    def mean(self, method: str, metric: str = "psnr", group: str | None = None) -> float:
        """The mean of a metric over all images, or over those of one group.

        An image that some method meets exactly is left out of every method's mean PSNR, which would be infinite with it;
        where no other image is left, it is infinite.
        """
        return float(np.mean(self._counted(method, metric, group)))

    def _counted(self, method: str, metric: str, group: str | None = None) -> np.ndarray:
        values = self.values(method, metric, group)
        if metric != "psnr":
            return values
        exact = set(self.exact)
        finite = np.array([image not in exact for image in (self.groups[group] if group else self.scores[method])])
        return values[finite] if finite.any() else values

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
            p, s, e = (self._counted(method, metric) for metric in COLUMNS)
            out.append(
                [
                    method,
                    f"{p.mean():.2f}",
                    f"{p.std():.2f}" if np.isfinite(p).all() else "-",
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
        left_out = {"refused": self.refused} if self.refused else {}
        return {**about, "versions": versions(), **left_out, "methods": methods}

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
        return cls(
            scores,
            told["data"],
            told["protocol"],
            kind.from_dict(told["degradation"]),
            costs=costs,
            refused=told.get("refused", {}),
        )

    def to_json(self) -> str:
        """The same as text."""
        return json.dumps(self.to_dict(), indent=1, allow_nan=False)

    def __repr__(self) -> str:
        images = len(next(iter(self.scores.values())))
        count = f"{images} images"
        if self.refused:
            count += f" ({len(self.refused)} more refused)"
        if exact := len(self.exact):
            count += f" ({exact} met exactly{', and not in the mean PSNR' if exact < images else ''})"
        head = f"{self.data}, {count}, {self.degradation}, protocol {self.protocol}"
        return f"{printable(head)}\n{aligned(self.rows())}"


@dataclass(frozen=True)
class OwnLR:
    """In place of a degradation: the LR images that a benchmark is published with, made by MATLAB's bicubic ``imresize``.

    Examples
    --------
    >>> from srlib.scores import OwnLR
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
