"""Right and wrong answers to exercise 04a."""

import math

import numpy as np
from skimage.metrics import peak_signal_noise_ratio

import srlib


def psnr_by_skimage(a, b):
    if a.ndim == 4:
        return np.mean([psnr_by_skimage(x, y) for x, y in zip(a, b)])
    return peak_signal_noise_ratio(b, a, data_range=255 if a.dtype == np.uint8 else 1.0)


def psnr_with(peak=1.0, base=np.log10, factor=10.0, error=lambda d: np.mean(d**2)):
    return lambda a, b: factor * base(peak**2 / error(a.astype(float) - b.astype(float)))


def psnr_without_types(a, b):
    return float(10 * np.log10(1 / np.mean((a - b) ** 2)))


def psnr_of_the_mean_error(a, b):
    scale = 255 if a.dtype == np.uint8 else 1
    return 10 * np.log10(scale**2 / np.mean((a.astype(float) - b) ** 2))


def psnr_cropped(n):
    return lambda a, b: psnr_of_the_mean_error(a[n:-n, n:-n], b[n:-n, n:-n])


def psnr_with_bytes_wrapping(a, b):
    scale = 255 if a.dtype == np.uint8 else 1
    return 10 * np.log10(scale**2 / np.mean((a - b) ** 2))


def psnr_dividing_by_zero(a, b):
    if a.ndim == 4:
        return np.mean([psnr_dividing_by_zero(x, y) for x, y in zip(a, b)])
    scale = 255 if a.dtype == np.uint8 else 1
    return 10 * math.log10(scale**2 / float(np.mean((a.astype(float) - b) ** 2)))


def psnr_of_each(a, b):
    return np.array([srlib.psnr(x, y) for x, y in zip(a, b)]) if a.ndim == 4 else srlib.psnr(a, b)


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


check = srlib.checks.check_psnr

RIGHT = [
    srlib.psnr,
    psnr_by_skimage,
    lambda a, b: round(srlib.psnr(a, b), 2),
    lambda a, b: np.float16(srlib.psnr(a, b)) if srlib.psnr(a, b) < 10 else np.float32(srlib.psnr(a, b)),
]

# answer, words of what is wrong, words of the hint
WRONG = [
    (psnr_with(error=lambda d: np.mean(d**2), peak=255), "two float32", "largest value"),
    (psnr_with(base=np.log), "two float32", "base e"),
    (psnr_with(factor=20), "two float32", "20 goes with the root"),
    (lambda a, b: np.mean((a - b) ** 2), "two float32", "mean squared error itself"),
    (lambda a, b: -srlib.psnr(a, b), "two float32", "sign"),
    (psnr_with(error=np.sum), "two float32", "srlib.mse"),
    (psnr_with(error=lambda d: np.mean(np.abs(d))), "two float32", "absolute"),
    (psnr_cropped(2), "two float32", "border of 2 pixels"),
    (psnr_cropped(4), "two float32", "border of 4 pixels"),
    (lambda a, b: np.mean([psnr_of_the_mean_error(a[..., c], b[..., c]) for c in range(3)]), "two float32", "colours"),
    (psnr_with(), "two uint8", "the type tells"),
    (psnr_without_types, "two uint8", "cannot be negative"),
    (psnr_with_bytes_wrapping, "two uint8", "cannot be negative"),
    (psnr_of_the_mean_error, "a batch", "the logarithm"),
    (psnr_of_each, "three numbers", "several scores"),
    (psnr_dividing_by_zero, "ZeroDivisionError for two equal images", "What should the answer be"),
    (lambda a, b: 27.1, "27.1", "srlib.mse"),
    (lambda a, b: "27 dB", "expected one number", "text cannot be compared"),
    (3, "not a function", "without calling"),
    (psnr_by(one_by_the_largest), "zeros and ones", "its type says"),
    (psnr_by(one_in_16_bits), "two uint8", "int16 ends"),
    (psnr_of_a_float_batch, "batch of two uint8", "the same lines"),
    (psnr_of_three, "IndexError for a batch of two uint8 images", "by hand"),
    (psnr_without_the_infinite, "one pair is equal", "infinite"),
    (lambda a, b: round(srlib.psnr(a, b), 1), "two float32", "rounded to 1 decimal"),
    (lambda a, b: f"{srlib.psnr(a, b):.2f}", "expected one number", "text cannot be compared"),
    (lambda a, b: [srlib.psnr(a, b)], "expected one number", "wrapped"),
    (lambda a, b: np.inf if np.allclose(a / 1.0, b / 1.0) else srlib.psnr(a, b), "0.000004", "exactly zero"),
    (lambda a, b: np.inf if (a == b).any() else srlib.psnr(a, b), "two uint8", "two images for the same"),
    (lambda a, b: int(srlib.psnr(a, b)), "two float32", "cut down to a whole number"),
    (lambda a, b: max(3.0, srlib.psnr(a, b)), "a black image and a white one", "ratio is 1"),
    (psnr_with(error=np.var), "two float32", "variance"),
    (psnr_with(error=lambda d: np.median(d**2)), "two float32", "median"),
]  # fmt: skip
