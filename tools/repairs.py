"""Score the networks for photographs as they are on validation images that were degraded on purpose, always in the same way.

`python tools/figures.py --benchmarks` does so, stores every score in srlib/results/repairs.json, and puts the means into the
README. The set cid22 must have been fetched; its validation images are cut to their middle, 256x256.
"""

import json
from pathlib import Path

import numpy as np

import srlib
from srlib.checkpoints import load_model
from srlib.degradation import Degradation, Jpeg, Noise, preset
from srlib.evaluation import Table, evaluate
from srlib.resampling import interpolate
from srlib.tables import markdown

RESULTS = Path(srlib.__file__).parent / "results" / "repairs.json"
SETS = ("sample", "cid22")
SIDE = 256
SPOILT = Degradation((Noise(15), Jpeg(60)))
DENOISED = "denoised first"
# What is judged: at which scale, how it was degraded, and by which networks it is mended
CASES = {f"{name} x{scale}": preset(name, scale) for scale in (2, 4) for name in ("clean", "camera", "web")}
CASES["spoilt x1"] = SPOILT
NETWORKS = {1: ("repair",), 2: ("small_x2", "photo_x2"), 4: ("small_x4", "photo_x4")}


def denoised(lr: np.ndarray, scale: int) -> np.ndarray:
    """The strongest simple baseline: non-local means, as strong as the noise that is found, then bicubic interpolation."""
    from skimage.restoration import denoise_nl_means

    calm = []
    for image in lr:
        sigma = noise_of(image)
        how = {"patch_size": 5, "patch_distance": 6, "h": 0.8 * sigma, "sigma": sigma, "channel_axis": -1}
        calm.append(denoise_nl_means(image, **how) if sigma else image)
    return interpolate(np.clip(np.stack(calm), 0, 1).astype(np.float32), scale, "bicubic")


def smoothed(image: np.ndarray) -> np.ndarray:
    """Total variation, with the strength that suits `SPOILT` best on the sample's validation images."""
    from skimage.restoration import denoise_tv_chambolle

    return np.stack([denoise_tv_chambolle(each, weight=0.02, channel_axis=-1) for each in image])


def noise_of(image: np.ndarray) -> float:
    """The standard deviation of an image's noise: from the median of its finest diagonal differences, where scenes have little.

    D. Donoho, I. Johnstone, "Ideal spatial adaptation by wavelet shrinkage", Biometrika 81(3), 1994, with Haar's wavelet.
    """
    height, width = (n - n % 2 for n in image.shape[:2])
    even = image[:height, :width].reshape(height // 2, 2, width // 2, 2, 3).astype(float)
    diagonal = (even[:, 0, :, 0] - even[:, 0, :, 1] - even[:, 1, :, 0] + even[:, 1, :, 1]) / 2
    return float(np.median(np.abs(diagonal)) / 0.6745)


def validation(name: str):
    """The validation images of a set."""
    images = srlib.load_images(name, split="validation")
    middles = [image[tuple(slice((n - SIDE) // 2, (n + SIDE) // 2) for n in image.shape[:2])] for image in images]
    return srlib.ImageSet(np.stack(middles), images.names, provenance=images.provenance)


def table_of(case: str, images) -> Table:
    """Every method on some images, degraded as the case says."""
    degradation = CASES[case]
    scale = degradation.scale
    calm_first = lambda lr: denoised(lr, scale)
    methods = {name: name for name in ("bilinear", "bicubic", "lanczos")}
    if scale == 1:
        methods = {"as it is": "bicubic", "total variation": smoothed}
    return evaluate(
        {**methods, DENOISED: calm_first, **{name: load_model(name) for name in NETWORKS[scale]}}, images, degradation
    )


def measure() -> dict[str, Table]:
    """All of it: set and case -> table."""
    return {f"{name} {case}": table_of(case, validation(name)) for name in SETS for case in CASES}


def to_json(tables: dict[str, Table]) -> str:
    """What repairs.json holds: every score of every image, to five digits."""
    told = json.dumps({name: table.to_dict() for name, table in tables.items()})
    return json.dumps(json.loads(told, parse_float=lambda number: round(float(number), 5)), indent=1) + "\n"


def stored() -> dict[str, Table]:
    """The tables in repairs.json."""
    return {name: Table.from_dict(told) for name, told in json.loads(RESULTS.read_text("utf-8")).items()}


def readme_table(tables: dict[str, Table], scale: int) -> str:
    """Mean PSNR and its standard deviation over the images: methods down, sets and kinds of damage across."""
    columns = [(name, case) for name in SETS for case in CASES if CASES[case].scale == scale]
    first = tables[f"{columns[0][0]} {columns[0][1]}"]
    rows = [["dB", *(f"{name}, {case.rpartition(' ')[0]}" for name, case in columns)]]
    for method in first.scores:
        found = [tables[f"{name} {case}"].values(method) for name, case in columns]
        rows.append([method, *(f"{psnr.mean():.2f} +- {psnr.std():.2f}" for psnr in found)])
    return markdown(rows)
