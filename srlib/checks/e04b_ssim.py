"""Exercise 04b: SSIM of one window.

The formula stands here once more, because each of the usual mistakes is a change of it; a test compares it with
scikit-image's.
"""

import numpy as np

from ._helpers import call_number, first_match, near
from .answer import Answer, Wrong, judge


def check_ssim(my_ssim) -> Answer:
    """Check exercise 04b: SSIM of one window.

    Parameters
    ----------
    my_ssim : callable
        Two grey windows of 7x7 on the scale of 1 -> their SSIM.

    Returns
    -------
    Answer

    Examples
    --------
    >>> import srlib
    >>> srlib.checks.check_ssim(lambda a, b: 1 - abs(a - b).mean())
    ✗ my_ssim gives 0.84419 for a darker, flatter copy of a window; expected 0.75650.
      Hint: print the two means, the two variances and the covariance, and compare them with numpy.cov.
      Right so far: equal windows.
    """
    return judge(
        "my_ssim",
        my_ssim,
        {
            "equal windows": _equals,
            "a darker and flatter copy": lambda f: _pair(f, "darker", "a darker, flatter copy of a window"),
            "windows with noise": lambda f: _pair(f, "noise", "a window and a noisy copy"),
            "opposite windows": lambda f: _pair(f, "opposite", "a window and its negative"),
            "nearly flat windows": lambda f: _pair(f, "flat", "two nearly flat windows"),
        },
    )


def _windows(kind: str):
    rng = np.random.default_rng(7)
    y, x = np.mgrid[:7, :7]
    a = 0.5 + 0.2 * np.sin(x + 0.5 * y)
    b = {
        "darker": 0.1 + 0.5 * a,
        "noise": np.clip(a + rng.normal(0, 0.15, a.shape), 0, 1),
        "opposite": 1.1 - a,
        "flat": 0.3 + 0.01 * rng.normal(size=a.shape),
    }[kind]
    return (0.35 + 0.01 * rng.normal(size=a.shape), b) if kind == "flat" else (a, b)


def _ssim(a, b, *, c1=1e-4, c2=9e-4, ddof=1, cov_ddof=1, root=False, structure=True, light=True, absolute=False):
    """SSIM of one window, and what becomes of it with each of the usual mistakes."""
    ma, mb, n = a.mean(), b.mean(), a.size
    va, vb = a.var(ddof=ddof), b.var(ddof=ddof)
    cov = ((a - ma) * (b - mb)).sum() / (n - cov_ddof)
    if not structure:
        cov = np.sqrt(va * vb)
    if absolute:
        cov = abs(cov)
    if root:
        va, vb = np.sqrt(va), np.sqrt(vb)
    brightness = (2 * ma * mb + c1) / (ma**2 + mb**2 + c1) if light else 1.0
    return brightness * (2 * cov + c2) / (va + vb + c2)


def _suspects(a, b, right) -> list:
    ma, mb, va, vb = a.mean(), b.mean(), a.var(ddof=1), b.var(ddof=1)
    cov = np.cov(a.ravel(), b.ravel())[0, 1]
    return [
        ("standard deviations stand where variances should: sigma squared is the variance.", _ssim(a, b, root=True)),
        ("the constants are those of images from 0 to 255; these windows run from 0 to 1.", _ssim(a, b, c1=(0.01 * 255) ** 2, c2=(0.03 * 255) ** 2)),
        ("the constants are those of a range of 2, the mistake of the original project; these windows run from 0 to 1.", _ssim(a, b, c1=0.02**2, c2=0.06**2)),
        ("the constants are missing; they decide where a window is flat.", _ssim(a, b, c1=0, c2=0)),
        ("the constants are not squared.", _ssim(a, b, c1=0.01, c2=0.03)),
        ("c1 and c2 have changed places: which belongs to the means, which to the variances?", _ssim(a, b, c1=9e-4, c2=1e-4)),
        ("variances and covariance divide by 49; this exercise asks for the sample values, which divide by one less.", _ssim(a, b, ddof=0, cov_ddof=0)),
        ("the variances divide by 49 and the covariance by 48: NumPy's var and cov have different habits, look at ddof.", _ssim(a, b, ddof=0)),
        ("the covariance divides by 49 and the variances by 48; both divide by one less than 49.", _ssim(a, b, cov_ddof=0)),
        ("the covariance is replaced by the product of the two deviations, so that the patterns themselves are never compared.", _ssim(a, b, structure=False)),
        ("the sign of the covariance is lost: opposite patterns should count as worse than none.", _ssim(a, b, absolute=True)),
        ("the means do not count: a darker copy is as good as the original.", _ssim(a, b, light=False)),
        ("only the means are compared; contrast and pattern are missing.", (2 * ma * mb + 1e-4) / (ma**2 + mb**2 + 1e-4)),
        ("this is the correlation of the two windows, which does not see brightness and contrast.", cov / np.sqrt(va * vb)),
        ("the means in the denominator are not squared.", (2 * ma * mb + 1e-4) * (2 * cov + 9e-4) / ((ma + mb + 1e-4) * (va + vb + 9e-4))),
        ("a factor of 2 is missing in the numerator.", (ma * mb + 1e-4) * (cov + 9e-4) / ((ma**2 + mb**2 + 1e-4) * (va + vb + 9e-4))),
        ("the 2 before the means is missing.", (ma * mb + 1e-4) * (2 * cov + 9e-4) / ((ma**2 + mb**2 + 1e-4) * (va + vb + 9e-4))),
        ("the 2 before the covariance is missing.", (2 * ma * mb + 1e-4) * (cov + 9e-4) / ((ma**2 + mb**2 + 1e-4) * (va + vb + 9e-4))),
        ("numerator and denominator have changed places.", 1 / right),
        ("c1 is right, and c2 is not squared.", _ssim(a, b, c2=0.03)),
        ("one constant stands in both places: c1 and c2 differ.", _ssim(a, b, c2=1e-4)),
        ("a correlation stands where the covariance should: it is not divided by the deviations.", _ssim(a, b) * (2 * cov / np.sqrt(va * vb) + 9e-4) / (2 * cov + 9e-4)),
        ("the covariance is a sum, and not yet divided.", _ssim(a, b) * (96 * cov + 9e-4) / (2 * cov + 9e-4)),
        ("a bracket is missing: the second half of the denominator is multiplied, not divided by.", right * (va + vb + 9e-4) ** 2),
    ]  # fmt: skip


def _compare(my_ssim, a, b, case: str) -> None:
    got, right = call_number(my_ssim, a, b, case=case), _ssim(a, b)
    if near(got, right, 1e-5):
        return
    highest, lowest = max(a.max(), b.max()), min(a.min(), b.min())
    spans = [np.ptp(a), np.ptp(b), highest - lowest, a.max(), b.max(), highest]
    if any(near(got, _ssim(a, b, c1=(0.01 * span) ** 2, c2=(0.03 * span) ** 2), 1e-6) for span in spans):
        hint = "the range is taken from the windows; it is the range that images could have."
    else:
        hint = first_match(got, _suspects(a, b, right), 1e-6)
    raise Wrong(
        f"gives {got:.5g} for {case}; expected {right:.5f}.",
        hint or "print the two means, the two variances and the covariance, and compare them with numpy.cov.",
    )


def _pair(my_ssim, kind: str, case: str) -> None:
    _compare(my_ssim, *_windows(kind), case)


def _equals(my_ssim) -> None:
    a, _ = _windows("noise")
    case = "two equal windows"
    if not near(call_number(my_ssim, a, a.copy(), case=case), 1, 1e-9):
        _compare(my_ssim, a, a.copy(), case)
