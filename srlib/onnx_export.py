"""Networks as ONNX files, for programs that know nothing of Keras.

The graph is built from the layers themselves, each of which says what it is in ONNX (:mod:`srlib.layers.onnx_nodes`);
nothing is traced. The file holds the card and the licence of the network, too.
"""

import json
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from . import __version__
from .checkpoints import read_model
from .layers import onnx_nodes, traits_of
from .protobuf import message
from .recipe import ModelCard
from .safe_files import check_file, write_whole

OPSET = 17  # the version of ONNX' operators that the files ask for
_IR = 8  # and the version of the file format that came with it
_FLOAT, _INTEGERS = np.float32, np.int64  # all that the graphs compute with


@dataclass(frozen=True)
class Node:
    """One operator of a graph: its kind, the names of what it takes and of what it gives, its attributes."""

    kind: str
    inputs: tuple[str, ...]
    output: str
    attributes: dict


@dataclass
class Graph:
    """What a network computes, as operators of ONNX and constants, by name.

    Attributes
    ----------
    nodes : list of Node
        In the order in which they are computed.
    constants : dict
        Name -> array.
    channels : dict
        How many channels there are in the results of layers, by name.

    Examples
    --------
    >>> import numpy as np
    >>> from srlib.onnx_export import Graph
    >>> graph = Graph()
    >>> graph.node("Add", "x", graph.constant(np.float32(0.5)))
    'Add_0'
    """

    nodes: list[Node] = field(default_factory=list)
    constants: dict[str, np.ndarray] = field(default_factory=dict)
    channels: dict[str, int] = field(default_factory=dict)

    def node(self, kind: str, *inputs: str, **attributes) -> str:
        """Add an operator; the name of its result."""
        output = f"{kind}_{len(self.nodes)}"
        self.nodes.append(Node(kind, inputs, output, attributes))
        return output

    def constant(self, values) -> str:
        """The name of an array, as 32-bit floating point or 64-bit whole numbers; equal ones are held once."""
        array = np.asarray(values)
        array = np.ascontiguousarray(array, _INTEGERS if array.dtype.kind in "iu" else _FLOAT).reshape(array.shape)
        for name, known in self.constants.items():
            if known.dtype == array.dtype and np.array_equal(known, array):
                return name
        name = f"constant_{len(self.constants)}"
        self.constants[name] = array
        return name

    def size(self, x: str, axis: int) -> str:
        """The name of a number: how long a tensor is along an axis."""
        return self.node("Gather", self.node("Shape", x), self.constant(np.array(axis)), axis=0)


def export(model, path: str | Path, *, replace: bool = True) -> Path:
    """Write a network as an ONNX file.

    Its input ``lr`` and its output ``sr`` are laid out as Keras has them: (N, h, w, 3) -> (N, scale*h, scale*w, 3),
    ``float32``, for images in [0, 1] of any number and size. The output is not clipped. The licence and the card (as JSON)
    are in the file's metadata, and how large the margin and the grid of tiles must be: reach and stride, in LR pixels.

    Parameters
    ----------
    model : keras.Model, str or Path
        From :func:`srlib.build_model`, :func:`srlib.load_model` or :func:`srlib.self_ensemble`, or what
        :func:`srlib.load_model` takes.
    path : str or Path
        Ends in ``.onnx``.
    replace : bool
        Whether a file of this name may be replaced.

    Returns
    -------
    Path
        That of the file.

    Raises
    ------
    ValueError
        Another ending, a model that srlib did not make, a layer that cannot be exported.
    OSError
        The file exists and may not be replaced, or cannot be written.

    Examples
    --------
    >>> import tempfile, srlib
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     srlib.export("small_x2", f"{folder}/small_x2.onnx").name
    'small_x2.onnx'
    """
    path = Path(path)
    if path.suffix.lower() != ".onnx":
        raise ValueError(f"{path} is no name of an ONNX file; expected one that ends in .onnx: add that.")
    if path.exists() and not replace:
        raise FileExistsError(f"{path} exists; expected a free name: choose another, or remove it.")
    check_file(path)
    if isinstance(model, (str, Path)):
        model = read_model(model)
    data = encoded(model)
    write_whole(path, lambda scratch: scratch.write_bytes(data), replace=replace)
    return path


def encoded(model) -> bytes:
    """What :func:`export` writes.

    Parameters
    ----------
    model : keras.Model

    Returns
    -------
    bytes

    Raises
    ------
    ValueError
        A model that srlib did not make, or a layer that cannot be exported.

    Examples
    --------
    >>> import srlib
    >>> from srlib.onnx_export import encoded
    >>> len(encoded(srlib.build_model("espcn", width=4))) < 10_000
    True
    """
    card = getattr(model, "card", None)
    if not isinstance(card, ModelCard):
        raise ValueError(
            f"model {getattr(model, 'name', model)!r} was not made by srlib; expected one from srlib.build_model or srlib.load_model: for others use Keras' own model.export."
        )
    graph = Graph()
    sr = onnx_nodes(graph, model, graph.node("Transpose", "lr", perm=[0, 3, 1, 2]))
    graph.nodes.append(Node("Transpose", (sr,), "sr", {"perm": [0, 2, 3, 1]}))
    return _serialized(graph, model)


def _serialized(graph: Graph, model) -> bytes:
    """The file; the numbers of the fields are those of ``onnx.proto``."""
    card, traits = model.card, traits_of(model)
    told = {
        "scale": card.scale,
        "reach": traits.reach,
        "stride": traits.stride,
        "licence": card.licence,
        "card": json.dumps(card.to_dict()),
    }
    body = message(
        *((1, _node(node)) for node in graph.nodes),
        (2, card.architecture.builder),
        *((5, _tensor(name, array)) for name, array in graph.constants.items()),
        (11, _image("lr", "h", "w")),
        (12, _image("sr", "H", "W")),
    )
    return message(
        (1, _IR),
        (2, "srlib"),
        (3, __version__),
        (7, body),
        (8, message((1, ""), (2, OPSET))),
        *((14, message((1, key), (2, str(value)))) for key, value in told.items()),
    )


def _node(node: Node) -> bytes:
    attributes = ((5, _attribute(name, value)) for name, value in node.attributes.items())
    return message(*((1, name) for name in node.inputs), (2, node.output), (4, node.kind), *attributes)


def _attribute(name: str, value) -> bytes:
    if isinstance(value, list):
        return message((1, name), *((8, n) for n in value), (20, 7))
    number, kind = {float: (2, 1), int: (3, 2), str: (4, 3)}[type(value)]
    return message((1, name), (number, value), (20, kind))


def _tensor(name: str, array: np.ndarray) -> bytes:
    kind = {_FLOAT: 1, _INTEGERS: 7}[array.dtype.type]
    return message(
        *((1, n) for n in array.shape), (2, kind), (8, name), (9, array.astype(array.dtype.newbyteorder("<")).tobytes())
    )


def _image(name: str, *sides: str) -> bytes:
    sides = (message((2, side)) for side in ("N", *sides))
    shape = message(*((1, side) for side in sides), (1, message((1, 3))))
    return message((1, name), (2, message((1, message((1, 1), (2, shape))))))
