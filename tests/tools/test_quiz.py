"""The quiz: what it asks, that no answer is told by its length or its place, and the cell that shows it."""

import base64
import doctest
import re
from pathlib import Path

import nbformat
import pytest
import quiz

EXERCISES = Path(__file__).parents[2] / "notebooks" / "exercises"
SOURCE = (EXERCISES / "source" / "quiz.py").read_text("utf-8")
QUESTIONS = quiz.questions_of(SOURCE)
CORE = {"00", "01", "02", "03", "04", "07"}


def answers(question):
    return [question["right"], *question["wrong"]]


def test_the_core_lessons_come_first_and_every_question_says_a_word_on_each_answer():
    lessons = [question["lesson"] for question in QUESTIONS]
    assert set(lessons) >= CORE and lessons == [n for n in lessons if n in CORE] + [n for n in lessons if n not in CORE]
    assert len(QUESTIONS) == 16 and "# # Quiz: sixteen questions" in SOURCE
    for question in QUESTIONS:
        assert 3 <= len(answers(question)) <= 5 and len({answer for answer, _ in answers(question)}) >= 3
        assert all(len(word) > 15 for _, word in answers(question))


def tell(questions):
    """In how many questions the right answer alone is the longest, and alone the shortest; the worst ratio of lengths."""
    lengths = [[len(answer) for answer, _ in answers(question)] for question in questions]
    longest = sum(right > max(wrong) for right, *wrong in lengths)
    shortest = sum(right < min(wrong) for right, *wrong in lengths)
    return longest, shortest, max(max(these) / min(these) for these in lengths)


def test_no_answer_is_told_by_its_length():
    longest, shortest, ratio = tell(QUESTIONS)
    assert longest <= len(QUESTIONS) / 3 and shortest <= len(QUESTIONS) / 3 and ratio <= 1.25
    assert tell([{"right": ("because of this", ""), "wrong": [("no", ""), ("never", "")]}]) == (1, 0, 7.5)


def test_no_answer_is_told_by_its_place():
    places = [sorted(answer for answer, _ in answers(q)).index(q["right"][0]) for q in QUESTIONS]
    assert all(places.count(place) <= len(QUESTIONS) / 2 for place in places) and len(set(places)) >= 3


def test_the_copy_shows_the_quiz_hides_the_answers_and_needs_nothing():
    notebook = nbformat.read(EXERCISES / "quiz.ipynb", as_version=4)
    (cell,) = (cell for cell in notebook.cells if cell.cell_type == "code")  # no installing cell in between
    assert not any(text in cell.source for text in ("srlib", QUESTIONS[0]["question"], QUESTIONS[0]["right"][0]))
    space = {}
    exec(cell.source.replace("HTML(base64", "shown = HTML(base64"), space)
    assert space["shown"].data == quiz.html(QUESTIONS)


def test_the_html_has_no_script_and_asks_for_nothing():
    made = quiz.html(QUESTIONS)
    assert not re.search(r"<script|https?:|url\(|@import|<img", made)
    assert made.count("<fieldset>") == made.count("<legend>") == made.count('class="right"') == len(QUESTIONS)
    assert made.count("<label>") == sum(len(answers(question)) for question in QUESTIONS)
    assert quiz.html([QUESTIONS[0] | {"question": "1 < 2 & <b>"}]).count("1 &lt; 2 &amp; &lt;b&gt;") == 1


def luminance(colour):
    """Of a colour such as #fff, as the guidelines for accessible pages define it."""
    digits = colour[1:] if len(colour) == 7 else "".join(2 * digit for digit in colour[1:])
    values = [int(digits[i : i + 2], 16) / 255 for i in (0, 2, 4)]
    linear = [v / 12.92 if v <= 0.04045 else ((v + 0.055) / 1.055) ** 2.4 for v in values]
    return sum(weight * v for weight, v in zip((0.2126, 0.7152, 0.0722), linear))


def test_every_text_stands_out_from_its_ground():
    colours = re.findall(r"[{;] color: (#\w+)", quiz.STYLE)
    contrast = {colour: (luminance("#fff") + 0.05) / (luminance(colour) + 0.05) for colour in colours}
    assert len(contrast) == 4 and min(contrast.values()) >= 4.5 and "background: #fff" in quiz.STYLE
    assert (luminance("#fff") + 0.05) / (luminance("#87a878") + 0.05) == pytest.approx(2.7, abs=0.1)  # the quiz before


def test_the_example_is_right():
    assert doctest.testmod(quiz) == (0, 2)


def test_a_source_with_more_than_questions_is_refused():
    with pytest.raises(ValueError, match="too many values"):
        quiz.cell("questions = []\nprint(questions)")
    assert base64.b64encode(b"<div class").decode()[:8] in quiz.cell(SOURCE)
