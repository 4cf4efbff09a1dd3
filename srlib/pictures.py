"""What counts as a picture, checked in one place.

Enters: anything a caller hands to the library. Leaves: an array that the other rooms may trust, or one sentence that
says what came, what was expected and how to get there. Built in lesson 02 (``02_preprocessing``).
"""

import numpy as np


def check(picture, name: str = "picture") -> np.ndarray:
    """Let a picture, or a batch of them, through the door unchanged.

    Parameters
    ----------
    picture : ndarray, (H, W, 3) or (N, H, W, 3)
        RGB, channels last: ``uint8`` (0 to 255) or ``float32`` in [0, 1].
    name : str
        What to call it in an error.

    Returns
    -------
    ndarray
        The same array, not copied.

    Raises
    ------
    TypeError
        Not an array, or a dtype other than ``uint8`` and ``float32``.
    ValueError
        Another shape, no pixels, values outside [0, 1], NaN.
    """
    if not hasattr(picture, "dtype") or not hasattr(picture, "shape"):
        raise TypeError(
            f"{name} is a {type(picture).__name__}; expected a NumPy array of shape (H, W, 3) or (N, H, W, 3): "
            "use numpy.asarray(...), or srlib.load_photos(...) for files."
        )
    picture = np.asarray(picture)
    _check_shape(picture, name)
    if picture.dtype == np.uint8:
        return picture
    if picture.dtype != np.float32:
        raise TypeError(
            f"{name} has dtype {picture.dtype}; expected uint8 (0 to 255) or float32 in [0, 1]: use "
            + _dtype_remedy(picture.dtype)
        )
    low, high = picture.min(), picture.max()  # NaN survives both, and then fails the comparison below
    if not (low >= 0 and high <= 1):
        if np.isnan(low):
            raise ValueError(
                f"{name} holds {int(np.isnan(picture).sum())} NaN values; expected numbers in [0, 1]: "
                "find where they arise, or replace them with numpy.nan_to_num."
            )
        remedy = "divide by 255" if 2 < high < np.inf else "use numpy.clip(picture, 0, 1)"
        raise ValueError(f"{name} runs from {low:.4g} to {high:.4g}; expected float32 in [0, 1]: {remedy}.")
    return picture


def _check_shape(picture: np.ndarray, name: str) -> None:
    shape = picture.shape
    if picture.ndim in (3, 4) and shape[-1] == 3:
        if 0 in shape:
            raise ValueError(
                f"{name} has shape {shape}, so it holds no pixels; expected at least one: look at how it was loaded or cut."
            )
        return
    if picture.ndim == 2:
        remedy = "grey pictures become RGB by numpy.stack([grey] * 3, axis=-1)"
    elif picture.ndim in (3, 4) and shape[-1] == 1:
        remedy = "grey pictures become RGB by numpy.repeat(grey, 3, axis=-1)"
    elif picture.ndim in (3, 4) and shape[-1] == 4:
        remedy = "drop the transparency with picture[..., :3]"
    elif picture.ndim in (3, 4) and shape[-3] == 3:
        remedy = "move the channels to the end with numpy.moveaxis(picture, -3, -1)"
    else:
        remedy = "arrange it as rows, columns, red-green-blue"
    raise ValueError(f"{name} has shape {shape}; expected (H, W, 3) or (N, H, W, 3): {remedy}.")


def _dtype_remedy(dtype: np.dtype) -> str:
    if dtype.kind == "f":
        return "picture.astype('float32') if it is in [0, 1]."
    if dtype == np.uint16:
        return "(picture / 65535).astype('float32') if it spans 16 bits."
    return "picture.astype('uint8') if it is in 0 to 255."


def check_alike(a, b, names: tuple[str, str]) -> tuple[np.ndarray, np.ndarray]:
    """Let two pictures through that are to be compared pixel by pixel: both valid, of one shape."""
    a, b = check(a, names[0]), check(b, names[1])
    if a.shape != b.shape:
        raise ValueError(
            f"{names[0]} has shape {a.shape} and {names[1]} {b.shape}; they are compared pixel by pixel, so the shapes must be equal: "
            "crop the larger one (srlib.crop_to_multiple), or enlarge with the right scale."
        )
    return a, b


def check_photos(photos, name: str = "photos"):
    """Let through several pictures, as `Photos`, an array (N, H, W, 3) or a list, which may be empty; each is checked later."""
    if isinstance(photos, (str, bytes)) or hasattr(photos, "__fspath__"):
        raise TypeError(
            f"{name} is {str(photos)!r}, a name; expected the pictures themselves: srlib.load_photos({str(photos)!r}) loads them."
        )
    if getattr(photos, "ndim", 4) == 3:
        raise ValueError(
            f"{name} has shape {photos.shape}, one picture; expected several, (N, H, W, 3) or a list: use {name}[None] for one."
        )
    if not hasattr(photos, "__len__") or isinstance(photos, dict):
        raise TypeError(
            f"{name} is a {type(photos).__name__}; expected Photos, an array (N, H, W, 3) or a list of pictures: see srlib.load_photos."
        )
    return photos


def check_scale(scale) -> int:
    """Let through a whole number of at least 2."""
    if isinstance(scale, (bool, np.bool_)) or not isinstance(scale, (int, np.integer)) or scale < 2:
        raise ValueError(f"scale is {scale!r}; expected a whole number of at least 2: the usual ones are 2, 3 and 4.")
    return int(scale)


def check_seed(seed) -> int:
    """Let through a whole number of at least 0."""
    if isinstance(seed, (bool, np.bool_)) or not isinstance(seed, (int, np.integer)) or seed < 0:
        raise ValueError(f"seed is {seed!r}; expected a whole number of at least 0: the usual one is 0.")
    return int(seed)


def check_choice(value, choices, what: str):
    """Let through one of `choices`, or name them all."""
    if value not in choices:
        raise ValueError(f"{what} is {value!r}; expected one of {', '.join(map(str, choices))}: choose one of these.")
    return value


def is_number(value) -> bool:
    """Whether it is a real number, of Python's or NumPy's, and no truth value."""
    return isinstance(value, (int, float, np.integer, np.floating)) and not isinstance(value, bool)


def to_float(picture: np.ndarray) -> np.ndarray:
    """A checked picture as ``float32`` in [0, 1]; also one of ``uint16``, as files have them."""
    if picture.dtype.kind == "u":
        return picture.astype(np.float32) / np.float32(np.iinfo(picture.dtype).max)
    return picture


def to_uint8(picture: np.ndarray) -> np.ndarray:
    """A checked picture as ``uint8``, rounded to the nearest level, as a file on disk would hold it."""
    return picture if picture.dtype == np.uint8 else np.rint(picture * np.float32(255)).astype(np.uint8)
