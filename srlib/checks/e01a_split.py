"""Exercise 01a: split the names of squares by photograph.

The check asks for many splits, of names made to bring out one mistake each: a remainder, few photographs, hyphens, rows
from 10 on, another order, another day. The last names are drawn anew each time.
"""

import builtins
import contextlib
import datetime
import itertools
import random
import time
from collections import Counter
from unittest import mock

import numpy as np

from ._helpers import call, keeps_nothing, several, short
from ._inputs import fresh
from .answer import Answer, Wrong, judge

_PARTS = ("train", "validation", "test")
_TWO = ((0, 2), (0, 1), (1, 2))


def _squares(**photographs: int) -> list[str]:
    return [f"{name}-r{i // 3}c{i % 3}" for name, count in photographs.items() for i in range(count)]


_NAMES = _squares(lighthouse=6, market=4, owl=9, harbour=5, tulip=3, tram=6, bridge=4)


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
      Hint: the squares of one photograph are relatives: where one ends, the next goes on. Are photographs dealt out, and not squares, each of them once? And which part of lighthouse-r0c0 does your program take for the photograph?
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
            "the same split for the same squares": (_the_same_again, _without_memory, _any_names),
        },
    )


def _split(my_split, names: list[str], case: str) -> list[list[str]]:
    given = several(call(my_split, names, case=case), "train, validation, test", "three lists of names")
    out = []
    for part, told in zip(given, _PARTS):
        if not isinstance(part, (list, tuple, np.ndarray)) or np.ndim(part) != 1:
            hint = "a set has no order of its own: sorted(..) makes a list of it." if isinstance(part, set) else ""
            hint = hint or ("" if np.ndim(part) else "list(..) makes a list of it.")
            raise Wrong(
                f"gives {short(part)} for {told}; expected a list of names.",
                hint or "each of the three is one list, and what it holds are names.",
            )
        strange = [name for name in part if name not in names]
        if strange:
            raise Wrong(
                f"puts {short(strange[0])} into {told}, which is not one of the names that it was given.",
                "the lists hold names of squares, as they came, not numbers and not photographs.",
            )
        out.append([str(name) for name in part])
    return out


def _of(names) -> set[str]:
    """The photographs that squares come from."""
    return {name.rpartition("-")[0] for name in names}


def _first_shared(parts) -> tuple[str, int, int] | None:
    """A photograph with squares in two lists, and which two."""
    shared = ((min(both), i, j) for i, j in _TWO if (both := _of(parts[i]) & _of(parts[j])))
    return next(shared, None)


def _once_each(parts, names, case: str) -> None:
    counts = Counter(name for part in parts for name in part)
    lost = [name for name in names if not counts[name]]
    if lost:
        nothing = "none of the names that it was given is in your lists: do you take the photographs from `names`, or from a cell above?"
        raise Wrong(
            f"loses {len(lost)} of {len(names)} squares, among them {lost[0]}{case}.",
            nothing
            if len(lost) == len(names)
            else "follow that one through your program: which slice, which branch, which remainder leaves it out?",
        )
    for part, told in zip(parts, _PARTS):
        if not part:
            raise Wrong(
                f"leaves {told} empty{case}.",
                "none of the three may be empty, whatever the photographs are called and however few there are: print how many go into each. (One tenth of five is less than one. Or does something left over from an earlier call decide here?)",
            )
    for part, told in zip(parts, _PARTS):
        if len(part) > len(set(part)):
            raise Wrong(
                f"puts squares into {told} twice{case}.", "each name comes once; what do your loops go over twice?"
            )
    twice = [name for name in names if counts[name] > 1]
    if twice:
        raise Wrong(
            f"puts {len(twice)} squares into more than one list, among them {twice[0]}{case}.",
            "a square that is learned from can no longer examine anybody.",
        )


def _every_square_once(my_split) -> None:
    _once_each(_split(my_split, _NAMES, f"{len(_NAMES)} squares of 7 photographs"), _NAMES, "")


def _without_memory(my_split) -> None:
    other = _squares(**{name: 3 for name in ("ash", "beech", "cedar", "elm", "fir", "oak")})
    keeps_nothing(my_split, lambda: (list(_NAMES),), lambda: (other,), f"{len(_NAMES)} squares")


def _together(photograph: str) -> str:
    return f"the squares of one photograph are relatives: where one ends, the next goes on. Are photographs dealt out, and not squares, each of them once? And which part of {photograph}-r0c0 does your program take for the photograph?"


