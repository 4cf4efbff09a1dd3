"""Folders of images as people have them: every image is accounted for, and a batch that was killed goes on where it was."""

import io
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
from _image_files import contents, image, make_telling, run, two_frames
from PIL import Image

import srlib
from srlib.scratch_files import is_scratch

NEAREST = ("--model", "nearest")
unix = pytest.mark.skipif(os.name == "nt", reason="signals and pipes are those of Unix")


def told(capsys):
    out, err = capsys.readouterr()
    assert out == ""
    return err.splitlines()


def made(folder):
    return {name for name, data in contents(Path(folder)).items() if data is not None}


# -- every image is accounted for ---------------------------------------------------------------------------------------------


def test_every_image_of_a_folder_is_accounted_for(here, capsys):
    Path("in").mkdir()
    written = {
        "a.png": "PNG", "b.jfif": "JPEG", "c.jpe": "JPEG", "d.avif": "AVIF", "e.gif": "GIF", "f.JPG": "JPEG", "g": "JPEG",
        "h.jp2": "JPEG2000", "i.txt": "WEBP", "j.jpg": "PNG", "k.2024": "BMP", "l.gif": "GIF", "m.TIFF": "TIFF",
    }  # fmt: skip
    for name, format in written.items():
        image().save(f"in/{name}", format=format)
    image().save("in/l.png")  # what l.gif would become
    for name in (
        "IMG_1.HEIC",
        "cut.png",
        "page.jpg",
        "README.txt",
        "IMG_1.xmp",
        ".DS_Store",
        "Thumbs.db",
        "layers.psd",
    ):
        Path("in", name).write_bytes(b"words")
    image().save("in/.hidden.png")
    assert run("upscale", "in", "-o", "out", *NEAREST) == 1
    *refused, summary = told(capsys)
    assert sorted(line.split()[1] for line in refused) == sorted(
        f"in/{name}" for name in ("IMG_1.HEIC", "cut.png", "page.jpg", "layers.psd", "l.gif")
    )
    assert "l.gif would become out/l.png, as in/l.png does; expected" in "".join(refused)
    assert summary.startswith(
        "srlib: 18 images: 13 done, 5 refused (l.gif, IMG_1.HEIC, cut.png, layers.psd, page.jpg); "
    )
    assert summary.endswith("; no image: IMG_1.xmp, README.txt; hidden: .hidden.png")
    assert made("out") == {
        "a.png", "b.jpg", "c.jpg", "d.png", "e.png", "f.JPG", "g.jpg", "h.png", "i.txt.webp", "j.jpg", "k.2024.bmp", "l.png",
        "m.TIFF",
    }  # fmt: skip
    assert all(Image.open(path).size == (44, 38) for path in Path("out").iterdir())
    assert Image.open("out/j.jpg").format == "JPEG"  # what it is called
    assert run("upscale", "in", "-o", "out", "--skip-existing", *NEAREST) == 1  # what is refused is so again
    assert told(capsys)[-1].startswith(
        "srlib: 18 images: 0 done, 13 skipped, as they are there already, 5 refused (l.gif, "
    )


@pytest.mark.parametrize("format, suffix, kind", [("jpeg", ".jpg", "JPEG"), ("png", ".png", "PNG"), ("webp", ".webp", "WEBP"), ("tif", ".tif", "TIFF"), ("bmp", ".bmp", "BMP")])  # fmt: skip
def test_a_format_for_a_folder(format, suffix, kind, here, capsys):
    Path("in/deep").mkdir(parents=True)
    for name in ("a.png", "b.jpeg", "deep/c.gif", "d", "e.v2"):
        image().save(f"in/{name}", format="PNG")
    assert run("upscale", "in", "-o", "out", "--format", format, *NEAREST) == 0
    own = {"jpeg": ".jpeg"}.get(format, suffix)  # a name that fits already is kept
    assert made("out") == {f"a{suffix}", f"b{own}", f"deep/c{suffix}", f"d{suffix}", f"e.v2{suffix}"}
    assert all(Image.open(path).format == kind for path in Path("out").rglob("*.*"))


