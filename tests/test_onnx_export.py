"""ONNX files: for every network and size the numbers of Keras; what else they hold; what is refused."""

import json

import numpy as np
import onnx
import onnxruntime
import pytest
from _networks import KERNELS, array, noise, shaken, shipped_model, small

import srlib
from srlib.backend import keras
from srlib.checkpoints import shipped
from srlib.layers import EquivariantConv2D, Interpolation, Traits, register_onnx
from srlib.layers.onnx_nodes import _EMITTERS, onnx_nodes
from srlib.models import collapse
from srlib.networks import NETWORKS
from srlib.onnx_export import OPSET, Graph, encoded

layers = keras.layers
SIZES = ((1, 1), (1, 7), (5, 3), (16, 16), (61, 83))


def runner(data):
    """A function LR images -> SR images, by ONNX Runtime."""
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 3
    session = onnxruntime.InferenceSession(data, options, providers=["CPUExecutionProvider"])
    return lambda lr: session.run(["sr"], {"lr": lr})[0]


def check(model, sizes=SIZES, images=2):
    """The file gives what Keras does; small networks of numbers up to 10 are meant, so that 1e-5 is of the largest."""
    run = runner(encoded(model))
    for height, width in sizes:
        lr = noise(images, height, width, 3)
        sr = array(model(lr))
        assert sr.std() > 1e-3 or lr.shape[1] == 1
        found = run(lr)
        assert found.shape == sr.shape and found.dtype == np.float32
        np.testing.assert_allclose(found, sr, rtol=0, atol=1e-5 * max(1, np.abs(sr).max()))


def network(build):
    """A network of a function on tensors; it has the card of another, as one of a reader's own builder would."""
    lr = keras.Input((None, None, 3), name="lr")
    model = keras.Model(lr, build(lr))
    model.card = small("espcn", 1).card
    return model


def numbers_in(model):
    """How many numbers the file holds."""
    return sum(np.prod(array.dims, dtype=int) for array in onnx.load_from_string(encoded(model)).graph.initializer)


@pytest.mark.parametrize("scale", [1, 2, 3, 4])
@pytest.mark.parametrize("name", NETWORKS)
def test_every_builder_gives_what_keras_gives(name, scale):
    check(shaken(small(name, scale)))


@pytest.mark.parametrize("name", shipped())
def test_every_shipped_network_gives_what_keras_gives(name):
    check(shipped_model(name), images=1)


@pytest.mark.parametrize("options", [
    {"symmetry": "d4", "border": "mirror"}, {"symmetry": "d4_inversion"}, {"channels": 1, "border": "mirror", "expand": 2},
    {"wide": 3}, {"wide": 2, "border": "mirror"},
], ids=str)  # fmt: skip
@pytest.mark.parametrize("scale", [1, 2, 3])
def test_every_option_of_subpixel_gives_what_keras_gives(options, scale):
    model = small("subpixel", scale, width=16, blocks=1, **options)
    if "symmetry" not in options:  # whose kernels are shared
        shaken(model)
    else:
        for layer in model.layers:
            if isinstance(layer, EquivariantConv2D):
                layer.kernel.assign(layer.kernel_constraint(noise(*layer.kernel.shape, seed=2) - 0.5))
    check(model)


@pytest.mark.parametrize("kernel", KERNELS)
@pytest.mark.parametrize("scale", [1, 2, 3, 4])
def test_every_interpolation_gives_what_keras_gives(scale, kernel):
    check(network(Interpolation(scale, kernel)))


def test_a_self_ensemble_gives_what_keras_gives_and_holds_its_weights_once():
    model = shaken(small("subpixel", 2, border="mirror"))
    check(srlib.self_ensemble(model), SIZES[:3])
    numbers = numbers_in(model)
    assert numbers < numbers_in(srlib.self_ensemble(model)) < numbers + 10  # where and how to flip


def test_what_was_trained_wide_is_one_convolution():
    wide = shaken(small("subpixel", wide=4))
    assert numbers_in(wide) == numbers_in(collapse(wide)) < wide.count_params()


EVERY_KIND = {
    "strides": lambda x: layers.Conv2DTranspose(3, 2, strides=2)(layers.Conv2D(4, 3, strides=2, padding="same")(x)),
    "dilation": lambda x: layers.Conv2D(3, 3, padding="same", dilation_rate=2, activation="sigmoid")(x),
    "even": lambda x: layers.Conv2D(3, (2, 4), padding="same", use_bias=False)(x),
    "valid": lambda x: layers.Conv2D(3, 1)(x),
    "groups": lambda x: layers.Conv2D(6, 3, groups=3, padding="same", activation="elu")(x),
    "transposed": lambda x: layers.Conv2DTranspose(3, 2, strides=3, padding="same", activation="softplus")(x),
    "transposed, valid": lambda x: layers.Conv2DTranspose(3, (5, 2), strides=3)(x),
    "pooling": lambda x: layers.UpSampling2D((2, 3))(layers.MaxPooling2D(3, strides=2, padding="same")(x)),
    "activations": lambda x: layers.Activation("tanh")(
        layers.ReLU(0.5, negative_slope=0.1)(layers.Rescaling(2, -1)(x))
    ),
    "slopes": lambda x: layers.LeakyReLU(0.3)(layers.Rescaling([1, 2, 3], [-0.5, -1, -1.5])(x)),
    "prelu": lambda x: layers.PReLU("random_normal", shared_axes=[1, 2])(layers.Rescaling(2, -1)(x)),
    "joined": lambda x: layers.Multiply()([layers.Concatenate()([x, layers.Rescaling(2)(x)])] * 3),
    "network": lambda x: small("espcn", 2)(small("edsr", 1)(x)),
}