def _no_photograph_twice(my_split) -> None:
    if found := _first_shared(_split(my_split, _NAMES, "the squares")):
        photograph, i, j = found
        raise Wrong(
            f"puts squares of {photograph} into {_PARTS[i]} and into {_PARTS[j]}.",
            _together(photograph),
        )
    photographs = ("lighthouse", "market", "owl", "harbour", "tulip")
    for many in photographs:
        names = _squares(**{name: 33 if name == many else 4 for name in photographs})
        if found := _first_shared(_split(my_split, names, f"squares as far as {many}-r10c2")):
            photograph, i, j = found
            raise Wrong(
                f"puts squares of {photograph} into {_PARTS[i]} and into {_PARTS[j]}, when {many} has eleven rows of them.",
                f"the place is not always as short as r0c0: {many}-r10c2 is a square of {many}, too."
                if photograph == many
                else _together(photograph),
            )


def _most_to_learn_from(my_split) -> None:
    words = (
        "lighthouse",
        "market",
        "owl",
        "harbour",
        "tulip",
        "tram",
        "bridge",
        "wheel",
        "sand",
        "ivy",
        "rook",
        "pond",
    )
    equal = [(count, None) for count in (7, 5, 6, *range(8, len(words) + 1))]
    for count, largest in [*equal, *((6, largest) for largest in range(6))]:
        names = _squares(**{word: 40 if i == largest else 2 + i % 3 for i, word in enumerate(sorted(words[:count]))})
        unequal = "" if largest is None else ", one of which has forty squares"
        parts = _split(my_split, names, f"squares of {count} photographs{unequal}")
        _once_each(parts, names, f" when there are {count} photographs{unequal}")
        if 2 * len(_of(parts[0])) <= count:
            last = 2 * len(_of(parts[2])) > count
            raise Wrong(
                f"keeps {len(_of(parts[0]))} of {count} photographs to learn from{unequal}.",
                "your longest list comes last: return train, validation, test, in this order."
                if last
                else "more than half of the photographs (not of the squares) are for training; one each is enough for the other two lists.",
            )


def _names_with_a_hyphen(my_split) -> None:
    names = _squares(**{"o" * i: 2 + i for i in range(1, 8)})
    parts = _split(my_split, names, "names such as o, oo and ooo")
    if _first_shared(parts) or sum(map(len, parts)) != len(names) or not all(parts):
        raise Wrong(
            f"deals {len(names)} squares of photographs named o, oo, ooo and so on into lists of {', '.join(str(len(part)) for part in parts)}.",
            "the name of one photograph may begin, end or stand within that of another: are two names compared as a whole?",
        )
    names = _squares(**{"red-rose": 4, "red-robin": 5, "red-ruby": 3, "red-rat": 4, "red": 3})  # "-r" is in all
    _hyphens(my_split, names, "such as red-rose and red-robin", "red-rose is not the photograph red")
    names = _squares(**{f"owl-{i}": 2 + i for i in range(1, 7)})
    _hyphens(my_split, names, "such as owl-1 and owl-2", "owl-1 is not the photograph owl")
    names = _squares(**{"-".join(["wren"] * i): 2 + i for i in range(1, 7)})
    _hyphens(my_split, names, "such as wren-wren and wren-wren-wren", "wren-wren is not the photograph wren")


