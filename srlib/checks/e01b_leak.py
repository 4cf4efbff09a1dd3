"""Exercise 01b: mirror images for training, without a leak into the test.

The images are noise, so that each of them, and its mirror image, is known again wherever it turns up. Those that are drawn
anew hold repeats, images that are their own mirror image, and fractions.
"""

import itertools
from collections import Counter

import numpy as np

from ._helpers import call, counted, keeps_nothing, several
from ._inputs import fresh, laid_out
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
    ✗ my_prepare has 3 squares of the held-out photograph among the training images; the test set has 2 images, and the photograph has 3.
      Hint: `photographs` says from which photograph each square was cut. Print, for every square, its name and whether your program holds it out: every one named `held_out` stays out of the training, wherever it stands in the list.
    """
    return judge(
        "my_prepare",
        my_prepare,
        {
            "the test photograph is not learned from": (_nothing_leaks, _without_memory),
            "the test is whole and unchanged": _test_is_whole,
            "the training images are doubled": (_training_is_doubled, _any_images),
        },
    )


_PHOTOGRAPHS = ["owl", "tram", "owl", "owlet", "tram", "owl", "owlet"]


def _prepared(my_prepare, held_out: str = "owl"):
    images = np.random.default_rng(1).integers(0, 256, (len(_PHOTOGRAPHS), 6, 8, 3), np.uint8)
    return _of(my_prepare, images, _PHOTOGRAPHS, held_out, "seven images of 6x8")


def _of(my_prepare, images, photographs, held_out: str, case: str):
    """The images that were given, which of them are held out, and the learner's two sets."""
    held_out = "".join(list(held_out))  # equal to a name in the list, and another object, as text from a file is
    given = several(
        call(my_prepare, images, list(photographs), held_out, case=case), "train, test", "two sets of images"
    )
    parts = [_levels(part, told, images) for part, told in zip(given, ("train", "test"))]
    held = np.array([name == held_out for name in photographs])
    return images, held, *parts


def _levels(part, told: str, images: np.ndarray) -> np.ndarray:
    """A learner's images in the type of those that were given, whatever type holds the values."""
    try:
        part = np.asarray(part)
    except ValueError:  # images of different sizes
        part = np.empty(0)
    sides = "x".join(map(str, images.shape[1:3]))
    selected = "print what you select the images with. Is it one True or False for each of them, or a single one?"
    hint = "one image is (H, W, 3), a set of images has a fourth axis in front."
    if part.ndim == 4:
        hint = "the sides of the images have changed: along which axis are they joined, or cut?"
    elif part.ndim == 3:
        hint = f"this is one image, and not a set: {selected}"
    elif part.ndim == 1 and part.size:
        hint = (
            "all numbers stand in one row: something has flattened the images, as np.append does if it is told no axis."
        )
    elif part.ndim > 4:
        hint = f"there is one axis too many: {selected}"
    if part.ndim != 4 or part.shape[1:] != images.shape[1:] or part.dtype.kind not in "uif":
        raise Wrong(
            f"gives {told} the shape {part.shape}; expected (N, {', '.join(map(str, images.shape[1:]))}) for images of {sides}.",
            hint,
        )
    with np.errstate(invalid="ignore"):
        levels = part.astype(images.dtype)
    if not np.array_equal(part, levels) or levels.max(initial=0) > images.max():
        raise Wrong(
            f"changes the values of the images: {told} runs from {part.min():.4g} to {part.max():.4g}.",
            "the images are handed on as they come, on the scale that they come in; only mirror images are added.",
        )
    return levels


def _have(images, among) -> int:
    known = {np.ascontiguousarray(image).tobytes() for image in among}
    return sum(np.ascontiguousarray(image).tobytes() in known for image in images)


def _counted(images) -> Counter:
    return Counter(np.ascontiguousarray(image).tobytes() for image in images)


def _nothing_leaks(my_prepare) -> None:
    images, held, train, test = _prepared(my_prepare)
    mine, mirrored = _have(images[held], train), _have(images[held][:, :, ::-1], train)
    if mine == held.sum() and _have(train, images[held]) == len(train) and _have(images[~held], test):
        raise Wrong(
            "gives the held-out photograph first, and the others second.",
            "the order of what is returned: train, test.",
        )
    if mine:
        raise Wrong(
            f"has {counted(mine, 'square')} of the held-out photograph among the training images; the test set has {counted(len(test), 'image')}, and the photograph has {held.sum()}.",
            "`photographs` says from which photograph each square was cut. Print, for every square, its name and whether your program holds it out: every one named `held_out` stays out of the training, wherever it stands in the list.",
        )
    if strange := len(train) - _have(train, _turned(images)):
        raise Wrong(
            f"has {counted(strange, 'training image')} that are no squares of any photograph, neither as they came nor mirrored.",
            "compare one with the squares, row by row: along which axis does each line of your program take out, join or turn?",
        )
    if mirrored:
        raise Wrong(
            f"has mirror images of {mirrored} test squares among the training images.",
            "a mirror image is a relative of its original; what has to come first, the mirroring or the split?",
        )
    if not len(train) or not len(test):
        raise Wrong(
            f"leaves {'train' if not len(train) else 'test'} empty.",
            "print what decides: a list compared with a text is one False, where an array of names is compared one by one.",
        )


def _turned(images: np.ndarray) -> list:
    """Images as they came, and in every way in which a learner may have turned them."""
    ways = itertools.product((1, -1), repeat=3)
    return [turned for a, b, c in ways for turned in images[:, ::a, ::b, ::c]]


