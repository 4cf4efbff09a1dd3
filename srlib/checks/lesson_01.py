"""Checks of the exercises on lesson 01: who learns, and who is examined.

Enters: a function that splits names, or one that prepares images. Leaves: an answer.
"""

import random
from collections import Counter

import numpy as np

from .answer import Answer, Wrong, _call, _judge


def _squares(**photographs: int) -> list[str]:
    return [f"{name}-r{i // 3}c{i % 3}" for name, count in photographs.items() for i in range(count)]


_NAMES = _squares(lighthouse=6, market=4, owl=9, harbour=5, tulip=3, tram=6, bridge=4)
_FIVE = _squares(lighthouse=6, market=4, owl=9, harbour=5, tulip=3)  # the fewest that the task allows
_PARTS = ("train", "validation", "test")


def check_split(my_split) -> Answer:
    """Check exercise 01a: names of squares, split by photograph.

    Parameters
    ----------
    my_split : callable
        Names -> three lists of names: to train on, to validate on, to test on.

    Returns
    -------
    Answer
    """
    return _judge(
        "my_split",
        my_split,
        {
            "every square once": _every_square_once,
            "no photograph on two sides": _no_photograph_twice,
            "most photographs to learn from": _most_to_learn_from,
            "names with a hyphen": _names_with_a_hyphen,
            "the same split for the same squares": _the_same_again,
        },
    )


def _split(my_split, names: list[str], case: str) -> list[list[str]]:
    parts = _call(my_split, names, case=case)
    if isinstance(parts, dict) or not isinstance(parts, (tuple, list)) or len(parts) != 3:
        raise Wrong(
            f"returns a {type(parts).__name__}; expected three lists of names.",
            "end with: return train, validation, test",
        )
    out = [list(part) if not isinstance(part, str) else [part] for part in parts]
    for part, told in zip(out, _PARTS):
        strange = [name for name in part if name not in names]
        if strange:
            raise Wrong(
                f"puts {strange[0]!r} into {told}, which is no name that it was given.",
                "the lists hold names of squares, as they came, not numbers and not photographs.",
            )
    return out


def _of(names) -> set[str]:
    return {str(name).rpartition("-")[0] for name in names}


def _every_square_once(my_split) -> None:
    parts = _split(my_split, _NAMES, f"{len(_NAMES)} squares of 7 photographs")
    counts = Counter(name for part in parts for name in part)
    lost = [name for name in _NAMES if not counts[name]]
    if lost:
        raise Wrong(
            f"loses {len(lost)} of {len(_NAMES)} squares, among them {lost[0]}.",
            "add up the lengths of your three lists: what happens to a remainder?",
        )
    twice = [name for name in _NAMES if counts[name] > 1]
    if twice:
        raise Wrong(
            f"puts {len(twice)} squares into more than one list, among them {twice[0]}.",
            "a square that is learned from can no longer examine anybody.",
        )
    for part, told in zip(parts, _PARTS):
        if not part:
            raise Wrong(f"leaves {told} empty.", "three lists, and none of them may be empty, whatever the names.")


def _no_photograph_twice(my_split) -> None:
    parts = _split(my_split, _NAMES, "the squares")
    for i, j in ((0, 2), (0, 1), (1, 2)):
        shared = sorted(_of(parts[i]) & _of(parts[j]))
        if shared:
            raise Wrong(
                f"puts squares of {shared[0]} into {_PARTS[i]} and into {_PARTS[j]}.",
                "the squares of one photograph are relatives: their edges continue each other. What, then, should be dealt out, squares or photographs?",
            )
    photographs = ("lighthouse", "market", "owl", "harbour", "tulip")
    for large in photographs:
        names = _squares(**{name: 33 if name == large else 4 for name in photographs})
        parts = _split(my_split, names, f"squares as far as {large}-r10c2")
        if any(_of(parts[i]) & _of(parts[j]) for i, j in ((0, 2), (0, 1), (1, 2))):
            raise Wrong(
                f"puts squares of {large}, which has eleven rows of them, on two sides.",
                f"the place is not always as short as r0c0: {large}-r10c2 is a square of {large}, too.",
            )


def _most_to_learn_from(my_split) -> None:
    for names, of in ((_NAMES, 7), (_FIVE, 5)):
        train, validation, test = parts = _split(my_split, names, f"squares of {of} photographs")
        for part, told in zip(parts, _PARTS):
            if not part:
                raise Wrong(
                    f"leaves {told} empty when there are {of} photographs.",
                    "a share of a few photographs can be less than one; how many are one tenth of five?",
                )
        if len(_of(train)) <= len(_of(validation)) + len(_of(test)):
            raise Wrong(
                f"keeps {len(_of(train))} of {of} photographs to learn from.",
                "more than half of the photographs are for training; one each is enough for the other two here.",
            )


