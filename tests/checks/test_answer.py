"""What the checks share: how they call, read and compare, and what they say of it."""

import math
import sys
from fractions import Fraction

import numpy as np
import pytest
from _answers import EXERCISES, answers_to
from hypothesis import given, settings
from hypothesis import strategies as st

import srlib
from srlib.checks import _helpers
from srlib.checks.answer import Answer, Prints, Wrong, judge

FUNCTIONS = [name for name in EXERCISES if name != "e06a_tables"]


# -- prints -----------------------------------------------------------------------------------------------------------------


def test_a_print_in_an_answer_is_shown_once(capsys):
    def talkative(names):
        print("names:", len(names))
        return answers_to("e01a_split").split_sorted(names)

    assert srlib.checks.check_split(talkative)
    assert capsys.readouterr().out.count("names:") == 1


def test_what_is_shown_comes_from_the_call_that_is_judged(capsys):
    def talkative(a, b):
        print("shape", a.shape)
        return answers_to("e04a_psnr").psnr_of_the_mean_error(a, b)

    assert "a batch of three" in srlib.checks.check_psnr(talkative).told
    told = capsys.readouterr().out
    assert told == "(my_psnr printed, when it was last called:)\nshape (3, 10, 14, 3)\n"


def test_a_talkative_answer_is_cut(capsys):
    def talkative(a, b):
        for _ in range(1000):
            print("a long line of words that nobody reads to its end")
        return srlib.psnr(a, b)

    assert srlib.checks.check_psnr(talkative)
    assert len(capsys.readouterr().out) < Prints.MOST + 100


def test_a_silent_answer_prints_nothing(capsys):
    assert srlib.checks.check_psnr(srlib.psnr)
    assert capsys.readouterr().out == ""


# -- arguments --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("given", [[3, 1, 2], {"b": 1, "a": 2}, np.arange(3.0)], ids=["a list", "a dict", "an array"])
def test_what_an_answer_does_to_its_arguments_is_seen_and_reaches_nobody(given):
    before = given.copy()

    def spoilt(argument):
        argument.pop(next(iter(argument))) if isinstance(argument, dict) else argument.__setitem__(0, 9)
        return 1

    with pytest.raises(Wrong, match="changes the") as found:
        _helpers.call(spoilt, given, case="this")
    assert "by reference" in found.value.hint
    assert np.array_equal(given, before) if isinstance(given, np.ndarray) else given == before


def test_the_clock_of_another_day_is_set_back():
    import builtins
    import datetime
    import time

    before = builtins.hash, time.time, datetime.date, datetime.datetime
    srlib.checks.check_split(answers_to("e01a_split").split_of_today)
    assert before == (builtins.hash, time.time, datetime.date, datetime.datetime)


# -- numbers ----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "given", [0.5, np.float32(0.5), np.float16(0.5), np.array(0.5), Fraction(1, 2), np.array(Fraction(1, 2))]
)
def test_any_kind_of_one_number_is_read(given):
    assert _helpers.number(given, "this") == 0.5


@pytest.mark.parametrize(
    "given, hint",
    [
        ("0.5", "text"), (np.str_("0.5"), "text"), ([0.5], "wrapped"), (np.array([[0.5]]), "wrapped"), (True, "question"),
        (np.bool_(True), "question"), ({"mean": 0.5}, "entries"), ((v for v in [0.5]), "yield"), (0.5j, "look at its type"),
        ([0.5, 0.7], "several values"), (np.zeros((2, 3)), "several values"), (math.nan, "0 / 0"), (object(), "look at its type"),
    ],
)  # fmt: skip
def test_what_is_not_one_number_is_refused_with_a_hint(given, hint):
    with pytest.raises(Wrong) as found:
        _helpers.number(given, "this")
    assert hint in found.value.hint and "for this" in found.value.told


_NUMBERS = st.floats(-1e3, 1e3)


@settings(deadline=None)
@given(right=_NUMBERS, off=st.floats(-0.02, 0.02) | _NUMBERS, digits=st.integers(0, 5))
def test_no_sentence_about_a_wrong_number_contradicts_itself(right, off, digits):
    got = right + off
    try:
        _helpers.compare_number(got, right, "this", digits=digits, otherwise="look.")
    except Wrong as wrong:
        given, expected = wrong.told.removesuffix(".").split(" for this; expected ")
        assert given.removeprefix("gives ") != expected and wrong.hint
    else:
        assert abs(got - right) <= 6e-4


