"""The steps of a degradation: each a frozen dataclass, registered by its name, so that it is printed, saved and read back."""

import io
import math
from dataclasses import asdict, dataclass, fields, replace
from typing import ClassVar

import numpy as np

from ..images import check_choice, check_scale, is_number, to_float, to_uint8
from ..resampling import DOWNSCALE_KERNELS, downscaled

STEPS: dict[str, type] = {}  # name in JSON -> class


def register_step(cls):
    """Make a step known by its name in lower case, so that JSON can be read back; a class decorator.

    A step is a frozen dataclass derived from :class:`Step`, with a method ``apply(image, rng)``: (H, W, 3), ``float32`` in
    [0, 1], to the same. What it draws at random, it draws from `rng`. It may override the other members of :class:`Step`,
    and ``__str__``, which is how tables and messages call it.

    Examples
    --------
    >>> from dataclasses import dataclass
    >>> from srlib.degradation import STEPS, Step, register_step
    >>> @register_step
    ... @dataclass(frozen=True)
    ... class Darken(Step):
    ...     factor: float = 0.5
    ...     def apply(self, image, rng):
    ...         return image * self.factor
    >>> STEPS.pop("darken").__name__
    'Darken'
    """
    STEPS[cls.__name__.lower()] = cls
    return cls


class Step:
    """What all steps share; each is a frozen dataclass."""

    scale: ClassVar[int] = 1  # how many times smaller the image becomes
    reach: ClassVar[int] = 0  # radius, in input pixels, of what an output pixel depends on
    grid: ClassVar[int] = 1  # side, in input pixels, of the blocks that are treated together, counted from the corner
    batched: ClassVar[bool] = False  # whether `apply` also takes (N, H, W, 3)

    def apply(self, image: np.ndarray, rng: np.random.Generator) -> np.ndarray:
        """The image after this step; (H, W, 3), ``float32`` in [0, 1]."""
        raise NotImplementedError

    def drawn(self, rng: np.random.Generator) -> tuple["Step", ...]:
        """What is applied to one image: a range becomes a value, a choice what was chosen."""
        return (self,)

    @property
    def random(self) -> bool:
        """Whether two applications may differ; a step that never draws says False, and is then applied once an image."""
        return True

    def to_dict(self) -> dict:
        """The step for JSON; :meth:`from_dict` reads it."""
        return {"step": type(self).__name__.lower(), **asdict(self)}

    @staticmethod
    def from_dict(told: dict) -> "Step":
        """The step that :meth:`to_dict` described.

        Raises
        ------
        ValueError
            A step that is not known here, or with other fields.
        """
        values = dict(told) if isinstance(told, dict) else {}
        step = STEPS.get(values.pop("step", None))
        if step is None or set(values) - {f.name for f in fields(step)}:
            raise ValueError(
                f"a step of the degradation is {told!r:.200}; expected one of {', '.join(STEPS)} with its fields: import the module that registers it."
            )
        return step(**values)


class _Ranged(Step):
    """A step with a value `low`, or a range from `low` to `high` that is drawn from for every image."""

    def _check(self, most: float, what: str, least: float = 0.0) -> None:
        low, high = self.low, self.high
        given = (low,) if high is None else (low, high)
        good = all(is_number(value) and least <= value <= most and math.isfinite(value) for value in given)
        if not good or (high is not None and high < low):
            told = " to ".join(map(repr, given))
            limit = f"from {least:g} to {most:g}" if math.isfinite(most) else f"of {least:g} or more"
            raise ValueError(
                f"{what} is {told}; expected a number {limit}, or two, the lower one first: choose others."
            )

    @property
    def random(self) -> bool:
        """Whether two applications may differ."""
        return self.high is not None

    def drawn(self, rng) -> tuple[Step, ...]:
        """The step with a value instead of a range."""
        return (self,) if self.high is None else (replace(self, low=self._draw(rng), high=None),)

    def _draw(self, rng):
        return float(rng.uniform(self.low, self.high))

    def _span(self) -> str:
        return f"{self.low:g}" if self.high is None else f"{self.low:g} to {self.high:g}"


@register_step
@dataclass(frozen=True)
class Downscale(Step):
    """The image `scale` times smaller; see :func:`srlib.downscale`.

    Parameters
    ----------
    scale : int
    kernel : {"bilinear", "bicubic", "area"}

    Raises
    ------
    ValueError
        A scale below 1, or an unknown kernel.

    Examples
    --------
    >>> import srlib
    >>> print(srlib.Downscale(4, "bicubic"))
    bicubic x4
    """

    scale: int = 2
    kernel: str = "bilinear"
    batched: ClassVar[bool] = True
    random: ClassVar[bool] = False

    def __post_init__(self):
        check_scale(self.scale)
        check_choice(self.kernel, DOWNSCALE_KERNELS, "kernel")

    @property
    def grid(self) -> int:
        """Side, in input pixels, of the block that becomes an output pixel."""
        return self.scale

    @property
    def reach(self) -> int:
        """Radius, in input pixels, of what an output pixel depends on."""
        return 2 * self.scale

    def apply(self, image, rng):
        """The image after this step."""
        return downscaled(image, self.scale, self.kernel)

    def __str__(self):
        return f"{self.kernel} x{self.scale}"


