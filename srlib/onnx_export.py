"""Networks as ONNX files, for programs that know nothing of Keras.

The graph is built from the layers themselves, each of which says what it is in ONNX (:mod:`srlib.layers.onnx_nodes`);
nothing is traced. The file holds the card and the licence of the network, too.
"""

import json
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from . import __version__
from .checkpoints import load_model
from .layers import onnx_nodes, traits_of
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
    ImportError
        The package onnx is not installed.

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
    _onnx()
    if isinstance(model, (str, Path)):
        model = load_model(model)
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


def _onnx():
    try:
        import onnx
    except ImportError as error:
        raise ImportError(
            f"onnx is not installed ({error}); expected it for writing ONNX files: pip install 'srlib[onnx]'."
        ) from None
    return onnx


def _serialized(graph: Graph, model) -> bytes:
    onnx, card = _onnx(), model.card
    from onnx import helper, numpy_helper

    image = lambda name, *sides: helper.make_tensor_value_info(name, onnx.TensorProto.FLOAT, ["N", *sides, 3])
    made = helper.make_model(
        helper.make_graph(
            [helper.make_node(node.kind, node.inputs, [node.output], **node.attributes) for node in graph.nodes],
            card.architecture.builder,
            [image("lr", "h", "w")],
            [image("sr", "H", "W")],
            [numpy_helper.from_array(array, name) for name, array in graph.constants.items()],
        ),
        producer_name="srlib",
        producer_version=__version__,
        opset_imports=[helper.make_opsetid("", OPSET)],
        ir_version=_IR,
    )
    traits = traits_of(model)
    told = {
        "scale": str(card.scale),
        "reach": str(traits.reach),
        "stride": str(traits.stride),
        "licence": card.licence,
        "card": json.dumps(card.to_dict()),
    }
    helper.set_model_props(made, told)
    return made.SerializeToString()
