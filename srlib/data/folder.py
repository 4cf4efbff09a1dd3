"""Image files: one, many at once, or a folder of yours.

Enters: paths. Leaves: ``uint8`` RGB images, upright, in the order of the paths.
"""

import contextlib
import hashlib
import io
import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np

from .image_set import ImageSet

SUFFIXES = (".jpg", ".jpeg", ".png", ".webp", ".tif", ".tiff", ".bmp")


def load_folder(folder: Path) -> ImageSet:
    """All images in a folder and below it; where each lies in a folder of its own class, with labels."""
    files = image_files(folder)
    if not files:
        raise FileNotFoundError(
            f"{folder} holds no image; expected files ending in {', '.join(SUFFIXES)}: give another folder, or convert them."
        )
    names = [p.relative_to(folder).as_posix() for p in files]
    classes = sorted({n.split("/")[0] for n in names if "/" in n})
    labels = class_names = None
    if classes and all("/" in n for n in names):  # one folder for each class
        labels, class_names = np.array([classes.index(n.split("/")[0]) for n in names]), classes
    return ImageSet(read_images(files), names, labels, class_names, source=str(folder))


def image_files(folder: Path) -> list[Path]:
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
    first = read_image(paths[0], sha256=digests[0])
    try:
        images = np.empty((len(paths), *first.shape), np.uint8)  # (N, H, W, 3); takes memory only where it is written
    except MemoryError:  # as many as this of one size would be too many; but they may be of many sizes
        images = np.empty((1, *first.shape), np.uint8)
    images[0] = first
    others = {}

    def place(i: int) -> None:
        image = read_image(paths[i], sha256=digests[i])
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


def read_image(path: str | Path, *, sha256: str | None = None) -> np.ndarray:
    """An image file as RGB.

    Parameters
    ----------
    path : str or Path
        Whatever Pillow reads; of several images the first. Turned upright by its EXIF orientation; grey and palette become RGB; transparency is laid on white.
    sha256 : str, optional
        What the file's SHA-256 must be.

    Returns
    -------
    ndarray of uint8, (H, W, 3)

    Raises
    ------
    FileNotFoundError
        There is no such file.
    OSError
        It is not an image, or is damaged or too large, or not the one that the checksum belongs to.
    """
    from PIL import Image, ImageOps, UnidentifiedImageError

    path = Path(path)
    if not path.is_file():
        raise FileNotFoundError(f"There is no file {str(path)!r}; expected an image: check the spelling.")
    try:
        data = path.read_bytes()
        if sha256 is not None and hashlib.sha256(data).hexdigest() != sha256:
            raise OSError("it is not the file that was published")
        with Image.open(io.BytesIO(data)) as image:
            tags = {}
            if image.format == "TIFF":
                image.seek(pages_of(image)[0])
                tags = image.tag_v2  # an image that was turned upright has none
            with contextlib.suppress(Exception):  # damaged EXIF says nothing about the pixels: they stay as they are
                image = ImageOps.exif_transpose(image)
            if image.mode in ("F", "I"):
                raise OSError(
                    f"its pixels are {'fractions' if image.mode == 'F' else 'whole numbers'} of 32 bits without a stated range"
                )
            if image.mode.startswith("I;16"):
                return np.repeat((deep_grey(image, tags)[..., None] / 257).round().astype(np.uint8), 3, axis=-1)
            if "A" in image.getbands() or "transparency" in image.info:
                image = image.convert("RGBA")
                image = Image.alpha_composite(Image.new("RGBA", image.size, "white"), image)
            return np.asarray(image.convert("RGB"))
    except UnidentifiedImageError:
        raise OSError(
            f"{path} is not an image that Pillow can read; expected JPEG, PNG, WebP, TIFF or BMP: open it in a viewer, or convert it."
        ) from None
    except MemoryError:
        raise
    except Exception as error:  # a decoder that is fed a stranger's bytes can raise anything
        raise OSError(
            f"{path} cannot be read as an image ({error}); expected an undamaged file: fetch or save it again."
        ) from None


def pages_of(image) -> list[int]:
    """Which pages of a file that Pillow opened are images of their own: a thumbnail is none, nor what a telephone adds."""
    pages = list(range(getattr(image, "n_frames", 1)))
    if image.format == "MPO":  # a photograph, and depth or a second view
        return pages[:1]
    if image.format == "TIFF" and len(pages) > 1:
        return [i for i in pages if not image.seek(i) and not image.tag_v2.get(254, 0) & 1] or [0]  # 1: a thumbnail
    return pages


def deep_grey(image, tags) -> np.ndarray:
    """The levels of a grey image of 16 bits, from black, 0, to white, 65535, from either order of bytes; `tags`: its TIFF's."""
    levels = np.asarray(image).astype(np.uint16)
    if tags.get(258, (16,))[0] == 12:
        levels = (levels.astype(np.uint32) * 65535 // 4095).astype(np.uint16)
    if tags.get(262) == 0:  # white is zero: Pillow minds it in 8 bits only
        levels = 65535 - levels
    return levels
