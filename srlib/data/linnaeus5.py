"""Linnaeus 5: five classes of small photographs, the reference system's own data.

Its publisher gives RAR archives and no checksum. So trust is earned by content: exactly the five classes, the promised
number of images in each, every one of them a JPEG that decodes to RGB of the promised size. The SHA-256 of the archive
that stood this test is written down, and any later one must have it.
"""

import io
import os
import re
from pathlib import Path
from urllib.parse import quote

import numpy as np

from ..images import check_choice
from . import rar
from .cache import FetchError, NotFetched, cache_root, read_sums, sha256_of, sums_text, workbench
from .download import download, progress_bar
from .folder import read_images
from .image_set import ImageSet
from .provenance import Provenance, Source

CLASSES = ("berry", "bird", "dog", "flower", "other")
COUNTS = {"train": 1200, "test": 400}  # of each class
SIZES = (32, 64, 128, 256)
ADDRESS = "https://chaladze.com/l5/img/{name}.rar"
_LIMIT = 2**30  # bytes; the largest archive has about 433 MB
_SUMS = "SHA256SUMS"
_PICTURE = re.compile(
    rf"(?:[^/]+/)?(?P<name>(?:{'|'.join(COUNTS)})/(?:{'|'.join(CLASSES)})/[^/\x00-\x1f]+\.jpe?g)", re.IGNORECASE
)


def folder_name(size: int) -> str:
    """As the publisher calls it."""
    return f"Linnaeus 5 {size}X{size}"


def on_disk(size: int = 128) -> Path | None:
    """The folder of the set, or None; a folder that this library did not fill does not count."""
    folder = cache_root() / folder_name(check_choice(size, SIZES, "size"))
    return folder if (folder / _SUMS).is_file() else None


def load(split: str | None = None, *, size: int = 128, download: bool = True) -> ImageSet:
    """The images with their classes; see :func:`srlib.load_images`."""
    if on_disk(size) is None:
        if not download:
            raise NotFetched(
                f"linnaeus5 at {size}x{size} is not in {cache_root()}; expected it there, as nothing was to be downloaded: run `{_command(size)}`."
            )
        fetch(size)
    folder = on_disk(size)
    sums = _sums(folder)
    names = sorted((n for n in sums if split is None or n.startswith(split + "/")), key=_order)
    try:
        if not names:
            raise OSError(f"{_SUMS} does not list its images")
        images = read_images([folder / n for n in names], [sums[n] for n in names])
    except OSError as error:
        raise FetchError(
            f"{folder} is damaged ({str(error).split(';')[0]}); expected the images as they were unpacked: run `{_command(size)}`, which puts it right."
        ) from None
    labels = np.array([CLASSES.index(n.split("/")[1]) for n in names])
    source = Source("linnaeus5", split=split, changes=() if size == 128 else (("edition", size),))
    return ImageSet(images, names, labels, list(CLASSES), Provenance([source]))


def _command(size: int) -> str:
    return "srlib data fetch linnaeus5" + ("" if size == 128 else f" --size {size}")


def _order(name: str) -> tuple:
    """Training before test, then by class, then by number: 2 before 10."""
    split, label, file = name.split("/")
    return (
        list(COUNTS).index(split),
        label,
        [part.zfill(9) if part.isdigit() else part for part in re.split(r"(\d+)", file)],
    )


def fetch(size: int = 128) -> Path:
    """Download, check and unpack the set, unless it is on disk and whole.

    An archive that you put into the cache yourself, under its own name, is used instead of a download.

    Parameters
    ----------
    size : {128, 32, 64, 256}
        Side of an image in pixels.

    Returns
    -------
    Path
        The folder that holds it.

    Raises
    ------
    FetchError
        It could not be had, or is not what it should be. The cache is then as it was.
    """
    check_choice(size, SIZES, "size")
    if _whole(size):
        return on_disk(size)
    program = rar.unpacker()  # before the long download rather than after it
    name = folder_name(size)
    target, record = cache_root() / name, cache_root() / f"{name}.rar.sha256"
    with workbench(f"linnaeus5-{size}") as bench:
        if _whole(size):  # another process was at it in the meantime
            return target
        if target.exists() and on_disk(size) is None:
            raise FetchError(
                f"{target} is there already and was not made by srlib; expected nothing in its place: load it by its path, or move it away."
            )
        archive = _archive(name, bench)
        digest = sha256_of(archive)
        known = read_sums(record.read_text("utf-8")).get(archive.name) if record.is_file() else None
        if known not in (None, digest):
            raise FetchError(
                f"{archive.name} has SHA-256 {digest[:12]}...; expected {known[:12]}..., as at first use: remove {record} if you trust the new one."
            )
        sums = _unpack(archive, program, bench / name, size)
        (bench / name / _SUMS).write_text(sums_text(sums), "utf-8")
        (bench / record.name).write_text(sums_text({archive.name: digest}), "utf-8")
        os.replace(bench / record.name, record)
        if target.exists():
            os.replace(target, bench / "damaged")
        os.replace(bench / name, target)
    return target