def test_a_quality_for_a_folder(here, capsys):
    Path("in").mkdir()
    for name in ("a.jpg", "b.webp", "c.png"):
        image(height=64, width=64).save(f"in/{name}")
    for quality in (10, 95):
        assert run("upscale", "in", "-o", f"out{quality}", "--quality", quality, *NEAREST) == 0
    for name, smaller in (("a.jpg", True), ("b.webp", True), ("c.png", False)):
        low, high = (Path(f"out{quality}", name).stat().st_size for quality in (10, 95))
        assert (low < 0.7 * high) if smaller else (low == high)
    assert run("upscale", "in", "-o", "jpegs", "--quality", 10, "--format", "jpeg", *NEAREST) == 0
    assert Path("jpegs/a.jpg").read_bytes() == Path("out10/a.jpg").read_bytes()
    capsys.readouterr()
    for words in (["-o", "x", "--format", "png"], ["-o", "x", "--quality", "0"], ["-o", "x.png"]):
        assert run("upscale", "in/a.jpg", "--quality", "101" if "--format" in words else "50", *words, *NEAREST) == 1
        (line,) = told(capsys)
        assert "quality is " in line and "expected" in line
    assert not Path("x").exists() and not Path("x.png").exists()


def test_metadata_is_kept_or_not(here):
    make_telling(Path("a.jpg"))
    for words, kept in (([], True), (["--no-metadata"], False)):
        assert run("upscale", "a.jpg", "-o", "b.jpg", "--force", *words, *NEAREST) == 0
        result = Image.open("b.jpg")
        assert (result.getexif().get(271) == "Maker") == kept and result.info.get("icc_profile")


def test_what_is_there_is_skipped_but_not_an_empty_file(here, capsys):
    Path("in").mkdir()
    Path("out").mkdir()
    for name in "abcd":
        image().save(f"in/{name}.png")
    Path("out/a.png").write_text("precious")
    Path("out/b.png").touch()  # a kill leaves this where a disk knows no links
    for expected in ("3 done, 1 skipped", "0 done, 4 skipped"):
        assert run("upscale", "in", "-o", "out", "--skip-existing", *NEAREST) == 0
        assert told(capsys) == [f"srlib: 4 images: {expected}, as they are there already"]
    assert Path("out/a.png").read_text() == "precious" and Image.open("out/b.png").size == (44, 38)
    assert run("upscale", "in", "-o", "out", *NEAREST) == 1
    assert "out/a.png exists; expected a new name: --skip-existing to go on with the rest" in told(capsys)[0]
    assert run("upscale", "in/a.png", "-o", "one.png", "--skip-existing", *NEAREST) == 0
    assert run("upscale", "in/a.png", "-o", "one.png", "--skip-existing", *NEAREST) == 0
    assert told(capsys) == []


# -- killed, and run again ----------------------------------------------------------------------------------------------------

STOP = """
import os, sys, time
from PIL import Image
moment, count = sys.argv.pop(1), 0

def pause():
    print("now", flush=True)
    time.sleep(60)

def save(image, file, real=Image.Image.save, **options):
    global count
    count += 1
    if moment == "half" and count == 3:
        file.write(b"half")
        file.flush()
        pause()
    real(image, file, **options)

def link(*places, real=os.link):
    real(*places)
    if moment == "moved" and count == 3:
        pause()

Image.Image.save, os.link = save, link
from srlib.cli import main
sys.exit(main())
"""


@unix
@pytest.mark.parametrize(
    "number, moment, status, leaves",
    [
        (signal.SIGKILL, "half", -9, 1), (signal.SIGKILL, "moved", -9, 1), (signal.SIGTERM, "half", 143, 0),
        (signal.SIGHUP, "half", 129, 0), (signal.SIGINT, "half", 130, 0), (signal.SIGTERM, "moved", 143, 0),
    ],
)  # fmt: skip
def test_a_batch_that_was_killed_goes_on(number, moment, status, leaves, here, capsys):
    Path("in/deep").mkdir(parents=True)
    for i, name in enumerate(("a.png", "b.jpg", "deep/c.png", "deep/d.tif", "e.webp")):
        image(height=10 + i).save(f"in/{name}")
    words = ["upscale", "in", "-o", "out", "--model", "bicubic", "--skip-existing"]
    command = [sys.executable, "-c", STOP, moment, *words]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout.readline() == "now\n"
        process.send_signal(number)
        err = process.stderr.read()
    assert process.returncode == status and err.count("\n") == (number != signal.SIGKILL)
    assert ("--skip-existing goes on with the rest" in err) == (number != signal.SIGKILL)
    assert sum(map(is_scratch, Path("out").rglob("*"))) == leaves
    assert run(*words) == 0
    assert told(capsys) == [f"srlib: 5 images: {5 - 2 - (moment == 'moved')} done, {2 + (moment == 'moved')} skipped, as they are there already"]  # fmt: skip
    assert run("upscale", "in", "-o", "again", "--model", "bicubic") == 0
    assert contents(Path("out")) == contents(Path("again"))


