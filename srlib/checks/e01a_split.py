"""Exercise 01a: split the names of squares by photograph.

The check asks for several splits, of names made to bring out one mistake each: a remainder, few photographs, hyphens,
rows from 10 on, another order.
"""

import random
from collections import Counter

from ._helpers import call, several
from .answer import Answer, Wrong, judge

_PARTS = ("train", "validation", "test")
_TWO = ((0, 2), (0, 1), (1, 2))


def _squares(**photographs: int) -> list[str]:
    return [f"{name}-r{i // 3}c{i % 3}" for name, count in photographs.items() for i in range(count)]


_NAMES = _squares(lighthouse=6, market=4, owl=9, harbour=5, tulip=3, tram=6, bridge=4)
_FIVE = _squares(lighthouse=6, market=4, owl=9, harbour=5, tulip=3)  # the fewest that the task allows


def check_split(my_split) -> Answer:
    """Check exercise 01a: names of squares, split by photograph.

    Parameters
    ----------
    my_split : callable
        Names -> three lists of names: to train on, to validate on, to test on.

    Returns
    -------
    Answer

    Examples
    --------
    >>> import srlib
    >>> srlib.checks.check_split(lambda names: (names[2:], names[:1], names[1:2]))
    ✗ my_split puts squares of lighthouse into train and into test.
      Hint: the squares of one photograph are relatives: their edges continue each other. What, then, should be dealt out, squares or photographs?
      Right so far: every square once.
    """
    return judge(
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
    given = several(call(my_split, names, case=case), "train, validation, test", "three lists of names")
    out = [list(part) if not isinstance(part, str) else [part] for part in given]
    for part, told in zip(out, _PARTS):
        strange = [name for name in part if name not in names]
        if strange:
            raise Wrong(
                f"puts {strange[0]!r} into {told}, which is no name that it was given.",
                "the lists hold names of squares, as they came, not numbers and not photographs.",
            )
    return out


def _of(names) -> set[str]:
    """The photographs that squares come from."""
    return {str(name).rpartition("-")[0] for name in names}


def _first_shared(parts) -> tuple[str, int, int] | None:
    """A photograph with squares in two lists, and which two."""
    shared = ((min(both), i, j) for i, j in _TWO if (both := _of(parts[i]) & _of(parts[j])))
    return next(shared, None)


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
    if found := _first_shared(_split(my_split, _NAMES, "the squares")):
        photograph, i, j = found
        raise Wrong(
            f"puts squares of {photograph} into {_PARTS[i]} and into {_PARTS[j]}.",
            "the squares of one photograph are relatives: their edges continue each other. What, then, should be dealt out, squares or photographs?",
        )
    photographs = ("lighthouse", "market", "owl", "harbour", "tulip")
    for many in photographs:
        names = _squares(**{name: 33 if name == many else 4 for name in photographs})
        if _first_shared(_split(my_split, names, f"squares as far as {many}-r10c2")):
            raise Wrong(
                f"puts squares of {many}, which has eleven rows of them, on two sides.",
                f"the place is not always as short as r0c0: {many}-r10c2 is a square of {many}, too.",
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
    hint = "a photograph may have a hyphen in its own name, and only what follows the last one is the place"
    if found := _first_shared(parts):
        raise Wrong(f"puts squares of {found[0]} on two sides.", f"{hint}: red-rose is not the photograph red.")
    if sum(map(len, parts)) != len(names) or not all(parts):
        raise Wrong(
            "loses squares, or leaves a list empty, when all photographs have a hyphen in their names, as red-rose and red-robin.",
            f"{hint}.",
        )


_AGAIN = 6  # seven photographs dealt out by chance fall as before once in 42 times
# The order of a Python set changes from one start of Python to the next; within one, it depends on the order in which
# its members came only where two of them want the same place: it takes many photographs, several times, until they do
_SETS, _MANY = 20, 18


def _the_same_again(my_split) -> None:
    def split(names, case):
        return [set(part) for part in _split(my_split, names, case)]

    first = split(_NAMES, "the squares")
    if any(first != split(_NAMES, "the squares") for _ in range(_AGAIN)):
        raise Wrong(
            "splits the same names differently the second time.",
            "a test photograph of today must not be a training photograph of tomorrow; where does chance enter, and who sets its seed?",
        )
    if first != split(_NAMES[::-1], "the squares in reverse order"):
        raise Wrong(
            "splits the same names differently when they come in another order.",
            "file systems list files as they like: bring the photographs into an order of your own before you deal them out.",
        )
    case = f"squares of {_MANY} photographs"
    for s in range(_SETS):
        names = _squares(**{f"image{s}x{i}": 2 for i in range(_MANY)})
        as_they_came = split(names, case)
        for again in range(_AGAIN):
            if as_they_came != split(random.Random(again).sample(names, len(names)), case):
                raise Wrong(
                    f"splits the same names of {_MANY} photographs differently when they come in another order.",
                    "a set has no order of its own, and tomorrow it may have another: sort the photographs before you deal them out.",
                )
