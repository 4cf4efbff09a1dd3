"""Checks of the exercises on lesson 03: a skip, the range of the values, and an image to keep.

Enters: a function that builds layers, or one from images to images. Leaves: an answer.
"""

import numpy as np

from ..degradation import downscale
from .answer import BY_TYPE, Answer, Wrong, _array, _call, _first_match, _judge, _near, _photograph

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
    """
    return _judge(
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
    from .._backend import keras

    x = keras.Input((8, 8, _CHANNELS))
    y = _call(
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
        raise Wrong("has convolutions without offsets.", "leave use_bias at its default.")
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
    from .._backend import keras

    model, convolutions = _block(my_block)
    both = [np.zeros((3, 3, _CHANNELS, _CHANNELS), np.float32), np.ones(_CHANNELS, np.float32)]
    convolutions[0].set_weights(both)
    convolutions[1].set_weights([0 * w for w in both])
    if _near(keras.ops.convert_to_numpy(model(np.full((1, 8, 8, _CHANNELS), -3, np.float32))), -2):
        convolutions.reverse()  # the offset of the first one listed comes out: it is called last
    for layer, factor in zip(convolutions, (first, second)):
        kernel = np.zeros((3, 3, _CHANNELS, _CHANNELS), np.float32)
        kernel[1, 1] = factor * np.eye(_CHANNELS)
        layer.set_weights([kernel, np.zeros(_CHANNELS, np.float32)])
    x = 5 * np.random.default_rng(0).normal(size=(1, 8, 8, _CHANNELS)).astype(np.float32)
    y = keras.ops.convert_to_numpy(model(x))
    if not _near(keras.ops.convert_to_numpy(model(x, training=True)), y):
        raise Wrong(
            "gives something else in training than afterwards.",
            "two convolutions, a ReLU between them, and the sum: a layer such as Dropout is not in the formula.",
        )
    return x, y


def _the_skip(my_block) -> None:
    x, y = _outputs(my_block, 1, 0)  # the branch gives zero, so that the skip is all there is
    if _near(y, x):
        return
    hint = _first_match(
        y,
        {
            "with convolutions that give nothing, nothing comes out: x has no way around them, or is multiplied instead of added.": 0
            * x,
            "negative numbers are lost on the way around: something happens to the sum, or to x, that should not.": np.maximum(
                x, 0
            ),
            "x arrives twice.": 2 * x,
        },
    )
    raise Wrong(
        "does not hand x on when its convolutions give zero.",
        hint or "with a branch of zeros, what comes out must be what went in; follow x along the way around.",
    )


def _one_relu(my_block) -> None:
    relu = lambda v: np.maximum(v, 0)
    x, up = _outputs(my_block, 1, 1)
    x, down = _outputs(my_block, 1, -1)
    if _near(up, x + relu(x)) and _near(down, x - relu(x)):
        x, turned = _outputs(my_block, -1, 1)  # tells a ReLU behind the first convolution from one before it
        if _near(turned, x + relu(-x)):
            return
        raise Wrong("has a ReLU before its first convolution.", "it belongs behind that convolution, and nowhere else.")
    if _near(up, 2 * x) and _near(down, 0 * x):
        raise Wrong(
            "has no ReLU in its branch.",
            "two convolutions in a row are one convolution, unless something stands between them.",
        )
    for share in (-1, 0.1, 0.2, 0.5):
        if _near(up, x + share * relu(x)) and _near(down, x - share * relu(x)):
            raise Wrong(f"adds {share} times its branch to x.", "x, and all of the branch, are added as they are.")
    if _near(down, x):
        raise Wrong(
            "has a ReLU behind the second convolution.",
            "the branch should be able to take away as well as to add: which sign can it not give now?",
        )
    if _near(up, x + relu(x)) or _near(up, relu(x) + relu(x)):
        raise Wrong("changes the numbers after the sum, or x itself.", "nothing comes after the addition.")
    if _near(up, 2 * relu(x)) or _near(up, relu(x) + x):
        raise Wrong("has its ReLU in another place.", "it belongs behind the first convolution.")
    raise Wrong(
        "has its ReLU in another place, or another activation.",
        "it is a ReLU that belongs behind the first convolution, no relative of it, and nowhere else.",
    )


def check_pair(my_pair) -> Answer:
    """Check exercise 03b: a training pair on one scale.

    Parameters
    ----------
    my_pair : callable
        A uint8 image -> the small image and the true one, both float32 in [0, 1].

    Returns
    -------
    Answer
    """
    return _judge(
        "my_pair",
        my_pair,
        {
            "the small image": lambda f: _pair_member(f, 0, 255),
            "the true image": lambda f: _pair_member(f, 1, 255),
            "a dark image": _dark_pair,
            "float32": _pair_types,
        },
    )


def _pair(my_pair, brightest: int):
    image = np.round(_photograph(8, 10, 4) * brightest).astype(np.uint8)
    image[0, 0] = brightest
    pair = _call(my_pair, image, case="a uint8 image of 8x10")
    if not isinstance(pair, (tuple, list)) or len(pair) != 2:
        raise Wrong(f"returns a {type(pair).__name__}; expected two images.", "end with: return small, true")
    return image, pair


def _pair_member(my_pair, which: int, brightest: int) -> None:
    image, pair = _pair(my_pair, brightest)
    told = ("the small image", "the true image")[which]
    right = downscale(image) if which == 0 else image / 255
    hints = {image.shape: "the small image is not small.", (4, 5, 3): "the true image is the large one."}
    result = _array(pair[which], right.shape, told, hints)
    if _near(result, right, 1e-5):
        return
    hint = _first_match(
        result,
        {
            "this one still runs from 0 to 255. Which of the two has been divided, and by whom?": right * 255,
            "this one has been divided by 255 twice: srlib.downscale has done it already.": right / 255,
            "whole numbers: with // the division throws the fraction away.": np.floor(right),
            "the largest level is 255, not 256: white would come out a little grey.": right * 255 / 256,
            "the brightest pixel became exactly 1: this stretches every image by another amount. The range of the type counts, not that of the image.": image
            / image.max()
            if which
            else downscale(image) * 255 / image.max(),
        },
        tolerance=1e-5,
    )
    raise Wrong(
        f"gives {told} values from {result.min():.4g} to {result.max():.4g}; expected {right.min():.4g} to {right.max():.4g}.",
        hint or "print the smallest and the largest value after each line.",
    )


def _dark_pair(my_pair) -> None:
    for which in (0, 1):
        _pair_member(my_pair, which, 90)
    image, pair = _pair(my_pair, 1)
    for told, one, right in zip(("the small image", "the true image"), pair, (downscale(image), image / 255)):
        result = _array(one, right.shape, told)
        if not _near(result, right, 1e-5):
            raise Wrong(
                f"gives {told} of zeros and ones values up to {result.max():.4g}; expected {right.max():.4g}.",
                BY_TYPE,
            )


def _pair_types(my_pair) -> None:
    _, pair = _pair(my_pair, 255)
    for one, told in zip(pair, ("the small image", "the true image")):
        if getattr(one, "dtype", None) != np.float32:
            raise Wrong(
                f"gives {told} as {getattr(one, 'dtype', type(one).__name__)}; expected float32.",
                "NumPy divides in double precision, which a network has no use for; lesson 02 shows how to convert.",
            )


def check_eight_bit(my_eight_bit) -> Answer:
    """Check exercise 03c: a network's output as an image that can be saved.

    Parameters
    ----------
    my_eight_bit : callable
        A float32 array with values around [0, 1] -> uint8.

    Returns
    -------
    Answer
    """
    return _judge(
        "my_eight_bit",
        my_eight_bit,
        {
            "uint8": _is_eight_bit,
            "values inside the range": lambda f: _levels(f, 0.0, 1.0, "values from 0 to 1"),
            "values above 1": lambda f: _levels(f, 0.2, 1.3, "values up to 1.3"),
            "values below 0": lambda f: _levels(f, -0.3, 1.3, "values down to -0.3"),
        },
    )


def _levels(my_eight_bit, low: float, high: float, case: str) -> None:
    levels = np.round(np.linspace(255 * low, 255 * high, 6 * 8 * 3))
    # never half way between two levels, where rounding is a matter of taste
    output = np.clip((levels + np.resize([-0.3, 0.05, 0.3], levels.shape)) / 255, low, high)
    output = output.astype(np.float32).reshape(6, 8, 3)
    result = _array(_call(my_eight_bit, output, case=case), output.shape, case)
    x = output.astype(np.float64)
    right = np.clip(np.round(255 * x), 0, 255)
    if _near(result, right, 0.01):
        return
    stretched = (x - x.min()) / (x.max() - x.min())
    suspects = {
        "every level is rounded down, which makes the image darker by half a level on the mean; a conversion to uint8 cuts the fraction off.": np.floor(
            255 * np.clip(x, 0, 1)
        ),
        "the largest level is 255; this multiplies by 256.": np.clip(np.floor(256 * x), 0, 255),
        "the image was stretched so that it spans all levels: a grey image would become black and white. Values outside the range are to be cut off, and all others left as they are.": np.round(
            255 * stretched
        ),
        "the image was stretched so that it spans all levels, and rounded down. Values outside the range are to be cut off, and all others left as they are.": np.floor(
            255 * stretched
        ),
        "values below 0 come out bright: the sign is dropped. A pixel cannot be darker than black.": np.clip(
            np.round(255 * np.abs(x)), 0, 255
        ),
        "the image was stretched, or squeezed, by its largest value: one bright spot darkens all the rest. Values outside the range are to be cut off, and all others left as they are.": np.round(
            255 * np.clip(x / x.max(), 0, 1)
        ),
        "every level is rounded up; which one is nearest?": np.ceil(255 * np.clip(x, 0, 1)),
        "this is cut off at 1 after the multiplication; which limits belong before it, and which after it?": np.floor(
            np.clip(255 * x, 0, 1)
        ),
        "only 0 and 255: rounded before the multiplication, not after it.": 255 * np.round(np.clip(x, 0, 1)),
        "only zeros and ones: was the multiplication forgotten?": np.round(np.clip(x, 0, 1)),
        "almost all is black: was the multiplication forgotten?": np.floor(np.clip(x, 0, 1)),
    }
    stretches = {hint: value for hint, value in suspects.items() if "stretched" in hint}
    hint = _first_match(result, suspects, 0.01) or _first_match(result, stretches if high > 1 else {}, 1.01)
    if hint is None:
        off = np.abs(result - right).reshape(-1)
        flat = x.reshape(-1)
        inside = (flat >= 0) & (flat <= 1)
        if off[inside].max() < 1.01 and off[~inside].max(initial=0) > 1:
            side = "above 1" if off[flat > 1].max(initial=0) > 1 else "below 0"
            hint = f"values {side} come out as if they had started again at the other end: 8 bits know nothing beyond 0 and 255. They have to be cut off before the conversion, not after it."
    raise Wrong(
        f"is off by up to {np.abs(result - right).max():.0f} grey levels for {case}.",
        hint or "try the five values -0.1, 0, 0.5, 1 and 1.1, and say beforehand what should come out.",
    )


def _is_eight_bit(my_eight_bit) -> None:
    output = np.full((2, 2, 3), 0.5, np.float32)
    result = _call(my_eight_bit, output, case="a grey image")
    if getattr(result, "dtype", None) != np.uint8:
        raise Wrong(
            f"gives {getattr(result, 'dtype', type(result).__name__)}; expected uint8.",
            "image files hold whole numbers of 8 bits.",
        )
