"""Image files of every kind, for the tests of reading, writing and upscaling them."""

import struct
import subprocess
import sys
import zlib

import cv2
import numpy as np
import tifffile
from PIL import Image, ImageCms

from srlib.cli import main

SRGB = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()


def wave(height=19, width=22, channels=3, top=255):
    """A smooth image with an edge, of as many channels and levels as asked for."""
    rng = np.random.default_rng([height, width, channels])
    y, x = np.mgrid[0:height, 0:width]
    planes = [0.5 + 0.4 * np.sin(rng.uniform(0.1, 0.6) * x + rng.uniform(0.1, 0.6) * y + c) for c in range(channels)]
    made = np.stack(planes, -1) + 0.1 * (x > width / 2)[..., None]
    made = np.clip(made * top, 0, top).astype(np.uint8 if top == 255 else np.uint16)
    return made if channels > 1 else made[..., 0]


def image(mode="RGB", height=19, width=22):
    channels = len(Image.new(mode, (1, 1)).getbands())
    if mode in ("RGB", "L", "RGBA", "LA", "CMYK", "YCbCr"):
        return Image.fromarray(wave(height, width, channels), mode=None if mode not in ("CMYK", "YCbCr") else mode)
    return Image.fromarray(wave(height, width, 3)).convert(mode)


def run(*words):
    """The exit status of a command line."""
    try:
        return main([str(word) for word in words])
    except SystemExit as end:
        return end.code


def contents(folder):
    """Every file and folder below, hidden ones too, with what it holds."""
    plain = lambda p: p.is_file() and not p.is_symlink()
    return {p.relative_to(folder).as_posix(): p.read_bytes() if plain(p) else None for p in sorted(folder.rglob("*"))}


def process(*words, before="pass", stdout=None):
    code = f"import sys; {before}; from srlib.cli import main; sys.exit(main())"
    return subprocess.run([sys.executable, "-c", code, *words], stdout=stdout, stderr=subprocess.PIPE, text=True)


def exif_of(orientation=None, **more):
    exif = Image.Exif()
    if orientation is not None:
        exif[0x0112] = orientation
    for tag, value in more.items():
        exif[int(tag[1:])] = value
    return exif


