"""What counts as an image, checked in one place.

A caller may hand anything to the library. What passes here may be trusted everywhere else; what does not is refused in one
sentence, which says what came, what was expected and what to do.
"""

import numpy as np

# What numbers in an image may span, and the way from there to [0, 1]; the first is what filters overshoot by
_RANGES = {
    (-0.3, 1.5): "use numpy.clip(image, 0, 1) if it only overshoots",
    (-0.5, 0.5): "use image + 0.5 if it spans [-0.5, 0.5]",
    (-1, 1): "use (image + 1) / 2 if it spans [-1, 1]",
    (0, 255): "divide by 255 if it spans 8 bits",
    (-128, 127): "use (image + 128) / 255 if it spans [-128, 127]",
    (0, 1023): "divide by 1023 if it spans 10 bits",
    (0, 4095): "divide by 4095 if it spans 12 bits",
    (0, 65535): "divide by 65535 if it spans 16 bits",
}


def check(image, name: str = "image") -> np.ndarray:
    """Let an image, or a batch of them, through the door unchanged.

    Parameters
    ----------
    image : ndarray, (H, W, 3) or (N, H, W, 3)
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
    if not hasattr(image, "dtype") or not hasattr(image, "shape"):
        raise TypeError(
            f"{name} is a {type(image).__name__}; expected a NumPy array of shape (H, W, 3) or (N, H, W, 3): "
            "use numpy.asarray(...), or srlib.load_images(...) for files."
        )
    if np.ma.is_masked(image):
        raise TypeError(
            f"{name} is a masked array, with {np.ma.count_masked(image)} of its values hidden; expected a plain array, as no mask is heeded here: "
            "say what is to stand there, as image.filled(0) does."
        )
    image = np.asarray(image)
    _check_shape(image, name)
    if image.dtype == np.uint8:
        return image
    if image.dtype != np.float32:
        raise TypeError(
            f"{name} has dtype {image.dtype}; expected uint8 (0 to 255) or float32 in [0, 1]: use "
            + _dtype_remedy(image.dtype)
        )
    low, high = image.min(), image.max()  # NaN survives both, and then fails the comparison below
    if not (low >= 0 and high <= 1):
        if np.isnan(low):
            raise ValueError(
                f"{name} holds {int(np.isnan(image).sum())} NaN values; expected numbers in [0, 1]: "
                "find where they arise, or replace them with numpy.nan_to_num."
            )
        raise ValueError(
            f"{name} runs from {low:.4g} to {high:.4g}; expected float32 in [0, 1]: {_range_remedy(low, high)}."
        )
    return image


def _check_shape(image: np.ndarray, name: str) -> None:
    shape = image.shape
    if image.ndim in (3, 4) and shape[-1] == 3:
        if 0 in shape:
            raise ValueError(
                f"{name} has shape {shape}, so it holds no pixels; expected at least one: look at how it was loaded or cut."
            )
        return
    if image.ndim == 2:
        remedy = "grey images become RGB by numpy.stack([grey] * 3, axis=-1)"
    elif image.ndim in (3, 4) and shape[-1] == 1:
        remedy = "grey images become RGB by numpy.repeat(grey, 3, axis=-1)"
    elif image.ndim in (3, 4) and shape[-1] == 4:
        remedy = "drop the transparency with image[..., :3]"
    elif image.ndim in (3, 4) and shape[-3] == 3:
        remedy = "move the channels to the end with numpy.moveaxis(image, -3, -1)"
    else:
        remedy = "arrange it as rows, columns, red-green-blue"
    raise ValueError(f"{name} has shape {shape}; expected (H, W, 3) or (N, H, W, 3): {remedy}.")


def _range_remedy(low: float, high: float) -> str:
    """The ranges that such numbers may have been meant for, the two narrowest, and the way from each to [0, 1]."""
    if not np.isfinite([low, high]).all():
        return "find where the infinite values arise"
    fitting = [
        way
        for (least, most), way in _RANGES.items()
        if least <= low and high <= most and max(-low, high) > max(-least, most) / 25  # else it is almost black
    ]
    return " or ".join(
        fitting[:2] or ["subtract the least value that it can have, and divide by the span to the largest"]
    )


def _dtype_remedy(dtype: np.dtype) -> str:
    if dtype.kind == "f":
        return "image.astype('float32') if it is in [0, 1]."
    if dtype == np.uint16:
        return "(image / 65535).astype('float32') if it spans 16 bits."
    return "image.astype('uint8') if it is in 0 to 255."


def check_alike(a, b, names: tuple[str, str]) -> tuple[np.ndarray, np.ndarray]:
    """Let two images through that are to be compared pixel by pixel: both valid, of one shape."""
    a, b = check(a, names[0]), check(b, names[1])
    if a.shape != b.shape:
        raise ValueError(
            f"{names[0]} has shape {a.shape} and {names[1]} {b.shape}; they are compared pixel by pixel, so the shapes must be equal: "
            "crop the larger one (srlib.crop_to_multiple), or upscale with the right scale."
        )
    return a, b


def check_image_list(images, name: str = "images"):
    """Let through several images, as `ImageSet`, an array (N, H, W, 3) or a list, which may be empty; each is checked later."""
    if isinstance(images, (str, bytes)) or hasattr(images, "__fspath__"):
        raise TypeError(
            f"{name} is {str(images)!r}, a name; expected the images themselves: srlib.load_images({str(images)!r}) loads them."
        )
    if getattr(images, "ndim", 4) == 3:
        raise ValueError(
            f"{name} has shape {images.shape}, one image; expected several, (N, H, W, 3) or a list: use {name}[None] for one."
        )
    ours = hasattr(images, "images") or hasattr(images, "read")
    known = ours or isinstance(images, (list, tuple)) or getattr(images, "ndim", None) == 4
    if not known:
        raise TypeError(
            f"{name} is a {type(images).__name__}; expected ImageSet, an array (N, H, W, 3) or a list of images: see srlib.load_images; a data set of another library's becomes a list of its images."
        )
    first = images[0] if isinstance(images, (list, tuple)) and images else None
    if isinstance(first, (str, bytes)) or hasattr(first, "__fspath__"):
        raise TypeError(
            f"{name} is a list of names; expected the images themselves: srlib.load_images(folder) loads all of a folder."
        )
    if getattr(first, "ndim", 3) == 4 or isinstance(first, (list, tuple)):
        raise TypeError(
            f"{name} is a {type(images).__name__} of batches, or of pairs; expected HR images alone, an array (N, H, W, 3) or a list: give these, as the LR images are made from them."
        )
    return images


def check_count(value, name: str, least: int = 1) -> int:
    """Let through a whole number of at least `least`, of Python's or NumPy's."""
    if isinstance(value, (bool, np.bool_)) or not isinstance(value, (int, np.integer)) or value < least:
        raise ValueError(f"{name} is {value!r}; expected a whole number of at least {least}: choose another.")
    return int(value)


def check_scale(scale) -> int:
    """Let through a whole number of at least 1; an image of scale 1 is restored without being enlarged."""
    return check_count(scale, "scale")


def check_seed(seed) -> int:
    """Let through a whole number of at least 0."""
    return check_count(seed, "seed", least=0)


def check_choice(value, choices, what: str):
    """Let through one of `choices`, or name them all."""
    if value not in choices:
        raise ValueError(f"{what} is {value!r}; expected one of {', '.join(map(str, choices))}: choose one of these.")
    return value


def is_number(value) -> bool:
    """Whether it is a real number, of Python's or NumPy's, and no truth value."""
    return isinstance(value, (int, float, np.integer, np.floating)) and not isinstance(value, bool)


def to_float(image: np.ndarray) -> np.ndarray:
    """A checked image as ``float32`` in [0, 1]; also one of ``uint16``, as files have them."""
    if image.dtype.kind == "u":
        return image.astype(np.float32) / np.float32(np.iinfo(image.dtype).max)
    return image


def to_uint8(image: np.ndarray) -> np.ndarray:
    """A checked image as ``uint8``, rounded to the nearest level, as a file on disk would hold it."""
    return image if image.dtype == np.uint8 else np.rint(image * np.float32(255)).astype(np.uint8)
