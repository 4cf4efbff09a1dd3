"""Colab: badges and installing cells, their address in one place, and dependency ranges that hold what Colab has."""

import re
import shutil
import sys
import tomllib
from pathlib import Path

import colab
import nbformat
import pytest
from packaging.requirements import Requirement

ROOT = Path(__file__).parents[2]
OTHER = "https://github.com/another-school/srlib-2"
URL = colab.address()
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
VERSIONS = tomllib.loads((ROOT / "tools" / "colab_versions.toml").read_text("utf-8"))
NOTEBOOKS = sorted([*(ROOT / "notebooks").glob("*.ipynb"), *(ROOT / "notebooks" / "exercises").glob("*.ipynb")])


# -- versions ----------------------------------------------------------------------------------------------------------------


def requirements(*extras):
    """The requirements of the project, and those of some extras, without the project itself."""
    lists = [PROJECT["dependencies"], *(PROJECT["optional-dependencies"][extra] for extra in extras)]
    return [r for r in (Requirement(text) for part in lists for text in part) if r.name != "srlib"]


def misfits(needed, versions):
    """Requirements that a list of versions does not meet, and so would make pip replace what is there."""
    return [str(r) for r in needed if r.name in versions and not r.specifier.contains(versions[r.name])]


def test_colabs_versions_lie_within_every_range():
    assert re.fullmatch(r"20\d\d-\d\d", VERSIONS["date"])
    assert {"tensorflow", "keras", "numpy", "scikit-image", "matplotlib"} <= VERSIONS["packages"].keys()
    installed = requirements("colab", "course")
    assert len({r.name for r in installed} & VERSIONS["packages"].keys()) >= 4
    assert misfits(requirements("colab", "course", "tensorflow", "lessons"), VERSIONS["packages"]) == []
    assert Requirement(f"python{PROJECT['requires-python']}").specifier.contains(VERSIONS["python"])


@pytest.mark.parametrize(
    "text, fits", [("keras>=3.13", True), ("keras>=3.14", False), ("numpy<2", False), ("x>9", True)]
)
def test_a_range_that_replaces_something_is_seen(text, fits):
    assert (misfits([Requirement(text)], VERSIONS["packages"]) == []) == fits


def test_the_cell_asks_for_no_backend_and_no_notebook_server():
    """TensorFlow is there already; the server is Colab's own."""
    assert "srlib[course]" in PROJECT["optional-dependencies"]["colab"]
    names = {r.name for r in requirements("colab", "course")}
    assert names.isdisjoint({"tensorflow", "jax", "torch", "jupyterlab", "notebook", "ipykernel", "nbgrader"})


# -- stamps ------------------------------------------------------------------------------------------------------------------


def test_the_address_stands_in_one_place():
    """Outside the stamps themselves, only pyproject.toml names it."""
    place = URL.removeprefix("https://github.com/")
    stamped = set(colab.stamped())
    for file in [
        *ROOT.glob("*.*"),
        *(p for d in ("srlib", "tests", "tools", ".github") for p in (ROOT / d).rglob("*.*")),
    ]:
        if file.is_file() and file not in stamped and file.suffix in (".py", ".md", ".toml", ".yml", ".yaml", ".cff"):
            assert place not in file.read_text("utf-8"), file
    assert (ROOT / "pyproject.toml").read_text("utf-8").count(place) == 1


@pytest.mark.parametrize("file", NOTEBOOKS, ids=lambda p: p.stem)
def test_every_notebook_has_its_badge_and_its_installing_cell(file):
    notebook = nbformat.read(file, as_version=4)
    path = file.relative_to(ROOT).as_posix()
    assert notebook.cells[0].source.splitlines()[2] == colab.badge(path, URL)
    first = next(cell.source for cell in notebook.cells if cell.cell_type == "code")
    assert (first == colab.install(URL)) == (file.stem != "quiz")  # which needs nothing installed
    assert sum(cell.source.count("colab-badge") for cell in notebook.cells) == 1
    assert f"/blob/main/{path})" in colab.badge(path, URL)


def test_the_readme_has_a_badge_for_every_lesson():
    rows = [line for line in (ROOT / "README.md").read_text("utf-8").splitlines() if re.match(r"\| \[\d\d ", line)]
    lessons = [p for p in NOTEBOOKS if p.parent.name == "notebooks"]
    assert len(rows) == len(lessons)
    for row, file in zip(rows, lessons):
        assert f"(notebooks/{file.name})" in row and row.endswith(f"{colab.badge(f'notebooks/{file.name}', URL)} |")


