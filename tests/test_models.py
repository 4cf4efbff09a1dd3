"""Build, clone, self-ensemble, costs, and Keras' own files."""

import copy
import subprocess
import sys

import numpy as np
import pytest
from _networks import array, noise, shaken, small

import srlib
from srlib.backend import keras
from srlib.checkpoints import save_model
from srlib.models import (
    build_model,
    clone_model,
    free_parameters,
    gmacs,
    receptive_field,
    self_ensemble,
)
from srlib.networks import NETWORKS
from srlib.recipe import Architecture, ModelCard


def test_a_builder_may_hold_a_model_within(monkeypatch):
    def nested(lr, scale):
        body = keras.Sequential([keras.layers.Conv2D(4, 3, padding="same"), keras.layers.Conv2D(3, 1)])
        return keras.layers.UpSampling2D(scale)(body(lr))

    monkeypatch.setitem(NETWORKS, "nested", nested)
    first, again, other = (build_model("nested", seed=seed) for seed in (1, 1, 2))
    assert all(np.array_equal(a, b) for a, b in zip(first.get_weights(), again.get_weights(), strict=True))
    assert not np.array_equal(first.get_weights()[0], other.get_weights()[0])
    assert receptive_field(first) == 3 and gmacs(first) == pytest.approx((9 * 3 * 4 + 4 * 3) / 4 * 1280 * 720 / 1e9)
    assert free_parameters(first) == first.count_params()


def test_the_model_says_what_it_is():
    card = build_model("subpixel", 3, width=8, kernel="bicubic").card
    options = {"width": 8, "blocks": 3, "expand": 1, "channels": 3, "symmetry": "none"}
    options |= {"border": "zeros", "wide": 1, "kernel": "bicubic"}
    assert card == ModelCard(Architecture("subpixel", 3, options))
    assert card.runs == () and card.degradation is None


def test_first_weights_are_glorot_uniform_drawn_by_numpy():
    kernel = build_model("subpixel", width=16, seed=5).get_weights()[0]  # 3x3, 3 -> 16
    limit = np.sqrt(6 / (9 * 3 + 9 * 16))
    np.testing.assert_array_equal(
        kernel, np.random.default_rng(5).uniform(-limit, limit, (3, 3, 3, 16)).astype("float32")
    )


@pytest.mark.parametrize(
    "name, settings, words",
    [
        ("unet", {}, ["'unet'", "autoencoder", "subpixel"]),
        ("subpixel", {"scale": 0}, ["scale is 0", "at least 1"]),
        ("subpixel", {"scale": 0}, ["scale is 0"]),
        ("subpixel", {"scale": 2.0}, ["scale is 2.0", "whole number"]),
        ("subpixel", {"depth": 3}, ["'depth'", "width, blocks, expand, channels, symmetry, border, wide, kernel"]),
        ("autoencoder", {"blocks": 3}, ["'blocks'", "width, kernel"]),
        ("subpixel", {"width": 0}, ["width is 0", "at least 1"]),
        ("subpixel", {"width": 1.5}, ["width is 1.5"]),
        ("subpixel", {"width": True}, ["width is True"]),
        ("subpixel", {"blocks": "3"}, ["blocks is '3'"]),
        ("subpixel", {"channels": 2}, ["channels is 2", "1 for luminance"]),
        ("subpixel", {"kernel": "area"}, ["'area'", "bicubic"]),
        ("subpixel", {"kernel": 3}, ["kernel is 3", "a word"]),
        ("subpixel", {"symmetry": "d8"}, ["symmetry is 'd8'", "none, d4, d4_inversion"]),
        ("subpixel", {"symmetry": "d4_inversion", "width": 24}, ["group order 16", "width=16"]),
        ("subpixel", {"symmetry": "d4", "width": 20}, ["group order 8", "width=16"]),
        ("subpixel", {"seed": -1}, ["seed is -1"]),
        ("subpixel", {"seed": 0.5}, ["seed is 0.5"]),
    ],
)
def test_what_cannot_be_built_is_refused_with_a_sentence(name, settings, words):
    with pytest.raises(ValueError) as refusal:
        build_model(name, **settings)
    told = str(refusal.value)
    assert "\n" not in told and "expected" in told
    assert all(word in told for word in words), told


# -- clones and costs ---------------------------------------------------------------------------------------------------


def test_a_clone_has_the_weights_and_frozen_layers_and_another_policy():
    model = shaken(small("subpixel"))
    model.layers[1].trainable = False
    clone = clone_model(model, "mixed_bfloat16")
    assert all(np.array_equal(a, b) for a, b in zip(model.get_weights(), clone.get_weights(), strict=True))
    assert [layer.trainable for layer in clone.layers] == [layer.trainable for layer in model.layers]
    assert clone.layers[1].compute_dtype == "bfloat16" and model.layers[1].compute_dtype == "float32"
    assert keras.config.dtype_policy().name == "float32" and clone.card == model.card


