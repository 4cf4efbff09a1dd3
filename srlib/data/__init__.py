"""Where images come from: embedded, made up, downloaded, or a folder of yours.

Everything that gives images gives an :class:`ImageSet`: ``uint8`` images with their names, labels and provenance. Which
sets there are is told by one table, `CATALOGUE`. Lesson 01 (``01_dataset``) builds a dead-leaves image by hand, explains
the splits, and says which images may never be trained on.
"""

from pathlib import Path

from ..images import check_choice
from . import linnaeus5, repositories
from .cache import FetchError, NotFetched
from .catalogue import CATALOGUE, FOR_JUDGING, refuse_benchmark
from .folder import Found, calls_itself_image, load_folder, look_through, named, not_meant
from .image_set import ImageSet
from .leaves import dead_leaves
from .provenance import Provenance, Source, provenance_of
from .repositories import published_lr, published_pairs
from .sample import SAMPLE, SAMPLE_RULE, SAMPLE_SIDE, SPLITS, load_sample
from .streams import ImageStream, open_stream

__all__ = [
    "CATALOGUE",
    "FOR_JUDGING",
    "FetchError",
    "Found",
    "NotFetched",
    "ImageSet",
    "ImageStream",
    "Provenance",
    "SAMPLE",
    "SAMPLE_RULE",
    "SAMPLE_SIDE",
    "SPLITS",
    "Source",
    "calls_itself_image",
    "dead_leaves",
    "fetch",
    "load_images",
    "look_through",
    "named",
    "not_meant",
    "on_disk",
    "provenance_of",
    "published_lr",
    "published_pairs",
    "refuse_benchmark",
]

# The sets that are not files in a repository: split and options -> images.
_LOADERS = {"sample": load_sample, "dead_leaves": dead_leaves, "linnaeus5": linnaeus5.load}


def load_images(name_or_folder: str | Path, split: str | None = None, **options) -> ImageSet | ImageStream:
    """Images by name, or from a folder.

    Parameters
    ----------
    name_or_folder : str or Path
        A name that ``srlib data list`` shows, or a folder; a folder that bears one of these names is reached as ``"./sample"``.
        What is not on disk is downloaded, checked, and kept in the folder that the environment variable ``SRLIB_DATA``
        names, or else in the system's place for caches.
    split : str, optional
        ``"train"``, ``"validation"`` or ``"test"`` of ``sample`` and ``dead_leaves``; ``"train"`` or ``"test"`` of
        ``linnaeus5`` and ``bsds500``; without it, all images (``dead_leaves``, which are endless: those of ``train``). Of a
        folder: the folder of that name inside it.
    **options
        For ``dead_leaves``: those of :func:`dead_leaves` (`count`, `size`, `seed`). For ``linnaeus5``: `size`, 128, or 32,
        64, 256. For a folder: `strict`, whether a damaged image in it is an error; it is left out otherwise, and told of
        in a warning; `lr`, a folder of LR images of the same names, which are then not made, as ``images.lr``; `stream`,
        to leave the images on disk (:class:`~srlib.data.streams.ImageStream`) and read them while a network learns. For ``set5``, ``set14`` and ``bsd100``: `scale` (2), for which the images are cropped, as their
        publisher did, or else to sides that 12 divides. For all that
        is downloaded: ``download=False``, to raise :class:`NotFetched` instead.

    Returns
    -------
    ImageSet, or ImageStream with `stream`

    Raises
    ------
    ValueError
        A split or an option that the set does not have; an HR image without its LR image, a pair whose sizes do not fit.
    NotFetched
        It is not on disk, and ``download=False``; a `FileNotFoundError`.
    FetchError
        It could not be downloaded, or is not what was published; an `OSError`.
    FileNotFoundError
        An unknown name; a folder that is not there, or holds no image.
    OSError
        A folder in which no image can be read; with `strict`, one in which an image is damaged.
    TypeError
        Something else than a name or a folder.

    Warns
    -----
    UserWarning
        What of a folder was passed over, and why: images that cannot be read, files that are no images; LR images that do
        not lie on their HR images.

    Examples
    --------
    >>> images = load_images("sample", "test")
    >>> images
    <ImageSet sample/test, 10 images, 256x256: bird 1, dog 1, flower 1, other 7>
    >>> images["dog"].shape
    (256, 256, 3)
    """
    if not isinstance(name_or_folder, (str, Path)):
        raise TypeError(
            f"name_or_folder is a {type(name_or_folder).__name__}; expected the name of a set, or a folder: give the folder that holds the images, or read single files with srlib.image_files.read_image."
        )
    entry = CATALOGUE.get(name_or_folder) if isinstance(name_or_folder, str) else None
    if entry is None:
        return _load_folder(Path(name_or_folder), split, options)
    entry.check_options(options)
    entry.check_split(split)
    if entry.files:
        return repositories.load(entry.name, split, **options)
    return _LOADERS[entry.name](split, **options)


