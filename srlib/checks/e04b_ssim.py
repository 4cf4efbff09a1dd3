"""Exercise 04b: SSIM of one window.

The formula stands here once more, because each of the usual mistakes is a change of it; a test compares it with
scikit-image's. Each constant decides in some of the windows: c1 in dark ones, c2 in those that are nearly flat.
"""

import numpy as np

from ._helpers import call_number, compare_number
from ._inputs import fresh, laid_out
from .answer import Answer, judge


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
      Hint: print the two means, the two variances and the covariance, and compare them with a.mean(), b.mean() and np.cov(a.ravel(), b.ravel()). If they agree, look at the constants, the formula, and what is done with the windows and the result.
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
            "dark windows": (lambda f: _pair(f, "dark", "two dark windows"), _flat, _any_windows),
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
        "dark": 0.03 * rng.uniform(size=a.shape) ** 2,
    }[kind]
    own = {"flat": 0.35 + 0.015 * rng.normal(size=a.shape), "dark": 0.05 * rng.uniform(size=a.shape)}
    return own.get(kind, a), b


def _ssim(
    a, b, *, c1=1e-4, c2=9e-4, ddof=1, cov_ddof=1, root=False, structure=True, light=True, absolute=False, cov=None
):
    """SSIM of one window, and what becomes of it with each of the usual mistakes."""
    ma, mb, n = a.mean(), b.mean(), a.size
    va, vb = a.var(ddof=ddof), b.var(ddof=ddof)
    cov = ((a - ma) * (b - mb)).sum() / (n - cov_ddof) if cov is None else cov
    if not structure:
        cov = np.sqrt(va * vb)
    if absolute:
        cov = abs(cov)
    if root:
        va, vb = np.sqrt(va), np.sqrt(vb)
    brightness = (2 * ma * mb + c1) / (ma**2 + mb**2 + c1) if light else 1.0
    return brightness * (2 * cov + c2) / (va + vb + c2)


# the usual mistakes that are another option of the formula
_OPTIONS = [
    ("standard deviations stand where variances should: sigma squared is the variance.", dict(root=True)),
    ("constants and windows are on two scales. These windows run from 0 to 1 as they come: either your constants are those of levels from 0 to 255, or you divide the windows by 255; neither belongs here.", dict(c1=(0.01 * 255) ** 2, c2=(0.03 * 255) ** 2)),
    ("the constants are those of a range of 2, the mistake of the original project; these windows run from 0 to 1.", dict(c1=0.02**2, c2=0.06**2)),
    ("the constants are missing, or far too small for the scale of the values; they decide where a window is flat.", dict(c1=0, c2=0)),
    ("the constants are not squared.", dict(c1=0.01, c2=0.03)),
    ("c1 is half of what it should be.", dict(c1=0.5e-4)),
    ("c2 is half of what it should be.", dict(c2=4.5e-4)),
    ("c1 is doubled.", dict(c1=2e-4)),
    ("c2 is doubled.", dict(c2=18e-4)),
    ("c1 and c2 have changed places: which belongs to the means, which to the variances?", dict(c1=9e-4, c2=1e-4)),
    ("the sums of variances and covariance are divided by 49; this exercise asks for the sample values, where it is one less.", dict(ddof=0, cov_ddof=0)),
    ("the variances are divided by 49 and the covariance by 48. NumPy's var and cov have different habits: look at ddof.", dict(ddof=0)),
    ("the covariance is divided by 49 and the variances by 48; both should be divided by 48.", dict(cov_ddof=0)),
    ("the sign of the covariance is lost: opposite patterns should count as worse than unrelated ones.", dict(absolute=True)),
    ("the covariance is replaced by the product of the two deviations, so that the patterns themselves are never compared.", dict(structure=False)),
    ("in your formula the means do not count: a darker copy is as good as the original.", dict(light=False)),
    ("c1 is right, and c2 is not squared.", dict(c2=0.03)),
    ("c2 is right, and c1 is not squared.", dict(c1=0.01)),
    ("one constant stands in both places: c1 and c2 differ.", dict(c2=1e-4)),
    ("one constant stands in both places: c1 and c2 differ.", dict(c1=9e-4)),
    ("c1 is missing, which goes with the means.", dict(c1=0)),
    ("c2 is missing, which goes with variances and covariance.", dict(c2=0)),
    ("the sums are divided by 6, one less than the rows of a window; a window of 7 by 7 has 49 pixels.", dict(c2=9e-4 / 8)),
]  # fmt: skip


