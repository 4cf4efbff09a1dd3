"""The decoder: every kind of file becomes RGB, upright; what is not an image is refused with a sentence that names it."""

import io
import os
import struct
import threading

import cv2
import numpy as np
import pytest
import tifffile
from _image_files import deep_png, deep_tiff, image, png, png_chunk, two_frames, wave
from PIL import Image

import srlib
from srlib.image_files import decode, frames_in, quiet_decoders, read_image


def save(path, array, mode=None, **options):
    """Write an array as an image file and give its path back."""
    path.parent.mkdir(parents=True, exist_ok=True)
    image = Image.fromarray(array)
    (image.convert(mode) if mode else image).save(path, **options)
    return path


RED, GREY = np.array([200, 10, 30], np.uint8), np.uint8(77)


def with_alpha(alpha):
    return np.concatenate([np.broadcast_to(RED, (2, 2, 3)), np.full((2, 2, 1), alpha, np.uint8)], -1)


@pytest.mark.parametrize(
    "name, array, mode, expected, tolerance",
    [
        ("opaque.png", with_alpha(255), None, RED, 0),
        ("clear.png", with_alpha(0), None, [255, 255, 255], 0),
        ("half.png", with_alpha(51), None, 0.2 * RED + 0.8 * 255, 1),
        ("half.webp", with_alpha(51), None, 0.2 * RED + 0.8 * 255, 3),
        ("half.tiff", with_alpha(51), None, 0.2 * RED + 0.8 * 255, 1),
        ("grey.png", np.full((2, 2), GREY), None, [77, 77, 77], 0),
        ("grey and alpha.png", with_alpha(0), "LA", [255, 255, 255], 0),
        ("palette.png", np.full((2, 2, 3), RED), "P", None, 0),
        ("black and white.png", np.full((2, 2), 255, np.uint8), "1", [255, 255, 255], 0),
        ("print.tiff", np.full((2, 2, 3), RED), "CMYK", RED, 1),
        ("print.jpg", np.full((16, 16, 3), 128, np.uint8), "CMYK", [128, 128, 128], 3),
        ("image.jpeg", np.full((16, 16, 3), RED), None, RED, 4),
        ("16 bits.png", np.full((2, 2), 77 * 257, np.uint16), None, [77, 77, 77], 0),
        ("16 bits.tif", np.full((2, 2), 77 * 257 + 100, np.uint16), None, [77, 77, 77], 0),
        ("16 bits, high.tif", np.full((2, 2), 65535, np.uint16), None, [255, 255, 255], 0),
        ("16 bits, big end first.tif", np.full((2, 2), 77 * 257, ">u2"), None, [77, 77, 77], 0),
    ],
)
def test_every_kind_of_file_becomes_rgb(name, array, mode, expected, tolerance, tmp_path):
    path = save(tmp_path / name, array, mode)
    if expected is None:  # a palette approximates, and dithers
        expected = Image.open(path).convert("RGB")
    found = read_image(path)
    assert found.dtype == np.uint8 and found.shape == (*array.shape[:2], 3)
    assert np.abs(found - np.asarray(expected, float)).max() <= tolerance
    assert np.array_equal(srlib.load_images(tmp_path).images[0], found)


@pytest.mark.parametrize(
    "tags, bits",
    [({"photometric": "miniswhite"}, 16), ({"photometric": "miniswhite"}, 8), ({"bitspersample": 12}, 12)],
    ids=["white is zero", "white is zero in 8 bits", "12 bits"],
)
def test_a_tiffs_levels_are_those_that_upscale_reads(tags, bits, tmp_path):
    """From black to white, whatever its tags say of the numbers."""
    path, top = tmp_path / "x.tif", 2**bits - 1
    if bits == 12:  # three bytes hold two values
        values = np.linspace(0, top, 12).astype(np.uint32).reshape(3, 4)
        packed = bytes(b for a, c in values.reshape(-1, 2).tolist() for b in (a >> 4, (a & 15) << 4 | c >> 8, c & 255))
        path.write_bytes(tiff_of(packed, 4, 3, {258: 12, 262: 1}))
    else:
        values = np.linspace(0, top, 12).astype(f"u{bits // 8}").reshape(3, 4)
        tifffile.imwrite(path, values, **tags)
    light = values / top if bits == 12 else 1 - values / top
    found, levels = read_image(path), decode(path).levels
    assert np.abs(found[..., 0] / 255 - light).max() < 0.003
    assert np.abs(levels / np.iinfo(levels.dtype).max - light).max() < 0.003


