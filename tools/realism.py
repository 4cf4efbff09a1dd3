"""Set detectability beside PSNR by 4, for bicubic interpolation, `small_x4`, `sharp_x4` and what lies between the two networks.

`python tools/realism.py` does so in some ten minutes and stores every value in srlib/results/realism.json, which lesson 09 and the
README show. The set cid22 must have been fetched.
"""

import io
import json
from pathlib import Path

import numpy as np
from PIL import Image

import srlib
from srlib.images import to_float, to_uint8
from srlib.published import share_cell
from srlib.tables import markdown

RESULTS = Path(srlib.__file__).parent / "results" / "realism.json"
SETS = ("sample", "cid22")
SHARES = (0.25, 0.5, 0.75)
SEEDS = 5


def methods() -> dict:
    """Name -> what upscales by 4."""
    line = {f"between, {share}": srlib.load_model(f"sharp_x4@{share}") for share in SHARES}
    ends = {name: srlib.load_model(name) for name in ("small_x4", "sharp_x4")}
    return {"bicubic": "bicubic", "small_x4": ends["small_x4"], **line, "sharp_x4": ends["sharp_x4"]}


def noisy(hr: np.ndarray) -> np.ndarray:
    """An image with noise of one level in 255."""
    return to_uint8(srlib.Noise(1).apply(to_float(hr), np.random.default_rng(int(hr.sum()))))


def as_jpeg(hr: np.ndarray) -> np.ndarray:
    """An image after a JPEG of quality 95."""
    file = io.BytesIO()
    Image.fromarray(hr).save(file, "JPEG", quality=95)
    return np.asarray(Image.open(file))


def measured(name: str, sr: list, hr: list, lr: list | None = None, seeds: int = SEEDS) -> dict:
    """What is known of restored images: with `lr`, also how far from it they are when they are downscaled again."""
    told = {"name": name, "psnr": float(np.mean([srlib.psnr(a, b) for a, b in zip(sr, hr)]))}
    if lr is not None:
        again = [srlib.psnr(to_uint8(srlib.downscale(a, 4, "bicubic")), b) for a, b in zip(sr, lr)]
        told |= {"lr_psnr": float(np.mean(again)), "lr_psnr_lowest": float(np.min(again))}
    return told | {"shares": srlib.detectability(sr, hr, seeds=seeds).shares}


def results(seeds: int = SEEDS, sets=SETS, count: int | None = None) -> dict:
    """All that is stored: set -> one row for each method, then what the measure says of real images."""
    found, tried = {}, methods()
    for name in sets:
        hr = [
            to_uint8(srlib.crop_to_multiple(x, 4)) for x in srlib.load_images(name, split="validation").images[:count]
        ]
        lr = [to_uint8(srlib.downscale(x, 4, "bicubic")) for x in hr]
        rows = [
            measured(label, [to_uint8(srlib.upscale(x, m, 4)) for x in lr], hr, lr, seeds) for label, m in tried.items()
        ]
        half = len(hr) // 2
        rows.append(measured("HR, noise of 1 level", [noisy(x) for x in hr], hr, None, seeds))
        rows.append(measured("HR, JPEG 95", [as_jpeg(x) for x in hr], hr, None, seeds))
        real = srlib.detectability(hr[:half], hr[half : 2 * half], seeds=seeds).shares
        found[name] = [*rows, {"name": "HR against other HR", "psnr": None, "shares": real}]
    return found


def readme_table(found: dict) -> str:
    """PSNR and detectability on both sets, as a table in Markdown."""
    sets = list(found)
    rows = [["", *(f"{name}, {what}" for name in sets for what in ("PSNR", "detectability"))]]
    for line in zip(*found.values()):
        cells = []
        for row in line:
            psnr = "-" if row["psnr"] is None else f"{row['psnr']:.2f} dB"
            cells += [psnr, share_cell(row["shares"])]
        rows.append([line[0]["name"], *cells])
    return markdown(rows, words=(0,))


if __name__ == "__main__":
    RESULTS.write_text(json.dumps(results(), indent=1) + "\n", "utf-8")
