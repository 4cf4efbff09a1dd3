"""What the explorer computes: an image is degraded, two methods upscale it, and the results are scored.

Nothing here knows of controls or of pages: an :class:`Experiment` has images and methods, takes a :class:`Setting`, and
gives an :class:`Outcome`. It keeps the latest results, so that going back to a setting costs nothing.
"""

from collections import OrderedDict
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ..data import load_images
from ..degradation import Blur, Downscale, Jpeg, Noise, make_pairs, preset
from ..image_files import quiet_decoders, read_image
from ..images import check, to_uint8
from ..metrics import mse, psnr, ssim
from ..resampling import UPSCALE_KERNELS
from ..upscaling import upscale

SIDE = 512  # pixels: no upscaled image is larger along a side
NETWORK = "small_bilinear"  # the shipped network that is shown unless methods are given
KEPT = 48  # results that are kept, of less than two megabytes each
# What happens to an LR image besides, by the name that the page shows: before and after the downscaling.
DEGRADATIONS = {
    "nothing else": ((), ()),
    "blur": ((Blur(1),), ()),
    "noise": ((), (Noise(5),)),
    "JPEG, quality 75": ((), (Jpeg(75),)),
    "JPEG, quality 30": ((), (Jpeg(30),)),
    **{name: (preset(name, 1).steps[:1], preset(name, 1).steps[1:]) for name in ("camera", "web")},
}
MIDDLE, WHOLE = "its middle", "all of it, downscaled"  # what is taken of an image that is larger than SIDE
AS_IT_IS = "as it is"  # in place of a kernel: nothing is downscaled, so there is no ground truth


@dataclass(frozen=True)
class Setting:
    """Which image, and what is done to it before it is upscaled.

    Attributes
    ----------
    image : str
        Its name.
    part : str
        What is taken of a large one: `MIDDLE` or `WHOLE`.
    kernel : str
        How it is downscaled, or `AS_IT_IS`.
    degradation : str
        One of `DEGRADATIONS`.
    scale : int
    """

    image: str
    part: str = MIDDLE
    kernel: str = "bilinear"
    degradation: str = "nothing else"
    scale: int = 2

    def __str__(self):
        if self.kernel == AS_IT_IS:
            return f"{self.image}, as it is, upscaled by {self.scale}"
        kernel = {"bilinear": "linear"}.get(self.kernel, self.kernel)
        besides = f", with {self.degradation}" if any(DEGRADATIONS[self.degradation]) else ""
        return f"{self.image}, downscaled by {self.scale} ({kernel}{besides})"


@dataclass(frozen=True)
class Outcome:
    """What came of a setting.

    Attributes
    ----------
    lr : ndarray
        What the methods were given, ``uint8`` or ``float32``.
    hr : ndarray of uint8 or None
        The ground truth; None where nothing was downscaled.
    sr : dict
        ``sr[method]``, ``uint8``.
    scores : dict
        ``scores[method]`` is ``{"psnr": dB, "ssim": .., "mse": ..}`` for values in [0, 1]; empty without a ground truth.
    """

    lr: np.ndarray
    hr: np.ndarray | None
    sr: dict[str, np.ndarray]
    scores: dict[str, dict[str, float]]


class Experiment:
    """Images and methods by name, and the latest results of the one on the other."""

    def __init__(self, images: dict, methods: dict, side: int = SIDE):
        self.images, self.methods, self.side = dict(images), methods, side
        self.kept: OrderedDict = OrderedDict()

    def run(self, setting: Setting, methods) -> Outcome:
        """The outcome of a setting for some methods, by their names."""
        lr, hr = self._once(setting, lambda: self.degrade(self.images[setting.image], setting))
        sr, scores = {}, {}
        for name in methods:

            def work(method=self.methods[name]):
                made = upscale(lr, method, setting.scale)
                return to_uint8(made), {} if hr is None else _scores(made, hr)

            sr[name], found = self._once((setting, name), work)
            if found:
                scores[name] = found
        return Outcome(lr, hr, sr, scores)

    def degrade(self, image: np.ndarray, setting: Setting) -> tuple[np.ndarray, np.ndarray | None]:
        """LR and HR of any image under a setting; HR is None where nothing is downscaled."""
        side = self.side // setting.scale if setting.kernel == AS_IT_IS else self.side
        image = fitted(image, side, setting.part)
        if setting.kernel == AS_IT_IS:
            return image, None
        if min(image.shape[:2]) < setting.scale:
            raise ValueError(
                f"{setting.image} has {image.shape[0]}x{image.shape[1]} pixels; expected at least {setting.scale} along each side to downscale it by {setting.scale}: choose a larger image."
            )
        first, last = DEGRADATIONS[setting.degradation]
        lr, hr = make_pairs(image[None], (*first, Downscale(setting.scale, setting.kernel), *last))
        return lr[0], to_uint8(hr[0])

    def offered(self, scale: int) -> list[str]:
        """The methods that upscale by this."""
        return [name for name, method in self.methods.items() if scale_of(method) in (None, scale)]

    def add(self, name: str, image: np.ndarray) -> str:
        """Take an image in; its name, with a number behind it where another image bears that already."""
        name = _unused(name, self.images)
        self.images[name] = image
        return name

    def _once(self, key, compute):
        """The result that bears the key; computed only where it is not kept."""
        if key not in self.kept:
            self.kept[key] = compute()
        self.kept.move_to_end(key)
        while len(self.kept) > KEPT:
            self.kept.popitem(last=False)
        return self.kept[key]