def tiff_of(data: bytes, width: int, height: int, tags: dict) -> bytes:
    """A grey TIFF in one strip, its header written out."""
    tags = {256: width, 257: height, 259: 1, 277: 1, 278: height, 279: len(data), **tags}
    tags[273] = 8 + 2 + 12 * (len(tags) + 1) + 4
    entries = b"".join(struct.pack("<HHII", tag, 4, 1, value) for tag, value in sorted(tags.items()))
    return b"II*\0" + struct.pack("<IH", 8, len(tags)) + entries + struct.pack("<I", 0) + data


def test_a_tiffs_thumbnail_is_not_the_image(tmp_path):
    large, small = np.full((6, 8, 3), 200, np.uint8), np.full((3, 4, 3), 10, np.uint8)
    with tifffile.TiffWriter(tmp_path / "x.tif") as file:
        file.write(small, photometric="rgb", subfiletype=1)
        file.write(large, photometric="rgb")
    assert np.array_equal(read_image(tmp_path / "x.tif"), large)


def test_16_bit_colour_keeps_its_upper_bits(tmp_path):
    deep = np.arange(48, dtype=np.uint16).reshape(4, 4, 3) * 1365
    cv2.imwrite(str(tmp_path / "deep.png"), deep[..., ::-1])
    assert np.abs(read_image(tmp_path / "deep.png") - deep / 257).max() <= 1


def test_a_transparent_colour_of_a_palette_is_white(tmp_path):
    image = Image.fromarray(np.array([[0, 1]], np.uint8)).convert("P")
    image.putpalette([10, 20, 30, 200, 100, 50])
    image.save(tmp_path / "x.png", transparency=0)
    assert read_image(tmp_path / "x.png").tolist() == [[[255, 255, 255], [200, 100, 50]]]


@pytest.mark.parametrize(
    "orientation, upright",
    [
        (1, lambda x: x),
        (2, lambda x: x[:, ::-1]),
        (3, lambda x: x[::-1, ::-1]),
        (4, lambda x: x[::-1]),
        (5, lambda x: x.transpose(1, 0, 2)),
        (6, lambda x: np.rot90(x, -1)),
        (7, lambda x: x[::-1, ::-1].transpose(1, 0, 2)),
        (8, lambda x: np.rot90(x)),
    ],
)
def test_a_camera_held_sideways(orientation, upright, tmp_path, make_image):
    x = make_image(5, 8)
    exif = Image.Exif()
    exif[0x0112] = orientation
    assert np.array_equal(read_image(save(tmp_path / "x.png", x, exif=exif)), upright(x))


def truncated(path):
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


@pytest.mark.parametrize(
    "name, spoil",
    [
        ("cut.jpg", truncated),
        ("cut.png", truncated),
        ("cut.webp", truncated),
        ("cut.bmp", truncated),
        ("empty.png", lambda path: path.write_bytes(b"")),
        ("text.jpg", lambda path: path.write_text("I am no image")),
    ],
)
def test_a_broken_file_is_named(name, spoil, tmp_path, make_image):
    spoil(save(tmp_path / name, make_image(40, 40)))
    with pytest.raises(OSError, match=r"; expected .*: .*\.$") as caught:
        read_image(tmp_path / name)
    assert str(tmp_path / name) in str(caught.value) and "\n" not in str(caught.value)


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(FileNotFoundError, match="no file .*gone.png.*; expected an image: check the spelling"):
        read_image(tmp_path / "gone.png")


