"""Build the site: put its pages together from where they are kept, let Sphinx make HTML of them, check every link.

``python docs/build.py`` needs ``pip install -e ".[docs]"``, and neither a network nor a deep-learning framework. The site
is in ``build/site``: open ``index.html``, or give the folder to any web server.

Nothing is kept twice. Lessons, exercises, guide and model cards are copied from where they are to a temporary folder laid
out as the repository is, so that links between them hold; tables and the pages of the API are written by the library.
"""

import argparse
import base64
import inspect
import json
import re
import shutil
import struct
import sys
import tempfile
import time
import tomllib
from pathlib import Path
from types import ModuleType

DOCS = Path(__file__).resolve().parent
ROOT = DOCS.parent
sys.path.insert(0, str(ROOT / "tools"))

import quiz  # noqa: E402
import slides  # noqa: E402

DEMO_MADE = DOCS / "demo" / "made"  # the live demo, if `python tools/demo.py` was run
PAGES = ("notebooks/*.ipynb", "notebooks/exercises/*.ipynb", "notebooks/exercises/README.md", "srlib/weights/README.md",
         "docs/beyond.md", "docs/generative.md", "README.md", "CONTRIBUTING.md")  # fmt: skip
PICTURES = ("figures/*.png",)
# In which order the API is read: the walk, with the modules that each step is made of.
WALK = {
    "Load": ("data",),
    "Degrade": ("resampling", "degradation"),
    "Build": ("models", "checkpoints"),
    "Train": ("training", "adversarial", "recipe"),
    "Upscale": ("upscaling", "onnx_export"),
    "Evaluate": ("metrics", "evaluation", "detection", "published"),
    "Show": ("show",),
    "Check an exercise": ("checks",),
}
# What a public function gives is described on its page.
BESIDE = {
    "fit": ["srlib.callbacks.History"],
    "evaluate": ["srlib.scores.Table"],
    "leaderboard": ["srlib.published.Leaderboard", "srlib.published.LeaderboardRow"],
    "ablation_results": ["srlib.published.Ablation"],
    "detectability": ["srlib.detection.Detectability"],
    "realism_results": ["srlib.published.Realism"],
    "show.explorer": ["srlib.show.interactive.Explorer"],
}
WIDE = 2.5  # a figure of this many times its height is not made as narrow as a narrow screen
BADGE = re.compile(r"\[!\[Open in Colab\]\([^)]*\)\](?=\()")  # a picture from another host
LINK = re.compile(r"\]\((?!\w+:|#)([^)#\s]+)")