@unix
def test_a_signal_that_is_to_be_ignored_is(here):
    """As under nohup, when the terminal is closed."""
    image().save("a.png")
    command = [
        sys.executable,
        "-c",
        STOP.replace("time.sleep(60)", "time.sleep(0.3)").replace("count == 3", "count == 1"),
        "half",
    ]
    ignore = lambda: signal.signal(signal.SIGHUP, signal.SIG_IGN)
    words = ["upscale", "a.png", "-o", "b.png", *NEAREST]
    with subprocess.Popen(
        [*command, *words], stdout=subprocess.PIPE, stderr=subprocess.PIPE, preexec_fn=ignore
    ) as process:  # noqa: PLW1509
        assert process.stdout.readline() == b"now\n"
        process.send_signal(signal.SIGHUP)
    assert process.returncode == 0 and Path("b.png").exists()


@unix
@pytest.mark.slow
def test_batches_killed_at_any_moment(here, capsys):
    Path("in").mkdir()
    for i in range(12):
        image(height=200, width=150 + i).save(f"in/{i}.{('png', 'jpg', 'tif')[i % 3]}")
    assert run("upscale", "in", "-o", "whole", "--model", "bicubic") == 0
    words, rng = ["upscale", "in", "-o", "out", "--model", "bicubic", "--skip-existing"], random.Random(0)
    for number in (signal.SIGKILL, signal.SIGTERM, signal.SIGHUP, signal.SIGINT):
        for _ in range(6):
            for path in list(Path("out").glob("[0-9]*"))[3:]:
                path.unlink()
            code = "import sys; from srlib.cli import main; print('now', flush=True); sys.exit(main())"
            command = [sys.executable, "-c", code, *words]
            with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
                process.stdout.readline()  # before it, Python itself is still starting
                time.sleep(rng.uniform(0.01, 1.2))
                process.send_signal(number)
                err = process.stderr.read()
            assert "Traceback" not in err
            assert number == signal.SIGKILL or not any(map(is_scratch, Path("out").glob("*")))
            assert all(Path("whole", p.name).read_bytes() == p.read_bytes() for p in Path("out").glob("[0-9]*"))
    assert run(*words) == 0
    assert contents(Path("out")) == contents(Path("whole"))


# -- pipes --------------------------------------------------------------------------------------------------------------------


class Stream(io.TextIOWrapper):
    """Standard input or output in a pipe."""

    def __init__(self, data=b""):
        super().__init__(io.BytesIO(data))


def test_bytes_in_and_bytes_out(here, capsys, monkeypatch):
    image("RGBA").save("a.png")
    for format, kind in ((None, "PNG"), ("webp", "WEBP"), ("tiff", "TIFF")):
        with monkeypatch.context() as patch:
            out = Stream()
            patch.setattr(sys, "stdin", Stream(Path("a.png").read_bytes()))
            patch.setattr(sys, "stdout", out)
            assert run("upscale", "-", "-o", "-", *NEAREST, *(["--format", format] if format else [])) == 0
        result = Image.open(io.BytesIO(out.buffer.getvalue()))
        assert (result.format, result.size, result.mode) == (kind, (44, 38), "RGBA")
    assert told(capsys) == [] and made(".") == {"a.png"}
    monkeypatch.setattr(sys, "stdin", Stream(Path("a.png").read_bytes()))
    assert run("upscale", "-", "-o", "b.png", *NEAREST) == 0
    assert run("upscale", "a.png", "-o", "c.png", *NEAREST) == 0
    assert Path("b.png").read_bytes() == Path("c.png").read_bytes()


@pytest.mark.parametrize(
    "words, data, status, answer",
    [
        (["-", "-o", "folder"], None, 1, "from standard input, and -o is a folder"),
        (["a.png", "b.png", "-o", "-"], None, 1, "-o is -, standard output, and there may be more images"),
        (["images", "-o", "-"], None, 1, "-o is -, standard output, and there may be more images"),
        (["-", "-o", "x.png"], b"", 1, "standard input is not an image"),
        (["-", "-o", "x.png"], b"\x89PNG\r\n\x1a\n", 1, "standard input is damaged"),
        (["-", "-o", "x.heic"], None, 1, "a kind of file that srlib does not write"),
    ],
)
def test_what_cannot_go_through_a_pipe(words, data, status, answer, here, capsys, monkeypatch):
    for name in ("a.png", "b.png", "images/a.png"):
        Path(name).parent.mkdir(exist_ok=True)
        image().save(name)
    before = contents(here)
    with monkeypatch.context() as patch:
        patch.setattr(sys, "stdin", Stream(Path("a.png").read_bytes() if data is None else data))
        patch.setattr(sys, "stdout", Stream())
        assert run("upscale", *words, *NEAREST) == status
        assert sys.stdout.buffer.getvalue() == b"" and contents(here) == before
    (line,) = told(capsys)
    assert answer in line and "expected" in line


