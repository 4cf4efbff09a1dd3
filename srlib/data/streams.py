"""Images that stay on disk: a folder larger than memory, read file by file while a network learns.

:class:`ImageStream` stands in the place of an :class:`~srlib.data.ImageSet` for a training; which of its images are in
memory at a step is decided by :mod:`srlib.windows`. Pairs of LR and HR files are one as well, until they are loaded.
"""

import hashlib
import warnings
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from ..image_files import read_image
from ..safe_files import printable
from .folder import look_through, not_meant, read_images
from .image_set import ImageSet, one_array
from .pairs import partners, scale_of_pair, spread, warn_of_shifts
from .provenance import Provenance, Source


@dataclass(frozen=True, eq=False)
class ImageStream:
    """Image files that belong together and are decoded when they are needed.

    It has a length, is added, and a slice of it is one; a number gives an image, and a loop over it decodes one after the
    other.

    Parameters
    ----------
    files : list of Path
        HR images.
    names : list of str
    sources : tuple of Source
    origins : ndarray of int (N,)
        Which source each file is from.
    lr_files : list of Path, optional
        The LR image of every HR image, where these are not to be made.
    scale : int, optional
        By how much they are smaller.

    Examples
    --------
    >>> import tempfile
    >>> from PIL import Image
    >>> folder = Path(tempfile.mkdtemp())
    >>> for name in ("a.png", "b.png"):
    ...     Image.new("RGB", (8, 6)).save(folder / name)
    >>> stream = open_stream(folder, Source("mine", "folder"))
    >>> stream, stream[1].shape
    (<ImageStream mine, 2 files>, (6, 8, 3))
    """

    files: list[Path]
    names: list[str]
    sources: tuple[Source, ...]
    origins: np.ndarray
    lr_files: list[Path] | None = None
    scale: int | None = None

    def __len__(self) -> int:
        return len(self.files)

    def __getitem__(self, index):
        if isinstance(index, (int, np.integer)):
            return self.read(index)[0]
        chosen = np.arange(len(self))[index]
        of = lambda values: None if values is None else [values[i] for i in chosen]
        return replace(
            self, files=of(self.files), names=of(self.names), lr_files=of(self.lr_files), origins=self.origins[chosen]
        )

    def __iter__(self) -> Iterator[np.ndarray]:
        return (self[i] for i in range(len(self)))

    def __add__(self, other: "ImageStream") -> "ImageStream":
        if not isinstance(other, ImageStream):
            return NotImplemented
        if self.scale != other.scale:
            raise ValueError(
                f"{self.provenance} and {other.provenance} are to be added, with LR images of their own at scale {self.scale} and {other.scale}; expected the same of both: train on one after the other."
            )
        return ImageStream(
            [*self.files, *other.files], [*self.names, *other.names], self.sources + other.sources,
            np.concatenate([self.origins, other.origins + len(self.sources)]),
            None if self.lr_files is None else [*self.lr_files, *other.lr_files], self.scale,
        )  # fmt: skip

    @property
    def provenance(self) -> Provenance:
        """Where the files come from."""
        counts = np.bincount(self.origins, minlength=len(self.sources))
        return Provenance(replace(source, images=int(n)) for source, n in zip(self.sources, counts) if n)

    def read(self, index: int) -> tuple[np.ndarray, np.ndarray | None]:
        """An image, cropped to fit its LR image, and that, where there is one.

        Raises
        ------
        OSError
            A file that cannot be read.
        ValueError
            A pair whose sizes do not fit.
        """
        hr = read_image(self.files[index])
        if self.lr_files is None:
            return hr, None
        lr = read_image(self.lr_files[index])
        scale_of_pair(hr, lr, (self.files[index], self.lr_files[index]), self.scale)
        return hr[: len(lr) * self.scale, : lr.shape[1] * self.scale], lr

    def sha256(self) -> str:
        """A checksum of the names and the sizes of all files, as their contents would take too long to read."""
        total = hashlib.sha256()
        for files in (self.files, self.lr_files or []):
            for name, file in zip(self.names, files):
                total.update(f"{name}\0{file.stat().st_size}\0".encode("utf-8", "surrogateescape"))
        return total.hexdigest()

    def load(self) -> ImageSet:
        """The same images in memory.

        Raises
        ------
        OSError, ValueError
            As for :meth:`read`.
        """
        hr, lr = read_images(self.files), None
        if self.lr_files is not None:
            lr = read_images(self.lr_files)
            for image, small, *names in zip(hr, lr, self.files, self.lr_files):
                scale_of_pair(image, small, names, self.scale)
            hr = one_array([x[: len(y) * self.scale, : y.shape[1] * self.scale] for x, y in zip(hr, lr)])
        origins = self.origins if len(self.sources) > 1 else None
        return ImageSet(hr, self.names, provenance=Provenance(self.sources), origins=origins, lr=lr)

    def __repr__(self) -> str:
        return printable(f"<ImageStream {self.provenance}, {len(self):,} files>")


def open_stream(folder: Path, source: Source, lr_folder: Path | None = None) -> ImageStream:
    """The images in a folder and below it, left on disk; with those of another folder as their LR images.

    Parameters
    ----------
    folder : Path
    source : Source
    lr_folder : Path, optional

    Returns
    -------
    ImageStream

    Raises
    ------
    FileNotFoundError
        There is no image.
    OSError
        Of pairs, one of those that are looked at cannot be read.
    ValueError
        A file without a partner; a pair whose sizes do not fit.

    Warns
    -----
    UserWarning
        What else lies there; LR images that do not lie on their HR images.
    """
    files, names = _files_in(folder)
    stream = ImageStream(files, names, (source,), np.zeros(len(files), int))
    if lr_folder is None:
        return stream
    lr_files, lr_names = _files_in(lr_folder)
    lr_files = [lr_files[i] for i in partners(names, lr_names, (folder, lr_folder))]
    scale = scale_of_pair(read_image(files[0]), read_image(lr_files[0]), (files[0], lr_files[0]))
    stream = replace(stream, sources=(source.changed("lr", scale),), lr_files=lr_files, scale=scale)
    looked_at = spread(len(files))
    warn_of_shifts([str(files[i]) for i in looked_at], map(stream.read, looked_at), scale)
    return stream


def _files_in(folder: Path) -> tuple[list[Path], list[str]]:
    found = look_through(folder)
    if told := not_meant(found):
        warnings.warn(printable(f"{folder}: {'; '.join(told)}"), stacklevel=5)
    return found.images, [path.relative_to(folder).as_posix() for path in found.images]
