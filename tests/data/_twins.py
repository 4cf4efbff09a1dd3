"""The same photograph in two sets, whatever its size and crop.

Local features propose: OpenCV's SIFT, which keep their description when an image is resized, turned or cropped (mirrored
images are described a second time). Pixels decide: laid upon each other, the two must be one image. Two photographs of one
tiger agree in features, and in pixels they do not.
"""

import cv2
import numpy as np

_LONGEST = 1024  # pixels
_FEATURE = 700  # pixels of an image for one of its features
_ALIKE = 0.92  # cosine of two descriptions of one place
_AGREE = 8  # places that one turn, scale and shift must explain
_SAME = 0.9  # correlation of what is laid upon each other


def described(image):
    """The grey image, places in it (n, 2) and their descriptions (n, 128), of length one."""
    grey = cv2.cvtColor(np.ascontiguousarray(image), cv2.COLOR_RGB2GRAY)
    factor = min(1, _LONGEST / max(grey.shape))
    if factor < 1:
        grey = cv2.resize(grey, None, fx=factor, fy=factor, interpolation=cv2.INTER_AREA)
    strongest = max(200, grey.size // _FEATURE)
    points, marks = cv2.SIFT_create(strongest, contrastThreshold=0.02).detectAndCompute(grey, None)
    if not points:
        return grey, np.zeros((0, 2), np.float32), np.zeros((0, 128), np.float32)
    marks = np.sqrt(marks / (marks.sum(1, keepdims=True) + 1e-7))  # Hellinger's distance tells more than Euclid's
    return grey, np.float32([point.pt for point in points]), marks


def twins(known: dict, asked: dict, *, mirrored: bool = True) -> set:
    """Pairs of names (known, asked) of images that show the same photograph, or parts of it, perhaps mirrored."""
    names, about = list(known), [described(image) for image in known.values()]
    marks = np.concatenate([described for _, _, described in about])
    first = np.cumsum([0, *(len(where) for _, where, _ in about)])
    owner = np.repeat(np.arange(len(names)), np.diff(first))
    found = set()
    for name, image in asked.items():
        for turned in (image, image[:, ::-1])[: 1 + mirrored]:
            grey, where, theirs = described(turned)
            rows, columns = np.nonzero(theirs @ marks.T > _ALIKE)
            for i in np.flatnonzero(np.bincount(owner[columns], minlength=len(names)) >= _AGREE):
                here = owner[columns] == i
                other, places, _ = about[i]
                if _same(grey, where[rows[here]], other, places[columns[here] - first[i]]):
                    found.add((names[i], name))
    return found


def _same(grey, places, other, others) -> bool:
    """Whether one turn, scale and shift explains enough places, and then the pixels."""
    move, inside = cv2.estimateAffinePartial2D(places, others, ransacReprojThreshold=3)
    kept = () if move is None else inside.ravel() == 1
    if move is None or min(len(np.unique(np.round(points[kept]), axis=0)) for points in (places, others)) < _AGREE:
        return False
    size = other.shape[::-1]
    laid = cv2.warpAffine(grey, move, size, flags=cv2.INTER_AREA)
    both = cv2.warpAffine(np.ones_like(grey), move, size, flags=cv2.INTER_NEAREST) == 1
    return both.sum() > 500 and np.corrcoef(laid[both], other[both])[0, 1] > _SAME
