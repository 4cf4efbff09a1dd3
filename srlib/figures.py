"""The README's images and its table of results, made by one command.

Enters: nothing but the package and what travels with it. Leaves: PNG files and ``results.json`` in a folder; the tables
between marks in the README beside it; and, in a clone, the model cards. No image or number of these is made by hand.
"""

import json
from pathlib import Path

import numpy as np

from . import show
from ._writing import write_text, write_whole
from .checkpoints import load_model, shipped
from .data import load_images
from .degradation import downscale
from .evaluation import Table, evaluate
from .images import to_float
from .models import build_model
from .published import cards, leaderboard, measure
from .upscaling import upscale

NETWORK, LABEL = "small_bilinear", "sub-pixel network"  # what the README shows, and how it is called there
BASELINES = {"linear": "bilinear", "bicubic": "bicubic", "Lanczos": "lanczos"}
MARKS = {
    "results": ("<!-- results: made by `srlib figures` -->", "<!-- end of results -->"),
    "published": ("<!-- published: made by `srlib figures` -->", "<!-- end of published -->"),
}


def make_all(folder: str | Path, *, benchmarks: bool = False) -> list[Path]:
    """Make every image and the results, and put the tables into the README beside the folder, if there is one.

    Parameters
    ----------
    folder : str or Path
        Made if missing; files of the same names are replaced, each in one step.
    benchmarks : bool
        First score the shipped networks on the benchmark sets again, which must have been fetched. That is kept in the
        package, so it is for a clone alone: the folder must lie beside ``srlib``.

    Returns
    -------
    list of Path
        What was written.

    Raises
    ------
    OSError
        The folder cannot be written to.
    ValueError
        `benchmarks` for a folder that does not lie in a clone.
    """
    folder = Path(folder)
    clone = folder.resolve().parent
    package = clone / "srlib"
    beside = package.is_dir() and package.samefile(Path(__file__).parent)
    if benchmarks and not beside:
        raise ValueError(
            f"{folder} does not lie beside the package that is running ({Path(__file__).parent}); expected the folder figures of a clone that is installed with pip install -e: run it there."
        )
    written = []

    def write(path, content):
        (write_text if isinstance(content, str) else write_whole)(path, content)
        written.append(path)

    folder.mkdir(parents=True, exist_ok=True)
    if benchmarks:
        write(package / "results" / "scores.json", json.dumps(measure(progress=True), indent=1) + "\n")
    table = results()
    for name, figure in images(table).items():
        write(
            folder / f"{name}.png",
            lambda path, figure=figure: figure.savefig(path, dpi=110, metadata={"Software": None}),
        )
    write(folder / "results.json", table.to_json() + "\n")
    if beside:
        write(package / "weights" / "README.md", cards())
    readme = clone / "README.md"
    if readme.is_file() and any(begin in readme.read_text("utf-8") for begin, _ in MARKS.values()):
        write(readme, stamp(readme.read_text("utf-8"), table))
    return written


def results() -> Table:
    """The shipped networks and the baselines on the embedded test photographs, protocol ``rgb``."""
    methods = {
        **BASELINES,
        **{_name(name): load_model(name) for name, card in shipped().items() if card["kernel"] == "bilinear"},
    }
    return evaluate(methods, load_images("sample", split="test"), scale=2, kernel="bilinear", protocol="rgb")


def images(table: Table) -> dict:
    """The README's figures by file name.

    Parameters
    ----------
    table : Table
        From :func:`results`.

    Returns
    -------
    dict
        Name -> matplotlib Figure.
    """
    network, test = load_model(NETWORK), load_images("sample", split="test")
    name = median_image(table)
    true, small = test[name], downscale(test[name], 2)
    made = {label: upscale(small, method) for label, method in (*list(BASELINES.items())[:2], (LABEL, network))}
    return {
        "first_look": show.zoom(true, made, box=hardest_window(true, made["bicubic"])),
        "workflow": show.workflow(true, network, name=LABEL),
        "autoencoder": show.architecture(build_model("autoencoder")),
        "subpixel": show.architecture(build_model("subpixel")),
        "gain": show.spread(table, over="bicubic"),
        "quality": show.quality(leaderboard()),
        "dead_leaves": show.images(load_images("dead_leaves", count=7), [], columns=7, size=1.2),
    }


def median_image(table: Table) -> str:
    """The test image of the first figure: the one with the median gain over bicubic, neither best nor worst."""
    gain = table.values(_name(NETWORK)) - table.values("bicubic")
    return list(table.scores["bicubic"])[int(np.argsort(gain, kind="stable")[len(gain) // 2])]


def hardest_window(true, made, side: int = 64, step: int = 8) -> tuple[int, int, int]:
    """Where an image is zoomed into: the window in which this method errs most; for :func:`srlib.show.zoom`."""
    error = ((to_float(true) - made) ** 2).mean(-1)
    places = [(y, x) for y in range(0, len(error) - side + 1, step) for x in range(0, error.shape[1] - side + 1, step)]
    y, x = max(places, key=lambda place: error[place[0] : place[0] + side, place[1] : place[1] + side].sum())
    return y, x, side


def page():
    """Every test image, with bicubic upscaling and the network that the README shows: nothing is chosen.

    Returns
    -------
    matplotlib.figure.Figure
    """
    test, network = load_images("sample", split="test"), load_model(NETWORK)
    small = [downscale(image, 2) for image in test]
    made = {label: [upscale(x, method) for x in small] for label, method in (("bicubic", "bicubic"), (LABEL, network))}
    return show.compare(list(test), made)


def _name(network: str) -> str:
    return network.replace("_", " ")


def stamp(readme: str, table: Table) -> str:
    """A README's text with the two tables between their marks.

    Parameters
    ----------
    readme : str
    table : Table
        From :func:`results`; the other is :func:`srlib.published.leaderboard`.

    Returns
    -------
    str

    Raises
    ------
    ValueError
        The marks are missing.
    """
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


def stored_results(folder: str | Path) -> Table:
    """The table that `make_all` wrote.

    Parameters
    ----------
    folder : str or Path

    Returns
    -------
    Table
    """
    return Table.from_dict(json.loads((Path(folder) / "results.json").read_text("utf-8")))