@register_step
@dataclass(frozen=True)
class Noise(_Ranged):
    """Noise that is independent from pixel to pixel.

    Parameters
    ----------
    low, high : float
        Standard deviation in levels of 255; with `high`, drawn evenly from the range for every image.
    kind : {"gaussian", "poisson"}
        ``gaussian``: of the same strength everywhere. ``poisson``: the variance grows in proportion to the light, as where
        photons are counted, and the deviation is that of a white pixel.
    grey : bool
        Whether red, green and blue get the same noise.

    Raises
    ------
    ValueError
        A negative or infinite deviation, a range that begins with the larger number, another kind.

    Examples
    --------
    >>> import srlib
    >>> print(srlib.Noise(5), "-", srlib.Noise(1, 8, "poisson", grey=True))
    noise 5 - grey poisson noise 1 to 8
    """

    low: float
    high: float | None = None
    kind: str = "gaussian"
    grey: bool = False

    def __post_init__(self):
        self._check(math.inf, "the standard deviation of a noise")
        check_choice(self.kind, ("gaussian", "poisson"), "the kind of a noise")
        check_choice(self.grey, (False, True), "grey of a noise")

    @property
    def random(self) -> bool:
        """Whether two applications may differ."""
        return bool(self.high or self.low)

    def apply(self, image, rng):
        """The image after this step."""
        (step,) = self.drawn(rng)
        if not step.low:
            return image
        noise = rng.normal(0, step.low / 255, (*image.shape[:2], 1 if self.grey else 3)).astype(np.float32)
        if self.kind == "poisson":
            noise = noise * np.sqrt(image)
        return np.clip(image + noise, 0, 1)

    def __str__(self):
        kind = "" if self.kind == "gaussian" else f"{self.kind} "
        return f"{'grey ' if self.grey else ''}{kind}noise {self._span()}"


@register_step
@dataclass(frozen=True)
class Jpeg(_Ranged):
    """Written as a JPEG file by Pillow's encoder, with colours at half the resolution, and read again.

    Parameters
    ----------
    low, high : int
        Quality, 1 to 100; with `high`, drawn evenly from the range for every image.

    Raises
    ------
    ValueError
        A quality that is no whole number from 1 to 100, or a range that begins with the larger number.

    Examples
    --------
    >>> import srlib
    >>> print(srlib.Jpeg(40, 75))
    JPEG 40 to 75
    """

    low: int
    high: int | None = None
    grid: ClassVar[int] = 16  # blocks are 8x8; where colour has half the resolution, a block of it covers 16x16
    reach: ClassVar[int] = 2  # a decoder interpolates colour from its neighbours

    def __post_init__(self):
        self._check(100, "the quality of a JPEG", least=1)
        if any(isinstance(v, (float, np.floating)) for v in (self.low, self.high)):
            raise ValueError(
                f"the quality of a JPEG is {self._span()}; expected whole numbers from 1 to 100: round them."
            )

    def _draw(self, rng):
        return int(rng.integers(self.low, self.high, endpoint=True))

    def apply(self, image, rng):
        """The image after this step."""
        from PIL import Image

        (step,) = self.drawn(rng)
        return to_float(np.asarray(Image.open(io.BytesIO(step.encoded(image)))))

    def encoded(self, image: np.ndarray) -> bytes:
        """The file itself, of the quality `low`."""
        from PIL import Image

        file = io.BytesIO()
        Image.fromarray(to_uint8(image)).save(file, "JPEG", quality=int(self.low), subsampling="4:2:0")
        return file.getvalue()

    def __str__(self):
        return f"JPEG {self._span()}"


@register_step
@dataclass(frozen=True)
class Paired(Step):
    """What is known by its results only: the LR images that come with the HR images. It cannot be applied to others.

    Parameters
    ----------
    scale : int

    Examples
    --------
    >>> print(Paired(4))
    own LR images x4
    """

    scale: int = 2
    random: ClassVar[bool] = False

    def __post_init__(self):
        check_scale(self.scale)

    def apply(self, image, rng):
        """Always refused."""
        raise ValueError(
            f"LR images x{self.scale} are to be made as those that came with other HR images, and how these were made is not known; expected pairs, or a degradation: load pairs with load_images(folder, lr=other_folder), or give --kernel or --preset."
        )

    def __str__(self):
        return f"own LR images x{self.scale}"
