"""As much of Keras as it takes to know what a network is: its layers, their weights, who calls whom. Nothing is computed.

Where Keras is not installed, or is not worth the seconds that its start takes, :mod:`srlib.backend` gives this in its
place. The layers and the builders of srlib run on it as they are written. So what comes of a builder's name, its options
and a file of weights can be counted, costed and written as an ONNX file, and there is one description of each network.
Anything else that is asked of it is an ImportError, which says what to install.
"""

import contextlib
import itertools
import math
import re
from types import SimpleNamespace

import numpy as np

from .extras import lacking

_PAIRS = ("kernel_size", "strides", "dilation_rate", "pool_size", "size")  # settings that one number may stand for


def not_installed() -> ImportError:
    """The error for what only Keras can do.

    Returns
    -------
    ImportError

    Examples
    --------
    >>> from srlib.outline import not_installed
    >>> print(not_installed())
    Keras is not installed; expected it for networks that are trained, judged or called: pip install 'srlib[tensorflow]'.
    """
    return lacking("Keras", "networks that are trained, judged or called", "tensorflow")


_enough = False


def suffices() -> None:
    """Say that this process needs no more than the outline, also where Keras is installed; for commands, which end with it.

    It has no effect once :mod:`srlib.backend` was imported.
    """
    global _enough
    _enough = True


def is_enough() -> bool:
    """Whether :func:`suffices` was said."""
    return _enough


class _Part(SimpleNamespace):
    """A module of Keras, of which the rest is missing."""

    def __getattr__(self, name):
        if name.startswith("__"):  # what Python itself looks for
            raise AttributeError(name)
        raise not_installed()


class Variable:
    """The weights of a layer: their shape, and their values once there are some."""

    def __init__(self, shape, name: str):
        self.shape, self.name, self.path, self.value = tuple(shape), name, name, None

    def assign(self, value) -> None:
        """Set the values."""
        value = np.asarray(value, np.float32)
        if value.shape != self.shape:
            raise ValueError(f"shape {value.shape} instead of {self.shape}")
        self.value = value

    def __array__(self, dtype=None, copy=None):
        return np.asarray(self.value, dtype)

    def __getitem__(self, index):
        return self.value[index]


class Tensor:
    """What a layer gives: a shape, and the call that it comes from."""

    def __init__(self, shape):
        self.shape, self.call = tuple(shape), None


class Call:
    """One call of a layer."""

    _numbers = itertools.count()

    def __init__(self, operation, inputs: list, output: Tensor):
        self.number, self.operation = next(self._numbers), operation
        self.input_tensors, self.output_tensors, output.call = inputs, [output], self


class Layer:
    """What a layer is called with, and its settings, each as an attribute of its name."""

    settings: dict = {}  # name -> default, in the order in which they may be given
    data_format = "channels_last"

    def __init__(self, *args, name=None, dtype=None, **kwargs):
        self.name, self.weights, self._built = name or stored_name(type(self)), [], False
        for key, value in {**self.settings, **dict(zip(self.settings, args)), **kwargs}.items():
            setattr(self, key, (value,) * 2 if key in _PAIRS and isinstance(value, int) else value)
        self.activation = _activation(getattr(self, "activation", None))

    def add_weight(self, shape, name="", **_) -> Variable:
        """Weights that have no values yet."""
        self.weights.append(Variable(shape, f"{self.name}/{name}"))
        return self.weights[-1]

    def build(self, shape) -> None:
        """Most layers have no weights."""

    def compute_output_shape(self, shape):
        """Most layers give what is as large as what they get."""
        return shape[0] if isinstance(shape, list) else shape

    def __call__(self, x):
        given = list(x) if isinstance(x, (list, tuple)) else [x]
        if not all(isinstance(tensor, Tensor) for tensor in given):
            raise not_installed()
        shape = [tensor.shape for tensor in given] if given is not x and isinstance(x, (list, tuple)) else x.shape
        if not self._built:
            self.build(shape)
            self._built = True
        output = Tensor(self.compute_output_shape(shape))
        Call(self, given, output)
        return output

    def count_params(self) -> int:
        """How many weights there are."""
        return sum(math.prod(variable.shape) for variable in self.weights)

    def get_config(self) -> dict:
        """Layers are not written from here."""
        raise not_installed()

    def load_own_variables(self, store) -> None:
        """Take the values out of a layer's part of a file."""
        for i, variable in enumerate(self.weights):
            variable.assign(store[str(i)])


class InputLayer(Layer):
    """Where the image comes in."""


class Conv2D(Layer):
    """A convolution."""

    settings = {
        "filters": None, "kernel_size": None, "strides": 1, "padding": "valid", "dilation_rate": 1, "groups": 1,
        "activation": None, "use_bias": True, "kernel_constraint": None, "bias_constraint": None,
    }  # fmt: skip

    def build(self, shape):
        """Kernel and bias."""
        self.kernel = self.add_weight((*self.kernel_size, *self._ends(shape[-1])), "kernel")
        self.bias = self.add_weight((self.filters,), "bias") if self.use_bias else None

    def _ends(self, channels: int) -> tuple[int, int]:
        return channels // self.groups, self.filters

    def compute_output_shape(self, shape):
        """Sides are not told."""
        return shape[0], None, None, self.filters


