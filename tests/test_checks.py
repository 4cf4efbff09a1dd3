"""The checks: every right answer passes, by whatever way it is right; every plausible wrong one fails with the hint that fits.

An answer is right here because skimage, OpenCV, Keras or the library says so. The wrong ones are what learners write.
"""

import json
import random
import sys
import warnings
from pathlib import Path

import cv2
import numpy as np
import pytest
from _subtle_answers import OTHER_STYLES, WRONG_FURTHER_ON, tiled
from numpy.lib.stride_tricks import sliding_window_view
from PIL import Image
from scipy.ndimage import gaussian_filter
from skimage.metrics import peak_signal_noise_ratio, structural_similarity
from skimage.transform import downscale_local_mean

import srlib
from srlib._backend import keras
from srlib.checks.answer import Answer

checks = srlib.checks
layers = keras.layers


def stub(*_, **__):
    """As it is handed out."""
    ...  # YOUR CODE HERE


def nbgraders_stub(*_, **__):
    # YOUR CODE HERE
    raise NotImplementedError()


# -- right answers -------------------------------------------------------------------------------------------------------


def split_sorted(names):
    photographs = sorted({name.rpartition("-")[0] for name in names})
    groups = photographs[2:], photographs[:1], photographs[1:2]
    return [[name for name in names if name.rpartition("-")[0] in group] for group in groups]


def split_seeded(names):
    of = lambda name: name[: name.rindex("-")]
    photographs = np.random.default_rng(3).permutation(sorted(set(map(of, names))))
    pick = lambda some: tuple(name for name in names if of(name) in some)
    return pick(photographs[:-2]), pick(photographs[-2:-1]), pick(photographs[-1:])


def prepare(images, photographs, held_out):
    held = np.array(photographs) == held_out
    train = images[~held]
    return np.concatenate([train, train[:, :, ::-1]]), images[held]


def prepare_interleaved(images, photographs, held_out):
    train = [p for p, name in zip(images, photographs) if name != held_out]
    both = [version for p in train for version in (np.fliplr(p), p)]
    return np.array(both), np.array([p for p, name in zip(images, photographs) if name == held_out])


