"""Blurs as steps of a degradation: of a soft lens, of a shaken hand, of a wrong focus."""

import math
from dataclasses import astuple, dataclass, fields, replace

import numpy as np

from ..images import is_number
from ..resampling import downscaled_by
from .steps import Step, _Ranged, register_step

_FAR = 4  # standard deviations to where a Gaussian is followed, and a pixel more
_ROWS = 256  # of an image that are convolved at a time
_FINE = 9  # places along each side of a pixel where a disc is sampled


@register_step
@dataclass(frozen=True)
class Blur(_Ranged):
    """An isotropic Gaussian, as of a lens that is a little soft.

    The kernel is the discrete Gaussian [1]_: its variance is the one asked for at any deviation, where samples of the bell
    curve would have a smaller one below a pixel.

    Parameters
    ----------
    low, high : float
        Standard deviation in pixels of the image it is applied to; with `high`, drawn evenly from the range for every image.

    Raises
    ------
    ValueError
        A negative or infinite deviation, or a range that begins with the larger number.

    References
    ----------
    .. [1] T. Lindeberg, "Scale-space for discrete signals", IEEE Transactions on Pattern Analysis and Machine Intelligence
       12(3), 1990.

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
        return math.ceil(_FAR * (self.high or self.low)) + 1

    def apply(self, image, rng):
        """The image after this step."""
        (step,) = self.drawn(rng)
        return downscaled_by(image, 1, step.taps()) if step.low else image  # beyond its edges the image is mirrored

    def taps(self) -> dict[int, float]:
        """The weight of the pixel at each offset along a row or a column, for the deviation `low`."""
        offsets = np.arange(-self.reach, self.reach + 1)
        # by its spectrum, so finely that what is folded back is nothing
        frequencies = 2 * np.pi * np.fft.fftfreq(4 * self.reach + 64)
        weights = np.fft.ifft(np.exp(self.low**2 * (np.cos(frequencies) - 1))).real[offsets]
        return dict(zip(offsets.tolist(), (weights / weights.sum()).tolist()))

    def __str__(self):
        return f"blur {self._span()}"


@register_step
@dataclass(frozen=True)
class AnisotropicBlur(Step):
    """A Gaussian that is wider in one direction than across it, as of a hand that moved.

    Parameters
    ----------
    along, across : float or (float, float)
        Standard deviations in pixels, in two directions at right angles; a pair is a range to draw from for every image.
        Below 0.3 they count as 0.3.
    angle : float or (float, float)
        Of the first direction, in degrees from that of a row, towards the bottom.

    Raises
    ------
    ValueError
        A negative or infinite number, or a range that begins with the larger number.

    Examples
    --------
    >>> import srlib
    >>> print(srlib.AnisotropicBlur(3, 0.5, 45), "-", srlib.AnisotropicBlur((0.5, 3), (0.5, 3)))
    blur 3 along 45 degrees and 0.5 across - blur 0.5 to 3 along 0 to 180 degrees and 0.5 to 3 across
    """

    along: float | tuple[float, float]
    across: float | tuple[float, float]
    angle: float | tuple[float, float] = (0.0, 180.0)

    def __post_init__(self):
        for field in fields(self):
            value = getattr(self, field.name)
            pair = tuple(value) if isinstance(value, (list, tuple)) else (value, value)
            good = len(pair) == 2 and all(is_number(v) and 0 <= v and math.isfinite(v) for v in pair)
            if not good or pair[1] < pair[0]:
                raise ValueError(
                    f"{field.name} of an anisotropic blur is {value!r}; expected a number of 0 or more, or two, the lower one first: choose others."
                )
            object.__setattr__(self, field.name, pair if isinstance(value, (list, tuple)) else value)

    @property
    def random(self) -> bool:
        """Whether two applications may differ."""
        return any(isinstance(value, tuple) for value in astuple(self))

    @property
    def reach(self) -> int:
        """Radius, in input pixels, of what an output pixel depends on."""
        return math.ceil(_FAR * max(np.max(self.along), np.max(self.across), 0.3)) + 1

    def drawn(self, rng):
        """The step with values instead of ranges."""
        pairs = {f.name: getattr(self, f.name) for f in fields(self) if isinstance(getattr(self, f.name), tuple)}
        return (replace(self, **{name: float(rng.uniform(*pair)) for name, pair in pairs.items()}),)

    def apply(self, image, rng):
        """The image after this step."""
        (step,) = self.drawn(rng)
        angle = math.radians(step.angle)
        turn = np.array([[math.cos(angle), -math.sin(angle)], [math.sin(angle), math.cos(angle)]])
        wanted = turn @ np.diag([max(step.along, 0.3) ** 2, max(step.across, 0.3) ** 2]) @ turn.T
        return _convolved(image, _gaussian(wanted, step.reach))

    def __str__(self):
        told = [f"{v:g}" if is_number(v) else f"{v[0]:g} to {v[1]:g}" for v in astuple(self)]
        return f"blur {told[0]} along {told[2]} degrees and {told[1]} across"


@register_step
@dataclass(frozen=True)
class Defocus(_Ranged):
    """A disc, as of a lens that is out of focus: a point of light becomes an evenly lit circle.

    Parameters
    ----------
    low, high : float
        Radius in pixels of the image it is applied to; with `high`, drawn evenly from the range for every image.

    Raises
    ------
    ValueError
        A negative or infinite radius, or a range that begins with the larger number.

    Examples
    --------
    >>> import srlib
    >>> print(srlib.Defocus(1, 2.5))
    defocus 1 to 2.5
    """

    low: float
    high: float | None = None

    def __post_init__(self):
        self._check(math.inf, "the radius of a defocus")

    @property
    def reach(self) -> int:
        """Radius, in input pixels, of what an output pixel depends on."""
        return math.ceil((self.high or self.low) + 0.5)

    def apply(self, image, rng):
        """The image after this step."""
        (step,) = self.drawn(rng)
        if step.low < 0.5:  # within a pixel
            return image
        side = 2 * step.reach + 1
        places = (np.arange(side * _FINE) + 0.5) / _FINE - side / 2
        disc = np.hypot(*np.meshgrid(places, places)) <= step.low
        return _convolved(image, disc.reshape(side, _FINE, side, _FINE).mean((1, 3)))  # a pixel at the rim in part

    def __str__(self):
        return f"defocus {self._span()}"


def _gaussian(covariance: np.ndarray, reach: int) -> np.ndarray:
    """A kernel of samples of a bell curve with that covariance, columns first.

    Samples of a narrow curve have a smaller covariance than the curve, so a wider one is looked for.
    """
    places = np.stack(np.meshgrid(np.arange(-reach, reach + 1.0), np.arange(-reach, reach + 1.0)), -1)
    tried = covariance.copy()
    for _ in range(8):
        weights = np.exp(-np.einsum("yxi,ij,yxj->yx", places, np.linalg.inv(tried), places) / 2)
        weights /= weights.sum()
        tried += covariance - np.einsum("yx,yxi,yxj->ij", weights, places, places)
    return weights


def _convolved(image: np.ndarray, kernel: np.ndarray) -> np.ndarray:
    """An image convolved with a symmetric kernel, by spectra, some rows at a time; beyond its edges it is mirrored."""
    reach, (height, width, _) = len(kernel) // 2, image.shape
    around = np.pad(image, ((reach, reach), (reach, reach), (0, 0)), mode="symmetric")
    rows = min(height, _ROWS)
    sides = [_quick(n + 2 * reach) for n in (rows, width)]
    spectrum = np.fft.rfft2((kernel / kernel.sum()).astype(np.float32), sides, (0, 1))[..., None]
    out = np.empty(image.shape, np.float32)
    for top in range(0, height, rows):
        strip = np.fft.rfft2(around[top : top + rows + 2 * reach], sides, (0, 1))
        strip = np.fft.irfft2(strip * spectrum, sides, (0, 1))[2 * reach :, 2 * reach :]
        some = out[top : top + rows]
        np.clip(strip[: len(some), :width], 0, 1, out=some)
    return out


def _quick(n: int) -> int:
    """The next length from `n` on of small factors, which a spectrum is quick for."""
    step = 2 ** max(0, n.bit_length() - 4)
    return -(-n // step) * step