def main(arguments=None) -> int:
    """Build, check, and say what was made; the exit status."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument(
        "out", nargs="?", type=Path, default=ROOT / "build" / "site", help="a folder, which is replaced"
    )
    out = parser.parse_args(arguments).out.resolve()
    begin = time.perf_counter()
    if out.exists() and any(out.iterdir()) and not (out / "searchindex.js").exists():
        sys.exit(f"{out} holds something else than a site; expected a folder that may be replaced: name another.")
    from sphinx.cmd.build import main as sphinx

    with tempfile.TemporaryDirectory() as place:
        source, made = Path(place) / "source", Path(place) / "site"
        assemble(source)
        options = ["-q", "-W", "--keep-going", "-c", str(DOCS), "-d", f"{place}/doctrees"]
        if status := sphinx([*options, str(source), str(made)]):
            return status
        (made / "notebooks" / "exercises" / "slides.html").write_text(slides.page(slides.SOURCE), "utf-8")
        if DEMO_MADE.exists():
            shutil.copytree(DOCS / "demo", made / "demo")
        shutil.rmtree(out, ignore_errors=True)
        shutil.copytree(made, out)

    from links import check

    checked, broken = check(out)
    print(*broken, sep="\n", file=sys.stderr, end="\n" if broken else "")
    files = [file for file in out.rglob("*") if file.is_file()]
    size, pages = sum(file.stat().st_size for file in files), sum(file.suffix == ".html" for file in files)
    print(
        f"{out}: {pages} pages, {size / 1e6:.1f} MB, {checked} links, {len(broken)} of them broken, {time.perf_counter() - begin:.0f} s"
    )
    return bool(broken)


# -- the pages that are kept elsewhere --------------------------------------------------------------------------------------


def assemble(source: Path) -> None:
    """Put all pages of the site under one folder."""
    repository = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["urls"]["Repository"]
    kept = {path.relative_to(ROOT) for pattern in (*PAGES, *PICTURES) for path in ROOT.glob(pattern)}
    for page in kept:
        (source / page).parent.mkdir(parents=True, exist_ok=True)
        if page.suffix == ".md":
            text = for_the_site((ROOT / page).read_text("utf-8"), page, kept, repository)
            (source / page).write_text(text, "utf-8")
        elif page.suffix == ".ipynb":
            notebook = json.loads((ROOT / page).read_text("utf-8"))
            for cell in notebook["cells"]:
                prepare_cell(cell, page, kept, repository)
            if page.stem == "quiz":
                show_quiz(notebook["cells"][-1])
            (source / page).write_text(json.dumps(notebook), "utf-8")
        else:
            shutil.copy(ROOT / page, source / page)
    for page in sorted(set(DOCS.glob("*.md")) - {ROOT / page for page in kept}):
        text = page.read_text("utf-8").replace("{{ repository }}", repository)
        if not DEMO_MADE.exists():
            text = "".join(line for line in text.splitlines(keepends=True) if "demo/index.html" not in line)
        (source / page.name).write_text(text, "utf-8")
    without_keras()
    write_tables(source / "tables")
    write_api(source / "api")


def for_the_site(text: str, page: Path, kept, repository: str) -> str:
    """A text with links instead of pictures from another host, and with what is no page of the site on GitHub."""

    def placed(link):
        target = (ROOT / page.parent / link[1]).resolve()
        if not target.exists() or target.relative_to(ROOT) in kept:
            return link[0]
        return f"]({repository}/blob/main/{target.relative_to(ROOT).as_posix()}"

    return LINK.sub(placed, BADGE.sub("[Open in Colab]", text))


def prepare_cell(cell: dict, page: Path, kept, repository: str) -> None:
    """Give myst-nb a cell as it wants it: links in place, and what it should know of a figure in the cell's metadata."""
    if cell["cell_type"] == "markdown":
        cell["source"] = for_the_site("".join(cell["source"]), page, kept, repository)
        return
    if cell["cell_type"] != "code":
        return
    cell["outputs"] = joined(cell["outputs"])
    if cell["metadata"].get("jupyter", {}).get("outputs_hidden"):  # the answer to a question, folded as in JupyterLab
        cell["metadata"].setdefault("tags", []).append("hide-output")
    pictures = [output for output in cell["outputs"] if "image/png" in output.get("data", {})]
    if len(pictures) > 1:
        raise ValueError(
            f"A cell of {page} has {len(pictures)} pictures; expected at most one, as myst-nb gives all of them the same alternative text: split the cell."
        )
    for picture in pictures:
        width, height = struct.unpack(">2I", base64.b64decode("".join(picture["data"]["image/png"]))[16:24])
        about = {"alt": picture["metadata"].get("image/png", {}).get("alt", "")}
        cell["metadata"]["mystnb"] = {"image": about | ({"classes": "wide"} if width > WIDE * height else {})}


def show_quiz(cell: dict) -> None:
    """Let the quiz be taken on the site: it is plain HTML, and the cell that would show it is folded away."""
    source = (ROOT / "notebooks" / "exercises" / "source" / "quiz.py").read_text("utf-8")
    data = {"text/html": quiz.html(quiz.questions_of(source))}
    cell["outputs"] = [{"output_type": "display_data", "data": data, "metadata": {}}]
    cell["metadata"]["tags"] = ["hide-input"]


