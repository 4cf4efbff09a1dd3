"""Slides: made of Markdown and the lessons' stored figures, one file that asks for nothing, and turned by keys."""

import re

import nbformat
import pytest
import slides
from _browser import barriers, chromium
from nbformat.v4 import new_code_cell, new_notebook, new_output


@pytest.fixture(scope="module")
def page(tmp_path_factory):
    out = tmp_path_factory.mktemp("slides") / "build" / "slides.html"
    assert slides.main(["-o", str(out)]) == 0
    return out


def test_the_slides_of_the_meeting_hold_their_figures_with_words_and_ask_for_nothing(page):
    text = page.read_text("utf-8")
    figures = re.findall(r'<img alt="([^"]{16,})" src="data:image/png;base64,[\w+/=]+">', text)
    assert len(figures) == text.count("<img") == slides.SOURCE.read_text("utf-8").count("[figure]") >= 6
    assert text.count("<section") >= 12 and text.count("<section") == text.count("<h1>")
    assert not re.search(r"(src|href)=\"(?!data:)|url\(|@import|https?:|\[figure\]", text)
    assert len(text) < 4e6


def lesson(folder, *figures):
    """A notebook with a figure for each (code, alternative text)."""
    picture = lambda alt: new_output("display_data", {"image/png": "AA\nAA"}, metadata={"image/png": {"alt": alt}})
    cells = [new_code_cell(code, outputs=[picture(alt)]) for code, alt in figures]
    nbformat.write(new_notebook(cells=cells), folder / "lesson.ipynb")


def test_a_small_source(tmp_path):
    lesson(tmp_path, ("show(a)", "first"), ("show(b)", 'a "b" & c'))
    source = tmp_path / "mine.md"
    source.write_text('# One\n\n[figure](lesson.ipynb "show(b")\n\nNote: say *this*\n\n---\n\n# Two\n')
    text = slides.page(source)
    assert '<img alt="a &quot;b&quot; &amp; c" src="data:image/png;base64,AAAA">' in text and 'alt="first"' not in text
    assert "<title>One</title>" in text and "<em>this</em>" in text and text.count("<aside") == 1
    assert text.count("<section") == 2 and 'aria-label="Slide 2 of 2"' in text


@pytest.mark.parametrize(
    "words, told", [("show(x", "expected words from one of: show(a); show(b)"), ("show(b", "has no alternative text")]
)
def test_a_figure_that_cannot_be_shown_is_refused_in_one_line(words, told, tmp_path, capsys):
    lesson(tmp_path, ("show(a)", "first"), ("x = 1\nshow(b)", ""))
    (tmp_path / "mine.md").write_text(f'# One\n\n[figure](lesson.ipynb "{words}")\n')
    assert slides.main([str(tmp_path / "mine.md"), "-o", str(tmp_path / "out.html")]) == 1
    error = capsys.readouterr().err
    assert error.startswith("slides: ") and error.count("\n") == 1 and told in error
    assert not (tmp_path / "out.html").exists()


@pytest.mark.slow
def test_keys_turn_the_slides_in_both_windows_and_nothing_is_a_barrier(page, tmp_path):
    with chromium(tmp_path / "profile", viewport={"width": 1280, "height": 720}) as context:
        window, asked = context.new_page(), []
        window.on("request", lambda request: asked.append(request.url))
        window.goto(page.as_uri())
        count = window.locator("section").count()
        seen = lambda of: of.locator("nav span").inner_text()
        for number in range(1, count + 1):
            assert seen(window) == f"{number} / {count}" and window.locator("section:visible").count() == 1
            assert barriers(window, "html") == []
            assert window.evaluate(
                "(s => s.scrollHeight <= s.clientHeight)(document.querySelector('section:not([hidden])'))"
            )
            window.keyboard.press("ArrowRight")
        window.keyboard.press("Home")
        assert seen(window) == f"1 / {count}" and not window.locator("aside:visible").count()
        with context.expect_page() as opened:
            window.keyboard.press("s")
        notes = opened.value
        notes.locator("aside:visible").wait_for()
        assert barriers(notes, "html") == []
        notes.keyboard.press("PageDown")
        window.wait_for_function("document.querySelector('nav span').textContent.startsWith('2 /')")
        window.get_by_role("button", name="Next slide").click()
        notes.wait_for_function("document.querySelector('nav span').textContent.startsWith('3 /')")
        assert window.pdf(prefer_css_page_size=True).count(b"/Type /Page\n") == count
        assert asked == [page.as_uri()]