def test_what_no_builder_made_is_not_cloned():
    lr = keras.Input((None, None, 3))
    for other in (keras.Model(lr, keras.layers.UpSampling2D()(lr)), self_ensemble(small("espcn"))):
        with pytest.raises(ValueError, match="expected"):
            clone_model(other)


@pytest.mark.parametrize("scale", (2, 3))
def test_gmacs_and_receptive_field_by_hand(scale):
    model = small("espcn", scale, width=8)  # 5x5, 3x3, 3x3
    by_hand = 25 * 3 * 8 + 9 * 8 * 4 + 9 * 4 * 3 * scale**2
    assert gmacs(model) == pytest.approx(by_hand * 1280 * 720 / scale**2 / 1e9, rel=1e-12)
    assert receptive_field(model) == 5 + 2 + 2


def test_free_parameters_of_a_network_and_its_ensemble():
    model = small("subpixel")
    assert free_parameters(model) == free_parameters(self_ensemble(model)) == model.count_params()


# -- the self-ensemble ----------------------------------------------------------------------------------------------------


def test_the_self_ensemble_is_a_method_and_nothing_to_train_or_save(tmp_path):
    whole = self_ensemble(shaken(small("subpixel", blocks=1), 5))
    image = np.random.default_rng(3).random((20, 8, 3), np.float32)
    np.testing.assert_allclose(
        srlib.upscale(image, whole, tile=8), np.clip(array(whole(image[None]))[0], 0, 1), atol=1e-5
    )
    for use in (
        lambda: save_model(whole, tmp_path / "model"),
        lambda: srlib.fit(whole, np.zeros((2, 64, 64, 3), np.uint8), steps=1),
        lambda: self_ensemble(whole),
    ):
        with pytest.raises(ValueError, match="is a self-ensemble, .*; expected the network itself"):
            use()
    assert not (tmp_path / "model").exists()


@pytest.mark.parametrize("name", ("autoencoder", "residual_autoencoder"))
def test_a_network_that_pools_has_no_self_ensemble(name):
    with pytest.raises(ValueError, match=f"{name} works on a grid of 2 LR pixels; expected a network without"):
        self_ensemble(small(name))


# -- Keras' own files ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("builder", [*NETWORKS, "plus"])
def test_keras_own_files_hold_a_network_too(builder, tmp_path):
    if builder == "plus":
        model = self_ensemble(build_model("subpixel", width=4, channels=1))
    else:
        model = small(builder, width=8)
    rng = np.random.default_rng(0)
    model.set_weights([w + 0.1 * rng.standard_normal(w.shape) for w in model.get_weights()])
    model.save(tmp_path / "m.keras")
    lr = rng.random((1, 9, 10, 3), np.float32)
    expected = array(model(lr))
    for again in (keras.models.load_model(tmp_path / "m.keras"), copy.deepcopy(model)):
        np.testing.assert_allclose(array(again(lr)), expected, atol=1e-6)


@pytest.mark.slow  # another process loads TensorFlow once more
def test_another_process_reads_keras_own_file_of_a_trained_network(tmp_path):
    model = small("subpixel", width=8)
    image = (255 * noise(16, 16, 3)).astype("uint8")
    srlib.fit(model, [image], steps=1, batch_size=1, patch_size=8, optimizer="muon", loss="mae_y")
    model.save(tmp_path / "m.keras")
    lines = "import srlib.training, keras; print(keras.models.load_model('m.keras').optimizer.name)"
    told = subprocess.run([sys.executable, "-c", lines], cwd=tmp_path, capture_output=True, text=True)
    assert told.stdout == "muon\n", told.stderr


@pytest.mark.parametrize("settings", [{"optimizer": "muon", "loss": "mae_y"}, {"loss": "psnr_y"}], ids=str)
def test_keras_own_files_hold_a_trained_network_too(settings, tmp_path):
    """With its optimizer and its loss, as Keras keeps them. (Longer than a second: a training is compiled.)"""
    model = small("subpixel", width=8)
    srlib.fit(model, [(255 * noise(16, 16, 3)).astype("uint8")], steps=2, batch_size=1, patch_size=8, **settings)
    model.save(tmp_path / "m.keras")
    for again in (keras.models.load_model(tmp_path / "m.keras"), copy.deepcopy(model)):
        assert all(np.array_equal(a, b) for a, b in zip(model.get_weights(), again.get_weights(), strict=True))
        state = [[array(v) for v in m.optimizer.variables] for m in (model, again)]
        assert all(np.array_equal(a, b) for a, b in zip(*state, strict=True)) and again.optimizer.iterations == 2