def downscale_by_loops(image, scale):
    image = image / 255 if image.dtype == np.uint8 else image
    h, w, _ = image.shape
    out = np.zeros((h // scale, w // scale, 3))
    for i in range(h // scale):
        for j in range(w // scale):
            out[i, j] = image[i * scale : (i + 1) * scale, j * scale : (j + 1) * scale].mean(axis=(0, 1))
    return out


def downscale_by_skimage(image, scale):
    return downscale_local_mean(image, (scale, scale, 1)) / (255 if image.dtype == np.uint8 else 1)


def upscale_by_cv2(small):
    return cv2.resize(small, (2 * small.shape[1], 2 * small.shape[0]), interpolation=cv2.INTER_LINEAR)


def thumbnail_by_gauss(image, scale):
    smooth = gaussian_filter(image, (0.4 * scale, 0.4 * scale, 0))
    return smooth.reshape(image.shape[0] // scale, scale, -1, scale, 3)[:, 1:3, :, 1:3].mean((1, 3))


def block(x, channels):
    y = layers.Conv2D(channels, 3, padding="same", activation="relu")(x)
    return layers.Add()([x, layers.Conv2D(channels, 3, padding="same")(y)])


def block_with_a_relu_layer(x, channels):
    y = layers.ReLU()(layers.Conv2D(channels, (3, 3), padding="same")(x))
    return layers.Conv2D(channels, (3, 3), padding="same")(y) + x


def block_in_a_sequential(x, channels):
    conv = lambda **more: layers.Conv2D(channels, 3, padding="same", **more)
    return layers.add([x, keras.Sequential([conv(activation="relu"), conv()])(x)])


def pair(image):
    return srlib.downscale(image), (image / 255).astype("float32")


def eight_bit(output):
    return np.rint(255 * np.clip(output, 0, 1)).astype(np.uint8)


def psnr_by_skimage(a, b):
    if a.ndim == 4:
        return np.mean([psnr_by_skimage(x, y) for x, y in zip(a, b)])
    return peak_signal_noise_ratio(b, a, data_range=255 if a.dtype == np.uint8 else 1.0)


def ssim_by_skimage(a, b):
    return structural_similarity(a, b, data_range=1.0, win_size=7)


def report(method, images):
    value = lambda m: float(np.mean([srlib.ssim(srlib.upscale(srlib.downscale(p), m), p) for p in images]))
    return {"method": value(method), "bicubic": value("bicubic")}


def shuffle_by_keras(x, scale):
    from srlib.layers import PixelShuffle

    return keras.ops.convert_to_numpy(PixelShuffle(scale)(x[None].astype(np.float32)))[0]


def shuffle_by_loops(x, scale):
    h, w, c = x.shape
    out = np.empty((h * scale, w * scale, c // scale**2))
    for i in range(scale):
        for j in range(scale):
            first = (i * scale + j) * out.shape[-1]
            out[i::scale, j::scale] = x[..., first : first + out.shape[-1]]
    return out


RIGHT = {
    "split": [split_sorted, split_seeded],
    "prepare": [prepare, prepare_interleaved],
    "downscale": [downscale_by_loops, downscale_by_skimage, lambda p, s: srlib.downscale(p, s, kernel="area")],
    "upscale": [upscale_by_cv2, srlib.interpolate],
    "thumbnail": [
        lambda p, s: srlib.downscale(p, s, kernel="area"),
        lambda p, s: srlib.downscale(p, s, kernel="bicubic"),
        lambda p, s: cv2.resize(p, (p.shape[1] // s, p.shape[0] // s), interpolation=cv2.INTER_AREA),
        thumbnail_by_gauss,
    ],
    "block": [block, block_with_a_relu_layer, block_in_a_sequential],
    "pair": [pair],
    "eight_bit": [eight_bit, lambda x: (np.clip(x * 255, 0, 255) + 0.5).astype("uint8")],
    "psnr": [srlib.psnr, psnr_by_skimage],
    "ssim": [ssim_by_skimage],
    "report": [report],
    "shuffle": [shuffle_by_keras, shuffle_by_loops],
    "tiles": [tiled],
    "tables": ["AC", "a and c", "C, A"],
}


def check(exercise, answer):
    return getattr(checks, f"check_{exercise}")(answer)


@pytest.mark.parametrize(
    "exercise, answer", [*((e, a) for e, answers in RIGHT.items() for a in answers), *OTHER_STYLES]
)
def test_a_right_answer_passes(exercise, answer):
    told = check(exercise, answer)
    assert told, told
    assert repr(told).startswith("\N{CHECK MARK} my_") and "Hint" not in repr(told)
    assert told.points(4) == 4


@pytest.mark.parametrize("stub", [stub, nbgraders_stub])
@pytest.mark.parametrize("exercise", [e for e in RIGHT if e != "tables"])
def test_the_stub_fails(exercise, stub):
    told = check(exercise, stub)
    assert not told and told.points(4) == 0
    assert "is not written yet" in repr(told) and "YOUR CODE HERE" in told.hint and "Traceback" not in repr(told)


# -- wrong answers -------------------------------------------------------------------------------------------------------


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


def mirrored_first(images, photographs, held_out):
    both = np.concatenate([images, images[:, :, ::-1]])
    held = np.array(list(photographs) + ["mirrored"] * len(images)) == held_out
    return both[~held], both[held]


def random_squares(images, photographs, held_out):
    order = np.random.default_rng(0).permutation(len(images))
    train = images[order[2:]]
    return np.concatenate([train, train[:, :, ::-1]]), images[order[:2]]


def mirrors_everywhere(images, photographs, held_out):
    train, test = prepare(images, photographs, held_out)
    return train, np.concatenate([test, test[:, :, ::-1]])


def no_mirrors(images, photographs, held_out):
    held = np.array(photographs) == held_out
    return images[~held], images[held]


def upside_down(images, photographs, held_out):
    train, test = no_mirrors(images, photographs, held_out)
    return np.concatenate([train, train[:, ::-1]]), test


def list_compared(images, photographs, held_out):
    held = np.full(len(images), photographs == held_out)  # a list is never equal to a word
    train = images[~held]
    return np.concatenate([train, train[:, :, ::-1]]), images[held]


def four_corners(image, scale):
    return (image[::2, ::2] + image[1::2, ::2] + image[::2, 1::2] + image[1::2, 1::2]) / 4


def downscale_mixed(image, scale):
    h, w, c = image.shape
    return image.reshape(scale, h // scale, scale, w // scale, c).mean((0, 2))


def downscale_grey(image, scale):
    return downscale_by_loops(image, scale).mean(-1)


def downscale_levels(image, scale):
    return downscale_local_mean(image, (scale, scale, 1))


def downscale_early(image, scale):
    if image.dtype == np.uint8:
        image = image // 255
    return downscale_local_mean(image, (scale, scale, 1))


def downscale_by_the_largest(image, scale):
    return downscale_local_mean(image / 255 if image.max() > 1 else image, (scale, scale, 1))


def upscale_at_corners(small):
    return np.asarray(
        cv2.remap(
            small,
            *np.meshgrid(
                np.linspace(0, small.shape[1] - 1, 2 * small.shape[1], dtype="float32"),
                np.linspace(0, small.shape[0] - 1, 2 * small.shape[0], dtype="float32"),
            ),
            cv2.INTER_LINEAR,
        )
    )


def doubled(values, axis, first=0.25, wrap=False, swap=False, copy=False):
    values = np.moveaxis(values, axis, 0)
    before, after = np.concatenate([values[:1], values[:-1]]), np.concatenate([values[1:], values[-1:]])
    if wrap:
        before, after = np.roll(values, 1, 0), np.roll(values, -1, 0)
    two = [(1 - first) * values + first * before, (1 - first) * values + first * after]
    if copy:
        two = [values, (values + after) / 2]
    both = np.stack(two[::-1] if swap else two, axis=1)
    return np.moveaxis(both.reshape(-1, *values.shape[1:]), 0, axis)


def both_axes(**how):
    return lambda small: doubled(doubled(small, 0, **how), 1, **how)


def zero_border(small):
    padded = np.pad(small, ((1, 1), (1, 1), (0, 0)))
    return upscale_by_cv2(padded)[2:-2, 2:-2]


def thumbnail_of_sixteen(image, scale):
    h, w, _ = image.shape
    return image.reshape(h // scale, scale, w // scale, scale, 3).sum((1, 3)) / 16


def blur_afterwards(image, scale):
    return gaussian_filter(image[::scale, ::scale], (1, 1, 0))


def blur_off_centre(sigma):
    return lambda image, scale: gaussian_filter(image, (sigma, sigma, 0))[::scale, ::scale]


def conv(x, channels, relu=False, padding="same", size=3):
    return layers.Conv2D(channels, size, padding=padding, activation="relu" if relu else None)(x)


def bare(x, c):
    return conv(conv(x, c, relu=True), c)


def relu_after_the_sum(x, c):
    return layers.ReLU()(x + bare(x, c))


def concatenated(x, c):
    return layers.Concatenate()([x, bare(x, c)])


def skip_of_the_first(x, c):
    first = conv(x, c, relu=True)
    return first + conv(first, c)


def pair_undivided(image):
    return srlib.downscale(image), image.astype("float32")


def pair_divided_twice(image):
    return srlib.downscale(image) / 255, (image / 255).astype("float32")


def psnr_with(peak=1.0, base=np.log10, factor=10.0, error=lambda d: np.mean(d**2)):
    return lambda a, b: factor * base(peak**2 / error(a.astype(float) - b.astype(float)))


def psnr_without_types(a, b):
    return float(10 * np.log10(1 / np.mean((a - b) ** 2)))


def psnr_of_the_mean_error(a, b):
    scale = 255 if a.dtype == np.uint8 else 1
    return 10 * np.log10(scale**2 / np.mean((a.astype(float) - b) ** 2))


def psnr_shaved(n):
    return lambda a, b: psnr_of_the_mean_error(a[n:-n, n:-n], b[n:-n, n:-n])


def psnr_with_bytes_wrapping(a, b):
    scale = 255 if a.dtype == np.uint8 else 1
    return 10 * np.log10(scale**2 / np.mean((a - b) ** 2))


def psnr_dividing_by_zero(a, b):
    if a.ndim == 4:
        return np.mean([psnr_dividing_by_zero(x, y) for x, y in zip(a, b)])
    scale = 255 if a.dtype == np.uint8 else 1
    import math

    return 10 * math.log10(scale**2 / float(np.mean((a.astype(float) - b) ** 2)))


def psnr_of_each(a, b):
    return np.array([srlib.psnr(x, y) for x, y in zip(a, b)]) if a.ndim == 4 else srlib.psnr(a, b)


def ssim_with(c1=1e-4, c2=9e-4, ddof=1, cov_ddof=1, root=False, structure=True, light=True):
    def f(a, b):
        ma, mb, va, vb = a.mean(), b.mean(), a.var(ddof=ddof), b.var(ddof=ddof)
        cov = ((a - ma) * (b - mb)).sum() / (49 - cov_ddof) if structure else np.sqrt(va * vb)
        va, vb = (np.sqrt(va), np.sqrt(vb)) if root else (va, vb)
        first = (2 * ma * mb + c1) / (ma**2 + mb**2 + c1) if light else 1
        return first * (2 * cov + c2) / (va + vb + c2)

    return f


def report_with(data_range, baseline="bicubic", factor=255.0, kernel="bilinear"):
    def f(method, images):
        def value(m, kernel):
            values = []
            for p in images:
                restored = srlib.upscale(srlib.downscale(p, kernel=kernel), m).astype(float) * factor
                true = p / 255 * factor
                span = data_range(true) if callable(data_range) else data_range
                values.append(structural_similarity(restored, true, data_range=span, channel_axis=-1))
            return np.mean(values)

        told = {"method": value(method, "bilinear")}
        return told | {"bicubic": value(baseline or method, kernel)} if baseline != "none" else told

    return f


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


def tiles_without_margin(image, method, tile, margin):
    return tiled(image, method, tile, 0)


def tiles_that_fit_only(image, method, tile, margin):
    h, w, _ = image.shape
    out = np.zeros((2 * h, 2 * w, 3), "float32")
    whole = tiled(image, method, tile, margin)
    out[: h // tile * tile * 2, : w // tile * tile * 2] = whole[: h // tile * tile * 2, : w // tile * tile * 2]
    return out


def tiles_with_a_small_margin_cut(image, method, tile, margin):
    h, w, _ = image.shape
    out = np.zeros((2 * h, 2 * w, 3), "float32")
    for y in range(0, h, tile):
        for x in range(0, w, tile):
            top, left = max(0, y - margin), max(0, x - margin)
            large = method(image[top : y + tile + margin, left : x + tile + margin])
            part = large[y - top :, x - left :][: 2 * tile, : 2 * tile][: 2 * (h - y), : 2 * (w - x)]
            out[2 * y : 2 * y + part.shape[0], 2 * x : 2 * x + part.shape[1]] = part
    return out


def tiles_that_wrap(image, method, tile, margin):
    h, w, _ = image.shape
    out = np.zeros((2 * h, 2 * w, 3), "float32")
    for y in range(0, h, tile):
        for x in range(0, w, tile):
            method(image[y - margin : y + tile + margin, x - margin : x + tile + margin])
    return out


def tiles_of_a_padded_image(image, method, tile, margin):
    """Zeros around the image, so that every tile has its margin: the border then looks at black."""
    h, w, _ = image.shape
    padded = np.pad(image, ((margin, margin + tile), (margin, margin + tile), (0, 0)))
    out = np.zeros((2 * (h + tile), 2 * (w + tile), 3), "float32")
    for y in range(0, h, tile):
        for x in range(0, w, tile):
            large = method(padded[y : y + tile + 2 * margin, x : x + tile + 2 * margin])
            out[2 * y : 2 * (y + tile), 2 * x : 2 * (x + tile)] = large[
                2 * margin : -2 * margin, 2 * margin : -2 * margin
            ]
    return out[: 2 * h, : 2 * w]


def tiles_in_name_only(image, method, tile, margin):
    return method(image)


def downscale_and_brighten(x):
    x -= x.min()
    return (255 * x).astype(np.uint8)


# exercise, wrong answer, words of what is wrong, words of the hint
WRONG = [
    ("split", split_by_square, "on|into train and", "relatives"),
    ("split", split_into_thirds, "loses 7 of 37", "remainder"),
    ("split", lambda names: (names, names[:3], names[3:5]), "more than one list", "can no longer examine"),
    ("split", lambda names: (names, [], []), "leaves validation empty", "none of them may be empty"),
    ("split", split_with_hyphens_lost, "as red-rose", "follows|last one is the place"),
    ("split", split_at_the_row, "as red-rose", "last one is the place"),
    ("split", split_of_a_set, "another order", "sort the photographs|file systems"),
    ("split", split_of_a_shuffled_set, "another order|second time", "sort the photographs|file systems|seed"),
    ("split", split_by_chance, "the second time", "seed"),
    ("split", split_by_order, "another order", "file systems"),
    ("split", split_with_little_to_learn, "photographs to learn from", "more than half"),
    ("split", lambda names: {"train": names}, "expected three lists", "return train, validation, test"),
    ("split", lambda names: ([0, 1], [2], [3]), "no name", "not numbers"),
    ("prepare", mirrored_first, "mirror images of 3 test squares", "what has to come first"),
    ("prepare", random_squares, "squares of the held-out", "which photograph"),
    ("prepare", mirrors_everywhere, "mirror images in the test", "counts the same image twice"),
    ("prepare", no_mirrors, "without the mirror images", "still wanted"),
    ("prepare", upside_down, "without the mirror images", "upside down"),
    ("prepare", list_compared, "squares of the held-out photograph", "photographs"),
    ("downscale", lambda p, s: p[::s, ::s], "off by", "thrown away"),
    ("downscale", lambda p, s: downscale_local_mean(p, (s, s, 1)) * s * s, "off by", "sum of its block"),
    ("downscale", downscale_mixed, "off by", "far apart"),
    ("downscale", four_corners, "scale 3", "belongs to that scale only"),
    ("downscale", downscale_grey, "shape \\(4, 6\\)", "colours"),
    ("downscale", lambda p, s: p.reshape(-1, s, p.shape[1], 3).mean(1), "shape \\(4, 12, 3\\)", "columns are not"),
    ("downscale", downscale_levels, "uint8", "should run from 0 to 1"),
    ("downscale", downscale_early, "uint8", "too early"),
    ("downscale", downscale_by_the_largest, "zeros and ones", "its type says"),
    ("downscale", lambda p, s: None, "returns nothing", "return"),
    ("upscale", lambda x: srlib.interpolate(x, kernel="nearest"), "off by", "nearest"),
    ("upscale", upscale_at_corners, "off by", "edges of the image"),
    ("upscale", both_axes(copy=True), "off by", "half a new pixel"),
    ("upscale", both_axes(swap=True), "off by", "changed places"),
    ("upscale", both_axes(wrap=True), "border", "opposite side"),
    ("upscale", zero_border, "border", "its own value"),
    ("upscale", lambda x: doubled(x, 0), "expected \\(14, 20, 3\\)", "what about the columns"),
    ("upscale", lambda x: np.repeat(doubled(x, 0), 2, 1), "off by", "columns are only copied"),
    ("upscale", lambda x: srlib.interpolate(x, kernel="bicubic"), "off by", "which kernel"),
    ("upscale", both_axes(first=1 / 3), "off by", "pencil"),
    ("thumbnail", lambda p, s: p[::s, ::s], "too fine", "never looked at"),
    ("thumbnail", blur_afterwards, "too fine", "by then"),
    ("thumbnail", lambda p, s: srlib.downscale(p, s, kernel="bilinear"), "too fine", "two of every four"),
    ("thumbnail", blur_off_centre(0.5), "too fine", "too few"),
    ("thumbnail", blur_off_centre(1.6), "shifts the image by 1.5", "middle of that block"),
    ("thumbnail", lambda p, s: srlib.downscale(gaussian_filter(p, (6, 6, 0)), s), "keeps only", "how far"),
    ("thumbnail", lambda p, s: gaussian_filter(p, (2, 2, 0)), "shape \\(64, 64, 3\\)", "as large as before"),
    ("thumbnail", lambda p, s: np.asarray(Image.fromarray((255 * p).astype("uint8")).reduce(s)), "into 15", "0 to 255"),
    ("thumbnail", lambda p, s: srlib.downscale(p, s) * 0.9, "flat", "add up to"),
    ("thumbnail", lambda p, s: srlib.downscale(p, 4, kernel="area"), "shape \\(16, 16, 3\\)", "the 4 is written"),
    ("thumbnail", thumbnail_of_sixteen, "scale 2, into 0.15", "that scale only"),
    ("block", bare, "does not hand x on", "no way around"),
    ("block", relu_after_the_sum, "does not hand x on", "negative numbers"),
    ("block", concatenated, "same shape", "behind each other"),
    ("block", lambda x, c: x * bare(x, c), "does not hand x on", "multiplied"),
    ("block", skip_of_the_first, "does not hand x on", "negative numbers are lost on the way around"),
    ("block", lambda x, c: x + conv(conv(x, c), c), "no ReLU", "one convolution"),
    ("block", lambda x, c: x + conv(conv(x, c, relu=True), c, relu=True), "behind the second", "which sign"),
    ("block", lambda x, c: x + conv(conv(layers.ReLU()(x), c), c), "before its first", "behind that"),
    ("block", lambda x, c: x + conv(conv(layers.ReLU()(x), c, relu=True), c), "before its first", "nowhere else"),
    ("block", lambda x, c: x + conv(x, c), "1 convolutions", "count the layers"),
    ("block", lambda x, c: x + conv(conv(x, c, relu=True), c, padding="valid"), "stops", "padding"),
    ("block", lambda x, c: x + conv(conv(x, 2 * c, relu=True), c), "kernels of", "as many filters"),
    ("block", lambda x, c: "x", "expected a tensor", "call the layers"),
    ("pair", pair_undivided, "the true image values", "still runs from 0 to 255"),
    ("pair", pair_divided_twice, "the small image values", "twice"),
    ("pair", lambda p: (srlib.downscale(p), (p // 255).astype("float32")), "the true image", "whole numbers"),
    ("pair", lambda p: (srlib.downscale(p), (p / 256).astype("float32")), "the true image", "256"),
    ("pair", lambda p: (srlib.downscale(p), (p / p.max()).astype("float32")), "the true image", "brightest"),
    ("pair", lambda p: (srlib.downscale(p), p / 255), "float64", "double precision"),
    ("eight_bit", lambda x: np.rint(x * 255).astype(np.int64).astype(np.uint8), "up to 1.3", "before the conversion"),
    ("eight_bit", lambda x: np.clip(np.rint(x * 255).astype(int).astype(np.uint8), 0, 255), "up to 1.3", "not after it"),
    ("eight_bit", lambda x: (np.clip(x, 0, 1) * 255).astype(np.uint8), "from 0 to 1", "rounded down"),
    ("eight_bit", lambda x: np.rint((x - x.min()) / (np.ptp(x) or 1) * 255).astype(np.uint8), "up to 1.3", "stretched"),
    ("eight_bit", lambda x: np.clip(x * 256, 0, 255).astype(np.uint8), "from 0 to 1", "256"),
    ("eight_bit", lambda x: np.rint(np.minimum(x, 1) * 255).astype(int).astype(np.uint8), "down to", "below 0"),
    ("eight_bit", lambda x: np.rint(np.minimum(np.abs(x), 1) * 255).astype(np.uint8), "down to", "sign"),
    ("eight_bit", lambda x: np.clip(x, 0, 1) * 255, "expected uint8", "whole numbers"),
    ("eight_bit", downscale_and_brighten, "changes the array", "reference"),
    ("psnr", psnr_with(error=lambda d: np.mean(d**2), peak=255), "two float32", "largest value"),
    ("psnr", psnr_with(base=np.log), "two float32", "base e"),
    ("psnr", psnr_with(factor=20), "two float32", "20 goes with the root"),
    ("psnr", lambda a, b: np.mean((a - b) ** 2), "two float32", "mean squared error itself"),
    ("psnr", lambda a, b: -srlib.psnr(a, b), "two float32", "sign"),
    ("psnr", psnr_with(error=np.sum) , "two float32", "srlib.mse"),
    ("psnr", psnr_with(error=lambda d: np.mean(np.abs(d))), "two float32", "absolute"),
    ("psnr", psnr_shaved(2), "two float32", "2 pixels are left out"),
    ("psnr", psnr_shaved(4), "two float32", "4 pixels are left out"),
    ("psnr", lambda a, b: np.mean([psnr_of_the_mean_error(a[..., c], b[..., c]) for c in range(3)]), "two float32", "colours"),
    ("psnr", psnr_with(), "two uint8", "the type tells"),
    ("psnr", psnr_without_types, "two uint8", "cannot be negative"),
    ("psnr", psnr_with_bytes_wrapping, "two uint8", "cannot be negative"),
    ("psnr", psnr_of_the_mean_error, "a batch", "the logarithm"),
    ("psnr", psnr_of_each, "three numbers", "several scores"),
    ("psnr", psnr_dividing_by_zero, "itself with ZeroDivisionError", "What should the answer be"),
    ("psnr", lambda a, b: 27.1, "27.1", "srlib.mse"),
    ("psnr", lambda a, b: "27 dB", "expected one number", "axes"),
    ("psnr", 3, "not a function", "without calling"),
    ("ssim", ssim_with(root=True), "two equal", "standard deviations"),
    ("ssim", ssim_with(c1=6.5025, c2=58.5225), "darker", "0 to 255"),
    ("ssim", ssim_with(c1=4e-4, c2=36e-4), "darker", "original project"),
    ("ssim", ssim_with(c1=0, c2=0), "darker", "constants are missing"),
    ("ssim", ssim_with(c1=9e-4, c2=1e-4), "darker", "changed places"),
    ("ssim", ssim_with(c1=0.01, c2=0.03), "darker", "not squared"),
    ("ssim", ssim_with(ddof=0, cov_ddof=0), "darker", "49"),
    ("ssim", ssim_with(ddof=0), "equal windows", "habits"),
    ("ssim", ssim_with(structure=False), "noisy", "patterns"),
    ("ssim", ssim_with(light=False), "darker", "means do not count"),
    ("ssim", lambda a, b: np.corrcoef(a.ravel(), b.ravel())[0, 1], "darker", "correlation"),
    ("report", report_with(2.0), "SSIM of", "still 2"),
    ("report", report_with(1.0), "SSIM of", "one scale"),
    ("report", report_with(255.0, factor=1.0), "SSIM of", "one scale"),
    ("report", report_with(np.ptp), "SSIM of", "measured from the true"),
    ("report", report_with(255.0, baseline="none"), "alone", "for nothing"),
    ("report", report_with(255.0, baseline="bilinear"), "baseline", "weaker"),
    ("report", report_with(255.0, baseline=None), "baseline", "of the method again"),
    ("report", report_with(255.0, kernel="bicubic"), "baseline", "other small images"),
    ("report", lambda m, p: report("lanczos", p), "nearest", "comes in"),
    ("report", lambda m, p: 0.86, "expected \\{", "dict"),
    ("shuffle", lambda x, s: x.reshape(x.shape[0] * s, x.shape[1] * s, -1), "small image|3x4", "reshape alone"),
    ("shuffle", shuffled_with(0, 3, 1, 2, 4), "one place", "diagonal"),
    ("shuffle", shuffle_of_pytorch, "twelve", "roles"),
    ("shuffle", shuffled_with(2, 0, 3, 1, 4), "3x4", "small copies"),
    ("shuffle", shuffled_with(0, 2, 1, 3, 4, reverse=2), "one place", "upside down"),
    ("shuffle", lambda x, s: np.repeat(np.repeat(x[..., : x.shape[-1] // s**2], s, 0), s, 1), "one place", "first pixel only"),
    ("shuffle", lambda x, s: shuffle_by_loops(x, 2), "27|scale 3|stops", "."),
    ("tiles", tiles_without_margin, "differs", "seams"),
    ("tiles", tiles_that_fit_only, "19x29", "last row or column"),
    ("tiles", tiles_with_a_small_margin_cut, "differs", "counted in small pixels"),
    ("tiles", tiles_that_wrap, "hands a part of shape", "other end"),
    ("tiles", tiles_of_a_padded_image, "differs", "edge of the image"),
    ("tiles", tiles_in_name_only, "at most 14x14", "the point of tiles"),
    ("tiles", lambda p, m, t, g: srlib.upscale(p, "bicubic"), "never uses", "method"),
    ("tables", "AB", "AB", "bicubic rows"),
    ("tables", "BC", "BC", "border"),
    ("tables", "AD", "AD", "not about the same images"),
    ("tables", "ABC", "3 tables", "small print"),
    ("tables", "A", "one table", "takes two"),
    ("tables", "", "not written", "quotation"),
    ("tables", ..., "not written", "quotation"),
    ("tables", "AX", "from A to D", "letters"),
]  # fmt: skip


@pytest.mark.parametrize("exercise, answer, told, hint", [*WRONG, *WRONG_FURTHER_ON])
def test_a_wrong_answer_fails_with_the_hint_that_fits(exercise, answer, told, hint):
    import re

    found = check(exercise, answer)
    assert not found
    assert re.search(told, found.told), found
    assert re.search(hint, found.hint), found
    assert "\n  Hint: " in repr(found) and repr(found).startswith("\N{BALLOT X} my_")
    assert found.points(4) < 4


def test_every_exercise_has_three_wrong_answers_with_hints_of_their_own():
    for exercise in RIGHT:
        hints = {hint for name, _, _, hint in WRONG if name == exercise}
        assert len(hints) >= 3, exercise
    assert {f"check_{name}" for name in RIGHT} | {"check_project", "Answer"} == set(checks.__all__)


@pytest.mark.parametrize("exercise", [e for e in RIGHT if e not in ("tables",)])
@pytest.mark.parametrize("nonsense", [None, 3, "text", lambda *a: None, lambda *a: "text", lambda *a: [], lambda *a: [[1], 2], lambda *a: {}, lambda *a: np.full((4, 4), np.nan), lambda *a: 1 / 0, lambda: 0, object()])  # fmt: skip
def test_nonsense_is_answered_not_raised(exercise, nonsense):
    found = check(exercise, nonsense)
    assert not found and found.hint and "Traceback" not in repr(found)


# -- the answer itself ----------------------------------------------------------------------------------------------------


def test_points_are_the_share_of_the_steps_before_the_mistake():
    assert checks.check_psnr(psnr_of_the_mean_error).points(4) == 2.0  # two of four steps
    assert Answer("x", ("a",), 3, "is wrong", "h").points(4) == 1.0  # 1.33, rounded down to half points
    assert Answer("x", ("a", "b"), 3, "is wrong", "h").points(1) == 0.5
    assert Answer("x", ("a", "b"), 2).points(3) == 3


def test_the_answer_reads_as_it_should():
    found = checks.check_psnr(psnr_of_the_mean_error)
    first, second, third = repr(found).splitlines()
    assert first.startswith("\N{BALLOT X} my_psnr gives ") and second.startswith("  Hint: ")
    assert third == "  Right so far: two images, 8-bit images."


def test_the_readme_shows_what_a_check_says():
    readme = (Path(__file__).parents[1] / "README.md").read_text("utf-8")
    assert repr(checks.check_psnr(psnr_of_the_mean_error)) in readme


def test_a_console_without_ticks_gets_words(monkeypatch):
    class Console:
        encoding = "cp1252"

    monkeypatch.setattr("sys.stdout", Console())
    assert repr(Answer("my_x", ("a",), 1)) == "[right] my_x is right: a."
    assert repr(Answer("my_x", (), 1, "is wrong.", "look.")).startswith("[wrong] my_x is wrong.")


def test_a_warning_in_the_learners_function_is_not_printed(capfd):
    """nbgrader gives no points to a cell that wrote to standard error."""

    def loud(a, b):
        import sys

        print("working", file=sys.stderr)
        warnings.warn("beware", stacklevel=1)
        np.log(np.zeros(1))
        return srlib.psnr(a, b)

    assert checks.check_psnr(loud)
    assert capfd.readouterr().err == ""


def test_windows_of_the_ssim_exercise_agree_with_skimage():
    """The one formula that a check computes by itself."""
    from srlib.checks.lesson_04 import _ssim, _windows

    for kind in ("darker", "noise", "opposite", "flat"):
        a, b = _windows(kind)
        assert a.shape == b.shape == (7, 7) and min(a.min(), b.min()) >= 0 and max(a.max(), b.max()) <= 1
        assert _ssim(a, b) == pytest.approx(ssim_by_skimage(a, b), abs=1e-9)
    assert sliding_window_view(a, (7, 7)).shape[:2] == (1, 1)


@pytest.mark.parametrize(
    "check, answer",
    [
        (checks.check_split, lambda names: (names, None, [])),
        (checks.check_prepare, lambda images, photographs, held_out: ([[1], [1, 2]], images)),
        (checks.check_psnr, lambda a, b: [[1], [1, 2]]),
        (checks.check_block, lambda x: keras.Input(x.shape[1:])),
        (checks.check_psnr, lambda a, b: sys.exit()),
    ],
    ids=["nothing for a list", "ragged images", "ragged numbers", "not of x", "the end"],
)
def test_what_no_step_foresaw_is_answered_not_raised(check, answer):
    found = check(answer)
    assert not found and found.hint and found.points(10) < 10


# -- the project -----------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    """A short training, in a folder."""
    folder = tmp_path_factory.mktemp("project") / "run"
    model = srlib.build_model("subpixel", width=8, blocks=1)
    srlib.fit(model, srlib.load_images("sample", split="train")[:4], steps=3, batch=1, crop=32, out=folder)
    return folder


def changed(run, place, **changes):
    """A copy of a run whose recipe or history says something else."""
    import shutil

    folder = place / "changed"
    shutil.copytree(run, folder)
    for file in ("recipe.json",):
        recipe = json.loads((folder / file).read_text())
        recipe.update({key: value for key, value in changes.items() if key != "seconds"})
        (folder / file).write_text(json.dumps(recipe))
    if "seconds" in changes:
        (folder / "history.csv").write_text(f"step,loss,psnr,seconds\n3,0.1,nan,{changes['seconds']}\n")
    return folder


def test_a_short_training_is_judged_against_bicubic(run):
    found = checks.check_project(str(run))
    assert not found and "behind bicubic" in found.told and "validation" in found.hint
    assert found.passed == ("a finished training", "within the budget", "trained on what is open")
    assert found.points(10) == 6.0
    table = srlib.evaluate(
        {"mine": srlib.load_model(run), "bicubic": "bicubic"}, srlib.load_images("sample", split="test")
    )
    assert f"my network {table.mean('mine'):.2f} dB" in repr(
        found
    ) and f"bicubic {table.mean('bicubic'):.2f} dB" in repr(found)
    assert "parameters, 0.0 minutes of training" in repr(found)


@pytest.mark.parametrize(
    "changes, told, hint",
    [
        ({"seconds": 400}, "6.7 minutes; the budget is 5", "train again"),
        ({"data": "sample/train+sample/test"}, "saw sample/test", "which splits"),
        ({"data": "sample"}, "saw sample during", "which splits"),
        ({"data": "dead_leaves+sample/test, squares of 128"}, "saw sample/test", "which splits"),
        ({"validation": "sample, at 0.5"}, "saw sample during", "which splits"),
        ({"model": {}}, "recipe of another", "as the training left it"),
        ({"kernel": None}, "downscaled by None", "only then"),
        ({"validation": "set5"}, "saw set5 during its training, as validation", "which splits"),
        ({"kernel": "bicubic"}, "downscaled by bicubic", "only then"),
        ({"model": {"builder": "subpixel", "scale": 2, "options": {"width": 9, "blocks": 1, "kernel": "bilinear"}}}, "recipe of another", "as the training left it"),
    ],
)  # fmt: skip
def test_what_the_project_does_not_allow(run, tmp_path, changes, told, hint):
    found = checks.check_project(changed(run, tmp_path, **changes))
    assert not found and told in found.told and hint in found.hint


def test_a_network_over_the_budget_is_told_its_size(tmp_path):
    model = srlib.build_model("subpixel", width=48, blocks=2)
    srlib.fit(model, srlib.load_images("sample", split="train")[:2], steps=1, batch=1, crop=16, out=tmp_path / "large")
    found = checks.check_project(tmp_path / "large")
    assert f"{model.count_params():,} parameters; the budget is 50,000" in found.told and "width" in found.hint


@pytest.mark.parametrize("folder", [None, "...", "", 3, "nowhere"])
def test_no_folder_is_answered_not_raised(folder):
    found = checks.check_project(folder)
    assert not found and ("no folder" in found.told) and found.points(10) == 0


def test_half_a_folder_is_answered_not_raised(run, tmp_path):
    folder = changed(run, tmp_path)
    (folder / "history.csv").unlink()
    found = checks.check_project(folder)
    assert "cannot be read" in found.told and "history.csv" in found.hint


def test_the_given_network_would_not_pass_its_own_budget():
    from srlib.checks.project import GIVEN, MOST_PARAMETERS

    assert srlib.load_model(GIVEN).count_params() > MOST_PARAMETERS


def test_the_command_scores_every_network_best_first(run, tmp_path, capsys):
    from srlib.cli import main

    late = changed(run, tmp_path, seconds=4000)
    assert main(["project", str(late), str(run)]) == 0
    out = capsys.readouterr().out
    assert repr(checks.check_project(run)) in out and "66.7 minutes; the budget is 5" in out
    assert [line.split() for line in out.splitlines()[-3:]] == [
        ["network", "points", "of", "10"],
        ["run", "6"],
        ["changed", "2"],
    ]


def test_the_command_fails_in_one_line_before_it_scores_anything(run, capsys):
    from srlib.cli import main

    assert main(["project", str(run), "nowhere"]) == 1
    told = capsys.readouterr()
    assert told.out == "" and told.err.count("\n") == 1 and "There is no folder 'nowhere'" in told.err