class Conv2DTranspose(Conv2D):
    """A transposed convolution."""

    settings = {**Conv2D.settings, "output_padding": None}

    def _ends(self, channels):
        return self.filters, channels


class MaxPooling2D(Layer):
    """The largest of some pixels."""

    settings = {"pool_size": 2, "strides": None, "padding": "valid"}

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.strides = self.strides or self.pool_size


class UpSampling2D(Layer):
    """Every pixel several times."""

    settings = {"size": 2, "interpolation": "nearest"}


class Activation(Layer):
    """An activation by itself."""

    settings = {"activation": None}


class ReLU(Layer):
    """An activation that may have a slope below zero, and an end."""

    settings = {"max_value": None, "negative_slope": 0.0, "threshold": 0.0}


class LeakyReLU(Layer):
    """An activation with a slope below zero."""

    settings = {"negative_slope": 0.3}


class PReLU(Layer):
    """An activation whose slope below zero is learnt."""

    settings = {"alpha_initializer": None, "shared_axes": None}

    def build(self, shape):
        """One slope for every channel."""
        if tuple(self.shared_axes or ()) != (1, 2):
            raise not_installed()
        self.alpha = self.add_weight((1, 1, shape[-1]), "alpha")


class Rescaling(Layer):
    """A factor, and a number that is added."""

    settings = {"scale": None, "offset": 0.0}


class Add(Layer):
    """A sum."""


class Multiply(Layer):
    """A product."""


class Concatenate(Layer):
    """The channels of several."""

    settings = {"axis": -1}

    def compute_output_shape(self, shape):
        """Their channels in a row."""
        return *shape[0][:-1], sum(each[-1] for each in shape)


class Model(Layer):
    """A network: all calls between its input and its output, in the order in which they were made."""

    def __init__(self, inputs: Tensor, outputs: Tensor, name: str | None = None):
        super().__init__(name=name)
        calls, waiting = {}, [outputs.call]
        while waiting:
            call = waiting.pop()
            if call.number not in calls:
                calls[call.number] = call
                waiting += [tensor.call for tensor in call.input_tensors]
        self.inputs, self.output = [inputs], outputs
        self._nodes_by_depth = {-number: [calls[number]] for number in sorted(calls)}
        self.layers = list(dict.fromkeys(calls[number].operation for number in sorted(calls)))
        self.weights = [variable for layer in self.layers for variable in layer.weights]

    def compute_output_shape(self, shape):
        """Of the network."""
        return self.output.shape

    def load_weights(self, path) -> None:
        """Take all values out of a file of Keras, in which layers are numbered by their kind."""
        import h5py

        counts: dict[str, int] = {}
        with h5py.File(path, "r") as file:
            for layer in self.layers:
                name = stored_name(type(layer))
                counts[name] = count = counts.get(name, -1) + 1
                if layer.weights:
                    layer.load_own_variables(file[f"layers/{name}_{count}/vars" if count else f"layers/{name}/vars"])


def stored_name(kind: type) -> str:
    """What Keras calls a kind of layers in a file.

    Examples
    --------
    >>> from srlib.outline import Conv2D, MaxPooling2D, stored_name
    >>> stored_name(Conv2D), stored_name(MaxPooling2D)
    ('conv2d', 'max_pooling2d')
    """
    return re.sub("([a-z])([A-Z])", r"\1_\2", re.sub("(.)([A-Z][a-z]+)", r"\1_\2", kind.__name__)).lower()


def _input(shape, name: str | None = None) -> Tensor:
    tensor = Tensor((None, *shape))
    Call(InputLayer(name=name), [], tensor)
    return tensor


_ACTIVATIONS: dict[str, SimpleNamespace] = {}


def _activation(name):
    """The one object that stands for an activation."""
    if not isinstance(name, (str, type(None))):
        return name
    name = name or "linear"
    return _ACTIVATIONS.setdefault(name, SimpleNamespace(__name__=name))


_layers = (
    Layer, InputLayer, Conv2D, Conv2DTranspose, MaxPooling2D, UpSampling2D, Activation, ReLU, LeakyReLU, PReLU, Rescaling, Add, Multiply, Concatenate,
)  # fmt: skip
keras = _Part(
    Input=_input,
    Model=Model,
    StatelessScope=lambda **_: contextlib.nullcontext(),
    activations=_Part(get=_activation),
    constraints=_Part(Constraint=object),
    initializers=_Part(Constant=lambda *_: None),
    layers=_Part(**{kind.__name__: kind for kind in _layers}),
    ops=_Part(convert_to_numpy=np.asarray, reshape=np.reshape, take=np.take, tensordot=np.tensordot),
    regularizers=_Part(L1=lambda *_: None),
    saving=_Part(register_keras_serializable=lambda package: lambda kind: kind),
)
