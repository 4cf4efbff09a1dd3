"""The README's pictures and its table of results, made by one command.

Enters: nothing but the package and what travels with it. Leaves: PNG files and ``results.json`` in a folder, and the table
between two marks in the README beside it. No picture or number of the README is made by hand.
"""

import json
from pathlib import Path

from . import show
from ._writing import write_text, write_whole
from .data import load_photos
from .degradation import shrink
from .evaluation import Table, evaluate
from .models import build_model, load_model, shipped
from .upscaling import upscale

BASELINES = {"linear": "bilinear", "bicubic": "bicubic", "Lanczos": "lanczos"}
BEGIN, END = "<!-- results: made by `srlib figures` -->", "<!-- end of results -->"


def make_all(folder: str | Path) -> list[Path]:
    """Make every picture and the results, and put the table into the README beside the folder, if there is one.

    Parameters
    ----------
    folder : str or Path
        Made if missing; files of the same names are replaced, each in one step.

    Returns
    -------
    list of Path
        What was written.

    Raises
    ------
    OSError
        The folder cannot be written to.
    """
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    table = results()
    written = []
    for name, figure in pictures(table).items():
        written.append(folder / f"{name}.png")
        write_whole(written[-1], lambda path, figure=figure: figure.savefig(path, dpi=110, metadata={"Software": None}))
    written.append(folder / "results.json")
    write_text(written[-1], table.to_json() + "\n")
    readme = folder.resolve().parent / "README.md"
    if readme.is_file() and BEGIN in readme.read_text("utf-8"):
        stamped = stamp(readme.read_text("utf-8"), table)
        write_text(readme, stamped)
        written.append(readme)
    return written


def results() -> Table:
    """The shipped networks and the baselines on the embedded test photographs, protocol ``rgb``."""
    methods = {
        **BASELINES,
        **{
            name.replace("_", " "): load_model(name) for name, card in shipped().items() if card["kernel"] == "bilinear"
        },
    }
    return evaluate(methods, load_photos("sample", split="test"), scale=2, kernel="bilinear", protocol="rgb")


def pictures(table: Table) -> dict:
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
    network, test = load_model("subpixel"), load_photos("sample", split="test")
    cat = test["chelsea-r0c1"]  # the gain on it is the median of the cat's squares
    small = shrink(cat, 2)
    made = {
        name: upscale(small, method)
        for name, method in {**BASELINES, "sub-pixel network": network}.items()
        if name != "Lanczos"
    }
    return {
        "first_look": show.zoom(cat, made, box=(56, 2, 64)),
        "workflow": show.workflow(cat, network, name="sub-pixel network"),
        "autoencoder": show.architecture(build_model("autoencoder")),
        "subpixel": show.architecture(build_model("subpixel")),
        "gain": show.spread(table, over="bicubic"),
        "dead_leaves": show.pictures(load_photos("dead_leaves", count=7), [], columns=7, size=1.2),
    }


def stamp(readme: str, table: Table) -> str:
    """A README's text with the table between its two marks.

    Parameters
    ----------
    readme : str
    table : Table

    Returns
    -------
    str

    Raises
    ------
    ValueError
        The marks are missing.
    """
    before, begin, rest = readme.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not (begin and end):
        raise ValueError(
            f"the README lacks the marks {BEGIN} and {END}; expected both around its table: put them back."
        )
    return f"{before}{BEGIN}\n{table.to_markdown()}\n{END}{after}"


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
