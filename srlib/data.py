"""Where pictures come from: the photographs that travel with scikit-image, dead leaves, or a folder of yours.

Enters: a name or a folder. Leaves: :class:`Photos`, ``uint8`` pictures with their names, labels and licence. Lesson 01
(``01_dataset``) builds a dead-leaves picture by hand and explains the split.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from .degradation import crop_to_multiple, shrink
from .pictures import check_choice, to_uint8

SUFFIXES = (".jpg", ".jpeg", ".png", ".webp", ".tif", ".tiff", ".bmp")
SPLITS = ("train", "validation", "test")
SAMPLE_SIDE = 128

# Decided once, before anything was trained, by photograph: no photograph gives crops to two of them. Training and
# validation have everyday and scientific pictures; the test pair is an animal by day and a machine by night.
SAMPLE_SPLITS = {
    "train": ("coffee", "hubble_deep_field", "immunohistochemistry"),
    "validation": ("astronaut", "retina"),
    "test": ("chelsea", "rocket"),
}
_SAMPLE_LICENCES = {
    "astronaut": "public domain (NASA)",
    "chelsea": "CC0 (Stefan van der Walt)",
    "coffee": "CC0 (Rachel Michetti)",
    "hubble_deep_field": "public domain (NASA)",
    "immunohistochemistry": "public domain (Center for Microscopy and Molecular Imaging)",
    "retina": "CC0 (Mikael Häggström)",
    "rocket": "public domain (SpaceX)",
}
# Large scans are softer, pixel for pixel, than the pictures that one wants to restore: these are shrunk first.
_SAMPLE_SHRINK = {"hubble_deep_field": 2, "retina": 3}


@dataclass(frozen=True)
class Source:
    """One line of ``srlib data list``."""

    name: str
    what: str
    pictures: str
    download: str
    licence: str


CATALOGUE = {
    s.name: s
    for s in (
        Source(
            "sample",
            "128x128 crops of seven colour photographs inside scikit-image, split by photograph",
            "83",
            "none",
            "CC0 and public domain",
        ),
        Source(
            "dead_leaves",
            "overlapping discs of all sizes in the colours of photographs; synthetic",
            "endless",
            "none",
            "CC0",
        ),
    )
}


@dataclass(frozen=True, eq=False)
class Photos:
    """Pictures that belong together.

    Attributes
    ----------
    images : ndarray of uint8 (N, H, W, 3), or list of ndarray of uint8 (H, W, 3)
        One array where all pictures have one size, else a list.
    names : list of str
    labels : ndarray of int (N,), or None
        An index into `class_names` for every picture; in ``sample`` it says which photograph a crop was cut from.
    class_names : list of str, or None
    licence : str
    """

    images: np.ndarray | list[np.ndarray]
    names: list[str]
    labels: np.ndarray | None = None
    class_names: list[str] | None = None
    licence: str = "not stated"
    source: str = "pictures"

    def __len__(self) -> int:
        return len(self.images)

    def __getitem__(self, index):
        """A picture for a number or a name; `Photos` for a slice, a list of numbers or a mask."""
        if isinstance(index, str):
            index = self.names.index(check_choice(index, self.names, "picture"))
        if isinstance(index, (int, np.integer)):
            return self.images[index]
        chosen = np.arange(len(self))[index]
        images = (
            self.images[chosen] if isinstance(self.images, np.ndarray) else _one_array([self.images[i] for i in chosen])
        )
        labels = None if self.labels is None else self.labels[chosen]
        return Photos(images, [self.names[i] for i in chosen], labels, self.class_names, self.licence, self.source)

    def __iter__(self):
        return iter(self.images)

    def __add__(self, other: "Photos") -> "Photos":
        if not isinstance(other, Photos):
            return NotImplemented
        classes = list(dict.fromkeys([*self._classes(), *other._classes()]))
        labels = [classes.index(photos._classes()[label]) for photos in (self, other) for label in photos._labels()]
        return Photos(
            _one_array([*self.images, *other.images]),
            [*self.names, *other.names],
            np.array(labels),
            classes,
            "; ".join(dict.fromkeys([self.licence, other.licence])),
            "+".join(dict.fromkeys([self.source, other.source])),
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
        return f"<Photos {self.source}, {len(self)} pictures, {size}{parts}>"


def load_photos(source: str | Path, *, split: str | None = None, **options) -> Photos:
    """Pictures by name, or from a folder.

    Parameters
    ----------
    source : str or Path
        ``"sample"``, ``"dead_leaves"``, or a folder; a folder that bears one of these names is reached as ``"./sample"``.
    split : {"train", "validation", "test"}, optional
        For ``sample``; without it, all pictures.
    **options
        For ``dead_leaves``: those of :func:`dead_leaves` (`count`, `size`, `seed`).

    Returns
    -------
    Photos

    Raises
    ------
    ValueError
        An unknown name, a split or an option that the source does not have.
    FileNotFoundError
        A folder that is not there, or holds no picture.
    OSError
        A file in it that cannot be read as a picture.
    """
    if source == "sample":
        _refuse(options, source)
        return _sample(split)
    if source == "dead_leaves":
        if split is not None:
            raise ValueError(
                f"split is {split!r}, but dead_leaves is endless and has no splits; expected none: use another seed for other pictures."
            )
        unknown = set(options) - {"count", "size", "seed"}
        _refuse(unknown, source, "; dead_leaves takes count, size and seed")
        return dead_leaves(**options)
    folder = Path(source)
    if folder.is_dir():
        _refuse(options, source)
        if split is not None:
            folder = folder / split
            if not folder.is_dir():
                raise FileNotFoundError(
                    f"{source} has no folder {split!r}; expected the pictures of that split in {folder}: leave the split out to load everything."
                )
        return _folder(folder)
    if folder.is_file():
        raise FileNotFoundError(
            f"{source} is a file; expected a folder of pictures or one of {', '.join(CATALOGUE)}: give the folder that holds it."
        )
    raise FileNotFoundError(
        f"There is no set or folder {str(source)!r}; expected one of {', '.join(CATALOGUE)}, or a folder that exists: `srlib data list` shows them all."
    )


def _refuse(options, source, hint="") -> None:
    if options:
        raise ValueError(
            f"{source} got {', '.join(sorted(options))}, which it does not take{hint or '; expected nothing but the name'}: leave it out."
        )


# -- the photographs that scikit-image carries --------------------------------------------------------------------------


def _sample(split: str | None) -> Photos:
    if split is not None:
        check_choice(split, SPLITS, "split")
    photographs = SAMPLE_SPLITS[split] if split else sum(SAMPLE_SPLITS.values(), ())
    images, names, labels = [], [], []
    for label, photograph in enumerate(photographs):
        for name, crop in _crops(sample_photograph(photograph)):
            images.append(crop)
            names.append(f"{photograph}-{name}")
            labels.append(label)
    licence = "; ".join(f"{p}: {_SAMPLE_LICENCES[p]}" for p in photographs)
    return Photos(
        np.stack(images), names, np.array(labels), list(photographs), licence, f"sample/{split}" if split else "sample"
    )


def sample_photograph(name: str) -> np.ndarray:
    """One of the embedded photographs, whole, as the crops of ``sample`` are cut from it.

    Parameters
    ----------
    name : str
        A name in `SAMPLE_SPLITS`.

    Returns
    -------
    ndarray of uint8, (H, W, 3)
    """
    import skimage.data

    check_choice(name, sum(SAMPLE_SPLITS.values(), ()), "photograph")
    picture = np.asarray(getattr(skimage.data, name)())[..., :3]
    factor = _SAMPLE_SHRINK.get(name)
    return to_uint8(shrink(crop_to_multiple(picture, factor), factor, kernel="bicubic")) if factor else picture


def _crops(picture: np.ndarray, side: int = SAMPLE_SIDE):
    """Squares side by side, as many as fit, in the middle of the picture."""
    rows, columns = (n // side for n in picture.shape[:2])
    top, left = ((n - k * side) // 2 for n, k in zip(picture.shape[:2], (rows, columns)))
    for r in range(rows):
        for c in range(columns):
            y, x = top + r * side, left + c * side
            yield f"r{r}c{c}", picture[y : y + side, x : x + side]


# -- dead leaves --------------------------------------------------------------------------------------------------------


def dead_leaves(count: int = 100, *, size: int = 128, seed: int = 0) -> Photos:
    """Pictures of overlapping discs, whose edges and sizes are distributed as in photographs.

    Radii follow a power law with exponent -3, so that the picture looks alike at every magnification; the colours are
    pixels of the ``sample`` training photographs. Drawn at twice the size and shrunk, which smooths the edges; then each
    picture is seen through a lens of its own, a Gaussian of standard deviation 0 to 1 pixel. Without the lens all edges
    are perfectly sharp, and a network that learns from them for long learns to sharpen too much.

    Parameters
    ----------
    count : int
        How many. The first k of n pictures are the same for every n.
    size : int
        Side of a picture in pixels.
    seed : int

    Returns
    -------
    Photos
        `images` of shape (count, size, size, 3).

    Raises
    ------
    ValueError
        A count or size below 1.

    References
    ----------
    .. [1] A. B. Lee, D. Mumford, J. Huang, "Occlusion models for natural images: a statistical study of a scale-invariant
       dead leaves model", International Journal of Computer Vision 41, 2001.
    """
    for name, value in (("count", count), ("size", size)):
        if isinstance(value, bool) or not isinstance(value, (int, np.integer)) or value < 1:
            raise ValueError(
                f"{name} is {value!r}; expected a whole number of at least 1: the usual {name} is {100 if name == 'count' else 128}."
            )
    from scipy.ndimage import gaussian_filter

    palette = _sample("train").images.reshape(-1, 3)
    images = np.empty((count, size, size, 3), np.uint8)
    for i in range(count):
        rng = np.random.default_rng([seed, i])
        sharp = shrink(_draw_leaves(2 * size, palette, rng), 2, kernel="area")
        blur = rng.random()  # pixels
        images[i] = to_uint8(np.clip(gaussian_filter(sharp, (blur, blur, 0)), 0, 1))
    return Photos(
        images,
        [f"dead_leaves-{seed}-{i}" for i in range(count)],
        licence=CATALOGUE["dead_leaves"].licence,
        source="dead_leaves",
    )


def _draw_leaves(side: int, palette: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    smallest, largest = 2.0, side / 2
    # Enough discs to cover the canvas four times over: their mean area is 2 pi a^2 ln(b/a) / (1 - (a/b)^2)
    mean_area = (
        2 * np.pi * smallest**2 * np.log(largest / smallest) / (1 - (smallest / largest) ** 2)
        if largest > smallest
        else np.pi * smallest**2
    )
    n = max(8, round(4 * side**2 / mean_area))
    u = rng.random(n)
    largest = max(largest, smallest)
    radius = 1 / np.sqrt(u / largest**2 + (1 - u) / smallest**2)  # the inverse of the cumulative power law
    y, x = rng.random((2, n)) * side
    colours = palette[rng.integers(len(palette), size=n)]
    leaf = np.zeros((side, side), np.int32)  # which disc is on top, per pixel
    places = np.arange(side, dtype=np.float32)
    top, bottom = (np.clip(v, 0, side).astype(int) for v in (np.floor(y - radius), np.ceil(y + radius) + 1))
    left, right = (np.clip(v, 0, side).astype(int) for v in (np.floor(x - radius), np.ceil(x + radius) + 1))
    for i in range(n):
        rows, columns = slice(top[i], bottom[i]), slice(left[i], right[i])
        inside = ((places[rows] - y[i]) ** 2)[:, None] + (places[columns] - x[i]) ** 2 <= radius[i] ** 2
        leaf[rows, columns][inside] = i
    return colours[leaf]  # (side, side, 3)


# -- a folder -----------------------------------------------------------------------------------------------------------


def _folder(folder: Path) -> Photos:
    files = sorted(p for p in folder.rglob("*") if p.suffix.lower() in SUFFIXES and p.is_file())
    if not files:
        raise FileNotFoundError(
            f"{folder} holds no picture; expected files ending in {', '.join(SUFFIXES)}: give another folder, or convert them."
        )
    names = [p.relative_to(folder).as_posix() for p in files]
    classes = sorted({n.split("/")[0] for n in names if "/" in n})
    labels = class_names = None
    if classes and all("/" in n for n in names):  # one folder for each class
        labels, class_names = np.array([classes.index(n.split("/")[0]) for n in names]), classes
    return Photos(_one_array([read_picture(p) for p in files]), names, labels, class_names, source=str(folder))


def read_picture(path: str | Path) -> np.ndarray:
    """A picture file as RGB.

    Parameters
    ----------
    path : str or Path
        Whatever Pillow reads. Turned upright by its EXIF orientation; grey and palette become RGB; transparency is laid on white.

    Returns
    -------
    ndarray of uint8, (H, W, 3)

    Raises
    ------
    FileNotFoundError
        There is no such file.
    OSError
        It is not a picture, or is damaged or too large.
    """
    from PIL import Image, ImageOps, UnidentifiedImageError

    path = Path(path)
    if not path.is_file():
        raise FileNotFoundError(f"There is no file {str(path)!r}; expected a picture: check the spelling.")
    try:
        with Image.open(path) as image:
            image = ImageOps.exif_transpose(image)
            if image.mode.startswith("I;16"):
                return np.repeat((np.asarray(image)[..., None] / 257).round().astype(np.uint8), 3, axis=-1)
            if "A" in image.getbands() or "transparency" in image.info:
                image = image.convert("RGBA")
                image = Image.alpha_composite(Image.new("RGBA", image.size, "white"), image)
            return np.asarray(image.convert("RGB"))
    except UnidentifiedImageError:
        raise OSError(
            f"{path} is not a picture that Pillow can read; expected JPEG, PNG, WebP, TIFF or BMP: open it in a viewer, or convert it."
        ) from None
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError) as error:
        raise OSError(
            f"{path} cannot be read as a picture ({error}); expected an undamaged file: fetch or save it again."
        ) from None


def _one_array(images: Sequence[np.ndarray]) -> np.ndarray | list[np.ndarray]:
    return np.stack(images) if len({image.shape for image in images}) == 1 else list(images)
