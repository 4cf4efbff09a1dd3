"""A headless Chromium for tests: skipped with a word where there is none; where it is required, as in CI, a failure."""

import contextlib
import os
import shutil

import pytest

# No screen, no graphics card, and nothing asked of the network outside.
SWITCHES = (
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--disable-dev-shm-usage",
)  # fmt: skip


def lacking(sentence):
    """Skip; where the browser is required, fail."""
    if os.environ.get("SRLIB_REQUIRE_BROWSER") == "1":
        pytest.fail(sentence)
    pytest.skip(sentence)


@contextlib.contextmanager
def chromium(profile, **options):
    """A context of headless Chromium with an empty profile, a folder."""
    program = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if program is None:
        lacking("there is no Chromium here; expected the program chromium: install your system's package.")
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        lacking("Playwright is not installed; expected its Python package: pip install -e '.[browser]'.")
    with sync_playwright() as playwright:
        context = playwright.chromium.launch_persistent_context(
            profile, executable_path=program, headless=True, args=list(SWITCHES), **options
        )
        yield context
        context.close()


def barriers(page, part):
    """What axe-core finds in a part of a page, given by a selector: a list of sentences, empty where there is nothing."""
    try:
        from axe_playwright_python.sync_playwright import Axe
    except ImportError:
        lacking("axe-core is not installed; expected axe-playwright-python: pip install -e '.[browser]'.")
    found = Axe().run(page, context=part).response
    assert found["passes"], f"nothing was looked at in {part}"
    return [
        f"{fault['impact']}: {fault['help']} {node['target']}"
        for fault in found["violations"]
        for node in fault["nodes"]
    ]
