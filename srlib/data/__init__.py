"""Where images come from: embedded, made up, downloaded, or a folder of yours.

Enters: a name or a folder. Leaves: :class:`ImageSet`, ``uint8`` images with their names, labels and licence. Lesson 01
(``01_dataset``) builds a dead-leaves image by hand, explains the splits, and says which images may never be trained on.
"""

from dataclasses import replace
from pathlib import Path

from . import benchmarks, linnaeus5
from .benchmarks import FOR_JUDGING, published_lr, published_pairs, refuse_benchmark
from .cache import FetchError, NotFetched
from .catalogue import CATALOGUE, Source, fetch, on_disk
from .folder import SUFFIXES, image_files, load_folder, read_image
from .image_set import ImageSet, named_sources, refuse
from .leaves import dead_leaves
from .sample import SAMPLE_SIDE, SAMPLE_SPLITS, SPLITS, load_sample, sample_photograph

__all__ = [
    "CATALOGUE",
    "FOR_JUDGING",
    "FetchError",
    "NotFetched",
    "ImageSet",
    "SAMPLE_SIDE",
    "SAMPLE_SPLITS",
    "SPLITS",
    "SUFFIXES",
    "Source",
    "dead_leaves",
    "fetch",
    "load_images",
    "named_sources",
    "on_disk",
    "image_files",
    "published_lr",
    "published_pairs",
    "read_image",
    "refuse_benchmark",
    "sample_photograph",
]

# Which options a name takes beside the split.
_OPTIONS = {
    "sample": (),
    "dead_leaves": ("count", "size", "seed"),
    "linnaeus5": ("size", "download"),
    "bsds500": ("download",),
    "bsd100": ("download",),
    "set5": ("scale", "download"),
    "set14": ("scale", "download"),
}


def _and(words: tuple[str, ...]) -> str:
    return " and ".join([", ".join(words[:-1])] * (len(words) > 1) + [words[-1]])


def load_images(source: str | Path, *, split: str | None = None, **options) -> ImageSet:
    """Images by name, or from a folder.

    Parameters
    ----------
    source : str or Path
        A name that ``srlib data list`` shows, or a folder; a folder that bears one of these names is reached as ``"./sample"``.
        What is not on disk is downloaded, checked, and kept in the folder that the environment variable ``SRLIB_DATA``
        names, or else in the system's place for caches.
    split : str, optional
        ``"train"``, ``"validation"`` or ``"test"`` of ``sample``; ``"train"`` or ``"test"`` of ``linnaeus5`` and ``bsds500``;
        without it, all images. Of a folder: the folder of that name inside it.
    **options
        For ``dead_leaves``: those of :func:`dead_leaves` (`count`, `size`, `seed`). For ``linnaeus5``: `size`, 128, or 32,
        64, 256. For ``set5`` and ``set14``: `scale`, the one for which the publisher cropped the images (2). For all that
        is downloaded: ``download=False``, to raise :class:`NotFetched` instead.

    Returns
    -------
    ImageSet

    Raises
    ------
    ValueError
        An unknown name, a split or an option that the source does not have.
    NotFetched
        It is not on disk, and ``download=False``; a `FileNotFoundError`.
    FetchError
        It could not be downloaded, or is not what was published; an `OSError`.
    FileNotFoundError
        A folder that is not there, or holds no image.
    OSError
        A file in it that cannot be read as an image.
    """
    if isinstance(source, str) and source in CATALOGUE:
        allowed = _OPTIONS[source]
        refuse(set(options) - set(allowed), source, f"; {source} takes {_and(allowed)}" if allowed else "")
        if source == "sample":
            return load_sample(split)
        if source == "dead_leaves":
            if split is not None:
                raise ValueError(
                    f"split is {split!r}, but dead_leaves is endless and has no splits; expected none: use another seed for other images."
                )
            return dead_leaves(**options)
        if source == "linnaeus5":
            return linnaeus5.load(split, **options)
        return benchmarks.load(source, split, **options)
    folder = Path(source)
    if folder.is_dir():
        refuse(options, source)
        if split is not None:
            folder = folder / split
            if not folder.is_dir():
                raise FileNotFoundError(
                    f"{source} has no folder {split!r}; expected the images of that split in {folder}: leave the split out to load everything."
                )
        return _never_a_set(load_folder(folder))
    if folder.is_file():
        raise FileNotFoundError(
            f"{source} is a file; expected a folder of images or one of {', '.join(CATALOGUE)}: give the folder that holds it."
        )
    raise FileNotFoundError(
        f"There is no set or folder {str(source)!r}; expected one of {', '.join(CATALOGUE)}, or a folder that exists: `srlib data list` shows them all."
    )


def _never_a_set(images: ImageSet) -> ImageSet:
    """The images of a folder, whose name shall not be taken for that of a set, or of several (see `named_sources`)."""
    source = images.source.replace("+", "_").replace(", ", "_")
    return replace(images, source=f"./{source}" if source.split("/")[0] in CATALOGUE else source)
