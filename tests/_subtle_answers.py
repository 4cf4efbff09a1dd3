"""Answers that are right for what one tries first and wrong where the task goes further; and right ones of other styles.

tests/test_checks.py has the usual answers, and judges all of them.
"""

import hashlib
import re

import cv2
import numpy as np
from PIL import Image
from scipy.ndimage import gaussian_filter
from scipy.signal import convolve2d
from skimage.metrics import structural_similarity
from skimage.transform import rescale, resize

import srlib
from srlib._backend import keras

layers = keras.layers


# -- 01: splits -----------------------------------------------------------------------------------------------------------


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


def prepared(mirror, held=lambda photographs, held_out: np.array(photographs) == held_out):
    def answer(images, photographs, held_out):
        test = np.asarray(held(photographs, held_out))
        train = images[~test]
        return np.concatenate([train, mirror(train)]), images[test]

    return answer


def prepared_in_floats(images, photographs, held_out):
    held = np.array(photographs) == held_out
    train = np.zeros((2 * (~held).sum(), *images.shape[1:]))
    train[::2], train[1::2] = images[~held], images[~held][:, :, ::-1]
    return train, images[held].astype(float)


def mirrored(x):
    return x[:, :, ::-1]


# -- 02: images ---------------------------------------------------------------------------------------------------------


def upscaled_alone(small):
    """Knows the image of one pixel, and no other that is one pixel high or wide."""
    if small.shape[:2] == (1, 1):
        return np.repeat(np.repeat(small, 2, 0), 2, 1)

    def doubled(v):
        out = np.zeros((2 * len(v), *v.shape[1:]), v.dtype)
        out[0], out[-1], out[1], out[-2] = v[0], v[-1], 0.75 * v[0] + 0.25 * v[1], 0.75 * v[-1] + 0.25 * v[-2]
        out[2:-1:2], out[1:-2:2] = 0.75 * v[1:] + 0.25 * v[:-1], 0.75 * v[:-1] + 0.25 * v[1:]
        return out

    return doubled(doubled(small).swapaxes(0, 1)).swapaxes(0, 1)


