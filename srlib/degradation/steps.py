"""The steps of a degradation: each a frozen dataclass, registered by its name, so that it is printed, saved and read back."""

import io
import math
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from ..images import check_choice, check_scale, is_number, to_float, to_uint8
from ..resampling import DOWNSCALE_KERNELS, downscaled

STEPS: dict[str, type] = {}  # name in JSON -> class


def register_step(cls):
    """Make a step known by its name in lower case, so that JSON can be read back; a class decorator.

    A step is a frozen dataclass derived from :class:`Step`, with a method ``apply(image, rng)``: (H, W, 3), ``float32`` in
    [0, 1], to the same. What it draws at random, it draws from `rng`. It may override `scale`, `reach` and `random` of
    :class:`Step`, and ``__str__``, which is how tables and messages call it.

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
    batched: ClassVar[bool] = False  # whether `apply` also takes (N, H, W, 3)

    def apply(self, image: np.ndarray, rng: np.random.Generator) -> np.ndarray:
        """The image after this step; (H, W, 3), ``float32`` in [0, 1]."""
        raise NotImplementedError

    @property
    def random(self) -> bool:
        """Whether two applications may differ; a step that never draws says False, and is then applied once an image."""
        return True


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

    def _drawn(self, rng) -> float:
        return self.low if self.high is None else float(rng.uniform(self.low, self.high))

    def _span(self) -> str:
        return f"{self.low:g}" if self.high is None else f"{self.low:g} to {self.high:g}"


@register_step
@dataclass(frozen=True)
class Blur(_Ranged):
    """An isotropic Gaussian, as of a lens.

    Parameters
    ----------
    low, high : float
        Standard deviation in pixels of the image it is applied to; with `high`, drawn evenly from the range for every image.

    Raises
    ------
    ValueError
        A negative or infinite deviation, or a range that begins with the larger number.

    Examples
    --------
    >>> import srlib
    >>> print(srlib.Blur(0.2, 1.5))
    blur 0.2 to 1.5
    """

    low: float
    high: float | None = None

    def __post_init__(self):
        self._check(math.inf, "the standard deviation of a blur")

    @property
    def reach(self) -> int:
        """Radius, in input pixels, of what an output pixel depends on."""
        return math.ceil(4 * (self.high or self.low) + 0.5)

    def apply(self, image, rng):
        """The image after this step."""
        from scipy.ndimage import gaussian_filter

        sigma = self._drawn(rng)
        return np.clip(gaussian_filter(image, (sigma, sigma, 0)), 0, 1) if sigma else image

    def __str__(self):
        return f"blur {self._span()}"


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
    """Gaussian noise, the same in strength everywhere and independent in every channel.

    Parameters
    ----------
    low, high : float
        Standard deviation in levels of 255; with `high`, drawn evenly from the range for every image.

    Raises
    ------
    ValueError
        A negative or infinite deviation, or a range that begins with the larger number.

    Examples
    --------
    >>> import srlib
    >>> print(srlib.Noise(5))
    noise 5
    """

    low: float
    high: float | None = None

    def __post_init__(self):
        self._check(math.inf, "the standard deviation of a noise")

    @property
    def random(self) -> bool:
        """Whether two applications may differ."""
        return bool(self.high or self.low)

    def apply(self, image, rng):
        """The image after this step."""
        sigma = self._drawn(rng) / 255
        return np.clip(image + rng.normal(0, sigma, image.shape).astype(np.float32), 0, 1) if sigma else image

    def __str__(self):
        return f"noise {self._span()}"


@register_step
@dataclass(frozen=True)
class Jpeg(_Ranged):
    """Written as a JPEG file by Pillow's encoder, and read again.

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
    reach: ClassVar[int] = 16  # blocks are 8x8; where colour has half the resolution, a block of it covers 16x16

    def __post_init__(self):
        self._check(100, "the quality of a JPEG", least=1)
        if any(isinstance(v, float) for v in (self.low, self.high)):
            raise ValueError(
                f"the quality of a JPEG is {self._span()}; expected whole numbers from 1 to 100: round them."
            )

    def apply(self, image, rng):
        """The image after this step."""
        from PIL import Image

        quality = self.low if self.high is None else int(rng.integers(self.low, self.high, endpoint=True))
        file = io.BytesIO()
        Image.fromarray(to_uint8(image)).save(file, "JPEG", quality=quality)
        return to_float(np.asarray(Image.open(file)))

    def __str__(self):
        return f"JPEG {self._span()}"
