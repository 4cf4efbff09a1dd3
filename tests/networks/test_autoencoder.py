"""The reference autoencoder, layer for layer, and its residual variant."""

import numpy as np
import pytest
from _networks import SCALES, array, noise, shaken, small

import srlib
from srlib import build_model
from srlib.backend import keras
from srlib.layers import traits_of

layers = keras.layers
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
    np.testing.assert_allclose(array(ours(lr)), array(theirs(srlib.upscale(lr, "bilinear", 2))), atol=1e-5)


def test_the_residual_autoencoder_differs_in_its_last_layer_and_at_borders_alone(autoencoder):
    residual = build_model("residual_autoencoder")
    assert residual.count_params() == autoencoder.count_params()
    convolutions = [layer for layer in residual.layers if isinstance(layer, layers.Conv2D)]
    assert [layer.filters for layer in convolutions] == [n for n in REFERENCE if isinstance(n, int)]
    assert convolutions[-1].activation.__name__ == "linear"  # a difference may be negative
    ours, theirs = shaken(small("residual_autoencoder")), shaken(small("autoencoder"))
    lr = noise(1, 40, 40, 3)
    missing, rebuilt = array(ours(lr)) - srlib.upscale(lr, "bilinear", 2), array(theirs(lr))
    inside = np.s_[:, 28:52, 28:52]  # of 80, where no border is seen
    np.testing.assert_allclose(np.maximum(missing, 0)[inside], rebuilt[inside], atol=1e-4 * rebuilt.max())
    assert np.abs(np.maximum(missing, 0) - rebuilt)[:, :4].max() > 0.01  # mirrored here, and zeros there


def test_the_plain_autoencoder_does_not_start_there():
    lr = noise(1, 9, 13, 3)
    assert np.abs(array(small("autoencoder")(lr)) - srlib.upscale(lr, "bilinear", 2)).mean() > 0.05


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
    assert float(traits_of(model).macs * (64 * scale) ** 2) == pytest.approx(by_hand, rel=1e-12)
    if scale == 2:
        assert by_hand == pytest.approx(5.49e9, rel=1e-3)
    assert traits_of(build_model("residual_autoencoder", scale)).macs == traits_of(model).macs
