"""Many image files at once, or a folder of yours, as ``uint8`` RGB images in the order of their paths.

What is an image is told by a file's first bytes, not by its name. Every file of a folder is accounted for: it is read, or it
is an image that cannot be read, and named with the reason, or it is no image.
"""

import hashlib
import os
import re
import warnings
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from ..image_files import FORMATS, format_of, holds_image, read_image
from ..safe_files import printable
from ..scratch_files import is_scratch
from .image_set import ImageSet
from .provenance import Provenance, Source

# What calls itself an image: in a format that srlib reads, so that it is damaged if it is none; and in another one
_OURS = re.compile(
    r".*\.(jpe?g|jpe|jfif?|jif|a?png|webp|tiff?|bmp|dib|gif|avifs?|jp2|j2[ck]|jp[cfx]|p[bgpnf]m)", re.I | re.S
)
_OTHERS = re.compile(
    r".*\.(hei[cf]|hif|jxl|ps[db]|xcf|kra|exr|hdr|svgz?|ico|icns|cur|tga|dds|pcx|sgi|qoi|fits|dcm"
    r"|dng|cr[23w]|nef|nrw|arw|sr2|orf|rw2|raf|pef|rwl|3fr|iiq|erf|mrw|x3f)",
    re.I | re.S,
)
_CLUTTER = ("thumbs.db", "ehthumbs.db", "desktop.ini")
_NAMED = 10  # files that a sentence names; the others are counted


@dataclass
class Found:
    """What lies in a folder and below it, in order.

    Attributes
    ----------
    images : list of Path
        What is an image, or calls itself one: it may be damaged, or of a format that cannot be read here.
    hidden : list of Path
        Images whose name begins with a dot, and hidden folders, which are not looked into: they are not meant.
    links : list of Path
        Links to folders, which are not followed: they may lead anywhere, even back.
    others : list of Path
        What is no image.
    """

    images: list[Path] = field(default_factory=list)
    hidden: list[Path] = field(default_factory=list)
    links: list[Path] = field(default_factory=list)
    others: list[Path] = field(default_factory=list)


def look_through(folder: Path) -> Found:
    """Find the images in a folder and below it.

    Parameters
    ----------
    folder : Path

    Returns
    -------
    Found

    Raises
    ------
    FileNotFoundError
        There is no image.
    OSError
        A folder in it that cannot be read.

    Examples
    --------
    >>> import tempfile
    >>> folder = Path(tempfile.mkdtemp())
    >>> for name in ("a.png", "b", "notes.txt"):
    ...     write = (folder / name).write_bytes(b"GIF89a" if name == "b" else b"words")
    >>> found = look_through(folder)
    >>> [path.name for path in found.images], [path.name for path in found.others]
    (['a.png', 'b'], ['notes.txt'])
    """

    def refuse(error):
        raise OSError(
            f"{error.filename} cannot be read ({error.strerror}); expected a folder that can: change its rights, or take it out."
        ) from None

    found = Found()
    for place, folders, names in os.walk(folder, onerror=refuse):
        inside = [Path(place, name) for name in folders]
        found.hidden += [path for path in inside if path.name.startswith(".")]
        found.links += [path for path in inside if path.is_symlink() and not path.name.startswith(".")]
        folders[:] = [name for name in folders if not name.startswith(".")]
        for path in (Path(place, name) for name in names):
            if not is_scratch(path):
                _kind(path, found).append(path)
    if not found.images:
        raise FileNotFoundError(
            f"{folder} holds no image; expected {', '.join(FORMATS[:-1])} or {FORMATS[-1]}: give another folder, or convert what is in it."
        )
    for paths in (found.images, found.hidden, found.links, found.others):
        paths.sort()
    return found


def _kind(path: Path, found: Found) -> list[Path]:
    """The list that a file belongs to."""
    if path.name.startswith("."):
        return found.hidden if holds_image(path) else found.others
    return found.images if calls_itself_image(path) or holds_image(path) or format_of(path) else found.others


def calls_itself_image(path: Path) -> bool:
    """Whether a name is that of an image, of whatever format.

    Parameters
    ----------
    path : Path

    Returns
    -------
    bool

    Examples
    --------
    >>> calls_itself_image(Path("layers.PSD")), calls_itself_image(Path("letter.txt"))
    (True, False)
    """
    return bool(_OURS.fullmatch(path.name) or _OTHERS.fullmatch(path.name))


def load_folder(folder: Path, source: Source, strict: bool = False) -> ImageSet:
    """All images in a folder and below it; where each lies in a folder of its own class, with labels.

    Parameters
    ----------
    folder : Path
    source : Source
    strict : bool
        Whether a damaged image is an error, instead of being left out.

    Returns
    -------
    ImageSet
        Its `refused` names the images that cannot be read.

    Raises
    ------
    FileNotFoundError
        There is no image.
    OSError
        No image can be read; where it is to be strict, one that is damaged.

    Warns
    -----
    UserWarning
        What was passed over, and why.
    """
    found = look_through(folder)
    refused: dict[Path, str] = {}
    images = read_images(found.images, refused=refused)
    damaged = [path for path in refused if _OURS.fullmatch(path.name) or holds_image(path)]
    if (strict and damaged) or len(refused) == len(found.images):
        paths = sorted(damaged or refused)
        first = refused[paths[0]]
        raise OSError(
            first if len(paths) == 1 else f"{len(paths)} images in {folder} cannot be read ({named(paths)}): {first}"
        )
    if told := _passed_over(found, refused):
        warnings.warn(printable(f"{folder}: {told}"), stacklevel=4)
    files = [path for path in found.images if path not in refused]
    names = [p.relative_to(folder).as_posix() for p in files]
    classes = sorted({n.split("/")[0] for n in names if "/" in n})
    labels = class_names = None
    if classes and all("/" in n for n in names):  # one folder for each class
        labels, class_names = np.array([classes.index(n.split("/")[0]) for n in names]), classes
    left_out = {path.relative_to(folder).as_posix(): refused[path] for path in sorted(refused)}
    return ImageSet(images, names, labels, class_names, Provenance([source]), refused=left_out)


