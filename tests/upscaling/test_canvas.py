"""A network on a canvas of one of few shapes: its result is that of the image alone, to the last rounding."""

import json
import os
import subprocess
import sys

import numpy as np
import pytest
from _networks import array, noise, shaken, small

import srlib
from srlib.backend import keras
from srlib.checkpoints import load_model, shipped
from srlib.layers import Traits
from srlib.layers.padding import mirror
from srlib.models import build_model, self_ensemble
from srlib.networks import NETWORKS
from srlib.upscaling.canvas import canvas_side, fits_canvas, on_canvas

SIZES = ((1, 1), (1, 40), (5, 7), (31, 33), (32, 32), (63, 64))  # of one pixel, on the canvas' edge, beside it


def laid(model, image, height, width):
    """A network on a canvas of that size, with rubbish around the image."""
    h, w = image.shape[1:3]
    canvas = np.full((1, height, width, 3), 7, np.float32)
    canvas[:, :h, :w] = image
    scale = model.card.scale
    return array(on_canvas(model, canvas, h, w))[:, : h * scale, : w * scale]


@pytest.mark.parametrize("name", [name for name in NETWORKS if "autoencoder" not in name])
@pytest.mark.parametrize("scale", (2, 3))
def test_what_is_around_the_image_does_not_show(name, scale):
    model = shaken(small(name, scale))
    assert fits_canvas(model)
    for height, width in SIZES:
        image = noise(1, height, width, 3)
        found = laid(model, image, canvas_side(height), canvas_side(width))
        expected = array(model(image))
        np.testing.assert_allclose(found, expected, atol=1e-5 * max(1, np.abs(expected).max()))


@pytest.mark.parametrize("options", [{"symmetry": "d4_inversion", "width": 16}, {"channels": 1}, {"kernel": "lanczos"}])
def test_every_option_of_our_own_network_fits(options):
    model = build_model("subpixel", blocks=1, **{"width": 4, **options})
    image = noise(1, 9, 30, 3)
    np.testing.assert_allclose(laid(model, image, 32, 64), array(model(image)), atol=1e-5)


class MirroredConvolution(keras.layers.Conv2D):
    """One that mirrors its input beyond its edges."""

    def call(self, x):
        for axis in (1, 2):
            x = mirror(x, 2, 2, axis)
        return super().call(x)

    def compute_output_shape(self, shape):
        return (*shape[:-1], self.filters)

    def srlib_traits(self):
        return Traits(reach=2, border="mirror")


@pytest.mark.parametrize("height, width", SIZES)
def test_mirrored_borders_fit_too(height, width):
    lr = keras.Input((None, None, 3))
    x = MirroredConvolution(4, 5, activation="relu")(lr)
    model = keras.Model(lr, MirroredConvolution(3, 5)(keras.layers.UpSampling2D(2)(x)))
    model.card = srlib.build_model("espcn").card
    assert fits_canvas(model)
    image = noise(1, height, width, 3)
    np.testing.assert_allclose(
        laid(model, image, canvas_side(height), canvas_side(width)), array(model(image)), atol=1e-5
    )


def test_what_is_not_known_of_a_layer_is_not_guessed():
    assert not fits_canvas(small("autoencoder")) and not fits_canvas(self_ensemble(small("espcn")))
    lr = keras.Input((None, None, 3))
    assert not fits_canvas(keras.Model(lr, keras.layers.UpSampling2D(2, interpolation="bilinear")(lr)))


@pytest.mark.parametrize("name", [name for name, card in shipped().items() if card.architecture.builder == "subpixel"])
def test_our_shipped_networks_fit(name):
    assert fits_canvas(load_model(name))


def test_there_are_few_canvases():
    """For tiles of every size that a small network is given; each is compiled once."""
    sides = {canvas_side(length) for length in range(1, 289)}
    assert len(sides) ** 2 <= 81
    assert all(canvas_side(n) >= n for n in range(1, 289)) and canvas_side(64) == 64


SCRIPT = """
import json, sys, time
import numpy as np
import srlib
from srlib.upscaling.tiles import upscale

def memory():
    with open("/proc/self/status") as file:
        return next(int(line.split()[1]) / 1024 for line in file if line.startswith("VmRSS"))

sizes, model = json.loads(sys.argv[1]), srlib.load_model("small_x2")
seconds, pixels, held = 0.0, 0, []
for height, width in sizes:
    image = np.random.default_rng(height).integers(0, 256, (height, width, 3), np.uint8)
    start = time.process_time()
    upscale(image, model)
    seconds += time.process_time() - start
    pixels += height * width / 1e6
    held.append(memory())
print(json.dumps([seconds / pixels, held]))
"""


def measured(backend, sizes):
    environment = {**os.environ, "KERAS_BACKEND": backend}
    words = [sys.executable, "-c", SCRIPT, json.dumps(sizes)]
    done = subprocess.run(words, capture_output=True, text=True, env=environment)
    assert done.returncode == 0, done.stderr[-3000:]
    return json.loads(done.stdout.splitlines()[-1])


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="memory is read from /proc, which Linux alone has")
@pytest.mark.parametrize("backend", ["tensorflow", "jax"])
def test_a_thousand_sizes_take_no_more_than_one(backend):
    pytest.importorskip(backend)
    rng = np.random.default_rng(0)
    sizes = rng.permutation([(h, w) for h in range(120, 400, 7) for w in range(120, 400, 7)])[:1000].tolist()
    one, _ = measured(backend, [(260, 260)] * 300)
    many, held = measured(backend, sizes)
    print(f"{backend}: {one:.2f} and {many:.2f} s a megapixel; {held[99]:.0f} MB after 100, {held[-1]:.0f} after 1,000")
    assert many <= 1.3 * one
    assert max(held[100:]) <= 1.25 * held[99] and held[-1] - held[499] <= 60  # MB; before, JAX took 6 for each
