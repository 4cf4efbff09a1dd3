"""The geometric self-ensemble as a layer.

A network seldom treats an image and the same image turned alike. The mean over all eight turns and reflections keeps
what they agree on.
"""

from dataclasses import replace

import numpy as np

from ..backend import keras, keras_serializable
from .onnx_nodes import onnx_nodes
from .traits import traits_of

ops = keras.ops


@keras_serializable
class SelfEnsemble(keras.layers.Layer):
    """The mean of a network's results for an image turned and mirrored in all eight ways, each turned back [1]_.

    Parameters
    ----------
    network : keras.Model
    scale : int
        That of the network.

    References
    ----------
    .. [1] R. Timofte, R. Rothe, L. Van Gool, "Seven ways to improve example-based single image super resolution", CVPR
       2016, section 3.5 (enhanced prediction).
    """

    def __init__(self, network, scale, **kwargs):
        super().__init__(**kwargs)
        self.network, self.scale = network, scale

    def call(self, x):
        results = []
        for transposed in (False, True):
            for mirrored in ((), (1,), (2,), (1, 2)):
                lr = ops.swapaxes(x, 1, 2) if transposed else x
                for axis in mirrored:  # one by one: Keras 3.13 does not take several at once
                    lr = ops.flip(lr, axis)
                sr = self.network(lr)
                for axis in mirrored:
                    sr = ops.flip(sr, axis)
                results.append(ops.swapaxes(sr, 1, 2) if transposed else sr)
        return sum(results) / len(results)

    def srlib_onnx(self, graph, x):
        turned = lambda name: graph.node("Transpose", name, perm=[0, 1, 3, 2])
        numbers = [graph.constant(np.array([n])) for n in (-1, np.iinfo(np.int64).min, 2, 3)]  # start, end, axes
        flipped = lambda name, axis: graph.node("Slice", name, *numbers[:2], numbers[axis + 1], numbers[0])
        results = []
        for transposed in (False, True):
            for mirrored in ((), (1,), (2,), (1, 2)):
                sr = turned(x) if transposed else x
                for axis in mirrored:
                    sr = flipped(sr, axis)
                sr = onnx_nodes(graph, self.network, sr)
                for axis in mirrored:
                    sr = flipped(sr, axis)
                results.append(turned(sr) if transposed else sr)
        return graph.node("Mean", *results)

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

    def srlib_traits(self):
        network = traits_of(self.network)
        return replace(network, macs=8 * network.macs, label="self-ensemble (x8)", colour="#4a9a6f")