def _suspects(a, b, right) -> list:
    ma, mb, va, vb = a.mean(), b.mean(), a.var(ddof=1), b.var(ddof=1)
    cov = np.cov(a.ravel(), b.ravel())[0, 1]
    return [(hint, _ssim(a, b, **options)) for hint, options in _OPTIONS] + [
        ("only the means are compared; contrast and pattern are missing.", (2 * ma * mb + 1e-4) / (ma**2 + mb**2 + 1e-4)),
        ("this is the correlation of the two windows, which does not see brightness and contrast.", cov / np.sqrt(va * vb)),
        ("the means in the denominator are not squared.", (2 * ma * mb + 1e-4) * (2 * cov + 9e-4) / ((ma + mb + 1e-4) * (va + vb + 9e-4))),
        ("a factor of 2 is missing in the numerator.", (ma * mb + 1e-4) * (cov + 9e-4) / ((ma**2 + mb**2 + 1e-4) * (va + vb + 9e-4))),
        ("the 2 before the means is missing.", (ma * mb + 1e-4) * (2 * cov + 9e-4) / ((ma**2 + mb**2 + 1e-4) * (va + vb + 9e-4))),
        ("the 2 before the covariance is missing.", (2 * ma * mb + 1e-4) * (cov + 9e-4) / ((ma**2 + mb**2 + 1e-4) * (va + vb + 9e-4))),
        ("numerator and denominator have changed places.", 1 / right),
        ("a constant stands above the line alone, and is missing below it.", right * (ma**2 + mb**2 + 1e-4) / (ma**2 + mb**2)),
        ("a constant stands above the line alone, and is missing below it.", right * (va + vb + 9e-4) / (va + vb)),
        ("a constant stands below the line alone, and is missing above it.", right * (2 * ma * mb) / (2 * ma * mb + 1e-4)),
        ("a constant stands below the line alone, and is missing above it.", right * (2 * cov) / (2 * cov + 9e-4)),
        ("the product of the variances stands where their sum should.", right * (va + vb + 9e-4) / (va * vb + 9e-4)),
        ("the product of the squared means stands where their sum should.", right * (ma**2 + mb**2 + 1e-4) / (ma**2 * mb**2 + 1e-4)),
        ("negative values are cut off: opposite patterns should count as worse than unrelated ones.", 0.0 if right < 0 else np.inf),
        ("the variances are squared: sigma squared is the variance already.", right * (va + vb + 9e-4) / (va**2 + vb**2 + 9e-4)),
        ("the sum of the means is squared, where each should be squared and then added.", right * (ma**2 + mb**2 + 1e-4) / ((ma + mb) ** 2 + 1e-4)),
        ("one variance stands twice: a and b have one each.", right * (va + vb + 9e-4) / (2 * va + 9e-4)),
        ("one variance stands twice: a and b have one each.", right * (va + vb + 9e-4) / (2 * vb + 9e-4)),
        ("the two factors are added, not multiplied.", (2 * ma * mb + 1e-4) / (ma**2 + mb**2 + 1e-4) + (2 * cov + 9e-4) / (va + vb + 9e-4)),
        ("the two factors are averaged, not multiplied.", ((2 * ma * mb + 1e-4) / (ma**2 + mb**2 + 1e-4) + (2 * cov + 9e-4) / (va + vb + 9e-4)) / 2),
        ("contrast and pattern alone; the means are missing.", (2 * cov + 9e-4) / (va + vb + 9e-4)),
        ("this is half of 1 plus the SSIM; the SSIM itself is asked for.", (1 + right) / 2),
        ("this is 1 minus the SSIM: equal windows should have 1.", 1 - right),
        ("np.cov takes each row of a window for a variable of its own, and [0, 1] is the covariance of the first two: hand it a.ravel() and b.ravel().", _ssim(a, b, cov=np.cov(a, b)[0, 1])),
        ("np.cov takes each row of a window for a variable of its own: hand it a.ravel() and b.ravel().", _ssim(a, b, cov=np.cov(a, b)[0, 7])),
        ("np.cov takes each row of a window for a variable of its own: hand it a.ravel() and b.ravel().", _ssim(a, b, cov=np.cov(a, b).mean())),
        ("rows were taken apart; the mean goes over all 49 pixels.", _ssim(a, b, cov=((a - a.mean(0)) * (b - b.mean(0))).sum() / 48)),
        ("the means are not taken off before the product: that is no covariance.", _ssim(a, b, cov=(a * b).sum() / 48)),
        ("the means are not taken off before the product: that is no covariance.", _ssim(a, b, cov=(a * b).mean())),
        ("the covariance is the mean of the product minus the product of the means, times 49 / 48.", _ssim(a, b, cov=(a * b).mean() - ma * mb)),
        ("a correlation stands where the covariance should: a covariance is not divided by the deviations.", _ssim(a, b) * (2 * cov / np.sqrt(va * vb) + 9e-4) / (2 * cov + 9e-4)),
        ("the covariance is a sum, and not yet divided.", _ssim(a, b) * (96 * cov + 9e-4) / (2 * cov + 9e-4)),
        ("a pair of brackets is missing: the result is multiplied by the second half of the denominator, not divided by it.", right * (va + vb + 9e-4) ** 2),
    ]  # fmt: skip


