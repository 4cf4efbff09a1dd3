"""Right and wrong answers to exercise 05a."""

import numpy as np

import srlib
from srlib.backend import keras


def shuffle_by_keras(x, scale):
    from srlib.layers import PixelShuffle

    return keras.ops.convert_to_numpy(PixelShuffle(scale, dtype="float64")(x[None].astype(np.float64)))[0]


def shuffle_by_loops(x, scale):
    h, w, c = x.shape
    out = np.empty((h * scale, w * scale, c // scale**2))
    for i in range(scale):
        for j in range(scale):
            first = (i * scale + j) * out.shape[-1]
            out[i::scale, j::scale] = x[..., first : first + out.shape[-1]]
    return out


def shuffled_with(*order, reverse=None):
    def f(x, s):
        h, w, c = x.shape
        six = x.reshape(h, w, s, s, c // s**2)
        six = six if reverse is None else np.flip(six, reverse)
        return six.transpose(order).reshape(h * s, w * s, c // s**2)

    return f


def shuffle_of_pytorch(x, s):
    h, w, c = x.shape
    return x.reshape(h, w, c // s**2, s, s).transpose(0, 3, 1, 4, 2).reshape(h * s, w * s, c // s**2)


def shuffled(x, s, colours=-1):
    h, w, _ = x.shape
    return x.reshape(h, w, s, s, colours).transpose(0, 2, 1, 3, 4).reshape(h * s, w * s, -1)


KEPT: dict = {}


def kept_in_one_array(x, s):
    """Returns the same array for all images of one shape."""
    out = shuffled(x, s)
    kept = KEPT.setdefault((out.shape, out.dtype), out)
    kept[:] = out
    return kept


check = srlib.checks.check_shuffle

RIGHT = [
    shuffle_by_keras,
    shuffle_by_loops,
    shuffled,
]

# answer, words of what is wrong, words of the hint
WRONG = [
    (lambda x, s: x.reshape(x.shape[0] * s, x.shape[1] * s, -1), "3x4", "reshape alone"),
    (shuffled_with(0, 3, 1, 2, 4), "one pixel", "diagonal"),
    (shuffle_of_pytorch, "twelve", "roles"),
    (shuffled_with(2, 0, 3, 1, 4), "3x4", "small copies"),
    (shuffled_with(0, 2, 1, 3, 4, reverse=2), "one pixel", "upside down"),
    (lambda x, s: np.repeat(np.repeat(x[..., : x.shape[-1] // s**2], s, 0), s, 1), "one pixel", "first pixel only"),
    (lambda x, s: shuffle_by_loops(x, 2), "27|scale 3|raises", "."),
    (lambda x, s: shuffled(x, s, 3 if x.shape[-1] % 3 == 0 else 1), "nine channels", "by hand"),
    (lambda x, s: shuffled(x.astype(np.uint8), s), "did not go in", "of which type"),
    (lambda x, s: shuffled(x.astype(np.float16), s), "inf|changes|other places", "nothing is computed|division|0, 1, 2, 3"),
    (lambda x, s: shuffled(x, s).clip(0, 255), "did not go in", "what lies beyond is cut off"),
    (lambda x, s: shuffled(x.astype(np.float32), s), "changes values a little", "type that holds less"),
    (kept_in_one_array, "an earlier call", "in every call"),
    (lambda x, s: shuffled(x, s)[..., ::-1], "twelve", "reverse order"),
    (lambda x, s: shuffled(x, s).tolist(), "gives a list", "np.array"),
]  # fmt: skip
