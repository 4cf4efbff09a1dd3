"""Exercise 03a: a residual block.

The learner's block is built on a small tensor. Its two convolutions are then set to multiply by chosen numbers, so that
its output tells how it is wired, whatever layers it was written with. At the end they hold random numbers, and the output
must be that of the formula.
"""

import numpy as np

from ._helpers import call, counted, first_match, near, short
from ._inputs import fresh
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
      Hint: count the layers in model.summary(): x goes through two convolutions, and the skip leads around them.
    """
    return judge(
        "my_block",
        my_block,
        {
            "two convolutions": _two_convolutions,
            "the skip": _the_skip,
            "one ReLU, between the convolutions": (_one_relu, _formula),
        },
    )


def _block(my_block, channels: int = _CHANNELS, height: int = 8, width: int = 8):
    """A model of the learner's block, and its convolutions in order."""
    from ..backend import keras

    x = keras.Input((height, width, channels))
    y = call(
        my_block, x, channels, case=f"a tensor of {height}x{width} with {counted(channels, 'channel')}",
        hint="a layer takes two pairs of brackets, Conv2D(..)(x): the first makes it, the second calls it. If shapes do not fit, think of `padding`, of `strides`, of the number of channels, and whether every tensor is made from the x that comes in. Add takes one list: Add()([x, y]).",
    )  # fmt: skip
    if not isinstance(y, keras.KerasTensor):
        raise Wrong(
            f"returns {short(y)}; expected a tensor.",
            "a model, or a layer, is still to be called on x; return what comes out."
            if callable(y)
            else "call the layers on x, and return what comes out.",
        )
    if tuple(y.shape) != tuple(x.shape):
        if y.shape[-1] == 2 * channels:
            hint = "the channels have doubled: two tensors were joined along them. This skip adds."
        else:
            hint = (
                "height and width stay with padding='same', the channels with as many filters as there were channels."
            )
        raise Wrong(f"makes {tuple(y.shape[1:])} from {tuple(x.shape[1:])}; expected the same shape.", hint)
    try:
        model = keras.Model(x, y)
    except ValueError:
        raise Wrong(
            "returns a tensor that was not made from x.", "call the layers on the x that comes in, and make no Input."
        ) from None
    return model, [layer for layer in _layers_of(model) if isinstance(layer, keras.layers.Conv2D)]


def _layers_of(model):
    """The layers of a model, and those inside a Sequential, or a layer of one's own."""
    return model._flatten_layers(include_self=False)


def _two_convolutions(my_block) -> None:
    model, convolutions = _block(my_block)
    if len(convolutions) != 2:
        once = "a layer that is called twice has one set of weights: make two layers."
        twice = len(convolutions) == 1 and len(convolutions[0]._inbound_nodes) > 1
        others = sorted(
            {type(layer).__name__ for layer in _layers_of(model) if "Conv" in type(layer).__name__} - {"Conv2D"}
        )
        hint = "count the layers in model.summary(): x goes through two convolutions, and the skip leads around them."
        if others:
            hint = f"the block uses {' and '.join(others)}; the task means Conv2D."
        raise Wrong(
            f"has {counted(len(convolutions), 'convolution')}; expected two.",
            once if twice else hint,
        )
    sizes = [tuple(c.kernel.shape) for c in convolutions]
    wanted = (3, 3, _CHANNELS, _CHANNELS)
    if set(sizes) != {wanted}:
        raise Wrong(
            f"has kernels of {sizes[0]} and {sizes[1]}; expected {wanted} twice.",
            "each filter of one of them sees fewer channels than there are: leave `groups` at its default."
            if min(size[2] for size in sizes) < _CHANNELS
            else "3 by 3, and as many filters as channels.",
        )
    if not all(c.use_bias for c in convolutions):
        raise Wrong("has convolutions without biases.", "leave use_bias at its default.")
    if not all(c.trainable for c in convolutions):
        raise Wrong(
            "has a convolution that cannot learn.", "`trainable` is off: a frozen layer keeps its random kernel."
        )
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
    _two_blocks(my_block)


