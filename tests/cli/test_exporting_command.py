"""srlib export: the file of the library, and nothing replaced unasked."""

import pytest
from _command_line import contents, failed, run

import srlib


def test_a_file_is_that_of_the_library(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    assert run("export small_x2 -o new/net.onnx") == 0
    out, err = capsys.readouterr()
    size = (tmp_path / "new/net.onnx").stat().st_size
    assert (
        out == ""
        and err == f"srlib: new/net.onnx: {size:,} bytes, opset 17; input lr (N, h, w, 3) in [0, 1], output sr.\n"
    )
    assert srlib.export("small_x2", "other.onnx").read_bytes() == (tmp_path / "new/net.onnx").read_bytes()
    assert run("export small_x2+ -o new/net.onnx") == 1
    failed(capsys, "new/net.onnx exists; expected a free name")
    assert run("export small_x2+ -o new/net.onnx --force") == 0
    assert (tmp_path / "new/net.onnx").stat().st_size > size


@pytest.mark.parametrize("words, told", [
    ("nothing -o a.onnx", "There is no model 'nothing'"), ("bicubic -o a.onnx", "There is no model 'bicubic'"),
    ("small_x2 -o a.txt", "ends in .onnx"), ("small_x2 -o file/a.onnx", "file is not a folder"),
])  # fmt: skip
def test_what_cannot_be_is_refused_in_a_line_and_nothing_is_written(words, told, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "file").write_text("")
    assert run(f"export {words}") == 1
    failed(capsys, told)
    assert contents(tmp_path) == {"file": b""}
