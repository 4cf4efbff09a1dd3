"""JupyterLab in a real browser: lessons 00 and 07 run from their first cell to their last; explorer and quiz answer.

Needs Chromium and Playwright's Python package (`pip install -e ".[browser]"`); skipped with a word without them.
"""

import io
import json
import os
import re
import subprocess
import sys
import time
from pathlib import Path

import nbformat
import numpy as np
import pytest
from _browser import barriers, chromium
from _lessons import quick
from PIL import Image

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[1]
LESSONS = ("00_start_here", "07_your_photos")
QUIZ = "exercises/quiz"
WIDTHS = (1280, 900)  # of the window: a laptop's, and half of a large screen
PATIENCE = 900_000  # milliseconds for a lesson: it takes about one minute, on a machine that does nothing else


@pytest.fixture(scope="module")
def lab(tmp_path_factory):
    """JupyterLab on a copy of the two lessons and the quiz, with settings of its own; its address, and a folder for screenshots."""
    place = tmp_path_factory.mktemp("lab")
    lessons, config, settings = place / "lessons", place / "config", place / "settings"
    lessons.mkdir()
    (lessons / QUIZ).parent.mkdir()
    for lesson in (*LESSONS, QUIZ):
        notebook = nbformat.read(ROOT / "notebooks" / f"{lesson}.ipynb", as_version=4)
        for cell in notebook.cells:  # what is stored must not be taken for what is run
            if cell.cell_type == "code":
                cell.outputs, cell.execution_count = [], None
        # the plain tier trains as long as the lesson says, and compares what it prints
        nbformat.write(quick(notebook), lessons / f"{lesson}.ipynb")
    for file, told in {
        config / "labconfig" / "page_config.json": {
            "disabledExtensions": {"@jupyterlab/apputils-extension:announcements": True}
        },
        # every cell in the page, not only those that are in view: so that all can be looked at
        settings / "@jupyterlab" / "notebook-extension" / "tracker.jupyterlab-settings": {"windowingMode": "none"},
    }.items():
        file.parent.mkdir(parents=True)
        file.write_text(json.dumps(told))
    inherited = {k: v for k, v in os.environ.items() if k != "MPLBACKEND"}  # the tests' own; notebooks draw inline
    own = {
        "JUPYTER_CONFIG_DIR": str(config),
        "JUPYTERLAB_SETTINGS_DIR": str(settings),
        "JUPYTERLAB_WORKSPACES_DIR": str(place / "workspaces"),
        "JUPYTER_RUNTIME_DIR": str(place / "runtime"),
        "IPYTHONDIR": str(place / "ipython"),
        "PYTHONPATH": str(ROOT),
    }
    command = [sys.executable, "-m", "jupyterlab", "--no-browser", "--ip=127.0.0.1", "--port=0", "--allow-root"]
    with open(place / "log", "w") as log:
        server = subprocess.Popen(
            [*command, f"--ServerApp.root_dir={lessons}", "--IdentityProvider.token=lessons"],
            env={**inherited, **own}, stdout=log, stderr=subprocess.STDOUT,
        )  # fmt: skip
    try:
        yield wait_for(place, server), place
    finally:
        server.terminate()
        try:
            server.wait(30)
        except subprocess.TimeoutExpired:  # it waits for a kernel: nothing is left to lose
            server.kill()
            server.wait()


def wait_for(place, server):
    """The address of the server, once it answers."""
    for _ in range(900):
        for file in (place / "runtime").glob("jpserver-*.json"):
            try:
                return json.loads(file.read_text())["url"]
            except ValueError:  # half written
                pass
        if server.poll() is not None:
            break
        time.sleep(0.2)
    pytest.fail(f"JupyterLab does not start: {(place / 'log').read_text()[-2000:]}")


@pytest.fixture(scope="module")
def browser(tmp_path_factory):
    """A context of headless Chromium."""
    size = {"width": WIDTHS[0], "height": 900}
    with chromium(tmp_path_factory.mktemp("profile"), viewport=size) as context:
        yield context


