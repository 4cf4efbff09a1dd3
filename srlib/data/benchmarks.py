"""The field's own images, file by file from the repositories that publish them, each checked against its SHA-256.

``bsds500`` is what may be learnt from: the folders train and test. Its folder val, cropped to even sizes, is the benchmark
``bsd100``: it is for judging only, as are ``set5`` and ``set14``.
"""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path

import numpy as np

from ..degradation import crop_to_multiple
from ..images import check_choice, check_scale
from .cache import FetchError, NotFetched, cache_root, read_sums, sha256_of, workbench
from .download import download as download_file
from .download import progress_bar
from .folder import read_images
from .image_set import ImageSet

# The first folder of a file in the cache -> where the rest of its path is published, at a commit that cannot change.
ADDRESSES = {
    "BSDS500": "https://raw.githubusercontent.com/BIDS/BSDS500/a04b7c6c3a9f0ace74bf205c72a43d32e1c72722/",
    "SelfExSR": "https://raw.githubusercontent.com/jbhuang0604/SelfExSR/8f6dd8c1d20cb7e8792a7177b4f6fd677633f598/",
}
_LARGEST_FILE = 2**24  # bytes
_AT_ONCE = 8


@dataclass(frozen=True)
class Benchmark:
    """Where a set lies in the cache, and how its parts are called."""

    folder: str
    splits: dict[str, str] | None = None  # name -> folder
    scales: tuple[int, ...] = ()  # of the small images that are published with it
    images: tuple[str, ...] = ()  # names, where the files have numbers
    licence: str = "research"


_BERKELEY = {"folder": "BSDS500/BSDS500/data/images", "licence": "non-commercial research and education (Berkeley)"}
BENCHMARKS = {
    "bsds500": Benchmark(**_BERKELEY, splits={"train": "train", "test": "test"}),
    "bsd100": Benchmark(**_BERKELEY, splits={"val": "val"}),
    "set5": Benchmark(
        "SelfExSR/data/Set5", scales=(2, 3, 4), images=("baby", "bird", "butterfly", "head", "woman")
    ),
    "set14": Benchmark(
        "SelfExSR/data/Set14",
        scales=(2,),
        images=(
            "baboon", "barbara", "bridge", "coastguard", "comic", "face", "flowers", "foreman", "lenna", "man",
            "monarch", "pepper", "ppt3", "zebra",
        ),
    ),
}  # fmt: skip
FOR_JUDGING = tuple(name for name in BENCHMARKS if name != "bsds500")


def refuse_benchmark(name: str, told: str) -> None:
    """Refuse what is for judging: it is not learnt from, nor looked at on the way; `told` begins the sentence."""
    if (name := name.partition(", ")[0]) in FOR_JUDGING:  # its squares and its small images as well
        raise ValueError(
            f"{told} {name}, a benchmark that is for judging only; expected other images: use bsds500, sample or a folder of yours, and keep {name} for `srlib evaluate`."
        )


@cache
def registry() -> dict[str, str]:
    """File -> SHA-256, for all files of all these sets; a file's name is its path in the cache."""
    return read_sums(files(__package__).joinpath("SHA256SUMS").read_text("utf-8"))


def files_of(name: str) -> list[str]:
    """The registry's files of one set."""
    about = BENCHMARKS[name]
    folders = [f"{about.folder}/{s}/" for s in about.splits.values()] if about.splits else [about.folder + "/"]
    return [file for file in registry() if file.startswith(tuple(folders))]


def on_disk(name: str) -> Path | None:
    """The folder of the set where all its files are there, unread; else None."""
    root = cache_root()
    return root / BENCHMARKS[name].folder if all((root / file).is_file() for file in files_of(name)) else None


