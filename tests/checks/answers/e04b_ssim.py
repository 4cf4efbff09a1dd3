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


check = srlib.checks.check_ssim

RIGHT = [
    ssim_by_skimage,
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
]  # fmt: skip