def _without_memory(my_prepare) -> None:
    one, other = np.random.default_rng(2).integers(0, 256, (2, len(_PHOTOGRAPHS), 6, 8, 3), np.uint8)
    of = list(_PHOTOGRAPHS)
    keeps_nothing(my_prepare, lambda: (one, of, "owl"), lambda: (other, of, "tram"), "seven images of 6x8")


def _test_is_whole(my_prepare) -> None:
    for held_out in ("owl", "tram", "owlet"):
        images, held, _, test = _prepared(my_prepare, held_out)
        if _have(test, images[~held]) or _have(test, images[~held][:, :, ::-1]):
            raise Wrong(
                f"tests on squares of other photographs when {held_out} is held out.",
                "the test set is the held-out photograph, and nothing else; are the two names compared as a whole?",
            )
        if _have(test, images[held][:, :, ::-1]):
            raise Wrong(
                "has mirror images in the test set.",
                "the test set is the photograph as it is; which of the two sets should be doubled by mirroring?",
            )
        if not _have(test, images[held]):
            raise Wrong(
                f"tests on images that are no squares of {held_out}.",
                "the test set is the held-out photograph as it is: nothing is flipped, turned or changed.",
            )
        if len(test) != held.sum() or _have(images[held], test) != held.sum():
            raise Wrong(
                f"tests on {counted(len(test), 'image')}, although {held_out} has {counted(held.sum(), 'square')}.",
                "every square of the held-out photograph belongs there, once.",
            )


def _training_is_doubled(my_prepare) -> None:
    images, held, train, _ = _prepared(my_prepare)
    rest = images[~held]
    there, mirrored = _have(rest, train), _have(rest[:, :, ::-1], train)
    if there < len(rest):
        raise Wrong(
            f"has {there} of {len(rest)} squares of the other photographs to learn from.",
            "the mirror images are there, and the squares themselves are wanted, too. (`b = a` makes no copy: what changes b changes a.)"
            if mirrored == len(rest)
            else "all squares of the other photographs are there to be learned from, as they are and mirrored.",
        )
    if mirrored < len(rest):
        raise Wrong(
            f"trains with {mirrored} of {len(rest)} mirror images.", _hint_instead_of_mirror_images(rest, train)
        )
    if len(train) != 2 * len(rest):
        raise Wrong(
            f"trains on {len(train)} images; expected {2 * len(rest)}, each square and its mirror image.",
            "which images come more than once?"
            if _have(train, [*rest, *rest[:, :, ::-1]]) == len(train)
            else "left for right is the only mirroring that is asked for.",
        )


def _hint_instead_of_mirror_images(rest, train) -> str:
    """What stands among the training images where their mirror images should."""
    which = "which one axis of (N, H, W, 3) runs from left to right?"
    for other, hint in (
        (rest[:, ::-1], f"these are upside down; {which}"),
        (rest[:, ::-1, ::-1], f"these are turned by half a turn, that is, upside down and mirrored: {which}"),
        (rest[:, ::-1, ::-1, ::-1], f"these are reversed along several axes; {which}"),
        (rest[:, :, ::-1, ::-1], f"these are mirrored, and have red and blue exchanged; {which}"),
        (rest[..., ::-1], f"these have red and blue exchanged; {which}"),
    ):  # fmt: skip
        if _have(other, train):
            return hint
    if len(train) == 2 * len(rest) and _have(train, rest) == len(train):
        return f"every image is there twice, as it is: what was reversed, the order of the images? Of the axes, {which}"
    if len(train) == 2 * len(rest) and _have(rest, train) == len(rest):
        return "the number is right, and what stands beside the squares are not their mirror images: compare one with its square, column by column."
    return "the leak can be closed without giving up the mirror images: they are still wanted, of every training image."


def _any_images(my_prepare) -> None:
    rng = fresh()
    words = ["owl", "owlet", "snow owl", "Owl", "tram"]
    for dtype in (np.uint8, np.uint8, np.float32):
        photographs = [words[0], *(words[i] for i in rng.integers(0, 5, rng.integers(5, 12))), words[4]]
        height, width = rng.integers(2, 7, 2)
        values = rng.integers(0, 256, (len(photographs), height, width, 3))
        values[1], values[3], values[-1] = values[0], values[2], values[2]  # a photographer does press twice
        values[4] = 90  # its own mirror image
        images = laid_out(rng, (values / 255 if dtype == np.float32 else values).astype(dtype))
        held_out = photographs[rng.integers(len(photographs))]
        case = f"{len(images)} {np.dtype(dtype)} images of {height}x{width}, some of which are equal"
        images, held, train, test = _of(my_prepare, images, photographs, held_out, case)
        rest = images[~held]
        for told, part, right in (
            ("trains", train, np.concatenate([rest, rest[:, :, ::-1]])),
            ("tests", test, images[held]),
        ):
            if _counted(part) != _counted(right):
                strange = len(part) - _have(part, _turned(images))
                hint = "the names in `photographs` decide, and nothing else: not where a square stands in the list, and not whether two images look alike."
                if strange:
                    hint = f"{counted(strange, 'image')} of these are neither among those that came nor mirror images of them: were their values changed, or their type, which was {images.dtype}?"
                expected = (
                    f"; expected {len(right)}"
                    if len(part) != len(right)
                    else ", which is right, but on others than expected"
                )
                raise Wrong(f"{told} on {counted(len(part), 'image')} for {case}{expected}.", hint)
