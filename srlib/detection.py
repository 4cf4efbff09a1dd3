"""Detectability: how well a small network learns to tell restored images from real ones.

Lesson 09 (``09_sharp_or_true``) sets it against PSNR.
"""

import hashlib
from dataclasses import dataclass

import numpy as np

from .backend import keras
from .discriminators import build_discriminator
from .images import check_alike, check_count, check_image_list, to_uint8

_BATCH, _RATE = 32, 2e-3  # patches of either kind a step; the learning rate at its peak
_WIDTH = 16


@dataclass(frozen=True)
class Detectability:
    """How often a detector was right about patches of images that it had not seen.

    Attributes
    ----------
    shares : tuple of float
        One for each seed: 0.5 is chance, 1.0 always right.
    """

    shares: tuple[float, ...]

    @property
    def mean(self) -> float:
        """Over the seeds."""
        return float(np.mean(self.shares))

    @property
    def spread(self) -> float:
        """The sample standard deviation over the seeds; NaN with one."""
        return float(np.std(self.shares, ddof=1)) if len(self.shares) > 1 else float("nan")

    def __str__(self) -> str:
        return f"{self.mean:.3f} ± {self.spread:.3f}"


def detectability(sr, hr, *, seeds: int = 3, steps: int = 400, patch_size: int = 32) -> Detectability:
    """How well restored images can be told from real ones: a classifier two-sample test [1]_.

    A fresh discriminator is trained for a fixed number of steps on patches of half of the images, and asked about those of
    the other half. 0.5 means that it could not tell, 1.0 that it always could. Both sides are rounded to 8 bits, as files
    are. It sees fine detail alone: the image without its low frequencies.

    A low value says that *this* detector, with so few images and steps, found nothing; a larger one might. It does not say
    that the detail is true: an image that was invented from beginning to end may be impossible to tell from a real one [2]_.
    A high value does not say that the image looks wrong, either: noise of one level in 255, which no eye sees, is told in
    more than nine of ten patches where enough images are given.

    Parameters
    ----------
    sr, hr : ImageSet, ndarray (N, H, W, 3) or list of (H, W, 3)
        Restored and real images, as many of one as of the other, at least two; pairs of one size. The order of the pairs
        changes nothing.
    seeds : int
        How many times it is done, each with another half, another order and other first weights.
    steps : int
        Of training, each with 32 patches of either kind.
    patch_size : int
        Of the patches, in pixels; at least 25.

    Returns
    -------
    Detectability

    Raises
    ------
    TypeError, ValueError
        What is not images, sides that do not go together, images smaller than a patch.

    References
    ----------
    .. [1] D. Lopez-Paz, M. Oquab, "Revisiting classifier two-sample tests", ICLR 2017.
    .. [2] Y. Blau, T. Michaeli, "The perception-distortion tradeoff", CVPR 2018: what is closest to the truth on average
       and what cannot be told from real images are two aims, and no method reaches both.

    Examples
    --------
    >>> import srlib
    >>> hr = srlib.load_images("sample", split="validation")[:2]
    >>> same = srlib.detectability(hr, hr, seeds=2, steps=2)
    >>> same.shares  # of two that are the same it is right about one
    (0.5, 0.5)
    """
    pairs = _pairs(sr, hr, check_count(patch_size, "patch_size", least=25))
    shares = []
    detector = _detector(patch_size, check_count(steps, "steps"))
    start = [np.array(v) for v in map(keras.ops.convert_to_numpy, detector.optimizer.variables)]
    for seed in range(check_count(seeds, "seeds")):
        rng = np.random.default_rng(seed)
        order = rng.permutation(len(pairs))
        learnt, asked = order[: len(order) // 2], order[len(order) // 2 :]
        detector.set_weights(build_discriminator(_WIDTH, seed=seed).get_weights())
        for variable, value in zip(detector.optimizer.variables, start):
            variable.assign(value)
        truth = np.repeat(np.float32([0, 1]), _BATCH)[:, None]
        for _ in range(steps):
            detector.train_on_batch(_drawn([pairs[i] for i in learnt], patch_size, rng), truth)
        shares.append(float(np.mean([_right(detector, pairs[i], patch_size) for i in asked])))
    return Detectability(tuple(shares))


def _pairs(sr, hr, side: int) -> list[tuple[np.ndarray, np.ndarray]]:
    """The images in 8 bits, in an order that follows from what they show."""
    sr, hr = (getattr(check_image_list(each, name), "images", each) for each, name in ((sr, "sr"), (hr, "hr")))
    if len(sr) != len(hr) or len(hr) < 2:
        raise ValueError(
            f"sr holds {len(sr)} images and hr {len(hr)}; expected as many of one as of the other, and two at least: give the images in pairs."
        )
    pairs = [tuple(map(to_uint8, check_alike(a, b, ("sr", "hr")))) for a, b in zip(sr, hr)]
    smallest = min(min(real.shape[:2]) for _, real in pairs)
    if smallest < side:
        raise ValueError(
            f"the shortest side of an image is {smallest}, and patch_size {side}; expected images that hold a patch: leave the smallest out."
        )
    return sorted(pairs, key=lambda pair: [hashlib.sha256(image.tobytes()).digest() for image in pair[::-1]])


def _detector(side: int, steps: int):
    image = keras.Input((side, side, 3))
    answers = build_discriminator(_WIDTH)(image)[-1]
    model = keras.Model(image, keras.layers.GlobalAveragePooling2D()(answers))
    rate = keras.optimizers.schedules.CosineDecay(_RATE, steps)
    model.compile(keras.optimizers.Adam(rate), keras.losses.BinaryCrossentropy(from_logits=True))
    model.optimizer.build(model.trainable_variables)
    return model


def _drawn(pairs: list, side: int, rng) -> np.ndarray:
    """Patches at random places, flipped and turned: restored ones, then real ones from places of their own."""
    patches = []
    for kind in (0, 1):
        for i in rng.integers(len(pairs), size=_BATCH):
            image = pairs[i][kind]
            y, x = (rng.integers(length - side + 1) for length in image.shape[:2])
            patch = image[y : y + side, x : x + side]
            patches.append(np.rot90(patch[:, ::-1] if rng.integers(2) else patch, rng.integers(4)))
    return np.stack(patches).astype(np.float32) / 255


def _right(detector, pair, side: int) -> float:
    """In what share of a pair's patches, side by side, the detector is right; one that cannot say is half right."""
    rows, columns = (length // side for length in pair[0].shape[:2])
    found = []
    for image, sign in zip(pair, (-1, 1)):
        tiles = image[: rows * side, : columns * side].reshape(rows, side, columns, side, 3).swapaxes(1, 2)
        logits = detector.predict_on_batch(tiles.reshape(-1, side, side, 3).astype(np.float32) / 255)
        found.append(np.sign(logits) * sign)
    return float(np.mean(found) + 1) / 2
