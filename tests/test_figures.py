"""The README's pictures and table: made by a command, shown, and up to date."""

import re
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from srlib import figures
from srlib.cli import main

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text()


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """The command run beside a copy of the README whose table was emptied."""
    place = tmp_path_factory.mktemp("clone")
    emptied = README
    for begin, end in figures.MARKS.values():
        before, _, rest = emptied.partition(begin)
        emptied = f"{before}{begin}\n{end}{rest.partition(end)[2]}"
    assert emptied != README
    (place / "README.md").write_text(emptied)
    assert main(["figures", "--out", str(place / "figures")]) == 0
    return place


def test_the_command_remakes_every_picture_and_nothing_else(made):
    names = sorted(p.name for p in (made / "figures").iterdir())
    assert names == sorted(p.name for p in (ROOT / "figures").iterdir())
    for name in names:
        if name.endswith(".png"):
            new, old = (np.asarray(Image.open(d / "figures" / name).convert("L"), float) for d in (made, ROOT))
            assert new.shape == old.shape, f"{name} has another size: run `srlib figures`"
            assert np.abs(new - old).mean() < 3, f"{name} shows something else: run `srlib figures`"


def test_the_readme_shows_every_picture():
    shown = set(re.findall(r"!\[[^\]]{20,}\]\(figures/([\w.]+)\)", README))
    made = {p.name for p in (ROOT / "figures").glob("*.png")}
    assert shown <= made
    assert made - shown <= {"subpixel.png"}


def test_the_table_in_the_readme_is_the_stored_one():
    assert figures.stamp(README, figures.stored_results(ROOT / "figures")) == README


def test_the_stored_results_are_what_the_networks_score_today(made):
    old, new = (figures.stored_results(d / "figures") for d in (ROOT, made))
    assert list(old.scores) == list(new.scores)
    for method in old.scores:
        assert np.abs(old.values(method) - new.values(method)).max() < 0.01
        assert np.abs(old.values(method, "ssim") - new.values(method, "ssim")).max() < 0.0005


def test_the_command_puts_the_table_into_the_readme(made):
    stamped = (made / "README.md").read_text()
    assert stamped == figures.stamp(README, figures.stored_results(made / "figures"))


def test_a_readme_without_marks_is_refused():
    with pytest.raises(ValueError, match="put them back"):
        figures.stamp("no marks here", figures.stored_results(ROOT / "figures"))
