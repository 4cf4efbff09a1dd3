"""Right and wrong answers to exercise 01a."""

import datetime
import hashlib
import random
import re

import numpy as np

import srlib


def split_sorted(names):
    photographs = sorted({name.rpartition("-")[0] for name in names})
    groups = photographs[2:], photographs[:1], photographs[1:2]
    return [[name for name in names if name.rpartition("-")[0] in group] for group in groups]


def split_seeded(names):
    of = lambda name: name[: name.rindex("-")]
    photographs = np.random.default_rng(3).permutation(sorted(set(map(of, names))))
    pick = lambda some: tuple(name for name in names if of(name) in some)
    return pick(photographs[:-2]), pick(photographs[-2:-1]), pick(photographs[-1:])


def split_by_square(names):
    order = np.random.default_rng(0).permutation(names).tolist()
    return order[6:], order[:3], order[3:6]


def split_with_hyphens_lost(names):
    photographs = sorted({name.split("-")[0] for name in names})
    groups = photographs[2:], photographs[:1], photographs[1:2]
    return [[name for name in names if name.split("-")[0] in group] for group in groups]


def split_by_chance(names):
    photographs = list(np.random.default_rng().permutation(sorted({n.rpartition("-")[0] for n in names})))
    pick = lambda some: [name for name in names if name.rpartition("-")[0] in some]
    return pick(photographs[2:]), pick(photographs[:1]), pick(photographs[1:2])


def split_by_order(names):
    photographs = list(dict.fromkeys(name.rpartition("-")[0] for name in names))
    pick = lambda some: [name for name in names if name.rpartition("-")[0] in some]
    return pick(photographs[2:]), pick(photographs[:1]), pick(photographs[1:2])


def split_at_the_row(names):
    photographs = sorted({name.split("-r")[0] for name in names})
    pick = lambda some: [name for name in names if name.split("-r")[0] in some]
    return pick(photographs[2:]), pick(photographs[:1]), pick(photographs[1:2])


def split_of_a_set(names):
    """Another split whenever Python is started again."""
    photographs = list({name.rpartition("-")[0] for name in names})
    pick = lambda some: [name for name in names if name.rpartition("-")[0] in some]
    return pick(photographs[2:]), pick(photographs[:1]), pick(photographs[1:2])


def split_of_a_shuffled_set(names):
    photographs = list({name.rpartition("-")[0] for name in names})
    random.Random(0).shuffle(photographs)
    pick = lambda some: [name for name in names if name.rpartition("-")[0] in some]
    return pick(photographs[2:]), pick(photographs[:1]), pick(photographs[1:2])


def split_into_thirds(names):
    n = len(names) // 10
    return names[: 8 * n], names[8 * n : 9 * n], names[9 * n : 10 * n]


def split_with_little_to_learn(names):
    train, validation, test = split_sorted(names)
    photographs = sorted({name.rpartition("-")[0] for name in train})[:3]
    move = [name for name in train if name.rpartition("-")[0] in photographs]
    return [name for name in train if name not in move], validation, test + move


def photograph(name):
    return name.rpartition("-")[0]


def dealt(names, photographs, validation=1, test=1, of=photograph):
    groups = photographs[validation + test :], photographs[:validation], photographs[validation : validation + test]
    return [[name for name in names if of(name) in group] for group in groups]


def split_by_a_length(names):
    of = lambda name: name[:-5]
    return dealt(names, sorted(set(map(of, names))), of=of)


def split_by_beginnings(names):
    parts = dealt(names, sorted(set(map(photograph, names))))
    return [[name for name in names if any(name.startswith(p) for p in map(photograph, part))] for part in parts]


def split_two_and_one(names):
    return dealt(names, sorted(set(map(photograph, names))), 2, 1)


def split_by_share(names):
    photographs = sorted(set(map(photograph, names)))
    few = int(0.15 * len(photographs))
    return dealt(names, photographs, few, few)


def split_by_digest(names):
    order = lambda name: hashlib.md5(name.encode()).hexdigest()
    return dealt(names, sorted(set(map(photograph, names)), key=order))


def split_by_pattern(names):
    of = lambda name: re.sub(r"-r\d+c\d+$", "", name)
    return dealt(names, sorted(set(map(of, names))), of=of)


