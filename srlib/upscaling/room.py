"""Whether the memory suffices for an image file and its larger result, told before either is made.

A process that takes more than its container allows is killed without a message, so the limit that holds is read: the least
of the machine's memory, the limits of the control groups above the process, and its own.
"""

import contextlib
import math
import os
from collections.abc import Iterator
from pathlib import Path

from ..image_files import Kind
from ..image_files.opening import opened_at
from ..image_files.sixteen_bits import has_sixteen_bits
from .sizes import size_of

_UNLIMITED = 2**60  # control groups of the first kind write a larger number where there is no limit
# Names in the two kinds of control groups: of the limit, of what is used, and of what is used for files and can be freed
_GROUPS = (
    ("memory.max", "memory.current", ("inactive_file", "active_file")),
    ("memory.limit_in_bytes", "memory.usage_in_bytes", ("total_inactive_file", "total_active_file")),
)
_TILES = 500e6  # bytes for the tiles of a network; an interpolation takes less
_STRIPS = 100e6


def check_room(source: Path | bytes, kind: Kind, asked: tuple, *, network: bool) -> None:
    """Whether a file and its result fit into the memory.

    Parameters
    ----------
    source : Path or bytes
        Of it the header alone is read; what is no image passes.
    kind : Kind
        What is written.
    asked : (scale, width, height)
        As for :func:`srlib.upscaling.sizes.size_of`.
    network : bool
        Whether a network makes it, which needs more than an interpolation.

    Raises
    ------
    MemoryError
        They do not.
    """
    try:
        with opened_at(source if isinstance(source, bytes) else Path(source), "", 0) as image:
            height, width = _largest(image.size, asked)
            need = _needed(image, kind, height * width) + (_TILES if network else _STRIPS)
    except Exception:  # a stranger's file: the decoder will say what is wrong with it
        return
    room = memory_left()
    if need > room:
        name = "the image" if isinstance(source, bytes) else source
        raise MemoryError(
            f"{name} would become {width}x{height}, which takes {need / 2**30:.1f} GiB of memory, and {max(0, room) / 2**30:.1f} are left to this process; expected more: give a smaller scale, cut the image into parts, or raise the limit."
        )


def _largest(size: tuple[int, int], asked: tuple) -> tuple[int, int]:
    """The larger result of an image that may yet be turned: to ask for its EXIF would decode a PNG."""
    found = []
    for height, width in (size[::-1], size):
        with contextlib.suppress(ValueError):  # turned the other way, it would not be enlarged
            found.append(size_of((height, width), *asked)[1])
    return max(found, key=math.prod)


def _needed(image, kind: Kind, pixels: int) -> float:
    """Bytes for the decoded image and for the result, as measured: `tests/upscaling/test_room.py` does it again."""
    grey, sixteen = image.mode in ("1", "L", "LA", "I;16", "I;16B"), has_sixteen_bits(image)
    transparent = "transparency" in image.info or image.mode in ("LA", "La", "PA", "RGBA", "RGBa")
    read = (28 if sixteen else 9) if not grey else (10 if sixteen else 4)
    if sixteen and kind.deep:
        written = 2 * ((1 if grey else 3) + transparent)
    else:  # Pillow keeps four bytes of a colour
        written = 1 if grey else 4
    if transparent:
        read += 12
        written += 6 if kind.alpha else 0
    if kind.format == "WEBP":  # whose encoder keeps the image in its own way, too
        written += 20 if transparent else 10
    return image.width * image.height * read + pixels * written


def memory_left(root: Path = Path("/")) -> float:
    """How many bytes this process may still take; infinite where nothing tells.

    Parameters
    ----------
    root : Path
        Below it, the system's files are read.

    Returns
    -------
    float

    Examples
    --------
    >>> memory_left() > 0
    True
    """
    return min((*_left_on_machine(root), *_left_to_process(root), *_left_to_groups(root)), default=math.inf)


def _left_on_machine(root: Path) -> Iterator[float]:
    with contextlib.suppress(AttributeError, ValueError, OSError):  # not every system tells how much it has
        yield os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") - _own_pages(root, 1)


def _left_to_process(root: Path) -> Iterator[float]:
    with contextlib.suppress(ImportError, AttributeError, ValueError, OSError):
        import resource  # not on Windows

        limit, _ = resource.getrlimit(resource.RLIMIT_AS)
        if limit != resource.RLIM_INFINITY:
            yield limit - _own_pages(root, 0)


def _own_pages(root: Path, which: int) -> int:
    """Bytes of this process: of its addresses (0), of those that are in memory (1)."""
    try:
        return int((root / "proc/self/statm").read_text().split()[which]) * os.sysconf("SC_PAGE_SIZE")
    except OSError:  # not Linux
        return 0


def _left_to_groups(root: Path) -> Iterator[float]:
    """In every group that the process is in, and in those that these are in."""
    with contextlib.suppress(OSError, ValueError):
        for line in (root / "proc/self/cgroup").read_text().splitlines():
            _, controllers, path = line.split(":", 2)
            for mount in (
                ("", "unified") if not controllers else ("memory",) if "memory" in controllers.split(",") else ()
            ):
                base = root / "sys/fs/cgroup" / mount
                group = base / path.strip("/")
                for folder in (group, *group.parents):
                    if folder == base or base in folder.parents:
                        yield from _left_to_group(folder)


def _left_to_group(folder: Path) -> Iterator[float]:
    for limit, used, files in _GROUPS:
        with contextlib.suppress(OSError, ValueError):  # no such file, or the word max
            most, taken = (int((folder / name).read_text()) for name in (limit, used))
            told = dict(line.split() for line in (folder / "memory.stat").read_text().splitlines())
            if most < _UNLIMITED:
                yield most - taken + sum(int(told.get(name, 0)) for name in files)
