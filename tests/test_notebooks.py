"""The lessons: found, paired, run, compared, and written within the rules.

That they run and print what is stored is tested by nbval, on the notebooks themselves.
"""

import copy
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import jupytext
import nbformat
import pytest

NOTEBOOKS = Path(__file__).parents[1] / "notebooks"
LESSONS = (
    "00_start_here",
    "01_dataset",
    "02_preprocessing",
    "03_autoencoder",
    "04_results",
    "05_subpixel",
    "06_benchmark",
    "07_your_photos",
    "08_other_repairs",
    "09_sharp_or_true",
    "10_beyond",
)
CORE = LESSONS[:5] + ("07_your_photos",)  # five meetings; the others are further lessons
EXEMPT = "nbval-ignore-output"
VIEW = "application/vnd.jupyter.widget-view+json"


def read(name):
    return nbformat.read(NOTEBOOKS / f"{name}.ipynb", as_version=4)


def code_cells(notebook):
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def printed(cell):
    """What a cell prints: its streams, and results that are text alone."""
    text = "".join(o.text for o in cell.outputs if o.output_type == "stream")
    for o in cell.outputs:
        if o.output_type in ("execute_result", "display_data") and "image/png" not in o.data:
            text += o.data.get("text/plain", "")
    return text


def with_last_digit_changed(text):
    """The text with the last digit of its last number replaced by the next one; None where it holds no number."""
    numbers = list(re.finditer(r"\d", text))
    if not numbers:
        return None
    place = numbers[-1].start()
    return text[:place] + str((int(text[place]) + 1) % 10) + text[place + 1 :]


def change_a_number(cell):
    """Change the last number that a cell prints, in place; whether there was one."""
    for output in cell.outputs:
        if output.output_type == "stream":
            changed = with_last_digit_changed(output.text)
            if changed:
                output.text = changed
                return True
    return False


def compared(notebook):
    return [
        i
        for i, cell in enumerate(code_cells(notebook))
        if printed(cell) and EXEMPT not in cell.metadata.get("tags", [])
    ]


def nbval(path):
    """Run a notebook, or a folder of them, under nbval as the plain test run does; the finished process."""
    command = [
        sys.executable,
        "-m",
        "pytest",
        "--nbval",
        "--nbval-current-env",
        "--nbval-cell-timeout=300",
        "-p",
        "no:cacheprovider",
        "-q",
        "-rfE",
    ]
    place, name = (path, ".") if path.is_dir() else (path.parent, path.name)
    return subprocess.run([*command, "-o", "addopts=", name], cwd=place, capture_output=True, text=True)


def failed_cells(process):
    return {int(n) for n in re.findall(r"^FAILED .*::Cell (\d+)", process.stdout, re.M)}


def test_every_lesson_is_found_and_nothing_else():
    assert sorted(p.stem for p in NOTEBOOKS.glob("*.ipynb")) == sorted(LESSONS)
    assert sorted(p.stem for p in NOTEBOOKS.glob("*.py")) == sorted(LESSONS)


def test_the_plain_run_collects_every_cell_of_every_lesson():
    root = NOTEBOOKS.parent
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "--collect-only", "-q", "notebooks"], cwd=root, capture_output=True, text=True
    )
    for lesson in LESSONS:
        assert done.stdout.count(f"{lesson}.ipynb::") == len(code_cells(read(lesson))), done.stdout[-2000:]
    assert "exercises" not in done.stdout  # they are run by tests/test_exercises.py


@pytest.mark.parametrize("lesson", LESSONS)
def test_script_and_notebook_agree_by_content(lesson):
    script, notebook = jupytext.read(NOTEBOOKS / f"{lesson}.py"), read(lesson)
    content = lambda nb: [(c.cell_type, c.source, c.metadata.get("tags", [])) for c in nb.cells]
    assert content(script) == content(notebook)


@pytest.mark.parametrize("lesson", LESSONS)
def test_outputs_are_of_one_clean_run(lesson):
    cells = code_cells(read(lesson))
    assert [c.execution_count for c in cells] == list(range(1, len(cells) + 1))
    outputs = [o for c in cells for o in c.outputs]
    assert not [o for o in outputs if o.output_type == "error" or o.get("name") == "stderr"]


@pytest.mark.parametrize("lesson", LESSONS)
def test_no_state_of_widgets_is_stored(lesson):
    """It would be dead controls with a copy of every image; a still image stands there instead."""
    notebook = read(lesson)
    assert "widgets" not in notebook.metadata
    for cell in code_cells(notebook):
        live = [VIEW in o.get("data", {}) for o in cell.outputs]
        still = ["image/png" in o.get("data", {}) for o in cell.outputs]
        assert not any(live) or any(still)


@pytest.mark.parametrize("lesson", LESSONS)
def test_results_are_printed_and_compared(lesson):
    notebook = read(lesson)
    cells = code_cells(notebook)
    printing = [c for c in cells if printed(c)]
    exempt = [c for c in cells if EXEMPT in c.metadata.get("tags", [])]
    assert len(printing) >= 6
    assert len(exempt) <= len(printing) / 5
    for cell in exempt:
        assert re.match(r"# not compared: \w+", cell.source), "an exempt cell says in its first line why"
    allowed = {EXEMPT}
    assert all(set(c.metadata.get("tags", [])) <= allowed for c in cells), "no other way around the comparison"


