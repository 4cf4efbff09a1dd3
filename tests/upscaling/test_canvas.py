"""A network on a canvas of one of few shapes: its result is that of the image alone, to the last rounding."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from _networks import array, noise, shaken, shipped_model, small

import srlib
from srlib.backend import keras
from srlib.checkpoints import shipped
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


class Silent(keras.layers.Conv2D):
    """One that mirrors its input beyond its edges, and does not say so."""

    def convolution_op(self, inputs, kernel):
        for axis in (1, 2):
            inputs = mirror(inputs, 2, 2, axis)
        return keras.ops.conv(inputs, kernel, padding="valid")


class MirroredConvolution(Silent):
    """One that says so."""

    border = "mirror"


@pytest.mark.parametrize("height, width", SIZES)
def test_mirrored_borders_fit_too(height, width):
    lr = keras.Input((None, None, 3))
    x = MirroredConvolution(4, 5, padding="same", activation="relu")(lr)
    model = keras.Model(lr, MirroredConvolution(3, 5, padding="same")(keras.layers.UpSampling2D(2)(x)))
    model.card = srlib.build_model("espcn").card
    assert fits_canvas(model)
    image = noise(1, height, width, 3)
    np.testing.assert_allclose(
        laid(model, image, canvas_side(height), canvas_side(width)), array(model(image)), atol=1e-5
    )


def test_what_is_not_known_of_a_layer_is_not_guessed():
    assert not fits_canvas(small("autoencoder")) and not fits_canvas(self_ensemble(small("espcn")))
    lr = keras.Input((None, None, 3))
    for layer in (keras.layers.UpSampling2D(2, interpolation="bilinear"), Silent(3, 5, padding="same")):
        assert not fits_canvas(keras.Model(lr, layer(lr)))


@pytest.mark.parametrize("name", [name for name, card in shipped().items() if card.architecture.builder == "subpixel"])
def test_our_shipped_networks_fit(name):
    assert fits_canvas(shipped_model(name))


def test_there_are_few_canvases():
    """For tiles of every size that a small network is given; each is compiled once."""
    sides = {canvas_side(length) for length in range(1, 289)}
    assert len(sides) ** 2 <= 81
    assert all(canvas_side(n) >= n for n in range(1, 289)) and canvas_side(64) == 64


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="memory is read from /proc, which Linux alone has")
@pytest.mark.parametrize("backend", ["tensorflow", "jax"])
def test_many_sizes_take_no_more_than_one(backend):
    """The benchmark itself takes a thousand."""
    pytest.importorskip(backend)
    words = [
        sys.executable,
        Path(__file__).parents[2] / "benchmarks" / "sizes.py",
        "--backend",
        backend,
        "--count",
        "250",
    ]
    done = subprocess.run(words, capture_output=True, text=True)
    print(done.stdout)
    assert done.returncode == 0, done.stdout + done.stderr[-3000:]
