"""Right and wrong answers to exercise 03c."""

import numpy as np

import srlib


def eight_bit(output):
    return np.rint(255 * np.clip(output, 0, 1)).astype(np.uint8)


def downscale_and_brighten(x):
    x -= x.min()
    return (255 * x).astype(np.uint8)


check = srlib.checks.check_eight_bit

RIGHT = [
    eight_bit,
    lambda x: (np.clip(x * 255, 0, 255) + 0.5).astype("uint8"),
]

# answer, words of what is wrong, words of the hint
WRONG = [
    (lambda x: np.rint(x * 255).astype(np.int64).astype(np.uint8), "up to 1.3", "before the conversion"),
    (lambda x: np.clip(np.rint(x * 255).astype(int).astype(np.uint8), 0, 255), "up to 1.3", "before the conversion"),
    (lambda x: np.rint(255 * np.clip(x, 0, 255)).astype(int).astype(np.uint8), "up to 1.3", "on which scale"),
    (lambda x: (np.clip(x, 0, 1) * 255).astype(np.uint8), "from 0 to 1", "rounded down"),
    (lambda x: np.rint((x - x.min()) / (np.ptp(x) or 1) * 255).astype(np.uint8), "up to 1.3", "stretched"),
    (lambda x: np.clip(x * 256, 0, 255).astype(np.uint8), "from 0 to 1", "256"),
    (lambda x: np.rint(np.minimum(x, 1) * 255).astype(int).astype(np.uint8), "down to", "below 0"),
    (lambda x: np.rint(np.minimum(np.abs(x), 1) * 255).astype(np.uint8), "down to", "sign"),
    (lambda x: np.clip(x, 0, 1) * 255, "expected uint8", "whole numbers"),
    (downscale_and_brighten, "changes the array", "reference"),
    (lambda x: np.rint(255 * np.clip(x / x.max(), 0, 1)).astype(np.uint8), "up to 1.3", "by its largest value"),
    (lambda x: np.ceil(255 * np.clip(x, 0, 1)).astype(np.uint8), "from 0 to 1", "rounded up"),
    (lambda x: np.minimum(eight_bit(x), 254), "from 0 to 1", "cut off at 254"),
    (lambda x: eight_bit(x * [1, 1, 1.1]), "from 0 to 1", "only blue is off"),
    (lambda x: eight_bit(x.astype(np.float16)), "from 0 to 1", "too coarse"),
    (lambda x: np.rint(254 * np.clip(x, 0, 1)).astype(np.uint8), "from 0 to 1", "254"),
    (lambda x: np.rint(255 * np.where((x < 0) | (x > 1), 0, x)).astype(np.uint8), "up to 1.3", "not blackened"),
    (lambda x: eight_bit(x.round(2)), "from 0 to 1", "two decimals"),
    (lambda x: eight_bit(x / 255 if x.max() > 1.5 else x), "with values from", "its own level"),
    (lambda x: eight_bit(x).tolist(), "gives a list", "8 bits"),
]  # fmt: skip
