"""Where the command `srlib upscale` puts its results, and how it ends when it cannot."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
import tifffile
from _image_files import contents, deep_png, deep_tiff, image, process, run, wave
from PIL import Image
from test_refused_files import BAD

import srlib
from srlib.checkpoints import load_model

# -- where it goes --------------------------------------------------------------------------------------------------------

WHERE = {
    "upscale a.png -o x.gif": "does not write",
    "upscale a.png -o x.pdf": "does not write",
    "upscale a.png b.png -o x.png": "name of one file",
    "upscale images -o x.png": "name of one file",
    "upscale a.png images/a.png -o out": "Two inputs would be written to",
    "upscale a.png a.png -o out": "Two inputs would be written to",
    "upscale a.png -o a.png": "a.png exists",
    "upscale a.png -o ./a.png --force": "would be lost",
    "upscale images -o images --force": "would be lost",
    "upscale images/b.png -o link.png --force": "would be lost",
    "upscale a.png -o taken --force": "taken/a.png is a folder",
    "upscale a.png -o a.png/x": "is not a folder",
    "upscale a.png -o /proc/x": "/proc",
    "upscale a.png -o x.png --scale 100000": "give a smaller scale",
    "upscale a.png -o x.png --scale 3000000000": "",
}


@pytest.mark.parametrize("line", WHERE)
def test_where_nothing_can_go(line, here, capsys):
    if "/proc" in line and not Path("/proc/self").exists():
        pytest.skip("no /proc here, where nobody may write")
    for name in ("a.png", "b.png", "images/a.png", "images/b.png"):
        Path(name).parent.mkdir(exist_ok=True)
        image().save(name)
    Path("taken/a.png").mkdir(parents=True)
    Path("link.png").symlink_to("images/b.png")
    before = contents(here)
    assert run(*line.split(), "--model", "nearest") == 1
    out, err = capsys.readouterr()
    assert out == "" and err.count("\n") == 1 and "expected" in err and WHERE[line] in err, err
    assert contents(here) == before


@pytest.mark.parametrize("words", [("", "-o", "out"), ("a.png", "-o", ""), ("a.png", "", "-o", "out")])
def test_an_empty_name_is_not_the_current_folder(words, here, capsys):
    image().save("a.png")
    assert run("upscale", *words, "--model", "nearest") == 2
    err = capsys.readouterr().err
    assert err.count("\n") == 1 and "the name is empty" in err and set(contents(here)) == {"a.png"}


def test_a_folder_may_be_called_like_an_image(here):
    image().save("a.png")
    image().save("b.png")
    assert run("upscale", "a.png", "b.png", "-o", "x.png/", "--model", "nearest") == 0
    assert set(contents(here)) == {"a.png", "b.png", "x.png", "x.png/a.png", "x.png/b.png"}
    image().save("c.png")
    assert run("upscale", "c.png", "-o", "x.png", "--model", "nearest") == 0  # there is such a folder now
    assert Path("x.png/c.png").is_file()


def test_results_are_not_upscaled_again(here, capsys):
    Path("images").mkdir()
    image().save("images/a.png")
    assert run("upscale", "images", "-o", "images/large", "--model", "nearest") == 0
    assert capsys.readouterr().err == "srlib: 1 image: 1 done\n"
    image().save("images/b.png")
    Path("images/large/a.png").rename("images/large/old.png")
    assert run("upscale", "images", "-o", "images/large", "--model", "nearest") == 0
    assert "left out what is in images/large already (1)" in capsys.readouterr().err
    assert {p.name for p in Path("images/large").iterdir()} == {"old.png", "a.png", "b.png"}


def test_the_rest_is_done(here, capsys):
    Path("images").mkdir()
    for i, (name, (make, _)) in enumerate([*BAD.items()][:6]):
        make(Path("images") / f"{i}{name}")
    image().save("images/a.png")
    image("RGBA").save("images/z.png")
    assert run("upscale", "images", "-o", "out", "--model", "nearest") == 1
    err = capsys.readouterr().err
    *refused, summary = err.splitlines()
    assert len(refused) == 6 and all(line.startswith("srlib: images/") for line in refused)
    assert summary.startswith("srlib: 8 images: 2 done, 6 refused (0empty.png, ")
    assert {p.name for p in Path("out").iterdir()} == {"a.png", "z.png"}


def test_a_file_that_appears_meanwhile_is_kept(here, capsys, monkeypatch):
    image().save("a.png")
    real = Image.Image.save

    def save(self, path, **options):
        real(self, path, **options)
        Path("b.png").write_text("precious")

    monkeypatch.setattr(Image.Image, "save", save)
    for linking in (True, False):  # some disks know no links
        if not linking:
            monkeypatch.setattr(os, "link", lambda *_: (_ for _ in ()).throw(OSError(95, "not supported")))
        assert run("upscale", "a.png", "-o", "b.png", "--model", "nearest") == 1
        err = capsys.readouterr().err
        assert err.count("\n") == 1 and "b.png was created by another process" in err
        assert set(contents(here)) == {"a.png", "b.png"} and Path("b.png").read_text() == "precious"
        Path("b.png").unlink()
    monkeypatch.setattr(Image.Image, "save", real)
    assert run("upscale", "a.png", "-o", "b.png", "--model", "nearest") == 0
    assert Image.open("b.png").size == (44, 38)


def test_two_names_of_one_file(here, capsys, monkeypatch):
    """As on a disk that does not tell a.png from A.png; this one is taught."""
    image().save("a.png")
    Path("other").mkdir()
    image().save("other/A.png")
    real = Path.stat
    plain = lambda path, **options: real(path.with_name(path.name.replace("A", "a")), **options)
    monkeypatch.setattr(
        Path, "stat", lambda self, **options: plain(self, **options) if "out" in self.parts else real(self, **options)
    )
    assert run("upscale", "a.png", "other/A.png", "-o", "out", "--model", "nearest", "--force") == 1
    assert "made a moment ago" in capsys.readouterr().err


def test_memory_that_does_not_suffice_is_one_line(here, capsys, monkeypatch):
    image().save("a.png")

    def no_room(*_):
        raise MemoryError("Unable to allocate 9 TiB")

    monkeypatch.setattr("srlib.upscaling.files._upscaled", no_room)
    assert run("upscale", "a.png", "-o", "b.png", "--model", "nearest") == 1
    err = capsys.readouterr().err
    assert err.count("\n") == 1 and "memory does not suffice (Unable to allocate 9 TiB); expected" in err


def test_a_backend_without_memory_says_so(here, capsys, monkeypatch):
    class ResourceExhaustedError(Exception):
        pass

    model = load_model("subpixel_sample")
    monkeypatch.setattr(type(model), "__call__", lambda *_, **__: (_ for _ in ()).throw(ResourceExhaustedError("OOM")))
    with pytest.raises(MemoryError, match="expected room"):
        srlib.upscale(wave(), model)


# -- as a process ----------------------------------------------------------------------------------------------------


@pytest.mark.skipif(sys.platform == "win32", reason="no limits of a process here")
@pytest.mark.parametrize("kind", ["png", "jpg", "webp", "tif", "bmp", "deep.png", "deep.tif"])
def test_a_full_disk(kind, here):
    """A process that may write no file of more than 2000 bytes; that holds for root, too."""
    if kind.startswith("deep"):
        (deep_png if kind == "deep.png" else deep_tiff)(here / f"a.{kind}", wave(64, 64, 3, 65535))
    else:
        image(height=64, width=64).save(f"a.{kind}")
    Path("kept").mkdir()
    Path(f"kept/a.{kind}").write_text("precious")
    before = contents(here)
    limit = "import resource; resource.setrlimit(resource.RLIMIT_FSIZE, (2000, 2000))"
    ended = process("upscale", f"a.{kind}", "-o", "kept", "--force", "--model", "nearest", before=limit)
    assert ended.returncode == 1 and ended.stderr.count("\n") == 1 and "File too large" in ended.stderr, ended.stderr
    ended = process("upscale", f"a.{kind}", "-o", "new/deep", "--model", "nearest", before=limit)
    assert ended.returncode == 1 and contents(here) == before


def too_many_samples(path):  # Pillow logs it
    tifffile.imwrite(path, wave(), photometric="rgb")
    with tifffile.TiffFile(path, mode="r+") as file:
        file.pages[0].tags[277].overwrite(999)


def no_such_code(path):  # libtiff writes it to standard error, past Python
    image(height=64, width=64).save(path, compression="tiff_lzw")
    data = bytearray(path.read_bytes())
    data[500:520] = b"\xff" * 20
    path.write_bytes(data)


@pytest.mark.parametrize("make", [too_many_samples, no_such_code])
def test_what_pillow_logs_and_libtiff_writes_is_held_back(make, here):
    make(Path("a.tif"))
    ended = process("upscale", "a.tif", "-o", "b.png", "--model", "nearest")
    assert ended.returncode == 1 and ended.stderr.count("\n") == 1 and ended.stderr.startswith("srlib: a.tif")


def test_a_pipe_that_nobody_reads(here):
    reading, writing = os.pipe()
    os.close(reading)
    ended = process("data", "list", stdout=writing)
    os.close(writing)
    assert (ended.returncode, ended.stderr) == (141, "")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full here")
def test_standard_output_on_a_full_disk(here):
    with open("/dev/full", "w") as full:
        ended = process("data", "list", stdout=full)
    assert (
        ended.returncode == 1 and ended.stderr.count("\n") == 1 and "No space left on device; expected" in ended.stderr
    )


def test_python_m_srlib(here):
    image().save("a.png")
    words = [sys.executable, "-m", "srlib", "upscale", "a.png", "-o", "b.png", "--model", "nearest"]
    ended = subprocess.run(words, capture_output=True, text=True)
    assert (ended.returncode, ended.stdout, ended.stderr) == (0, "", "") and Path("b.png").exists()


@pytest.mark.parametrize("command, hint", [("upscale", "finished are kept"), ("train", "--resume")])
def test_ctrl_c_is_answered_with_what_is_true(command, hint, here, capsys, monkeypatch):
    def stop(*_, **__):
        raise KeyboardInterrupt

    image().save("a.png")
    monkeypatch.setattr("srlib.upscaling.upscale_file", stop)
    monkeypatch.setattr("srlib.training.fit", stop)
    words = {
        "upscale": "upscale a.png -o b.png --model nearest",
        "train": "train --model subpixel --data sample --steps 1 --out run",
    }
    assert run(*words[command].split()) == 130
    err = capsys.readouterr().err
    assert err.count("\n") == 1 and hint in err
    assert ("--resume" in err) == (command == "train")
