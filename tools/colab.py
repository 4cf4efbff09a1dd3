"""Put a Colab badge and an installing cell into every lesson and exercise, and badges into the tables of the READMEs.

The address of the repository stands in one place, `[project.urls]` of pyproject.toml:

    python tools/colab.py                                     stamp all files with it
    python tools/colab.py https://github.com/me/my-fork       change it there, then stamp
    python tools/colab.py --check                             change nothing; fail where a file is not stamped

Only badges, installing cells and the address, in pyproject.toml and in the workflow for GitHub Classroom, are changed. The outputs stored in notebooks stay.
"""

import argparse
import copy
import re
import sys
import tomllib
from pathlib import Path

import nbformat
from nbformat.v4 import new_code_cell

ROOT = Path(__file__).parents[1]
BRANCH = "main"
BADGE_IMAGE = "https://colab.research.google.com/assets/colab-badge.svg"
FIRST_LINE = "# On Colab this installs the course, and replaces nothing; elsewhere it does nothing."
CELL_ID = "colab"
_URL = r"https://github\.com/[\w.-]+/[\w.-]+"
_BADGE = re.compile(r"\[!\[Open in Colab\]\([^)]*\)\]\([^)]*\)")
_ROW = re.compile(r"^\| \[[^]]*\]\((?P<link>[\w/.-]+\.ipynb)\) \|.*\|$", re.M)


def address(root: Path = ROOT) -> str:
    """The repository's address, from pyproject.toml."""
    project = tomllib.loads((root / "pyproject.toml").read_text("utf-8"))["project"]
    return checked(project["urls"]["Repository"])


def checked(url: str) -> str:
    """An address that Colab can open, or an error that says so."""
    url = url.removesuffix("/").removesuffix(".git")
    if not re.fullmatch(_URL, url):
        raise ValueError(
            f"the address is {url!r}; expected https://github.com/OWNER/NAME, which is what Colab opens: give that."
        )
    return url


def badge(path: str, url: str) -> str:
    """The badge that opens a notebook; `path` is counted from the root of the repository."""
    place = url.removeprefix("https://github.com/")
    return f"[![Open in Colab]({BADGE_IMAGE})](https://colab.research.google.com/github/{place}/blob/{BRANCH}/{path})"


def install(url: str) -> str:
    """The source of the installing cell."""
    return f"""{FIRST_LINE}
import sys

if "google.colab" in sys.modules:
    import subprocess

    course = "srlib[colab] @ git+{url}"
    subprocess.run([sys.executable, "-m", "pip", "install", "-q", course], check=True)"""


def stamp_notebook(notebook, path: str, url: str):
    """A notebook with its badge below the title, and, if its code imports srlib, an installing cell behind the first text.

    Parameters
    ----------
    notebook : nbformat.NotebookNode
    path : str
        Of the .ipynb file, from the root of the repository.
    url : str

    Returns
    -------
    nbformat.NotebookNode
        A new one; execution counts go on being those of one run from the top.
    """
    notebook = copy.deepcopy(notebook)
    first = notebook.cells[0]
    if _BADGE.search(first.source):
        first.source = _BADGE.sub(badge(path, url), first.source, count=1)
    else:
        title, _, rest = first.source.partition("\n")
        first.source = f"{title}\n\n{badge(path, url)}\n" + (rest if rest.startswith("\n") else f"\n{rest}")
    place = next((i for i, cell in enumerate(notebook.cells) if cell.source.startswith(FIRST_LINE)), None)
    if place is not None:
        notebook.cells[place].source = install(url)
        return notebook
    if not any("import srlib" in cell.source for cell in notebook.cells):  # the quiz needs nothing installed
        return notebook
    cell = new_code_cell(install(url), id=CELL_ID)
    executed = [c for c in notebook.cells if c.cell_type == "code" and c.execution_count]
    if executed:  # it would have been the first to run
        cell.execution_count = 1
        for other in executed:
            other.execution_count += 1
            for output in other.outputs:
                if output.get("execution_count"):
                    output.execution_count = other.execution_count
    notebook.cells.insert(1, cell)
    return notebook


def stamp_ipynb(text: str, path: str, url: str) -> str:
    """The text of a .ipynb file, stamped."""
    return nbformat.writes(stamp_notebook(nbformat.reads(text, as_version=4), path, url)) + "\n"


