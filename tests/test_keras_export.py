"""Keras' own ONNX files of our networks: for every builder and size the numbers of Keras."""

import numpy as np
import pytest
from _networks import array, noise, shaken, small

import srlib
from srlib.backend import keras
from srlib.networks import NETWORKS

onnxruntime = pytest.importorskip("onnxruntime")
pytest.importorskip("tf2onnx")  # with which Keras writes them
pytestmark = pytest.mark.skipif(keras.backend.backend() != "tensorflow", reason="tf2onnx reads TensorFlow's graphs")

SIZES = ((1, 1), (1, 7), (5, 3), (16, 16), (61, 83))


def check(model, folder, images=2):
    file = folder / "net.onnx"
    model(noise(1, 4, 4, 3))  # Keras exports no model that was never called
    model.export(file, format="onnx", verbose=False)
    session = onnxruntime.InferenceSession(file, providers=["CPUExecutionProvider"])
    for height, width in SIZES:
        lr = noise(images, height, width, 3)
        (found,), sr = session.run(None, {session.get_inputs()[0].name: lr}), array(model(lr))
        assert found.shape == sr.shape
        np.testing.assert_allclose(found, sr, rtol=0, atol=1e-5 * max(1, np.abs(sr).max()))


# one scale in the plain run, as an export takes a second
@pytest.mark.parametrize("scale", [3, *(pytest.param(scale, marks=pytest.mark.slow) for scale in (1, 2, 4))])
@pytest.mark.parametrize("name", NETWORKS)
def test_every_builder_gives_what_keras_gives(name, scale, tmp_path):
    check(shaken(small(name, scale)), tmp_path)


@pytest.mark.parametrize("options", [{"border": "mirror"}, {"kernel": "lanczos"}, {"channels": 1, "wide": 2}], ids=str)
def test_every_border_gives_what_keras_gives(options, tmp_path):
    check(shaken(small("subpixel", **options)), tmp_path)


def test_the_reference_gives_what_keras_gives_below_its_pooling_size(tmp_path):
    check(srlib.load_model("reference_autoencoder"), tmp_path, images=1)