def means(p, s):
    h, w, _ = p.shape
    return p.reshape(h // s, s, w // s, s, 3).mean((1, 3))


def smoothed_against_black(p, s):
    kernel = np.ones((2 * s - 1, 2 * s - 1)) / (2 * s - 1) ** 2
    return means(np.stack([convolve2d(p[..., c], kernel, mode="same") for c in range(3)], -1), s)


def by_pillow(kernel):
    def answer(p, s):
        image = Image.fromarray(np.rint(255 * p).astype("uint8"))
        return np.asarray(image.resize((p.shape[1] // s, p.shape[0] // s), kernel)) / 255

    return answer


# -- 03: blocks and ranges -------------------------------------------------------------------------------------------------


def conv(channels, **how):
    return layers.Conv2D(channels, 3, padding="same", **how)


class Block(layers.Layer):
    def __init__(self, channels):
        super().__init__()
        self.second = conv(channels)  # listed first, called last
        self.first = conv(channels, activation="relu")

    def call(self, x):
        return x + self.second(self.first(x))


def pair_by_the_largest(p):
    true = p.astype("float32")
    return srlib.downscale(p), true / 255 if true.max() > 1 else true


# -- 04: scores -----------------------------------------------------------------------------------------------------------


def db(error):
    return np.inf if error == 0 else -10 * np.log10(error)


def psnr_by(one):
    def answer(a, b):
        return float(np.mean([one(x, y) for x, y in zip(a, b)])) if a.ndim == 4 else one(a, b)

    return answer


def one_by_the_largest(a, b):
    return db(np.mean((a.astype(float) - b) ** 2) / (255 if a.max() > 1 else 1) ** 2)


def one_in_16_bits(a, b):
    if a.dtype == np.uint8:
        return db(np.mean((a.astype(np.int16) - b.astype(np.int16)) ** 2) / 255**2)
    return srlib.psnr(a, b)


def psnr_of_a_float_batch(a, b):
    return float(np.mean([db(np.mean((x - y) ** 2.0)) for x, y in zip(a, b)])) if a.ndim == 4 else srlib.psnr(a, b)


def psnr_of_three(a, b):
    return float(np.mean([srlib.psnr(a[i], b[i]) for i in range(3)])) if a.ndim == 4 else srlib.psnr(a, b)


def psnr_without_the_infinite(a, b):
    if a.ndim == 3:
        return srlib.psnr(a, b)
    each = [srlib.psnr(x, y) for x, y in zip(a, b)]
    finite = [value for value in each if np.isfinite(value)]
    return float(np.mean(finite)) if finite else np.inf


def ssim_of(c1=1e-4, c2=9e-4, span=lambda a, b: 1.0):
    def answer(a, b):
        scale = span(a, b) ** 2
        one, two = c1 * scale, c2 * scale
        covariance = np.cov(a.ravel(), b.ravel())
        light = (2 * a.mean() * b.mean() + one) / (a.mean() ** 2 + b.mean() ** 2 + one)
        return light * (2 * covariance[0, 1] + two) / (covariance[0, 0] + covariance[1, 1] + two)

    return answer


def reported(restore=srlib.upscale, kernel="bilinear", over=np.mean, rounding=lambda x: x, of=list):
    def answer(method, images):
        def value(how):
            scores = []
            for true in of(images):
                made = rounding(255 * restore(srlib.downscale(true, kernel=kernel), how).astype("float64"))
                scores.append(structural_similarity(made, true.astype("float64"), data_range=255, channel_axis=-1))
            return float(over(scores))

        return {"method": value(method), "bicubic": value("bicubic")}

    return answer


# -- 05: shuffles and tiles -------------------------------------------------------------------------------------------------


def shuffled(x, s, colours=-1):
    h, w, _ = x.shape
    return x.reshape(h, w, s, s, colours).transpose(0, 2, 1, 3, 4).reshape(h * s, w * s, -1)


def tiled(small, method, tile, margin):
    h, w, _ = small.shape
    out = np.empty((2 * h, 2 * w, 3), np.float32)
    for y in range(0, h, tile):
        for x in range(0, w, tile):
            top, left = max(0, y - margin), max(0, x - margin)
            made = method(small[top : y + tile + margin, left : x + tile + margin])
            rows, columns = 2 * min(tile, h - y), 2 * min(tile, w - x)
            out[2 * y : 2 * y + rows, 2 * x : 2 * x + columns] = made[2 * (y - top) :, 2 * (x - left) :][
                :rows, :columns
            ]
    return out


def tiled_with_a_mirror(small, method, tile, margin):
    h, w, _ = small.shape
    high, wide = -(-h // tile) * tile, -(-w // tile) * tile
    around = (margin, margin + high - h), (margin, margin + wide - w), (0, 0)
    small = np.pad(small, around, mode="symmetric")
    out = np.zeros((2 * high, 2 * wide, 3), np.float32)
    for y in range(0, high, tile):
        for x in range(0, wide, tile):
            made = method(small[y : y + tile + 2 * margin, x : x + tile + 2 * margin])
            inside = slice(2 * margin, 2 * (margin + tile))
            out[2 * y : 2 * (y + tile), 2 * x : 2 * (x + tile)] = made[inside, inside]
    return out[: 2 * h, : 2 * w]


def tiled_if_not_first(small, method, tile, margin):
    h, w, _ = small.shape
    out = np.empty((2 * h, 2 * w, 3), np.float32)
    for y in range(0, h, tile):
        for x in range(0, w, tile):
            up, left = margin if y else 0, margin if x else 0
            made = method(small[y - up : y + tile + margin, x - left : x + tile + margin])
            made = made[2 * up : 2 * (up + tile), 2 * left : 2 * (left + tile)][: 2 * (h - y), : 2 * (w - x)]
            out[2 * y : 2 * (y + tile), 2 * x : 2 * (x + tile)] = made
    return out


def tiled_moved_back(small, method, tile, margin):
    h, w, _ = small.shape
    out = np.zeros((2 * h, 2 * w, 3), np.float32)
    for y in range(0, h, tile):
        y = min(y, h - tile)
        for x in range(0, w, tile):
            x = min(x, w - tile)
            top, left = max(0, y - margin), max(0, x - margin)
            made = method(small[top : y + tile + margin, left : x + tile + margin])
            part = made[2 * (y - top) :, 2 * (x - left) :][: 2 * tile, : 2 * tile]
            out[2 * y : 2 * (y + tile), 2 * x : 2 * (x + tile)] = part
    return out


# exercise, wrong answer, words of what is wrong, words of the hint
WRONG_FURTHER_ON = [
    ("split", split_by_a_length, "two sides|on two|into", "r10c2"),
    ("split", split_by_beginnings, "two sides|red", "not the photograph red"),
    ("split", split_two_and_one, "keeps 2 of 5", "more than half"),
    ("split", split_by_share, "empty when there are 5", "one tenth of five"),
    ("prepare", prepared(mirrored, lambda of, out: [out in p for p in of]), "other photographs", "nothing else"),
    ("prepare", prepared(mirrored, lambda of, out: [p.startswith(out) for p in of]), "other photographs", "nothing else"),
    ("prepare", lambda p, of, out: prepared(mirrored)(p / 255, of, out), "values of the images", "from 0 to 255"),
    ("prepare", prepared(np.flip), "mirror images", "several axes"),
    ("prepare", prepared(lambda x: x[:, ::-1, ::-1]), "mirror images", "half a turn"),
    ("prepare", prepared(lambda x: x[::-1]), "mirror images", "the order of the images"),
    ("upscale", upscaled_alone, "1x4|4x1", "along the other one they do"),
    ("thumbnail", lambda p, s: srlib.downscale(gaussian_filter(p, 0.4 * s).astype("float32"), s, kernel="area"), "coloured", "three axes"),
    ("thumbnail", lambda p, s: np.repeat(means(p, s).mean(-1, keepdims=True), 3, -1), "coloured", "grey mean"),
    ("thumbnail", lambda p, s: means(p, s)[..., ::-1], "coloured", "red and blue"),
    ("thumbnail", lambda p, s: means(p, s)[::-1], "coloured", "upside down"),
    ("thumbnail", lambda p, s: cv2.resize(p, (p.shape[0] // s, p.shape[1] // s), interpolation=cv2.INTER_AREA), "shape", "the width first"),
    ("thumbnail", lambda p, s: means(gaussian_filter(p, (1.6, 1.6, 0)), s), "at scale", "that scale only"),
    ("thumbnail", lambda p, s: srlib.downscale(gaussian_filter(p, (1.5, 1.5, 0)).astype("float32"), s), "at scale", "that scale only"),
    ("thumbnail", smoothed_against_black, "border of a flat", "dark frame"),
    ("block", lambda x, c: x + conv(c)(layers.Dropout(0.2)(conv(c, activation="relu")(x))), "in training", "Dropout"),
    ("block", lambda x, c: x + conv(c)(layers.ReLU()(layers.BatchNormalization()(conv(c)(x)))), "BatchNormalization", "nothing else"),
    ("block", lambda x, c: x + conv(c)(conv(c, activation="relu6")(x)), "another activation", "no relative"),
    ("block", lambda x, c: x + 0.1 * conv(c)(conv(c, activation="relu")(x)), "0.1 times its branch", "as they are"),
    ("pair", pair_by_the_largest, "zeros and ones", "its type says"),
    ("eight_bit", lambda x: np.rint(255 * np.clip(x / x.max(), 0, 1)).astype(np.uint8), "up to 1.3", "by its largest value"),
    ("eight_bit", lambda x: np.ceil(255 * np.clip(x, 0, 1)).astype(np.uint8), "from 0 to 1", "rounded up"),
    ("psnr", psnr_by(one_by_the_largest), "zeros and ones", "its type says"),
    ("psnr", psnr_by(one_in_16_bits), "two uint8", "int16 ends"),
    ("psnr", psnr_of_a_float_batch, "batch of two uint8", "the same lines"),
    ("psnr", psnr_of_three, "batch of two uint8 images with IndexError", "by hand"),
    ("psnr", psnr_without_the_infinite, "one image is itself", "infinite"),
    ("ssim", ssim_of(c2=0.03), "darker", "c2 is not squared"),
    ("ssim", ssim_of(c2=1e-4), "darker", "c1 and c2 differ"),
    ("ssim", ssim_of(span=lambda a, b: np.ptp(b)), "darker", "that images could have"),
    ("report", reported(restore=lambda x, m: srlib.interpolate(x, kernel=m)), "three images and a network", "by hand"),
    ("report", reported(over=np.median), "SSIM of", "the middle one"),
    ("report", reported(kernel="bicubic"), "SSIM of", "another kernel"),
    ("report", reported(rounding=np.rint), "SSIM of", "rounded to 8 bits"),
    ("shuffle", lambda x, s: shuffled(x, s, 3 if x.shape[-1] % 3 == 0 else 1), "nine channels", "by hand"),
    ("shuffle", lambda x, s: shuffled(x.astype(np.uint8), s), "one place", "0, 1, 2, 3"),
    ("tiles", tiled_with_a_mirror, "notices the edge", "only the border is off"),
    ("tiles", lambda p, m, t, g: tiled(p, m, t, 2), "differs", "two margins are 14"),
    ("tiles", tiled_if_not_first, "tiles of 2 with a margin of 3", "counts from its other end"),
    ("tiles", tiled_moved_back, "5x13 in tiles of 8", "row or column"),
    ("tiles", lambda p, m, t, g: tiled(p, lambda x: m(x[None])[0], t, g), "hands a part of shape", "\\(height, width, 3\\)"),
    ("tables", ["A", "C"], "is a list", "one pair of quotation marks"),
    ("tables", "...", "from A to D", "only the letters"),
]  # fmt: skip

OTHER_STYLES = [
    ("split", split_by_digest),
    ("split", split_by_pattern),
    ("split", split_arrays),
    ("prepare", prepared_in_floats),
    ("thumbnail", by_pillow(Image.LANCZOS)),
    ("thumbnail", by_pillow(Image.BICUBIC)),
    ("thumbnail", lambda p, s: resize(p, (p.shape[0] // s, p.shape[1] // s), anti_aliasing=True)),
    ("thumbnail", lambda p, s: rescale(p, 1 / s, anti_aliasing=True, channel_axis=-1)),
    ("block", lambda x, c: Block(c)(x)),
    ("block", lambda x, c: keras.ops.add(x, conv(c)(keras.ops.relu(conv(c)(x))))),
    ("pair", lambda p: tuple(x[0] for x in srlib.make_pairs(p[None]))),
    ("report", reported(of=lambda images: images.images)),
    ("report", reported()),
    ("shuffle", shuffled),
    ("tiles", tiled),
    ("tiles", lambda p, m, t, g: tiled(p, m, max(1, t // 2), g)),
    ("tables", "Table A and Table C"),
]
