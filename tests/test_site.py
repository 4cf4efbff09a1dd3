"""The site: built without a network, with a page for everything, no broken link, and nothing from another host.

The build is slow (a quarter of a minute); what can be tested without it is tested in the plain tier.
"""

import importlib.util
import json
import re
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path

import pytest

import srlib

ROOT = Path(__file__).parents[1]
NOTEBOOKS = sorted(ROOT.glob("notebooks/*.ipynb"))
EXERCISES = sorted(ROOT.glob("notebooks/exercises/*.ipynb"))
# What the build runs in: a connection to anywhere is an error, and so is a deep-learning framework.
ALONE = """
import runpy, socket, sys
def refused(*arguments):
    raise AssertionError(f"the build connects to {arguments[1:]}")
socket.socket.connect = socket.getaddrinfo = refused
for name in ("keras", "tensorflow", "jax", "torch"):
    sys.modules[name] = None
sys.path.insert(0, "docs")
sys.argv = ["docs/build.py", sys.argv[1]]
runpy.run_path("docs/build.py", run_name="__main__")
"""


def script(name):
    """A program of docs/, which is no package."""
    spec = importlib.util.spec_from_file_location(f"docs_{name}", ROOT / "docs" / f"{name}.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


links, build = script("links"), script("build")


class Elements(HTMLParser):
    """The attributes of all elements of a page, by tag."""

    def __init__(self, text):
        super().__init__()
        self.found = {}
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        self.found.setdefault(tag, []).append(dict(attributes))


def stored_texts(notebook):
    """The alternative text of every picture that a notebook stores."""
    cells = json.loads(notebook.read_text("utf-8"))["cells"]
    outputs = [output for cell in cells for output in cell.get("outputs", ())]
    return [o["metadata"].get("image/png", {}).get("alt") for o in outputs if "image/png" in o.get("data", {})]


# -- without a build --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("lesson", NOTEBOOKS, ids=lambda path: path.stem)
def test_every_figure_of_a_lesson_says_what_it_shows(lesson):
    texts = stored_texts(lesson)
    assert texts and all(text and len(text) > 15 for text in texts)


GOOD = '<p id="here"></p><a href="#here">a</a><a href="b.html#there">b</a><a href="https://example.org">c</a><img src="i.png" alt="an i">'
FAULTS = {
    '<a href="c.html">': "c.html is not there",
    '<a href="b.html#nowhere">': "b.html#nowhere has no such anchor",
    '<a href="#nowhere">': "#nowhere has no such anchor",
    '<a href="../outside.html">': "../outside.html is not there",
    '<img src="j.png" alt="a j">': "j.png is not there",
    '<img src="i.png">': "the image i.png has no alternative text",
    '<img src="i.png" alt="">': "the image i.png has no alternative text",
    '<img src="https://example.org/i.png" alt="an i">': "https://example.org/i.png is fetched from another host",
    '<img src="i.png" srcset="//example.org/i.png 2x" alt="an i">': "//example.org/i.png is fetched from another host",
    '<script src="https://example.org/m.js">': "https://example.org/m.js is fetched from another host",
    '<link rel="stylesheet" href="//example.org/s.css">': "//example.org/s.css is fetched from another host",
    '<iframe src="https://example.org">': "https://example.org is fetched from another host",
    '<p style="background: url(https://example.org/i.png)">': "https://example.org is fetched from another host",
    "<style>@import 'https://example.org/s.css'</style>": "https://example.org is fetched from another host",
    "<script>fetch('https://example.org/data')</script>": "https://example.org is fetched from another host",
}


def small_site(folder, more="", style="p { color: red } /* url(https://example.org) */"):
    (folder / "outside.html").write_text("")
    site = folder / "site"
    site.mkdir()
    (site / "a.html").write_text(GOOD + more)
    (site / "b.html").write_text('<p id="there"></p>')
    (site / "i.png").write_bytes(b"")
    (site / "s.css").write_text(style)
    return site


def test_a_good_site_is_let_through(tmp_path):
    assert links.check(small_site(tmp_path)) == (3, [])


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_of_a_site_is_seen(fault, tmp_path):
    assert links.check(small_site(tmp_path, fault))[1] == [f"a.html: {FAULTS[fault]}"]


@pytest.mark.parametrize(
    "style", ["@import url(https://example.org/s.css)", "p { background: url('//example.org/i') }"]
)
def test_a_style_sheet_that_fetches_is_seen(style, tmp_path):
    (wrong,) = links.check(small_site(tmp_path, style=style))[1]
    assert wrong.startswith("s.css: ") and wrong.endswith("//example.org is fetched from another host")


def test_what_is_no_page_is_linked_where_it_is_kept():
    page, kept = Path("notebooks/exercises/README.md"), {Path("notebooks/exercises/quiz.ipynb")}
    put = lambda text: build.for_the_site(text, page, kept, "https://host/srlib")
    assert put("[a](source/quiz.py)") == "[a](https://host/srlib/blob/main/notebooks/exercises/source/quiz.py)"
    for same in ("[a](quiz.ipynb)", "[a](https://example.org)", "[a](#top)", "[a](nowhere.md)"):
        assert put(same) == same
    assert put("[![Open in Colab](https://x/badge.svg)](https://y)") == "[Open in Colab](https://y)"


def test_what_a_cell_prints_is_one_piece():
    stream = lambda text, name="stdout": {"output_type": "stream", "name": name, "text": text}
    figure = {"output_type": "display_data", "data": {}}
    pieces = [stream("a"), stream(["\n", "b"]), figure, stream("c"), stream("d", "stderr")]
    assert build.joined(pieces) == [stream("a\nb"), figure, stream("c"), stream("d", "stderr")]


def test_a_folder_of_something_else_is_not_replaced(tmp_path):
    (tmp_path / "mine.txt").write_text("mine")
    with pytest.raises(SystemExit, match="holds something else"):
        build.main([str(tmp_path)])
    assert (tmp_path / "mine.txt").read_text() == "mine"


# -- with one ---------------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    out = tmp_path_factory.mktemp("site") / "out"
    done = subprocess.run([sys.executable, "-c", ALONE, out], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-3000:] + done.stdout[-3000:]
    assert re.search(r"\d{4,} links, 0 of them broken", done.stdout)
    assert not done.stderr
    return out


@pytest.mark.slow
def test_every_public_name_has_its_page(site):
    names = [name for name in srlib.__all__ if name not in ("show", "checks", "__version__")]
    names += [f"{space}.{name}" for space in ("show", "checks") for name in getattr(srlib, space).__all__]
    overview = (site / "api" / "index.html").read_text("utf-8")
    for name in names:
        page = (site / "api" / f"{name}.html").read_text("utf-8")
        assert f'id="srlib.{name}"' in page, name
        assert f'href="{name}.html"' in overview


@pytest.mark.slow
def test_every_lesson_and_exercise_has_its_page_in_order(site):
    home = Elements((site / "index.html").read_text("utf-8"))
    listed = [a["href"] for a in home.found["a"] if re.fullmatch(r"notebooks/\d\w+\.html", a.get("href", ""))]
    lessons = [f"notebooks/{path.stem}.html" for path in NOTEBOOKS]
    assert [href for i, href in enumerate(listed) if href not in listed[:i]] == lessons
    assert all((site / "notebooks" / "exercises" / f"{path.stem}.html").exists() for path in EXERCISES)


@pytest.mark.slow
@pytest.mark.parametrize("lesson", NOTEBOOKS, ids=lambda path: path.stem)
def test_the_figures_of_a_lesson_arrive_with_their_words(lesson, site):
    page = Elements((site / "notebooks" / f"{lesson.stem}.html").read_text("utf-8"))
    assert [image["alt"] for image in page.found["img"]] == stored_texts(lesson)


@pytest.mark.slow
def test_the_quiz_can_be_taken_and_the_slides_are_there(site):
    exercises = site / "notebooks" / "exercises"
    assert (exercises / "quiz.html").read_text("utf-8").count('class="right"') == 16
    assert (exercises / "slides.html").read_text("utf-8").count("<section") >= 12
    assert 'href="notebooks/exercises/slides.html"' in (site / "exercises.html").read_text("utf-8")


@pytest.mark.slow
def test_the_site_can_be_searched(site):
    index = (site / "searchindex.js").read_text("utf-8")
    assert '"alias":' in index and '"Aliasing: detail in disguise":' in index  # a word's stem, and a heading


@pytest.mark.slow
def test_formulas_need_no_script(site):
    text = (site / "notebooks" / "04_results.html").read_text("utf-8")
    assert text.count("<math") >= 8 and "$$" not in text
    assert not [script for script in Elements(text).found["script"] if "mathjax" in script.get("src", "").lower()]


@pytest.mark.slow
def test_the_board_is_that_of_the_library(site):
    text = re.sub(r"<[^>]+>", "", (site / "board.html").read_text("utf-8"))
    for scale in (2, 3, 4):
        for row in srlib.leaderboard(scale):
            assert row.method in text and all(cell in text for cell in row.cells())
