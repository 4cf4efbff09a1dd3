"""What `srlib train`, `evaluate` and `upscale` cannot do is told in one line, and nothing is left behind."""

import shutil

import numpy as np
import pytest
from PIL import Image

from srlib.checkpoints import shipped
from srlib.cli import main
from srlib.data import FOR_JUDGING


@pytest.fixture
def refused(capsys):
    """A function: run a command that must fail; the line that it says, which must be one."""

    def run(*words):
        assert main([str(word) for word in words]) == 1
        out, err = capsys.readouterr()
        assert out == "" and err.startswith("srlib: ") and err.count("\n") == 1 and "Traceback" not in err
        return err

    return run


@pytest.fixture
def train(refused, tmp_path):
    """A function: `srlib train` with these words in place of the good ones, into a folder that must not be made."""

    def run(**words):
        good = {"model": "subpixel", "data": "sample", "steps": 2, "patch-size": 16, "out": tmp_path / "run"}
        told = refused("train", *(part for name, value in {**good, **words}.items() for part in (f"--{name}", value)))
        assert not (tmp_path / "run").exists()
        return told

    return run


def test_an_unknown_model(train, refused, tmp_path):
    told = train(model="subpixle")
    assert "no model 'subpixle'" in told and "fsrcnn" in told
    assert "no model 'subpixle'" in refused("evaluate", "--model", "subpixle", "--data", "sample")
    Image.new("RGB", (8, 8)).save(tmp_path / "in.png")
    told = refused("upscale", tmp_path / "in.png", "-o", tmp_path / "out.png", "--model", "subpixle")
    assert "no model 'subpixle'" in told and not (tmp_path / "out.png").exists()


def test_a_scale_without_weights(train, refused, tmp_path):
    name = next(name for name, card in shipped().items() if card.scale == 2)
    Image.new("RGB", (8, 8)).save(tmp_path / "in.png")
    told = refused("upscale", tmp_path / "in.png", "-o", tmp_path / "out.png", "--model", name, "--scale", 7)
    assert "scale is 7" in told and "by 2" in told and not (tmp_path / "out.png").exists()
    assert "scale is 7" in refused("evaluate", "--model", name, "--data", "sample", "--scale", 7)


def test_a_folder_with_no_images(train, tmp_path):
    (tmp_path / "letters").mkdir()
    (tmp_path / "letters" / "to-mother.txt").write_text("dear mother")
    told = train(data=tmp_path / "letters")
    assert "letters holds no image" in told and "PNG" in told
    assert "no set or folder" in train(data=tmp_path / "nowhere")


def test_images_smaller_than_a_patch(train, tmp_path):
    (tmp_path / "small").mkdir()
    Image.fromarray(np.zeros((13, 40, 3), np.uint8)).save(tmp_path / "small" / "a.png")
    told = train(data=tmp_path / "small")
    assert "patch_size is 16" in told and "13" in told and "patch_size=12" in told


@pytest.mark.parametrize("steps", (0, -3))
def test_steps_that_are_none(train, steps):
    assert f"steps is {steps}" in train(steps=steps)


def test_an_output_folder_that_exists(refused, tmp_path):
    (tmp_path / "taken").mkdir()
    (tmp_path / "taken" / "to-mother.txt").write_text("dear mother")
    words = ("train", "--model", "subpixel", "--data", "sample", "--steps", "2", "--out")
    assert "not a run of srlib" in refused(*words, tmp_path / "taken")
    assert [p.name for p in (tmp_path / "taken").iterdir()] == ["to-mother.txt"]
    (tmp_path / "file").write_text("")
    refused(*words, tmp_path / "file")
    shutil.copytree(tmp_path / "taken", tmp_path / "run")
    (tmp_path / "run" / "recipe.json").write_text("{}")
    assert "--resume" in refused(*words, tmp_path / "run")


@pytest.mark.parametrize("name", FOR_JUDGING)
def test_benchmarks_are_not_trained_on(train, name, monkeypatch):
    monkeypatch.setattr("srlib.data.load_images", lambda *_, **__: pytest.fail("it was loaded"))
    told = train(data=name)
    assert f"--data is {name}" in told and "judging only" in told
    assert f"--validation is {name}" in train(validation=name)


def test_which_sets_are_for_judging():
    assert FOR_JUDGING == ("set5", "set14", "bsd100")