def _hyphens(my_split, names: list[str], such: str, apart: str) -> None:
    parts = _split(my_split, names, f"names such as {names[0]}")
    hint = "a photograph may have a hyphen in its own name, and only what follows the last one is the place"
    if found := _first_shared(parts):
        raise Wrong(f"puts squares of {found[0]} on two sides.", f"{hint}: {apart}.")
    if sum(map(len, parts)) != len(names) or not all(parts):
        seen = "leaves a list empty" if sum(map(len, parts)) == len(names) else "loses squares"
        raise Wrong(f"{seen} when all photographs have a hyphen in their names, {such}.", f"{hint}: {apart}.")


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
        names = _squares(**{f"{word}{s}x{i}": 2 for i in range(_MANY // 3) for word in ("image", "Image", "IMAGE")})
        as_they_came = split(names, case)
        for again in range(_AGAIN):
            if as_they_came != split(random.Random(again).sample(names, len(names)), case):
                raise Wrong(
                    f"splits the same names of {_MANY} photographs differently when they come in another order.",
                    "what in your program depends on the order in which the names come? A set has no order of its own, even if it is filled in order: sort what comes out of it. Ties in a sort stay in the order in which they came, and groupby joins neighbours alone: in both cases sort the names themselves first.",
                )
    for days in (1, 40, 400):
        with _another_day(my_split, days):
            if first != split(_NAMES, "the squares"):
                raise Wrong(
                    "splits the same names differently on another day, in a Python that was started again.",
                    "hash(..) of a text changes with every start of Python, and the date every day; neither may decide.",
                )
    _in_another_python(my_split, first)


class _Text(str):
    """A name as it would be in a Python that was started again, where texts fall into another order in a set."""

    salt = 0

    def __hash__(self):
        return hash((self.salt, str(self)))

    def __getitem__(self, key):
        return _Text(super().__getitem__(key))

    def rsplit(self, *arguments, **options):
        return [_Text(part) for part in super().rsplit(*arguments, **options)]

    def split(self, *arguments, **options):
        return [_Text(part) for part in super().split(*arguments, **options)]

    def rpartition(self, separator):
        return tuple(_Text(part) for part in super().rpartition(separator))


def _in_another_python(my_split, first) -> None:
    for _Text.salt in range(1, 9):
        try:
            parts = [set(part) for part in _split(my_split, [_Text(name) for name in _NAMES], "the squares")]
        except Wrong:  # of a program that mixes such names with others
            return
        if all(parts) and sum(map(len, parts)) == len(_NAMES) and parts != first:
            raise Wrong(
                "splits the same names differently in a Python that was started again.",
                "a set of texts has another order after every start, and hash(..) another value: sort what comes out of a set.",
            )


@contextlib.contextmanager
def _another_day(function, days: int):
    """What `hash`, the clock and the calendar would say in a Python that is started some days later."""
    seconds = 86_400 * days + 3_723
    hashed, clock = builtins.hash, time.time

    class Date(datetime.date):
        @classmethod
        def today(cls):
            return datetime.date.fromordinal(datetime.date.fromtimestamp(clock()).toordinal() + days)

    class DateTime(datetime.datetime):
        @classmethod
        def now(cls, tz=None):
            return datetime.datetime.fromtimestamp(clock() + seconds, tz)

        today = utcnow = now

    mine = getattr(function, "__globals__", {})
    other = {"date": Date, "datetime": DateTime, "time": lambda: clock() + seconds}
    real = {"date": datetime.date, "datetime": datetime.datetime, "time": clock}
    own = {name: other[word] for name, value in mine.items() for word in real if value is real[word]}
    with contextlib.ExitStack() as stack:
        stack.enter_context(mock.patch.object(builtins, "hash", lambda value: hashed((days, value))))
        stack.enter_context(mock.patch.object(time, "time", other["time"]))
        stack.enter_context(mock.patch.multiple(datetime, date=Date, datetime=DateTime))
        stack.enter_context(mock.patch.dict(mine, own))
        yield


_WORDS = ("arc", "disc", "car", "r2", "c", "Owl", "IMG_20", "a.b", "new york", "é", "9", "r0c0", "tower_1", "x", "0")


def _any_names(my_split) -> None:
    rng = random.Random(int(fresh().integers(2**32)))
    for count in (5, 5, 5, 6, 6, 7, 8, 9, 11, 14, 20):
        two, three = (["-".join(some) for some in itertools.permutations(_WORDS, n)] for n in (2, 3))
        photographs = rng.sample([*_WORDS, *two, *rng.sample(three, len(two))], count)
        names = [f"{p}-r{r}c{c}" for p in photographs for r in range(rng.randint(1, 3)) for c in range(8, 11)]
        rng.shuffle(names)
        parts = _split(my_split, names, f"squares such as {names[0]}")
        case = f", of {count} photographs with names such as {photographs[0]}"
        if found := _first_shared(parts):
            raise Wrong(
                f"puts squares of the photograph {found[0]} on two sides.",
                "what follows the last hyphen is the place, and all before it is the photograph, whatever its letters are.",
            )
        _once_each(parts, names, case)
        if 2 * len(_of(parts[0])) <= count:
            raise Wrong(
                f"keeps {len(_of(parts[0]))} photographs to learn from{case}.",
                "more than half of the photographs are for training, whatever they are called and however many squares each of them has.",
            )
