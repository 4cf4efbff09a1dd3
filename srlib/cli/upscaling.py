"""``srlib upscale``: image files, or folders of them, in; larger files out."""

import os
import sys
from pathlib import Path

from ..safe_files import check_folder, printable
from .common import add_command, add_scale, name
from .process import one_line, tell


def add_to(commands) -> None:
    """Add the command to the parser."""
    upscale = add_command(
        commands,
        "upscale",
        _upscale,
        "upscale image files",
        "srlib upscale holiday.jpg -o large/",
        interrupted="images that were finished are kept, and nothing is half-written",
    )
    upscale.add_argument("inputs", nargs="+", type=name, metavar="IN", help="image files, or folders of them")
    upscale.add_argument(
        "-o", "--out", required=True, type=name, metavar="OUT", help="a file for one image, a folder for more"
    )
    upscale.add_argument(
        "--model", type=name, metavar="M",
        help="a trained network, a run folder or an interpolation; small_x2, small_x3 or small_x4 unless given; M+ is eight times as slow and a little better",
    )  # fmt: skip
    add_scale(upscale)
    upscale.add_argument("--force", action="store_true", help="replace files that exist")


def _upscale(args) -> int:
    from tqdm import tqdm

    from ..images import check_scale
    from ..upscaling import check_method, method_named, upscale_file

    if args.scale is not None:
        check_scale(args.scale)
    jobs = _upscalings([Path(name) for name in args.inputs], args.out, args.force)
    method = method_named(args.model, args.scale)
    if not isinstance(method, str):
        check_method(method, args.scale)  # a wrong scale is told once, not for every file
    failed, made = 0, set()
    for source, target in tqdm(jobs, desc="images", delay=1, disable=None):
        try:
            if _identity(target) in made:  # on a disk that does not tell a.png from A.png
                raise FileExistsError(
                    f"{source} would replace {target}, which was made a moment ago; expected names that differ: upscale it into another folder."
                )
            upscale_file(source, target, method, args.scale, replace=args.force)
            made.add(_identity(target))
        except (ValueError, OSError, MemoryError) as error:  # one bad file does not stop the rest
            failed += 1
            # the system's own words name a scratch file, or none
            place = f"{source}: " if isinstance(error, OSError) and error.strerror else ""
            tqdm.write(f"srlib: {printable(place + one_line(error))}", file=sys.stderr)
    return 1 if failed else 0


def _upscalings(inputs: list[Path], out: str, force: bool) -> list[tuple[Path, Path]]:
    """What is to be upscaled, and where the result goes; or why this cannot be."""
    jobs = []  # an image, and what it is called below the folder of the results
    for path in inputs:
        if not path.exists():
            raise FileNotFoundError(f"There is no file or folder {str(path)!r}; expected images: check the spelling.")
        if path.is_dir():
            jobs += [(p, p.relative_to(path)) for p in _images_in(path, Path(out))]
        else:
            jobs.append((path, Path(path.name)))
    if _is_file_name(out, [path for path in inputs if path.is_dir()] or jobs[1:]):
        jobs = [(jobs[0][0], Path(out))]
    else:
        jobs = [(source, Path(out) / name) for source, name in jobs]
    targets = [target for _, target in jobs]
    if len(set(targets)) < len(targets):
        twice = next(t for t in targets if targets.count(t) > 1)
        raise ValueError(
            f"Two inputs would be written to {twice}; expected names that differ: upscale them into two folders."
        )
    sources = {_identity(source) for source, _ in jobs}
    for target in targets:
        if target.exists() and not force:
            raise FileExistsError(f"{target} exists; expected a new name: choose another -o, or --force to replace it.")
        if target.is_dir():
            raise IsADirectoryError(f"{target} is a folder; expected a name that is free: choose another -o.")
        if _identity(target) in sources:
            raise FileExistsError(
                f"{target} is one of the images to upscale, and would be lost; expected another place: choose another -o."
            )
    for folder in dict.fromkeys(target.parent for target in targets):
        check_folder(folder)
    return jobs


def _images_in(folder: Path, out: Path) -> list[Path]:
    """The images in a folder, but not the results of an earlier time, where they lie inside it."""
    from ..data import SUFFIXES, files_in

    found = files_in(folder)
    inside, root = out.resolve(), folder.resolve()
    if inside != root and inside.is_relative_to(root):
        kept = [p for p in found if not p.resolve().is_relative_to(inside)]
        if len(kept) < len(found):
            tell(f"left out what is in {out} already ({len(found) - len(kept)}), as that is where results go.")
        found = kept
    if not found:
        raise FileNotFoundError(
            f"{folder} holds no image; expected files ending in {', '.join(SUFFIXES)}: give another folder."
        )
    return found


def _is_file_name(out: str, too_much: list) -> bool:
    """Whether -o names a file rather than a folder; refuses one that cannot be written."""
    from ..image_files import KINDS

    suffix = Path(out).suffix.lower()
    if not suffix or out.endswith(("/", os.sep)) or Path(out).is_dir():
        return False
    if suffix not in KINDS:
        from PIL import Image

        if suffix not in Image.registered_extensions():
            return False
        raise ValueError(
            f"-o is {out}, a kind of file that srlib does not write; expected one of {', '.join(KINDS)}: choose one, or write {out}/ for a folder of this name."
        )
    if too_much:
        raise ValueError(
            f"-o is {out}, the name of one file, and there may be more images; expected a folder: choose one, or write {out}/ for a folder of this name."
        )
    return True


def _identity(path: Path):
    """What tells a file from every other, by whatever name it is reached; None where there is none."""
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino
