"""Right and wrong answers to exercise 07a."""

import io

import cv2
import numpy as np
from PIL import Image
from scipy.ndimage import gaussian_filter, gaussian_filter1d

import srlib


def as_jpeg(image, quality):
    file = io.BytesIO()
    Image.fromarray(image).save(file, "JPEG", quality=quality)
    return np.asarray(Image.open(file))


def degrade(
    hr, rng, *, blur=lambda x, s: gaussian_filter(x, (s, s, 0)), noise=None, clip=np.clip, whole=np.round,
    top=76, write=as_jpeg, before=False, half=lambda x: srlib.downscale(x, 2, kernel="bicubic"),
):  # fmt: skip
    """The solution with a part of it replaced."""
    noise = noise or (lambda x, levels: rng.normal(0, 1, x.shape) * levels / 255 * np.sqrt(x))
    sigma, levels, quality = rng.uniform(0.2, 1.5), rng.uniform(2, 10), int(rng.integers(40, top))
    image = blur(hr, sigma)
    if before:
        image = np.clip(image + noise(image, levels), 0, 1).astype("float32")
    lr = half(image)
    if not before:
        lr = lr + noise(lr, levels)
    return write(whole(255 * clip(lr, 0, 1)).astype("int64").astype("uint8"), quality)


def made(**parts):
    return lambda hr, rng: degrade(hr, rng, **parts)


def with_noise(noise):
    return lambda hr, rng: degrade(hr, rng, noise=lambda x, levels: noise(x, levels / 255, rng))


def by_hand(hr, rng):
    sigma, levels = rng.uniform(0.2, 1.5), rng.uniform(2, 10)
    quality = rng.integers(40, 75, endpoint=True)
    soft = gaussian_filter1d(gaussian_filter1d(hr.astype("float64"), sigma, axis=0), sigma, axis=1)
    lr = srlib.downscale(soft.astype("float32"), 2, kernel="bicubic").astype("float64")
    noisy = np.minimum(np.maximum(lr + np.sqrt(lr) * levels * rng.standard_normal(lr.shape) / 255, 0), 1)
    return as_jpeg((255 * noisy + 0.5).astype(np.uint8), int(quality))


def blur_last(hr, rng):
    sigma, levels, quality = rng.uniform(0.2, 1.5), rng.uniform(2, 10), int(rng.integers(40, 76))
    lr = gaussian_filter(srlib.downscale(hr, 2, kernel="bicubic"), (sigma, sigma, 0))
    noisy = lr + rng.normal(0, 1, lr.shape) * levels / 255 * np.sqrt(lr)
    return as_jpeg(np.round(255 * np.clip(noisy, 0, 1)).astype("uint8"), quality)


def noise_last(hr, rng):
    sigma, levels, quality = rng.uniform(0.2, 1.5), rng.uniform(2, 10), int(rng.integers(40, 76))
    lr = srlib.downscale(gaussian_filter(hr, (sigma, sigma, 0)), 2, kernel="bicubic")
    file = as_jpeg(np.round(255 * lr).astype("uint8"), quality) / 255
    noisy = file + rng.normal(0, 1, lr.shape) * levels / 255 * np.sqrt(file)
    return np.round(255 * np.clip(noisy, 0, 1)).astype("uint8")


def as_listed(hr, rng):
    """The steps in the order in which the task lists them."""
    sigma, levels, quality = rng.uniform(0.2, 1.5), rng.uniform(2, 10), int(rng.integers(40, 76))
    noisy = hr + rng.normal(0, 1, hr.shape) * levels / 255 * np.sqrt(hr)
    soft = gaussian_filter(noisy, (sigma, sigma, 0))
    file = as_jpeg(np.round(255 * np.clip(soft, 0, 1)).astype("uint8"), quality)
    return np.round(255 * srlib.downscale(file, 2, kernel="bicubic")).astype("uint8")


def half_by_opencv(hr, rng):
    """Another bicubic, without antialiasing: no mistake of the order, and not what was asked for."""
    small = cv2.resize(hr, (hr.shape[1] // 2, hr.shape[0] // 2), interpolation=cv2.INTER_CUBIC)
    return degrade(np.repeat(np.repeat(np.clip(small, 0, 1), 2, 0), 2, 1), rng)


check = srlib.checks.check_degrade

RIGHT = [degrade, by_hand]

# answer, words of what is wrong, words of the hint
WRONG = [
    (lambda hr, rng: hr, "shape \\(48, 64, 3\\)", "which step makes it smaller"),
    (lambda hr, rng: degrade(hr, rng) / 255, "float64; expected uint8", "as_jpeg gives"),
    (lambda hr, rng: degrade(hr, rng)[..., 0], "shape \\(24, 32\\)", "colours are lost"),
    (lambda hr, rng: degrade(hr, np.random.default_rng()), "two different images", "drawn elsewhere"),
    (lambda hr, rng: degrade(hr, np.random.default_rng(0)), "the same image", "where is `rng` used"),
    (made(before=True), "off by", "averages most of it away"),
    (as_listed, "off by", "your steps are noise, blur, JPEG, downscaling"),
    (made(half=lambda x: srlib.downscale(x, 2, kernel="area")), "off by", "the same thing at a factor"),
    (blur_last, "off by", "lens is in front"),
    (made(blur=gaussian_filter), "off by", "across the colours"),
    (made(blur=lambda x, s: x), "off by", "blur is missing"),
    (with_noise(lambda x, s, rng: s * rng.normal(0, 1, x.shape)), "off by", "in the dark as in the light"),
    (with_noise(lambda x, s, rng: s * x * rng.normal(0, 1, x.shape)), "off by", "not with its square root"),
    (with_noise(lambda x, s, rng: s * np.sqrt(x) * rng.normal(0, 1, (*x.shape[:2], 1))), "off by", "same in all three"),
    (with_noise(lambda x, s, rng: 255 * s * np.sqrt(x) * rng.normal(0, 1, x.shape)), "off by", "far too strong"),
    (with_noise(lambda x, s, rng: 0), "off by", "noise is missing"),
    (noise_last, "off by", "file is written last"),
    (made(write=lambda image, quality: image), "off by", "JPEG is missing"),
    (made(write=lambda image, quality: as_jpeg(image, 75)), "off by", "with another"),
    (made(top=75), "off by", "never 75"),
    (made(whole=np.floor), "off by", "are cut off"),
    (made(clip=lambda x, low, high: x), "black and white parts", "black turns white"),
    (half_by_opencv, "off by", "print each draw"),
]  # fmt: skip
