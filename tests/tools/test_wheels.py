"""The folder of wheels for a lab without a network: which commands are run, and what one says of it."""

import doctest
import subprocess
import sys
import tomllib
from pathlib import Path
from types import SimpleNamespace

import pytest
import wheels

GUIDE = (Path(__file__).parents[2] / "notebooks" / "exercises" / "README.md").read_text("utf-8")


@pytest.fixture
def ran(monkeypatch):
    """The commands that would be run; none is."""
    commands = []
    monkeypatch.setattr(wheels.subprocess, "run", lambda words: commands.append(words) or SimpleNamespace(returncode=0))
    return commands


def test_for_machines_such_as_this_one_pip_downloads_the_lessons(ran, tmp_path, capsys):
    folder = tmp_path / "wheels"
    assert wheels.main([str(folder)]) == 0
    own, rest = ran
    assert own[1:4] == ["-m", "pip", "wheel"] and {"--no-deps", str(wheels.ROOT)} <= set(own)
    assert rest[1:4] == ["-m", "pip", "download"] and rest[-1] == "srlib[lessons]" and "--platform" not in rest
    assert rest[rest.index("--find-links") + 1] == rest[rest.index("--dest") + 1] == str(folder)
    lines = (folder / "INSTALL.txt").read_text("utf-8")
    assert lines in capsys.readouterr().out and lines in GUIDE  # the guide prints the same two lines
    assert lines.count("\n") == 2


@pytest.mark.parametrize(
    "platform, tag", [("linux", "manylinux2014_x86_64"), ("windows", "win_amd64"), ("macos", "macosx_12_0_arm64")]
)
def test_for_other_machines_uv_lists_and_pip_downloads_the_list(platform, tag, ran, tmp_path):
    assert wheels.main([str(tmp_path), "--platform", platform, "--python", "3.12"]) == 0
    _, listed, rest = ran
    assert listed[1:4] == ["-m", "uv", "pip"] and wheels.TARGETS[platform] in listed and "3.12" in listed
    assert (tmp_path / "wanted.txt").read_text("utf-8") == "srlib[lessons]\n"
    assert "--no-deps" in rest and ["--platform", tag] == rest[rest.index(tag) - 1 : rest.index(tag) + 1]
    assert rest[-2:] == ["-r", listed[listed.index("-o") + 1]]
    assert ("Scripts" in (tmp_path / "INSTALL.txt").read_text("utf-8")) == (platform == "windows")


def test_what_is_wanted_is_what_the_project_offers():
    project = tomllib.loads((wheels.ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    assert project["name"] == "srlib" and "lessons" in project["optional-dependencies"]
    assert doctest.testmod(wheels) == (0, 1)


def test_what_cannot_be_done_is_refused_before_anything_is_run(ran, tmp_path, capsys):
    (tmp_path / "mine.txt").write_text("mine")
    for words, told in (([], "holds something"), (["--python", "3.12"], "expected both")):
        with pytest.raises(SystemExit):
            wheels.main([str(tmp_path), *words])
        assert told in capsys.readouterr().err
    assert ran == []


def test_a_command_that_fails_is_told(monkeypatch, tmp_path, capsys):
    monkeypatch.setattr(wheels.subprocess, "run", lambda words: SimpleNamespace(returncode=1))
    assert wheels.main([str(tmp_path / "wheels")]) == 1
    assert capsys.readouterr().err.startswith("wheels: this command failed")


@pytest.mark.online
def test_a_lab_of_other_machines_gets_what_only_they_need(tmp_path):
    """A progress bar, for Windows: there, and only there, it needs one package more. Then it is installed, without an index."""
    run = lambda *words: subprocess.run(words, check=True, capture_output=True, text=True, cwd=tmp_path).stdout
    run(sys.executable, "-m", "venv", "env")
    python = tmp_path / "env" / "bin" / "python"
    run(python, "-m", "pip", "install", "-q", "uv")
    run(python, wheels.__file__, "wheels", "--platform", "windows", "--python", "3.12", "--wanted", "tqdm")
    assert {file.name.split("-")[0] for file in tmp_path.glob("wheels/*.whl")} == {"srlib", "tqdm", "colorama"}
    _, install = (tmp_path / "wheels" / "INSTALL.txt").read_text("utf-8").splitlines()
    assert install.startswith(r"srlib-env\Scripts\python -m pip install --no-index ")
    run(python, *install.replace('"', "").split()[1:], "--target", "lab")
    assert (tmp_path / "lab" / "tqdm").is_dir()
