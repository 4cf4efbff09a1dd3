"""The README's images and table: made by a command, shown, and up to date."""

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


def test_the_command_remakes_every_image_and_nothing_else(made):
    names = sorted(p.name for p in (made / "figures").iterdir())
    assert names == sorted(p.name for p in (ROOT / "figures").iterdir())
    for name in names:
        if name.endswith(".png"):
            new, old = (np.asarray(Image.open(d / "figures" / name).convert("L"), float) for d in (made, ROOT))
            assert new.shape == old.shape, f"{name} has another size: run `srlib figures`"
            assert np.abs(new - old).mean() < 3, f"{name} shows something else: run `srlib figures`"


def test_the_readme_shows_every_image():
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


def test_the_first_figure_shows_the_median_square_and_not_the_best():
    table = figures.stored_results(ROOT / "figures")
    gain = dict(zip(table.scores["bicubic"], table.values("small bilinear") - table.values("bicubic")))
    assert gain[figures.median_image(table)] == np.median(list(gain.values()))


def test_the_zoom_is_where_bicubic_errs_most():
    true = np.full((64, 96, 3), 128, np.uint8)
    made = np.full((64, 96, 3), 128 / 255, np.float32)
    made[40:48, 60:70] += 0.1
    top, left, side = figures.hardest_window(true, made, side=16, step=8)
    assert side == 16 and top <= 40 and top + 16 >= 48 and left <= 60 and left + 16 >= 70


def test_a_page_without_a_suffix_is_a_png(tmp_path, monkeypatch):
    from matplotlib.figure import Figure

    monkeypatch.setattr(figures, "page", lambda: Figure((1, 1)))
    assert main(["figures", "--page", str(tmp_path / "all")]) == 0
    assert [p.name for p in tmp_path.iterdir()] == ["all"]
    assert Image.open(tmp_path / "all").format == "PNG"


def test_the_page_holds_every_test_image(tmp_path, capsys):
    assert main(["figures", "--page", str(tmp_path / "all.png")]) == 0
    assert capsys.readouterr().out.strip() == str(tmp_path / "all.png")
    width, height = Image.open(tmp_path / "all.png").size
    assert height > 5 * width  # 21 rows of three
    shown = figures.page()
    assert len(shown.axes) == 3 * 21
