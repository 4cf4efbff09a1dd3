"""Exercise 09a: in what share of the cases a judge is right.

The judge's answers are made up, so that every plausible mistake gives another share. Some are drawn anew each time.
"""

import numpy as np

from ._helpers import call_number, compare_number, keeps_nothing, near
from ._inputs import fresh
from .answer import Answer, Wrong, judge

# What a judge says of computed and of real patches: positive for "photographed"
_EVEN = (
    (-2.0, -0.9, 3.0, -0.8, -1.2, -0.2, 0.7, -3.1, -0.6, 0.9, -1.3),  # 8 of 11
    (1.0, 0.7, -4.0, -0.6, 2.2, 0.6, -0.2, -1.4, 0.3, 1.8, -2.0),  # 6 of 11
)
_UNDECIDED = (
    (-1.0, 0.0, 0.0, -2.0, -3.0, 4.0, -0.7, 1.5, -0.4),
    (0.0, 1.0, 2.0, 3.0, -1.0, 0.6, -2.0),
)  # 5 and two halves of 9, 4 and a half of 7
_UNEVEN = ((-1.0, -2.0, -3.0, -0.3, -5.0, -6.0, -0.7, 8.0, 0.2, -0.6, -1.7), (1.0, -2.0, 0.4))  # 9 of 11, and 2 of 3
_ALWAYS_REAL = ((1.0, 2.0, 0.4, 3.0), (0.3, 5.0))


def check_share(my_share) -> Answer:
    """Check exercise 09a: in what share of the cases a judge is right.

    Parameters
    ----------
    my_share : callable
        (answers about computed patches, answers about real patches) -> share, from 0 to 1.

    Returns
    -------
    Answer

    Examples
    --------
    >>> import srlib
    >>> srlib.checks.check_share(lambda computed, real: (computed < 0).mean())
    ✗ my_share gives 0.7273 for eleven answers of each kind; expected 0.6364.
      Hint: the computed patches alone are counted: a judge that says "computed" every time would be perfect.
    """
    return judge(
        "my_share",
        my_share,
        {
            "answers of both kinds": (lambda f: _told(f, _EVEN, "eleven answers of each kind"), _without_memory),
            "more of one kind": lambda f: _told(f, _UNEVEN, "eleven answers about computed patches and three about real ones", None, _LENGTHS),
            "answers that say neither": (_the_same_again, lambda f: _told(f, _UNDECIDED, "nine and seven answers with noughts among them", None, _HALVES)),
            "a judge that always says the same": (lambda f: _told(f, _ALWAYS_REAL, 'a judge that says "photographed" every time'), _any_answers),
        },
    )  # fmt: skip


def _without_memory(my_share) -> None:
    one, other = ([np.array(each) for each in answers] for answers in (_EVEN, _UNEVEN))
    keeps_nothing(my_share, lambda: one, lambda: other, "eleven answers of each kind")


_LENGTHS = "it is right where there are as many answers of each kind: is every answer of the longer array counted, and what is each count divided by?"
_HALVES = "count on paper, among the computed patches and then among the real ones: an answer of the right sign counts one, and a nought counts a half, in both."


def _told(my_share, answers, case: str, suspects=None, otherwise: str = "") -> str | None:
    computed, real = (np.array(each) for each in answers)
    paper = (
        "count on paper how often the answer has the right sign: among the computed patches, then among the real ones."
    )
    got = call_number(my_share, computed, real, case=case)
    if suspects is None:
        suspects = _recognised(my_share, computed, real)
    return compare_number(got, _share(computed, real), case, suspects, otherwise or paper)


def _any_answers(my_share) -> str | None:
    tiny = [np.array(each) / 1e9 for each in _EVEN]
    small = "an answer close to 0 is no answer of 0: only an answer of exactly 0 says neither."
    remark = _told(my_share, tiny, "answers of about one in 1,000,000,000", [], small)
    below = "a judge may be wrong more often than right, and then its share is less than a half."
    remark = _told(my_share, _EVEN[::-1], "a judge that is mostly wrong", [], below) or remark
    rng, granted = (
        fresh(),
        "it is right for other answers: what does your program take for granted, of how many there are or how large?",
    )
    for size in (3.0, 1e6):
        for counts in ((1, 1), (1, 7), (30, 4)):
            answers = [np.round(rng.normal(0, 2, n)) * rng.uniform(0.5, 1, n) * size for n in counts]  # noughts too
            case = f"{counts[0]} and {counts[1]} answers of about {size:g}"
            remark = _told(my_share, answers, case, [], granted) or remark
    whole = np.array([-3, 0, 0, 2, -1]), np.array([1, 0, -2, 4])
    remark = _told(my_share, whole, "answers that are whole numbers, in arrays of integers", [], "it is right for fractions: of which type is the array that you fill?") or remark  # fmt: skip
    for answer in (-1.0, 0.0):
        case = f"a judge that says {answer:g} every time"
        remark = _told(my_share, ([answer] * 3, [answer] * 5), case, [], granted) or remark
    return remark


