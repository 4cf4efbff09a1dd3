"""Right and wrong answers to exercise 02a."""

import numpy as np
from skimage.transform import downscale_local_mean

import srlib


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


def summed(image, scale, divided_by, dtype=np.float64, white=255):
    h, w, c = image.shape
    total = image.astype(dtype).reshape(h // scale, scale, w // scale, scale, c).sum((1, 3), dtype=dtype)
    return total / divided_by / (white if image.dtype == np.uint8 else 1)


def downscale_in_16_bits(image, scale):
    return summed(image, scale, scale**2, np.uint16 if image.dtype == np.uint8 else np.float32)


check = srlib.checks.check_downscale

RIGHT = [
    downscale_by_loops,
    downscale_by_skimage,
    lambda p, s: srlib.downscale(p, s, kernel="area"),
    lambda p, s: downscale_by_loops(p, s).round(3),
    lambda p, s: downscale_by_loops(p, s).astype(np.float16),
]

# answer, words of what is wrong, words of the hint
WRONG = [
    (lambda p, s: p[::s, ::s], "off by", "thrown away"),
    (lambda p, s: downscale_local_mean(p, (s, s, 1)) * s * s, "off by", "sum of its block"),
    (downscale_mixed, "off by", "far apart"),
    (four_corners, "scale 3", "depends on the scale"),
    (downscale_grey, "shape \\(4, 6\\)", "colours"),
    (lambda p, s: p.reshape(-1, s, p.shape[1], 3).mean(1), "shape \\(4, 12, 3\\)", "columns are not"),
    (downscale_levels, "uint8", "should run from 0 to 1"),
    (downscale_early, "uint8", "too early"),
    (downscale_by_the_largest, "zeros and ones", "its type says"),
    (lambda p, s: None, "returns nothing", "return"),
    (lambda p, s: downscale_by_loops(p, s).round(2), "off by", "rounded to 2 decimals"),
    (lambda p, s: summed(p, s, 4), "scale 3", "2.25 times"),
    (lambda p, s: summed(p, s, s**2, white=256), "a uint8 image", "255, not 256"),
    (downscale_in_16_bits, "scale 20", "times what it should be"),
    (lambda p, s: downscale_by_loops(p, s).tolist(), "gives a list", "np.array"),
    (lambda p, s: p if s == 1 else downscale_by_loops(p, s), "scale 1", "from 0 to 1"),
]  # fmt: skip
