"""Right and wrong answers to exercise 03b."""

import srlib


def pair(image):
    return srlib.downscale(image), (image / 255).astype("float32")


def pair_undivided(image):
    return srlib.downscale(image), image.astype("float32")


def pair_divided_twice(image):
    return srlib.downscale(image) / 255, (image / 255).astype("float32")


def pair_by_the_largest(p):
    true = p.astype("float32")
    return srlib.downscale(p), true / 255 if true.max() > 1 else true


def pair_in_half_precision(p):
    return tuple(x.astype("float16").astype("float32") for x in pair(p))


check = srlib.checks.check_pair

RIGHT = [
    pair,
    lambda p: tuple(x[0] for x in srlib.make_pairs(p[None])),
]

# answer, words of what is wrong, words of the hint
WRONG = [
    (pair_undivided, "the HR image from", "this one runs from 0 to 255"),
    (pair_divided_twice, "the LR image from", "twice"),
    (lambda p: (srlib.downscale(p), (p // 255).astype("float32")), "the HR image", "whole numbers"),
    (lambda p: (srlib.downscale(p), (p / 256).astype("float32")), "the HR image", "256"),
    (lambda p: (srlib.downscale(p), (p / p.max()).astype("float32")), "the HR image", "brightest"),
    (lambda p: (srlib.downscale(p), p / 255), "float64", "double precision"),
    (lambda p: (srlib.downscale(p).astype("uint8"), p / 255), "the LR image", "turned into whole numbers"),
    (pair_by_the_largest, "zeros and ones", "its type says"),
    (lambda p: (srlib.downscale(p, 2, "bicubic"), pair(p)[1]), "the LR image from", "default kernel"),
    (lambda p: pair(p)[::-1], "the LR image", "as large as"),
    (pair_in_half_precision, "seven digits", "half precision"),
    (lambda p: (pair(p)[0], 2 * pair(p)[1] - 1), "the HR image from", "from -1 to 1"),
]  # fmt: skip
