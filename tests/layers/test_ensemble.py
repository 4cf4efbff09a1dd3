"""The geometric self-ensemble against NumPy's turns, one by one."""

import numpy as np
import pytest
from _networks import array, shaken, small

from srlib import build_model, self_ensemble
from srlib.layers import traits_of


@pytest.mark.parametrize("scale", (2, 3))
def test_the_self_ensemble_by_hand(scale):
    """Turned and mirrored by NumPy, one by one, through the same network."""
    model = shaken(small("subpixel", scale), 3)
    image = np.random.default_rng(1).random((7, 10, 3), np.float32)
    made = []
    for turns in range(4):
        for mirrored in (False, True):
            there = np.rot90(image[:, ::-1] if mirrored else image, turns)
            back = np.rot90(array(model(np.ascontiguousarray(there)[None]))[0], -turns)
            made.append(back[:, ::-1] if mirrored else back)
    found = array(self_ensemble(model)(image[None]))[0]
    assert found.shape == (7 * scale, 10 * scale, 3)
    np.testing.assert_allclose(found, np.mean(made, 0), atol=1e-5)
    assert np.abs(found - made[0]).max() > 1e-3


def test_the_self_ensemble_does_not_care_how_an_image_lies():
    whole = self_ensemble(shaken(small("subpixel"), 4))
    image = np.random.default_rng(2).random((1, 6, 9, 3), np.float32)
    turned = np.rot90(array(whole(np.ascontiguousarray(np.rot90(image, axes=(1, 2))))), -1, axes=(1, 2))
    np.testing.assert_allclose(turned, array(whole(image)), atol=1e-5)


def test_the_self_ensemble_costs_eight_times_as_much_and_looks_as_far():
    model = build_model("subpixel", width=8)
    whole, one = traits_of(self_ensemble(model)), traits_of(model)
    assert whole.macs == 8 * one.macs and whole.reach == one.reach and whole.stride == 1
    assert self_ensemble(model).count_params() == model.count_params()