def _sums(folder: Path) -> dict[str, str]:
    """The checksums of all images; of none where the list itself is damaged."""
    try:
        sums = read_sums((folder / _SUMS).read_text("utf-8"))
    except ValueError:
        return {}
    return sums if len(sums) == len(CLASSES) * sum(COUNTS.values()) else {}


def _whole(size: int) -> bool:
    folder = on_disk(size)
    if folder is None:
        return False
    sums = _sums(folder)
    right = ((folder / name).is_file() and sha256_of(folder / name) == digest for name, digest in sums.items())
    return bool(sums) and all(right)


def _archive(name: str, bench: Path) -> Path:
    own, archive = cache_root() / f"{name}.rar", bench / f"{name}.rar"
    if own.is_file():
        return own
    with progress_bar(1, name, unit="B", unit_scale=True) as bar:  # the server tells how many, if it does
        download(ADDRESS.format(name=quote(name)), archive, limit=_LIMIT, progress=bar)
    return archive


def _unpack(archive: Path, program: str, folder: Path, size: int) -> dict[str, str]:
    """Write every image below `folder`, and return their checksums."""
    import hashlib

    listed = rar.members(archive, program)
    names = {member: _name_of(member.name) for member in listed}
    _check_counts([name for name in names.values() if name])
    for split in COUNTS:
        for label in CLASSES:
            (folder / split / label).mkdir(parents=True)
    sums = {}
    with progress_bar(len(listed), "unpacking", unit=" files") as bar:
        for member, data in rar.contents(archive, program, listed):
            name = names[member]
            if name:
                _check_image(name, data, size)
                (folder / name).write_bytes(data)
                sums[name] = hashlib.sha256(data).hexdigest()
            bar.update()
    return sums


def _name_of(name: str) -> str | None:
    """Where a file of the archive belongs; None for what is no image (a thumbnail database, a note)."""
    match = _PICTURE.fullmatch(name)
    if match:
        split, label, file = match["name"].split("/")
        return f"{split.lower()}/{label.lower()}/{file}"
    if name.lower().endswith((".jpg", ".jpeg")):
        raise FetchError(
            f"The archive holds {name!r}; expected images of {', '.join(CLASSES)} in {' and '.join(COUNTS)}: it is another set, or another edition of this one."
        )
    return None


def _check_counts(names: list[str]) -> None:
    if len({name.lower() for name in names}) < len(names):
        raise FetchError("The archive holds two images of one name; expected each once: do not unpack it.")
    for split, expected in COUNTS.items():
        for label in CLASSES:
            count = sum(name.startswith(f"{split}/{label}/") for name in names)
            if count != expected:
                raise FetchError(
                    f"The archive holds {count} images in {split}/{label}; expected {expected:,}: it is not complete, or another edition."
                )


def _check_image(name: str, data: bytes, size: int) -> None:
    from PIL import Image

    try:
        with Image.open(io.BytesIO(data), formats=["JPEG"]) as image:
            image.load()
            found = f"{image.size[0]}x{image.size[1]} {image.mode}"
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError):
        raise FetchError(
            f"{name} in the archive cannot be decoded; expected a JPEG of {size}x{size}: fetch it again later."
        ) from None
    if found != f"{size}x{size} RGB":
        raise FetchError(f"{name} in the archive is {found}; expected {size}x{size} RGB: it is another edition.")