@settings(deadline=None)
@given(right=st.floats(0.01, 100), decimals=st.integers(0, 6))
def test_a_rounded_number_is_taken_or_told_that_it_is_rounded(right, decimals):
    got = round(right, decimals)
    try:
        remark = _helpers.compare_number(got, right, "this", digits=2)
    except Wrong as wrong:
        assert abs(got - right) > 6e-4
        assert "rounded to" in wrong.hint or abs(got - right) >= 0.1 * right or (decimals == 0 and right <= 5)
    else:
        assert remark is None or "round what you print" in remark


def test_a_remark_says_what_a_rounding_costs():
    remark = _helpers.compare_number(0.9476, 0.947583, "this")
    assert "4 decimals" in remark and "0.00005" in remark
    assert _helpers.compare_number(0.625, 0.625, "this") is None
    answer = srlib.checks.check_psnr(lambda a, b: round(srlib.psnr(a, b), 2))
    assert answer and "Note: you round to 2 decimals, which costs up to 0.005 dB" in repr(answer)


# -- images -----------------------------------------------------------------------------------------------------------------


def image(seed=0):
    return np.random.default_rng(seed).uniform(0, 1, (5, 7, 3))


@pytest.mark.parametrize(
    "wrong, hint",
    [
        (lambda x: x[::-1], "upside down"), (lambda x: x[:, ::-1], "mirrored"), (lambda x: x[..., ::-1], "red and blue"),
        (lambda x: 1 - x, "light and dark"), (lambda x: 255 * x, "from 0 to 255"), (lambda x: x * 1.1, "1.1 times"),
        (lambda x: x + 0.02, "+0.0200 off"), (lambda x: x.round(2), "2 decimals"), (lambda x: 0 * x, "black"),
        (lambda x: np.rint(255 * x) / 255, "whole levels"), (lambda x: x.mean(-1, keepdims=True) + 0 * x, "colours"),
        (lambda x: np.pad(x[:-1], ((0, 1), (0, 0), (0, 0))), "last row"), (lambda x: image(1), "otherwise"),
    ],
)  # fmt: skip
def test_what_a_wrong_image_has_to_do_with_the_right_one(wrong, hint):
    with pytest.raises(Wrong) as found:
        _helpers.compare_images(wrong(image()), image(), "this", otherwise="otherwise")
    assert hint in found.value.hint


def test_half_precision_is_taken_with_a_remark():
    assert "float16" in _helpers.compare_images(image().astype(np.float16).astype(float), image(), "this")
    assert _helpers.compare_images(image().astype(np.float32).astype(float), image(), "this") is None


# -- whatever an answer returns ----------------------------------------------------------------------------------------------

_LEAVES = st.one_of(
    st.none(), st.booleans(), st.integers(-(10**30), 10**30), st.floats(), st.text(max_size=3), st.just(np.nan),
    st.sampled_from([np.zeros((4, 4)), np.zeros((2, 3, 3), np.uint8), np.array(["a"]), np.array([None]), object(), sys]),
)  # fmt: skip
_ANYTHING = st.recursive(
    _LEAVES, lambda inner: st.one_of(st.lists(inner, max_size=3), st.tuples(inner, inner), st.dictionaries(st.text(max_size=2), inner, max_size=2)),
    max_leaves=4,
)  # fmt: skip


@settings(max_examples=20, deadline=None)
@given(returned=_ANYTHING)
@pytest.mark.parametrize("exercise", FUNCTIONS)
def test_whatever_is_returned_is_answered_in_a_sentence_and_a_hint(exercise, returned):
    answer = answers_to(exercise).check(lambda *_: returned)
    assert not answer and answer.hint and answer.told.endswith((".", "!"))
    assert "Traceback" not in repr(answer) and len(answer.told) < 600


def test_a_step_may_have_several_tests_and_earns_once():
    def fails(_):
        raise Wrong("is wrong.", "look.")

    both = judge("x", None, {"a": lambda _: None, "b": (lambda _: "rounded", fails)})
    assert both.passed == ("a",) and not both
    assert judge("x", None, {"a": (lambda _: "rounded", lambda _: None)}).note == "  Note: rounded"
    assert Answer("x", ("a",), 2, "is wrong", "h").points(2) == 1
