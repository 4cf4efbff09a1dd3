"""Exercise 09a: in what share of the cases a judge is right.

The judge's answers are made up, so that every plausible mistake gives another share.
"""

import numpy as np

from ._helpers import call_number, near
from .answer import Answer, Wrong, judge

# What a judge says of computed and of real patches: positive for "photographed"
_EVEN = ((-2.0, -0.9, 3.0, -0.8), (1.0, 0.7, -4.0, -0.6))  # 3 of 4, and 2 of 4
_UNDECIDED = ((-1.0, 0.0, 0.0, -2.0, -3.0, 4.0), (0.0, 1.0, 2.0, 3.0, -1.0))  # 3 and two halves of 6, 3 and a half of 5
_UNEVEN = ((-1.0, -2.0, -3.0, -0.3, -5.0, -6.0, -0.7, 8.0), (1.0, -2.0))  # 7 of 8, and 1 of 2
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
    ✗ my_share gives 0.75 for four answers of each kind; expected 0.625.
      Hint: the computed patches alone are counted: a judge that says "computed" every time would be perfect.
    """
    return judge(
        "my_share",
        my_share,
        {
            "answers of both kinds": lambda f: _told(f, _EVEN, "four answers of each kind"),
            "answers that say neither": lambda f: _told(f, _UNDECIDED, "answers with noughts among them"),
            "more of one kind": lambda f: _told(f, _UNEVEN, "eight answers about computed patches and two about real ones"),
            "a judge that always says the same": lambda f: _told(f, _ALWAYS_REAL, 'a judge that says "photographed" every time'),
        },
    )  # fmt: skip


def _told(my_share, answers, case: str) -> None:
    computed, real = (np.array(each) for each in answers)
    right = _share(computed, real)
    got = call_number(my_share, computed, real, case=case)
    if near(got, right):
        return
    at_zero = lambda half: ((computed < 0).mean() + half * (computed == 0).mean() + (real > 0).mean() + half * (real == 0).mean()) / 2  # fmt: skip
    pooled = np.concatenate([-np.sign(computed), np.sign(real)])
    neither = "an answer of nought says neither: it is right in half of the cases. How can a half be counted?"
    only = 'the {} patches alone are counted: a judge that says "{}" every time would be perfect.'
    suspects = [
        ("this is 100 times the share: 1 is always right.", 100 * right),
        ("this is how often the judge is wrong: which sign says that a patch was photographed?", 1 - right),
        ("this is between -1 and 1: 0.5 is to be chance, and 1 always right.", 2 * right - 1),
        ("this is the share of all answers together. Ten times as many patches of one kind must not count more: take each kind by itself first.", (pooled.mean() + 1) / 2),
        (neither, at_zero(0)),
        (neither, at_zero(1)),
        (neither, np.concatenate([computed < 0, real > 0]).mean()),
        (only.format("computed", "computed"), (1 - np.sign(computed).mean()) / 2),
        (only.format("real", "photographed"), (1 + np.sign(real).mean()) / 2),
        (only.format("computed", "computed"), (computed < 0).mean()),
        (only.format("real", "photographed"), (real > 0).mean()),
        ("0.5 is where a probability is undecided; these answers are undecided at 0.", ((computed < 0.5).mean() + (real > 0.5).mean()) / 2),
        ("this is the sum of two shares; their mean is asked for.", 2 * right),
    ]  # fmt: skip
    hint = next((hint for hint, value in suspects if near(got, value)), None)
    raise Wrong(
        f"gives {got:.4g} for {case}; expected {right:.4g}.",
        hint or "count on paper how often the answer has the right sign: among the computed patches, then among the real ones.",
    )  # fmt: skip


def _share(computed: np.ndarray, real: np.ndarray) -> float:
    return float((2 - np.sign(computed).mean() + np.sign(real).mean()) / 4)
