"""A folder of wheels, from which a lab without a network installs the course.

    python tools/wheels.py FOLDER                                      for machines such as this one
    python tools/wheels.py FOLDER --platform windows --python 3.12     for others; needs `pip install uv`

Run it where there is a network, and carry FOLDER and a copy of the repository to the lab. The two lines that install are
printed at the end, and stand in FOLDER/INSTALL.txt. Wheels for the lessons take about 800 MB, most of it TensorFlow.
"""

import argparse
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
# What the wheels of a platform are called; pip takes any of them. They fit systems of the last five years.
TAGS = {
    "linux": [*(f"manylinux_2_{n}_x86_64" for n in (28, 27, 24, 17, 12, 5)), "manylinux2014_x86_64", "linux_x86_64"],
    "windows": ["win_amd64"],
    "macos": [f"macosx_{n}_0_{kind}" for n in range(14, 10, -1) for kind in ("arm64", "universal2")],
}
# The same platforms in uv's words.
TARGETS = {"linux": "x86_64-manylinux_2_28", "windows": "x86_64-pc-windows-msvc", "macos": "aarch64-apple-darwin"}
INSTALL = """\
python -m venv srlib-env
{python} -m pip install --no-index --find-links {folder} "{wanted}"
"""


def commands(folder: Path, wanted: str, platform: str | None, python: str | None) -> list[list[str]]:
    """The commands that download a package with all that it needs.

    Parameters
    ----------
    folder : Path
    wanted : str
        A requirement, such as ``srlib[lessons]``; wheels that are in the folder already are taken from there.
    platform, python : str, optional
        Both for another kind of machine, or neither for one such as this.

    Returns
    -------
    list of list of str
        One command, or two. pip decides by the machine it runs on what a package needs only on Windows, so for another
        machine uv lists what is needed, and pip downloads the list.

    Examples
    --------
    >>> [command[3:] for command in commands(Path("w"), "click", None, None)]
    [['download', '--only-binary=:all:', '--find-links', 'w', '--dest', 'w', 'click']]
    """
    pip = [sys.executable, "-m", "pip", "download", "--only-binary=:all:", "--find-links", str(folder)]
    pip += ["--dest", str(folder)]
    if platform is None:
        return [[*pip, wanted]]
    needed = str(folder / "needed.txt")
    (folder / "wanted.txt").write_text(wanted + "\n", "utf-8")
    uv = [sys.executable, "-m", "uv", "pip", "compile", str(folder / "wanted.txt"), "--quiet", "--only-binary=:all:"]
    uv += ["--find-links", str(folder), "--python-platform", TARGETS[platform], "--python-version", python]
    tags = [word for tag in TAGS[platform] for word in ("--platform", tag)]
    return [[*uv, "-o", needed], [*pip, "--no-deps", *tags, "--python-version", python, "-r", needed]]


def main(argv: list[str] | None = None) -> int:
    """Fill a folder; the exit status."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path, metavar="FOLDER", help="a new or an empty one")
    parser.add_argument("--platform", choices=TAGS, help="of the lab's machines, if it is not that of this one")
    parser.add_argument("--python", metavar="3.12", help="of the lab's machines, with --platform")
    parser.add_argument("--wanted", default="srlib[lessons]", help=argparse.SUPPRESS)
    args = parser.parse_args(argv)
    if (args.platform is None) != (args.python is None):
        parser.error("got one of --platform and --python; expected both, or neither for machines such as this one.")
    if args.folder.exists() and any(args.folder.iterdir()):
        parser.error(f"{args.folder} holds something; expected a new folder: choose another name.")
    args.folder.mkdir(parents=True, exist_ok=True)
    shutil.rmtree(ROOT / "build" / "lib", ignore_errors=True)  # of an earlier build, with files that are no more
    own = [sys.executable, "-m", "pip", "wheel", "--no-deps", "--wheel-dir", str(args.folder), str(ROOT)]
    for command in [own, *commands(args.folder, args.wanted, args.platform, args.python)]:
        if subprocess.run(command).returncode:
            print(f"wheels: this command failed, see above: {' '.join(command)}", file=sys.stderr)
            return 1
    windows = args.platform == "windows" or args.platform is None and sys.platform == "win32"
    place = r"srlib-env\Scripts\python" if windows else "srlib-env/bin/python"
    lines = INSTALL.format(python=place, folder=args.folder.name, wanted=args.wanted)
    (args.folder / "INSTALL.txt").write_text(lines, "utf-8")
    size = sum(file.stat().st_size for file in args.folder.glob("*.whl"))
    count = len(list(args.folder.glob("*.whl")))
    print(f"{args.folder}: {count} wheels, {size / 1e6:.0f} MB. To install, in the folder that holds it:\n{lines}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