# -- from a path, from bytes ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["a.png", "a.jpg", "a.tif", "deep.png", "deep.tif"])
def test_bytes_are_decoded_as_the_file_that_holds_them(name, tmp_path):
    path = tmp_path / name
    if name.startswith("deep"):
        (deep_png if name.endswith("png") else deep_tiff)(path, wave(top=65535, channels=4))
    else:
        image().save(path, dpi=(300, 300))
    for source in (path.read_bytes(), bytearray(path.read_bytes()), str(path)):
        found, wanted = decode(source), decode(path)
        np.testing.assert_array_equal(found.levels, wanted.levels)
        assert found.metadata.dpi == wanted.metadata.dpi and found.metadata.chunks == wanted.metadata.chunks


def test_errors_name_what_the_caller_names():
    with pytest.raises(OSError, match="^holiday.jpg is not an image that srlib reads; expected JPEG, .*: open"):
        read_image(b"no image", name="holiday.jpg")
    with pytest.raises(OSError, match="^the image is not an image"):
        decode(b"")


@pytest.mark.parametrize("name", ["a.gif", "a.tif", "a.png", "a.webp", "a.avif"])
def test_of_several_images_that_one_is_taken_which_is_asked_for(name, tmp_path):
    two_frames(tmp_path / name)
    assert frames_in(tmp_path / name) == 2
    with pytest.raises(ValueError, match="holds 2 images, .*; expected one: give the number of a frame"):
        decode(tmp_path / name)
    with Image.open(tmp_path / name) as opened:
        np.testing.assert_array_equal(read_image(tmp_path / name), np.asarray(opened.convert("RGB")))
        for frame in (0, 1):
            opened.seek(frame)
            found = decode(tmp_path / name, frame=frame)
            np.testing.assert_array_equal(found.levels, np.asarray(opened.convert("RGB")))
    for frame, words in ((2, "expected a frame from 0 to 1"), (-1, "expected a whole number"), (1.0, "whole number")):
        with pytest.raises(ValueError, match=words):
            decode(tmp_path / name, frame=frame)


def test_what_lies_beside_a_photograph_is_no_frame(tmp_path):
    two_frames(tmp_path / "a.jpg", format="MPO")
    with tifffile.TiffWriter(tmp_path / "a.tif") as file:
        file.write(wave(), photometric="rgb")
        file.write(wave(4, 5), photometric="rgb", subfiletype=1)
    assert frames_in(tmp_path / "a.jpg") == frames_in(tmp_path / "a.tif") == 1


def test_the_preview_of_a_raw_file_is_not_taken_for_the_photograph(tmp_path):
    """A TIFF as cameras write it: a thumbnail in front, the rest in directories below."""
    with tifffile.TiffWriter(tmp_path / "raw.dng") as file:
        file.write(wave(4, 5), photometric="rgb", subfiletype=1, subifds=1)
        file.write(wave(40, 50), photometric="rgb")
    for call in (decode, read_image, frames_in):
        with pytest.raises(OSError, match="raw.dng holds a preview beside data .*; expected a developed image: export"):
            call(tmp_path / "raw.dng")
    with tifffile.TiffWriter(tmp_path / "pyramid.tif") as file:
        file.write(wave(40, 50), photometric="rgb", subifds=1)
        file.write(wave(20, 25), photometric="rgb", subfiletype=1)
    assert (decode(tmp_path / "pyramid.tif").levels == wave(40, 50)).all()


