"""Exercise 03a: a residual block.

The learner's block is built on a small tensor. Its two convolutions are then set to multiply by chosen numbers, so that
its output tells how it is wired, whatever layers it was written with.
"""

import numpy as np

from ._helpers import call, first_match, near
from .answer import Answer, Wrong, judge

_CHANNELS = 4


def check_block(my_block) -> Answer:
    """Check exercise 03a: a residual block, with its skip.

    Parameters
    ----------
    my_block : callable
        (Keras tensor, channels) -> Keras tensor of the same shape.

    Returns
    -------
    Answer

    Examples
    --------
    >>> import srlib
    >>> srlib.checks.check_block(lambda x, channels: x)
    ✗ my_block has 0 convolutions; expected two.
      Hint: x goes around the convolutions, and through them; count the layers of model.summary().
    """
    return judge(
        "my_block",
        my_block,
        {
            "two convolutions": _two_convolutions,
            "the skip": _the_skip,
            "one ReLU, between the convolutions": _one_relu,
        },
    )


def _block(my_block):
    """A model of the learner's block, and its convolutions in order."""
    from ..backend import keras

    x = keras.Input((8, 8, _CHANNELS))
    y = call(
        my_block, x, _CHANNELS, case="a tensor of 8x8 with 4 channels",
        hint="layers are called twice: Conv2D(..)(x). If shapes do not fit, think of `padding`, and of the number of channels.",
    )  # fmt: skip
    if not isinstance(y, keras.KerasTensor):
        raise Wrong(
            f"returns a {type(y).__name__}; expected a tensor.", "call the layers on x, and return what comes out."
        )
    if tuple(y.shape) != tuple(x.shape):
        if y.shape[-1] == 2 * _CHANNELS:
            hint = "the channels have doubled: two tensors were put behind each other. This skip adds."
        else:
            hint = (
                "height and width stay with padding='same', the channels with as many filters as there were channels."
            )
        raise Wrong(f"makes {tuple(y.shape[1:])} of {tuple(x.shape[1:])}; expected the same shape.", hint)
    model = keras.Model(x, y)
    return model, [layer for layer in _layers_of(model) if isinstance(layer, keras.layers.Conv2D)]


def _layers_of(model):
    """The layers of a model, and those inside a Sequential, or a layer of one's own."""
    return model._flatten_layers(include_self=False)


def _two_convolutions(my_block) -> None:
    model, convolutions = _block(my_block)
    if len(convolutions) != 2:
        raise Wrong(
            f"has {len(convolutions)} convolutions; expected two.",
            "x goes around the convolutions, and through them; count the layers of model.summary().",
        )
    sizes = [tuple(c.kernel.shape) for c in convolutions]
    wanted = (3, 3, _CHANNELS, _CHANNELS)
    if set(sizes) != {wanted}:
        raise Wrong(
            f"has kernels of {sizes[0]} and {sizes[1]}; expected {wanted} twice.",
            "3 by 3, and as many filters as channels.",
        )
    if not all(c.use_bias for c in convolutions):
        raise Wrong("has convolutions without biases.", "leave use_bias at its default.")
    if len(model.weights) != 4:
        others = [
            type(layer).__name__
            for layer in _layers_of(model)
            if layer.weights and layer not in convolutions and not list(layer._layers)
        ]
        raise Wrong(
            f"has more to learn than two convolutions: {', '.join(others)}.",
            "two convolutions, a ReLU between them, and the sum: nothing else is in the formula.",
        )


def _outputs(my_block, first: float, second: float):
    """What goes in, and what comes out, with both convolutions set to multiply by a number."""
    from ..backend import keras

    model, convolutions = _block(my_block)
    both = [np.zeros((3, 3, _CHANNELS, _CHANNELS), np.float32), np.ones(_CHANNELS, np.float32)]
    convolutions[0].set_weights(both)
    convolutions[1].set_weights([0 * w for w in both])
    if near(keras.ops.convert_to_numpy(model(np.full((1, 8, 8, _CHANNELS), -3, np.float32))), -2):
        convolutions.reverse()  # the bias of the first one listed comes out: it is called last
    for layer, factor in zip(convolutions, (first, second)):
        kernel = np.zeros((3, 3, _CHANNELS, _CHANNELS), np.float32)
        kernel[1, 1] = factor * np.eye(_CHANNELS)
        layer.set_weights([kernel, np.zeros(_CHANNELS, np.float32)])
    x = 5 * np.random.default_rng(0).normal(size=(1, 8, 8, _CHANNELS)).astype(np.float32)
    y = keras.ops.convert_to_numpy(model(x))
    if not near(keras.ops.convert_to_numpy(model(x, training=True)), y):
        raise Wrong(
            "gives something else in training than afterwards.",
            "two convolutions, a ReLU between them, and the sum: a layer such as Dropout is not in the formula.",
        )
    return x, y


def _the_skip(my_block) -> None:
    x, y = _outputs(my_block, 1, 0)  # the branch gives zero, so that the skip is all there is
    if near(y, x):
        return
    suspects = [
        ("with convolutions that give nothing, nothing comes out: x has no way around them, or is multiplied instead of added.", 0 * x),
        ("negative numbers are lost on the way around: something happens to the sum, or to x, that should not.", np.maximum(x, 0)),
        ("x arrives twice.", 2 * x),
    ]  # fmt: skip
    raise Wrong(
        "does not hand x on when its convolutions give zero.",
        first_match(y, suspects)
        or "with a branch of zeros, what comes out must be what went in; follow x along the way around.",
    )


def _one_relu(my_block) -> None:
    relu = lambda v: np.maximum(v, 0)
    x, up = _outputs(my_block, 1, 1)
    x, down = _outputs(my_block, 1, -1)
    if near(up, x + relu(x)) and near(down, x - relu(x)):
        x, turned = _outputs(my_block, -1, 1)  # tells a ReLU behind the first convolution from one before it
        if near(turned, x + relu(-x)):
            return
        raise Wrong("has a ReLU before its first convolution.", "it belongs behind that convolution, and nowhere else.")
    if near(up, 2 * x) and near(down, 0 * x):
        raise Wrong(
            "has no ReLU in its branch.",
            "two convolutions in a row are one convolution, unless something stands between them.",
        )
    for share in (-1, 0.1, 0.2, 0.5):
        if near(up, x + share * relu(x)) and near(down, x - share * relu(x)):
            raise Wrong(f"adds {share} times its branch to x.", "x, and all of the branch, are added as they are.")
    if near(down, x):
        raise Wrong(
            "has a ReLU behind the second convolution.",
            "the branch should be able to take away as well as to add: which sign can it not give now?",
        )
    if near(up, x + relu(x)) or near(up, relu(x) + relu(x)):
        raise Wrong("changes the numbers after the sum, or x itself.", "nothing comes after the addition.")
    if near(up, 2 * relu(x)) or near(up, relu(x) + x):
        raise Wrong("has its ReLU in another place.", "it belongs behind the first convolution.")
    raise Wrong(
        "has its ReLU in another place, or another activation.",
        "it is a ReLU that belongs behind the first convolution, no relative of it, and nowhere else.",
    )