def fitted(image: np.ndarray, side: int, part: str) -> np.ndarray:
    """An image as uint8, and of one larger than `side` the middle, or the whole downscaled."""
    image = to_uint8(image)
    height, width = image.shape[:2]
    if max(height, width) <= side:
        return image
    if part == WHOLE:
        from PIL import Image

        pixels = Image.fromarray(image)
        pixels.thumbnail((side, side), Image.Resampling.BICUBIC, reducing_gap=3)
        return np.asarray(pixels)
    h, w = min(height, side), min(width, side)
    top, left = (height - h) // 2, (width - w) // 2
    return np.ascontiguousarray(image[top : top + h, left : left + w])


def scale_of(method) -> int | None:
    """The scale of a network of srlib's; None of what has no card, such as an interpolation."""
    card = getattr(method, "card", None)
    return card and card.scale


def _scores(sr: np.ndarray, hr: np.ndarray) -> dict[str, float]:
    fits = min(hr.shape[:2]) >= 7  # SSIM's window
    return {"psnr": psnr(sr, hr), "ssim": ssim(sr, hr) if fits else float("nan"), "mse": mse(sr, hr)}


# -- what is given ----------------------------------------------------------------------------------------------------------


def named_images(images) -> dict[str, np.ndarray]:
    """Images by name, from whatever the explorer is given; the photographs of the sample's test split for None."""
    if images is None:
        images = load_images("sample", "test")
    if isinstance(images, dict):
        named = {str(name): image for name, image in images.items()}
    else:
        found = getattr(images, "images", images)
        found = [found] if getattr(found, "ndim", 4) == 3 else list(found)
        names = getattr(images, "names", None) or [f"image {i + 1}" for i in range(len(found))]
        named = {}
        for name, image in zip(names, found):
            named[_unused(name, named)] = image
    if not named:
        raise ValueError("There are no images to explore; expected at least one: leave images out for the sample.")
    for name, image in named.items():
        check(image, name)
        if image.ndim != 3:
            raise ValueError(
                f"{name} has shape {image.shape}; expected one image (H, W, 3) for a name: give a batch by itself, without a name."
            )
    return named


def named_methods(methods) -> dict:
    """Methods by name, networks loaded; all interpolations and the small shipped network for None."""
    if methods is None:
        methods = (*UPSCALE_KERNELS, NETWORK)
    if isinstance(methods, (list, tuple)):
        nameless = [m for m in methods if not isinstance(m, (str, Path))]
        if nameless:
            raise TypeError(
                f"methods holds a {type(nameless[0]).__name__} without a name; expected names, or a dict of name -> method: try {{'mine': model, 'bicubic': 'bicubic'}}."
            )
        methods = {str(m): m for m in methods}
    if not isinstance(methods, dict) or len(methods) < 2:
        raise TypeError(
            f"methods is {methods!r}; expected a list of at least two names, or a dict of name -> method: try ['bicubic', '{NETWORK}']."
        )
    named = {}
    for name, method in methods.items():
        if isinstance(method, Path) or (isinstance(method, str) and method not in UPSCALE_KERNELS):
            from ..checkpoints import load_model  # brings Keras, which an interpolation does without

            method = load_model(method)
        if not isinstance(method, str) and not callable(method):
            raise TypeError(
                f"method {name!r} is a {type(method).__name__}; expected a network, or a name: use srlib.load_model or {UPSCALE_KERNELS}."
            )
        named[str(name)] = method
    return named


def read_upload(name: str, content: bytes) -> np.ndarray:
    """The image that an uploaded file holds; an error names the file as the user knows it."""
    with quiet_decoders():
        return read_image(content, name=name)


def _unused(name: str, taken) -> str:
    """The name, or the name with the first number behind it that no other bears."""
    new, count = name, 1
    while new in taken:
        count += 1
        new = f"{name} ({count})"
    return new
