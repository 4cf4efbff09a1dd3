"""Make the README's figures and tables, and the cards of the shipped networks. None of these is made by hand.

python tools/figures.py                  # figures/, the README's tables, srlib/weights/README.md
python tools/figures.py --benchmarks     # the same, after scoring the networks on set5, set14 and bsd100 again
python tools/figures.py --page all.png   # instead: every test image on one page
"""

import argparse
import json
import sys
from collections.abc import Callable
from pathlib import Path

import realism
import repairs
from cards import cards
from scores import is_on_the_board, measure

import srlib
from srlib import show
from srlib.checkpoints import load_model, shipped
from srlib.data import load_images
from srlib.degradation import Degradation, Downscale
from srlib.evaluation import Table, evaluate
from srlib.images import to_float
from srlib.models import build_model
from srlib.published import PUBLISHED, leaderboard, realism_results
from srlib.resampling import downscale
from srlib.safe_files import check_file, write_text, write_whole
from srlib.upscaling import upscale

ROOT, PACKAGE = Path(__file__).parents[1], Path(srlib.__file__).parent
COURSE, LABEL = "small_bilinear", "sub-pixel network"  # the course's network, and how its figures call it
FIRST = "small_x4"  # the network of the README's first figure
BRIGHT = 100  # mean level from which an image is bright enough for it
BASELINES = {"linear": "bilinear", "bicubic": "bicubic", "Lanczos": "lanczos"}
# What the test photographs are scored under: networks that learnt to undo it are listed
DEGRADATIONS = {"bilinear x2": Downscale(2, "bilinear")} | {f"bicubic x{s}": Downscale(s, "bicubic") for s in PUBLISHED}
TABLES = [
    *DEGRADATIONS,
    *(f"published x{scale}" for scale in PUBLISHED),
    *(f"degraded x{s}" for s in repairs.NETWORKS),
    "realism",
]
MARKS = {name: (f"<!-- {name}: made by tools/figures.py -->", f"<!-- end of {name} -->") for name in TABLES}


def make_all(folder: Path, *, benchmarks: bool = False) -> list[Path]:
    """Make every figure and the results, and put the tables into the README beside the folder, if there is one.

    Parameters
    ----------
    folder : Path
        Made if missing; files of the same names are replaced, each in one step.
    benchmarks : bool
        First score the shipped networks on the benchmark sets again, which must have been fetched. The scores are kept
        in the package, so `folder` must lie beside it.

    Returns
    -------
    list of Path
        What was written.

    Raises
    ------
    OSError
        The folder cannot be written to.
    ValueError
        `benchmarks` for a folder that does not lie beside the package; a README without the marks.
    """
    clone = folder.resolve().parent
    beside = clone / "srlib" == PACKAGE.resolve()
    if benchmarks and not beside:
        raise ValueError(
            f"{folder} does not lie beside the package that is running ({PACKAGE}); expected the folder figures of a clone that is installed with pip install -e: run it there."
        )
    written = []

    def write(path: Path, content: str | Callable) -> None:
        (write_text if isinstance(content, str) else write_whole)(path, content)
        written.append(path)

    folder.mkdir(parents=True, exist_ok=True)
    if benchmarks:
        write(PACKAGE / "results" / "scores.json", json.dumps(measure(progress=True), indent=1) + "\n")
        write(repairs.RESULTS, repairs.to_json(repairs.measure()))
        write(realism.RESULTS, json.dumps(realism.results(), indent=1) + "\n")
    tables = results()
    for name, figure in figures_of(tables).items():
        save = lambda path, figure=figure: figure.savefig(path, dpi=110, metadata={"Software": None})
        write(folder / f"{name}.png", save)
    told = {name: table.to_dict() for name, table in tables.items()}
    write(folder / "results.json", json.dumps(told, indent=1) + "\n")
    if beside:
        write(PACKAGE / "weights" / "README.md", cards())
    readme = clone / "README.md"
    if readme.is_file() and any(begin in readme.read_text("utf-8") for begin, _ in MARKS.values()):
        write(readme, stamp(readme.read_text("utf-8"), tables))
    return written


def results() -> dict[str, Table]:
    """The shipped networks and the baselines on the embedded test photographs, protocol ``rgb``: one table a degradation."""
    test, tables = load_images("sample", split="test"), {}
    for name, step in DEGRADATIONS.items():
        learnt = [n for n, card in shipped().items() if card.degradation == Degradation(step) and is_on_the_board(card)]
        networks = {_label(network): load_model(network) for network in learnt}
        tables[name] = evaluate({**BASELINES, **networks}, test, step, protocol="rgb")
    return tables


