"""Sets whose publishers offer the images one by one in a repository: fetched, checked against their SHA-256, loaded.

Which sets these are, and where their files lie, is told by the catalogue. Some of them come with LR images that their
publisher made.
"""

from concurrent.futures import ThreadPoolExecutor
from functools import cache
from importlib.resources import files
from math import lcm
from pathlib import Path

import numpy as np

from ..images import check_choice, check_scale
from ..resampling import crop_to_multiple
from .cache import FetchError, NotFetched, cache_root, read_sums, sha256_of, workbench
from .catalogue import CATALOGUE, REPOSITORIES
from .download import download as download_file
from .download import progress_bar
from .folder import read_images
from .image_set import ImageSet, one_array
from .provenance import Provenance, Source, provenance_of

_LARGEST_FILE = 2**24  # bytes
_AT_ONCE = 8
_EVERY_SCALE = 12  # pixels: sides that x2, x3 and x4 divide, so that all three are judged on the same pixels


@cache
def registry() -> dict[str, str]:
    """File -> SHA-256, for all files of all these sets; a file's name is its path in the cache."""
    return read_sums(files(__package__).joinpath("SHA256SUMS").read_text("utf-8"))


def files_of(name: str, split: str | None = None) -> list[str]:
    """The registry's files of one set, or of one of its splits."""
    about = CATALOGUE[name].files
    inside = [about.splits[split]] if split else (about.splits or {}).values()
    folders = tuple(f"{about.folder}/{part}/" for part in inside) or f"{about.folder}/"
    return [file for file in registry() if file.startswith(folders) and Path(file).stem not in about.left_out]


def on_disk(name: str) -> Path | None:
    """The folder of the set where all its files are there, unread; else None."""
    root = cache_root()
    return root / CATALOGUE[name].files.folder if all((root / file).is_file() for file in files_of(name)) else None


def load(name: str, split: str | None = None, *, scale: int = 2, download: bool = True) -> ImageSet:
    """The HR images of a set; see :func:`srlib.load_images`."""
    about, source, scale = CATALOGUE[name].files, Provenance([Source(name, split=split)]), check_scale(scale)
    fetch(name, download=download)
    own = scale if scale in about.lr_scales else 2
    chosen = _numbered(name, own, "HR") if about.lr_scales else files_of(name, split)
    names = list(about.numbered) or [Path(file).stem for file in chosen]
    images = _read(chosen)
    multiple = about.multiple if scale == own else lcm(scale, _EVERY_SCALE)
    if multiple > 1:
        images = one_array([crop_to_multiple(image, multiple) for image in images])
    return ImageSet(images, names, provenance=source)


def published_lr(name: str, scale: int = 2, *, download: bool = True) -> ImageSet:
    """The LR images that are published with a set, made by MATLAB's bicubic ``imresize``.

    Parameters
    ----------
    name : {"set5", "set14"}
    scale : int
        2, 3 or 4 for ``set5``, 2 for ``set14``.
    download : bool
        Whether the set may be fetched where it is not on disk.

    Returns
    -------
    ImageSet
        `names` as in ``load_images(name)``.

    Raises
    ------
    ValueError
        The set has none, or none at that scale.
    NotFetched, FetchError
        As for :func:`srlib.load_images`.

    Examples
    --------
    >>> published_lr("bsd100")
    Traceback (most recent call last):
        ...
    ValueError: bsd100 was published without LR images; expected set5 or set14: choose one of these.
    """
    _published_scale(name, scale)
    fetch(name, download=download)
    images = _read(_numbered(name, scale, "LR"))
    source = Source(name).changed("lr", scale)
    return ImageSet(images, list(CATALOGUE[name].files.numbered), provenance=Provenance([source]))


