"""Whether an image file was compressed with visible loss: which network suits it depends on that."""

from .metadata import Metadata

# The mean of the table for luminance in Annex K of ITU-T T.81, from which the qualities of most encoders are counted
_MEAN_OF_ANNEX_K = 57.625
_FINE = 94  # from this quality on, a JPEG is like a clean image: `benchmarks/defaults.py` measures it


def is_compressed(image, metadata: Metadata) -> bool:
    """Whether a file lost so much when it was written that a network for clean images would sharpen the damage.

    Parameters
    ----------
    image : PIL.Image.Image
        The opened file.
    metadata : Metadata

    Returns
    -------
    bool
    """
    tables = getattr(image, "quantization", None)
    if tables:
        return jpeg_quality(tables[min(tables)]) < _FINE
    lossy = {"WEBP": not metadata.lossless, "TIFF": image.info.get("compression") == "jpeg"}
    return image.format in ("AVIF", "HEIF") or lossy.get(image.format, False)


def jpeg_quality(table) -> float:
    """The quality of a JPEG, 1 to 100, estimated from its table for luminance, by the rule of the Independent JPEG Group.

    Parameters
    ----------
    table : sequence of int
        The 64 steps.

    Returns
    -------
    float
        For tables of other encoders, the quality that divides as coarsely on the whole.

    Examples
    --------
    >>> import io, PIL.Image
    >>> file = io.BytesIO()
    >>> PIL.Image.new("L", (8, 8)).save(file, "JPEG", quality=75)
    >>> round(jpeg_quality(PIL.Image.open(file).quantization[0]))
    75
    """
    percent = 100 * sum(table) / len(table) / _MEAN_OF_ANNEX_K
    return max(1.0, 100 - percent / 2 if percent <= 100 else 5000 / percent)
