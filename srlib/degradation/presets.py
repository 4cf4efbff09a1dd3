"""Degradations by name, at any scale: what images have gone through."""

from ..images import check_choice, check_scale
from .blurs import Blur
from .sequence import Degradation, OneOf
from .steps import Downscale, Jpeg, Noise

_NOISE = OneOf((Noise(0, 20), Noise(0, 20, grey=True), Noise(0, 20, "poisson")), (3, 1, 1))


def _clean(downscale):
    return downscale


def _camera(downscale):
    return Blur(0, 0.8), *downscale, Noise(1, 8), Jpeg(80, 95)


def _web(downscale):
    return Blur(0.2, 1.5), *downscale, Noise(1, 8), Jpeg(40, 75)


def _photo(downscale):  # the harder a kind is, the more there is to learn of it
    return (OneOf((_clean(downscale), _camera(downscale), _web(downscale)), (2, 3, 5)),)


def _repair(downscale):
    blurred = Blur(0, 0.8), *downscale
    jpeg = Jpeg(30, 95)
    return (OneOf((downscale, (*downscale, jpeg), (*blurred, _NOISE), (*blurred, _NOISE, jpeg)), (1, 2, 3, 4)),)


PRESETS = {"clean": _clean, "camera": _camera, "web": _web, "photo": _photo, "repair": _repair}


def preset(name: str, scale: int = 2) -> Degradation:
    """A degradation by name: what an image has gone through before somebody wants it back, or larger.

    Parameters
    ----------
    name : {"clean", "camera", "web", "photo", "repair"}
        ``clean``: bicubic downscaling alone. ``camera``: a blur of 0 to 0.8 HR pixels before it, then noise of 1 to 8 levels
        and JPEG of quality 80 to 95. ``web``: a blur of 0.2 to 1.5, the same noise, JPEG of quality 40 to 75. The others are
        mixtures to train on. ``photo``: one of those three. ``repair``: nothing; JPEG of quality 30 to 95; or a blur of 0 to
        0.8 and noise of 0 to 20 levels of several kinds, with and without that JPEG.
    scale : int
        With 1 there is no downscaling.

    Returns
    -------
    Degradation

    Raises
    ------
    ValueError
        Another name, or a scale below 1.

    Examples
    --------
    >>> from srlib.degradation import preset
    >>> print(preset("web", 4))
    blur 0.2 to 1.5, bicubic x4, noise 1 to 8, JPEG 40 to 75
    """
    steps = PRESETS[check_choice(name, PRESETS, "the degradation")]
    return Degradation(steps(() if check_scale(scale) == 1 else (Downscale(scale, "bicubic"),)))


def in_short(degradation: Degradation) -> str:
    """A degradation by its preset's name where it has one, else in words; for a table.

    Examples
    --------
    >>> from srlib.degradation import Downscale
    >>> in_short(preset("photo", 4)), in_short(Degradation(Downscale(2)))
    ('photo x4', 'bilinear x2')
    """
    scale = degradation.scale
    alike = [name for name in PRESETS if name != "clean" and preset(name, scale) == degradation]
    return f"{alike[0]} x{scale}" if alike else str(degradation)
