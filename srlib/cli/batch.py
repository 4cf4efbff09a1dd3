"""Which images are meant by the words of a command, and where the result of each goes."""

import glob
import os
import re
import sys
from dataclasses import dataclass, field
from pathlib import Path

from ..safe_files import check_folder, resolved
from .process import go_on, one_line, tell

STANDARD = "-"  # standard input, and standard output
# What --format takes: the suffix of the results
SUFFIXES = {"png": ".png", "jpeg": ".jpg", "webp": ".webp", "tiff": ".tif", "bmp": ".bmp"}


@dataclass(frozen=True)
class Job:
    """An image, and where its result goes.

    Attributes
    ----------
    source : Path or bytes
    target : Path or None
        None is standard output.
    name : str
        What messages call the image.
    """

    source: Path | bytes
    target: Path | None
    name: str


@dataclass
class Batch:
    """All that is to be done.

    Attributes
    ----------
    jobs : list of Job
    refused : dict
        Name -> why, of images that cannot be begun.
    others : list of str
        Words for what else was found, and is not meant.
    several : bool
        Whether there may be more images than one, so that a summary is due.
    """

    jobs: list[Job]
    refused: dict[str, str] = field(default_factory=dict)
    others: list[str] = field(default_factory=list)
    several: bool = False


def batch_of(inputs: list[str], out: str, *, format: str | None, force: bool, skip: bool, frames: bool) -> Batch:
    """What is to be upscaled, and where the results go; or why this cannot be.

    Parameters
    ----------
    inputs : list of str
        Files, folders, patterns such as ``*.jpg``, or ``-`` for standard input.
    out : str
        A file, a folder, or ``-`` for standard output.
    format : str or None
        A key of `SUFFIXES`, for results that keep their names otherwise.
    force, skip, frames : bool
        Whether files may be replaced; whether those that are there are done; whether each image of a file is taken.

    Returns
    -------
    Batch

    Raises
    ------
    ValueError, OSError
        Words that make no sense together; no such file; a place that cannot be written to, or that is taken.
    """
    words = [word for given in inputs for word in _matching(given)]
    folders = [word for word in words if word != STANDARD and Path(word).is_dir()]
    batch = Batch([], several=len(words) > 1 or words != inputs or bool(folders) or frames)
    images = _images(words, out, batch)
    if out == STANDARD:
        _check_standard_output(images, folders, frames)
        batch.jobs = [Job(source, None, name) for source, _, name in images]
    elif _is_file_name(out, folders or images[1:], format):
        batch.jobs = [Job(source, Path(out), name) for source, _, name in images]
    else:
        _place(images, Path(out), format, batch)
    if out != STANDARD:  # what has many images gets numbered names, which are not known yet
        _check_targets(batch.jobs, may_be_there=force or skip or frames)
    for folder in dict.fromkeys(job.target.parent for job in batch.jobs if job.target is not None):
        check_folder(folder)
    return batch


def do_each(batch: Batch, work) -> list:
    """What `work(job)` gives for every job; a file that it cannot do is told of and refused, and the rest goes on.

    Parameters
    ----------
    batch : Batch
    work : callable

    Returns
    -------
    list
    """
    from tqdm import tqdm

    for why in batch.refused.values():
        tell(why)
    done = []
    for job in tqdm(batch.jobs, desc="images", delay=1, disable=None):
        try:
            go_on()
            done.append(work(job))
        except (ValueError, OSError, MemoryError) as error:
            words = one_line(error)
            # the system's own words name a scratch file, or none
            unnamed = job.name not in words or (isinstance(error, OSError) and error.strerror)
            batch.refused[job.name] = f"{job.name}: {words}" if unnamed else words
            tell_aside(batch.refused[job.name])
    return done


def tell_aside(sentence: str) -> None:
    """One line on standard error, without spoiling a progress bar that is there."""
    from tqdm import tqdm

    with tqdm.external_write_mode():
        tell(sentence)


# -- what is meant ------------------------------------------------------------------------------------------------------------


def _matching(word: str) -> list[str]:
    """The names that a pattern stands for, which some shells leave to the programs; a file of that very name comes first."""
    if word == STANDARD or os.path.lexists(word) or not glob.has_magic(word):
        return [word]
    parts = Path(word).parts
    # the folders on the way may have brackets in their names
    there = max(i for i in range(len(parts)) if i == 0 or os.path.lexists(Path(*parts[:i])))
    found = sorted(glob.glob(os.path.join(*map(glob.escape, parts[:there]), *parts[there:]), recursive=True))
    if not found:
        raise FileNotFoundError(
            f"There is no file or folder {word!r}, and none that it stands for; expected images: check the spelling."
        )
    return found


def _images(words: list[str], out: str, batch: Batch) -> list[tuple[Path | bytes, Path, str]]:
    """Every image: what it is, what its result is called below the folder of results, what messages call it."""
    images = []
    for word in words:
        if word == STANDARD or _is_stream(word):
            images.append((_from_stream(word), Path("standard input"), "standard input" if word == STANDARD else word))
            continue
        path = Path(word)
        if not os.path.lexists(path):
            raise FileNotFoundError(f"There is no file or folder {word!r}; expected images: check the spelling.")
        if path.is_dir():
            images += [(p, p.relative_to(path), str(p)) for p in _images_in(path, out, batch)]
        else:
            images.append((path, Path(path.name), word))
    if not images:
        raise FileNotFoundError(f"{words[0]} holds no image that is not a result; expected some: give another folder.")
    return images


