"""Small networks for tests, and arrays for them."""

import functools
import json

import numpy as np

import srlib
from srlib.backend import keras
from srlib.checkpoints import load_model
from srlib.models import build_model
from srlib.networks import NETWORKS

SCALES = (2, 3, 4)
KERNELS = ("nearest", "bilinear", "bicubic", "lanczos")
shipped_model = functools.cache(load_model)  # read once for all tests, and its graph made once: let it be as it is


def small(name, scale=2, **options):
    """A network of that design, narrow and short enough for a test."""
    short = {key: value for key, value in (("width", 4), ("blocks", 2)) if key in NETWORKS[name].__kwdefaults__}
    return build_model(name, scale, **{**short, **options})


def array(tensor):
    return keras.ops.convert_to_numpy(tensor)


def noise(*shape, seed=0):
    return np.random.default_rng(seed).random(shape).astype(np.float32)


def shaken(model, seed=1):
    """The model with every weight at random, biases and last layers too."""
    rng = np.random.default_rng(seed)
    model.set_weights([rng.normal(0, 0.2, w.shape).astype(np.float32) for w in model.get_weights()])
    return model


def trained(model):
    """The model compiled, and two steps on: Adam now has moments for every weight."""
    model.compile(optimizer="adam", loss="mse", run_eagerly=True)  # two steps are not worth a graph
    lr = noise(2, 6, 6, 3)
    for _ in range(2):
        model.train_on_batch(lr, srlib.upscale(lr, "bilinear", model.card.scale))
    return model


def without_checksum(folder):
    """A saved network as of before the checksum, or as a stranger may write it: any weights may stand beside the card."""
    card = json.loads((folder / "model.json").read_text("utf-8"))
    del card["weights_sha256"]
    (folder / "model.json").write_text(json.dumps(card), "utf-8")
    return folder