def _compare(my_ssim, a, b, case: str, otherwise: str = "") -> str | None:
    got, right = call_number(my_ssim, a, b, case=case), _ssim(a, b)
    taken = "the range is taken from the windows; it should be the range that images could have."
    spans = [np.ptp(a), np.ptp(b), max(a.max(), b.max()) - min(a.min(), b.min()), a.max(), b.max()]
    suspects = _suspects(a, b, right) if min(np.ptp(a), np.ptp(b)) > 0 else []
    if suspects:
        suspects += [(taken, _ssim(a, b, c1=(0.01 * span) ** 2, c2=(0.03 * span) ** 2)) for span in spans]
    pencil = "print the two means, the two variances and the covariance, and compare them with a.mean(), b.mean() and np.cov(a.ravel(), b.ravel()). If they agree, look at the constants, the formula, and what is done with the windows and the result."
    return compare_number(got, right, case, suspects, otherwise or pencil, digits=5)


def _pair(my_ssim, kind: str, case: str) -> str | None:
    return _compare(my_ssim, *_windows(kind), case)


def _equals(my_ssim) -> str | None:
    a, _ = _windows("noise")
    return _compare(my_ssim, a, a.copy(), "two equal windows")


def _flat(my_ssim) -> str | None:
    hint = "both variances are 0 there, and so is the covariance: what is left of the formula? For such windows there are the constants."
    remark = None
    for one, other in ((0.5, 0.5), (0.4, 0.8), (0.0, 0.02), (0.0, 0.0)):
        a, b = np.full((7, 7), one), np.full((7, 7), other)
        remark = _compare(my_ssim, a, b, f"two flat windows, of {one} and {other}", hint) or remark
    return remark


def _any_windows(my_ssim) -> str | None:
    rng, remark = fresh(), None
    checks = np.indices((7, 7)).sum(0) % 2.0
    for a, b, case in (
        (checks, np.eye(7), "windows of black and white"),
        (0.5 + 0.5 * checks, 0.9 + 0.1 * np.eye(7), "light windows, with white"),
    ):
        white = "it is right for other windows: what does your program make of a value of exactly 0, or exactly 1?"
        remark = _compare(my_ssim, a, b, case, white) or remark
    for dtype in (np.float64, np.float32):
        for spread in (1, 0.1, 0.03, 0.01):
            low = rng.uniform(0, 1 - spread) * rng.integers(0, 2)  # dark, or not
            pair = low + spread * rng.uniform(0, 1, (2, 7, 7))
            pair[1] = (pair[1] + rng.choice([0, 1]) * (2 * low + spread - pair[0])) / 2 if spread < 0.5 else pair[1]
            a, b = (laid_out(rng, window[..., None].astype(dtype))[..., 0] for window in pair)
            case = f"{np.dtype(dtype)} windows from {min(a.min(), b.min()):.3f} to {max(a.max(), b.max()):.3f}"
            remark = _compare(my_ssim, a, b, case) or remark
    return remark