def png_chunk(name, data):
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def png(width, height, bits, colours, rows, *chunks):
    """A PNG by hand: its rows as bytes, filter 0."""
    head = struct.pack(">IIBBBBB", width, height, bits, colours, 0, 0, 0)
    packed = zlib.compress(b"".join(b"\0" + row for row in rows))
    parts = [(b"IHDR", head), *chunks, (b"IDAT", packed), (b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(png_chunk(*part) for part in parts)


def two_frames(path, **options):
    image("P" if path.suffix == ".gif" else "RGB").save(
        path, save_all=True, append_images=[image().rotate(90)], **options
    )


def same(made, wanted, lossy, clear=False):
    """Whether a file holds what it should; a lossy kind nearly. Colours count as much as they are seen."""
    made = np.asarray(made)
    made = (made if made.ndim == 3 else made[..., None]).astype(int)
    assert made.shape == wanted.shape
    difference = np.abs(made - wanted).astype(float)
    if clear:
        products = lambda x: x[..., :-1] * (x[..., -1:] / 255)
        difference[..., :-1] = np.maximum(0, np.abs(products(made) - products(wanted)) - 1)
    assert difference.max() <= (24 if lossy else 0), difference.max()
    assert difference.mean() <= (2.5 if lossy else 0), difference.mean()


# -- interpolation as the book has it -----------------------------------------------------------------


def keys(x):
    """The cubic of Keys, a = -1/2."""
    x = np.abs(x)
    return np.where(x < 1, (1.5 * x - 2.5) * x * x + 1, np.where(x < 2, ((-0.5 * x + 2.5) * x - 4) * x + 2, 0))


def lanczos(x):
    return np.where(np.abs(x) < 3, np.sinc(x) * np.sinc(x / 3), 0)


def enlarged(plane, scale=2, kernel=keys):
    """A plane (h, w) or (h, w, channels), enlarged by sums over its mirrored continuation; not clipped."""
    plane = np.asarray(plane, float)
    for axis in (0, 1):
        n = plane.shape[axis]
        centres = (np.arange(n * scale) + 0.5) / scale - 0.5
        places = np.floor(centres).astype(int)[:, None] + np.arange(-3, 5)
        weights = kernel(centres[:, None] - places)
        weights /= weights.sum(1, keepdims=True)
        mirrored = places % (2 * n)
        mirrored = np.minimum(mirrored, 2 * n - 1 - mirrored)
        matrix = np.zeros((n * scale, n))
        np.add.at(matrix, (np.arange(n * scale)[:, None], mirrored), weights)
        plane = np.moveaxis(np.tensordot(matrix, plane, (1, axis)), 0, axis)
    return plane


# -- 16 bits ------------------------------------------------------------------------------------------


def deep_png(path, levels):
    channels = 1 if levels.ndim == 2 else levels.shape[2]
    rows = [row.astype(">u2").tobytes() for row in levels]
    colours = {1: 0, 2: 4, 3: 2, 4: 6}[channels]
    path.write_bytes(png(levels.shape[1], levels.shape[0], 16, colours, rows))


def deep_tiff(path, levels, **options):
    channels = 1 if levels.ndim == 2 else levels.shape[2]
    settings = {"photometric": "rgb" if channels > 2 else "minisblack"}
    if channels in (2, 4):
        settings["extrasamples"] = ["unassalpha"]
    tifffile.imwrite(path, levels, **{**settings, **options})


def deep_expected(levels):
    """Bicubic, rounded once; colours as they are seen."""
    planes = (levels if levels.ndim == 3 else levels[..., None]) / 65535
    if planes.shape[2] in (2, 4):
        veil = enlarged(planes[..., -1:])
        large = np.concatenate([enlarged(planes[..., :-1] * planes[..., -1:]) / np.maximum(veil, 1e-9), veil], -1)
    else:
        large = enlarged(planes)
    return np.rint(np.clip(large, 0, 1) * 65535).astype(np.uint16)


def deep_read(path, channels):
    """16 bits as OpenCV sees them in a PNG, and tifffile in a TIFF."""
    if path.suffix == ".tif":
        found = tifffile.imread(path)
    elif channels == 2:  # OpenCV makes four of them
        found = cv2.imread(str(path), cv2.IMREAD_UNCHANGED)[..., [0, 3]]
    else:
        found = cv2.imread(str(path), cv2.IMREAD_UNCHANGED)
        found = found[..., [2, 1, 0, 3][:channels]] if channels > 1 else found
    return found if found.ndim == 3 else found[..., None]


# -- what a file says beside its pixels ------------------------------------------------------------

XMP = b'<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:Description tiff:Orientation="6" dc:title="lake"/></x:xmpmeta>'
IPTC = b"8BIM\x04\x04\x00\x00\x00\x00\x00\x0c\x1c\x02\x78\x00\x07A lake."


def telling():
    """EXIF with all its parts."""
    exif = exif_of(6, t271="Maker", t306="2026:11:23 12:00:00", t33432="(c) someone")
    exif[0x8769] = {0x829A: 0.005, 0x9003: "2026:11:22 08:00:00", 0xA002: 22, 0xA003: 19, 0x927C: b"maker's note"}
    exif[0x8825] = {1: "N", 2: (47.0, 22.0, 0.0)}
    return exif


def make_telling(path, deep=False):
    if not deep:
        options = {"exif": telling(), "icc_profile": SRGB, "dpi": (300, 300), "xmp": XMP, "quality": 95}
        segment = b"Photoshop 3.0\0" + IPTC
        extra = b"\xff\xed" + struct.pack(">H", len(segment) + 2) + segment
        image().save(path, comment=b"a remark", extra=extra, **options)
        return
    rows = [row.astype(">u2").tobytes() for row in wave(top=65535)]
    chunks = [
        (b"iCCP", b"x\0\0" + zlib.compress(SRGB)),
        (b"pHYs", struct.pack(">IIB", 11811, 11811, 1)),
        (b"eXIf", telling().tobytes()[6:]),
        (b"iTXt", b"XML:com.adobe.xmp\0\0\0\0\0" + XMP),
    ]
    path.write_bytes(png(22, 19, 16, 2, rows, *chunks))
