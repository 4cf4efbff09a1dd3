"""``srlib evaluate``: the table that is printed and written, and what is said of networks beside it."""

import json
import os
import shutil

import pytest
from _command_line import contents, failed, learnt_from, run
from PIL import Image

import srlib
from srlib.checkpoints import load_model, save_model
from srlib.models import build_model


def test_evaluate_writes_the_same_as_it_prints(here, capsys):
    words = (
        "evaluate --model bilinear bicubic net --data images --protocol rgb --kernel area --scale 2 --json new/s.json"
    )
    assert run(words) == 0
    out, err = capsys.readouterr()
    assert err.splitlines() == [
        "srlib: net was trained for images degraded by bilinear x2, and these are degraded by area x2: --kernel bilinear is its own."
    ]
    methods = {"bilinear": "bilinear", "bicubic": "bicubic", "net": load_model("net")}
    table = srlib.evaluate(methods, srlib.load_images("images"), srlib.Downscale(2, "area"))
    assert out == f"{table}\n"
    told = json.loads((here / "new" / "s.json").read_text())
    assert told == table.to_dict()
    assert set(told["methods"]["net"]["images"]) == {"0.png", "1.png", "2.png"}
    assert os.listdir("new") == ["s.json"]


def test_evaluate_under_the_papers_protocol(here, capsys):
    assert run("evaluate --model bicubic --data images --protocol y --kernel bicubic --scale 3 --json s") == 0
    told = json.loads((here / "s").read_text())
    assert told["protocol"] == "y"
    assert told["degradation"] == srlib.Degradation(srlib.Downscale(3, "bicubic")).to_dict()
    assert "protocol y" in capsys.readouterr().out


def test_evaluate_scores_the_sample_on_its_test_photographs(capsys):
    assert run("evaluate --model nearest --data sample") == 0
    assert capsys.readouterr().out.startswith("sample/test, ")


def test_a_plus_is_the_self_ensemble(here, capsys):  # seconds: the graph of eight networks is made twice
    assert run("evaluate --model net net+ --data images --json s.json") == 0
    told = json.loads((here / "s.json").read_text())["methods"]
    table = srlib.evaluate({"it": srlib.self_ensemble(load_model("net"))}, srlib.load_images("images"))
    assert told["net+"]["psnr"] == pytest.approx(table.mean("it"), abs=1e-4)
    assert told["net+"]["psnr"] != pytest.approx(told["net"]["psnr"], abs=1e-4)
    capsys.readouterr()
    assert run("evaluate --model nothing+ --data images") == 1
    failed(capsys, "'nothing+'")


def test_a_folder_called_like_a_shipped_network_is_told_of(here, capsys):
    model = build_model("subpixel", width=4, blocks=1)
    save_model(model, here / "small_bilinear")
    assert run("evaluate --model small_bilinear --data images") == 0
    told = capsys.readouterr()
    assert told.err.count("\n") == 1 and "write ./small_bilinear" in told.err and "small_bilinear" in told.out


def test_networks_of_two_scales_are_refused_together(here, capsys):
    for scale in (2, 3):
        save_model(build_model("subpixel", scale, width=4, blocks=1), here / f"x{scale}")
    assert run("evaluate --model x2 x3 --data images") == 1
    assert "different factors (x2 x2, x3 x3)" in capsys.readouterr().err


def test_what_a_network_learnt_from_and_for_is_told(here, capsys):
    images = str((here / "images").resolve())
    network = load_model("net")
    save_model(network, "known", card=learnt_from(network, "elsewhere", images))
    assert run(f"evaluate --model known bicubic --data {images}") == 0
    err = capsys.readouterr().err
    assert err.count("\n") == 1 and "known learnt from" in err
    assert run(f"evaluate --model known --data {images} --kernel bicubic") == 0
    err = capsys.readouterr().err
    assert err.count("\n") == 2 and "--kernel bilinear is its own" in err
    assert run(f"evaluate --model net --data {images} --noise 3") == 0
    err = capsys.readouterr().err
    assert err.count("\n") == 1 and "degraded by bilinear x2, noise 3." in err  # whose kernel is the network's own


def test_what_the_options_of_a_degradation_say(here, capsys):
    words = "--scale 4 --kernel bicubic --blur 0.5 1.5 --noise 3 --jpeg 40 75 --seed 7 --json s.json"
    assert run("evaluate --model bicubic --data images", words) == 0
    degradation = srlib.Degradation(
        (srlib.Blur(0.5, 1.5), srlib.Downscale(4, "bicubic"), srlib.Noise(3), srlib.Jpeg(40, 75))
    )
    assert str(degradation) in capsys.readouterr().out
    table = srlib.evaluate({"bicubic": "bicubic"}, srlib.load_images("images"), degradation, seed=7)
    assert json.loads((here / "s.json").read_text()) == table.to_dict()


def test_a_folder_that_is_split_is_judged_on_its_test_images(here):
    for split, name in (("train", "0.png"), ("validation", "1.png"), ("test", "2.png")):
        (here / "mine" / split).mkdir(parents=True)
        shutil.copy(here / "images" / name, here / "mine" / split / name)
    assert run("evaluate --model nearest --data mine --json scores") == 0
    assert list(json.loads((here / "scores").read_text())["methods"]["nearest"]["images"]) == ["2.png"]


def test_a_missing_split_is_not_replaced_by_the_others(here, capsys):
    shutil.copytree("images", "mine/train")
    before = contents(here)
    assert run("evaluate --model nearest --data mine") == 1
    failed(capsys, "split into train", "test is asked for", "mine/train")
    assert contents(here) == before


def test_a_folder_that_cannot_be_read_is_not_left_out(here, capsys, monkeypatch):
    real = os.scandir

    def closed(path):
        if str(path).endswith("deep"):
            raise PermissionError(13, "Permission denied", str(path))
        return real(path)

    monkeypatch.setattr(os, "scandir", closed)
    assert run("evaluate --model nearest --data nested") == 1
    failed(capsys, "nested/deep cannot be read (Permission denied)")


def test_one_odd_image_spoils_nothing(here, capsys):
    """A damaged one, one that is too small, one that is met exactly, and what is no image."""
    shutil.copytree("images", "odd")
    shutil.copy("bad.png", "odd")
    shutil.copy("tiny/dot.png", "odd")
    (here / "odd/README.txt").write_text("words")
    Image.new("RGB", (24, 24), "navy").save("odd/flat.jfif", format="PNG")
    assert run("evaluate --model bicubic nearest --data odd --json odd.json") == 1
    out, err = capsys.readouterr()
    unread, unscored, exact = err.splitlines()
    assert "1 of 6 images left out: odd/bad.png is not an image that srlib reads; no image: README.txt" in unread
    assert unscored.startswith("srlib: 1 of 5 images are not scored: dot.png: ") and "at least 2" in unscored
    assert exact.startswith("srlib: flat.jfif is met exactly, ") and exact.endswith("over the other 3.")
    assert "odd, 4 images (2 more refused) (1 met exactly, and not in the mean PSNR)" in out
    assert "nan" not in out and "inf" not in out
    scores = json.loads((here / "odd.json").read_text())
    assert set(scores["refused"]) == {"bad.png", "dot.png"}
    assert run("evaluate --model bicubic nearest --data images --json alone.json") == 0
    alone = json.loads((here / "alone.json").read_text())
    for method in ("bicubic", "nearest"):
        assert scores["methods"][method]["psnr"] == alone["methods"][method]["psnr"]
