"""Many image files at once, or a folder of yours, as ``uint8`` RGB images in the order of their paths."""

import hashlib
import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np

from ..image_files import read_image
from .image_set import ImageSet
from .provenance import Provenance, Source

SUFFIXES = (".jpg", ".jpeg", ".png", ".webp", ".tif", ".tiff", ".bmp")


def load_folder(folder: Path, source: Source) -> ImageSet:
    """All images in a folder and below it; where each lies in a folder of its own class, with labels."""
    files = files_in(folder)
    if not files:
        raise FileNotFoundError(
            f"{folder} holds no image; expected files ending in {', '.join(SUFFIXES)}: give another folder, or convert them."
        )
    names = [p.relative_to(folder).as_posix() for p in files]
    classes = sorted({n.split("/")[0] for n in names if "/" in n})
    labels = class_names = None
    if classes and all("/" in n for n in names):  # one folder for each class
        labels, class_names = np.array([classes.index(n.split("/")[0]) for n in names]), classes
    return ImageSet(read_images(files), names, labels, class_names, Provenance([source]))


def files_in(folder: Path) -> list[Path]:
    """The image files in a folder and below it, in order; hidden ones (``.ipynb_checkpoints``, ``._a.png``) are not meant."""

    def refuse(error):
        raise OSError(
            f"{error.filename} cannot be read ({error.strerror}); expected a folder that can: change its rights, or take it out."
        ) from None

    found = []
    for place, folders, names in os.walk(folder, onerror=refuse):
        folders[:] = [name for name in folders if not name.startswith(".")]
        found += [Path(place, name) for name in names if not name.startswith(".")]
    return sorted(p for p in found if p.suffix.lower() in SUFFIXES and p.is_file())


def read_images(paths: Sequence[Path], digests: Sequence[str] | None = None) -> np.ndarray | list[np.ndarray]:
    """Image files as one array where they have one size, else as a list; on all processors.

    Each image is put where it belongs as soon as it is decoded, so that a set of one size needs little more memory
    than its own pixels.

    Parameters
    ----------
    paths : sequence of Path
    digests : sequence of str, optional
        The SHA-256 that each file must have.

    Returns
    -------
    ndarray of uint8 (N, H, W, 3), or list of ndarray of uint8 (H, W, 3)
    """
    digests = [None] * len(paths) if digests is None else digests
    first = _read_published(paths[0], digests[0])
    try:
        images = np.empty((len(paths), *first.shape), np.uint8)  # (N, H, W, 3); takes memory only where it is written
    except MemoryError:  # as many as this of one size would be too many; but they may be of many sizes
        images = np.empty((1, *first.shape), np.uint8)
    images[0] = first
    others = {}

    def place(i: int) -> None:
        image = _read_published(paths[i], digests[i])
        if i < len(images) and image.shape == images.shape[1:]:
            images[i] = image
        else:
            others[i] = image

    with ThreadPoolExecutor(os.cpu_count()) as pool:
        try:
            for _ in pool.map(place, range(1, len(paths))):
                pass
        except BaseException:  # one bad file, or Ctrl-C: do not read the rest first
            pool.shutdown(cancel_futures=True)
            raise
    return [others[i] if i in others else images[i] for i in range(len(paths))] if others else images


def _read_published(path: Path, sha256: str | None) -> np.ndarray:
    """An image file, which must be the one that was published where its checksum is known."""
    if sha256 is None or not path.is_file():
        return read_image(path)
    data = path.read_bytes()
    if hashlib.sha256(data).hexdigest() != sha256:
        raise OSError(f"{path} is not the file that was published; expected an undamaged file: fetch or save it again.")
    return read_image(data, name=str(path))