def load(name: str, split: str | None = None, *, scale: int = 2, download: bool = True) -> ImageSet:
    """The true images of a set; see :func:`srlib.load_images`."""
    about = BENCHMARKS[name]
    if name == "bsds500" and split in ("val", "validation"):
        raise ValueError(
            f"split is {split!r}, but those images of bsds500 are the benchmark bsd100; expected train or test: to judge, use load_images('bsd100')."
        )
    if split is not None and (name != "bsds500" or split not in about.splits):
        expected = "train or test, or none for both" if name == "bsds500" else f"none, as {name} is for judging only"
        raise ValueError(f"split is {split!r}; expected {expected}: leave it out, or choose one of these.")
    fetch(name, download=download)
    if about.scales:
        images = _read(_numbered(name, _published_scale(name, scale), "HR"))
        return ImageSet(images, list(about.images), licence=about.licence, source=name, published=name)
    chosen = [file for file in files_of(name) if split is None or f"/{split}/" in file]
    images = _read(chosen)
    if name == "bsd100":
        images = [crop_to_multiple(image, 2) for image in images]
    names = [Path(file).stem for file in chosen]
    return ImageSet(images, names, licence=about.licence, source=f"{name}/{split}" if split else name)


def published_lr(name: str, scale: int = 2, *, download: bool = True) -> ImageSet:
    """The small images that are published with a set, made by MATLAB's bicubic ``imresize``.

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
    """
    _published_scale(name, scale)
    fetch(name, download=download)
    about = BENCHMARKS[name]
    images = _read(_numbered(name, scale, "LR"))
    return ImageSet(images, list(about.images), licence=about.licence, source=f"{name}, its own LR x{scale}")


def published_pairs(images, scale: int) -> list[tuple[np.ndarray, np.ndarray]]:
    """For every image the published small one, and the true one cropped at the bottom and right to `scale` times it.

    Parameters
    ----------
    images : ImageSet
        ``load_images("set5")`` or ``load_images("set14")``, or some of them.
    scale : int

    Returns
    -------
    list of (lr, hr)
        ndarray of uint8, (h, w, 3) and (scale*h, scale*w, 3).

    Raises
    ------
    ValueError
        Images that were published without small ones, or not at that scale.
    """
    name = getattr(images, "published", None)
    if name is None:
        raise ValueError(
            f"kernel is 'published', but {getattr(images, 'source', 'an array')} was published without small images; expected set5 or set14: use another kernel, such as 'bicubic'."
        )
    small, pairs = published_lr(name, scale), []
    for image, hr in zip(images.names, images.images):
        lr = small[image]
        height, width = (scale * n for n in lr.shape[:2])
        if hr.shape[0] < height or hr.shape[1] < width:
            raise ValueError(
                f"{image} is {hr.shape[0]}x{hr.shape[1]}, too small for its published x{scale}; expected {height}x{width}: load it with load_images({name!r}, scale={scale})."
            )
        pairs.append((lr, hr[:height, :width]))
    return pairs


def _published_scale(name: str, scale: int) -> int:
    about = BENCHMARKS.get(name)
    if about is None or not about.scales:
        raise ValueError(f"{name} was published without small images; expected set5 or set14: choose one of these.")
    return check_choice(check_scale(scale), about.scales, f"scale of {name}")


def _numbered(name: str, scale: int, kind: str) -> list[str]:
    return [f for f in files_of(name) if f"/image_SRF_{scale}/" in f and f.endswith(f"_{kind}.png")]


def _read(chosen: list[str]):
    return read_images([cache_root() / file for file in chosen], [registry()[file] for file in chosen])


def fetch(name: str, *, download: bool = True) -> Path:
    """Download what is missing of a set or does not match its checksum, several files at a time.

    Parameters
    ----------
    name : {"bsds500", "set5", "set14", "bsd100"}
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
        with workbench(name.replace("bsd100", "bsds500")) as bench:
            _download_all(name, _wrong(wrong), bench)  # another process may have been at it in the meantime
    return cache_root() / BENCHMARKS[name].folder


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
        download_file(ADDRESSES[repository] + path, half, limit=_LARGEST_FILE, sha256=sums[file])
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