@pytest.mark.parametrize("disposal", [0, 1, 2, 3])
def test_frames_are_put_together_as_they_are_shown(disposal, tmp_path):
    """Each holds only what changes, before a background that is transparent."""
    frames = []
    for k in range(4):
        planes = np.zeros((20, 24, 4), np.uint8)
        planes[k : k + 8, 2 * k : 2 * k + 8] = (50 * k, 200 - 30 * k, 90, 255)
        frames.append(planes)
    path = tmp_path / "a.gif"
    first, *others = (Image.fromarray(planes) for planes in frames)
    first.save(path, save_all=True, append_images=others, disposal=disposal)
    if disposal == 2:  # what was shown is taken away: the frames are as they were given
        for k, planes in enumerate(frames):
            found = decode(path, frame=k)
            assert (found.alpha == planes[..., 3]).all() and (
                found.levels[found.alpha > 0] == planes[planes[..., 3] > 0][:, :3]
            ).all()
    with Image.open(path) as opened:
        assert frames_in(path) == opened.n_frames
        for k in range(opened.n_frames):
            opened.seek(k)
            found, wanted = decode(path, frame=k), np.asarray(opened.convert("RGBA"))
            assert (found.alpha == wanted[..., 3]).all() and (found.levels == wanted[..., :3])[found.alpha > 0].all()


# -- a stranger's bytes -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("format", ["EPS", "ICO", "TGA", "PCX", "SGI"])
def test_other_decoders_are_not_tried_whatever_the_name_says(format, tmp_path):
    """Encapsulated PostScript would be handed to Ghostscript."""
    image().save(tmp_path / "holiday.jpg", format=format)
    with pytest.raises(OSError, match="is not an image that srlib reads"):
        read_image(tmp_path / "holiday.jpg")


def test_a_count_that_a_file_claims_is_not_believed():
    """A list of 300 million frames took 12 GB."""
    frames = png_chunk(b"acTL", struct.pack(">II", 300_000_000, 0))
    data = png(2, 2, 8, 0, [b"ab", b"cd"])
    data = data[:33] + frames + data[33:]
    assert frames_in(data) == 1
    assert decode(data).levels.tolist() == read_image(data)[..., 0].tolist() == [[97, 98], [99, 100]]
    with pytest.raises(ValueError, match="holds 1 image, and frame 1 was asked for; expected a frame from 0 to 0"):
        decode(data, frame=1)


def test_pages_that_follow_one_another_in_a_circle_are_counted_once(tmp_path):
    two_frames(tmp_path / "a.tif")
    data = bytearray((tmp_path / "a.tif").read_bytes())
    first = struct.unpack("<I", data[4:8])[0]
    second = first + 2 + 12 * struct.unpack("<H", data[first : first + 2])[0]
    following = struct.unpack("<I", data[second : second + 4])[0]
    end = following + 2 + 12 * struct.unpack("<H", data[following : following + 2])[0]
    data[end : end + 4] = data[4:8]
    assert frames_in(bytes(data)) == 2


