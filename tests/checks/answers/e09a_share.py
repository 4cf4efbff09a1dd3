"""Right and wrong answers to exercise 09a."""

from fractions import Fraction

import numpy as np

import srlib


def by_signs(computed, real):
    return (2 - np.sign(computed).mean() + np.sign(real).mean()) / 4


def by_counting(computed, real):
    told = lambda answers, good: sum(1.0 if good(a) else 0.5 if a == 0 else 0.0 for a in answers) / len(answers)
    return (told(computed, lambda a: a < 0) + told(real, lambda a: a > 0)) / 2


def by_heaviside(computed, real):
    return 0.5 * (np.heaviside(-computed, 0.5).mean() + np.heaviside(real, 0.5).mean())


def half(nought):
    """The share of each kind, where an answer of nought counts that much."""
    one = lambda answers: (answers > 0).mean() + nought * (answers == 0).mean()
    return lambda computed, real: (one(-computed) + one(real)) / 2


def together(computed, real):
    return (np.sign(np.concatenate([-computed, real])).mean() + 1) / 2


def by_lot(c, r):
    """Where an answer is nought, a coin decides."""
    toss = lambda x: np.where(x == 0, np.random.default_rng().choice([-1, 1], len(x)), x)
    return by_signs(toss(c), toss(r))


def in_the_type_that_came(c, r):
    """Fills an array like the answers, which holds no halves where they are whole numbers."""

    def right(answers):
        out = np.zeros_like(answers)
        out[answers > 0], out[answers == 0] = 1, 0.5
        return out.mean()

    return (right(-c) + right(r)) / 2


check = srlib.checks.check_share

RIGHT = [
    by_signs,
    by_counting,
    by_heaviside,
    half(0.5),
    lambda c, r: Fraction(int((1 - np.sign(c)).sum()), 4 * len(c)) + Fraction(int((1 + np.sign(r)).sum()), 4 * len(r)),
    lambda c, r: round(by_signs(c, r), 3),
]

# answer, words of what is wrong, words of the hint
WRONG = [
    (lambda c, r: 100 * by_signs(c, r), "eleven answers", "100 times"),
    (lambda c, r: by_signs(r, c), "eleven answers", "how often the judge is wrong"),
    (lambda c, r: 2 * by_signs(c, r) - 1, "eleven answers", "between -1 and 1"),
    (lambda c, r: 2 * by_signs(c, r), "eleven answers", "sum of two shares"),
    (half(0), "noughts", "How can a half"),
    (half(1), "noughts", "How can a half"),
    (together, "three about real", "each kind by itself"),
    (lambda c, r: (np.sign(-c).mean() + 1) / 2, "eleven answers", "computed patches alone"),
    (lambda c, r: (np.sign(r).mean() + 1) / 2, "eleven answers", "real patches alone"),
    (lambda c, r: ((c < 0.5).mean() + (r > 0.5).mean()) / 2, "noughts|eleven", "undecided at 0"),
    (lambda c, r: np.concatenate([c < 0, r > 0]).mean(), "three about real", "noughts count as wrong"),
    (lambda c, r: (c < 0).mean(), "eleven answers", "computed patches alone"),
    (lambda c, r: c < 0, "eleven answers", "True and False|which line"),
    (lambda c, r: (np.sign(r).mean() - np.sign(c).mean()), "eleven", "chance|between -1|count on paper"),
    (lambda c, r: min((c < 0).mean(), (r > 0).mean()), "eleven", "count on paper"),
    (in_the_type_that_came, "whole numbers", "of which type"),
    (lambda c, r: ((c < 0).sum() + (r > 0).sum()) / (2 * len(c)), "three about real", "what is each count divided by"),
    (by_lot, "noughts", "drawn by lot"),
    (lambda c, r: by_signs(np.where(np.isclose(c, 0), 0, c), np.where(np.isclose(r, 0), 0, r)), "one in 1,000,000,000", "close to 0"),
    (lambda c, r: ((c < 0).mean() + (r >= 0).mean()) / 2, "noughts", 'taken for "photographed"'),
    (lambda c, r: (np.sign(r[:, None] - c).mean() + 1) / 2, "eleven", "under a curve"),
    (lambda c, r: round(by_signs(c, r), 1), "eleven", "rounded to 1 decimal"),
    (lambda c, r: max(by_signs(c, r), 1 - by_signs(c, r)), "mostly wrong", "less than a half"),
]  # fmt: skip
