"""Right and wrong answers to exercise 04c."""

import numpy as np
from skimage.metrics import structural_similarity

import srlib
from srlib.resampling import interpolate


def report(method, images):
    value = lambda m: float(np.mean([srlib.ssim(srlib.upscale(srlib.downscale(p), m), p) for p in images]))
    return {"method": value(method), "bicubic": value("bicubic")}


def report_with(data_range, baseline="bicubic", factor=255.0, kernel="bilinear"):
    def f(method, images):
        def value(m, kernel):
            values = []
            for p in images:
                restored = srlib.upscale(srlib.downscale(p, kernel=kernel), m).astype(float) * factor
                true = p / 255 * factor
                span = data_range(true) if callable(data_range) else data_range
                values.append(structural_similarity(restored, true, data_range=span, channel_axis=-1))
            return np.mean(values)

        told = {"method": value(method, "bilinear")}
        return told | {"bicubic": value(baseline or method, kernel)} if baseline != "none" else told

    return f


def reported(restore=srlib.upscale, kernel="bilinear", over=np.mean, rounding=lambda x: x, of=list):
    def answer(method, images):
        def value(how):
            scores = []
            for true in of(images):
                made = rounding(255 * restore(srlib.downscale(true, kernel=kernel), how).astype("float64"))
                scores.append(structural_similarity(made, true.astype("float64"), data_range=255, channel_axis=-1))
            return float(over(scores))

        return {"method": value(method), "bicubic": value("bicubic")}

    return answer


def rounded(decimals):
    return lambda m, p: {name: round(value, decimals) for name, value in report(m, p).items()}


def with_a_list_for_both(method, images):
    values, told = [], {}
    for name, how in (("method", method), ("bicubic", "bicubic")):
        values += [report(how, [image])["method"] for image in images]
        told[name] = float(np.mean(values))
    return told


check = srlib.checks.check_report

RIGHT = [
    report,
    reported(of=lambda images: images.images),
    reported(),
    rounded(4),
]

# answer, words of what is wrong, words of the hint
WRONG = [
    (report_with(2.0), "SSIM of", "still 2"),
    (report_with(1.0), "SSIM of", "one scale"),
    (report_with(255.0, factor=1.0), "SSIM of", "one scale"),
    (report_with(np.ptp), "SSIM of", "measured from the HR image"),
    (report_with(255.0, baseline="none"), "alone", "for nothing"),
    (report_with(255.0, baseline="bilinear"), "baseline", "weaker"),
    (report_with(255.0, baseline=None), "baseline", "of the method again"),
    (report_with(255.0, kernel="bicubic"), "baseline", "other LR images"),
    (lambda m, p: report(m, srlib.load_images("sample", split="validation")), "SSIM of Lanczos", "validation photographs"),
    (with_a_list_for_both, "the baseline", "empty when the baseline begins"),
    (lambda m, p: report(m, [x[:256, :256] for x in p]), "several sizes", "used whole"),
    (lambda m, p: dict.fromkeys(report(m, p), 1.0), "Lanczos", "nothing is compared at all"),
    (lambda m, p: report("lanczos", p), "nearest", "that it is given"),
    (lambda m, p: 0.86, "expected \\{", "dict"),
    (reported(restore=lambda x, m: interpolate(x, kernel=m)), "4 images and a network", "by hand"),
    (reported(over=np.median), "SSIM of", "the middle one"),
    (reported(kernel="bicubic"), "SSIM of", "another kernel"),
    (reported(rounding=np.rint), "SSIM of", "rounded to 8 bits"),
    (rounded(2), "SSIM of", "rounded to 2 decimals"),
    (lambda m, p: {name: f"{value:.4f}" for name, value in report(m, p).items()}, "expected one number", "text"),
    (reported(over=lambda values: values[-1]), "SSIM of", "last image alone"),
    (lambda m, p: {"method": report(m, p)["method"], "Bicubic": 0.9}, "'Bicubic'", "are called"),
    (lambda m, p: {"method": report(m, p)["bicubic"], "bicubic": report(m, p)["method"]}, "SSIM of", "changed places"),
]  # fmt: skip