def _two_blocks(my_block) -> None:
    first, second = (_block(my_block)[1] for _ in range(2))
    if any(layer in second for layer in first):
        raise Wrong(
            "uses the same layers in every block.",
            "they are made outside the function, or kept from call to call, so that all blocks share one set of weights: make them inside.",
        )
    if {layer.name for layer in first} & {layer.name for layer in second}:
        raise Wrong(
            "gives its layers the same names in every block.",
            "a model refuses two layers of one name, so that a second block cannot be added to it: leave `name` to Keras.",
        )
    for channels, height, width in ((1, 5, 9), (6, 3, 4)):
        _, convolutions = _block(my_block, channels, height, width)
        sizes = {tuple(c.kernel.shape) for c in convolutions}
        if sizes != {(3, 3, channels, channels)}:
            raise Wrong(
                f"has kernels of {min(sizes)} for {channels} channels.",
                f"it is right for {_CHANNELS} channels; use `channels`.",
            )


def _wired(my_block):
    """A model of the learner's block, and its convolutions in the order in which they are called."""
    from ..backend import keras

    model, convolutions = _block(my_block)
    both = [np.zeros((3, 3, _CHANNELS, _CHANNELS), np.float32), np.ones(_CHANNELS, np.float32)]
    nothing, comes_out = [0 * w for w in both], []
    for first, second in ((both, nothing), (nothing, both)):
        convolutions[0].set_weights(first)
        convolutions[1].set_weights(second)
        y = keras.ops.convert_to_numpy(model(np.full((1, 8, 8, _CHANNELS), -3, np.float32)))
        comes_out.append(near(y, -2))
    if comes_out == [True, False]:
        convolutions.reverse()  # of the two biases, that of the first one listed comes out: it is called last
    return model, convolutions


def _outputs(wired, first: float, second: float):
    """What goes in, and what comes out, with both convolutions set to multiply by a number."""
    from ..backend import keras

    model, convolutions = wired
    for layer, factor in zip(convolutions, (first, second)):
        kernel = np.zeros((3, 3, _CHANNELS, _CHANNELS), np.float32)
        kernel[1, 1] = factor * np.eye(_CHANNELS)
        layer.set_weights([kernel, np.zeros(_CHANNELS, np.float32)])
    x = 5 * np.random.default_rng(0).normal(size=(1, 8, 8, _CHANNELS)).astype(np.float32)
    y = keras.ops.convert_to_numpy(model(x))
    if not near(keras.ops.convert_to_numpy(model(x, training=True)), y):
        raise Wrong(
            "gives another result in training than afterwards.",
            "two convolutions, a ReLU between them, and the sum: a layer such as Dropout is not in the formula.",
        )
    return x, y


def _the_skip(my_block) -> None:
    wired = _wired(my_block)
    x, y = _outputs(wired, 1, 0)  # the branch gives zero, so that the skip is all there is
    if near(y, x):
        return _begins_at_x(wired)
    if near(_outputs(wired, 0, 0)[1], x):
        raise Wrong(
            "hands on more than x when its second convolution gives zero, but its first does not.",
            "the second convolution works on what the first one and the ReLU made, and the sum receives x and what the second one made: draw which tensor goes where in yours.",
        )
    doubled = _outputs(wired, 2, 0)[1]
    if near(doubled, 2 * np.maximum(x, 0)):
        _begins_at_x(wired)
    suspects = [
        ("with convolutions that give nothing, nothing comes out: there is no skip around them, or x is multiplied instead of added.", 0 * x),
        ("negative numbers are lost on the skip: was a ReLU put on the sum, or on x? Was the larger of the two taken instead of the sum? Or does the skip begin after the first convolution and its ReLU, instead of at x?", np.maximum(x, 0)),
        ("half of x arrives: was a mean taken instead of the sum?", x / 2),
        ("x is taken away, not added.", -x),
        ("x arrives twice.", 2 * x),
    ]  # fmt: skip
    raise Wrong(
        "does not hand x on when its convolutions give zero.",
        first_match(y, suspects)
        or "with a branch of zeros, what comes out must be what went in; follow x along the skip.",
    )


