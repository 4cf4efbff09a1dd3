"""Content, wherever it lies in an image: a fingerprint of every patch, at every place."""

from itertools import combinations

import numpy as np
from scipy.ndimage import maximum_filter, minimum_filter


def fingerprints(image, height, width):
    """For each place of a height x width window, a 64-bit number that depends on every value in it."""
    weights = np.random.default_rng(0).integers(2**63, size=height + width + 3, dtype=np.uint64) | np.uint64(1)
    rows, columns, channels = np.split(weights, [height, height + width])
    total = (image.astype(np.uint64) * channels).sum(-1, dtype=np.uint64)
    across = sum(total[:, j : total.shape[1] - width + 1 + j] * w for j, w in enumerate(columns))
    return sum(across[i : total.shape[0] - height + 1 + i] * w for i, w in enumerate(rows))


def patches(images, height, width, *, turned=False):
    """The fingerprints of all patches that are not flat; of mirrored and turned ones too."""
    found = []
    for original in images:
        turns = [np.rot90(m, k) for m in (original, original[:, ::-1]) for k in range(4)]
        for image in turns if turned else [original]:
            green = image[..., 1].astype(int)
            contrast = maximum_filter(green, (height, width)) - minimum_filter(green, (height, width))
            marks = fingerprints(image, height, width)
            contrast = contrast[height // 2 :, width // 2 :][: marks.shape[0], : marks.shape[1]]
            found.append(marks[contrast > 20])
    return np.sort(np.concatenate(found))


def shared(one, other, height, width):
    """How many patches of `other` are in `one`, as they are or mirrored or turned."""
    return common(patches(one, height, width), patches(other, height, width, turned=True))


def common(known, asked):
    """How many of the fingerprints that are asked for are known."""
    assert len(known) > 1000 and len(asked) > 1000  # else nothing was compared
    return int((known[np.searchsorted(known, asked).clip(max=len(known) - 1)] == asked).sum())


def shared_by_splits(images, height, width):
    """The same for every two of several lists of images, each of which is looked through once: (name, name) -> how many."""
    known = {name: patches(images[name], height, width) for name in list(images)[:-1]}
    asked = {name: patches(images[name], height, width, turned=True) for name in list(images)[1:]}
    return {(one, other): common(known[one], asked[other]) for one, other in combinations(images, 2)}