def _names_with_a_hyphen(my_split) -> None:
    names = _squares(**{"red-rose": 4, "red-robin": 5, "red-ruby": 3, "red-rat": 4, "red": 3})  # "-r" is in all
    parts = _split(my_split, names, "names like red-rose-r0c0")
    for i, j in ((0, 1), (0, 2), (1, 2)):
        shared = sorted(_of(parts[i]) & _of(parts[j]))
        if shared:
            raise Wrong(
                f"puts squares of {shared[0]} on two sides.",
                "a photograph may have a hyphen in its own name, and only what follows the last one is the place: red-rose is not the photograph red.",
            )
    if sum(map(len, parts)) != len(names) or not all(parts):
        raise Wrong(
            "loses squares, or leaves a list empty, when all photographs have a hyphen in their names, as red-rose and red-robin.",
            "a photograph may have a hyphen in its own name, and only what follows the last one is the place.",
        )


_AGAIN = 6  # seven photographs dealt out by chance fall as before once in 42 times
# The order of a Python set changes from one start of Python to the next; within one, it depends on the order in which
# its members came only where two of them want the same place: it takes many photographs, several times, until they do
_SETS, _LARGE = 20, 18


def _the_same_again(my_split) -> None:
    first = [set(part) for part in _split(my_split, _NAMES, "the squares")]
    for _ in range(_AGAIN):
        if first != [set(part) for part in _split(my_split, _NAMES, "the squares")]:
            raise Wrong(
                "splits the same names differently the second time.",
                "a test photograph of today must not be a training photograph of tomorrow; where does chance enter, and who sets its seed?",
            )
    turned = [set(part) for part in _split(my_split, _NAMES[::-1], "the squares in reverse order")]
    if first != turned:
        raise Wrong(
            "splits the same names differently when they come in another order.",
            "file systems list files as they like: bring the photographs into an order of your own before you deal them out.",
        )
    for s in range(_SETS):
        names = _squares(**{f"image{s}x{i}": 2 for i in range(_LARGE)})
        as_they_came = [set(part) for part in _split(my_split, names, "squares of 18 photographs")]
        for again in range(_AGAIN):
            shuffled = random.Random(again).sample(names, len(names))
            if as_they_came != [set(part) for part in _split(my_split, shuffled, "squares of 18 photographs")]:
                raise Wrong(
                    "splits the same names of 18 photographs differently when they come in another order.",
                    "a set has no order of its own, and tomorrow it may have another: sort the photographs before you deal them out.",
                )


def check_prepare(my_prepare) -> Answer:
    """Check exercise 01b: mirror images for training, without a leak into the test.

    Parameters
    ----------
    my_prepare : callable
        (images, photographs, held_out) -> training images and test images.

    Returns
    -------
    Answer
    """
    return _judge(
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
    parts = _call(my_prepare, images, list(_PHOTOGRAPHS), held_out, case="seven small images")
    if not isinstance(parts, (tuple, list)) or len(parts) != 2:
        raise Wrong(f"returns a {type(parts).__name__}; expected two sets of images.", "end with: return train, test")
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
                "a mirror image in the test counts the same image twice; which of the two sets should be upscaled by mirroring?",
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
        if _have(rest[:, ::-1], train):
            hint = "these are upside down; left and right are another axis. Which axis of (N, H, W, 3) runs from left to right?"
        elif _have(rest[:, ::-1, ::-1], train):
            hint = "these are turned by half a turn: upside down and mirrored. Which one axis of (N, H, W, 3) runs from left to right?"
        elif _have(rest[:, ::-1, ::-1, ::-1], train):
            hint = "these are reversed along several axes; which one of (N, H, W, 3) runs from left to right?"
        elif len(train) == 2 * len(rest) and _have(train, rest) == len(train):
            hint = "every image is there twice, as it is: it was the order of the images that was reversed. Which axis of (N, H, W, 3) runs from left to right?"
        elif _have(rest[..., ::-1], train):
            hint = "these have red and blue exchanged; which axis of (N, H, W, 3) runs from left to right?"
        else:
            hint = "the leak can be closed without giving up the mirror images: they are still wanted, of the training images."
        raise Wrong("trains without the mirror images.", hint)
    if len(train) != 2 * len(rest):
        raise Wrong(
            f"trains on {len(train)} images; expected {2 * len(rest)}, each square and its mirror image.",
            "which images come more than once?",
        )
