"""The checks: every right answer passes, by whatever way it is right; every plausible wrong one fails with the hint that fits.

The answers are in the folder ``answers``, one file for an exercise. A right one is right because skimage, OpenCV, Keras or
the library says so. The wrong ones are what learners write.
"""

import doctest
import importlib
import re
import sys
import warnings

import numpy as np
import pytest
from _answers import EXERCISES, ROOT, answers_to
from numpy.lib.stride_tricks import sliding_window_view

import srlib
from srlib.backend import keras
from srlib.checks.answer import Answer

checks = srlib.checks
FUNCTIONS = [name for name in EXERCISES if name != "e06a_tables"]  # that one asks for a choice


def stub(*_, **__):
    """As it is handed out."""
    ...  # YOUR CODE HERE


def nbgraders_stub(*_, **__):
    # YOUR CODE HERE
    raise NotImplementedError()


NONSENSE = [
    None, 3, "text", lambda *a: None, lambda *a: "text", lambda *a: [], lambda *a: [[1], 2], lambda *a: {},
    lambda *a: np.full((4, 4), np.nan), lambda *a: 1 / 0, lambda: 0, object(),
]  # fmt: skip


def cases(which):
    """One parameter for each answer of a kind, named after its exercise."""
    found = []
    for name in EXERCISES:
        for i, case in enumerate(getattr(answers_to(name), which)):
            answer, *words = case if which == "WRONG" else (case,)
            found.append(pytest.param(name, answer, *words, id=f"{name}-{getattr(answer, '__name__', answer)}-{i}"))
    return found


@pytest.mark.parametrize("exercise, answer", cases("RIGHT"))
def test_a_right_answer_passes(exercise, answer):
    told = answers_to(exercise).check(answer)
    assert told, told
    assert repr(told).startswith("\N{CHECK MARK} my_") and "Hint" not in repr(told)
    assert told.points(4) == 4


@pytest.mark.parametrize("exercise, answer, told, hint", cases("WRONG"))
def test_a_wrong_answer_fails_with_the_hint_that_fits(exercise, answer, told, hint):
    found = answers_to(exercise).check(answer)
    assert not found
    assert re.search(told, found.told), found
    assert re.search(hint, found.hint), found
    assert "\n  Hint: " in repr(found) and repr(found).startswith("\N{BALLOT X} my_")
    assert found.points(4) < 4


@pytest.mark.parametrize("stub", [stub, nbgraders_stub])
@pytest.mark.parametrize("exercise", FUNCTIONS)
def test_the_stub_fails(exercise, stub):
    told = answers_to(exercise).check(stub)
    assert not told and told.points(4) == 0
    assert "is not written yet" in repr(told) and "YOUR CODE HERE" in told.hint and "Traceback" not in repr(told)


@pytest.mark.parametrize("exercise", FUNCTIONS)
@pytest.mark.parametrize("nonsense", NONSENSE)
def test_nonsense_is_answered_not_raised(exercise, nonsense):
    found = answers_to(exercise).check(nonsense)
    assert not found and found.hint and "Traceback" not in repr(found)


@pytest.mark.parametrize("exercise", EXERCISES)
def test_every_exercise_has_three_wrong_answers_with_hints_of_their_own(exercise):
    assert len({hint for _, _, hint in answers_to(exercise).WRONG}) >= 3


def test_every_exercise_has_a_check_and_a_file_of_its_own():
    notebooks = {f"e{path.stem}" for path in (ROOT / "notebooks" / "exercises").glob("[0-9]*.ipynb")}
    files = {path.stem for path in (ROOT / "srlib" / "checks").glob("e*.py")}
    assert notebooks == files == {*EXERCISES, "e06b_project"}
    public = {answers_to(name).check.__name__: answers_to(name).check.__module__ for name in EXERCISES}
    assert public == {answers_to(name).check.__name__: f"srlib.checks.{name}" for name in EXERCISES}
    assert {*public, "check_project", "Answer"} == set(checks.__all__)


@pytest.mark.parametrize("name", ["answer", *EXERCISES, "e06b_project"])
def test_the_examples_print_what_they_say(name):
    failed, tried = doctest.testmod(importlib.import_module(f"srlib.checks.{name}"))
    assert tried and not failed


# -- the answer itself ----------------------------------------------------------------------------------------------------

PSNR_OF_THE_MEAN_ERROR = answers_to("e04a_psnr").psnr_of_the_mean_error  # right for single images, wrong for batches


def test_points_are_the_share_of_the_steps_before_the_mistake():
    assert checks.check_psnr(PSNR_OF_THE_MEAN_ERROR).points(4) == 2.0  # two of four steps
    assert Answer("x", ("a",), 3, "is wrong", "h").points(4) == 1.0  # 1.33, rounded down to half points
    assert Answer("x", ("a", "b"), 3, "is wrong", "h").points(1) == 0.5
    assert Answer("x", ("a", "b"), 2).points(3) == 3


def test_the_answer_reads_as_it_should():
    found = checks.check_psnr(PSNR_OF_THE_MEAN_ERROR)
    first, second, third = repr(found).splitlines()
    assert first.startswith("\N{BALLOT X} my_psnr gives ") and second.startswith("  Hint: ")
    assert third == "  Right so far: two images, 8-bit images."


def test_the_readme_shows_what_a_check_says():
    assert repr(checks.check_psnr(PSNR_OF_THE_MEAN_ERROR)) in (ROOT / "README.md").read_text("utf-8")


def test_a_console_without_ticks_gets_words(monkeypatch):
    class Console:
        encoding = "cp1252"

    monkeypatch.setattr("sys.stdout", Console())
    assert repr(Answer("my_x", ("a",), 1)) == "[right] my_x is right: a."
    assert repr(Answer("my_x", (), 1, "is wrong.", "look.")).startswith("[wrong] my_x is wrong.")


def test_a_warning_in_the_learners_function_is_not_printed(capfd):
    """nbgrader gives no points to a cell that wrote to standard error."""

    def loud(a, b):
        print("working", file=sys.stderr)
        warnings.warn("beware", stacklevel=1)
        np.log(np.zeros(1))
        return srlib.psnr(a, b)

    assert checks.check_psnr(loud)
    assert capfd.readouterr().err == ""


def test_windows_of_the_ssim_exercise_agree_with_skimage():
    """The one formula that a check computes by itself."""
    from srlib.checks.e04b_ssim import _ssim, _windows

    for kind in ("darker", "noise", "opposite", "flat"):
        a, b = _windows(kind)
        assert a.shape == b.shape == (7, 7) and min(a.min(), b.min()) >= 0 and max(a.max(), b.max()) <= 1
        assert _ssim(a, b) == pytest.approx(answers_to("e04b_ssim").ssim_by_skimage(a, b), abs=1e-9)
    assert sliding_window_view(a, (7, 7)).shape[:2] == (1, 1)


@pytest.mark.parametrize(
    "check, answer",
    [
        (checks.check_split, lambda names: (names, None, [])),
        (checks.check_prepare, lambda images, photographs, held_out: ([[1], [1, 2]], images)),
        (checks.check_psnr, lambda a, b: [[1], [1, 2]]),
        (checks.check_block, lambda x: keras.Input(x.shape[1:])),
        (checks.check_psnr, lambda a, b: sys.exit()),
    ],
    ids=["nothing for a list", "ragged images", "ragged numbers", "not of x", "the end"],
)
def test_what_no_step_foresaw_is_answered_not_raised(check, answer):
    found = check(answer)
    assert not found and found.hint and found.points(10) < 10
