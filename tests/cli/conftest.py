"""A folder of things to give to a command: images good and bad, a network, a broken one."""

import shutil

import numpy as np
import pytest
from _command_line import learnt_from
from PIL import Image

from srlib.checkpoints import save_model
from srlib.models import build_model


@pytest.fixture(scope="session")
def shelf(tmp_path_factory, make_image):
    """The folder, made once and copied for each test."""
    place = tmp_path_factory.mktemp("shelf")

    def save(name, array):
        (place / name).parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(array).save(place / name)

    for i, (height, width) in enumerate([(24, 28), (31, 25), (26, 26)]):
        save(f"images/{i}.png", make_image(height, width, i))
    save("one.png", make_image(17, 20))
    save("nested/top.png", make_image(9, 8))
    save("nested/deep/down/below.png", make_image(7, 11))
    save("mixed/a.png", make_image(8, 8))
    save("mixed/c.png", make_image(9, 9))
    (place / "mixed" / "b.png").write_bytes(b"no image at all")
    (place / "mixed" / "notes.txt").write_text("not for upscaling")
    (place / "bad").mkdir()
    (place / "bad" / "b.png").write_bytes(b"no image at all")
    save("tiny/dot.png", make_image(1, 1))
    (place / "bad.png").write_bytes(b"no image at all")
    save("cut.jpg", make_image(64, 64))
    (place / "cut.jpg").write_bytes((place / "cut.jpg").read_bytes()[:900])
    (place / "empty").mkdir()
    (place / "file.txt").write_text("a file")
    network = build_model("subpixel", width=4, blocks=1)
    rng = np.random.default_rng(1)
    network.set_weights([rng.normal(0, 0.1, w.shape) for w in network.get_weights()])
    save_model(network, place / "net", card=learnt_from(network, "somewhere"))
    shutil.copytree(place / "net", place / "broken")
    (place / "broken" / "model.weights.h5").write_bytes(b"no weights")
    return place


@pytest.fixture
def here(shelf, tmp_path, monkeypatch):
    """The shelf, copied, as the current folder."""
    shutil.copytree(shelf, tmp_path / "work")
    monkeypatch.chdir(tmp_path / "work")
    return tmp_path / "work"
