"""Exercise 08b: sources found again, lost and invented, each detection counted once.

In the first cases every matching that uses a detection once gives the same counts. The last ones are crowded, so that it
counts which pair goes first.
"""

import numpy as np

from ._helpers import BY_HAND, call, keeps_nothing, short
from ._inputs import fresh
from .answer import Answer, Wrong, judge


def check_sources(my_count) -> Answer:
    """Check exercise 08b: how many sources were found again, lost and invented.

    Parameters
    ----------
    my_count : callable
        (true, found, reach) -> found again, lost, invented; places are arrays of rows and columns, (n, 2) and (m, 2).

    Returns
    -------
    Answer

    Examples
    --------
    >>> import srlib
    >>> srlib.checks.check_sources(lambda true, found, reach: (len(found), 0, 0))
    ✗ my_count gives (4, 0, 0) for 5 sources and 4 detections; expected (3, 2, 1).
      Hint: all detections are counted as sources found again, and one of them lies where nothing was: measure distances, and compare each with `reach`.
    """
    return judge(
        "my_count",
        my_count,
        {
            "found, lost and invented": (_plain, _without_memory),
            "a detection counts once": _merged,
            "a source counts once": _split,
            "the reach": _reach,
            "nothing there": (_empty, _equal_places, _exact_places),
            "the nearest pair first": _nearest_first,
        },
    )


FAR = np.array([(60.0, 12.0), (90.0, 70.0), (14.0, 95.0)])  # sources far from everything else


def _counted(my_count, true, found, reach: float, case: str, hint: str) -> tuple[int, ...]:
    told = call(my_count, true, found, reach, case=case, hint=hint)
    form = "end with: return found_again, lost, invented"
    if not isinstance(told, (tuple, list, np.ndarray)) or len(told) != 3:
        raise Wrong(f"gives {short(told)} for {case}; expected three whole numbers.", form)
    values = [np.asarray(value) for value in told]
    lists = sum(isinstance(value, (list, tuple, set, np.ndarray)) and np.ndim(value) for value in told)
    if lists:
        raise Wrong(f"gives {short(told)} for {case}; expected three whole numbers.", "the numbers are asked for: len(..) of each.")  # fmt: skip
    if any(v.shape != () or v.dtype.kind not in "iuf" or not np.isfinite(v) or v != np.rint(v) for v in values):
        raise Wrong(f"gives {short(told)} for {case}; expected three whole numbers.", form)
    return tuple(int(v) for v in values)


def _compare(my_count, true, found, right, case: str, hints, otherwise: str, reach: float = 3.0) -> None:
    """`hints`: what wrong counts are a sign of, by the counts."""
    stops = BY_HAND if len(true) and len(found) else otherwise
    got = _counted(my_count, true, found, reach, case, stops)
    if got == right:
        return
    hint = _recognised(my_count) or hints.get(got, otherwise)
    if got == (right[0], right[2], right[1]) != right:
        hint = "the order: found again, lost, invented."
    elif got not in hints and got[0] == right[0] and len(true) - got[0] != got[1]:
        hint = (
            "lost are the sources that are left: as many as came, less those found again. Nothing is taken off twice."
        )
    elif got not in hints and got[0] == right[0] and len(found) - got[0] != got[2]:
        hint = "invented are the detections that are left: as many as came, less those that belong to a source. Nothing is taken off twice."
    raise Wrong(f"gives {got} for {case}; expected {right}.", hint)


def _plain(my_count) -> None:
    true = np.concatenate([FAR, [(30.0, 40.0), (75.0, 33.0)]])
    found = np.array([(61.0, 12.0), (50.0, 50.0), (89.0, 71.5), (31.9, 41.2)])
    fewer = "one pair was missed that lies within reach. Write the table of distances, one row a source and one column a detection, and compare yours with it. Then compare the distances with `reach`. If all is right so far, in which row and which column does your program find the nearest pair?"
    hints = dict.fromkeys([(1, 2, 3), (1, 3, 2), (2, 1, 3), (2, 3, 1)], "the order: found again, lost, invented.") | {
        (1, 4, 3): "three pairs lie within reach, and one was found: does your loop go on after the first, and are the distances themselves compared with `reach`?",
        (2, 3, 2): fewer,
        (4, 0, 0): "all detections are counted as sources found again, and one of them lies where nothing was: measure distances, and compare each with `reach`.",
        (4, 1, 0): "all detections are counted as sources found again, and one of them lies where nothing was: measure distances, and compare each with `reach`.",
        (0, 5, 4): "only places that agree exactly were counted; a detection may lie a pixel or two beside its source. That is what `reach` is for.",
        (3, 5, 4): "lost and invented are what is left of each list when the pairs are taken out.",
    }  # fmt: skip
    otherwise = "write the table of distances, one row a source and one column a detection, and count by hand."
    _compare(my_count, true, found, (3, 2, 1), "5 sources and 4 detections", hints, otherwise)
    # the same in another order: nothing may depend on how the lists are sorted
    sorting = "it counts them right in the first order: what depends on where a place stands in its list? Where a row of a table is struck out, those behind it change their numbers."
    case = "the same places in another order"
    _compare(my_count, true[::-1].copy(), found[[2, 0, 3, 1]], (3, 2, 1), case, {}, sorting)