def _passed_over(found: Found, refused: dict[Path, str]) -> str:
    """What of a folder was not taken, and why; nothing where all was."""
    parts = []
    if refused:
        why = "; ".join(refused[path].partition("; expected")[0] for path in sorted(refused)[:_NAMED])
        more = f"; and {len(refused) - _NAMED:,} more" if len(refused) > _NAMED else ""
        parts.append(f"{len(refused)} of {len(found.images)} images left out: {why}{more}")
    return "; ".join(parts + not_meant(found))


def not_meant(found: Found) -> list[str]:
    """Words for what else is in a folder: what is no image, what is hidden, links that were not followed.

    Parameters
    ----------
    found : Found

    Returns
    -------
    list of str

    Examples
    --------
    >>> not_meant(Found(others=[Path("notes.txt"), Path("Thumbs.db")], hidden=[Path(".a.png")]))
    ['no image: notes.txt', 'hidden: .a.png']
    """
    others = [p for p in found.others if not p.name.startswith(".") and p.name.lower() not in _CLUTTER]
    words = {"no image": others, "hidden": found.hidden, "a link, not followed": found.links}
    return [f"{word}: {named(paths)}" for word, paths in words.items() if paths]


def named(paths: Sequence[Path]) -> str:
    """The names of some files for a sentence; of very many, the first.

    Parameters
    ----------
    paths : sequence of Path

    Returns
    -------
    str

    Examples
    --------
    >>> named([Path("a/one.png"), Path("two.png")])
    'one.png, two.png'
    """
    told = ", ".join(path.name for path in paths[:_NAMED])
    return f"{told} and {len(paths) - _NAMED:,} more" if len(paths) > _NAMED else told


def read_images(
    paths: Sequence[Path], digests: Sequence[str] | None = None, refused: dict[Path, str] | None = None
) -> np.ndarray | list[np.ndarray]:
    """Image files as one array where they have one size, else as a list; on all processors.

    Each image is put where it belongs as soon as it is decoded, so that a set of one size needs little more memory
    than its own pixels.

    Parameters
    ----------
    paths : sequence of Path
    digests : sequence of str, optional
        The SHA-256 that each file must have.
    refused : dict, optional
        Gets the files that cannot be read, with the reason; without it, the first of them is an error.

    Returns
    -------
    ndarray of uint8 (N, H, W, 3), or list of ndarray of uint8 (H, W, 3)
        Of those that can be read.

    Raises
    ------
    OSError
        A file that cannot be read, or is not the one with the checksum.
    """
    digests = [None] * len(paths) if digests is None else digests

    def read(i: int) -> np.ndarray | None:
        try:
            return _read_published(paths[i], digests[i])
        except OSError as error:
            if refused is None:
                raise
            refused[paths[i]] = str(error)
            return None

    start, first = next(((i, x) for i in range(len(paths)) if (x := read(i)) is not None), (0, None))
    if first is None:
        return []
    try:
        images = np.empty((len(paths) - start, *first.shape), np.uint8)  # takes memory only where it is written
    except MemoryError:  # as many as this of one size would be too many; but they may be of many sizes
        images = np.empty((1, *first.shape), np.uint8)
    images[0] = first
    others = {}

    def place(i: int) -> None:
        image = read(i)
        if image is not None and i - start < len(images) and image.shape == images.shape[1:]:
            images[i - start] = image
        else:
            others[i] = image

    with ThreadPoolExecutor(os.cpu_count()) as pool:
        try:
            for _ in pool.map(place, range(start + 1, len(paths))):
                pass
        except BaseException:  # one bad file, or Ctrl-C: do not read the rest first
            pool.shutdown(cancel_futures=True)
            raise
    kept = [i for i in range(start, len(paths)) if others.get(i, first) is not None]
    if any(image is not None for image in others.values()):
        return [others[i] if i in others else images[i - start] for i in kept]
    for row, i in enumerate(kept):  # close the gaps; in place, as there may be no room for a copy
        if row < i - start:
            images[row] = images[i - start]
    return images[: len(kept)]


def _read_published(path: Path, sha256: str | None) -> np.ndarray:
    """An image file, which must be the one that was published where its checksum is known."""
    if sha256 is None or not path.is_file():
        return read_image(path)
    data = path.read_bytes()
    if hashlib.sha256(data).hexdigest() != sha256:
        raise OSError(f"{path} is not the file that was published; expected an undamaged file: fetch or save it again.")
    return read_image(data, name=str(path))
