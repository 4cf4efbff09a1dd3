"""Trained wide, used narrow: the product of two kernels against the two convolutions, and what is saved."""

import numpy as np
import pytest
from _networks import array, noise, shaken

from srlib import build_model, fit, load_model
from srlib.backend import keras
from srlib.checkpoints import save_model
from srlib.layers import WideConv2D
from srlib.models import collapse, gmacs

TINY = {"width": 8, "blocks": 2, "wide": 3}


@pytest.mark.parametrize("side, wide", [(1, 2), (3, 1), (3, 4), (5, 2)])
def test_it_is_two_convolutions_in_a_row(side, wide):
    layer, x = WideConv2D(6, side, wide=wide, activation="relu"), noise(2, 7, 5, 4)
    layer.build(x.shape)
    layer.draw_weights(np.random.default_rng(0))
    layer.bias.assign(np.linspace(-1, 1, 6))
    inner, outer, bias = layer.get_weights()
    assert inner.shape == (side, side, 4, 6 * wide) and outer.shape == (1, 1, 6 * wide, 6)
    one = keras.ops.conv(x, inner, padding="same")
    two = keras.ops.relu(keras.ops.conv(one, outer, padding="same") + bias)
    np.testing.assert_allclose(array(layer(x)), array(two), atol=1e-4)


@pytest.mark.parametrize("border", ["zeros", "mirror"])
@pytest.mark.parametrize("scale", [1, 2, 3])
def test_a_collapsed_network_gives_the_same_images(scale, border):
    model, x = shaken(build_model("subpixel", scale, border=border, **TINY)), noise(1, 6, 9, 3)
    narrow = collapse(model)
    made = array(model(x))
    np.testing.assert_allclose(array(narrow(x)), made, atol=1e-5 * np.abs(made).max())
    plain = build_model("subpixel", scale, border=border, **TINY | {"wide": 1})
    assert narrow.count_params() == plain.count_params() < model.count_params()
    assert gmacs(narrow) == gmacs(plain) == gmacs(model)
    assert narrow.card.architecture == plain.card.architecture and collapse(plain) is plain


def test_a_wide_network_is_trained_and_saved_narrow(tmp_path):
    hr = (255 * noise(3, 24, 24, 3)).astype(np.uint8)
    model = build_model("subpixel", **TINY)
    before = model.get_weights()
    fit(model, hr, steps=3, batch_size=2, patch_size=16, optimizer="muon", out=tmp_path / "run")
    assert sum(np.abs(a - b).max() > 0 for a, b in zip(before, model.get_weights())) == len(
        before
    )  # both kernels learn
    saved = load_model(tmp_path / "run")
    assert saved.card.architecture.options["wide"] == 1 and saved.card.runs == model.card.runs
    x = noise(1, 6, 9, 3)
    np.testing.assert_allclose(array(saved(x)), array(model(x)), atol=1e-5)
    assert not any(isinstance(layer, WideConv2D) for layer in saved.layers)
    again = load_model(save_model(model, tmp_path / "again", half=True))
    np.testing.assert_allclose(array(again(x)), array(model(x)), atol=1e-2)


def test_an_interrupted_wide_training_ends_as_one_that_was_not(tmp_path, interrupted_at):
    """A checkpoint holds both kernels, not their product."""
    hr = (255 * noise(3, 24, 24, 3)).astype(np.uint8)
    settings = {"steps": 6, "batch_size": 2, "patch_size": 16, "validate_every": 2}
    fit(build_model("subpixel", **TINY), hr, out=tmp_path / "whole", **settings)
    with interrupted_at(4), pytest.raises(KeyboardInterrupt):
        fit(build_model("subpixel", **TINY), hr, out=tmp_path / "run", **settings)
    fit(build_model("subpixel", **TINY), hr, out=tmp_path / "run", resume=True, **settings)
    whole, run = (load_model(tmp_path / name).get_weights() for name in ("whole", "run"))
    assert all(np.array_equal(a, b) for a, b in zip(whole, run, strict=True))


def test_wide_with_a_symmetry_is_refused():
    with pytest.raises(ValueError, match="wide is 2 with the symmetry d4; expected 1"):
        build_model("subpixel", width=16, symmetry="d4", wide=2)
