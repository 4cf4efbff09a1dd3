"""What computes a network: Keras, or ONNX Runtime, which starts in a tenth of the time and takes an eighth of the memory.

For ONNX Runtime a network is written as an ONNX file into the cache, once, out of its card and its weights; that takes no
Keras (:mod:`srlib.outline`). A file is known by what the network's own files hold and by the code that wrote it, so that
it is never an older network's.
"""

import contextlib
import hashlib
import importlib.util
import os
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace

import numpy as np

from . import __version__
from .network_files import CARD, WEIGHTS, WEIGHTS_FILE, mixed, shipped_names
from .safe_files import write_whole

ENGINES = ("keras", "onnx")
_WRITERS = (
    "layers/*.py",
    "networks/*.py",
    "onnx_export.py",
    "outline.py",
    "protobuf.py",
)  # the code that decides what is in a file


@dataclass(frozen=True)
class TileTraits:
    """What tiling needs to know of a network, in LR pixels, as :class:`srlib.layers.Traits` has it."""

    reach: int
    stride: int


class OnnxNetwork:
    """A network that ONNX Runtime computes: called with (N, h, w, 3) it gives (N, scale*h, scale*w, 3).

    Parameters
    ----------
    file : Path or bytes
        What :func:`srlib.export` wrote.
    """

    def __init__(self, file: Path | bytes):
        import onnxruntime

        options = onnxruntime.SessionOptions()
        options.log_severity_level = 4  # what goes wrong is raised, too
        self._session = onnxruntime.InferenceSession(
            file if isinstance(file, bytes) else str(file), options, providers=["CPUExecutionProvider"]
        )
        meta = self._session.get_modelmeta()
        told = meta.custom_metadata_map
        self.name, self.traits = meta.graph_name, TileTraits(int(told["reach"]), int(told["stride"]))
        self.card = SimpleNamespace(scale=int(told["scale"]), architecture=SimpleNamespace(builder=self.name))

    def __call__(self, lr: np.ndarray) -> np.ndarray:
        try:
            return self._session.run(["sr"], {"lr": lr})[0]
        except Exception as error:  # classes that ONNX Runtime makes when it is loaded
            if "alloc" not in str(error):
                raise
            raise no_room(lr) from None


def no_room(lr: np.ndarray) -> MemoryError:
    """What is raised where a tile does not fit into the memory, whatever computes it."""
    return MemoryError(
        f"the memory does not suffice for tiles of {lr.shape[1]}x{lr.shape[2]}; expected room for a few of them: give a smaller tile, or close other programs."
    )


def installed(engine: str) -> bool:
    """Whether what an engine needs is installed.

    Parameters
    ----------
    engine : {"keras", "onnx"}

    Returns
    -------
    bool

    Examples
    --------
    >>> from srlib.engines import installed
    >>> installed("onnx")
    True
    """
    if engine == "keras":
        backend = os.environ.get("KERAS_BACKEND", "tensorflow")
        return all(map(importlib.util.find_spec, ("keras", backend)))
    return importlib.util.find_spec("onnxruntime") is not None


def load_network(name: str | Path, engine: str | None = None):
    """A trained network, for an engine.

    Parameters
    ----------
    name : str or Path
        As for :func:`srlib.load_model`.
    engine : {"keras", "onnx"}, optional
        ONNX Runtime unless given; Keras for a network with a layer of one's own that does not say what it is in ONNX.

    Returns
    -------
    keras.Model or OnnxNetwork

    Raises
    ------
    ValueError
        As :func:`srlib.load_model`.
    ImportError
        Keras is asked for, and not installed.

    Examples
    --------
    >>> from srlib.engines import load_network
    >>> load_network("small_x2", "keras").card.scale
    2
    """
    if engine == "keras":
        from .checkpoints import load_model

        return load_model(name)
    key = _key(name)
    file = None if key is None else _place(key)
    if file is not None and file.is_file():
        return OnnxNetwork(file)
    from .checkpoints import read_model
    from .onnx_export import encoded

    model = read_model(name)
    try:
        data = encoded(model)
    except ValueError:
        if engine is None:
            return model
        raise
    if file is not None:
        with contextlib.suppress(OSError):  # it is written again the next time
            write_whole(file, lambda scratch: scratch.write_bytes(data))
    return OnnxNetwork(data)


def check_engine(method, engine: str | None) -> None:
    """Whether a network is one of an engine.

    Parameters
    ----------
    method : keras.Model or OnnxNetwork
    engine : {"keras", "onnx"}, optional

    Raises
    ------
    ValueError
        It is a network of Keras, and the engine is another.

    Examples
    --------
    >>> from srlib.engines import check_engine
    >>> check_engine(lambda lr: lr, "keras")
    """
    if engine == "onnx" and not isinstance(method, OnnxNetwork):
        raise ValueError(
            f"engine is 'onnx', and method is {getattr(method, 'name', 'a function')}, which Keras has loaded; expected the name or the folder of a network: give that, or leave engine out."
        )


def _key(name: str | Path) -> str | None:
    """What tells a network and the code that writes it from all others; None where it has no files."""
    bare = str(name).removesuffix("+") if not os.path.isdir(name) else str(name)
    parts = None if isinstance(name, Path) or os.path.isdir(bare) else mixed(bare)
    names, share = (parts[:2], parts[2]) if parts else ([bare], None)
    folders = [WEIGHTS / n if n in shipped_names() and not isinstance(name, Path) else Path(n) for n in names]
    digest = hashlib.sha256(f"{__version__} {bare != str(name)} {share}".encode())
    package = Path(__file__).parent
    writers = [file for pattern in _WRITERS for file in sorted(package.glob(pattern))]
    try:
        for file in (*(folder / file for folder in folders for file in (CARD, WEIGHTS_FILE)), *writers):
            digest.update(hashlib.sha256(file.read_bytes()).digest())
    except OSError:
        return None
    return digest.hexdigest()


def _place(key: str) -> Path | None:
    from .data.cache import FetchError, cache_root

    try:
        return cache_root() / "onnx" / f"{key}.onnx"
    except FetchError:  # there is no cache
        return None
