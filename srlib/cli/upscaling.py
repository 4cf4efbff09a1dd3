"""``srlib upscale``: image files, or folders of them, in; larger files out."""

import argparse
import contextlib
import logging
import os
import sys
from pathlib import Path

from ..engines import ENGINES
from .batch import SUFFIXES, Batch, Job, batch_of, do_each, identity, tell_aside
from .common import add_command, add_files, name
from .process import go_on, tell, without_keras

_SUITS = {
    "small": "images that were not compressed with loss",
    "photo": "images that were compressed with loss",
    "repair": "images that keep their size",
}


def add_to(commands) -> None:
    """Add the command to the parser."""
    upscale = add_command(
        commands,
        "upscale",
        _upscale,
        "upscale image files",
        "srlib upscale holiday.jpg -o large/",
        interrupted="images that were finished are kept, and nothing is half-written; --skip-existing goes on with the rest",
    )
    add_files(upscale)
    upscale.add_argument(
        "--model", type=name, metavar="M",
        help="a trained network, a run folder or an interpolation; M+ is eight times as slow and a little better. Unless given, small_x2 to small_x4 for clean images, photo_x2 and photo_x4 for what was compressed with loss, such as a JPEG of a quality below 94, and repair for --scale 1",
    )  # fmt: skip
    upscale.add_argument(
        "--engine", choices=ENGINES,
        help="what computes networks: ONNX Runtime unless given, which starts in a tenth of the time, or Keras; `srlib models` says whether they are installed",
    )  # fmt: skip
    upscale.add_argument(
        "--sharpness", type=_number, metavar="S",
        help="by 4, with detail that is partly invented: from 0, as small_x4, to 1, as sharp_x4; for images that are only looked at",
    )  # fmt: skip
    _add_size(upscale)
    upscale.add_argument(
        "--format",
        type=_format,
        choices=SUFFIXES,
        metavar="F",
        help=f"write {', '.join(SUFFIXES)}; unless given, what each image is, or png",
    )
    upscale.add_argument("--quality", type=int, metavar="Q", help="of JPEG and WebP, 1 to 100; 95 unless given")
    upscale.add_argument(
        "--no-metadata", dest="metadata", action="store_false",
        help="leave out what a file says beside its pixels, such as place, owner and serial number; the colour profile stays",
    )  # fmt: skip
    upscale.add_argument(
        "--frames", action="store_true", help="take every image of animations and of pages, into numbered files"
    )
    there = upscale.add_mutually_exclusive_group()
    there.add_argument(
        "--skip-existing", action="store_true", help="leave out images whose result is there, to go on with a folder"
    )
    there.add_argument("--force", action="store_true", help="replace files that exist")


def _add_size(upscale) -> None:
    upscale.add_argument(
        "--scale", type=_number, metavar="S",
        help="how many times larger, such as 3 or 1.5; the network's own, or 2, unless given",
    )  # fmt: skip
    upscale.add_argument("--width", type=int, metavar="N", help="of the results, in pixels; the height follows")
    upscale.add_argument("--height", type=int, metavar="N", help="of the results; the width follows, or must fit")


def _number(text: str) -> int | float:
    for kind in (int, float):
        with contextlib.suppress(ValueError):
            return kind(text)
    raise argparse.ArgumentTypeError(f"{text!r} is no number; expected one such as 2 or 1.5")


def _format(text: str) -> str:
    return {"jpg": "jpeg", "tif": "tiff"}.get(text.lower(), text.lower())


def _upscale(args) -> int:
    from ..image_files import kind_of
    from ..upscaling import check_size

    if args.engine != "keras":
        without_keras()
    # one image after another: a second thread that starts operations would keep 100 MB of its own (see `backend`)
    os.environ.setdefault("TF_NUM_INTEROP_THREADS", "1")
    check_size(args.scale, args.width, args.height)
    if args.quality is not None:
        kind_of(Path(f"results{SUFFIXES[args.format or 'jpeg']}"), args.quality)  # told once, not for every file
    batch = batch_of(
        args.inputs, args.out, format=args.format, force=args.force, skip=args.skip_existing, frames=args.frames
    )
    method = _method(args)
    made: set = set()
    with _telling_what_is_taken():
        done = do_each(batch, lambda job: _upscale_one(job, args, method, made))
    if batch.several:
        tell(_summary(batch, sum(done), len(done) - sum(done)))
    return 1 if batch.refused else 0