@pytest.mark.parametrize("bits, row", [(1, b"\x60"), (2, b"\x1b"), (4, b"\x0f\x3c"), (8, b"\0\x7f\xfe\xff")])
def test_the_transparent_level_of_a_grey_png_is_one_of_its_own_bits(bits, row):
    """White, say: 3 of 2 bits, which become 255 of 8. Bits beyond those count for nothing."""
    top = 2**bits - 1
    wanted = np.unpackbits(np.frombuffer(row, np.uint8)).reshape(-1, bits)[:4] @ (1 << np.arange(bits)[::-1])
    for key in (0, top // 2, top):
        found = decode(png(4, 1, bits, 0, [row], (b"tRNS", struct.pack(">H", key))))
        assert found.levels[0].tolist() == (wanted * 255 // top).tolist()
        assert found.alpha[0].tolist() == np.where(wanted == key, 0, 255).tolist()


SIGNED = "holds numbers with a sign, without a stated range; expected 8 or 16 bits without one"


@pytest.mark.parametrize("photometric, shape", [("minisblack", (4, 4)), ("rgb", (4, 4, 3))])
@pytest.mark.parametrize("dtype", [np.int8, np.int16, ">i2", np.int32])
def test_numbers_with_a_sign_are_refused(dtype, photometric, shape, tmp_path):
    tifffile.imwrite(tmp_path / "a.tif", np.zeros(shape, dtype), photometric=photometric)
    words = "whole numbers of 32 bits" if dtype == np.int32 else SIGNED
    if len(shape) == 3:
        words = "of a kind that Pillow does not read; expected an undamaged file of 8 or 16 bits"
    with pytest.raises((ValueError, OSError), match=words):
        decode(tmp_path / "a.tif")
    with pytest.raises(OSError, match=words):
        read_image(tmp_path / "a.tif")


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64, np.uint32, np.uint64])
def test_numbers_without_a_range_are_refused(dtype, tmp_path):
    tifffile.imwrite(tmp_path / "a.tif", np.zeros((4, 4), dtype))
    with pytest.raises((ValueError, OSError), match="expected .*8 or 16 bits"):
        decode(tmp_path / "a.tif")


