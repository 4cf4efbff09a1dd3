"""Right and wrong answers to exercise 02b."""

import cv2
import numpy as np

import srlib


def upscale_by_cv2(small):
    return cv2.resize(small, (2 * small.shape[1], 2 * small.shape[0]), interpolation=cv2.INTER_LINEAR)


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


def upscaled_with(mode, **more):
    def answer(lr):
        wide = ((1, 1), (1, 1), (0, 0))
        if min(lr.shape[:2]) < 2:
            return upscale_by_cv2(lr)
        return upscale_by_cv2(np.pad(lr, wide, mode, **more))[2:-2, 2:-2]

    return answer


def without_the_corner(lr):
    up, across = (np.repeat(doubled(lr, axis), 2, 1 - axis) for axis in (0, 1))
    return up + across - lr.repeat(2, 0).repeat(2, 1)


check = srlib.checks.check_upscale

RIGHT = [
    upscale_by_cv2,
    lambda lr: srlib.upscale(lr, "bilinear", 2),
    lambda lr: upscale_by_cv2(lr).round(3),
]

# answer, words of what is wrong, words of the hint
WRONG = [
    (lambda lr: srlib.upscale(lr, "nearest", 2), "off by", "nearest"),
    (upscale_at_corners, "off by", "edges of the image"),
    (both_axes(copy=True), "off by", "half a new pixel"),
    (both_axes(swap=True), "off by", "changed places"),
    (both_axes(wrap=True), "border", "opposite side"),
    (zero_border, "border", "the pixel itself takes"),
    (lambda x: doubled(x, 0), "expected \\(14, 20, 3\\)", "what about the columns"),
    (lambda x: np.repeat(doubled(x, 0), 2, 1), "off by", "columns are only copied"),
    (lambda lr: srlib.upscale(lr, "bicubic", 2), "off by", "which kernel"),
    (both_axes(first=1 / 3), "off by", "a third of the way"),
    (without_the_corner, "off by", "at the corner"),
    (both_axes(first=0.4), "off by", "pencil"),
    (upscaled_alone, "1x4|4x1", "along the other one they do"),
    (upscaled_with("reflect"), "border", "reflect"),
    (upscaled_with("reflect", reflect_type="odd"), "border", "as steeply as before"),
    (lambda lr: np.rint(255 * upscale_by_cv2(lr)), "inside", "from 0 to 255"),
    (lambda lr: upscale_by_cv2(lr)[..., [0, 0, 0]], "inside", "colours are lost"),
]  # fmt: skip
