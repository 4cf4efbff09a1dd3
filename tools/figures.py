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

import numpy as np
from cards import cards
from scores import measure

import srlib
from srlib import show
from srlib.checkpoints import load_model, shipped
from srlib.data import load_images
from srlib.degradation import as_degradation
from srlib.evaluation import Table, evaluate
from srlib.images import to_float
from srlib.models import build_model
from srlib.published import leaderboard
from srlib.resampling import downscale
from srlib.safe_files import check_file, write_text, write_whole
from srlib.upscaling import upscale

ROOT, PACKAGE = Path(__file__).parents[1], Path(srlib.__file__).parent
NETWORK, LABEL = "small_bilinear", "sub-pixel network"  # what the README shows, and how it is called there
BASELINES = {"linear": "bilinear", "bicubic": "bicubic", "Lanczos": "lanczos"}
MARKS = {
    "results": ("<!-- results: made by tools/figures.py -->", "<!-- end of results -->"),
    "published": ("<!-- published: made by tools/figures.py -->", "<!-- end of published -->"),
}


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
    table = results()
    for name, figure in figures_of(table).items():
        save = lambda path, figure=figure: figure.savefig(path, dpi=110, metadata={"Software": None})
        write(folder / f"{name}.png", save)
    write(folder / "results.json", table.to_json() + "\n")
    if beside:
        write(PACKAGE / "weights" / "README.md", cards())
    readme = clone / "README.md"
    if readme.is_file() and any(begin in readme.read_text("utf-8") for begin, _ in MARKS.values()):
        write(readme, stamp(readme.read_text("utf-8"), table))
    return written


def results() -> Table:
    """The shipped networks and the baselines on the embedded test photographs, protocol ``rgb``."""
    networks = {
        _label(name): load_model(name) for name, card in shipped().items() if card.degradation == as_degradation(None)
    }
    test = load_images("sample", split="test")
    return evaluate({**BASELINES, **networks}, test, protocol="rgb")


def figures_of(table: Table) -> dict:
    """The README's figures by file name; `table` is what :func:`results` gives."""
    network, name = load_model(NETWORK), median_image(table)
    hr = load_images("sample", split="test")[name]
    lr = downscale(hr, 2)
    methods = {"linear": "bilinear", "bicubic": "bicubic", LABEL: network}
    sr = {label: upscale(lr, method, 2) for label, method in methods.items()}
    return {
        "first_look": show.zoom(hr, sr, box=hardest_window(hr, sr["bicubic"])),
        "workflow": show.workflow(hr, network, name=LABEL),
        "autoencoder": show.architecture(build_model("autoencoder")),
        "subpixel": show.architecture(build_model("subpixel")),
        "gain": show.spread(table, over="bicubic"),
        "quality": show.quality(leaderboard()),
        "dead_leaves": show.images(load_images("dead_leaves", count=7), [], columns=7, size=1.2),
    }


def median_image(table: Table) -> str:
    """The test image of the first figure: the one with the median gain over bicubic, neither best nor worst."""
    gain = table.values(_label(NETWORK)) - table.values("bicubic")
    return list(table.scores["bicubic"])[int(np.argsort(gain, kind="stable")[len(gain) // 2])]


def hardest_window(hr, sr, side: int = 64, step: int = 8) -> tuple[int, int, int]:
    """Top, left and side of the window in which `sr` errs most: there the first figure zooms in."""
    error = ((to_float(hr) - sr) ** 2).mean(-1)
    places = [(y, x) for y in range(0, len(error) - side + 1, step) for x in range(0, error.shape[1] - side + 1, step)]
    y, x = max(places, key=lambda place: error[place[0] : place[0] + side, place[1] : place[1] + side].sum())
    return y, x, side


def page():
    """Every test image, with bicubic upscaling and the network that the README shows: nothing is chosen."""
    test, network = load_images("sample", split="test"), load_model(NETWORK)
    lr = [downscale(image, 2) for image in test]
    sr = {label: [upscale(x, method, 2) for x in lr] for label, method in (("bicubic", "bicubic"), (LABEL, network))}
    return show.compare(list(test), sr)


def stamp(readme: str, table: Table) -> str:
    """A README's text with the two tables between their marks: `table`, and the leaderboard."""
    for name, made in (("results", table), ("published", leaderboard())):
        begin, end = MARKS[name]
        before, found, rest = readme.partition(begin)
        _, ended, after = rest.partition(end)
        if not (found and ended):
            raise ValueError(
                f"the README lacks the marks {begin} and {end}; expected both around its table: put them back."
            )
        readme = f"{before}{begin}\n{made.to_markdown()}\n{end}{after}"
    return readme


def stored_results(folder: Path) -> Table:
    """The table that :func:`make_all` wrote."""
    return Table.from_dict(json.loads((folder / "results.json").read_text("utf-8")))


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
