"""What every source of images gives: images that belong together, with what is known of them.

Enters: images. Leaves: :class:`ImageSet`, which has a length, an index and a sum.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from ..images import check_choice, is_number


@dataclass(frozen=True, eq=False)
class ImageSet:
    """Images that belong together.

    Attributes
    ----------
    images : ndarray of uint8 (N, H, W, 3), or list of ndarray of uint8 (H, W, 3)
        One array where all images have one size, else a list.
    names : list of str
    labels : ndarray of int (N,), or None
        An index into `class_names` for every image; in ``sample`` it says which photograph a crop was cut from.
    class_names : list of str, or None
    licence : str
    source : str
        Where they come from, in words for a table.
    published : str or None
        The set whose own small images belong to these, by name; see :func:`srlib.data.published_lr`.
    """

    images: np.ndarray | list[np.ndarray]
    names: list[str]
    labels: np.ndarray | None = None
    class_names: list[str] | None = None
    licence: str = "not stated"
    source: str = "images"
    published: str | None = None

    def __len__(self) -> int:
        return len(self.images)

    def __getitem__(self, index):
        """An image for a number or a name; `ImageSet` for a slice, a list of numbers or a mask."""
        if isinstance(index, str):
            index = self.names.index(check_choice(index, self.names, "image"))
        if isinstance(index, (int, np.integer)):
            return self.images[index]
        chosen = np.arange(len(self))[index]
        images = (
            self.images[chosen] if isinstance(self.images, np.ndarray) else one_array([self.images[i] for i in chosen])
        )
        labels = None if self.labels is None else self.labels[chosen]
        return replace(self, images=images, names=[self.names[i] for i in chosen], labels=labels)

    def __iter__(self):
        return iter(self.images)

    def __add__(self, other: "ImageSet") -> "ImageSet":
        if not isinstance(other, ImageSet):
            return NotImplemented
        classes = list(dict.fromkeys([*self._classes(), *other._classes()]))
        labels = [classes.index(images._classes()[label]) for images in (self, other) for label in images._labels()]
        return ImageSet(
            one_array([*self.images, *other.images]),
            [*self.names, *other.names],
            np.array(labels),
            classes,
            "; ".join(dict.fromkeys([self.licence, other.licence])),
            "+".join(dict.fromkeys([self.source, other.source])),
        )

    def squares(self, side: int) -> "ImageSet":
        """The square in the middle of every image, downscaled: what the images of Linnaeus 5 are.

        Parameters
        ----------
        side : int
            Of the result, in pixels; at most the shortest side of any image.

        Returns
        -------
        ImageSet
            `images` is one array of uint8, (N, side, side, 3). Downscaled by Pillow's Lanczos.

        Raises
        ------
        ValueError
            A side below 1, or larger than an image.
        """
        shortest = min((min(image.shape[:2]) for image in self.images), default=0)
        if isinstance(side, bool) or not isinstance(side, (int, np.integer)) or not 1 <= side <= shortest:
            raise ValueError(
                f"squares of {side!r} pixels were asked for; expected a whole number from 1 to the shortest side of an image, {shortest}: choose a smaller one, or leave the smallest images out."
            )
        images = [_lanczos(middle_square(image), side, side) for image in self.images]
        return replace(self, images=np.stack(images), source=f"{self.source}, squares of {side}", published=None)

    def downscaled(self, factor: float) -> "ImageSet":
        """Every image at a fraction of its size: what is coarse in it becomes detail to learn from.

        Parameters
        ----------
        factor : float
            Between 0 and 1; no side becomes shorter than a pixel.

        Returns
        -------
        ImageSet
            Downscaled by Pillow's Lanczos, the sides rounded to whole pixels; the names end with ``at`` and the factor.

        Raises
        ------
        ValueError
            A factor that is not between 0 and 1.
        """
        if not (is_number(factor) and 0 < factor < 1):
            raise ValueError(
                f"images at {factor!r} of their size were asked for; expected a number between 0 and 1, such as 0.5: choose one there."
            )
        images = [_lanczos(image, *(max(1, round(side * factor)) for side in image.shape[:2])) for image in self.images]
        return replace(
            self,
            images=one_array(images),
            names=[f"{name} at {factor:g}" for name in self.names],
            source=f"{self.source}, at {factor:g}",
            published=None,
        )

    def _classes(self) -> list[str]:
        return self.class_names or [self.source]

    def _labels(self) -> np.ndarray:
        return np.zeros(len(self), int) if self.labels is None else self.labels

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
            parts = ": " + ", ".join(f"{name} {count}" for name, count in zip(self.class_names, counts))
        return f"<ImageSet {self.source}, {len(self)} images, {size}{parts}>"


def named_sources(source: str) -> list[str]:
    """The sets that a source is made of, without what was done to them: "sample+bsds500, at 0.5" names two."""
    return [part.partition(", ")[0] for part in source.split("+")]


def middle_square(image: np.ndarray) -> np.ndarray:
    """The largest square in the middle of an image."""
    height, width = image.shape[:2]
    side = min(height, width)
    top, left = (height - side) // 2, (width - side) // 2
    return image[top : top + side, left : left + side]


def _lanczos(image: np.ndarray, height: int, width: int) -> np.ndarray:
    from PIL import Image

    return np.asarray(Image.fromarray(image).resize((width, height), Image.Resampling.LANCZOS))


def one_array(images: Sequence[np.ndarray]) -> np.ndarray | list[np.ndarray]:
    """Images of one size as an array, others as a list."""
    return np.stack(images) if len({image.shape for image in images}) == 1 else list(images)


def refuse(options, source, hint: str = "") -> None:
    """Name the options that a source does not take."""
    if options:
        raise ValueError(
            f"{source} got {', '.join(sorted(options))}, which it does not take{hint or '; expected nothing but the name'}: leave it out."
        )
