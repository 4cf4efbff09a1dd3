"""Opening an image file of a stranger's: the decoder of its format alone, its frames, one sentence for all that goes wrong."""

import contextlib
import io
import logging
import math
import warnings
from collections.abc import Sequence
from pathlib import Path

from .._quiet import native_stderr_held
from .formats import format_of, lacking, register_plugin
from .jpeg_xl import header_in
from .metadata import png_chunks

_MOST_FRAMES = 10_000  # no more are counted, as a file may claim any number


class Refused(ValueError):
    """A sentence of ours, for the caller as it is."""


class _Lacking(OSError):
    """What keeps a file from being read, in words that go behind its name."""


def frames_in(source: str | Path | bytes, *, name: str | None = None) -> int:
    """How many images a file holds: the frames of an animation, or pages; 1 for most. No pixel is decoded for this.

    Parameters
    ----------
    source : str, Path or bytes
        A file, or what it holds.
    name : str, optional
        What errors call it; its path unless given.

    Returns
    -------
    int
        What is in the file, not what it claims; at most 10,000. Thumbnails do not count, nor what a telephone adds to a photograph.

    Raises
    ------
    FileNotFoundError
        There is no such file.
    OSError
        It cannot be read, is damaged or too large, or is no image.

    Examples
    --------
    >>> from PIL import Image
    >>> file = io.BytesIO()
    >>> frames = [Image.new("L", (3, 2), level) for level in (0, 100, 200)]
    >>> frames[0].save(file, "GIF", save_all=True, append_images=frames[1:])
    >>> frames_in(file.getvalue())
    3
    """
    source, name = checked_source(source, name)
    with told(name), _opened(source) as image, file_of(source) as file:
        return len(_pages(image, file))


@contextlib.contextmanager
def quiet_decoders():
    """Hold back what Pillow warns of, Pillow logs and libtiff writes about files that are put right or refused here.

    One thread at a time: the others wait, as they share standard error.

    Examples
    --------
    >>> with quiet_decoders():
    ...     warnings.warn("Corrupt EXIF data.")
    """
    logger = logging.getLogger("PIL")
    with native_stderr_held(told_on_failure=False), warnings.catch_warnings():
        level = logger.level
        logger.setLevel(logging.CRITICAL)
        warnings.simplefilter("ignore")
        try:
            yield
        finally:
            logger.setLevel(level)


def checked_source(source, name: str | None) -> tuple[Path | bytes, str]:
    """The source as a path or as bytes, and what errors call it."""
    if isinstance(source, (bytes, bytearray, memoryview)):
        return bytes(source), "the image" if name is None else name
    source = Path(source)
    name = str(source) if name is None else name
    if not source.is_file():
        raise FileNotFoundError(f"There is no file {name!r}; expected an image: check the spelling.")
    return source, name


def file_of(source: Path | bytes):
    """A file or bytes, open for reading."""
    return io.BytesIO(source) if isinstance(source, bytes) else source.open("rb")


@contextlib.contextmanager
def told(name: str):
    """Whatever is raised in here becomes one sentence that names the file."""
    from PIL import Image

    try:
        yield
    except (Refused, MemoryError):
        raise
    except _Lacking as error:
        raise OSError(f"{name} {error}") from None
    except Image.DecompressionBombError as error:
        raise OSError(
            f"{name} is too large to be opened safely ({str(error).partition(', could')[0]}); expected fewer pixels: cut it into parts."
        ) from None
    except Exception as error:  # a decoder that is fed a stranger's bytes can raise anything
        if isinstance(error, OSError) and error.strerror:
            raise OSError(
                f"{name} cannot be read ({error.strerror}); expected a file that can: check its rights and its disk."
            ) from None
        raise OSError(
            f"{name} cannot be read as an image ({' '.join(str(error).split()) or type(error).__name__}); expected an undamaged file: fetch or save it again."
        ) from None


def _opened(source: Path | bytes):
    """The file as Pillow opens it, by the decoder of its format alone; not yet decoded."""
    from PIL import Image, UnidentifiedImageError

    format = format_of(source)
    if lacks := lacking(format):
        raise _Lacking(lacks)
    register_plugin(format)
    if format == "JXL":
        _check_jpeg_xl(source)
    try:
        return Image.open(io.BytesIO(source) if isinstance(source, bytes) else source, formats=[format])
    except UnidentifiedImageError:
        raise _Lacking(
            f"is damaged, or a {format} of a kind that Pillow does not read; expected an undamaged file of 8 or 16 bits a channel: fetch it again, or convert it."
        ) from None


def _check_jpeg_xl(source: Path | bytes) -> None:
    from PIL import Image

    with file_of(source) as file:
        width, height, animated = header_in(file)
    most = 2 * (Image.MAX_IMAGE_PIXELS or math.inf)
    if width * height > most:  # as Pillow has it
        raise Image.DecompressionBombError(f"Image size ({width * height} pixels) exceeds limit of {most} pixels")
    if animated:
        raise _Lacking(
            "is an animated JPEG XL, of which the plugin reads the first image alone; expected a still one: save the frames as files of their own, or as an animated PNG."
        )


def opened_at(source: Path | bytes, name: str, frame: int | None):
    """One image of a file, not yet decoded."""
    image = _opened(source)
    try:
        with file_of(source) as file:
            pages = _pages(image, file, _MOST_FRAMES if frame is None else min(frame + 1, _MOST_FRAMES))
        if len(pages) > 1 and frame is None:
            raise Refused(
                f"{name} holds {len(pages)} images, as an animation or as pages; expected one: give the number of a frame, or save those that you want as files of their own."
            )
        if (frame or 0) >= len(pages):
            raise Refused(
                f"{name} holds {len(pages)} {'image' if len(pages) == 1 else 'images'}, and frame {frame} was asked for; expected a frame from 0 to {len(pages) - 1}: choose one."
            )
        image.seek(pages[frame or 0])
    except BaseException:
        image.close()
        raise
    return image


def _pages(image, file, most: int = _MOST_FRAMES) -> Sequence[int]:
    """The places in an opened file of the first images of their own; a thumbnail is none, nor what a telephone adds."""
    if image.format == "MPO":  # a photograph, and depth or a second view
        return [0]
    if image.format == "TIFF":
        pages, elsewhere = [], False
        for page in range(_MOST_FRAMES):
            if len(pages) == most:
                break
            try:
                image.seek(page)
            except EOFError:
                break
            if not image.tag_v2.get(254, 0) & 1:  # 1: a thumbnail
                pages.append(page)
            elsewhere |= 330 in image.tag_v2  # directories of a page's own
        if elsewhere and not pages:
            raise _Lacking(
                "holds a preview beside data that Pillow does not read, as the raw files of cameras do; expected a developed image: export it as TIFF or JPEG from a program for raw files."
            )
        return pages or [0]
    claimed = min(getattr(image, "n_frames", 1), _MOST_FRAMES)
    if image.format == "PNG" and claimed > 1:
        begun = sum(1 for _ in png_chunks(file, (b"fcTL",)))
        claimed = max(1, min(claimed, begun + bool(image.info.get("default_image"))))
    return range(claimed)
