"""Right and wrong answers to exercise 02c."""

import cv2
import numpy as np
from PIL import Image
from scipy.ndimage import gaussian_filter
from scipy.signal import convolve2d
from skimage.transform import rescale, resize

import srlib


def thumbnail_by_gauss(image, scale):
    smooth = gaussian_filter(image, (0.4 * scale, 0.4 * scale, 0))
    return smooth.reshape(image.shape[0] // scale, scale, -1, scale, 3)[:, 1:3, :, 1:3].mean((1, 3))


def thumbnail_of_sixteen(image, scale):
    h, w, _ = image.shape
    return image.reshape(h // scale, scale, w // scale, scale, 3).sum((1, 3)) / 16


def blur_afterwards(image, scale):
    return gaussian_filter(image[::scale, ::scale], (1, 1, 0))


def blur_off_centre(sigma):
    return lambda image, scale: gaussian_filter(image, (sigma, sigma, 0))[::scale, ::scale]


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


def of_blocks(f):
    def answer(p, s):
        h, w, _ = p.shape
        return f(p.reshape(h // s, s, w // s, s, 3))

    return answer


def grey_where_there_is_contrast(image, scale):
    """Paints each block with much contrast in the mean of the whole image."""
    h, w, _ = image.shape
    blocks = image.reshape(h // scale, scale, w // scale, scale, 3)
    return np.where(blocks.std((1, 3)) > 0.1, image.mean((0, 1)), blocks.mean((1, 3)))


check = srlib.checks.check_thumbnail

RIGHT = [
    lambda p, s: srlib.downscale(p, s, kernel="area"),
    lambda p, s: srlib.downscale(p, s, kernel="bicubic"),
    lambda p, s: cv2.resize(p, (p.shape[1] // s, p.shape[0] // s), interpolation=cv2.INTER_AREA),
    thumbnail_by_gauss,
    by_pillow(Image.LANCZOS),
    by_pillow(Image.BICUBIC),
    lambda p, s: resize(p, (p.shape[0] // s, p.shape[1] // s), anti_aliasing=True),
    lambda p, s: rescale(p, 1 / s, anti_aliasing=True, channel_axis=-1),
    lambda p, s: means(p, s).round(3),
]

# answer, words of what is wrong, words of the hint
WRONG = [
    (lambda p, s: p[::s, ::s], "too fine", "never looked at"),
    (blur_afterwards, "too fine", "by then"),
    (lambda p, s: srlib.downscale(p, s, kernel="bilinear"), "too fine", "two of every four"),
    (blur_off_centre(0.5), "too fine", "which pixels of a block"),
    (blur_off_centre(1.6), "shifts the image by 1.5", "middle of that block"),
    (lambda p, s: srlib.downscale(gaussian_filter(p, (6, 6, 0)), s), "keeps only", "how far"),
    (lambda p, s: gaussian_filter(p, (2, 2, 0)), "shape \\(64, 64, 3\\)", "as large as before"),
    (lambda p, s: np.asarray(Image.fromarray((255 * p).astype("uint8")).reduce(s)), "into 15", "0 to 255"),
    (lambda p, s: srlib.downscale(p, s) * 0.9, "flat", "add up to"),
    (lambda p, s: srlib.downscale(p, 4, kernel="area"), "shape \\(16, 12, 3\\)", "the 4 is written"),
    (thumbnail_of_sixteen, "scale 2, into 0.15", "that scale only"),
    (lambda p, s: srlib.downscale(gaussian_filter(p, 0.4 * s).astype("float32"), s, kernel="area"), "coloured", "three axes"),
    (lambda p, s: np.repeat(means(p, s).mean(-1, keepdims=True), 3, -1), "coloured", "grey mean"),
    (lambda p, s: means(p, s)[..., ::-1], "coloured", "red and blue"),
    (lambda p, s: means(p, s)[::-1], "coloured", "upside down"),
    (lambda p, s: cv2.resize(p, (p.shape[0] // s, p.shape[1] // s), interpolation=cv2.INTER_AREA), "shape", "the width first"),
    (lambda p, s: means(gaussian_filter(p, (1.6, 1.6, 0)), s), "at scale", "that scale only"),
    (lambda p, s: srlib.downscale(gaussian_filter(p, (1.5, 1.5, 0)).astype("float32"), s), "at scale", "that scale only"),
    (lambda x, s: srlib.downscale(x, s, "area")[..., :1], "shape", "axis of the colours"),
    (lambda x, s: sum(x[i::s, i::s] for i in range(s)) / s, "fine diagonal stripes", "which pixels of a block"),
    (grey_where_there_is_contrast, "an edge between", "three quarters of that block"),
    (smoothed_against_black, "border of a flat", "dark frame"),
    (of_blocks(lambda b: (b.max((1, 3)) + b.min((1, 3))) / 2), "thin upright lines|too fine", "middle between"),
    (of_blocks(lambda b: b.max((1, 3))), "thin upright lines|too fine", "max-pooling"),
    (of_blocks(lambda b: np.median(b, (1, 3))), "too fine", "median"),
    (of_blocks(lambda b: b.mean(1)[:, :, 0]), "too fine", "along one of its two axes"),
    (lambda p, s: means(p, s).round(1), "0.6173", "few levels"),
    (of_blocks(lambda b: b.sum((1, 3))), "into 9.6", "16 times"),
]  # fmt: skip