def run_lesson(browser, lab, lesson):
    """Open a lesson, choose Run All Cells, and wait until every cell has its number; the page."""
    address = lab[0]
    page = browser.new_page()
    page.set_default_timeout(120_000)
    # a workspace of its own, or the lesson that was open before would come back beside it
    page.goto(f"{address}lab/workspaces/{Path(lesson).name}/tree/{lesson}.ipynb?token=lessons")
    page.locator(".jp-Notebook .jp-CodeCell").first.wait_for()
    page.get_by_text("| Idle").first.wait_for()  # in the status bar: the kernel has answered
    page.get_by_role("menubar").get_by_text("Run", exact=True).click()
    page.get_by_text("Run All Cells", exact=True).click()
    prompts = page.locator(".jp-CodeCell .jp-InputPrompt")
    count = prompts.count()
    last = f"[...document.querySelectorAll('.jp-CodeCell .jp-InputPrompt')].at(-1).innerText === '[{count}]:'"
    failed = "document.querySelector('[data-mime-type=\"application/vnd.jupyter.error\"]')"
    page.wait_for_function(f"{last} || {failed}", timeout=PATIENCE)
    assert page.locator('[data-mime-type="application/vnd.jupyter.error"]').count() == 0, page.locator(
        '[data-mime-type="application/vnd.jupyter.error"]'
    ).first.inner_text()
    assert prompts.all_inner_texts() == [f"[{n + 1}]:" for n in range(count)]
    assert page.locator('[data-mime-type="application/vnd.jupyter.stderr"]').count() == 0
    height = page.evaluate("document.querySelector('.jp-WindowedPanel-outer').scrollHeight")
    page.set_viewport_size({"width": WIDTHS[0], "height": height + 200})  # the whole lesson, to be looked at
    page.evaluate("document.querySelector('.jp-WindowedPanel-outer').scrollTop = 0")
    page.wait_for_timeout(1000)
    page.screenshot(path=lab[1] / f"{Path(lesson).name}.png")
    page.set_viewport_size({"width": WIDTHS[0], "height": 900})
    return page


def pixels(locator):
    """What an element looks like."""
    return np.asarray(Image.open(io.BytesIO(locator.screenshot())).convert("RGB"))


def until(condition, what, seconds=20):
    """Wait until the page has followed."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, f"waited {seconds} s in vain: {what}"
        time.sleep(0.1)


def drag(page, slider, share):
    """Take a slider's handle to a share of its length."""
    slider.scroll_into_view_if_needed()
    handle, rail = slider.locator(".noUi-handle").bounding_box(), slider.locator(".noUi-base").bounding_box()
    page.mouse.move(handle["x"] + handle["width"] / 2, handle["y"] + handle["height"] / 2)
    page.mouse.down()
    page.mouse.move(rail["x"] + share * rail["width"], rail["y"] + rail["height"] / 2, steps=8)
    page.mouse.up()


def test_lesson_00_runs_in_the_browser(browser, lab):
    page = run_lesson(browser, lab, "00_start_here")
    assert page.locator(".jp-OutputArea img").count() >= 5
    for image in page.locator(".jp-OutputArea img").all():
        box = image.bounding_box()
        assert box["width"] > 100 and box["height"] > 80
    page.close()


@pytest.fixture(scope="module")
def lesson_06(browser, lab):
    """Lesson 06, run, with the explorer live; the page and the explorer."""
    page = run_lesson(browser, lab, "07_your_photos")
    explorer = page.locator(".srlib-explorer")
    explorer.scroll_into_view_if_needed()
    explorer.locator("table").wait_for()
    return page, explorer


def overflowing(explorer):
    """Labels, buttons and choices of the explorer whose words do not fit, and parts that leave it."""
    return explorer.evaluate(
        """root => {
            const edge = root.getBoundingClientRect(), found = [];
            for (const e of root.querySelectorAll('.widget-label, button, .srlib-label, .srlib-names, td, th'))
                if (e.offsetParent && e.scrollWidth > e.clientWidth + 1) found.push('cut: ' + e.innerText);
            for (const e of root.querySelectorAll('img, select, button, table, .widget-slider, .widget-html'))
                if (e.offsetParent && e.getBoundingClientRect().right > edge.right + 1) found.push('outside: ' + e.className);
            for (const e of root.querySelectorAll('select')) {
                const pen = document.createElement('canvas').getContext('2d'), style = getComputedStyle(e);
                pen.font = style.fontSize + ' ' + style.fontFamily;
                const room = e.clientWidth - parseFloat(style.paddingLeft) - parseFloat(style.paddingRight);
                const words = e.selectedOptions[0].text;
                if (pen.measureText(words).width > room) found.push('choice cut: ' + words);
            }
            return found;
        }"""
    )


@pytest.mark.parametrize("width", WIDTHS)
def test_the_explorer_fits_the_notebook(lesson_06, lab, width):
    page, explorer = lesson_06
    page.set_viewport_size({"width": width, "height": 1500})
    page.wait_for_timeout(500)
    explorer.scroll_into_view_if_needed()
    explorer.screenshot(path=lab[1] / f"explorer-{width}.png")
    page.screenshot(path=lab[1] / f"page-{width}.png")
    area = explorer.locator("xpath=ancestor::*[contains(@class, 'jp-OutputArea-output')][1]").bounding_box()
    box = explorer.bounding_box()
    assert area["x"] - 1 <= box["x"] and box["x"] + box["width"] <= area["x"] + area["width"] + 1
    assert overflowing(explorer) == []
    page.set_viewport_size({"width": WIDTHS[0], "height": 900})


def test_the_live_explorer_hides_the_still_image(lesson_06):
    _, explorer = lesson_06
    cell = explorer.locator("xpath=ancestor::*[contains(@class, 'jp-CodeCell')][1]")
    still = cell.locator(".jp-RenderedImage img")
    assert still.count() == 1 and not still.is_visible()