def test_stamping_again_changes_nothing(capsys):
    assert colab.main(["--check"]) == 0, capsys.readouterr().out
    texts = colab.stamped()
    assert set(NOTEBOOKS) | set((ROOT / "notebooks").glob("*.py")) <= texts.keys()
    assert all(file.read_text("utf-8") == text for file, text in texts.items())


@pytest.fixture
def clone(tmp_path):
    """A copy of what is stamped."""
    for name in ("pyproject.toml", "README.md"):
        shutil.copy(ROOT / name, tmp_path / name)
    shutil.copytree(ROOT / "notebooks", tmp_path / "notebooks", ignore=shutil.ignore_patterns("__pycache__", ".ipynb*"))
    return tmp_path


def contents(root):
    return {p.relative_to(root): p.read_bytes() for p in sorted(root.rglob("*")) if p.is_file()}


def test_restamping_changes_every_badge_and_nothing_else_and_back_again(clone, capsys):
    before = contents(clone)
    assert colab.main([OTHER, "--root", str(clone)]) == 0
    after = contents(clone)
    old, new = (url.removeprefix("https://github.com/").encode() for url in (URL, OTHER))
    assert all(data == before[file].replace(old, new) for file, data in after.items())  # that, and nothing else
    assert not [file for file, data in after.items() if old in data]
    changed = {file for file in after if after[file] != before[file]}
    assert {file for file in after if file.suffix == ".ipynb"} <= changed and Path("README.md") in changed
    assert Path("pyproject.toml") in changed
    assert colab.address(clone) == OTHER and colab.main(["--check", "--root", str(clone)]) == 0
    assert colab.main([URL, "--root", str(clone)]) == 0
    assert contents(clone) == before


def test_a_lesson_without_a_stamp_gets_one(clone, capsys):
    """As a new lesson is: its outputs stay, its counts go on being those of one run, and script and notebook agree."""
    import jupytext

    script, file = clone / "notebooks" / "02_preprocessing.py", clone / "notebooks" / "02_preprocessing.ipynb"
    bare = nbformat.read(file, as_version=4)
    bare.cells[1].id, bare.cells[1].metadata = colab.CELL_ID, {}  # a run gives others each time
    nbformat.write(bare, file)
    done = {p: p.read_bytes() for p in (script, file, clone / "README.md")}
    bare.cells[0].source = bare.cells[0].source.replace(
        colab.badge("notebooks/02_preprocessing.ipynb", URL) + "\n\n", ""
    )
    del bare.cells[1]
    count = 0
    for cell in bare.cells:
        if cell.cell_type == "code":
            count += 1
            cell.execution_count = count
            for output in cell.outputs:
                if "execution_count" in output:
                    output.execution_count = count
    nbformat.write(bare, file)
    cells = script.read_text("utf-8").split("# %%")
    kept = [c for c in cells if colab.FIRST_LINE not in c]
    assert len(kept) == len(cells) - 1
    text = "# %%".join(kept).replace(f"# {colab.badge('notebooks/02_preprocessing.ipynb', URL)}\n#\n", "")
    script.write_text(text, "utf-8")
    readme = clone / "README.md"
    readme.write_text(
        readme.read_text("utf-8").replace(f" {colab.badge('notebooks/02_preprocessing.ipynb', URL)} |", ""), "utf-8"
    )
    assert all(p.read_bytes() != data for p, data in done.items())
    assert colab.main(["--root", str(clone)]) == 0
    content = lambda nb: [(c.cell_type, c.source) for c in nb.cells]
    assert content(jupytext.read(script)) == content(nbformat.read(file, as_version=4))
    assert {p.name: p.read_bytes() == data for p, data in done.items()} == {p.name: True for p in done}


@pytest.mark.parametrize(
    "url", ["github.com/me/fork", "https://gitlab.com/me/fork", "https://github.com/me", 'https://github.com/me/a"b']
)
def test_an_address_that_colab_cannot_open_is_refused(clone, url, capsys):
    before = contents(clone)
    assert colab.main([url, "--root", str(clone)]) == 1
    error = capsys.readouterr().err
    assert error.count("\n") == 1 and "expected https://github.com/OWNER/NAME" in error
    assert contents(clone) == before


def test_an_address_may_end_as_git_prints_it():
    assert colab.checked("https://github.com/me/fork.git") == colab.checked("https://github.com/me/fork/")


def test_the_installing_cell_does_nothing_elsewhere(monkeypatch):
    import subprocess

    ran = []
    monkeypatch.setattr(subprocess, "run", lambda *a, **k: ran.append(a[0]))
    exec(colab.install(URL), {})
    assert ran == []
    monkeypatch.setitem(sys.modules, "google.colab", object())
    exec(colab.install(URL), {})
    assert ran == [[sys.executable, "-m", "pip", "install", "-q", f"srlib[colab] @ git+{URL}"]]