def split_arrays(names):
    names = np.array(names)
    of = np.array([photograph(name) for name in names])
    photographs = np.unique(of)
    return names[np.isin(of, photographs[2:])], names[of == photographs[0]], names[of == photographs[1]]


def split_by(key=None, photograph=lambda name: name.rpartition("-")[0], train=lambda n: n - 2, as_=list):
    """A family of answers; with its defaults, a right one."""

    def answer(names):
        photographs = sorted({photograph(name) for name in names})
        photographs.sort(key=key)
        k = train(len(photographs))
        groups = photographs[:k], photographs[k:-1], photographs[-1:]
        return tuple(as_(name for name in names if photograph(name) in group) for group in groups)

    return answer


def split_whatever_the_case(names):
    """Sorted by their small letters: Owl and owl stay in the order of the set."""
    return dealt(names, sorted(set(map(photograph, names)), key=str.lower))


def split_by_squares(names):
    """Training is filled up to a share of the squares."""
    photographs, train = sorted(set(map(photograph, names))), []
    while len(train) < 0.6 * len(names) and len(photographs) > 2:
        p = photographs.pop(0)
        train += [name for name in names if photograph(name) == p]
    pick = lambda some: [name for name in names if photograph(name) in some]
    return train, pick(photographs[:-1]), pick(photographs[-1:])


def split_in_place(names):
    names.sort()
    return split_sorted(names)


def split_of_today(names):
    photographs = sorted({name.rpartition("-")[0] for name in names})
    random.Random(datetime.date.today().toordinal()).shuffle(photographs)
    pick = lambda some: [name for name in names if name.rpartition("-")[0] in some]
    return pick(photographs[2:]), pick(photographs[:1]), pick(photographs[1:2])


check = srlib.checks.check_split

RIGHT = [
    split_sorted,
    split_seeded,
    split_by_digest,
    split_by_pattern,
    split_arrays,
    split_by(),
    split_by(train=lambda n: n // 2 + 1),
    split_by(photograph=lambda name: re.sub(r"-r\d+c\d+$", "", name)),
]

# answer, words of what is wrong, words of the hint
WRONG = [
    (split_by_square, "on|into train and", "relatives"),
    (split_into_thirds, "loses 7 of 37", "remainder"),
    (lambda names: (names, names[:3], names[3:5]), "more than one list", "can no longer examine"),
    (lambda names: (names, [], []), "leaves validation empty", "none of the three may be empty"),
    (split_with_hyphens_lost, "as red-rose", "follows|last one is the place"),
    (split_at_the_row, "as red-rose", "last one is the place"),
    (split_by_squares, "one of which has forty", "not of the squares"),
    (split_of_a_set, "another order", "sort what comes out|file systems"),
    (split_of_a_shuffled_set, "another order|second time", "sort what comes out|file systems|seed"),
    (split_by_chance, "the second time", "seed"),
    (split_by_order, "another order", "file systems"),
    (split_with_little_to_learn, "photographs to learn from", "longest list comes last"),
    (lambda names: {"train": names}, "expected three lists", "return train, validation, test"),
    (lambda names: ([0, 1], [2], [3]), "not one of the names", "not numbers"),
    (split_by_a_length, "two sides|on two|into", "r10c2"),
    (split_by_beginnings, "o, oo, ooo", "compared as a whole"),
    (split_two_and_one, "keeps 2 of 5", "more than half"),
    (split_by_share, "empty when there are 5", "One tenth of five"),
    (split_in_place, "changes the list", "sorted"),
    (lambda names: dealt(names, list(set(map(photograph, sorted(names))))), "started again|another order", "sort what comes out"),
    (split_whatever_the_case, "another order", "Ties in a sort"),
    (split_of_today, "another day", "the date"),
    (split_by(key=lambda photograph: hash(photograph)), "another day", "hash"),
    (split_by(as_=set), "a set for train", "sorted"),
    (split_by(train=lambda n: -(-n // 2)), "of 6|of 8", "more than half"),
    (split_by(photograph=lambda name: name.rstrip("-rc0123456789")), "as owl-1", "owl-1 is not"),
    (lambda names: split_sorted(names)[:2], "returns 2 things", "return train, validation, test"),
    (lambda names: [[*part, *part[:1]] for part in split_sorted(names)], "twice", "go over twice"),
]  # fmt: skip
