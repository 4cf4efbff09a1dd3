"""Where trained networks are on disk, and which is taken where none is asked for; no network is loaded for that."""

import os
from pathlib import Path

WEIGHTS = Path(__file__).parent / "weights"
CARD, WEIGHTS_FILE = "model.json", "model.weights.h5"  # what the folder of a network holds
# What is taken where no network is asked for: see `benchmarks/defaults.py`, which measures both
_CLEAN = {1: "repair", 2: "small_x2", 3: "small_x3", 4: "small_x4"}
_COMPRESSED = {1: "repair", 2: "photo_x2", 4: "photo_x4"}
# What was trained on to be sharp -> what it began with; the weights may be mixed
SOFT = {"sharp_x4": "small_x4"}


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
    return (
        name in shipped_names() or mixed(name) is not None or os.path.isdir(name)
    )  # also for a name that no file can have


def mixed(name: str) -> tuple[str, str, float] | None:
    """The two networks, and the share of the second, of which a name such as ``sharp_x4@0.5`` is made; None for others.

    Raises
    ------
    ValueError
        A share that is not from 0 to 1.

    Examples
    --------
    >>> from srlib.network_files import mixed
    >>> mixed("sharp_x4@0.5"), mixed("small_x4")
    (('small_x4', 'sharp_x4', 0.5), None)
    """
    sharp, at, share = name.partition("@")
    if not at or sharp not in SOFT:
        return None
    try:
        number = float(share)
    except ValueError:
        number = -1.0
    if not 0 <= number <= 1:
        raise ValueError(
            f"the sharpness of {sharp} is {share!r:.40}; expected a number from 0 to 1: write it as in {sharp}@0.5."
        )
    return SOFT[sharp], sharp, number