def _method(args):
    """The method, loaded once; None for the networks that travel with srlib, by the size that each image is to have."""
    from ..upscaling import check_method, check_reach, method_named

    model = args.model
    if args.sharpness is not None:
        if model is not None:
            raise ValueError(
                f"--sharpness is {args.sharpness} and --model {model}; expected one of the two, as the sharpness chooses the network: leave one out."
            )
        model = f"sharp_x4@{args.sharpness}"
    method = None if model is None else method_named(model, engine=args.engine)
    if not isinstance(method, (str, type(None))):
        check_method(method)
    if args.scale is not None and not isinstance(method, str):
        check_reach(args.scale, method, f"scale is {args.scale}")  # told once, not for every file
    return method


@contextlib.contextmanager
def _telling_what_is_taken():
    """Say of each network that the library chooses, once, and how to choose another."""
    told, logger = set(), logging.getLogger("srlib.upscaling.sizes")

    def tell_once(record) -> bool:
        if record.network not in told:
            told.add(record.network)
            tell_aside(
                f"{record.network} is taken for {_SUITS[record.network.partition('_')[0]]}; --model takes another."
            )
        return False  # nobody else is to tell it again

    level = logger.level
    logger.setLevel(logging.INFO)
    logger.addFilter(tell_once)
    try:
        yield
    finally:
        logger.removeFilter(tell_once)
        logger.setLevel(level)


def _upscale_one(job: Job, args, method, made: set) -> bool:
    """Upscale an image, or all of a file; whether anything was to be done."""
    from ..image_files import frames_in, quiet_decoders

    if job.target is not None and args.skip_existing and not args.frames and _is_there(job.target):
        return False
    with quiet_decoders():
        count = frames_in(job.source, name=job.name)
    if count > 1 and not args.frames:
        raise ValueError(
            f"{job.name} holds {count} images, as an animation or as pages; expected one: --frames makes a file of each."
        )
    frames = [(None, job.target)] if count == 1 else [(k, _numbered(job.target, k, count)) for k in range(count)]
    todo = [(k, target) for k, target in frames if not (args.skip_existing and target and _is_there(target))]
    for frame, target in todo:
        go_on()
        _write(job, frame, target, args, method, made)
    return bool(todo)


def _write(job: Job, frame: int | None, target: Path | None, args, method, made: set) -> None:
    """Upscale one image."""
    from ..image_files import KINDS
    from ..upscaling import upscale_bytes, upscale_file

    how = {name: getattr(args, name) for name in ("scale", "width", "height", "quality", "metadata", "engine")}
    how |= {"method": method, "frame": frame}
    if target is None:
        sys.stdout.buffer.write(upscale_bytes(job.source, SUFFIXES[args.format or "png"], **how))
        return
    if args.format is None and "quality" not in KINDS[target.suffix.lower()].options and target != Path(args.out):
        how["quality"] = None  # in a folder of several kinds it is for those that have one
    if identity(target) in made:  # on a disk that does not tell a.png from A.png
        raise FileExistsError(
            f"{job.name} would replace {target}, which was made a moment ago; expected names that differ: upscale it into another folder."
        )
    empty = args.skip_existing and target.exists()  # what a kill leaves where a disk knows no links
    upscale_file(job.source, target, **how, replace=args.force or empty)
    made.add(identity(target))


def _is_there(target: Path) -> bool:
    return target.exists() and target.stat().st_size > 0


def _numbered(target: Path, k: int, count: int) -> Path:
    """The name of one image of several: name-0001.png."""
    return target.with_name(f"{target.stem}-{k + 1:0{max(4, len(str(count)))}}{target.suffix}")


def _summary(batch: Batch, done: int, skipped: int) -> str:
    """What became of every image, in a line."""
    from ..data import named

    count = done + skipped + len(batch.refused)
    parts = [f"{done:,} done"]
    if skipped:
        parts.append(f"{skipped:,} skipped, as they are there already")
    if batch.refused:
        parts.append(f"{len(batch.refused):,} refused ({named([Path(each) for each in batch.refused])})")
    told = f"{count:,} {'image' if count == 1 else 'images'}: {', '.join(parts)}"
    return "; ".join([told, *batch.others])
