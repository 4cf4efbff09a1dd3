"""Right and wrong answers to exercise 03a."""

import srlib
from srlib.backend import keras

layers = keras.layers


def block(x, channels):
    y = layers.Conv2D(channels, 3, padding="same", activation="relu")(x)
    return layers.Add()([x, layers.Conv2D(channels, 3, padding="same")(y)])


def block_with_a_relu_layer(x, channels):
    y = layers.ReLU()(layers.Conv2D(channels, (3, 3), padding="same")(x))
    return layers.Conv2D(channels, (3, 3), padding="same")(y) + x


def block_in_a_sequential(x, channels):
    conv = lambda **more: layers.Conv2D(channels, 3, padding="same", **more)
    return layers.add([x, keras.Sequential([conv(activation="relu"), conv()])(x)])


def conv(channels, padding="same", activation=None):
    return layers.Conv2D(channels, 3, padding=padding, activation=activation)


def bare(x, c):
    return conv(c)(conv(c, activation="relu")(x))


def relu_after_the_sum(x, c):
    return layers.ReLU()(x + bare(x, c))


def concatenated(x, c):
    return layers.Concatenate()([x, bare(x, c)])


def skip_of_the_first(x, c):
    first = conv(c, activation="relu")(x)
    return first + conv(c)(first)


class Block(layers.Layer):
    def __init__(self, channels):
        super().__init__()
        self.second = conv(channels)  # listed first, called last
        self.first = conv(channels, activation="relu")

    def call(self, x):
        return x + self.second(self.first(x))


kept = {}


def block_that_is_kept(x, c):
    first, second = kept.setdefault(c, (conv(c, activation="relu"), conv(c)))
    return x + second(first(x))


def frozen(x, c):
    second = conv(c)
    second.trainable = False
    return x + second(conv(c, activation="relu")(x))


def one_layer_twice(x, c):
    layer = conv(c)
    return x + layer(layers.ReLU()(layer(x)))


def named(x, c):
    y = layers.Conv2D(c, 3, padding="same", activation="relu", name="first")(x)
    return x + layers.Conv2D(c, 3, padding="same", name="second")(y)


def dilated(x, c):
    return x + conv(c)(layers.Conv2D(c, 3, padding="same", activation="relu", dilation_rate=2)(x))


def with_what_is_between(x, c):
    between = conv(c, activation="relu")(x)
    return layers.Add()([x, between, conv(c)(between)])


check = srlib.checks.check_block

RIGHT = [
    block,
    block_with_a_relu_layer,
    block_in_a_sequential,
    lambda x, c: Block(c)(x),
    lambda x, c: keras.ops.add(x, conv(c)(keras.ops.relu(conv(c)(x)))),
]

# answer, words of what is wrong, words of the hint
WRONG = [
    (lambda x, c: layers.Add()([x, conv(c)(x), conv(c)(x)]), "hands on more than x", "which tensor goes where"),
    (with_what_is_between, "hands on more than x", "which tensor goes where"),
    (lambda x, c: layers.Maximum()([x, bare(x, c)]), "does not hand x on", "the larger of the two"),
    (lambda x, c: x + conv(c)(layers.Conv2D(c, 3, padding="same", activation="relu", groups=c)(x)), "kernels of", "`groups`"),
    (bare, "does not hand x on", "no skip around"),
    (relu_after_the_sum, "does not hand x on", "negative numbers"),
    (concatenated, "same shape", "joined along"),
    (lambda x, c: x * bare(x, c), "does not hand x on", "multiplied"),
    (skip_of_the_first, "something other than x", "after the first convolution and its ReLU"),
    (lambda x, c: x + conv(c)(conv(c)(x)), "no ReLU", "one convolution"),
    (lambda x, c: x + conv(c, activation="relu")(conv(c, activation="relu")(x)), "after the second", "which sign"),
    (lambda x, c: x + conv(c)(conv(c)(layers.ReLU()(x))), "before its first", "after that"),
    (lambda x, c: x + conv(c)(conv(c, activation="relu")(layers.ReLU()(x))), "before its first", "nowhere else"),
    (lambda x, c: x + layers.SeparableConv2D(c, 3, padding="same")(layers.SeparableConv2D(c, 3, padding="same", activation="relu")(x)), "0 convolutions", "the task means Conv2D"),
    (lambda x, c: x + conv(c)(x), "1 convolution;", "count the layers"),
    (lambda x, c: x + conv(c, padding="valid")(conv(c, activation="relu")(x)), "raises ValueError", "padding"),
    (lambda x, c: x + conv(c)(conv(2 * c, activation="relu")(x)), "kernels of", "as many filters"),
    (lambda x, c: "x", "expected a tensor", "call the layers"),
    (lambda x, c: x + conv(c)(layers.Dropout(0.2)(conv(c, activation="relu")(x))), "in training", "Dropout"),
    (lambda x, c: x + conv(c)(layers.ReLU()(layers.BatchNormalization()(conv(c)(x)))), "BatchNormalization", "nothing else"),
    (lambda x, c: x + conv(c)(conv(c, activation="relu6")(x)), "another activation", "no variant"),
    (lambda x, c: x + 0.1 * conv(c)(conv(c, activation="relu")(x)), "0.1 times its branch", "as they are"),
    (block_that_is_kept, "the same layers", "make them inside"),
    (frozen, "cannot learn", "frozen"),
    (one_layer_twice, "1 convolution;", "one set of weights"),
    (named, "the same names", "leave `name`"),
    (dilated, "the formula", "dilation_rate=\\(2, 2\\)"),
    (lambda x, c: x + layers.ReLU()(conv(c)(conv(c)(x))), "after the second", "which sign"),
    (lambda x, c: keras.Model(x, bare(x, c)), "expected a tensor", "called on x"),
    (lambda x, c: bare(keras.Input((8, 8, c)), c), "not made from x", "no Input"),
]  # fmt: skip
