"""From an HR image to the LR image that a network sees: a :class:`Degradation` is an immutable tuple of steps.

It can be printed, saved as JSON and read back; the same value serves a training, an evaluation, the command line and a
network's card. A step of a kind of one's own is added by :func:`register_step`, in any file.
"""

import math
from dataclasses import asdict, dataclass, fields

import numpy as np

from ..images import check, check_seed, to_float
from ..resampling import crop_to_multiple
from .steps import STEPS, Downscale


@dataclass(frozen=True)
class Degradation:
    """What happens to an HR image on its way to the LR image, in the order of its steps.

    Parameters
    ----------
    steps : tuple of steps, or one step
        :class:`Blur`, :class:`Downscale`, :class:`Noise`, :class:`Jpeg`, or registered ones of your own. Without a
        :class:`Downscale` the scale is 1: the image keeps its size.

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
                    f"a step of the degradation is {step!r}; expected one of {', '.join(c.__name__ for c in STEPS.values())}: use one of these, or srlib.degradation.register_step for your own."
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
    def reach(self) -> int:
        """How many HR pixels away an LR pixel still looks."""
        total, size = 0, 1
        for step in self.steps:
            total, size = total + step.reach * size, size * step.scale
        return total

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
        for step in self.steps:
            hr = step.apply(hr, rng)
        return hr

    def to_dict(self) -> dict:
        """The degradation for JSON; :meth:`from_dict` reads it."""
        return {"steps": [{"step": type(step).__name__.lower(), **asdict(step)} for step in self.steps]}

    @classmethod
    def from_dict(cls, told: dict) -> "Degradation":
        """The degradation that :meth:`to_dict` described.

        Raises
        ------
        ValueError
            A step that is not known here, or with other fields.
        """
        steps = []
        for each in told["steps"]:
            values = dict(each)
            step = STEPS.get(values.pop("step", None))
            if step is None or set(values) - {f.name for f in fields(step)}:
                raise ValueError(
                    f"a step of the degradation is {each!r}; expected one of {', '.join(STEPS)} with its fields: import the module that registers it."
                )
            steps.append(step(**values))
        return cls(tuple(steps))

    def __str__(self) -> str:
        return ", ".join(map(str, self.steps)) or "nothing"


def as_degradation(degradation, scale: int = 2) -> Degradation:
    """A degradation as it is, a step or a tuple of steps as one, and for None the reference's: bilinear, by `scale`."""
    if degradation is None:
        degradation = Downscale(scale, "bilinear")
    return degradation if isinstance(degradation, Degradation) else Degradation(degradation)


def make_pairs(images, degradation=None, *, seed: int = 0):
    """Pairs of what a network sees and what it should give.

    Parameters
    ----------
    images : ImageSet, ndarray (N, H, W, 3) or list of (H, W, 3)
        HR images; each is cropped at the bottom and right to a multiple of the degradation's scale.
    degradation : Degradation or step, optional
        ``Downscale(2, "bilinear")`` unless given: the one of the reference system.
    seed : int
        Of what is drawn at random.

    Returns
    -------
    lr, hr : ndarray of float32 (N, h, w, 3) and (N, scale*h, scale*w, 3)
        In [0, 1]; lists of such images where sizes differ.

    Raises
    ------
    TypeError, ValueError
        What is not an image, or not a degradation.

    Examples
    --------
    >>> import numpy as np, srlib
    >>> lr, hr = srlib.make_pairs(np.zeros((3, 9, 8, 3), np.uint8), srlib.Downscale(4, "bicubic"))
    >>> lr.shape, hr.shape
    ((3, 2, 2, 3), (3, 8, 8, 3))
    """
    degradation, rng = as_degradation(degradation), np.random.default_rng(check_seed(seed))
    pixels = getattr(images, "images", images)
    if isinstance(pixels, (list, tuple)):
        hr = [to_float(crop_to_multiple(image, degradation.scale)) for image in pixels]
        return [degradation.apply(image, rng) for image in hr], hr
    hr = to_float(crop_to_multiple(pixels, degradation.scale))
    return degradation.apply(hr, rng), hr
