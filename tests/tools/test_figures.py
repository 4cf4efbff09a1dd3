"""The README's figures and tables: made by a command, shown, and up to date."""

import re
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import figures

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text()


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """The command run beside a copy of the README whose tables were emptied; the networks are not scored again."""
    place = tmp_path_factory.mktemp("clone")
    emptied = README
    for begin, end in figures.MARKS.values():
        before, _, rest = emptied.partition(begin)
        emptied = f"{before}{begin}\n{end}{rest.partition(end)[2]}"
    assert emptied != README
    (place / "README.md").write_text(emptied)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(figures, "results", lambda: figures.stored_results(ROOT / "figures"))
        assert figures.main(["--out", str(place / "figures")]) == 0
    return place


def test_the_command_remakes_every_image_and_nothing_else(made):
    names = sorted(p.name for p in (made / "figures").iterdir())
    assert names == sorted(p.name for p in (ROOT / "figures").iterdir())
    for name in names:
        if name.endswith(".png"):
            new, old = (np.asarray(Image.open(d / "figures" / name).convert("L"), float) for d in (made, ROOT))
            assert new.shape == old.shape, f"{name} has another size: run `python tools/figures.py`"
            assert np.abs(new - old).mean() < 3, f"{name} shows something else: run `python tools/figures.py`"


def test_the_readme_shows_every_image():
    shown = set(re.findall(r"!\[[^\]]{20,}\]\(figures/([\w.]+)\)", README))
    made = {p.name for p in (ROOT / "figures").glob("*.png")}
    assert shown <= made
    assert made - shown <= {"subpixel.png"}


def test_the_tables_in_the_readme_are_the_stored_ones():
    assert figures.stamp(README, figures.stored_results(ROOT / "figures")) == README


def scored_as_stored(networks):
    """All that is scored now is what is stored; with the baselines, all networks, by degradation."""
    stored, now = figures.stored_results(ROOT / "figures"), figures.results()
    assert list(now) == list(stored) == list(figures.DEGRADATIONS)
    found = set()
    for name, table in now.items():
        found |= set(table.scores)
        for method in table.scores:
            for metric, room in (("psnr", 0.01), ("ssim", 0.0005)):
                assert np.abs(stored[name].values(method, metric) - table.values(method, metric)).max() < room
    assert found == {*figures.BASELINES, *networks}


def test_the_stored_results_are_what_the_shown_networks_score_today(monkeypatch):
    shown = {name: card for name, card in figures.shipped().items() if name in (figures.COURSE, figures.FIRST)}
    monkeypatch.setattr(figures, "shipped", lambda: shown)
    scored_as_stored(["small bilinear", "small x4"])


@pytest.mark.slow
def test_the_stored_results_are_what_every_network_scores_today():
    degradations = [figures.Degradation(step) for step in figures.DEGRADATIONS.values()]
    on_the_board = lambda card: card.degradation in degradations and figures.is_on_the_board(card)
    networks = [name for name, card in figures.shipped().items() if on_the_board(card)]
    assert len(networks) >= 10
    scored_as_stored([name.replace("_", " ") for name in networks])


@pytest.mark.parametrize("scale", [2, 3, 4])
def test_our_networks_are_above_every_interpolation_on_every_test_photograph(scale):
    table = figures.stored_results(ROOT / "figures")[f"bicubic x{scale}"]
    ours = [name for name in table.scores if name not in figures.BASELINES]
    assert ours == [f"best x{scale}", f"small x{scale}"] and len(table.scores["bicubic"]) == 10
    for network in ours:
        for baseline in figures.BASELINES:
            assert (table.values(network) - table.values(baseline)).min() > 0.05, (network, baseline)


def test_the_command_puts_the_table_into_the_readme(made):
    stamped = (made / "README.md").read_text()
    assert stamped == figures.stamp(README, figures.stored_results(made / "figures"))


def test_a_readme_without_marks_is_refused():
    with pytest.raises(ValueError, match="put them back"):
        figures.stamp("no marks here", figures.stored_results(ROOT / "figures"))


def test_the_first_figure_shows_a_median_photograph_and_not_the_best():
    table = figures.stored_results(ROOT / "figures")["bicubic x4"]
    gain = dict(zip(table.scores["bicubic"], table.values("small x4") - table.values("bicubic")))
    test = figures.load_images("sample", split="test")
    bright = [name for name, image in zip(test.names, test) if image.mean() >= figures.BRIGHT]
    assert len(bright) % 2 and gain[figures.median_image(table, "small_x4", bright)] == np.median(
        [gain[n] for n in bright]
    )


def test_the_zoom_is_where_bicubic_errs_most():
    hr = np.full((64, 96, 3), 128, np.uint8)
    sr = np.full((64, 96, 3), 128 / 255, np.float32)
    sr[40:48, 60:70] += 0.1
    top, left, side = figures.hardest_window(hr, sr, side=16, step=8)
    assert side == 16 and top <= 40 and top + 16 >= 48 and left <= 60 and left + 16 >= 70


def test_a_page_without_a_suffix_is_a_png(tmp_path, monkeypatch):
    from matplotlib.figure import Figure

    monkeypatch.setattr(figures, "page", lambda: Figure((1, 1)))
    assert figures.main(["--page", str(tmp_path / "all")]) == 0
    assert [p.name for p in tmp_path.iterdir()] == ["all"]
    assert Image.open(tmp_path / "all").format == "PNG"


def test_the_page_holds_every_test_image(tmp_path, capsys, monkeypatch):
    """With a few images, and the network replaced by an interpolation: these take no time."""
    few = figures.load_images("sample", split="test")[:3]
    monkeypatch.setattr(figures, "load_images", lambda name, split: {("sample", "test"): few}[name, split])
    monkeypatch.setattr(figures, "load_model", lambda name: "bilinear")
    drawn = figures.page()
    monkeypatch.setattr(figures, "page", lambda: drawn)
    assert len(drawn.axes) == 3 * len(few)
    assert figures.main(["--page", str(tmp_path / "all.png")]) == 0
    assert capsys.readouterr().out.strip() == str(tmp_path / "all.png")
    width, height = Image.open(tmp_path / "all.png").size
    assert height > 0.9 * width  # 3 rows of three


@pytest.mark.parametrize("out", ["file.txt", "file.txt/deep"])
def test_a_place_that_cannot_be_written_is_told_in_one_line(out, tmp_path, capsys):
    (tmp_path / "file.txt").write_text("kept")
    assert figures.main(["--out", str(tmp_path / out)]) == 1
    told = capsys.readouterr().err
    assert told.startswith("figures.py: ") and told.count("\n") == 1 and (tmp_path / "file.txt").read_text() == "kept"


def test_benchmarks_are_scored_only_beside_the_package(tmp_path, capsys):
    assert figures.main(["--benchmarks", "--out", str(tmp_path / "figures")]) == 1
    assert "expected the folder figures of a clone" in capsys.readouterr().err
    assert not list(tmp_path.iterdir())
