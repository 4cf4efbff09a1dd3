"""One thing changed at a time: the same small network, the same number of steps, three seeds each.

SRLIB_DATA=FOLDER python benchmarks/ablation.py

Trains on nine tenths of BSDS500's images and scores on the tenth that was held back (every tenth of the 400 that are
published; luma, protocol `y`, bicubic, x2). One of the others, 302003, is Set5's woman, and is not learnt from. Writes srlib/results/ablation.json, which lesson 05 reads through
`srlib.published.ablation_results`. A line that is there already is kept: delete the file to begin again.
"""

import argparse
import json
import os
import time
from pathlib import Path

import numpy as np

import srlib
from srlib.backend import keras, versions
from srlib.layers import Interpolation, PixelShuffle
from srlib.models import gmacs
from srlib.networks import register_network
from srlib.networks.blocks import ZEROS, conv, relu_conv

layers = keras.layers
OUT = Path(__file__).parents[1] / "srlib" / "results" / "ablation.json"
SIZE = {"width": 16, "blocks": 2, "kernel": "bicubic"}
DEGRADATION = srlib.Degradation(srlib.Downscale(2, "bicubic"))
WOMAN = 334  # the place of 302003 among the 400
TRAINING = {"steps": 1000, "batch_size": 16, "patch_size": 48, "learning_rate": 2e-3}


def _body(x, width, blocks, skips=True):
    x = relu_conv(width, 3)(x)
    for _ in range(blocks):
        block = conv(width, 3)(relu_conv(width, 3)(x))
        x = layers.Add()([x, block]) if skips else block
    return x


@register_network
def whole_image(lr, scale, *, width: int = 16, blocks: int = 2, kernel: str = "bicubic"):
    """The network asked for the HR image itself, not for what the upscaling lacks."""
    return PixelShuffle(scale)(conv(3 * scale**2, 3)(_body(lr, width, blocks)))


@register_network
def interpolation_first(lr, scale, *, width: int = 16, blocks: int = 2, kernel: str = "bicubic"):
    """The same layers, applied after the upscaling, so that each sees four times as many pixels."""
    upscaled = Interpolation(scale, kernel)(lr)
    return layers.Add()([upscaled, conv(3, 3, **ZEROS)(_body(upscaled, width, blocks))])


@register_network
def no_skips(lr, scale, *, width: int = 16, blocks: int = 2, kernel: str = "bicubic"):
    """The residual blocks without what makes them residual."""
    x = conv(3 * scale**2, 3, **ZEROS)(_body(lr, width, blocks, skips=False))
    return layers.Add()([Interpolation(scale, kernel)(lr), PixelShuffle(scale)(x)])


def dead_leaves(images):
    """400 images that nobody took, beside the photographs."""
    return images + srlib.load_images("dead_leaves", count=400)


def smaller_too(images):
    """Every photograph at three sizes."""
    return images + images.resized(0.75) + images.resized(0.5)


def fewer(images):
    """Every fourth photograph."""
    return images[::4]


# What is changed -> builder, options, settings of the training, what is done to its images
LINES = {
    "nothing": ("subpixel", {}, {}, None),
    "asked for the HR image, not the residual": ("whole_image", {}, {}, None),
    "convolutions after the upscaling": ("interpolation_first", {}, {}, None),
    "no skips in the blocks": ("no_skips", {}, {}, None),
    "squared error as the loss": ("subpixel", {}, {"loss": "mse"}, None),
    "no flips and turns": ("subpixel", {}, {"augment": False}, None),
    "a constant learning rate": ("subpixel", {}, {"schedule": "constant"}, None),
    "400 dead leaves added": ("subpixel", {}, {}, dead_leaves),
    "a quarter of the photographs": ("subpixel", {}, {}, fewer),
    "twice as many blocks": ("subpixel", {"blocks": 4}, {}, None),
    "twice as wide": ("subpixel", {"width": 32}, {}, None),
    "twice as wide, D4-equivariant": ("subpixel", {"width": 32, "symmetry": "d4"}, {}, None),
    "twice as wide, D4-equivariant, with intensity inversion": (
        "subpixel",
        {"width": 32, "symmetry": "d4_inversion"},
        {},
        None,
    ),
    "blocks wide inside, narrow between": ("subpixel", {"width": 8, "expand": 4}, {}, None),  # the same GMACs
    "blocks four times as wide while training": ("subpixel", {"wide": 4}, {}, None),
    "mirrored borders": ("subpixel", {"border": "mirror"}, {}, None),
    "Muon as the optimizer": ("subpixel", {}, {"optimizer": "muon"}, None),
    "bfloat16 while training": ("subpixel", {}, {"precision": "bfloat16"}, None),
    "four times as many steps": ("subpixel", {}, {"steps": 4 * TRAINING["steps"]}, None),
    "the photographs at three sizes": ("subpixel", {}, {}, smaller_too),
    "luma alone, in and out": ("subpixel", {"channels": 1}, {"loss": "mae_y"}, None),
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seeds", type=int, default=3)
    args = parser.parse_args()
    OUT.parent.mkdir(exist_ok=True)
    images = srlib.load_images("bsds500")
    held = np.delete(np.arange(400), WOMAN) % 10 == 0
    learn, judge = images[~held], images[held]
    found = json.loads(OUT.read_text()) if OUT.exists() else {"lines": {}}
    found |= {
        "size": SIZE,
        "training": TRAINING | {"degradation": DEGRADATION.to_dict()},
        "versions": versions(),
        "images": [len(learn), len(judge)],
    }
    baseline = srlib.evaluate({"bicubic": "bicubic"}, judge, DEGRADATION, protocol="y")
    found["bicubic"] = round(baseline.mean("bicubic"), 4)
    recipe = srlib.Recipe(DEGRADATION, **TRAINING)
    for seed in range(args.seeds):
        for name, (builder, options, settings, made) in LINES.items():
            line = found["lines"].setdefault(name, {"psnr": {}, "seconds": {}})
            if str(seed) in line["psnr"]:
                continue
            start, busy = time.perf_counter(), time.process_time()
            model = srlib.build_model(builder, seed=seed, **{**SIZE, **options})
            srlib.fit(model, made(learn) if made else learn, recipe, seed=seed, **settings)
            busy = time.process_time() - busy  # of the processor: other programs do not count
            table = srlib.evaluate({"it": model}, judge, DEGRADATION, protocol="y")
            line["parameters"] = model.count_params()
            line["gmacs"] = gmacs(model)
            line["psnr"][str(seed)] = round(table.mean("it"), 4)
            line["seconds"][str(seed)] = round(busy, 1)
            print(f"seed {seed}, {name}: {table.mean('it'):.3f} dB ({time.perf_counter() - start:.0f} s)", flush=True)
            found["lines"] = {name: found["lines"][name] for name in LINES if name in found["lines"]}
            scratch = OUT.with_name(".ablation.new")
            scratch.write_text(json.dumps(found, indent=1) + "\n")
            os.replace(scratch, OUT)


if __name__ == "__main__":
    main()
