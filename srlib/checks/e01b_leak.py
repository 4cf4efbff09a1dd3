"""Exercise 01b: mirror images for training, without a leak into the test.

The images are noise, so that each of them, and its mirror image, is known again wherever it turns up.
"""

import numpy as np

from ._helpers import call, several
from .answer import Answer, Wrong, judge


def check_prepare(my_prepare) -> Answer:
    """Check exercise 01b: mirror images for training, without a leak into the test.

    Parameters
    ----------
    my_prepare : callable
        (images, photographs, held_out) -> training images and test images.

    Returns
    -------
    Answer

    Examples
    --------
    >>> import srlib
    >>> srlib.checks.check_prepare(lambda images, photographs, held_out: (images, images[:2]))
    ✗ my_prepare has 3 squares of the held-out photograph among the training images.
      Hint: which photograph a square was cut from is in `photographs`; does your split look at it?
    """
    return judge(
        "my_prepare",
        my_prepare,
        {
            "the test photograph is not learned from": _nothing_leaks,
            "the test is whole and unchanged": _test_is_whole,
            "the training images are doubled": _training_is_doubled,
        },
    )


_PHOTOGRAPHS = ["owl", "tram", "owl", "owlet", "tram", "owl", "owlet"]


def _prepared(my_prepare, held_out: str = "owl"):
    images = np.random.default_rng(1).integers(0, 256, (len(_PHOTOGRAPHS), 6, 8, 3), np.uint8)
    given = call(my_prepare, images, list(_PHOTOGRAPHS), held_out, case="seven images of 6x8")
    parts = several(given, "train, test", "two sets of images")
    for part, told in zip(parts, ("train", "test")):
        shape = np.shape(part)
        if len(shape) != 4 or shape[1:] != images.shape[1:]:
            raise Wrong(
                f"gives {told} the shape {shape}; expected (N, 6, 8, 3) for images of 6 by 8.",
                "one image is (H, W, 3), a set of images has a fourth axis in front.",
            )
    held = np.array([name == held_out for name in _PHOTOGRAPHS])
    return images, held, *map(_levels, parts, ("train", "test"))


def _levels(part, told: str) -> np.ndarray:
    """A learner's images as uint8, whatever type holds the levels."""
    part = np.asarray(part)
    with np.errstate(invalid="ignore"):
        levels = part.astype(np.uint8)
    if not np.array_equal(part, levels):
        raise Wrong(
            f"changes the values of the images: {told} runs from {part.min():.4g} to {part.max():.4g}.",
            "the images are handed on as they come, from 0 to 255; only mirror images are added.",
        )
    return levels


def _have(images, among) -> int:
    known = {np.ascontiguousarray(image).tobytes() for image in among}
    return sum(np.ascontiguousarray(image).tobytes() in known for image in images)


def _nothing_leaks(my_prepare) -> None:
    images, held, train, test = _prepared(my_prepare)
    mine, mirrored = _have(images[held], train), _have(images[held][:, :, ::-1], train)
    if mine:
        raise Wrong(
            f"has {mine} squares of the held-out photograph among the training images.",
            "which photograph a square was cut from is in `photographs`; does your split look at it?",
        )
    if mirrored:
        raise Wrong(
            f"has mirror images of {mirrored} test squares among the training images.",
            "a mirror image is a relative of its original; what has to come first, the mirroring or the split?",
        )
    if not len(train) or not len(test):
        raise Wrong(
            "leaves one of the two sets empty.", "print the length of each; `photographs` is a list, not an array."
        )


def _test_is_whole(my_prepare) -> None:
    for held_out in ("owl", "tram"):
        images, held, _, test = _prepared(my_prepare, held_out)
        if _have(test, images[~held]) or _have(test, images[~held][:, :, ::-1]):
            raise Wrong(
                f"tests on squares of other photographs when {held_out} is held out.",
                "the test set is the held-out photograph, and nothing else.",
            )
        if _have(test, images[held][:, :, ::-1]):
            raise Wrong(
                "has mirror images in the test set.",
                "a mirror image in the test counts the same image twice; which of the two sets should be doubled by mirroring?",
            )
        if len(test) != held.sum() or _have(images[held], test) != held.sum():
            raise Wrong(
                f"tests on {len(test)} of the {held.sum()} squares of {held_out}.",
                "every square of the held-out photograph belongs there, once.",
            )


def _training_is_doubled(my_prepare) -> None:
    images, held, train, _ = _prepared(my_prepare)
    rest = images[~held]
    if _have(rest, train) < len(rest):
        raise Wrong(
            "has lost training images.",
            "all squares of the other photographs are there to be learned from, as they are and mirrored.",
        )
    if _have(rest[:, :, ::-1], train) < len(rest):
        raise Wrong("trains without the mirror images.", _hint_instead_of_mirror_images(rest, train))
    if len(train) != 2 * len(rest):
        raise Wrong(
            f"trains on {len(train)} images; expected {2 * len(rest)}, each square and its mirror image.",
            "which images come more than once?",
        )


def _hint_instead_of_mirror_images(rest, train) -> str:
    """What stands among the training images where their mirror images should."""
    which = "which one axis of (N, H, W, 3) runs from left to right?"
    for other, hint in (
        (rest[:, ::-1], f"these are upside down; {which}"),
        (rest[:, ::-1, ::-1], f"these are turned by half a turn, upside down and mirrored: {which}"),
        (rest[:, ::-1, ::-1, ::-1], f"these are reversed along several axes; {which}"),
        (rest[..., ::-1], f"these have red and blue exchanged; {which}"),
    ):  # fmt: skip
        if _have(other, train):
            return hint
    if len(train) == 2 * len(rest) and _have(train, rest) == len(train):
        return f"every image is there twice, as it is: it was the order of the images that was reversed; {which}"
    return "the leak can be closed without giving up the mirror images: they are still wanted, of the training images."
