"""Muon against a singular value decomposition, and Adam against Keras' own."""

import numpy as np
import pytest

import srlib
from srlib.backend import keras
from srlib.costs import kernels_at_images
from srlib.optimizers.muon import Muon, orthogonal

ops = keras.ops


def numpy(x):
    return ops.convert_to_numpy(x)


@pytest.mark.parametrize("shape", [(40, 8), (8, 40), (12, 12)])
def test_orthogonal_keeps_the_directions_and_evens_out_the_lengths(shape):
    matrix = np.random.default_rng(0).standard_normal(shape).astype("float32")
    u, lengths, v = np.linalg.svd(matrix, full_matrices=False)
    found = u.T @ numpy(orthogonal(ops.convert_to_tensor(matrix))) @ v.T  # in the directions of the matrix
    inside = np.diag(found)
    assert np.abs(found - np.diag(inside)).max() < 1e-3
    usual = lengths > 0.05 * lengths.max()  # five steps do not bring the shortest up
    assert inside[usual].min() > 0.6 and inside.max() < 1.25


def stepped(optimizer, shape, gradients):
    """A variable of ones after some steps."""
    variable = keras.Variable(np.ones(shape, "float32"))
    optimizer.build([variable])
    for gradient in gradients:
        optimizer.apply([ops.convert_to_tensor(gradient)], [variable])
    return numpy(variable)


def test_a_kernel_moves_by_the_orthogonal_momentum_by_hand():
    shape, rng = (3, 3, 8, 6), np.random.default_rng(1)
    gradients = rng.standard_normal((2, *shape)).astype("float32")
    momentum, expected = 0, np.ones((72, 6))
    for gradient in gradients:
        momentum = 0.95 * momentum + 0.05 * gradient
        ahead = (0.95 * momentum + 0.05 * gradient).reshape(72, 6)
        expected = expected - 0.01 * 0.2 * np.sqrt(72) * numpy(orthogonal(ops.convert_to_tensor(ahead)))
    np.testing.assert_allclose(stepped(Muon(0.01), shape, gradients).reshape(72, 6), expected, atol=1e-5)


def test_a_step_is_as_large_as_adams_usually_is():
    """Of a kernel, root mean square: 0.2 of the learning rate, whatever the gradient's size."""
    for size in (1e-4, 1, 1e4):
        gradient = size * np.random.default_rng(2).standard_normal((3, 3, 16, 32)).astype("float32")
        step = stepped(Muon(0.01), gradient.shape, [gradient]) - 1
        assert np.sqrt(np.mean(step**2)) == pytest.approx(0.002, rel=0.25)


@pytest.mark.parametrize("shape", [(7,), (3, 3, 3, 8), (5, 5, 8, 3), (4, 6)])
def test_what_is_no_kernel_between_features_is_adams(shape):
    gradients = np.random.default_rng(3).standard_normal((4, *shape)).astype("float32")
    adam = keras.optimizers.Adam(0.01, beta_2=0.99, epsilon=1e-8)
    np.testing.assert_allclose(
        stepped(Muon(0.01), shape, gradients), stepped(adam, shape, gradients), rtol=1e-4, atol=1e-6
    )


def test_it_is_rebuilt_from_its_config():
    again = Muon.from_config(Muon(0.02, momentum=0.9).get_config())
    assert again.momentum == 0.9 and float(numpy(again.learning_rate)) == pytest.approx(0.02)


@pytest.mark.parametrize("scale", [2, 3, 4])
@pytest.mark.parametrize("symmetry, channels", [("none", 3), ("d4_inversion", 1)])
def test_what_comes_from_or_goes_to_an_image_is_adams_at_every_scale(scale, symmetry, channels):
    """By the graph, whatever the number of channels: the last convolution of x4 has 16 of them, or 48."""
    model = srlib.build_model("subpixel", scale, width=16, blocks=1, symmetry=symmetry, channels=channels)
    srlib.fit(model, np.zeros((1, 24, 24, 3), np.uint8), steps=1, batch_size=1, patch_size=24, optimizer="muon")
    kernels = [v for v in model.trainable_variables if len(v.shape) == 4]
    assert len(kernels) == 4 and model.optimizer.left_to_adam == (kernels[0].path, kernels[-1].path)
    squares = {v.path for v in model.optimizer.variables if v.path.endswith("square")}
    squared = [any(kernel.path.replace("/", "_") in path for path in squares) for kernel in kernels]
    assert squared == [True, False, False, True]
    again = Muon.from_config(model.optimizer.get_config())
    assert again.left_to_adam == model.optimizer.left_to_adam


def test_the_kernels_at_images_are_those_of_the_graph_not_of_the_list():
    """Two heads: both convolutions that begin at the image, and the one that ends at it, which is built first."""
    layers = keras.layers
    last, lr = layers.Conv2D(3, 3, padding="same", name="last"), keras.Input((None, None, 3))
    last.build((None, None, None, 8))
    one, two = (layers.Conv2D(8, 3, padding="same", name=name)(lr) for name in ("one", "two"))
    x = layers.Conv2D(8, 3, padding="same", name="hidden")(layers.Add()([one, two]))
    model = keras.Model(lr, layers.Add()([lr, last(x)]))
    assert {kernel.path.split("/")[-2] for kernel in kernels_at_images(model)} == {"one", "two", "last"}