def _without_memory(my_count) -> None:
    one, other = np.random.default_rng(3).uniform(0, 20, (2, 5, 2))
    keeps_nothing(my_count, lambda: (one, other, 3.0), lambda: (other, FAR, 3.0), "5 sources and 5 detections")


def _merged(my_count) -> None:
    true = np.concatenate([FAR, [(30.0, 40.0), (33.0, 40.0)]])
    found = np.array([(31.2, 40.0), (60.0, 13.0)])
    once = "one detection served two sources. Two stars that melt into one blot are one found and one lost: a detection, once given to a source, is used up."
    neutral = "one detection has two sources within reach: the nearer one is found by it, and the other one is lost. Another pair is to be found, too: how often does your loop run?"
    hints = {(3, 2, invented): once for invented in (-1, 0, 1)}
    _compare(my_count, true, found, (2, 3, 0), "two close sources with one detection between them", hints, neutral)


def _split(my_count) -> None:
    true = np.concatenate([FAR, [(30.0, 40.0)]])
    found = np.array([(29.0, 40.5), (31.5, 39.0), (60.0, 13.0)])
    shared = "two detections shared one source, and neither counts as invented. A galaxy that falls into two pieces is one found and one invented: a source, once found, is used up."
    twice = "one source was counted as found twice: a source, once found, is used up."
    hints = {(2, 2, 0): shared, (3, 1, 0): twice}
    otherwise = "one source has two detections within reach: only one of the two can be it."
    _compare(my_count, true, found, (2, 2, 1), "a source with two detections around it", hints, otherwise)


def _reach(my_count) -> None:
    true = np.concatenate([FAR, [(30.0, 40.0)]])
    found = np.array([(32.5, 42.5), (60.0, 13.0)])
    square = "2.5 pixels down and 2.5 to the right are 3.54 pixels away: the distance is the root of the squares' sum, of the places as they are, fractions included."
    case = "a detection 2.5 rows and 2.5 columns away, and a reach of 3"
    _compare(my_count, true, found, (1, 3, 1), case, {(2, 2, 0): square}, square)
    on_the_edge = np.array([(33.0, 40.0), (60.0, 13.0)])
    at_most = "at most `reach` apart: a detection that is exactly that far away belongs to the source."
    _compare(my_count, true, on_the_edge, (2, 2, 0), "a detection exactly 3 rows away, and a reach of 3", {}, at_most)
    fixed = "it is right for a reach of 3; which number in your program belongs to that reach alone?"
    for reach, right in ((5.0, (2, 2, 0)), (0.5, (0, 4, 2))):
        _compare(my_count, true, found, right, f"the same, and a reach of {reach:g}", {}, fixed, reach)


def _equal_places(my_count) -> None:
    true = np.array([(30.0, 40.0), (30.0, 40.0), (60.0, 12.0)])
    twice = "two entries of a list are two sources, or two detections, even where they stand at the same place."
    _compare(
        my_count,
        true,
        np.array([(31.0, 40.0)]),
        (1, 2, 0),
        "three sources, two of them at one place, and one detection",
        {(1, 1, 0): twice},
        twice,
    )
    _compare(
        my_count,
        true[:1],
        true[:2] + 1,
        (1, 0, 1),
        "one source and two detections at one place",
        {(1, 0, 0): twice},
        twice,
    )


def _exact_places(my_count) -> None:
    true = np.concatenate([FAR, [(30.0, 40.0)]])
    zero = "a distance of 0 is a distance, the nearest of all."
    _compare(
        my_count, true, true[[3, 1]] + 0.0, (2, 2, 0), "4 sources and 2 detections exactly at two of them", {}, zero
    )
    corner = "the place (0, 0) is a place like others."
    origin = np.zeros((1, 2))
    _compare(my_count, origin, origin + 1, (1, 0, 0), "a source at (0, 0) and a detection beside it", {}, corner)
    _compare(my_count, origin + 1, origin, (1, 0, 0), "a detection at (0, 0) and a source beside it", {}, corner)
    wide = "a pair that is struck out is out, however wide the reach is: by which number is it struck out?"
    row = np.array([(0.0, 0.0), (0.0, 500.0)])
    _compare(
        my_count,
        row,
        row + [(0.0, 1.0), (0.0, 400.0)],
        (1, 1, 1),
        "two sources, two detections and a reach of 200",
        {},
        wide,
        200.0,
    )


