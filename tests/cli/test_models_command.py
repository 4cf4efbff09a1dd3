"""``srlib models``: what is shipped, and what each network costs."""

import shutil

from _command_line import run

from srlib import checkpoints, network_files
from srlib.checkpoints import load_model, shipped


def test_models_shows_what_is_shipped(capsys, monkeypatch, here):
    for module in (checkpoints, network_files):
        monkeypatch.setattr(module, "WEIGHTS", here / "shipped")
    shutil.copytree("net", "shipped/small")
    assert run("models") == 0
    head, row, *_ = capsys.readouterr().out.splitlines()
    assert head.split()[:3] == ["name", "degradation", "parameters"]
    by_hand = 9 * (3 * 4 + 2 * 4 * 4 + 4 * 12)  # multiply-adds for an LR pixel, and one more parameter for each filter
    assert row.split()[:3] == ["small", "bilinear", "x2"] and row.endswith("somewhere, 3 images")
    assert f" {by_hand + 4 + 2 * 4 + 12:,} " in row
    assert f" {by_hand * 640 * 360 / 1e9:.1f} " in row
    assert load_model("small").count_params() == by_hand + 4 + 2 * 4 + 12


def test_models_shows_every_shipped_network(capsys):
    assert run("models") == 0
    *rows, space, engines = capsys.readouterr().out.splitlines()
    assert [row.split()[0] for row in rows[1:]] == list(shipped())
    assert (space, engines) == ("", "engines: keras (installed), onnx (installed)")
