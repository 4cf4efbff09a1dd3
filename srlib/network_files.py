"""Where trained networks are on disk, and which is taken where none is asked for; no network is loaded for that."""

import os
from pathlib import Path

WEIGHTS = Path(__file__).parent / "weights"
CARD, WEIGHTS_FILE = "model.json", "model.weights.h5"  # what the folder of a network holds
# What is taken where no network is asked for: see `benchmarks/defaults.py`, which measures both
_CLEAN = {1: "repair", 2: "small_x2", 3: "small_x3", 4: "small_x4"}
_COMPRESSED = {1: "repair", 2: "photo_x2", 4: "photo_x4"}


def shipped_names() -> list[str]:
    """The names of the networks whose weights travel with the package."""
    return sorted(file.parent.name for file in WEIGHTS.glob(f"*/{CARD}"))


def default_network(scale: int | None = None, *, compressed: bool = False) -> str:
    """The name of the network that upscales by `scale` where no other is asked for; by 2 unless given.

    Parameters
    ----------
    scale : int, optional
        With 1 the image is repaired and keeps its size.
    compressed : bool
        Whether it is for an image that was compressed with loss, as :attr:`srlib.image_files.DecodedImage.compressed` says.

    Raises
    ------
    ValueError
        No network of that scale travels with the package.

    Examples
    --------
    >>> from srlib.network_files import default_network
    >>> default_network(), default_network(4), default_network(4, compressed=True)
    ('small_x2', 'small_x4', 'photo_x4')
    """
    scale = 2 if scale is None else scale
    defaults = _COMPRESSED if compressed else _CLEAN
    if scale not in defaults:
        *scales, last = map(str, defaults)
        raise ValueError(
            f"scale is {scale}, and no network of that scale travels with srlib; expected {', '.join(scales)} or {last}: choose one of these, or name an interpolation, such as bicubic."
        )
    return defaults[scale]


def default_scales(*, compressed: bool = False) -> list[int]:
    """The scales for which a network is taken where no other is asked for.

    Examples
    --------
    >>> from srlib.network_files import default_scales
    >>> default_scales(), default_scales(compressed=True)
    ([1, 2, 3, 4], [1, 2, 4])
    """
    return list(_COMPRESSED if compressed else _CLEAN)


def known(name: str) -> bool:
    """Whether a network of this name travels with the package, or there is a folder that may hold one."""
    return name in shipped_names() or os.path.isdir(name)  # which answers for a name that no file can have