def _begins_at_x(wired) -> None:
    """Tell a skip that begins at x from one that begins behind a convolution, which the numbers above do not change."""
    x, y = _outputs(wired, 2, 0)
    suspects = [
        ("the skip begins after the first convolution, instead of at x.", 2 * x),
        ("the skip begins after the first convolution and its ReLU, instead of at x.", 2 * np.maximum(x, 0)),
    ]
    if not near(y, x):
        raise Wrong(
            "hands on something other than x when its second convolution gives zero.",
            first_match(y, suspects) or "follow x along the skip: nothing may happen to it there.",
        )


def _one_relu(my_block) -> None:
    relu = lambda v: np.maximum(v, 0)
    wired = _wired(my_block)
    x, up = _outputs(wired, 1, 1)
    x, down = _outputs(wired, 1, -1)
    if near(up, x + relu(x)) and near(down, x - relu(x)):
        x, turned = _outputs(wired, -1, 1)  # tells a ReLU after the first convolution from one before it
        if near(turned, x + relu(-x)):
            return
        raise Wrong("has a ReLU before its first convolution.", "it belongs after that convolution, and nowhere else.")
    if near(up, 2 * x) and near(down, 0 * x):
        raise Wrong(
            "has no ReLU in its branch.",
            "two convolutions in a row are one convolution, unless something stands between them.",
        )
    for share in (-1, 0.1, 0.2, 0.5):
        if near(up, x + share * relu(x)) and near(down, x - share * relu(x)):
            raise Wrong(f"adds {share} times its branch to x.", "x, and all of the branch, are added as they are.")
    if near(down, x) or near(up, x + relu(x)) and near(down, x + relu(-x)):
        raise Wrong(
            "has a ReLU after the second convolution.",
            "the branch should be able to take away as well as to add: which sign can it not give now?",
        )
    if near(up, x + relu(x)) or near(up, relu(x) + relu(x)):
        raise Wrong("changes the numbers after the sum, or x itself.", "nothing comes after the addition.")
    if near(up, 2 * relu(x)) or near(up, relu(x) + x):
        raise Wrong("has its ReLU in another place.", "it belongs after the first convolution.")
    raise Wrong(
        "has its ReLU in another place, or another activation.",
        "a plain ReLU belongs after the first convolution, no variant of it, and nothing of the kind anywhere else. (Which argument has your activation, and what does it mean?)",
    )


def _formula(my_block) -> None:
    """With random numbers in the kernels, whatever else a convolution can be told, such as a dilation, is seen."""
    from ..backend import keras

    rng = fresh()
    model, convolutions = _block(my_block, height=9, width=7)
    weights = [[rng.normal(size=w.shape).astype(np.float32) for w in c.get_weights()] for c in convolutions]
    for convolution, values in zip(convolutions, weights):
        convolution.set_weights(values)
    x = rng.normal(size=(2, 9, 7, _CHANNELS)).astype(np.float32)
    y = keras.ops.convert_to_numpy(model(x))
    conv = lambda x, values: keras.ops.conv(x, values[0], padding="same") + values[1]
    for first, second in (weights, weights[::-1]):
        right = x + keras.ops.convert_to_numpy(conv(keras.ops.relu(conv(x, first)), second))
        if near(y, right, 1e-3 * np.abs(right).max()):
            return
    settings = {
        key: value
        for c in convolutions
        for key, value in c.get_config().items()
        if key in _PLAIN and value != _PLAIN[key]
    }
    told = ", ".join(f"{key}={value}" for key, value in settings.items())
    raise Wrong(
        "gives something other than the formula when its kernels hold random numbers.",
        f"a convolution has {told}; leave that at its default."
        if told
        else "each convolution looks at 3 by 3 neighbours that lie side by side, and at zeros beyond the border, as with padding='same'.",
    )


_PLAIN = {"dilation_rate": (1, 1), "strides": (1, 1), "groups": 1, "padding": "same"}