def bmp(bits, values, masks=None, header=40):
    """A row of four pixels, from the bottom as BMP has it."""
    size = 4 * bits // 8
    head = struct.pack("<IiiHHIIiiII", header, 4, 1, 1, bits, 3 if masks else 0, size, 0, 0, 0, 0)
    words = b"".join(struct.pack("<I", mask) for mask in masks or ())
    head += words.ljust(max(len(words), header - 40), b"\0")
    data = b"".join(value.to_bytes(bits // 8, "little") for value in values)
    return b"BM" + struct.pack("<IHHI", 14 + len(head) + size, 0, 0, 14 + len(head)) + head + data


FIVE_SIX_FIVE, FIVE_FIVE_FIVE = (0xF800, 0x7E0, 0x1F), (0x7C00, 0x3E0, 0x1F)


@pytest.mark.parametrize("header", [40, 56, 108, 124])
@pytest.mark.parametrize("masks, top", [(FIVE_SIX_FIVE, 0xFFFF), (FIVE_FIVE_FIVE, 0x7FFF), (None, 0x7FFF)])
def test_a_bmp_of_16_bits_a_pixel(masks, top, header):
    if masks is None and header != 40:
        pytest.skip("the bits are the usual ones whatever the header")
    red, green, blue = masks or FIVE_FIVE_FIVE
    middle = sum(mask & (mask >> 1) ^ mask for mask in (red, green, blue))  # the highest bit of each
    found = decode(bmp(16, [red | blue, green, top, middle], masks, header))
    assert found.levels.dtype == np.uint8 and found.alpha is None
    assert found.levels[0, :3].tolist() == [[255, 0, 255], [0, 255, 0], [255, 255, 255]]
    assert np.abs(found.levels[0, 3].astype(int) - 131).max() <= 2  # 16 of 31 and 32 of 63


def test_a_bmp_of_32_bits_a_pixel():
    values = [0xFF0000, 0x80FF00, 0xFF0000FF, 0x40102030]
    colours = [[255, 0, 0], [128, 255, 0], [0, 0, 255], [16, 32, 48]]
    for masks, alpha in (
        (None, None),
        ((0xFF0000, 0xFF00, 0xFF), None),
        ((0xFF0000, 0xFF00, 0xFF, 0xFF000000), [0, 0, 255, 64]),
    ):
        found = decode(bmp(32, values, masks, 108 if masks and len(masks) == 4 else 40))
        assert found.levels[0].tolist() == colours
        assert alpha == (None if found.alpha is None else found.alpha[0].tolist())
    with pytest.raises(OSError, match="cannot be read as an image .Unsupported BMP bitfields"):
        decode(bmp(32, values, (0x3FF00000, 0xFFC00, 0x3FF)))


@pytest.mark.parametrize("data, wanted", [
    (b"P5 2 1 65535 \x01\x02\xff\xff", [[258, 65535]]), (b"P5 2 1 1023 \x03\xff\0\1", [[65535, 64]]), (b"P2 2 1 300 300 150", [[65535, 32768]]),
    (b"P6 1 1 65535 \x01\x02\xff\xff\0\1", [[[258, 65535, 1]]]), (b"P6 1 1 1023 \x03\xff\0\1\0\0", [[[65535, 64, 0]]]),
    (b"P5 2 1 15 \x0f\x01", [[255, 17]]), (b"P6 1 1 255 abc", [[[97, 98, 99]]]), (b"P1 2 1 0 1", [[255, 0]]),
])  # fmt: skip
def test_netpbm_files_of_any_depth(data, wanted):
    assert decode(data).levels.tolist() == wanted
    if not data.startswith((b"P1", b"P2")):
        with pytest.raises(OSError, match="truncated|not enough|cannot be read"):
            decode(data[:-1])


@pytest.mark.parametrize("bits, extra, kind", [(8, "assocalpha", np.uint8), (16, "assocalpha", np.uint16)])
def test_colours_that_were_multiplied_by_alpha_are_divided_by_it(bits, extra, kind, tmp_path):
    top = 2**bits - 1
    planes = np.array([[[0.2, 0.1, 0, 0.4], [0, 0, 0, 0], [0.5, 1, 0, 1]]])
    tifffile.imwrite(tmp_path / "a.tif", np.rint(planes * top).astype(kind), photometric="rgb", extrasamples=[extra])
    found = decode(tmp_path / "a.tif")
    assert found.levels.dtype == kind and np.abs(found.alpha / top - planes[..., 3]).max() < 1 / top
    wanted = [[0.5, 0.25, 0], [0, 0, 0], [0.5, 1, 0]]
    assert np.abs(found.levels[0] / top - wanted).max() <= 1.5 / top


def test_an_error_without_words_is_told_by_its_kind(monkeypatch):
    monkeypatch.setattr("srlib.image_files.reading._decode", lambda *_: (_ for _ in ()).throw(AssertionError))
    with pytest.raises(OSError, match=r"cannot be read as an image \(AssertionError\)"):
        decode(b"any")


def test_many_threads_leave_standard_error_as_it_was(capfd):
    data = io.BytesIO()
    image().save(data, "PNG")

    def work():
        for _ in range(20):
            with quiet_decoders():
                decode(data.getvalue())

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    os.write(2, b"still here")
    assert capfd.readouterr().err == "still here"


# -- compression ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("quality", [30, 40, 50, 60, 75, 85, 90, 93, 94, 95, 100])
@pytest.mark.parametrize("mode", ["RGB", "L"])
def test_the_quality_of_a_jpeg_is_found_in_its_tables(quality, mode, image):
    from srlib.image_files.compression import jpeg_quality

    file = io.BytesIO()
    Image.fromarray(image).convert(mode).save(file, "JPEG", quality=quality)
    assert jpeg_quality(Image.open(file).quantization[0]) == pytest.approx(quality, abs=1)
    assert decode(file.getvalue()).compressed == (quality < 94)


@pytest.mark.parametrize("format, options, compressed", [
    ("PNG", {}, False), ("BMP", {}, False), ("TIFF", {}, False), ("TIFF", {"compression": "tiff_lzw"}, False), ("GIF", {}, False),
    ("TIFF", {"compression": "jpeg"}, True), ("WEBP", {"quality": 90}, True), ("WEBP", {"lossless": True}, False),
    ("AVIF", {}, True), ("MPO", {"quality": 80}, True),
])  # fmt: skip
def test_formats_that_lose_are_told_from_those_that_do_not(format, options, compressed, image):
    file = io.BytesIO()
    Image.fromarray(image).save(file, format, **options)
    assert decode(file.getvalue()).compressed is compressed
