"""What layers declare: receptive field, stride and cost of networks against hand counts and against what a changed pixel changes."""

from fractions import Fraction

import numpy as np
import pytest
from _networks import SCALES, array, noise, small

from srlib.backend import keras
from srlib.layers import CropLike, Interpolation, PadToMultiple, PixelShuffle, Traits, register_traits, traits_of
from srlib.networks import NETWORKS

layers = keras.layers


@pytest.mark.parametrize(
    "layer", [Interpolation(3, "bicubic"), PixelShuffle(3), PadToMultiple(8)], ids=lambda x: x.name
)
def test_layers_are_rebuilt_from_their_settings(layer):
    x = noise(1, 5, 6, 9)
    again = type(layer).from_config(layer.get_config())
    np.testing.assert_array_equal(array(again(x)), array(layer(x)))
    assert layer.compute_output_shape((None, None, None, 9))[1:3] == (None, None)


@pytest.mark.parametrize("name", NETWORKS)
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
    known = traits_of(model)
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
def test_the_stride_is_the_grid_of_the_pools_in_lr_pixels(name, scale, stride):
    assert traits_of(small(name, scale)).stride == stride


def test_a_pool_is_a_grid_without_padding_too():
    lr = keras.Input((None, None, 3))
    twice = layers.UpSampling2D(4)(layers.MaxPooling2D()(layers.MaxPooling2D()(lr)))
    assert traits_of(keras.Model(lr, twice)).stride == 4
    strided = PixelShuffle(3)(layers.Conv2D(9, 3, strides=3, padding="same")(lr))
    assert traits_of(keras.Model(lr, strided)).stride == 3


def test_a_network_within_a_network_counts_as_its_layers_do():
    first, second = small("subpixel", 2), small("espcn", 2)
    lr = keras.Input((None, None, 3))
    one, other, both = map(traits_of, (first, second, keras.Model(lr, second(first(lr)))))
    assert both.scale == 4 and both.macs == other.macs + one.macs / 4
    assert both.reach == one.reach + other.reach / 2


def test_every_layer_of_every_network_can_be_drawn_but_padding_and_cropping():
    for name in NETWORKS:
        for layer in small(name).layers:
            traits = traits_of(layer)
            if isinstance(layer, (PadToMultiple, CropLike)):
                assert not traits.label
            else:
                assert traits.label and len(traits.colour) == 7 and traits.colour[0] == "#"


def test_a_layer_without_traits_is_refused():
    entry = keras.Input((None, None, 3))
    model = keras.Model(entry, layers.LayerNormalization()(layers.Conv2D(3, 3)(entry)))
    with pytest.raises(ValueError, match="LayerNormalization.*expected.*register_traits"):
        traits_of(model)
    with pytest.raises(ValueError, match="layer Add are not known"):  # the operation, not the layer
        traits_of(keras.Model(entry, entry + entry))


def test_a_layer_that_is_called_twice_works_twice():
    entry, twice = keras.Input((None, None, 3)), layers.Conv2D(3, 3, padding="same")
    traits = traits_of(keras.Model(entry, layers.Add()([twice(twice(entry)), entry])))
    assert traits.macs == 2 * 81 and traits.reach == 2


def test_a_model_without_inputs_and_outputs_is_refused():
    class Written(keras.Model):
        def call(self, x):
            return x

    with pytest.raises(ValueError, match="expected a model made of inputs and outputs"):
        traits_of(Written())


@pytest.mark.parametrize("scale", [0.5, 0, Fraction(-1, 2), "2"])
def test_a_scale_that_is_not_exact_is_refused(scale):
    with pytest.raises(ValueError, match="expected a positive int or Fraction"):
        Traits(scale=scale)


def test_a_subclass_has_the_traits_of_its_class():
    class Noise(layers.Layer):
        pass

    class MoreNoise(Noise):
        pass

    register_traits(Noise)(lambda layer: Traits(label="noise"))
    assert traits_of(MoreNoise()).label == "noise"
