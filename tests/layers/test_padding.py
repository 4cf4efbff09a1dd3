"""Mirrored borders against NumPy."""

import numpy as np
import pytest
from _networks import array, noise, shaken

from srlib import build_model
from srlib.backend import keras
from srlib.layers import CropLike, MirroredConv2D, PadToMultiple


@pytest.mark.parametrize("size", [(1, 1), (4, 8), (5, 3), (7, 10), (2, 9)])
def test_pad_to_multiple_mirrors_at_the_bottom_and_right(size):
    x = noise(2, *size, 3)
    height, width = size
    layer = PadToMultiple(4)
    made = array(layer(x))
    np.testing.assert_array_equal(
        made, np.pad(x, ((0, 0), (0, -height % 4), (0, -width % 4), (0, 0)), mode="symmetric")
    )
    assert layer.compute_output_shape(x.shape) == made.shape


def test_crop_like_cuts_at_the_bottom_and_right():
    x, like = noise(2, 8, 12, 5), noise(2, 7, 9, 3)
    layer = CropLike()
    np.testing.assert_array_equal(array(layer([x, like])), x[:, :7, :9])
    assert layer.compute_output_shape((x.shape, like.shape)) == (2, 7, 9, 5)


@pytest.mark.parametrize("side", [1, 3, 5])
@pytest.mark.parametrize("size", [(1, 1), (2, 7), (6, 5)])
def test_a_mirrored_convolution_is_that_of_the_mirrored_image(side, size):
    """However small the image: NumPy continues it, and Keras convolves what is then there."""
    x, half = noise(2, *size, 3), side // 2
    mirrored = MirroredConv2D(4, side, padding="same", activation="relu")
    made = array(mirrored(x))
    inside = keras.layers.Conv2D(4, side, padding="valid", activation="relu")
    inside.build((None, None, None, 3))
    inside.set_weights(mirrored.get_weights())
    wider = np.pad(x, ((0, 0), (half, half), (half, half), (0, 0)), mode="symmetric")
    np.testing.assert_allclose(made, array(inside(wider)), atol=1e-5)
    assert made.shape == (2, *size, 4) == mirrored.compute_output_shape(x.shape)


@pytest.mark.parametrize("symmetry", ["none", "d4_inversion"])
def test_what_is_flat_stays_flat_up_to_the_corner(symmetry):
    model = shaken(build_model("subpixel", width=16, blocks=2, symmetry=symmetry, border="mirror"))
    flat = np.full((1, 7, 9, 3), 0.8, np.float32) * np.float32([1, 0, 0.5])
    made = array(model(flat))[0]
    phases = made.reshape(7, 2, 9, 2, 3)  # the pixels of one sub-pixel square may differ; the squares may not
    assert np.abs(phases - phases[3, :, 4][:, None]).max() < 1e-5
    zeros = shaken(build_model("subpixel", width=16, blocks=2, symmetry=symmetry))
    framed = array(zeros(flat))[0].reshape(7, 2, 9, 2, 3)
    assert np.abs(framed - framed[3, :, 4][:, None]).max() > 1e-3