def _the_same_again(my_share) -> None:
    computed, real = (np.array(each) for each in _UNDECIDED)
    told = {call_number(my_share, computed, real, case="answers with noughts among them") for _ in range(12)}
    if len(told) > 1:
        raise Wrong(
            f"gives {min(told):.4g} one time and {max(told):.4g} another, for the same answers with noughts among them.",
            "is something drawn by lot, or kept from the call before? A coin would be right about half of the noughts: count the half.",
        )


_KNOWN_BY = (_UNDECIDED, _UNEVEN, ((-1.0, 2.0, -3.0, 0.0, -0.3), (0.2, 0.9, -0.4, 7.0)))


def _recognised(my_share, computed: np.ndarray, real: np.ndarray) -> list:
    """The mistakes that explain what a learner's function gives for other answers, too: counts agree by chance."""
    suspects = _suspects(computed, real)
    known = [True] * len(suspects)
    for other in _KNOWN_BY:
        other = [np.array(each) for each in other]
        try:
            got = call_number(my_share, *other, case="other answers")
        except Wrong:
            return []
        known = [k and near(got, value, 6e-3) for k, (_, value) in zip(known, _suspects(*other))]
    return [suspect for k, suspect in zip(known, suspects) if k]


def _suspects(computed: np.ndarray, real: np.ndarray) -> list:
    right = _share(computed, real)
    at_zero = lambda half: ((computed < 0).mean() + half * (computed == 0).mean() + (real > 0).mean() + half * (real == 0).mean()) / 2  # fmt: skip
    pooled = np.concatenate([-np.sign(computed), np.sign(real)])
    neither = "an answer of nought says neither: it is right in half of the cases. How can a half be counted?"
    only = 'the {} patches alone are counted: a judge that says "{}" every time would be perfect.'
    return [
        ("this is 100 times the share: a judge that is always right has 1.", 100 * right),
        ("this is how often the judge is wrong: which sign says that a patch was photographed?", 1 - right),
        ("this is between -1 and 1: 0.5 should mean chance, and a judge that is always right has 1.", 2 * right - 1),
        ("this is the share of all answers together. Ten times as many patches of one kind must not count more: take each kind by itself first.", (pooled.mean() + 1) / 2),
        ('an answer of nought is taken for "photographed"; it says neither, and is right in half of the cases.', ((computed < 0).mean() + (real >= 0).mean()) / 2),
        ('an answer of nought is taken for "computed"; it says neither, and is right in half of the cases.', ((computed <= 0).mean() + (real > 0).mean()) / 2),
        ("answers of nought are left out; a coin would be right about half of them.", _share(computed[computed != 0], real[real != 0]) if computed.any() and real.any() else np.inf),
        (neither, at_zero(0)),
        (neither, at_zero(1)),
        ("this is the share of all answers together, and noughts count as wrong: take each kind by itself first, and count a half for a nought.", np.concatenate([computed < 0, real > 0]).mean()),
        (only.format("computed", "computed"), (1 - np.sign(computed).mean()) / 2),
        (only.format("real", "photographed"), (1 + np.sign(real).mean()) / 2),
        (only.format("computed", "computed"), (computed < 0).mean()),
        (only.format("real", "photographed"), (real > 0).mean()),
        ("answers are cut to whole numbers, so that small ones become 0: only the sign counts.", _share(np.trunc(computed), np.trunc(real))),
        ("answers are rounded to whole numbers, so that small ones become 0: only the sign counts.", _share(np.rint(computed), np.rint(real))),
        ("0.5 is where a probability is undecided; these answers are undecided at 0.", ((computed < 0.5).mean() + (real > 0.5).mean()) / 2),
        ("this is how far apart the answers are; only their signs count.", real.mean() - computed.mean()),
        ("this is the share of pairs in which the real patch has the larger answer (the area under a curve), another measure.", (np.sign(real[:, None] - computed).mean() + 1) / 2),
        ("this is the sum of two shares; their mean is asked for.", 2 * right),
    ]  # fmt: skip


def _share(computed: np.ndarray, real: np.ndarray) -> float:
    return float((2 - np.sign(computed).mean() + np.sign(real).mean()) / 4)
