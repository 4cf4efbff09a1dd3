"""The networks: the reference layer for layer, any size, honest costs, and files that come back as they went."""

import copy
import json
import shutil
import subprocess
import sys

import h5py
import numpy as np
import pytest

import srlib
from srlib._backend import keras
from srlib.checkpoints import WEIGHTS, load_model, save_model, shipped
from srlib.geometry import geometry
from srlib.layers import CropLike, Interpolation, Luminance, PadToMultiple, PixelShuffle
from srlib.models import BUILDERS, build_model, self_ensemble

SCALES = (2, 3, 4)
KERNELS = ("nearest", "bilinear", "bicubic", "lanczos")
RESIDUAL = ("residual_autoencoder", "subpixel")
layers = keras.layers


def small(name, scale=2, **options):
    """A network of that design, narrow and short enough for a test."""
    short = {key: value for key, value in (("width", 4), ("blocks", 2)) if key in BUILDERS[name].__kwdefaults__}
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
    model.compile(optimizer="adam", loss="mse")
    lr = noise(2, 6, 6, 3)
    for _ in range(2):
        model.train_on_batch(lr, srlib.interpolate(lr, model.srlib_config["scale"]))
    return model


# -- the reference ------------------------------------------------------------------------------------------------------

# filters of every convolution and what stands between them, as the reference's notebook lists them
REFERENCE = [64, 64, "pool", 128, 128, "pool", 256, "up", 128, 128, "add", "up", 64, 64, "add", 3]


def reference(width=64):
    """The reference network, written down a second time from its description, on an image that is upscaled already."""
    conv = lambda filters: layers.Conv2D(filters, (3, 3), padding="same", activation="relu")
    upscaled = keras.Input((None, None, 3))
    l1 = conv(width)(upscaled)
    l2 = conv(width)(l1)
    l3 = layers.MaxPooling2D(padding="same")(l2)
    l4 = conv(2 * width)(l3)
    l5 = conv(2 * width)(l4)
    l6 = layers.MaxPooling2D(padding="same")(l5)
    code = conv(4 * width)(l6)
    l8 = layers.UpSampling2D()(code)
    l9 = conv(2 * width)(l8)
    l10 = conv(2 * width)(l9)
    l11 = layers.add([l5, l10])
    l12 = layers.UpSampling2D()(l11)
    l13 = conv(width)(l12)
    l14 = conv(width)(l13)
    l15 = layers.add([l14, l2])
    return keras.Model(upscaled, conv(3)(l15))


@pytest.fixture(scope="module")
def autoencoder():
    return build_model("autoencoder")


def test_the_autoencoder_has_the_reference_parameters(autoencoder):
    assert autoencoder.count_params() == 1_110_403
    assert build_model("autoencoder", width=16).count_params() == 70_243


def test_the_autoencoder_is_the_reference_layer_for_layer(autoencoder):
    kinds = {layers.MaxPooling2D: "pool", layers.UpSampling2D: "up", layers.Add: "add"}
    found = []
    for layer in autoencoder.layers:
        if isinstance(layer, layers.Conv2D):
            found.append(layer.filters)
            assert layer.kernel_size == (3, 3)
            assert layer.strides == (1, 1)
            assert layer.padding == "same"
            assert layer.activation.__name__ == "relu"
            assert isinstance(layer.kernel_regularizer, keras.regularizers.L1)
            assert float(layer.kernel_regularizer.l1) == pytest.approx(10e-10)
        elif type(layer) in kinds:
            found.append(kinds[type(layer)])
    assert found == REFERENCE
    assert all(layer.pool_size == (2, 2) for layer in autoencoder.layers if isinstance(layer, layers.MaxPooling2D))
    for layer in autoencoder.layers:
        if isinstance(layer, layers.UpSampling2D):
            assert layer.size == (2, 2) and layer.interpolation == "nearest"


def test_the_autoencoder_gives_what_the_reference_gives_for_an_upscaled_image():
    ours, theirs = shaken(build_model("autoencoder", width=8)), reference(8)
    assert theirs.count_params() == ours.count_params()
    theirs.set_weights(ours.get_weights())
    lr = noise(2, 10, 14, 3)
    np.testing.assert_allclose(array(ours(lr)), array(theirs(srlib.interpolate(lr, 2))), atol=1e-5)


def test_the_residual_autoencoder_differs_in_its_last_layer_alone(autoencoder):
    residual = build_model("residual_autoencoder")
    assert residual.count_params() == autoencoder.count_params()
    convolutions = [layer for layer in residual.layers if isinstance(layer, layers.Conv2D)]
    assert [layer.filters for layer in convolutions] == [n for n in REFERENCE if isinstance(n, int)]
    assert convolutions[-1].activation.__name__ == "linear"  # a difference may be negative
    ours, theirs = shaken(small("residual_autoencoder")), shaken(small("autoencoder"))
    lr = noise(1, 8, 8, 3)
    missing = array(ours(lr)) - srlib.interpolate(lr, 2)
    np.testing.assert_allclose(np.maximum(missing, 0), array(theirs(lr)), atol=1e-5)


# -- every builder ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("scale", SCALES)
@pytest.mark.parametrize("name", BUILDERS)
def test_every_builder_takes_every_size(name, scale):
    model = shaken(small(name, scale))
    assert model.output_shape == (None, None, None, 3)
    for height, width in ((1, 1), (37, 51), (2, 9), (8, 8)):
        made = array(model(noise(2, height, width, 3)))
        assert made.shape == (2, scale * height, scale * width, 3)
        assert np.isfinite(made).all() and made.dtype == np.float32


@pytest.mark.parametrize("kernel", KERNELS)
@pytest.mark.parametrize("scale", SCALES)
@pytest.mark.parametrize("name", RESIDUAL)
def test_residual_networks_start_at_the_interpolation(name, scale, kernel):
    lr = noise(1, 9, 13, 3)
    made = array(small(name, scale, kernel=kernel)(lr))
    if kernel in ("nearest", "bilinear"):  # these cannot overshoot, so there is nothing to clip
        assert np.abs(made - srlib.interpolate(lr, scale, kernel=kernel)).max() < 1e-6
    else:
        assert made.max() > 1 or made.min() < 0, "the model clips"
        assert np.abs(made.clip(0, 1) - srlib.interpolate(lr, scale, kernel=kernel)).max() < 1e-6


def test_the_plain_autoencoder_does_not_start_there():
    lr = noise(1, 9, 13, 3)
    assert np.abs(array(small("autoencoder")(lr)) - srlib.interpolate(lr, 2)).mean() > 0.05


@pytest.mark.parametrize("name", BUILDERS)
def test_the_seed_decides_the_first_weights(name):
    first, again, other = (small(name, seed=seed).get_weights() for seed in (3, 3, 4))
    assert all(np.array_equal(a, b) for a, b in zip(first, again))
    assert not any(np.array_equal(a, b) for a, b in zip(first, other) if a.ndim == 4 and a.any())


def test_first_weights_are_glorot_uniform_drawn_by_numpy():
    kernel = build_model("subpixel", width=16, seed=5).get_weights()[0]  # 3x3, 3 -> 16
    limit = np.sqrt(6 / (9 * 3 + 9 * 16))
    np.testing.assert_array_equal(
        kernel, np.random.default_rng(5).uniform(-limit, limit, (3, 3, 3, 16)).astype("float32")
    )


def test_the_model_says_what_it_is():
    config = build_model("subpixel", 3, width=8, kernel="bicubic").srlib_config
    assert config == {
        "builder": "subpixel",
        "scale": 3,
        "options": {
            "width": 8,
            "blocks": 3,
            "expand": 1,
            "channels": 3,
            "orientations": 1,
            "polarities": 1,
            "kernel": "bicubic",
        },
    }