def stamp_script(text: str, path: str, url: str) -> str:
    """The text of a lesson's script, stamped; every other line stays as it was typed."""
    cells = re.split(r"(?m)^(?=# %%)", text)  # the header, then one piece for each cell
    first = cells[1].rstrip("\n")
    line = f"# {badge(path, url)}"
    if _BADGE.search(first):
        first = re.sub(r"(?m)^# " + _BADGE.pattern + "$", lambda _: line, first, count=1)
    else:
        title = re.search(r"(?m)^# # .*$", first)
        first = f"{first[: title.end()]}\n#\n{line}{first[title.end() :]}"
    cells[1] = first + "\n\n"
    cell = f"# %%\n{install(url)}\n\n"
    place = next((i for i, piece in enumerate(cells) if piece.startswith(f"# %%\n{FIRST_LINE}")), None)
    if place is None:
        cells.insert(2, cell)
    else:
        cells[place] = cell
    return "".join(cells)


def stamp_table(text: str, folder: str, url: str) -> str:
    """A README's text with a badge at the end of every table row that begins with the link to a notebook."""

    def row(match: re.Match) -> str:
        path = f"{folder}/{match['link']}".removeprefix("./").removeprefix("/")
        kept = re.sub(r"\s*\|\s*" + _BADGE.pattern + r"\s*\|$", " |", match[0])
        return f"{kept} {badge(path, url)} |"

    return _ROW.sub(row, text)


def stamp_workflow(text: str, url: str) -> str:
    """The workflow for GitHub Classroom, which clones the course, with another address."""
    return re.sub(r"(?m)^(  COURSE: ).*$", rf"\1{url}", text)


def stamp_address(text: str, url: str) -> str:
    """pyproject.toml with another address."""
    return re.sub(r'(?m)^(Repository = )".*"$', rf'\1"{url}"', text)


def stamped(root: Path = ROOT, url: str | None = None) -> dict[Path, str]:
    """Every file that carries a stamp, and the text that it should have.

    Parameters
    ----------
    root : Path
        Of the repository.
    url : str, optional
        The address; that of pyproject.toml unless given.

    Returns
    -------
    dict
        Path -> text.
    """
    project = root / "pyproject.toml"
    url = address(root) if url is None else checked(url)
    texts = {project: stamp_address(project.read_text("utf-8"), url)}
    lessons = sorted((root / "notebooks").glob("*.ipynb"))
    for file in [*lessons, *sorted((root / "notebooks" / "exercises").glob("*.ipynb"))]:
        path = file.relative_to(root).as_posix()
        texts[file] = stamp_ipynb(file.read_text("utf-8"), path, url)
        script = file.with_suffix(".py")
        if script.exists():
            texts[script] = stamp_script(script.read_text("utf-8"), path, url)
    for file in (root / "README.md", root / "notebooks" / "exercises" / "README.md"):
        if file.exists():
            texts[file] = stamp_table(file.read_text("utf-8"), file.parent.relative_to(root).as_posix(), url)
    workflow = root / "notebooks" / "exercises" / "classroom.yml"
    if workflow.exists():
        texts[workflow] = stamp_workflow(workflow.read_text("utf-8"), url)
    return texts


def main(argv: list[str] | None = None) -> int:
    """Stamp, or check; the exit status."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("address", nargs="?", help="https://github.com/OWNER/NAME; that of pyproject.toml unless given")
    parser.add_argument("--check", action="store_true", help="change nothing; fail where a file is not stamped")
    parser.add_argument("--root", type=Path, default=ROOT, help=argparse.SUPPRESS)
    args = parser.parse_args(argv)
    try:
        texts = stamped(args.root, args.address)
    except (ValueError, KeyError, OSError) as error:
        print(f"colab: {error}", file=sys.stderr)
        return 1
    changed = [file for file, text in texts.items() if file.read_text("utf-8") != text]
    for file in changed:
        print(file.relative_to(args.root))
        if not args.check:
            with file.open("w", encoding="utf-8", newline="\n") as handle:
                handle.write(texts[file])
    if args.check and changed:
        print("colab: these are not stamped; run python tools/colab.py", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