@pytest.mark.parametrize("kind", EVERY_KIND)
def test_every_layer_that_is_known_gives_what_keras_gives(kind):
    check(network(EVERY_KIND[kind]), ((1, 1), (4, 7), (9, 8)))


# -- the file -----------------------------------------------------------------------------------------------------------


def test_a_file_is_valid_and_tells_what_it_is(tmp_path):
    file = srlib.export("small_x2", tmp_path / "new" / "net.onnx")
    made = onnx.load(file)
    onnx.checker.check_model(made, full_check=True)
    told = {entry.key: entry.value for entry in made.metadata_props}
    card = srlib.load_model("small_x2").card
    assert srlib.ModelCard.from_dict(json.loads(told["card"])) == card
    assert told["licence"] == card.licence and "CC BY-SA" in told["licence"] and told["scale"] == "2"
    assert [(entry.domain, entry.version) for entry in made.opset_import] == [("", OPSET)]
    assert (made.producer_name, made.producer_version, made.graph.name) == ("srlib", srlib.__version__, "subpixel")
    sides = lambda value: [side.dim_param or side.dim_value for side in value.type.tensor_type.shape.dim]
    assert [(value.name, sides(value)) for value in made.graph.input] == [("lr", ["N", "h", "w", 3])]
    assert [(value.name, sides(value)) for value in made.graph.output] == [("sr", ["N", "H", "W", 3])]


def test_the_same_network_gives_the_same_file(tmp_path):
    first, again = (srlib.export("small_x3", tmp_path / f"{i}.onnx") for i in (1, 2))
    assert first.read_bytes() == again.read_bytes()
    assert srlib.export(srlib.load_model("small_x3"), tmp_path / "3.onnx").read_bytes() == first.read_bytes()


def test_a_layer_of_ones_own_is_exported():
    @keras.saving.register_keras_serializable("tests")
    class Negative(layers.Layer):
        def call(self, x):
            return 1 - x

        def srlib_traits(self):
            return Traits()

    class Exported(Negative):
        def srlib_onnx(self, graph, x):
            return graph.node("Sub", graph.constant(np.float32(1)), x)

    check(network(Exported()))
    with pytest.raises(ValueError, match=r"The layer no \(Negative\) cannot be exported to ONNX.*srlib_onnx"):
        encoded(network(Negative(name="no")))
    try:
        register_onnx(Negative)(lambda graph, layer, x: Exported.srlib_onnx(layer, graph, x))
        check(network(Negative()))
    finally:
        del _EMITTERS[Negative]


class Squared(layers.Conv2D):
    def call(self, x):
        return super().call(x) ** 2


class Doubled(layers.Conv2D):
    def convolution_op(self, inputs, kernel):
        return super().convolution_op(inputs, 2 * kernel)


@pytest.mark.parametrize("build, told", [
    (Squared(3, 1, name="s"), r"The layer s \(Squared\) cannot be exported to ONNX, as what it computes is not known there; expected"),
    (Doubled(3, 1, name="d"), r"The layer d \(Doubled\) cannot be"), (lambda x: x * 0.5, r"\(Multiply\) cannot be"),
    (layers.Conv2D(3, 1, activation="mish", name="m"), r"The layer m \(Conv2D\) .* its activation is mish, and linear, relu"),
    (layers.UpSampling2D(interpolation="bilinear"), "its interpolation is bilinear"), (layers.ReLU(threshold=1), "a threshold"),
    (layers.Conv2DTranspose(3, 3, strides=2, output_padding=1), "an output padding"),
    (lambda x: layers.Concatenate(axis=1)([x, x]), "it joins axis 1"),
], ids=lambda value: value if isinstance(value, str) else None)  # fmt: skip
def test_what_cannot_be_exported_is_refused_by_name(build, told):
    with pytest.raises(ValueError, match=told):
        encoded(network(build))


def test_channels_that_come_first_are_refused():
    with pytest.raises(ValueError, match="its channels come first"):
        onnx_nodes(Graph(), layers.MaxPooling2D(data_format="channels_first"), "x")


def test_other_refusals(tmp_path):
    before = lambda: sorted(file.name for file in tmp_path.iterdir())
    with pytest.raises(ValueError, match="net.pb is no name of an ONNX file; expected one that ends in .onnx"):
        srlib.export("small_x2", tmp_path / "net.pb")
    with pytest.raises(ValueError, match="There is no model 'smal'"):
        srlib.export("smal", tmp_path / "net.onnx")
    foreign = keras.Sequential([keras.Input((None, None, 3)), layers.Conv2D(3, 1)], name="theirs")
    with pytest.raises(ValueError, match="model 'theirs' was not made by srlib; .*Keras' own model.export"):
        srlib.export(foreign, tmp_path / "net.onnx")
    assert before() == []
    (tmp_path / "net.onnx").write_bytes(b"mine")
    with pytest.raises(FileExistsError, match="net.onnx exists; expected a free name"):
        srlib.export("small_x2", tmp_path / "net.onnx", replace=False)
    with pytest.raises(ValueError, match="cannot be exported"):  # what was there stays
        srlib.export(network(Squared(3, 1)), tmp_path / "net.onnx")
    assert (tmp_path / "net.onnx").read_bytes() == b"mine" and before() == ["net.onnx"]
