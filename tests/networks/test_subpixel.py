"""Our own network: its cost by hand, its options, luminance alone."""

import numpy as np
import pytest
from _networks import SCALES, array, shaken

from srlib import build_model
from srlib.layers import Interpolation, traits_of


@pytest.mark.parametrize("scale", SCALES)
def test_multiply_adds_of_the_sub_pixel_net_by_hand(scale):
    by_hand = 9 * (3 * 32 + 3 * 2 * 32 * 32 + 32 * 3 * scale**2)  # all of it at the size of the LR image
    assert traits_of(build_model("subpixel", scale)).macs * scale**2 == by_hand


def test_a_block_may_be_wider_inside():
    model = build_model("subpixel", width=8, blocks=3, expand=4)
    by_hand = 9 * (3 * 8 + 3 * 2 * 8 * 32 + 8 * 12)
    assert traits_of(model).macs * 4 == by_hand
    assert model.count_params() == by_hand + 8 + 3 * (32 + 8) + 12  # the biases
    assert traits_of(model).reach == traits_of(build_model("subpixel", width=8, blocks=3)).reach


@pytest.mark.parametrize("scale", SCALES)
def test_a_network_of_luminance_adds_the_same_to_every_colour(scale):
    model = shaken(build_model("subpixel", scale, width=8, blocks=3, channels=1, kernel="bicubic"))
    by_hand = 9 * (8 + 3 * 2 * 8 * 8 + 8 * scale**2)
    assert traits_of(model).macs * scale**2 == by_hand and model.count_params() == by_hand + 8 + 3 * 16 + scale**2
    colours = np.array([[0.2, 0.6, 0.4], [0.9, 0.1, 0.5]], np.float32)
    grey = colours @ np.array([0.299, 0.587, 0.114], np.float32)  # of ITU-R BT.601
    step = np.ones((1, 6, 9, 3), np.float32) * colours[0]
    step[:, :, 5:] = colours[1]
    dull = np.ones((1, 6, 9, 3), np.float32) * grey[0]
    dull[:, :, 5:] = grey[1]
    added = array(model(step)) - array(Interpolation(scale, "bicubic")(step))
    assert np.ptp(added, axis=-1).max() < 1e-5 < np.abs(added).max()
    alike = array(model(dull)) - array(
        Interpolation(scale, "bicubic")(dull)
    )  # of the same brightness: the same is added
    np.testing.assert_allclose(added, alike, atol=1e-4)