def _load_folder(place: Path, split: str | None, options: dict) -> ImageSet | ImageStream:
    strict, lr, stream = options.pop("strict", False), options.pop("lr", None), options.pop("stream", False)
    if options:
        raise ValueError(
            f"{place} got {', '.join(sorted(options))}, which it does not take; expected nothing but a folder, a split, strict, lr and stream: leave it out."
        )
    folder, source = _folder(place, split), Source(str(place), kind="folder", split=split)
    if lr is None and not stream:
        return load_folder(folder, source, strict)
    images = open_stream(folder, source, None if lr is None else _folder(Path(lr), split))
    return images if stream else images.load()


def _folder(place: Path, split: str | None) -> Path:
    if place.is_file():
        raise FileNotFoundError(
            f"{place} is a file; expected a folder of images or one of {', '.join(CATALOGUE)}: give the folder that holds it."
        )
    if not place.is_dir():
        raise FileNotFoundError(
            f"There is no set or folder {str(place)!r}; expected one of {', '.join(CATALOGUE)}, or a folder that exists: `srlib data list` shows them all."
        )
    folder = place / split if split else place
    if not folder.is_dir():
        raise FileNotFoundError(
            f"{place} has no folder {split!r}; expected the images of that split in {folder}: leave the split out to load everything."
        )
    return folder


def on_disk(name: str, *, size: int = 128) -> Path | None:
    """Where a set is on this machine. Only checks whether its files exist: reads and downloads nothing.

    Parameters
    ----------
    name : str
        A name in `CATALOGUE`.
    size : {128, 32, 64, 256}
        Of ``linnaeus5``.

    Returns
    -------
    Path or None
        The folder that holds all of it; None where it is not there. For what travels with the package, the package.

    Raises
    ------
    ValueError
        An unknown name or size.

    Examples
    --------
    >>> on_disk("sample").name
    'data'
    """
    return _place(name, size, lambda room, *which: room.on_disk(*which))


def fetch(name: str, *, size: int = 128) -> Path:
    """Download, check and unpack a set, unless it is on disk and whole; what is damaged there is replaced.

    Parameters
    ----------
    name : str
        A name in `CATALOGUE`.
    size : {128, 32, 64, 256}
        Of ``linnaeus5``.

    Returns
    -------
    Path
        The folder that holds it.

    Raises
    ------
    ValueError
        An unknown name or size.
    FetchError
        It could not be had, or is not what was published.

    Examples
    --------
    >>> fetch("sample") == on_disk("sample")  # it travels with the package
    True
    """
    return _place(name, size, lambda room, *which: room.fetch(*which))


def _place(name: str, size: int, find) -> Path | None:
    entry = CATALOGUE[check_choice(name, CATALOGUE, "set")]
    if entry.files:
        return find(repositories, name)
    return find(linnaeus5, size) if name == "linnaeus5" else Path(__file__).parent
