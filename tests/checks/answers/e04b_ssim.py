"""Right and wrong answers to exercise 04b."""

import numpy as np
from skimage.metrics import structural_similarity

import srlib


def ssim_by_skimage(a, b):
    return structural_similarity(a, b, data_range=1.0, win_size=7)


def ssim_with(c1=1e-4, c2=9e-4, ddof=1, cov_ddof=1, root=False, structure=True, light=True):
    def f(a, b):
        ma, mb, va, vb = a.mean(), b.mean(), a.var(ddof=ddof), b.var(ddof=ddof)
        cov = ((a - ma) * (b - mb)).sum() / (49 - cov_ddof) if structure else np.sqrt(va * vb)
        va, vb = (np.sqrt(va), np.sqrt(vb)) if root else (va, vb)
        first = (2 * ma * mb + c1) / (ma**2 + mb**2 + c1) if light else 1
        return first * (2 * cov + c2) / (va + vb + c2)

    return f


def ssim_of(c1=1e-4, c2=9e-4, span=lambda a, b: 1.0):
    def answer(a, b):
        scale = span(a, b) ** 2
        one, two = c1 * scale, c2 * scale
        covariance = np.cov(a.ravel(), b.ravel())
        light = (2 * a.mean() * b.mean() + one) / (a.mean() ** 2 + b.mean() ** 2 + one)
        return light * (2 * covariance[0, 1] + two) / (covariance[0, 0] + covariance[1, 1] + two)

    return answer


def flat_is_one(a, b):
    return 1.0 if a.var() == b.var() == 0 else ssim_by_skimage(a, b)


def covariance_of_rows(a, b):
    light = ssim_with()(a.mean() + 0 * a, b.mean() + 0 * b)
    return light * (2 * np.cov(a, b)[0, 1] + 9e-4) / (a.var(ddof=1) + b.var(ddof=1) + 9e-4)


def ssim_of_a_guessed_range(a, b):
    """Takes a window that holds a 1 for one of levels up to 255."""
    span = 255 if max(a.max(), b.max()) >= 1 else 1
    return ssim_with(c1=(0.01 * span) ** 2, c2=(0.03 * span) ** 2)(a, b)


check = srlib.checks.check_ssim

RIGHT = [
    ssim_by_skimage,
    lambda a, b: round(float(ssim_by_skimage(a, b)), 4),
]

# answer, words of what is wrong, words of the hint
WRONG = [
    (ssim_with(root=True), "two equal", "standard deviations"),
    (ssim_with(c1=6.5025, c2=58.5225), "darker", "0 to 255"),
    (ssim_with(c1=4e-4, c2=36e-4), "darker", "original project"),
    (ssim_with(c1=0, c2=0), "darker", "constants are missing"),
    (ssim_with(c1=9e-4, c2=1e-4), "darker", "changed places"),
    (ssim_with(c1=0.01, c2=0.03), "darker", "not squared"),
    (ssim_with(ddof=0, cov_ddof=0), "negative", "49"),
    (ssim_with(ddof=0), "equal windows", "habits"),
    (ssim_with(structure=False), "noisy", "patterns"),
    (ssim_with(light=False), "darker", "means do not count"),
    (lambda a, b: np.corrcoef(a.ravel(), b.ravel())[0, 1], "darker", "correlation"),
    (ssim_of(c2=0.03), "darker", "c2 is not squared"),
    (ssim_of(c2=1e-4), "darker", "c1 and c2 differ"),
    (ssim_of(span=lambda a, b: np.ptp(b)), "darker", "that images could have"),
    (lambda a, b: round(float(ssim_by_skimage(a, b)), 2), "darker", "rounded to 2 decimals"),
    (ssim_of(c1=0.5e-4), "dark", "c1 is half"),
    (ssim_of(c2=0), "darker", "c2 is missing"),
    (covariance_of_rows, "two equal", "ravel"),
    (flat_is_one, "two flat windows", "what is left"),
    (ssim_with(c1=0), "dark", "c1 is missing"),
    (lambda a, b: ssim_by_skimage(a, b) * np.cov(a.ravel(), b.ravel()), "\\(2, 2\\)", "stands at \\[0, 1\\]"),
    (lambda a, b: ssim_by_skimage(a, b) * np.ones(7), "\\(7,\\)", "which line is the first"),
    (lambda a, b: ssim_by_skimage(a / 255, b / 255), "darker", "two scales"),
    (ssim_of_a_guessed_range, "black and white", "two scales"),
    (lambda a, b: np.array([ssim_by_skimage(a, b)]), "expected one number", "wrapped"),
]  # fmt: skip