def _is_stream(word: str) -> bool:
    """Whether a name is a pipe of this process, as the shell makes them for ``<(command)``; other pipes may never end."""
    return re.fullmatch(r"/dev/stdin|/dev/fd/\d+|/proc/(self|\d+)/fd/\d+", word) is not None and not os.path.isfile(
        word
    )


def _from_stream(word: str) -> bytes:
    if word != STANDARD:
        return Path(word).read_bytes()
    if sys.stdin is None or sys.stdin.isatty():
        raise ValueError(
            "The image is to come from standard input, which is a terminal; expected the bytes of a file: write srlib COMMAND - < FILE, or name the file."
        )
    return sys.stdin.buffer.read()


def _images_in(folder: Path, out: str, batch: Batch) -> list[Path]:
    """The images in a folder, but not the results of an earlier time, where they lie inside it."""
    from ..data import look_through, not_meant

    found = look_through(folder)
    batch.others += not_meant(found)
    inside, root = resolved(Path(out)), resolved(folder)
    if out == STANDARD or inside == root or not inside.is_relative_to(root):
        return found.images
    kept = [p for p in found.images if not resolved(p.parent).is_relative_to(inside)]
    if len(kept) < len(found.images):
        tell(f"left out what is in {out} already ({len(found.images) - len(kept)}), as that is where results go.")
    return kept


# -- where it goes ------------------------------------------------------------------------------------------------------------


def _is_file_name(out: str, too_much: list, format: str | None) -> bool:
    """Whether -o names a file rather than a folder; refuses one that cannot be written."""
    from ..image_files import KINDS

    suffix = Path(out).suffix.lower()
    if out.endswith(("/", os.sep)) or Path(out).is_dir():
        return False
    if suffix not in KINDS:
        if not re.fullmatch(r"\.(?=.*[a-z])[a-z0-9]{1,5}", suffix):  # .2024 belongs to the name of a folder
            return False
        raise ValueError(
            f"-o is {out}, a kind of file that srlib does not write; expected one of {', '.join(KINDS)}: choose one, or write {out}/ for a folder of this name."
        )
    if too_much:
        raise ValueError(
            f"-o is {out}, the name of one file, and there may be more images; expected a folder: choose one, or write {out}/ for a folder of this name."
        )
    if format is not None and KINDS[suffix] != KINDS[SUFFIXES[format]]:
        raise ValueError(f"-o is {out}, and --format is {format}; expected one kind of file: leave --format out.")
    return True


def _check_standard_output(images: list, folders: list, frames: bool) -> None:
    if len(images) > 1 or folders or frames:
        raise ValueError("-o is -, standard output, and there may be more images; expected one: give a folder as -o.")
    if sys.stdout is None or sys.stdout.isatty():
        raise ValueError(
            "-o is -, and standard output is a terminal, or closed; expected a file or a pipe: write -o - > FILE."
        )


def _place(images: list, out: Path, format: str | None, batch: Batch) -> None:
    """The jobs with their targets in a folder; results that would change their suffix make way for others."""
    taken: dict[Path, str] = {}
    named = [(source, below, out / _result(source, below, format), name) for source, below, name in images]
    for _, below, target, name in named:
        if target.name == below.name:
            if target in taken:
                raise ValueError(
                    f"Two inputs would be written to {target}; expected names that differ: give them in two commands, with two folders."
                )
            taken[target] = name
    for source, _, target, name in named:
        if taken.setdefault(target, name) == name:
            batch.jobs.append(Job(source, target, name))
        else:
            batch.refused[name] = (
                f"{name} would become {target}, as {taken[target]} does; expected names that differ: give it in another command, with another folder."
            )


def _result(source: Path | bytes, below: Path, format: str | None) -> Path:
    """What a result is called: like its image, but for the suffix where another kind of file is asked for, or needed."""
    from ..data import calls_itself_image
    from ..image_files import KINDS, format_of

    if isinstance(source, bytes):
        raise ValueError(
            "The image comes from standard input, and -o is a folder; expected the name of a file: give one."
        )
    own = KINDS.get(below.suffix.lower())
    if own is not None and (format is None or own == KINDS[SUFFIXES[format]]):
        return below
    if format is None:
        try:
            format = (format_of(source) or "").lower()
        except OSError:  # reading it will tell
            format = ""
    suffix = SUFFIXES.get(format, ".png")
    return below.with_suffix(suffix) if calls_itself_image(below) else below.with_name(below.name + suffix)


def _check_targets(jobs: list[Job], may_be_there: bool) -> None:
    """Fail before the work is done where a result would replace what is there, or one of the images."""
    sources = {identity(job.source) for job in jobs if isinstance(job.source, Path)} - {None}
    for target in (job.target for job in jobs):
        if target.exists() and not may_be_there:
            raise FileExistsError(
                f"{target} exists; expected a new name: --skip-existing to go on with the rest, --force to replace it, or another -o."
            )
        if target.is_dir():
            raise IsADirectoryError(f"{target} is a folder; expected a name that is free: choose another -o.")
        if identity(target) in sources:
            raise FileExistsError(
                f"{target} is one of the images that were given, and would be lost; expected another place: choose another -o."
            )


def identity(path: Path):
    """What tells a file from every other, by whatever name it is reached; None where there is none.

    Parameters
    ----------
    path : Path

    Returns
    -------
    tuple of int, or None

    Examples
    --------
    >>> identity(Path("."))  == identity(Path.cwd()), identity(Path("nowhere"))
    (True, None)
    """
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino
