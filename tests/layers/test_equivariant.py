"""D4-equivariant convolutions and intensity inversion, against turned images, negatives and turned kernels."""

import h5py
import numpy as np
import pytest
from _networks import array, without_checksum

from srlib import build_model, fit, load_model, self_ensemble
from srlib.backend import keras
from srlib.checkpoints import save_model
from srlib.layers import Equivariant, EquivariantConv2D
from srlib.models import free_parameters

TURNS = {
    "a quarter turn": lambda x: np.rot90(x, 1, (1, 2)),
    "half a turn": lambda x: np.rot90(x, 2, (1, 2)),
    "left to right": lambda x: x[:, :, ::-1],
    "top to bottom": lambda x: x[:, ::-1],
    "along the diagonal": lambda x: x.transpose(0, 2, 1, 3),
}
WHOLE_GROUP = TURNS | {"the negative": lambda x: 1 - x}


def assert_close(made, expected):
    """Equal but for the order in which numbers are added."""
    np.testing.assert_allclose(made, expected, atol=3e-6 * max(1, np.abs(expected).max()))


def network(scale=2, **options):
    """Small, with weights that are as uneven as they may be."""
    model = build_model("subpixel", scale, **{"width": 16, "blocks": 2, "expand": 2, "symmetry": "d4", **options})
    rng = np.random.default_rng(7)
    for layer in model.layers:
        if isinstance(layer, keras.layers.Conv2D):
            for weights, constraint, spread in (
                (layer.kernel, layer.kernel_constraint, 0.5),
                (layer.bias, layer.bias_constraint, 0.3),
            ):
                drawn = rng.normal(0, spread, weights.shape).astype("float32")
                weights.assign(constraint(drawn) if constraint else drawn)
    return model


def small_image(seed=0):
    return np.random.default_rng(seed).random((1, 9, 6, 3)).astype("float32")


@pytest.mark.parametrize("turn", WHOLE_GROUP.values(), ids=WHOLE_GROUP)
@pytest.mark.parametrize(
    "scale, channels, border", [(2, 3, "zeros"), (2, 1, "zeros"), (3, 3, "zeros"), (4, 1, "zeros"), (2, 3, "mirror")]
)
def test_the_turned_image_gives_the_turned_result(scale, channels, border, turn):
    model, x = network(scale, channels=channels, symmetry="d4_inversion", border=border), small_image()
    made = array(model(x))
    assert np.abs(made - array(build_model("subpixel", scale)(x))).max() > 0.05  # it does something
    assert_close(array(model(np.ascontiguousarray(turn(x)))), turn(made))


@pytest.mark.parametrize(
    "options, same",
    [
        ({"symmetry": "d4"}, list(TURNS)),
        ({"symmetry": "none"}, []),
    ],
)
def test_it_keeps_no_symmetry_that_was_not_asked_for(options, same):
    model, x = network(**options), small_image()
    made = array(model(x))
    for name, turn in WHOLE_GROUP.items():
        apart = np.abs(array(model(np.ascontiguousarray(turn(x)))) - turn(made)).max()
        assert apart < 1e-5 * np.abs(made).max() if name in same else apart > 0.1, name


def test_the_kernel_of_an_image_becomes_the_mean_over_the_group():
    kernel = np.random.default_rng(1).normal(size=(5, 5, 3, 2)).astype("float32")
    eight = [np.rot90(k, t) for k in (kernel, kernel[:, ::-1]) for t in range(4)]
    np.testing.assert_allclose(array(Equivariant("image", "image")(kernel)), np.mean(eight, axis=0), atol=1e-6)


@pytest.mark.parametrize("symmetry", ["d4", "d4_inversion"])
@pytest.mark.parametrize("inputs, outputs", [("image", "features"), ("features", "features"), ("features", "pixels")])
def test_weights_that_fit_are_left_alone_and_few_of_them_are_free(inputs, outputs, symmetry):
    """Longer than a second: the rank of a space of 144 dimensions takes as many kernels."""
    constraint, rng = Equivariant(inputs, outputs, symmetry=symmetry, scale=2), np.random.default_rng(2)
    shape = {"image": 1, "features": constraint.order, "pixels": 4}
    shape = (3, 3, shape[inputs], shape[outputs])
    few = np.prod(shape) // constraint.order
    kernels = [array(constraint(rng.normal(size=shape).astype("float32"))) for _ in range(few + 9)]
    np.testing.assert_allclose(array(constraint(kernels[0])), kernels[0], atol=1e-6)
    assert np.linalg.matrix_rank(np.array([k.ravel() for k in kernels]), tol=1e-3) == few
    free = constraint.free(kernels[0])
    assert free.size == few
    np.testing.assert_array_equal(array(constraint.expand(free, shape)), kernels[0])


def test_weights_between_images_are_kept_whole():
    constraint = Equivariant("image", "pixels", symmetry="d4_inversion", scale=2)
    kernel = array(constraint(np.random.default_rng(1).normal(size=(3, 3, 1, 4)).astype("float32")))
    np.testing.assert_array_equal(constraint.expand(constraint.free(kernel), kernel.shape), kernel)


def test_files_hold_the_free_weights_alone(tmp_path):
    model, x = network(symmetry="d4_inversion", channels=1), small_image()
    save_model(model, tmp_path / "model")
    np.testing.assert_array_equal(array(load_model(tmp_path / "model")(x)), array(model(x)))
    with h5py.File(tmp_path / "model/model.weights.h5") as file:
        sizes = []
        file.visititems(lambda _, item: sizes.append(item.size) if isinstance(item, h5py.Dataset) else None)
    assert sum(sizes) == (model.count_params() - 4) // 16 + 4  # the bias of the pixels is between no features
    assert free_parameters(model) == sum(sizes)


def test_all_weights_of_an_ordinary_network_are_free():
    model = network(symmetry="none")
    assert free_parameters(model) == model.count_params()


def test_what_is_free_in_a_self_ensemble_is_what_is_free_in_its_network():
    model = network()
    assert free_parameters(self_ensemble(model)) == free_parameters(model) < model.count_params() / 7


@pytest.mark.parametrize("place", [0, 1, -1], ids=["kernel", "bias", "bias of the pixels"])
def test_weights_that_are_not_shared_are_not_stored(place, tmp_path):
    model = network()
    save_model(model, tmp_path / "model")
    before = {f: f.read_bytes() for f in (tmp_path / "model").iterdir()}
    weights = model.get_weights()
    weights[place] += np.random.default_rng(0).normal(0, 0.1, weights[place].shape).astype("float32")
    model.set_weights(weights)
    for save in (lambda: save_model(model, tmp_path / "model"), lambda: model.save(tmp_path / "model.keras")):
        with pytest.raises(ValueError, match="expected shared ones: assign"):
            save()
    assert {f: f.read_bytes() for f in (tmp_path / "model").iterdir()} == before
    for layer in model.layers:  # what the sentence tells one to do helps
        if isinstance(layer, EquivariantConv2D):
            layer.kernel.assign(layer.kernel_constraint(layer.kernel))
            layer.bias.assign(layer.bias_constraint(layer.bias))
    save_model(model, tmp_path / "model")


def convolution(**settings):
    """A small image through one layer that has no bias unless asked for."""
    shared = Equivariant("image", "features")
    settings = {
        "filters": 8,
        "kernel_size": 3,
        "padding": "same",
        "kernel_constraint": shared,
        "use_bias": False,
    } | settings
    return EquivariantConv2D(**settings)


def test_a_convolution_without_a_bias_is_kept(tmp_path):
    seen = keras.Input((None, None, 3))
    models = [keras.Model(seen, convolution()(seen)) for _ in range(2)]
    models[0].layers[1].kernel.assign(models[0].layers[1].kernel_constraint(models[0].layers[1].kernel))
    models[0].save_weights(tmp_path / "m.weights.h5")
    models[1].load_weights(tmp_path / "m.weights.h5")
    np.testing.assert_array_equal(models[0].get_weights()[0], models[1].get_weights()[0])
    assert free_parameters(models[0]) == 27


@pytest.mark.parametrize(
    "settings, told",
    [
        ({"kernel_constraint": None}, "kernel_constraint is None; expected an Equivariant"),
        ({"use_bias": True}, "bias_constraint is None; expected an Equivariant"),
        (
            {"use_bias": True, "bias_constraint": Equivariant("features", "image")},
            "expected the same: give one to both",
        ),
        ({"kernel_size": 4}, r"kernel_size \(4, 4\)"),
        ({"kernel_size": (3, 5)}, r"kernel_size \(3, 5\)"),
        ({"strides": 2}, r"strides \(2, 2\)"),
        ({"dilation_rate": (1, 2)}, r"dilation_rate \(1, 2\)"),
        ({"padding": "valid"}, "padding 'valid'"),
        ({"groups": 3, "filters": 24}, "groups 3"),
    ],
)
def test_a_convolution_that_turns_do_not_keep_is_refused(settings, told):
    with pytest.raises(ValueError, match=told):
        convolution(**settings)(keras.Input((None, None, 3)))


@pytest.mark.parametrize("shape", [(3, 3, 3, 16), (3, 3, 3, 1)], ids=["all of them", "one that would be repeated"])
def test_a_file_with_other_weights_is_refused(shape, tmp_path):
    without_checksum(save_model(network(), tmp_path / "model"))
    with h5py.File(tmp_path / "model/model.weights.h5", "a") as file:
        names = []
        file.visit(lambda name: names.append(name) if name.endswith("conv2d/vars/0") else None)
        del file[names[0]]
        file[names[0]] = np.zeros(shape, "float32")
    with pytest.raises(ValueError, match="does not hold the weights"):
        load_model(tmp_path / "model")


def test_the_first_weights_are_spread_as_usual():
    first, usual = (build_model("subpixel", width=32, blocks=2, symmetry=s, seed=4) for s in ("d4", "none"))
    for ours, theirs in zip(first.get_weights()[2:10:2], usual.get_weights()[2:10:2]):
        assert ours.std() == pytest.approx(theirs.std(), rel=0.05)


@pytest.mark.parametrize("optimizer, precision", [("muon", "float32"), ("adam", "bfloat16")])
def test_training_keeps_it(tmp_path, optimizer, precision):  # longer than a second: a training is compiled
    images = list(np.random.default_rng(5).integers(0, 256, (4, 32, 32, 3), dtype=np.uint8))
    model, x = build_model("subpixel", width=16, blocks=1, symmetry="d4_inversion"), small_image()
    before = array(model(x))
    fit(
        model, images, steps=5, batch_size=4, patch_size=16, learning_rate=0.01, schedule="constant", optimizer=optimizer,
        precision=precision,
    )  # fmt: skip
    save_model(model, tmp_path / "model", half=True)
    for trained in (model, load_model(tmp_path / "model")):  # equal weights are rounded alike
        made = array(trained(x))
        assert np.abs(made - before).max() > 1e-3
        for turn in WHOLE_GROUP.values():
            assert_close(array(trained(np.ascontiguousarray(turn(x)))), turn(made))


def test_the_self_ensemble_of_it_is_itself():
    model, x = network(), small_image()
    assert_close(array(self_ensemble(model)(x)), array(model(x)))


def test_keras_own_files_keep_it(tmp_path):
    model, x = network(), small_image()
    model.save(tmp_path / "model.keras")
    again = keras.saving.load_model(tmp_path / "model.keras")
    np.testing.assert_array_equal(array(again(x)), array(model(x)))
    constraint = again.layers[1].kernel_constraint
    assert isinstance(constraint, Equivariant) and constraint.get_config() == {
        "inputs": "image", "outputs": "features", "symmetry": "d4", "scale": 2,
    }  # fmt: skip


@pytest.mark.parametrize("kinds", [("colours", "features"), ("features", "pixel")])
def test_channels_of_another_kind_are_refused(kinds):
    with pytest.raises(ValueError, match="image, features, pixels"):
        Equivariant(*kinds)


def test_another_symmetry_is_refused():
    with pytest.raises(ValueError, match="symmetry is 'none'; expected one of d4, d4_inversion"):
        Equivariant("image", "features", symmetry="none")


def test_channels_that_cannot_be_divided_are_refused():
    with pytest.raises(ValueError, match="scale is None"):
        Equivariant("features", "pixels")
    with pytest.raises(ValueError, match="12 channels of features; expected a multiple of 8"):
        Equivariant("features", "features")(np.zeros((3, 3, 12, 8), "float32"))


@pytest.mark.parametrize(
    "inputs, outputs, shape", [("features", "features", (3, 3, 32, 64)), ("features", "pixels", (3, 3, 16, 12))]
)
def test_what_is_equal_is_equal_to_the_last_bit(inputs, outputs, shape):
    """Or else half precision rounds it to either side."""
    kernel = np.random.default_rng(3).normal(size=shape).astype("float32")
    constraint = Equivariant(inputs, outputs, symmetry="d4_inversion", scale=2)
    once = array(constraint(kernel))
    np.testing.assert_array_equal(array(constraint(once)), once)