def test_a_terminal_is_no_pipe(here, capsys, monkeypatch):
    image().save("a.png")
    for stream, words in (("stdin", ["-", "-o", "b.png"]), ("stdout", ["a.png", "-o", "-"])):
        with monkeypatch.context() as patch:
            patch.setattr(getattr(sys, stream), "isatty", lambda: True)
            assert run("upscale", *words, *NEAREST) == 1
        (line,) = told(capsys)
        assert "is a terminal" in line and "expected" in line
    monkeypatch.setattr(sys, "stdout", None)  # closed from the start
    assert run("upscale", "a.png", "-o", "-", *NEAREST) == 1 and made(".") == {"a.png"}


@unix
def test_pipes_of_the_shell(here):
    image().save("a.png")
    command = f"{sys.executable} -m srlib upscale {{}} --model nearest"
    shell = lambda line: subprocess.run(["bash", "-c", line], capture_output=True)
    ended = shell(f"cat a.png | {command.format('/dev/stdin -o -')} | {command.format('- -o b.png')}")
    assert (ended.returncode, ended.stdout, ended.stderr) == (0, b"", b"") and Image.open("b.png").size == (88, 76)
    ended = shell(command.format("<(cat a.png) -o c.png"))
    assert (ended.returncode, ended.stderr) == (0, b"") and Image.open("c.png").size == (44, 38)


# -- names --------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "words, expected",
    [
        (["*.png"], {"[a].png", "a.png", "b.png", "x[1].png"}),
        (["?.png"], {"a.png", "b.png"}),
        (["[a].png"], {"[a].png"}),  # there is such a file
        (["[ab].png"], {"a.png", "b.png"}),
        (["x[1].png"], {"x[1].png"}),
        (["2024 [Rome]/*.png"], {"c.png", "d.png"}),
        (["2024*/?.png", "a.png"], {"c.png", "d.png", "a.png"}),
        (["**/c.png"], {"c.png"}),
        (["2024 [Rom]*"], {"c.png", "d.png"}),
    ],
)
def test_patterns_that_the_shell_left(words, expected, here, capsys):
    Path("2024 [Rome]").mkdir()
    for name in ("a.png", "b.png", "[a].png", "x[1].png", "2024 [Rome]/c.png", "2024 [Rome]/d.png", "notes.txt"):
        image().save(name, format="PNG")
    if words == ["2024 [Rom]*"]:
        words = ["2024 [[]Rome]"]
    assert run("upscale", *words, "-o", "out", *NEAREST) == 0
    assert made("out") == expected


@pytest.mark.parametrize("name", ["heic", "jxl", "exr", "mp4", "avif", "gif", "psd", "svg", "pdf", "mov", "7z", "3gp", "HEIC"])  # fmt: skip
def test_a_name_that_looks_like_a_file_makes_no_folder(name, here, capsys):
    image().save("a.png")
    assert run("upscale", "a.png", "-o", f"big.{name}", *NEAREST) == 1
    (line,) = told(capsys)
    assert f"-o is big.{name}, a kind of file that srlib does not write; expected one of .jpg" in line
    assert made(".") == {"a.png"}
    assert run("upscale", "a.png", "-o", f"big.{name}/", *NEAREST) == 0
    Path(f"big.{name}/a.png").unlink()
    assert run("upscale", "a.png", "-o", f"big.{name}", *NEAREST) == 0  # there is such a folder now
    assert made(".") == {"a.png", f"big.{name}/a.png"}


@pytest.mark.parametrize("folder", ["photos.2024", "1.5", "v1.2", "St. Moritz", "results.final-edit"])
def test_a_folder_may_have_a_dot(folder, here):
    image().save("a.png")
    assert run("upscale", "a.png", "-o", folder, *NEAREST) == 0
    assert made(".") == {"a.png", f"{folder}/a.png"}


# -- sizes --------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "words, size",
    [
        ("--scale 1.5", (33, 29)), ("--scale 2.0", (44, 38)), ("--width 100", (100, 86)), ("--height 100", (116, 100)),
        ("--width 100 --height 87", (100, 87)), ("--scale 1", (22, 19)), ("--scale 3.7 --model lanczos", (81, 70)),
    ],
)  # fmt: skip
def test_any_size(words, size, here):
    image(height=19, width=22).save("a.png")
    assert run("upscale", "a.png", "-o", "b.png", "--model", "bicubic", *words.split()) == 0
    assert Image.open("b.png").size == size