@pytest.mark.parametrize(
    "name, settings, words",
    [
        ("unet", {}, ["'unet'", "autoencoder", "subpixel"]),
        ("subpixel", {"scale": 1}, ["scale is 1", "at least 2"]),
        ("subpixel", {"scale": 0}, ["scale is 0"]),
        ("subpixel", {"scale": 2.0}, ["scale is 2.0", "whole number"]),
        ("subpixel", {"depth": 3}, ["'depth'", "width, blocks, expand, channels, orientations, polarities, kernel"]),
        ("autoencoder", {"blocks": 3}, ["'blocks'", "width, kernel"]),
        ("subpixel", {"width": 0}, ["width is 0", "at least 1"]),
        ("subpixel", {"width": 1.5}, ["width is 1.5"]),
        ("subpixel", {"width": True}, ["width is True"]),
        ("subpixel", {"blocks": "3"}, ["blocks is '3'"]),
        ("subpixel", {"channels": 2}, ["channels is 2", "1 for luminance"]),
        ("subpixel", {"kernel": "area"}, ["'area'", "bicubic"]),
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


# -- layers -------------------------------------------------------------------------------------------------------------


def test_luminance_is_that_of_scikit_image():
    from skimage.color import rgb2ycbcr

    colours = noise(2, 5, 4, 3)
    expected = (rgb2ycbcr(colours)[..., :1] - 16) / 219  # from black to white
    np.testing.assert_allclose(array(Luminance()(colours)), expected, atol=1e-6)
    assert Luminance().compute_output_shape((None, 5, None, 3)) == (None, 5, None, 1)


@pytest.mark.parametrize("kernel", KERNELS)
@pytest.mark.parametrize("scale", SCALES)
def test_the_upscale_layer_is_upscale(scale, kernel):
    layer = Interpolation(scale, kernel)
    for height, width in ((1, 1), (1, 8), (5, 3), (7, 11), (16, 16)):
        lr = noise(2, height, width, 3)
        made = array(layer(lr))
        assert made.shape == layer.compute_output_shape(lr.shape) == (2, scale * height, scale * width, 3)
        np.testing.assert_allclose(made.clip(0, 1), srlib.interpolate(lr, scale, kernel=kernel), atol=1e-6)


def test_the_upscale_layer_does_not_clip():
    step = np.zeros((1, 6, 6, 3), np.float32)
    step[:, :, 3:] = 1
    made = array(Interpolation(2, "bicubic")(step))
    assert made.max() > 1.01 and made.min() < -0.01


@pytest.mark.parametrize("scale", SCALES)
@pytest.mark.parametrize("channels", (1, 3))
def test_pixel_shuffle_is_the_loop_of_its_paper(scale, channels):
    x = noise(2, 3, 5, channels * scale**2)
    expected = np.empty((2, 3 * scale, 5 * scale, channels), np.float32)
    for y in range(3 * scale):
        for z in range(5 * scale):
            for c in range(channels):
                place = channels * (scale * (y % scale) + z % scale) + c
                expected[:, y, z, c] = x[:, y // scale, z // scale, place]
    layer = PixelShuffle(scale)
    made = array(layer(x))
    np.testing.assert_array_equal(made, expected)
    assert layer.compute_output_shape(x.shape) == expected.shape


@pytest.mark.parametrize("scale", SCALES)
def test_pixel_shuffle_is_depth_to_space(scale):
    tf = pytest.importorskip("tensorflow")
    x = noise(2, 4, 3, 3 * scale**2)
    np.testing.assert_array_equal(array(PixelShuffle(scale)(x)), tf.nn.depth_to_space(x, scale).numpy())


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


@pytest.mark.parametrize(
    "layer", [Interpolation(3, "bicubic"), PixelShuffle(3), PadToMultiple(8)], ids=lambda x: x.name
)
def test_layers_are_rebuilt_from_their_settings(layer):
    x = noise(1, 5, 6, 9)
    again = type(layer).from_config(layer.get_config())
    np.testing.assert_array_equal(array(again(x)), array(layer(x)))
    assert layer.compute_output_shape((None, None, None, 9))[1:3] == (None, None)


# -- what a network costs, and how far it looks ---------------------------------------------------------------------------


@pytest.mark.parametrize("scale", SCALES)
def test_multiply_adds_of_the_autoencoder_by_hand(autoencoder, scale):
    large = (64 * scale) ** 2  # pixels of the upscaling of a 64x64 image
    by_hand = 9 * (
        large * (3 * 64 + 64 * 64)
        + large / 4 * (64 * 128 + 128 * 128)
        + large / 16 * (128 * 256)
        + large / 4 * (256 * 128 + 128 * 128)
        + large * (128 * 64 + 64 * 64)
        + large * (64 * 3)
    )
    model = autoencoder if scale == 2 else build_model("autoencoder", scale)
    assert geometry(model).multiply_adds * 64 * 64 == pytest.approx(by_hand, rel=1e-12)
    if scale == 2:
        assert by_hand == pytest.approx(5.49e9, rel=1e-3)
    assert geometry(build_model("residual_autoencoder", scale)).multiply_adds == geometry(model).multiply_adds


@pytest.mark.parametrize("scale", SCALES)
def test_multiply_adds_of_the_sub_pixel_net_by_hand(scale):
    by_hand = 9 * (3 * 32 + 3 * 2 * 32 * 32 + 32 * 3 * scale**2)  # all of it in small space
    assert geometry(build_model("subpixel", scale)).multiply_adds == by_hand


def test_a_block_may_be_wider_inside():
    model = build_model("subpixel", width=8, blocks=3, expand=4)
    by_hand = 9 * (3 * 8 + 3 * 2 * 8 * 32 + 8 * 12)
    assert geometry(model).multiply_adds == by_hand
    assert model.count_params() == by_hand + 8 + 3 * (32 + 8) + 12  # the biases
    assert geometry(model).reach == geometry(build_model("subpixel", width=8, blocks=3)).reach


@pytest.mark.parametrize("scale", SCALES)
def test_a_network_of_luminance_adds_the_same_to_every_colour(scale):
    model = shaken(build_model("subpixel", scale, width=8, blocks=3, channels=1, kernel="bicubic"))
    by_hand = 9 * (8 + 3 * 2 * 8 * 8 + 8 * scale**2)
    assert geometry(model).multiply_adds == by_hand and model.count_params() == by_hand + 8 + 3 * 16 + scale**2
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


@pytest.mark.parametrize("name", BUILDERS)
@pytest.mark.parametrize("scale", SCALES)
def test_the_reach_is_as_far_as_a_changed_pixel_is_felt(name, scale):
    """One white pixel in the dark, and look how far it shines: never beyond the reach, and up to it or nearly."""
    model = small(name, scale, **({} if name in ("fsrcnn", "espcn", "edsr") else {"kernel": "bilinear"}))
    rng = np.random.default_rng(0)
    # no biases, so that the dark stays exactly 0; positive weights, so that nothing that shines is cut off or cancelled
    model.set_weights(
        [
            np.zeros_like(w) if w.ndim == 1 else rng.uniform(0.5, 1, w.shape).astype(np.float32) / np.sqrt(w.size)
            for w in model.get_weights()
        ]
    )
    known = geometry(model)
    side = 2 * known.reach + 13
    assert not array(model(np.zeros((1, side, side, 3), np.float32))).any()
    farthest = 0
    for place in range(side // 2, side // 2 + 4):  # one for every position on the network's grid
        dark = np.zeros((1, side, side, 3), np.float32)
        dark[0, place, place] = 1
        _, rows, columns, _ = np.nonzero(array(model(dark)))
        farthest = max(farthest, np.abs(np.concatenate([rows, columns]) // scale - place).max())
    assert known.reach - 2 <= farthest <= known.reach


@pytest.mark.parametrize(
    "name, scale, stride", [("autoencoder", 2, 2), ("autoencoder", 3, 4), ("autoencoder", 4, 1), ("subpixel", 2, 1)]
)
def test_the_stride_is_the_grid_of_the_pools_in_small_pixels(name, scale, stride):
    assert geometry(small(name, scale)).stride == stride


def test_a_layer_of_unknown_reach_is_refused():
    entry = keras.Input((None, None, 3))
    model = keras.Model(entry, layers.LayerNormalization()(layers.Conv2D(3, 3)(entry)))
    with pytest.raises(ValueError, match="LayerNormalization.*expected"):
        geometry(model)


# -- the self-ensemble ----------------------------------------------------------------------------------------------------


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
    whole, one = geometry(self_ensemble(model)), geometry(model)
    assert whole.multiply_adds == 8 * one.multiply_adds and whole.reach == one.reach and whole.stride == 1
    assert self_ensemble(model).count_params() == model.count_params()


def test_the_self_ensemble_is_a_method_and_nothing_to_train_or_save(tmp_path):
    whole = self_ensemble(shaken(small("subpixel"), 5))
    image = np.random.default_rng(3).random((40, 30, 3), np.float32)
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
    with pytest.raises(ValueError, match=f"{name} works on a grid of 2 small pixels; expected a network without"):
        self_ensemble(small(name))


# -- saved models -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("scale", (2, 3))
@pytest.mark.parametrize("name", BUILDERS)
def test_a_saved_model_comes_back_exactly(name, scale, tmp_path):
    model = shaken(small(name, scale))
    folder = save_model(model, tmp_path / "new" / "model", note="a note")
    assert folder == tmp_path / "new" / "model"
    assert sorted(p.name for p in folder.iterdir()) == ["model.json", "model.weights.h5"]
    again = load_model(folder)
    assert all(np.array_equal(a, b) for a, b in zip(model.get_weights(), again.get_weights(), strict=True))
    lr = noise(1, 7, 9, 3)
    np.testing.assert_array_equal(array(again(lr)), array(model(lr)))
    assert again.srlib_config == {**model.srlib_config, "note": "a note"}
    assert json.loads((folder / "model.json").read_text())["note"] == "a note"


@pytest.mark.parametrize("name", BUILDERS)
def test_half_precision_is_half_the_size_and_close(name, tmp_path):
    model = shaken(small(name, width=24))
    full, half = save_model(model, tmp_path / "full"), save_model(model, tmp_path / "half", half=True)
    sizes = [(folder / "model.weights.h5").stat().st_size for folder in (full, half)]
    numbers = model.count_params()
    assert sizes[0] > 4 * numbers and sizes[0] - sizes[1] == pytest.approx(2 * numbers, rel=0.2)
    again = load_model(half)
    for a, b in zip(model.get_weights(), again.get_weights(), strict=True):
        assert b.dtype == np.float32
        np.testing.assert_array_equal(b, a.astype(np.float16).astype(np.float32))


def arrays(path):
    """Name -> how many numbers, of every array in an HDF5 file."""
    held = {}
    with h5py.File(path) as file:
        file.visititems(lambda name, item: held.update({name: item.size} if isinstance(item, h5py.Dataset) else {}))
    return held


def test_the_optimiser_is_not_saved(tmp_path):
    model = trained(small("subpixel", blocks=1))
    for half in (False, True):
        held = arrays(save_model(model, tmp_path / str(half), half=half) / "model.weights.h5")
        assert sum(held.values()) == model.count_params()
        assert not any("optimizer" in name for name in held)
    assert model.optimizer is not None and model.optimizer.iterations == 2  # and the model itself was left alone


def test_a_saved_model_is_replaced(tmp_path):
    save_model(shaken(small("subpixel"), 1), tmp_path)
    second = shaken(small("autoencoder", 3), 2)
    save_model(second, tmp_path)
    assert all(np.array_equal(a, b) for a, b in zip(second.get_weights(), load_model(tmp_path).get_weights()))


def test_a_failed_save_leaves_the_old_model(tmp_path, monkeypatch):
    first = shaken(small("subpixel"))
    save_model(first, tmp_path)

    def full(*_args, **_kwargs):
        raise OSError("no space left")

    monkeypatch.setattr(keras.Model, "save_weights", full)
    with pytest.raises(OSError):
        save_model(shaken(small("subpixel"), 2), tmp_path)
    monkeypatch.undo()
    assert sorted(p.name for p in tmp_path.iterdir()) == ["model.json", "model.weights.h5"]
    assert all(np.array_equal(a, b) for a, b in zip(first.get_weights(), load_model(tmp_path).get_weights()))


def test_a_model_that_no_builder_made_is_not_saved(tmp_path):
    with pytest.raises(ValueError, match="not made by srlib"):
        save_model(keras.Sequential([keras.Input((None, None, 3)), layers.UpSampling2D()]), tmp_path / "out")
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("policy", ["bfloat16", "mixed_bfloat16", "float16"])
def test_a_model_is_saved_exactly_under_any_policy_of_keras(policy, under_policy, tmp_path):
    model = shaken(small("subpixel"))
    with under_policy(policy):
        save_model(model, tmp_path)
        assert keras.config.dtype_policy().name == policy
    assert all(np.array_equal(a, b) for a, b in zip(model.get_weights(), load_model(tmp_path).get_weights()))


@pytest.mark.parametrize("card", [{"scale": 3}, {"options": {}, "builder": "edsr"}], ids=["scale", "builder, options"])
def test_a_card_does_not_change_what_the_model_is(card, tmp_path):
    with pytest.raises(ValueError, match=f"{', '.join(sorted(card))}, which the model itself decides; expected"):
        save_model(small("subpixel"), tmp_path / "out", **card)
    assert not (tmp_path / "out").exists()


def test_weights_too_large_for_half_precision_are_not_rounded_to_infinity(tmp_path):
    model = small("subpixel")
    save_model(model, tmp_path, half=True)
    before = {f: f.read_bytes() for f in tmp_path.iterdir()}
    model.set_weights([w + 70000 for w in model.get_weights()])
    with pytest.raises(ValueError, match=r"half precision ends at 65504; expected smaller ones: save with half=False"):
        save_model(model, tmp_path, half=True)
    assert {f: f.read_bytes() for f in tmp_path.iterdir()} == before
    assert load_model(save_model(model, tmp_path)).get_weights()[0].max() > 70000


def test_infinity_does_not_hide_what_half_precision_cannot_hold(tmp_path):
    model = small("subpixel")
    weights = model.get_weights()
    weights[0].flat[:2] = np.inf, 1e5
    model.set_weights(weights)
    with pytest.raises(ValueError, match="is 100000 in size"):
        save_model(model, tmp_path, half=True)


def test_a_plus_behind_a_name_is_the_self_ensemble(tmp_path):
    folder, lr = save_model(shaken(small("subpixel")), tmp_path / "net"), noise(1, 7, 9, 3)
    made = array(load_model(f"{folder}+")(lr))
    np.testing.assert_array_equal(made, array(self_ensemble(load_model(folder))(lr)))
    assert np.abs(made - array(load_model(folder)(lr))).max() > 1e-3
    (tmp_path / "net+").mkdir()  # a folder of that name is meant
    with pytest.raises(ValueError, match="has no model.json"):
        load_model(f"{folder}+")


def test_a_folder_called_like_a_shipped_network_is_not_mistaken(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    model = shaken(small("subpixel"))
    save_model(model, "small_bilinear")
    with pytest.warns(
        UserWarning, match="a network of srlib's, which is taken, and a folder here; for that write ./small"
    ):
        assert load_model("small_bilinear").count_params() == 96_844
    for folder in ("./small_bilinear", tmp_path / "small_bilinear"):
        assert np.array_equal(load_model(folder).get_weights()[0], model.get_weights()[0])


def _other(folder, *args, **options):
    """Put the weights of another network in the place of this one's."""
    other = save_model(small(*args, **options), folder / "other")
    shutil.move(other / "model.weights.h5", folder / "model.weights.h5")
    shutil.rmtree(other)


def _foreign(folder):
    with h5py.File(folder / "model.weights.h5", "w") as file:
        file["temperature"] = np.arange(9.0)


def _write(text):
    return lambda folder: (folder / "model.json").write_text(text)


def _cut(size):
    return lambda folder: (folder / "model.weights.h5").write_bytes((folder / "model.weights.h5").read_bytes()[:size])


DAMAGES = {
    "json cut short": (_write('{"builder": "subp'), "model.json"),
    "json empty": (_write(""), "model.json"),
    "json a list": (_write("[1, 2]"), "model.json"),
    "json of something else": (_write('{"name": "someone"}'), "model.json"),
    "json of an unknown builder": (_write('{"builder": "unet", "scale": 2, "options": {}}'), "unet"),
    "json with bad options": (
        _write('{"builder": "subpixel", "scale": 2, "options": {"width": "wide"}}'),
        "width is 'wide'",
    ),
    "json with no options": (_write('{"builder": "subpixel", "scale": 2, "options": null}'), "model.json"),
    "json not text": (lambda folder: (folder / "model.json").write_bytes(b"\xff\xfe\x00\x81"), "model.json"),
    "json missing": (lambda folder: (folder / "model.json").unlink(), "has no model.json"),
    "weights cut short": (_cut(3000), "model.weights.h5"),
    "weights empty": (_cut(0), "model.weights.h5"),
    "weights not HDF5": (
        lambda folder: (folder / "model.weights.h5").write_bytes(b"not at all" * 500),
        "model.weights.h5",
    ),
    "weights of something else": (_foreign, "model.weights.h5"),
    "weights of another width": (lambda folder: _other(folder, "subpixel", width=5), "model.weights.h5"),
    "weights of more blocks": (lambda folder: _other(folder, "subpixel", blocks=5), "model.weights.h5"),
    "weights of fewer blocks": (lambda folder: _other(folder, "subpixel", blocks=1), "model.weights.h5"),
    "weights of another builder": (lambda folder: _other(folder, "autoencoder"), "model.weights.h5"),
    "weights of another scale": (lambda folder: _other(folder, "subpixel", 3), "model.weights.h5"),
    "weights missing": (lambda folder: (folder / "model.weights.h5").unlink(), "has no model.weights.h5"),
}


@pytest.mark.filterwarnings("error::UserWarning")  # Keras' own warnings would come before the sentence
@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_model_is_refused_with_one_sentence(damage, tmp_path):
    folder = save_model(shaken(small("subpixel")), tmp_path / "model")
    spoil, word = DAMAGES[damage]
    spoil(folder)
    with pytest.raises(ValueError) as refusal:
        load_model(folder)
    told = str(refusal.value)
    assert "\n" not in told and "expected" in told
    assert str(folder) in told and word in told


@pytest.mark.parametrize("name", ["no-such-model", "no/such/folder", "pyproject.toml"])
def test_an_unknown_model_is_refused_with_one_sentence(name):
    with pytest.raises(ValueError) as refusal:
        load_model(name)
    told = str(refusal.value)
    assert repr(name) in told and "expected" in told and "\n" not in told


@pytest.mark.parametrize("builder", [*BUILDERS, "plus"])
def test_keras_own_files_hold_a_network_too(builder, tmp_path):
    if builder == "plus":
        model = self_ensemble(build_model("subpixel", width=4, channels=1))
    else:
        model = build_model(builder, width=8)
    rng = np.random.default_rng(0)
    model.set_weights([w + 0.1 * rng.standard_normal(w.shape) for w in model.get_weights()])
    model.save(tmp_path / "m.keras")
    small = rng.random((1, 9, 10, 3), np.float32)
    expected = array(model(small))
    for again in (keras.models.load_model(tmp_path / "m.keras"), copy.deepcopy(model)):
        np.testing.assert_allclose(array(again(small)), expected, atol=1e-6)


def test_another_process_reads_keras_own_file_of_a_trained_network(tmp_path):
    model = small("subpixel", width=8)
    image = (255 * noise(16, 16, 3)).astype("uint8")
    srlib.fit(model, [image], steps=1, batch=1, crop=8, optimizer="muon", loss="mae_y")
    model.save(tmp_path / "m.keras")
    lines = "import srlib.training, keras; print(keras.models.load_model('m.keras').optimizer.name)"
    told = subprocess.run([sys.executable, "-c", lines], cwd=tmp_path, capture_output=True, text=True)
    assert told.stdout == "muon\n", told.stderr


@pytest.mark.parametrize("settings", [{"optimizer": "muon"}, {"loss": "mae_y"}, {"loss": "psnr_y"}], ids=str)
def test_keras_own_files_hold_a_trained_network_too(settings, tmp_path):
    """With its optimiser and its loss, as Keras keeps them."""
    model = small("subpixel", width=8)
    srlib.fit(model, [(255 * noise(16, 16, 3)).astype("uint8")], steps=2, batch=1, crop=8, **settings)
    model.save(tmp_path / "m.keras")
    for again in (keras.models.load_model(tmp_path / "m.keras"), copy.deepcopy(model)):
        assert all(np.array_equal(a, b) for a, b in zip(model.get_weights(), again.get_weights(), strict=True))
        state = [[array(v) for v in m.optimizer.variables] for m in (model, again)]
        assert all(np.array_equal(a, b) for a, b in zip(*state, strict=True)) and again.optimizer.iterations == 2


# -- the networks that travel with the package ----------------------------------------------------------------------------


@pytest.mark.parametrize("name", sorted(shipped()))
def test_every_shipped_model_loads_and_beats_linear_upscaling(name, sample):
    model, card = load_model(name), shipped()[name]
    scale = model.srlib_config["scale"]
    assert upscaled(model, (5, 7)) == (5 * scale, 7 * scale, 3)
    table = srlib.evaluate(
        {"linear": "bilinear", "net": model}, sample["validation"][::4], scale=scale, kernel=card["kernel"]
    )
    assert table.mean("net") > table.mean("linear")


def upscaled(model, size):
    return srlib.upscale(noise(*size, 3), model).shape


def test_the_shipped_weights_are_light():
    assert sum(path.stat().st_size for path in WEIGHTS.rglob("*") if path.is_file()) < 6_000_000


# -- the published networks -----------------------------------------------------------------------------------------------

PIXELS = 1280 * 720
# What the papers' own count leaves out or has smaller: they work on one channel (Y), we on three, so the first
# convolution has three times the inputs and the last one three times the outputs.


def test_srcnn_is_the_papers_but_for_the_channels():
    model = build_model("srcnn")
    first, last = 9 * 9 * 64, 5 * 5 * 32
    assert model.count_params() == 57_281 + 2 * first + 2 * last + 2  # two more biases at the end
    published = geometry(model).multiply_adds * PIXELS / 4 - 2 * (first + last) * PIXELS
    assert published == pytest.approx(52.7e9, rel=0.001)


def test_fsrcnn_is_the_papers_but_for_the_channels():
    model = build_model("fsrcnn")
    first, last = 5 * 5 * 56, 9 * 9 * 56
    weights = sum(int(np.prod(w.shape)) for w in model.weights if len(w.shape) == 4)
    assert weights == 12_464 + 2 * first + 2 * last
    published = geometry(model).multiply_adds * PIXELS / 4 - 2 * first * PIXELS / 4 - 2 * last * PIXELS
    assert published == pytest.approx(6.0e9, rel=0.01)


def test_espcn_by_hand():
    assert build_model("espcn", 3).count_params() == (75 * 64 + 64) + (9 * 64 * 32 + 32) + (9 * 32 * 27 + 27)


def test_edsr_baseline_has_the_papers_parameters():
    model = build_model("edsr")
    assert model.count_params() == 1_369_859  # 1.37 M; RGB in the paper too
    assert build_model("edsr", 4).count_params() == 1_369_859 + 9 * 64 * 256 + 256