def _empty(my_count) -> None:
    none = np.empty((0, 2))
    lonely = "with an empty list there is no nearest place: what are the counts then?"
    for true, found, right, case in (
        (FAR, none, (0, 3, 0), "3 sources and no detection"),
        (none, FAR, (0, 0, 3), "no source and 3 detections"),
        (none, none, (0, 0, 0), "no source and no detection"),
    ):
        _compare(my_count, true, found, right, case, {}, lonely)


def _far(true, found) -> np.ndarray:
    return np.linalg.norm(true[:, None] - found[None], axis=-1)


def _pairs(true, found, reach: float, far_of=_far) -> int:
    """How many pairs there are by the rule of the task, or with another distance."""
    far = far_of(true, found)
    pairs: dict[int, int] = {}
    for i, j in sorted(np.argwhere(far <= reach).tolist(), key=lambda pair: far[tuple(pair)]):
        if i not in pairs and j not in pairs.values():
            pairs[i] = j
    return len(pairs)


def _by(far_of):
    return lambda true, found, reach: _pairs(true, found, reach, far_of)


_OTHER = "another distance is measured, {}; the distance asked for is the root of the squares' sum."
_MISTAKES = [
    (_OTHER.format("rows and columns added"), _by(lambda true, found: np.abs(true[:, None] - found[None]).sum(-1))),
    (_OTHER.format("the longer of the two sides"), _by(lambda true, found: np.abs(true[:, None] - found[None]).max(-1))),
    ("the squares of the distances are compared with `reach`, which is no square.", _by(lambda true, found: _far(true, found) ** 2)),
    ("the places are cut to whole pixels, but they lie between pixels.", _by(lambda true, found: _far(true.astype(int), found.astype(int)))),
    ("the places are rounded to whole pixels, but they lie between pixels.", _by(lambda true, found: _far(np.rint(true), np.rint(found)))),
    ("the distances are cut to whole pixels.", _by(lambda true, found: np.floor(_far(true, found)))),
    ("the distances are rounded to whole pixels.", _by(lambda true, found: np.rint(_far(true, found)))),
    ("only the rows are compared, and a place has a column, too.", _by(lambda true, found: np.abs(true[:, None] - found[None])[..., 0])),
    ("only the columns are compared, and a place has a row, too.", _by(lambda true, found: np.abs(true[:, None] - found[None])[..., 1])),
    *((f"it counts as if `reach` were {r:g} every time: which number stands where `reach` should?", lambda true, found, _, r=r: _pairs(true, found, r)) for r in (1, 1.5, 2, 2.5, 3, 4, 5)),
]  # fmt: skip


def _recognised(my_count) -> str | None:
    """The hint of the mistake that explains everything that a learner's function gives, here and for crowds."""
    rng = np.random.default_rng(1)
    cases = [(*(rng.uniform(0, 12, (n, 2)) for n in (8, 7)), reach) for reach in (3.0, 3.0, 1.5, 4.0, 2.2, 3.0)]
    try:
        counted = [_counted(my_count, *case, "", "") for case in cases]
    except Wrong:
        return None
    for hint, pairs_of in _MISTAKES:
        pairs = [pairs_of(*case) for case in cases]
        if counted == [(n, 8 - n, 7 - n) for n in pairs]:
            return hint
    return None


_ROW = np.array([(20.0, 20.0), (20.0, 23.0)])  # two sources, and detections beside and between them
_BETWEEN = np.array([(20.0, 22.0), (20.0, 25.6)])
_CHAIN = (
    np.array([(20.0, 22.2), (20.0, 20.0), (20.0, 15.6)]),
    np.array([(20.0, 21.2), (20.0, 17.1), (20.0, 13.1)]),
)  # each next to one that is taken


def _nearest_first(my_count) -> None:
    rng = fresh()
    crowds = [(_ROW, _BETWEEN, "two sources in a row with two detections"), (_BETWEEN, _ROW, "two sources in a row with two detections")]  # fmt: skip
    crowds += [(a, b, "a chain of sources and detections") for a, b in (_CHAIN, _CHAIN[::-1])]
    for n, m in ((6, 6), (8, 5), (5, 8), (12, 12), (1, 9), (9, 1), *[(10, 10)] * 30):
        true, found = (rng.uniform(0, 12, (k, 2)) for k in (n, m))
        crowds.append((true, found, f"{n} sources and {m} detections close together"))
    otherwise = "of all pairs the nearest goes first, wherever it stands in the lists, and even where fewer pairs come of it. Make a table of all distances, take the nearest pair, strike out its row and its column, and look for the next: until when?"
    for true, found, case in crowds:
        pairs = _pairs(true, found, 3.0)
        _compare(my_count, true, found, (pairs, len(true) - pairs, len(found) - pairs), case, {}, otherwise)