def test_the_network_for_each_size_of_a_folder(here, capsys):
    Path("in").mkdir()
    for width in (20, 50, 80, 100):
        image(width=width).save(f"in/{width}.png")
    assert run("upscale", "in", "-o", "out", "--width", "90") == 1
    assert {path.name: Image.open(path).size[0] for path in Path("out").iterdir()} == {f"{n}.png": 90 for n in (50, 80)}
    first, second, taken, summary = told(capsys)
    assert "small_x2 is taken" in taken
    assert "in/100.png: it is 100x19, larger than 90x" in first
    assert (
        "in/20.png: 90x86 is 4.5 times its size, but the largest network of srlib's upscales by 4; expected" in second
    )
    assert summary == "srlib: 4 images: 2 done, 2 refused (100.png, 20.png)"
    own = srlib.upscale(np.asarray(Image.open("in/80.png")), srlib.load_model("small_x2"))
    reduced = [Image.fromarray(own[..., c]).resize((90, 21), Image.Resampling.BICUBIC) for c in range(3)]
    found = np.asarray(Image.open("out/80.png")) / 255
    assert np.abs(found - np.stack(reduced, -1))[8:-8, 8:-8].max() < 0.6 / 255  # rounded once


# -- frames -------------------------------------------------------------------------------------------------------------------


def test_animations_and_pages_one_by_one(here, capsys):
    Path("in").mkdir()
    for name in ("a.gif", "b.png", "c.webp", "d.tif"):
        two_frames(Path("in", name), **({"lossless": True} if name == "c.webp" else {}))
    image().save("in/e.png")
    assert run("upscale", "in", "-o", "out", *NEAREST) == 1
    assert sum("--frames makes a file of each" in line for line in told(capsys)) == 4
    assert made("out") == {"e.png"}
    assert run("upscale", "in", "-o", "out", "--frames", "--skip-existing", *NEAREST) == 0
    assert told(capsys) == ["srlib: 5 images: 4 done, 1 skipped, as they are there already"]
    stems = {"a": ".png", "b": ".png", "c": ".webp", "d": ".tif"}
    assert made("out") == {"e.png", *(f"{stem}-000{k}{suffix}" for stem, suffix in stems.items() for k in (1, 2))}
    for k, rotated in (("1", image()), ("2", image().rotate(90))):
        for name in (f"b-000{k}.png", f"d-000{k}.tif"):
            expected = np.asarray(rotated.convert("RGB")).repeat(2, 0).repeat(2, 1)
            np.testing.assert_array_equal(np.asarray(Image.open(f"out/{name}").convert("RGB")), expected)
    before = contents(Path("out"))
    Path("out/a-0002.png").unlink()
    assert run("upscale", "in", "-o", "out", "--frames", "--skip-existing", *NEAREST) == 0
    assert told(capsys) == ["srlib: 5 images: 1 done, 4 skipped, as they are there already"]
    assert contents(Path("out")) == before
    assert run("upscale", "in/a.gif", "-o", "x.png", "--frames", *NEAREST) == 0
    assert {"x-0001.png", "x-0002.png"} <= made(".")
    assert run("upscale", "in/a.gif", "-o", "x.png", "--frames", *NEAREST) == 1  # nothing is replaced
    assert "x-0001.png exists" in told(capsys)[-2]


def test_names_of_very_many_frames_are_in_order():
    from srlib.cli.upscaling import _numbered

    names = [_numbered(Path("out/a.b.png"), k, 12000).name for k in (0, 999, 11999)]
    assert names == ["a.b-00001.png", "a.b-01000.png", "a.b-12000.png"] == sorted(names)


# -- text of strangers --------------------------------------------------------------------------------------------------------


@unix
def test_names_that_steer_a_terminal(here, capsys):
    os.mkdir(b"in")
    for name in (b"a\x1b[31m.png", b"b\n.png", b"c\xe2\x80\xae.png", b"d\xff.png", b"e\xc2\x9b.txt"):
        Path(os.fsdecode(b"in/" + name)).write_bytes(b"words")
    image().save("in/z.png")
    assert run("upscale", "in", "-o", "out", *NEAREST) == 1
    lines = told(capsys)
    assert len(lines) == 5 and all(line.isprintable() for line in lines)
    for part in ("a\\x1b[31m.png", "b\\n.png", "c\\u202e.png", "d\\udcff.png"):
        assert sum(part in line for line in lines) == 2
    assert run("upscale", "--\x1b[2J", "in", "-o", "out2", *NEAREST) == 2
    assert "\x1b" not in capsys.readouterr().err
