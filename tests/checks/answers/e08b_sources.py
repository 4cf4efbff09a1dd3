"""Right and wrong answers to exercise 08b."""

import numpy as np
from scipy.optimize import linear_sum_assignment
from scipy.spatial import cKDTree

import srlib


def distances(true, found, norm=2):
    return np.linalg.norm(true[:, None] - found[None], ord=norm, axis=-1)


def greedy(true, found, reach, norm=2):
    pairs, rows, columns = 0, set(), set()
    far = distances(true, found, norm)
    for row, column in sorted(np.ndindex(far.shape), key=lambda place: far[place]):
        if far[row, column] <= reach and row not in rows and column not in columns:
            rows.add(row)
            columns.add(column)
            pairs += 1
    return pairs, len(true) - pairs, len(found) - pairs


def optimal(true, found, reach):
    far = distances(true, found)
    chosen = far[linear_sum_assignment(np.where(far <= reach, far, 1e6))]
    pairs = int((chosen <= reach).sum())
    return pairs, len(true) - pairs, len(found) - pairs


def mutual(true, found, reach):
    if not len(true) or not len(found):
        return 0, len(true), len(found)
    far, nearest = cKDTree(found).query(true)
    _, back = cKDTree(true).query(found)
    pairs = sum(bool(d <= reach and back[j] == i) for i, (d, j) in enumerate(zip(far, nearest)))
    return pairs, len(true) - pairs, len(found) - pairs


def one_sided(true, found, reach):
    again = int((distances(true, found) <= reach).any(1).sum())
    return again, len(true) - again, len(found) - again


def two_sided(true, found, reach):
    near = distances(true, found) <= reach
    return int(near.any(1).sum()), int((~near.any(1)).sum()), int((~near.any(0)).sum())


def by_detections(true, found, reach):
    """Counts the detections that have a source, so that a source may be found twice."""
    again = int((distances(true, found) <= reach).any(0).sum())
    return again, len(true) - again, len(found) - again


def used_up_on_one_side(true, found, reach):
    """A detection is used up, a source is not."""
    far = distances(true, found)
    owners = {int(far[:, j].argmin()) if far[:, j].min() <= reach else None for j in range(len(found))}
    again = len(owners - {None})
    return again, len(true) - again, int((far.min(0) > reach).sum())


def in_order(true, found, reach):
    n = min(len(true), len(found))
    again = int((np.linalg.norm(true[:n] - found[:n], axis=-1) <= reach).sum())
    return again, len(true) - again, len(found) - again


def without_reach(true, found, reach):
    return greedy(true, found, 3)


def exact(true, found, reach):
    again = len({tuple(place) for place in true} & {tuple(place) for place in found})
    return again, len(true) - again, len(found) - again


def not_for_empty_lists(true, found, reach):
    distances(true, found).min(axis=1)
    distances(true, found).min(axis=0)
    return greedy(true, found, reach)


def by_sources(true, found, reach, most=lambda far, reach: far <= reach):
    """Each source in turn takes the nearest detection that is left."""
    free, again = list(range(len(found))), 0
    for row in distances(true, found):
        near = [j for j in free if most(row[j], reach)]
        if near:
            free.remove(min(near, key=row.__getitem__))
            again += 1
    return again, len(true) - again, len(found) - again


def without_repeats(true, found, reach):
    return greedy(np.unique(true, axis=0), np.unique(found, axis=0), reach)


def by_squares(true, found, reach):
    return greedy(true, found, reach**0.5)


def struck_out_by_100(true, found, reach):
    far, again = distances(true, found), 0
    for _ in range(min(far.shape)):
        i, j = np.unravel_index(far.argmin(), far.shape)
        again += far[i, j] <= reach
        far[i, :] = far[:, j] = 100
    return int(again), len(true) - int(again), len(found) - int(again)


def sources_sorted_once(true, found, reach):
    """Sorts the sources by their nearest detection, and does not look again when that is taken."""
    if not len(true) or not len(found):
        return 0, len(true), len(found)
    far, used = distances(true, found), set()
    for i in np.argsort(far.min(1)):
        free = [j for j in np.argsort(far[i]) if j not in used and far[i, j] <= reach]
        used.update(free[:1])
    return len(used), len(true) - len(used), len(found) - len(used)


check = srlib.checks.check_sources

RIGHT = [
    greedy,
    lambda true, found, reach: list(map(np.int64, greedy(true, found, reach))),
]

# answer, words of what is wrong, words of the hint
WRONG = [
    (lambda true, found, reach: (len(found), len(true) - len(found), 0), "5 sources and 4", "measure distances"),
    (lambda true, found, reach: (greedy(true, found, reach)[0], greedy(true, found, reach)[1], max(0, len(found) - len(true))), "5 sources and 4", "less those that belong"),
    (lambda true, found, reach: (greedy(true, found, reach)[0], greedy(true, found, reach)[2], greedy(true, found, reach)[1]), "5 sources and 4", "the order"),
    (lambda true, found, reach: (greedy(true, found, reach)[0], len(true), len(found)), "5 sources and 4", "left of each list"),
    (exact, "5 sources and 4", "agree exactly"),
    (in_order, "5 sources and 4", "table of distances"),
    (one_sided, "two close sources", "one found and one lost"),
    (two_sided, "two close sources", "used up"),
    (by_detections, "a source with two detections", "found twice"),
    (used_up_on_one_side, "a source with two detections", "falls into two pieces"),
    (lambda true, found, reach: greedy(true, found, reach, norm=np.inf), "2.5 rows and 2.5 columns", "longer of the two sides"),
    (lambda true, found, reach: greedy(true, found, reach, norm=1), "5 sources and 4", "rows and columns added"),
    (lambda true, found, reach: greedy(true, found, 2), "5 sources and 4", "as if `reach` were 2 every"),
    (lambda true, found, reach: greedy(true.astype(int), found.astype(int), reach), "2.5 rows", "cut to whole pixels"),
    (lambda true, found, reach: greedy(true, found, reach**0.5), "5 sources and 4", "one pair was missed|squares of the distances"),
    (without_reach, "a reach of 5", "as if `reach` were 3"),
    (not_for_empty_lists, "ValueError for 3 sources and no detection", "no nearest place"),
    (lambda true, found, reach: greedy(true, found, reach)[0], "expected three whole numbers", "end with"),
    (lambda true, found, reach: greedy(true, found[~(found[:, None] == true).all(-1).any(1)] if len(true) else found, reach), "exactly at two", "distance of 0"),
    (lambda true, found, reach: (min(1, greedy(true, found, reach)[0]), len(true) - 1, len(found) - 1), "5 sources and 4", "go on after the first"),
    (lambda true, found, reach: by_squares(true, found, reach), "5 sources and 4", "the squares of the distances"),
    (struck_out_by_100, "a reach of 200", "by which number"),
    (sources_sorted_once, "a chain of sources", "of all pairs the nearest"),
    (optimal, "two sources in a row", "even where fewer pairs"),
    (mutual, "close together", "until when"),
    (lambda true, found, reach: (0.5, 1, 2), "expected three whole numbers", "end with"),
    (by_sources, "two sources in a row", "of all pairs the nearest"),
    (lambda true, found, reach: by_sources(true, found, reach, lambda far, reach: far < reach), "exactly 3 rows", "at most"),
    (without_repeats, "at one place", "same place"),
    (lambda true, found, reach: ([], [], []), "expected three whole numbers", "len"),
]  # fmt: skip
