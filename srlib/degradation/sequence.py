"""From an HR image to the LR image that a network sees: a :class:`Degradation` is an immutable tuple of steps.

It can be printed, saved as JSON and read back; the same value serves a training, an evaluation, the command line and a
network's card. A step of a kind of one's own is added by :func:`register_step`, in any file.
"""

import math
from dataclasses import dataclass

import numpy as np

from ..images import check, check_seed, is_number, to_float
from ..resampling import downscale_taps, downscaled_by
from .blurs import Blur
from .steps import STEPS, Downscale, Step, register_step


@dataclass(frozen=True)
class Degradation:
    """What happens to an HR image on its way to the LR image, in the order of its steps.

    Parameters
    ----------
    steps : tuple of steps, or one step
        :class:`Blur`, :class:`AnisotropicBlur`, :class:`Defocus`, :class:`Downscale`, :class:`Noise`, :class:`Jpeg`,
        :class:`OneOf`, or registered ones of your own. Without a :class:`Downscale` the scale is 1: the image keeps its
        size.

    Raises
    ------
    TypeError
        Something that is no registered step.

    Examples
    --------
    >>> import numpy as np, srlib
    >>> camera = srlib.Degradation((srlib.Blur(0.8), srlib.Downscale(2, "bicubic"), srlib.Noise(1, 8)))
    >>> print(camera, "- scale", camera.scale)
    blur 0.8, bicubic x2, noise 1 to 8 - scale 2
    >>> camera(np.zeros((8, 8, 3), np.uint8), seed=0).shape
    (4, 4, 3)
    >>> srlib.Degradation.from_dict(camera.to_dict()) == camera
    True
    """

    steps: tuple

    def __post_init__(self):
        steps = self.steps if isinstance(self.steps, (tuple, list)) else (self.steps,)
        for step in steps:
            if STEPS.get(type(step).__name__.lower()) is not type(step):
                raise TypeError(
                    f"a step of the degradation is {step!r:.200}; expected one of {', '.join(c.__name__ for c in STEPS.values())}: use one of these, or srlib.degradation.register_step for your own."
                )
        object.__setattr__(self, "steps", tuple(steps))

    @property
    def scale(self) -> int:
        """How many times smaller the LR image is."""
        return math.prod(step.scale for step in self.steps)

    @property
    def random(self) -> bool:
        """Whether the same HR image can give different LR images."""
        return any(step.random for step in self.steps)

    @property
    def kernels(self) -> list[str]:
        """By which kernels images may be downscaled, each once."""
        found = []
        for step in self.steps:
            found += [kernel for choice in getattr(step, "choices", ()) for kernel in choice.kernels]
            found += [step.kernel] if hasattr(step, "kernel") else []
        return list(dict.fromkeys(found))

    def __call__(self, hr, seed: int = 0) -> np.ndarray:
        """The LR image of an HR image.

        Parameters
        ----------
        hr : ndarray, (H, W, 3) or (N, H, W, 3)
            ``uint8`` or ``float32`` in [0, 1]; the scale divides H and W.
        seed : int
            Of what is drawn at random; the images of a batch draw one after the other.

        Returns
        -------
        ndarray of float32, (H/scale, W/scale, 3) or with N in front
            In [0, 1].
        """
        return self.apply(to_float(check(hr, "hr")), np.random.default_rng(check_seed(seed)))

    def apply(self, hr: np.ndarray, rng: np.random.Generator) -> np.ndarray:
        """Like calling it, but without checks, and with a given random generator."""
        if hr.ndim == 4 and not all(step.batched for step in self.steps):
            return np.stack([self.apply(image, rng) for image in hr])
        for step in _merged(self.drawn(rng).steps):
            hr = step.apply(hr, rng)
        return hr

    def drawn(self, rng) -> "Degradation":
        """One degradation of those that it stands for: its ranges become values, its choices what was chosen.

        Parameters
        ----------
        rng : numpy.random.Generator, or int
            An int is a seed: calling ``degradation(hr, seed)`` draws the same.

        Examples
        --------
        >>> import srlib
        >>> print(srlib.Degradation((srlib.Blur(0.2, 1.5), srlib.Jpeg(40, 75))).drawn(0))
        blur 1.02805, JPEG 58
        """
        rng = np.random.default_rng(rng)
        return Degradation(sum((step.drawn(rng) for step in self.steps), ()))

    def apply_part(self, hr: np.ndarray, box: tuple[slice, slice], rng: np.random.Generator) -> np.ndarray:
        """A part of the LR image, as if the whole had been degraded, from no more surroundings than each step needs.

        Noise alone is not that of the whole image, which draws more of it.

        Parameters
        ----------
        hr : ndarray, (H, W, 3)
            The whole HR image; the scale divides H and W.
        box : (slice, slice)
            Rows and columns of the LR image.
        rng : numpy.random.Generator

        Returns
        -------
        ndarray of float32
        """
        steps = _merged(self.drawn(rng).steps)
        sizes = [hr.shape[:2]]  # of the whole image before each step
        for step in steps:
            sizes.append(tuple(n // step.scale for n in sizes[-1]))
        boxes = [tuple((axis.start, axis.stop) for axis in box)]  # of what each step is to give, the last one first
        for step, size in zip(reversed(steps), reversed(sizes[:-1])):
            boxes.append(tuple(_needed(step, *span, n) for span, n in zip(boxes[-1], size)))
        (top, bottom), (left, right) = now = boxes.pop()
        part = to_float(hr[top:bottom, left:right])
        for step in steps:
            part, wanted = step.apply(part, rng), boxes.pop()
            rows, columns = (
                slice(start - begin // step.scale, stop - begin // step.scale)
                for (start, stop), (begin, _) in zip(wanted, now)
            )
            part, now = part[rows, columns], wanted
        return part

    def covers(self, other: "Degradation") -> bool:
        """Whether it is the other, or a choice among several of which the other is one.

        Examples
        --------
        >>> import srlib
        >>> srlib.preset("photo").covers(srlib.preset("web")), srlib.preset("web").covers(srlib.preset("photo"))
        (True, False)
        """
        choices = self.steps[0].choices if len(self.steps) == 1 and isinstance(self.steps[0], OneOf) else ()
        return self == other or any(choice.covers(other) for choice in choices)

    def to_dict(self) -> dict:
        """The degradation for JSON; :meth:`from_dict` reads it."""
        return {"steps": [step.to_dict() for step in self.steps]}

    @classmethod
    def from_dict(cls, told: dict) -> "Degradation":
        """The degradation that :meth:`to_dict` described.

        Raises
        ------
        ValueError
            A step that is not known here, or with other fields.
        """
        return cls(tuple(Step.from_dict(each) for each in told["steps"]))

    def __str__(self) -> str:
        return ", ".join(map(str, self.steps)) or "nothing"


@dataclass(frozen=True)
class _BlurThenDownscale(Step):
    """A blur and the downscaling after it as one filter: the same image for half the work."""

    blur: Blur
    downscale: Downscale

    scale = property(lambda self: self.downscale.scale)
    grid = property(lambda self: self.downscale.grid)
    reach = property(lambda self: self.blur.reach + self.downscale.reach)

    def apply(self, image, rng):
        taps: dict = {}
        spread = self.blur.taps().items()
        for i, weight in downscale_taps(self.scale, self.downscale.kernel).items():
            for k, share in spread:
                taps[i + k] = taps.get(i + k, 0) + weight * share
        return downscaled_by(image, self.scale, {k: w for k, w in sorted(taps.items()) if abs(w) > 1e-7})


def _merged(steps: tuple) -> list[Step]:
    """Fixed steps, those that can be done at once as one."""
    out: list[Step] = []
    for step in steps:
        if isinstance(step, Downscale) and out and isinstance(out[-1], Blur) and out[-1].low:
            step = _BlurThenDownscale(out.pop(), step)
        out.append(step)
    return out


def _needed(step: Step, start: int, stop: int, size: int) -> tuple[int, int]:
    """What a step has to be given along an axis, of `size` input pixels, for its output from `start` to `stop`."""
    start, stop = start * step.scale - step.reach, stop * step.scale + step.reach
    return max(0, start // step.grid * step.grid), min(size, -(-stop // step.grid) * step.grid)


def _as_one(choice) -> Degradation:
    if isinstance(choice, dict):
        return Degradation.from_dict(choice)
    return choice if isinstance(choice, Degradation) else Degradation(choice)


@register_step
@dataclass(frozen=True)
class OneOf(Step):
    """One of several degradations, drawn anew for every image.

    Parameters
    ----------
    choices : tuple of Degradation, steps, or tuples of steps
        All of one scale. An empty tuple leaves the image as it is.
    chances : tuple of float, optional
        How often each is drawn, in proportion; equally often unless given.

    Raises
    ------
    ValueError
        No choices, choices of different scales, another number of chances, a negative one, or none above zero.

    Examples
    --------
    >>> import srlib
    >>> print(srlib.OneOf((srlib.Jpeg(40, 75), (srlib.Jpeg(40, 75), srlib.Jpeg(80, 95))), (3, 1)))
    one of: JPEG 40 to 75 (75 %); JPEG 40 to 75, JPEG 80 to 95 (25 %)
    """

    choices: tuple[Degradation, ...]
    chances: tuple[float, ...] | None = None

    def __post_init__(self):
        choices = tuple(_as_one(each) for each in self.choices)
        scales = {choice.scale for choice in choices}
        if len(scales) != 1:
            told = ", ".join(map(str, sorted(scales))) or "there are no choices"
            raise ValueError(
                f"the choices of a degradation have different scales ({told}); expected one or more of the same: choose others."
            )
        chances = (1.0,) * len(choices) if self.chances is None else tuple(self.chances)
        good = all(is_number(chance) and 0 <= chance < math.inf for chance in chances)
        if not good or len(chances) != len(choices) or not sum(chances):
            raise ValueError(
                f"the chances of a degradation are {self.chances!r} for {len(choices)} choices; expected a number of 0 or more for each, not all 0: give as many."
            )
        object.__setattr__(self, "choices", choices)
        object.__setattr__(self, "chances", tuple(float(chance) for chance in chances))

    @property
    def scale(self) -> int:
        """How many times smaller the image becomes."""
        return self.choices[0].scale

    @property
    def random(self) -> bool:
        """Whether two applications may differ."""
        return len(self.choices) > 1 or self.choices[0].random

    def drawn(self, rng):
        """The steps of what was chosen."""
        chances = np.divide(self.chances, sum(self.chances))
        return self.choices[rng.choice(len(self.choices), p=chances)].drawn(rng).steps

    def apply(self, image, rng):
        """The image after this step."""
        return Degradation(self.drawn(rng)).apply(image, rng)

    def to_dict(self) -> dict:
        """The step for JSON."""
        return {"step": "oneof", "choices": [each.to_dict() for each in self.choices], "chances": list(self.chances)}

    def __str__(self):
        total = sum(self.chances)
        return "one of: " + "; ".join(
            f"{choice} ({chance / total:.0%})".replace("%", " %") for choice, chance in zip(self.choices, self.chances)
        )