def test_moving_the_slider_changes_the_image(lesson_06):
    page, explorer = lesson_06
    image, slider = explorer.locator("img").first, explorer.locator(".widget-slider").first
    seen, numbers = pixels(image), explorer.locator("table").inner_text()
    drag(page, slider, 0.9)
    until(lambda: not np.array_equal(pixels(image), seen), "the image follows the slider")
    seen_right = pixels(image)
    drag(page, slider, 0.1)
    until(lambda: not np.array_equal(pixels(image), seen_right), "the image follows the slider back")
    # the line is where the handle is
    handle, box = slider.locator(".noUi-handle").bounding_box(), image.bounding_box()
    line = np.flatnonzero((pixels(image)[5:40] > 250).all((0, 2)))
    assert abs(handle["x"] + handle["width"] / 2 - box["x"] - line.mean()) < 0.03 * box["width"]
    assert explorer.locator("table").inner_text() == numbers


def choose(explorer, label, words):
    """Choose in the dropdown that bears a label."""
    dropdown = explorer.locator(".widget-dropdown").filter(has=explorer.page.get_by_text(label, exact=True))
    dropdown.locator("select").select_option(words)


def test_choosing_changes_the_image_and_the_numbers(lesson_06):
    explorer = lesson_06[1]
    image, table = explorer.locator("img").first, explorer.locator("table")
    for label, words in (("downscale", "area"), ("with", "noise"), ("before", "Lanczos"), ("scale", "3")):
        seen, numbers = pixels(image), table.inner_text()
        choose(explorer, label, words)
        until(lambda numbers=numbers: table.inner_text() != numbers, f"the numbers follow {label}")
        until(lambda seen=seen: not np.array_equal(pixels(image), seen), f"the image follows {label}")
    choose(explorer, "scale", "2")
    offered = explorer.locator(".widget-dropdown", has_text="after").locator("option")
    until(lambda: "small_x2" in offered.all_text_contents(), "the networks come back")


def test_uploading(lesson_06, lab, make_image):
    page, explorer = lesson_06
    table = explorer.locator("table")
    for name, content in (("words.png", b"no image"), ("mine.png", None)):
        file = lab[1] / name
        if content is None:
            Image.fromarray(make_image(700, 600)).save(file)
        else:
            file.write_bytes(content)
        numbers, seen = table.inner_text(), pixels(explorer.locator("img").first)
        with page.expect_file_chooser() as chooser:
            explorer.locator("button", has_text="Upload").click()
        chooser.value.set_files(file)
        if content is None:
            until(lambda numbers=numbers: table.inner_text() != numbers, "the upload is judged")
            until(lambda seen=seen: not np.array_equal(pixels(explorer.locator("img").first), seen), "and shown")
            assert "of 600 x 700: its middle" in explorer.inner_text()
        else:
            until(lambda: "words.png is not an image" in explorer.inner_text(), "the bad upload is refused")
            assert table.inner_text() == numbers
    explorer.screenshot(path=lab[1] / "explorer-upload.png")
    assert overflowing(explorer) == []


# -- the quiz ---------------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def quiz(browser, lab):
    """The quiz, run; the page, and its part that is the quiz."""
    page = run_lesson(browser, lab, QUIZ)
    page.set_viewport_size({"width": WIDTHS[0], "height": 900})
    return page, page.locator(".srlib-quiz")


def test_the_quiz_answers_to_the_keyboard(quiz):
    """Nothing is told before one asks; then what belongs to the answer chosen, and the notebook keeps its place."""
    page, part = quiz
    first = part.locator("fieldset").first
    radios, told = first.get_by_role("radio"), first.get_by_role("status")
    selected = page.locator(".jp-Notebook .jp-mod-selected .jp-InputPrompt")
    cell = selected.all_inner_texts()
    radios.first.focus()
    page.keyboard.press("Space")
    page.keyboard.press("ArrowDown")
    assert radios.nth(1).is_checked() and not told.is_visible()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    answer = told.inner_text()
    assert re.match(r"Right\. |Not this one\. ", answer) and "\n" not in answer
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("ArrowDown")
    assert radios.nth(2).is_checked() and told.inner_text() not in (answer, "")
    assert selected.all_inner_texts() == cell
    second = part.locator("fieldset").nth(1)
    second.get_by_text("Check answer").click()
    assert second.get_by_role("status").inner_text() == "Choose an answer first."


def test_nothing_of_the_quiz_is_a_barrier(quiz, lab):
    _, part = quiz
    part.evaluate("part => part.querySelectorAll('details').forEach(fold => (fold.open = true))")
    for place in range(3):  # so that right and wrong answers are both looked at
        for question in part.locator("fieldset").all():
            question.get_by_role("radio").nth(place).check()
        assert barriers(part.page, ".srlib-quiz") == []
    part.locator("fieldset").nth(3).screenshot(path=lab[1] / "quiz-answered.png")