@pytest.mark.parametrize("lesson", LESSONS)
def test_a_lesson_keeps_to_its_form(lesson):
    notebook = read(lesson)
    first, cells = notebook.cells[0], code_cells(notebook)
    assert cells[0].source.startswith("# On Colab ")  # see tests/test_colab.py
    cells = cells[1:]
    assert first.cell_type == "markdown" and "**The question:" in first.source
    assert "you will be able to" in first.source
    minutes = int(re.search(r"\*(A core lesson|A further lesson), (\d+) minutes", first.source)[2])
    assert minutes <= 40 and ("A core lesson" in first.source) == (lesson in CORE)
    assert re.search(r"runs for (about|less than) [\w ]+ on two cores", first.source)
    prose = "\n".join(c.source for c in notebook.cells if c.cell_type == "markdown")
    assert all(heading in prose for heading in ("## Exercise", "## Recap", "## Further reading"))
    assert 12 <= len(cells) <= 20
    assert 900 <= len(prose.split()) <= 1600
    for cell in cells:
        assert sum(bool(line.strip()) for line in cell.source.splitlines()) <= 20
    assert any(line.startswith("assert ") for c in cells for line in c.source.splitlines())


@pytest.mark.parametrize("lesson", LESSONS)
def test_a_prediction_comes_before_its_answer_and_the_answer_is_folded(lesson):
    """The output that answers is hidden until it is asked for, and so is what the text says of it."""
    cells = read(lesson).cells
    asked = [i for i, cell in enumerate(cells) if cell.cell_type == "markdown" and "**Predict" in cell.source]
    assert asked
    for i in asked:
        question = cells[i].source
        assert "**Predict" in question.rsplit("\n\n", 1)[-1], "a prediction is the last paragraph before the code"
        computed = next(j for j in range(i + 1, len(cells)) if cells[j].cell_type == "markdown") - 1
        assert computed > i, question
        assert any(cell.metadata.get("jupyter", {}).get("outputs_hidden") for cell in cells[i + 1 : computed + 1])
        assert cells[computed + 1].source.startswith("<details>\n<summary>"), question
        assert "\n\n</details>" in cells[computed + 1].source  # a blank line: what lies between is read as Markdown


@pytest.mark.parametrize("lesson", LESSONS)
def test_figures_are_lean(lesson):
    assert (NOTEBOOKS / f"{lesson}.ipynb").stat().st_size < 1.6e6


# in the plain tier one lesson shows that the comparison works; the others, whole, are in the slow one below
@pytest.mark.parametrize("lesson", LESSONS[:1])
def test_one_changed_digit_fails(lesson, tmp_path):
    """The lesson up to the first number it prints: as it is it passes, with the last digit changed it fails there."""
    notebook = read(lesson)
    number = next(i for i in compared(notebook) if re.search(r"\d", printed(code_cells(notebook)[i])))
    last = notebook.cells.index(code_cells(notebook)[number])
    notebook.cells = notebook.cells[: last + 1]
    tampered = copy.deepcopy(notebook)
    assert change_a_number(code_cells(tampered)[number])
    nbformat.write(notebook, tmp_path / "same.ipynb")
    nbformat.write(tampered, tmp_path / "tampered.ipynb")
    same, other = nbval(tmp_path / "same.ipynb"), nbval(tmp_path / "tampered.ipynb")
    assert same.returncode == 0, same.stdout[-2000:]
    assert other.returncode == 1 and failed_cells(other) == {number}, other.stdout[-2000:]


def replaying(cell):
    """Code that sends what is stored of a cell without computing it; the comments stay, as nbval reads some."""
    comments = [line for line in cell.source.splitlines() if line.lstrip().startswith("#")]
    send = "kernel.session.send(kernel.iopub_socket, output.pop('output_type'), output, parent=kernel.get_parent())"
    lines = ["import json", "kernel = get_ipython().kernel", f"for output in json.loads({json.dumps(cell.outputs)!r}):"]
    return "\n".join([*comments, *lines, f"    {send}"])


@pytest.mark.slow
def test_every_compared_number_is_really_compared(tmp_path):
    """The whole lessons with a digit changed in every compared cell: each of them fails, and no other.

    What the cells print when they are run is compared by the plain tier; here they print what is stored.
    """
    expected = set()
    for lesson in LESSONS:
        notebook = read(lesson)
        cells = code_cells(notebook)
        for cell in cells:
            cell.source = replaying(cell)
        changed = {(lesson, i) for i in compared(notebook) if change_a_number(cells[i])}
        assert len(changed) >= 4
        nbformat.write(notebook, tmp_path / f"{lesson}.ipynb")
        expected |= changed
    process = nbval(tmp_path)
    failed = re.findall(r"^FAILED (\w+)\.ipynb::Cell (\d+)", process.stdout, re.M)
    assert {(lesson, int(number)) for lesson, number in failed} == expected, process.stdout[-3000:]


@pytest.mark.parametrize("lesson", LESSONS)
@pytest.mark.parametrize("later", ["the notebook", "the script"])
def test_a_lesson_opens_and_keeps_a_note_whichever_file_is_newer(lesson, later, tmp_path):
    """As after a run in another editor, or a `git pull`: JupyterLab with jupytext neither refuses nor overwrites it."""
    from jupytext.sync_contentsmanager import TextFileContentsManager

    for file in (f"{lesson}.ipynb", f"{lesson}.py", "../pyproject.toml"):  # jupytext's settings are in the last one
        shutil.copy(NOTEBOOKS / file, tmp_path)
    notebook, script = tmp_path / f"{lesson}.ipynb", tmp_path / f"{lesson}.py"
    opened = nbformat.read(notebook, 4)
    opened.cells.insert(3, nbformat.v4.new_code_cell("# a note of mine"))
    nbformat.write(opened, notebook)
    ahead = notebook.stat().st_mtime + 3600
    os.utime(notebook if later == "the notebook" else script, (ahead, ahead))
    manager = TextFileContentsManager()
    manager.root_dir = str(tmp_path)
    cells = manager.get(notebook.name)["content"].cells
    assert any("a note of mine" in cell.source for cell in cells)