def figures_of(tables: dict[str, Table]) -> dict:
    """The README's figures by file name; `tables` is what :func:`results` gives."""
    test = load_images("sample", split="test")
    course = tables["bilinear x2"]
    hr, network = test[median_image(course, COURSE)], load_model(COURSE)
    return {
        "first_look": _first_look(test, tables["bicubic x4"]),
        "workflow": show.workflow(hr, network, name=LABEL),
        "autoencoder": show.architecture(build_model("autoencoder")),
        "subpixel": show.architecture(build_model("subpixel")),
        "gain": show.spread(course, over="bicubic"),
        "quality": show.quality({f"x{scale}": leaderboard(scale) for scale in (2, 4)}),
        "dead_leaves": show.images(load_images("dead_leaves", count=7), [], columns=7, size=1.2),
    }


def _first_look(test, table: Table):
    """Upscaling by 4, zoomed in where bicubic errs most."""
    bright = [name for name, image in zip(test.names, test) if image.mean() >= BRIGHT]
    hr = test[median_image(table, FIRST, bright)]
    lr = downscale(hr, 4, kernel="bicubic")
    methods = {"nearest": "nearest", "bicubic": "bicubic", f"{_label(FIRST)}, a network": load_model(FIRST)}
    sr = {label: upscale(lr, method, 4) for label, method in methods.items()}
    return show.zoom(hr, sr, box=hardest_window(hr, sr["bicubic"], side=96))


def median_image(table: Table, network: str, among: list[str] | None = None) -> str:
    """The test image with the median gain of a network over bicubic, neither best nor worst; of an even number the better."""
    names = list(table.scores["bicubic"])
    gain = dict(zip(names, table.values(_label(network)) - table.values("bicubic")))
    ranked = sorted(among or names, key=gain.get)
    return ranked[len(ranked) // 2]


def hardest_window(hr, sr, side: int = 64, step: int = 8) -> tuple[int, int, int]:
    """Top, left and side of the window in which `sr` errs most: there the first figure zooms in."""
    error = ((to_float(hr) - sr) ** 2).mean(-1)
    places = [(y, x) for y in range(0, len(error) - side + 1, step) for x in range(0, error.shape[1] - side + 1, step)]
    y, x = max(places, key=lambda place: error[place[0] : place[0] + side, place[1] : place[1] + side].sum())
    return y, x, side


def page():
    """Every test image by x4, with bicubic upscaling and the network that the README shows: nothing is chosen."""
    test, network = load_images("sample", split="test"), load_model(FIRST)
    lr = [downscale(image, 4, kernel="bicubic") for image in test]
    sr = {
        label: [upscale(x, method, 4) for x in lr]
        for label, method in (("bicubic", "bicubic"), (_label(FIRST), network))
    }
    return show.compare(list(test), sr)


def stamp(readme: str, tables: dict[str, Table]) -> str:
    """A README's text with the tables between their marks: `tables`, and the leaderboards."""
    boards = {f"published x{scale}": leaderboard(scale) for scale in PUBLISHED}
    made = {name: table.to_markdown() for name, table in {**tables, **boards}.items()}
    made |= {f"degraded x{scale}": repairs.readme_table(repairs.stored(), scale) for scale in repairs.NETWORKS}
    made["realism"] = realism.readme_table(realism_results())
    for name, (begin, end) in MARKS.items():
        before, found, rest = readme.partition(begin)
        _, ended, after = rest.partition(end)
        if not (found and ended):
            raise ValueError(
                f"the README lacks the marks {begin} and {end}; expected both around its table: put them back."
            )
        readme = f"{before}{begin}\n{made[name]}\n{end}{after}"
    return readme


def stored_results(folder: Path) -> dict[str, Table]:
    """The tables that :func:`make_all` wrote."""
    told = json.loads((folder / "results.json").read_text("utf-8"))
    return {name: Table.from_dict(table) for name, table in told.items()}


def _label(network: str) -> str:
    return network.replace("_", " ")


def main(argv: list[str] | None = None) -> int:
    """Make what is asked for; 1 if that fails."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, default=ROOT / "figures", help="folder to write to")
    parser.add_argument("--benchmarks", action="store_true", help="first score the networks again (minutes)")
    parser.add_argument("--page", type=Path, metavar="FILE", help="instead: every test image on one page")
    args = parser.parse_args(argv)
    try:
        if args.page is None:
            made = make_all(args.out, benchmarks=args.benchmarks)
        else:
            check_file(args.page)
            save = lambda path: page().savefig(path, dpi=80, format=path.suffix[1:] or "png")
            write_whole(args.page, save)
            made = [args.page]
    except (OSError, ValueError) as error:
        print(f"figures.py: {error}", file=sys.stderr)
        return 1
    print(*made, sep="\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
