"""Networks to which it is all the same how a picture lies, against turned pictures and turned kernels."""

import numpy as np
import pytest

from srlib import build_model, fit, load_model, self_ensemble
from srlib._backend import keras
from srlib.models import save_model
from srlib.orientations import Oriented

TURNS = {
    "a quarter turn": lambda x: np.rot90(x, 1, (1, 2)),
    "half a turn": lambda x: np.rot90(x, 2, (1, 2)),
    "left to right": lambda x: x[:, :, ::-1],
    "top to bottom": lambda x: x[:, ::-1],
    "along the diagonal": lambda x: x.transpose(0, 2, 1, 3),
}


def array(x):
    return keras.ops.convert_to_numpy(x)


def network(scale=2, **options):
    """Small, with weights that are as uneven as they may be."""
    model = build_model("subpixel", scale, **{"width": 16, "blocks": 2, "expand": 2, "orientations": 8, **options})
    rng = np.random.default_rng(7)
    for layer in model.layers:
        if isinstance(layer, keras.layers.Conv2D):
            layer.kernel.assign(layer.kernel_constraint(rng.normal(0, 0.2, layer.kernel.shape).astype("float32")))
            layer.bias.assign(layer.bias_constraint(rng.normal(0, 0.1, layer.bias.shape).astype("float32")))
    return model


def small_picture(seed=0):
    return np.random.default_rng(seed).random((1, 9, 6, 3)).astype("float32")


@pytest.mark.parametrize("turn", TURNS.values(), ids=TURNS)
@pytest.mark.parametrize("scale, channels", [(2, 3), (2, 1), (3, 3), (4, 1)])
def test_the_turned_picture_gives_the_turned_result(scale, channels, turn):
    model, x = network(scale, channels=channels), small_picture()
    made = array(model(x))
    assert np.abs(made - array(build_model("subpixel", scale)(x))).max() > 0.05  # it does something
    np.testing.assert_allclose(array(model(np.ascontiguousarray(turn(x)))), turn(made), atol=2e-6)


def test_an_ordinary_network_gives_another_one():
    model, x = build_model("subpixel", width=16, seed=3), small_picture()
    model.layers[-4].kernel.assign(np.random.default_rng(0).normal(0, 0.2, model.layers[-4].kernel.shape))
    assert np.abs(array(model(np.ascontiguousarray(x[:, ::-1]))) - array(model(x))[:, ::-1]).max() > 1e-3


def test_the_kernel_of_a_picture_becomes_the_mean_of_its_eight_positions():
    kernel = np.random.default_rng(1).normal(size=(5, 5, 3, 2)).astype("float32")
    eight = [np.rot90(k, t) for k in (kernel, kernel[:, ::-1]) for t in range(4)]
    np.testing.assert_allclose(array(Oriented("picture", "picture")(kernel)), np.mean(eight, axis=0), atol=1e-6)


@pytest.mark.parametrize("into, out", [("picture", "features"), ("features", "features"), ("features", "pixels")])
def test_weights_that_fit_are_left_alone_and_an_eighth_of_them_is_free(into, out):
    shape = {"picture": 1, "features": 8, "pixels": 4}
    shape = (3, 3, shape[into], shape[out])
    constraint, rng = Oriented(into, out, 2), np.random.default_rng(2)
    samples = [array(constraint(rng.normal(size=shape).astype("float32"))).ravel() for _ in range(2 * np.prod(shape))]
    np.testing.assert_allclose(array(constraint(samples[0].reshape(shape))).ravel(), samples[0], atol=1e-6)
    assert np.linalg.matrix_rank(np.array(samples), tol=1e-3) == np.prod(shape) / 8


def test_the_first_weights_are_spread_as_usual():
    first, usual = (build_model("subpixel", width=32, blocks=2, orientations=n, seed=4) for n in (8, 1))
    for ours, theirs in zip(first.get_weights()[2:10:2], usual.get_weights()[2:10:2]):
        assert ours.std() == pytest.approx(theirs.std(), rel=0.05)


@pytest.mark.parametrize("optimizer, precision", [("muon", "float32"), ("adam", "bfloat16")])
def test_training_keeps_it(tmp_path, optimizer, precision):
    photos = list(np.random.default_rng(5).integers(0, 256, (4, 32, 32, 3), dtype=np.uint8))
    model, x = build_model("subpixel", width=8, blocks=1, orientations=8), small_picture()
    before = array(model(x))
    fit(
        model, photos, steps=5, batch=4, crop=16, learning_rate=0.01, schedule="constant", optimizer=optimizer,
        precision=precision,
    )  # fmt: skip
    save_model(model, tmp_path / "model", half=True)
    for trained in (model, load_model(tmp_path / "model")):  # equal weights are rounded alike
        made = array(trained(x))
        assert np.abs(made - before).max() > 1e-3
        for turn in TURNS.values():
            np.testing.assert_allclose(array(trained(np.ascontiguousarray(turn(x)))), turn(made), atol=2e-6)


def test_the_self_ensemble_of_it_is_itself():
    model, x = network(), small_picture()
    np.testing.assert_allclose(array(self_ensemble(model)(x)), array(model(x)), atol=2e-6)


def test_keras_own_files_keep_it(tmp_path):
    model, x = network(), small_picture()
    model.save(tmp_path / "model.keras")
    again = keras.saving.load_model(tmp_path / "model.keras")
    np.testing.assert_array_equal(array(again(x)), array(model(x)))
    constraint = again.layers[1].kernel_constraint
    assert isinstance(constraint, Oriented) and constraint.get_config() == {
        "into": "picture", "out": "features", "scale": 1,
    }  # fmt: skip


@pytest.mark.parametrize(
    "options, told",
    [
        ({"orientations": 4, "width": 20}, "orientations is 4; expected 8 .* or 1"),
        ({"width": 20, "orientations": 8}, "width=16"),
    ],
)
def test_what_cannot_be_is_told(options, told):
    with pytest.raises(ValueError, match=told):
        build_model("subpixel", **options)


@pytest.mark.parametrize("kinds", [("colours", "features"), ("features", "pixel")])
def test_channels_of_another_kind_are_refused(kinds):
    with pytest.raises(ValueError, match="picture, features, pixels"):
        Oriented(*kinds)


def test_channels_that_cannot_be_divided_are_refused():
    with pytest.raises(ValueError, match="scale is 1"):
        Oriented("features", "pixels")
    with pytest.raises(ValueError, match="12 channels of features; expected a multiple of 8"):
        Oriented("features", "features")(np.zeros((3, 3, 12, 8), "float32"))


@pytest.mark.parametrize(
    "into, out, shape", [("features", "features", (3, 3, 32, 64)), ("features", "pixels", (3, 3, 8, 12))]
)
def test_what_is_equal_is_equal_to_the_last_bit(into, out, shape):
    """Or else half precision rounds it to either side."""
    kernel = np.random.default_rng(3).normal(size=shape).astype("float32")
    once = array(Oriented(into, out, 2)(kernel))
    np.testing.assert_array_equal(array(Oriented(into, out, 2)(once)), once)
