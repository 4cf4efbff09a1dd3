"""What every source of images gives: images that belong together, with what is known of them.

Sets are added, chosen from, cut to squares and resized; each image keeps its name, its label and its source.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from ..images import check_choice, is_number
from ..safe_files import printable
from .catalogue import CATALOGUE
from .provenance import Provenance, Source


@dataclass(frozen=True, eq=False)
class ImageSet:
    """Images that belong together: they have a length, are indexed and added, and know where they come from.

    Parameters
    ----------
    images : ndarray of uint8 (N, H, W, 3), or list of ndarray of uint8 (H, W, 3)
        One array where all images have one size, else a list.
    names : list of str
    labels : ndarray of int (N,), optional
        An index into `class_names` for every image.
    class_names : list of str, optional
    provenance : Provenance, optional
        Sets or folders, splits, licence. The number of images is counted here.
    origins : ndarray of int (N,), optional
        Which source of the provenance each image comes from; needed where there are several.
    refused : dict, optional
        Name -> why, of images that belong to these and could not be loaded. A selection has none.
    lr : ndarray or list, optional
        LR images of their own, one for every image and a whole number of times smaller, where these are not to be made.

    Raises
    ------
    ValueError
        Several sources, and nothing that says which image is from which; another number of LR images.

    Examples
    --------
    >>> import numpy as np
    >>> from srlib.data import ImageSet, Source
    >>> mine = ImageSet(np.zeros((3, 8, 8, 3), np.uint8), ["a", "b", "c"], provenance=Provenance([Source("mine", kind="folder")]))
    >>> mine[1:]
    <ImageSet mine, 2 images, 8x8>
    >>> mine["b"].shape
    (8, 8, 3)
    >>> (mine + mine.resized(0.5)).provenance
    <Provenance of mine, 3 images at 1, 0.5 of their size>
    """

    images: np.ndarray | list[np.ndarray]
    names: list[str]
    labels: np.ndarray | None = None
    class_names: list[str] | None = None
    provenance: Provenance = field(default_factory=Provenance)
    origins: np.ndarray | None = None
    refused: dict[str, str] = field(default_factory=dict)
    lr: np.ndarray | list[np.ndarray] | None = None

    def __post_init__(self):
        if self.lr is not None and len(self.lr) != len(self.images):
            raise ValueError(
                f"There are {len(self.images)} images and {len(self.lr)} LR images; expected one for each: load them with load_images(folder, lr=other_folder)."
            )
        sources = self.provenance.sources or (Source("images", kind="array"),)
        if len(sources) > 1 and self.origins is None:
            raise ValueError(
                f"The images come from {len(sources)} sources ({self.provenance}), and origins is None; expected which image is from which: add sets with +, or give origins."
            )
        counts = np.bincount(self._origins(), minlength=len(sources))
        used = np.flatnonzero(counts) if len(self) else np.arange(len(sources))  # what has no image left is left out
        counted = Provenance(replace(sources[i], images=int(counts[i])) for i in used)
        object.__setattr__(self, "origins", np.searchsorted(used, self._origins()) if len(used) > 1 else None)
        object.__setattr__(self, "provenance", counted)

    def __len__(self) -> int:
        return len(self.images)

    def __getitem__(self, index):
        """An image for a number or a name; `ImageSet` for a slice, a list of numbers or a mask."""
        if isinstance(index, str):
            index = self.names.index(check_choice(index, self.names, "image"))
        if isinstance(index, (int, np.integer)):
            return self.images[index]
        chosen = np.arange(len(self))[index]
        images, lr = (_chosen(of, chosen) for of in (self.images, self.lr))
        labels, origins = (None if told is None else told[chosen] for told in (self.labels, self.origins))
        return replace(
            self, images=images, names=[self.names[i] for i in chosen], labels=labels, origins=origins, refused={},
            lr=lr,
        )  # fmt: skip

    def __iter__(self):
        return iter(self.images)

    def __add__(self, other: "ImageSet") -> "ImageSet":
        if not isinstance(other, ImageSet):
            return NotImplemented
        if self.scale != other.scale:
            raise ValueError(
                f"{self.provenance} and {other.provenance} are to be added, with LR images of their own at scale {self.scale} and {other.scale}; expected the same of both: train on one after the other."
            )
        classes = list(dict.fromkeys([*self._classes(), *other._classes()]))
        labels = [classes.index(images._classes()[label]) for images in (self, other) for label in images._labels()]
        both = self.provenance + other.provenance
        known = [replace(source, images=0) for source in both]
        origins = [
            np.array([known.index(replace(source, images=0)) for source in images.provenance])[images._origins()]
            for images in (self, other)
        ]
        return ImageSet(
            one_array([*self.images, *other.images]),
            [*self.names, *other.names],
            np.array(labels),
            classes,
            both,
            np.concatenate(origins),
            self.refused | other.refused,
            None if self.lr is None else one_array([*self.lr, *other.lr]),
        )

    def squares(self, side: int) -> "ImageSet":
        """The square in the middle of every image, resized: what the images of Linnaeus 5 are.

        Parameters
        ----------
        side : int
            Of the result, in pixels; at most the shortest side of any image.

        Returns
        -------
        ImageSet
            `images` is one array of uint8, (N, side, side, 3). Resized by Pillow's Lanczos.

        Raises
        ------
        ValueError
            A side below 1, or larger than an image; images with LR images of their own.

        Examples
        --------
        >>> from srlib import load_images
        >>> load_images("sample", "test").squares(32)
        <ImageSet sample/test, squares of 32, 10 images, 32x32: bird 1, dog 1, flower 1, other 7>
        """
        self._check_without_lr("squares of them")
        shortest = min((min(image.shape[:2]) for image in self.images), default=0)
        if isinstance(side, bool) or not isinstance(side, (int, np.integer)) or not 1 <= side <= shortest:
            raise ValueError(
                f"squares of {side!r} pixels were asked for; expected a whole number from 1 to the shortest side of an image, {shortest}: choose a smaller one, or leave the smallest images out."
            )
        images = [_lanczos(middle_square(image), side, side) for image in self.images]
        return replace(self, images=np.stack(images), provenance=self.provenance.changed("squares", int(side)))

    def resized(self, factor: float) -> "ImageSet":
        """Every image at a fraction of its size: what is coarse in it becomes detail to learn from.

        Parameters
        ----------
        factor : float
            Between 0 and 1; no side becomes shorter than a pixel.

        Returns
        -------
        ImageSet
            Resized by Pillow's Lanczos, the sides rounded to whole pixels; the names end with ``at`` and the factor.

        Raises
        ------
        ValueError
            A factor that is not between 0 and 1; images with LR images of their own.

        Examples
        --------
        >>> from srlib import load_images
        >>> load_images("sample", "test").resized(0.5)
        <ImageSet sample/test, at 0.5 of their size, 10 images, 128x128: bird 1, dog 1, flower 1, other 7>
        """
        self._check_without_lr("them at another size")
        if not (is_number(factor) and 0 < factor < 1):
            raise ValueError(
                f"images at {factor!r} of their size were asked for; expected a number between 0 and 1, such as 0.5: choose one there."
            )
        images = [_lanczos(image, *(max(1, round(side * factor)) for side in image.shape[:2])) for image in self.images]
        names = [f"{name} at {factor:g}" for name in self.names]
        changed = self.provenance.changed("resized", float(factor))
        return replace(self, images=one_array(images), names=names, provenance=changed)

    @property
    def scale(self) -> int | None:
        """By how much their own LR images are smaller; None without any."""
        return len(self.images[0]) // len(self.lr[0]) if self.lr is not None and len(self.lr) else None

    def _check_without_lr(self, wanted: str) -> None:
        if self.lr is not None:
            raise ValueError(
                f"{self.provenance} has LR images of its own, and {wanted} would leave these behind; expected images without: take them as they are, or load the HR images alone."
            )

    @property
    def lr_set(self) -> str | None:
        """The set whose publisher offers LR images to these, by name, or None; see :func:`srlib.data.published_lr`."""
        first, *others = self.provenance
        entry = CATALOGUE.get(first.name) if first.kind == "set" and not (others or first.changes) else None
        return first.name if entry and entry.files and entry.files.lr_scales else None

    def _classes(self) -> list[str]:
        return self.class_names or [source.name for source in self.provenance]

    def _labels(self) -> np.ndarray:
        return self._origins() if self.labels is None else self.labels

    def _origins(self) -> np.ndarray:
        return np.zeros(len(self), int) if self.origins is None else self.origins

    def __repr__(self) -> str:
        shapes = sorted({image.shape[:2] for image in self.images})
        if len(shapes) == 1:
            size = f"{shapes[0][0]}x{shapes[0][1]}"
        else:
            size = (
                "sizes from " + " to ".join(f"{h}x{w}" for h, w in (shapes[:1] + shapes[-1:])) if shapes else "no size"
            )
        parts = ""
        if self.class_names:
            counts = np.bincount(self.labels, minlength=len(self.class_names))
            parts = ": " + ", ".join(f"{name} {count}" for name, count in zip(self.class_names, counts) if count)
        return printable(f"<ImageSet {self.provenance}, {len(self)} images, {size}{parts}>")


def middle_square(image: np.ndarray) -> np.ndarray:
    """The largest square in the middle of an image."""
    height, width = image.shape[:2]
    side = min(height, width)
    top, left = (height - side) // 2, (width - side) // 2
    return image[top : top + side, left : left + side]


def _lanczos(image: np.ndarray, height: int, width: int) -> np.ndarray:
    from PIL import Image

    return np.asarray(Image.fromarray(image).resize((width, height), Image.Resampling.LANCZOS))


def _chosen(images, places: np.ndarray):
    if images is None or isinstance(images, np.ndarray):
        return None if images is None else images[places]
    return one_array([images[i] for i in places])


def one_array(images: Sequence[np.ndarray]) -> np.ndarray | list[np.ndarray]:
    """Images of one size as an array, others as a list."""
    return np.stack(images) if len({image.shape for image in images}) == 1 else list(images)