def published_pairs(images, scale: int) -> list[tuple[np.ndarray, np.ndarray]]:
    """For every image the published LR one, and the HR one cropped at the bottom and right to `scale` times it.

    Parameters
    ----------
    images : ImageSet
        ``load_images("set5")`` or ``load_images("set14")``, or some of them; or pairs of one's own.
    scale : int

    Returns
    -------
    list of (lr, hr)
        ndarray of uint8, (h, w, 3) and (scale*h, scale*w, 3).

    Raises
    ------
    ValueError
        Images that were published without LR ones, or not at that scale.

    Examples
    --------
    >>> import numpy as np
    >>> published_pairs(np.zeros((1, 8, 8, 3), np.uint8), 2)
    Traceback (most recent call last):
        ...
    ValueError: an array was published without LR images; expected set5 or set14: degrade the images instead, as by srlib.Downscale(2, 'bicubic').
    """
    name = getattr(images, "lr_set", None)
    if getattr(images, "lr", None) is not None and images.scale == scale:
        return list(zip(images.lr, images.images))
    if name is None:
        raise ValueError(
            f"{provenance_of(images) or 'an array'} was published without LR images; expected set5 or set14: degrade the images instead, as by srlib.Downscale({scale}, 'bicubic')."
        )
    lr_images, pairs = published_lr(name, scale), []
    for image, hr in zip(images.names, images.images):
        lr = lr_images[image]
        height, width = (scale * n for n in lr.shape[:2])
        if hr.shape[0] < height or hr.shape[1] < width:
            raise ValueError(
                f"{image} is {hr.shape[0]}x{hr.shape[1]}, too small for its published x{scale}; expected {height}x{width}: load it with load_images({name!r}, scale={scale})."
            )
        pairs.append((lr, hr[:height, :width]))
    return pairs


def _published_scale(name: str, scale: int) -> int:
    about = CATALOGUE[name].files if name in CATALOGUE else None
    if about is None or not about.lr_scales:
        raise ValueError(f"{name} was published without LR images; expected set5 or set14: choose one of these.")
    return check_choice(check_scale(scale), about.lr_scales, f"scale of {name}")


def _numbered(name: str, scale: int, kind: str) -> list[str]:
    return [f for f in files_of(name) if f"/image_SRF_{scale}/" in f and f.endswith(f"_{kind}.png")]


def _read(chosen: list[str]):
    return read_images([cache_root() / file for file in chosen], [registry()[file] for file in chosen])


def fetch(name: str, *, download: bool = True) -> Path:
    """Download what is missing of a set or does not match its checksum, several files at a time.

    Parameters
    ----------
    name : str
        Of a set with `files` in the catalogue.
    download : bool
        Whether to; otherwise only look.

    Returns
    -------
    Path
        The folder that holds it.

    Raises
    ------
    NotFetched
        Files are missing or wrong, and nothing was to be downloaded.
    FetchError
        A file could not be had, or has another checksum. What was fetched and found right before stays.
    """
    wanted = files_of(name)
    wrong = _wrong(wanted)
    if wrong and not download:
        raise NotFetched(
            f"{name} is not whole in {cache_root()} ({len(wrong)} of its {len(wanted)} files are missing or do not match their checksums); "
            f"expected it there, as nothing was to be downloaded: run `srlib data fetch {name}`."
        )
    if wrong:
        with workbench(name) as bench:
            _download_all(name, _wrong(wrong), bench)  # another process may have been at it in the meantime
    return cache_root() / CATALOGUE[name].files.folder


def _wrong(wanted: list[str]) -> list[str]:
    root, sums = cache_root(), registry()
    with ThreadPoolExecutor() as pool:
        right = pool.map(lambda file: (root / file).is_file() and sha256_of(root / file) == sums[file], wanted)
        return [file for file, good in zip(wanted, right) if not good]


def _download_all(name: str, wrong: list[str], bench: Path) -> None:
    root, sums, placed = cache_root(), registry(), []

    def get(file: str) -> None:
        repository, path = file.split("/", 1)
        half = bench / file.replace("/", "-")
        download_file(REPOSITORIES[repository] + path, half, limit=_LARGEST_FILE, sha256=sums[file])
        (root / file).parent.mkdir(parents=True, exist_ok=True)
        half.replace(root / file)
        placed.append(root / file)

    with ThreadPoolExecutor(_AT_ONCE) as pool, progress_bar(len(wrong), name, unit=" files") as bar:
        try:
            for _ in pool.map(get, wrong):
                bar.update()
        except BaseException as error:
            pool.shutdown(cancel_futures=True)
            if isinstance(error, OSError) and not isinstance(error, FetchError):  # the disk: give the room back
                for path in placed:
                    path.unlink(missing_ok=True)
            raise
