"""Layers that Keras does not have, on `keras.ops`, so that they give the same on every backend.

Enters: a tensor (N, h, w, C). Leaves: a tensor. Lesson 02 (``02_preprocessing``) builds the upscaling by hand.
"""

from math import ceil

from ._backend import keras, known_to_keras
from .degradation import upscale_phases
from .metrics import LUMA

ops, layers = keras.ops, keras.layers


def _mirror(x, before, after, axis):
    """Continue a tensor beyond its edges by its mirror image, however short it is."""
    n = ops.shape(x)[axis]
    place = ops.arange(-before, n + after, dtype="int32") % (2 * n)
    return ops.take(x, ops.minimum(place, 2 * n - 1 - place), axis=axis)


@known_to_keras
class Interpolation(layers.Layer):
    """Interpolation as a layer, equal to :func:`srlib.interpolate` but not clipped: (N, h, w, C) -> (N, s*h, s*w, C)."""

    def __init__(self, scale, kernel, dtype="float32", **kwargs):  # the image itself: exact, whatever the policy
        super().__init__(dtype=dtype, **kwargs)
        self.scale, self.kernel, self.phases = scale, kernel, upscale_phases(scale, kernel)
        self.reach = max(abs(k) for taps in self.phases for k in taps)

    def call(self, x):
        for axis in (1, 2):
            n, shape = ops.shape(x)[axis], list(ops.shape(x))
            padded = _mirror(x, self.reach, self.reach, axis)
            if axis == 1:
                shifted = {
                    k: padded[:, self.reach + k : self.reach + k + n] for k in range(-self.reach, self.reach + 1)
                }
            else:
                shifted = {
                    k: padded[:, :, self.reach + k : self.reach + k + n] for k in range(-self.reach, self.reach + 1)
                }
            new = [sum(w * shifted[k] for k, w in taps.items()) for taps in self.phases]
            shape[axis] = n * self.scale
            x = ops.reshape(ops.stack(new, axis=axis + 1), shape)
        return x

    def compute_output_shape(self, shape):
        n, h, w, c = shape
        return n, h and h * self.scale, w and w * self.scale, c

    def get_config(self):
        return {**super().get_config(), "scale": self.scale, "kernel": self.kernel}


@known_to_keras
class Luminance(layers.Layer):
    """The brightness of an image, a weighted mean of its colours: (N, h, w, 3) -> (N, h, w, 1)."""

    def __init__(self, dtype="float32", **kwargs):  # the image itself: exact, whatever the policy
        super().__init__(dtype=dtype, **kwargs)

    def call(self, x):
        return luminance(x)

    def compute_output_shape(self, shape):
        return *shape[:-1], 1


def luminance(x):
    """The brightness of a tensor of colours, from 0 (black) to 1 (white): (.., 3) -> (.., 1)."""
    red, green, blue = LUMA
    return (red * x[..., :1] + green * x[..., 1:2] + blue * x[..., 2:]) / sum(LUMA)


@known_to_keras
class PixelShuffle(layers.Layer):
    """The sub-pixel step: s*s channels become s*s pixels, (N, h, w, s*s*C) -> (N, s*h, s*w, C) [1]_.

    References
    ----------
    .. [1] W. Shi et al., "Real-time single image and video super-resolution using an efficient sub-pixel convolutional
       neural network", CVPR 2016, equation 4.
    """

    def __init__(self, scale, **kwargs):
        super().__init__(**kwargs)
        self.scale = scale

    def call(self, x):
        s = self.scale
        n, h, w, c = ops.shape(x)
        x = ops.reshape(x, (n, h, w, s, s, c // (s * s)))
        x = ops.transpose(x, (0, 1, 3, 2, 4, 5))  # (N, h, s, w, s, C)
        return ops.reshape(x, (n, s * h, s * w, c // (s * s)))

    def compute_output_shape(self, shape):
        s = self.scale
        n, h, w, c = shape
        return n, h and h * s, w and w * s, c // (s * s)

    def get_config(self):
        return {**super().get_config(), "scale": self.scale}


@known_to_keras
class SelfEnsemble(layers.Layer):
    """The mean of what a network makes of an image turned and mirrored in all eight ways, each turned back [1]_.

    References
    ----------
    .. [1] R. Timofte, R. Rothe, L. Van Gool, "Seven ways to improve example-based single image super resolution", CVPR
       2016, section 3.5 (enhanced prediction).
    """

    def __init__(self, network, scale, **kwargs):
        super().__init__(**kwargs)
        self.network, self.scale = network, scale

    def call(self, x):
        made = []
        for turned in (False, True):
            for mirrored in ((), (1,), (2,), (1, 2)):
                there = ops.swapaxes(x, 1, 2) if turned else x
                for axis in mirrored:  # one by one: Keras 3.13 does not take several at once
                    there = ops.flip(there, axis)
                back = self.network(there)
                for axis in mirrored:
                    back = ops.flip(back, axis)
                made.append(ops.swapaxes(back, 1, 2) if turned else back)
        return sum(made) / len(made)

    def compute_output_shape(self, shape):
        n, h, w, _ = shape
        return n, h and h * self.scale, w and w * self.scale, 3

    def get_config(self):
        return {
            **super().get_config(),
            "network": keras.saving.serialize_keras_object(self.network),
            "scale": self.scale,
        }

    @classmethod
    def from_config(cls, config):
        return cls(**{**config, "network": keras.saving.deserialize_keras_object(config["network"])})


@known_to_keras
class PadToMultiple(layers.Layer):
    """Mirror rows at the bottom and columns at the right until `multiple` divides both sides."""

    def __init__(self, multiple, **kwargs):
        super().__init__(**kwargs)
        self.multiple = multiple

    def call(self, x):
        for axis in (1, 2):
            x = _mirror(x, 0, -ops.shape(x)[axis] % self.multiple, axis)
        return x

    def compute_output_shape(self, shape):
        n, h, w, c = shape
        return n, h and ceil(h / self.multiple) * self.multiple, w and ceil(w / self.multiple) * self.multiple, c

    def get_config(self):
        return {**super().get_config(), "multiple": self.multiple}


@known_to_keras
class CropLike(layers.Layer):
    """Cut the first input at the bottom and right to the size of the second."""

    def call(self, inputs):
        x, like = inputs
        return x[:, : ops.shape(like)[1], : ops.shape(like)[2]]

    def compute_output_shape(self, shapes):
        (n, _, _, c), (_, h, w, _) = shapes
        return n, h, w, c