def joined(outputs: list) -> list:
    """The outputs of a cell, with what it printed in one piece, in however many it was stored."""
    made = []
    for output in outputs:
        if output["output_type"] == "stream" and made and made[-1].get("name") == output["name"]:
            made[-1]["text"] += "".join(output["text"])
        else:
            made.append(output)
            if output["output_type"] == "stream":
                output["text"] = "".join(output["text"])
    return made


# -- the pages that the library writes --------------------------------------------------------------------------------------


def without_keras() -> None:
    """Let srlib be imported where no deep-learning framework is installed: only docstrings and stored scores are wanted.

    srlib takes Keras from one module. In its place stands one whose every attribute is an empty class.
    """

    class Empty(type):
        def __getattr__(cls, name):
            if name.startswith("__"):
                raise AttributeError(name)
            setattr(cls, name, Empty(name, (Anything,), {}))
            return getattr(cls, name)

    class Anything(metaclass=Empty):
        def __init__(self, *arguments, **options):
            pass

    backend = ModuleType("srlib.backend")
    backend.keras, backend.keras_serializable = Anything, lambda cls: cls
    backend.check_process = backend.versions = lambda: {}
    sys.modules["srlib.backend"] = backend
    sys.path.insert(0, str(ROOT))


def write_tables(folder: Path) -> None:
    """The board, by every protocol that something was measured under."""
    import srlib

    folder.mkdir(parents=True)
    boards = {f"x{scale}": srlib.leaderboard(scale) for scale in (2, 3, 4)}
    boards |= {f"x{scale}_rgb": srlib.leaderboard(scale, protocol="rgb") for scale in (2, 3, 4)}
    boards |= {
        f"x2_bilinear_{protocol}": srlib.leaderboard(2, kernel="bilinear", protocol=protocol)
        for protocol in ("y", "rgb")
    }
    for name, board in boards.items():
        text = re.sub(r"(?<=[_/+])(?=\w)", "<wbr>", board.to_markdown())  # where a long name may be broken
        (folder / f"{name}.md").write_text(text + "\n", "utf-8")


def public_names() -> dict:
    """Name -> object, all that srlib promises to keep: its names, and those of its namespaces."""
    import srlib

    names = {}
    for name in srlib.__all__:
        thing = getattr(srlib, name)
        if inspect.ismodule(thing):
            names |= {f"{name}.{member}": getattr(thing, member) for member in thing.__all__}
        elif not name.startswith("_"):
            names[name] = thing
    return names


def write_api(folder: Path) -> None:
    """One page for every public name, and a page that lists them."""
    folder.mkdir(parents=True)
    names = public_names()
    step_of = {module: step for step, modules in WALK.items() for module in modules}
    steps = {step: [] for step in (*WALK, "Other")}
    for name, thing in names.items():
        steps[step_of.get(thing.__module__.split(".")[1], "Other")].append(name)
        (folder / f"{name}.rst").write_text(api_page(name, thing), "utf-8")
    lines = [(DOCS / "api.txt").read_text("utf-8")]
    for step, members in steps.items():
        if members:
            lines += [step, "-" * len(step), "", ".. list-table::", "   :widths: 1 2", "   :class: api", ""]
            for name in members:
                summary = inspect.getdoc(names[name]).partition("\n\n")[0].replace("\n", " ").replace(" [1]_", "")
                lines += [f"   * - :doc:`{name}`", f"     - {summary}"]
            lines += ["", ".. toctree::", "   :hidden:", "", *(f"   {name}" for name in members), ""]
    (folder / "index.rst").write_text("\n".join(lines), "utf-8")


def api_page(name: str, thing) -> str:
    lines = [name, "=" * len(name), ""]
    described = {f"srlib.{name}": inspect.isclass(thing)} | dict.fromkeys(BESIDE.get(name, ()), True)
    for full, is_class in described.items():
        lines += [f".. auto{'class' if is_class else 'function'}:: {full}", *["   :members:"] * is_class, ""]
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main())
