"""The commands. Each does one job, by calling the room that does it, and fails in one line.

Enters: the words of a command line. Leaves: an exit status, 0 where all went well.
"""

import argparse
import contextlib
import os
import sys
import warnings
from pathlib import Path

from . import __version__
from ._writing import check_file, check_folder, write_text, write_whole
from .degradation import DOWNSCALE_KERNELS, UPSCALE_KERNELS
from .metrics import PROTOCOLS


def main(argv: list[str] | None = None) -> int:
    """Run one command.

    Parameters
    ----------
    argv : list of str, optional
        The words after ``srlib``; those of the process unless given.

    Returns
    -------
    int
        The exit status: 0; 1 after a failure, told in one line on standard error; 2 for a command line that makes no sense.
    """
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):  # a name that the console's code cannot say is no reason to lose a result
            stream.reconfigure(errors="backslashreplace")
    args = _parser().parse_args(argv)
    try:
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", category=DeprecationWarning)  # for programmers, and not of this one
            warnings.showwarning = lambda message, *_: _tell(_one_line(message))
            status = args.run(args) or 0
        if sys.stdout is not None:  # closed from the start
            sys.stdout.flush()  # that nobody reads any more, or that the disk is full, shows only here
        return status
    except BrokenPipeError:  # as in `srlib models | head -1`: no fault, but what a shell counts as one
        _drop_output()
        return 141
    except (ValueError, TypeError, OSError, ImportError, MemoryError) as error:
        _drop_output()
        _tell(_one_line(error))
        return 1
    except KeyboardInterrupt:
        _tell(f"interrupted; {args.interrupted}.")
        return 130


def _one_line(error: BaseException) -> str:
    if isinstance(error, OSError) and error.strerror:  # raised by the system, in the system's words
        where = f": {error.filename}" if error.filename else ""
        return f"{error.strerror}{where}; expected a place that can be read and written: check the path, its rights and the room on the disk."
    told = " ".join(str(error).split())
    if isinstance(error, MemoryError) and "expected" not in told:  # raised by whoever asked for too much
        return f"the memory does not suffice{f' ({told})' if told else ''}; expected room for the work: give less at a time, or close other programs."
    return told


def _drop_output() -> None:
    """What could not be written to standard output shall not be tried again, and told of again, when Python ends."""
    try:
        sys.stdout.flush()
    except OSError:
        with contextlib.suppress(OSError, ValueError):  # not a real file
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


class _Parser(argparse.ArgumentParser):
    def error(self, message):
        """What argparse finds wrong, in one line instead of the whole usage."""
        self.exit(2, f"{self.prog}: {message}; see {self.prog} --help.\n")


class _Help(argparse.ArgumentDefaultsHelpFormatter, argparse.RawDescriptionHelpFormatter):
    def _get_help_string(self, action):
        """Of a switch, or of what has no default, none is told."""
        told = action.nargs != 0 and action.default not in (None, [])
        return super()._get_help_string(action) if told else action.help


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(prog="srlib", description="Image super-resolution: get images, train, judge, interpolate.")
    parser.add_argument("--version", action="version", version=f"srlib {__version__}")
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)

    def command(group, name, run, summary, example, interrupted="nothing is left half done"):
        added = group.add_parser(
            name,
            help=summary,
            description=summary[0].upper() + summary[1:] + ".",
            epilog=f"example:\n  {example}",
            formatter_class=_Help,
        )
        added.set_defaults(run=run, interrupted=interrupted)
        return added

    data = commands.add_parser("data", help="list or fetch sets of images").add_subparsers(
        metavar="WHAT", required=True
    )
    command(data, "list", _data_list, "show the sets of images, their size and licence", "srlib data list")
    fetch = command(data, "fetch", _data_fetch, "download, check and unpack a set", "srlib data fetch set5")
    fetch.add_argument("name", metavar="NAME", help="a name that `srlib data list` shows")
    fetch.add_argument("--size", type=int, default=128, metavar="N", help="of linnaeus5: 128, or 32, 64, 256")

    command(commands, "models", _models, "show the trained networks that travel with srlib", "srlib models")

    train = command(
        commands,
        "train",
        _train,
        "train a network",
        "srlib train --model subpixel --data sample dead_leaves --minutes 5 --out my-run",
        interrupted="a training goes on with --resume",
    )
    train.add_argument(
        "--model",
        required=True,
        type=_name,
        metavar="M",
        help="what to build, or a trained network or run folder to go on from",
    )
    _data(train, many=True)
    train.add_argument(
        "--squares",
        type=int,
        metavar="N",
        help="of each image take the square in the middle, downscaled to N pixels, as in linnaeus5",
    )
    train.add_argument(
        "--also-at",
        type=float,
        nargs="+",
        default=[],
        metavar="F",
        help="take every image a second time at this fraction of its size, such as 0.75",
    )
    train.add_argument(
        "--validation", type=_name, metavar="D", default="sample", help="images to watch the training on"
    )
    train.add_argument("--kernel", choices=DOWNSCALE_KERNELS, default="bilinear", help="how images are downscaled")
    _scale(train)
    length = train.add_mutually_exclusive_group(required=True)
    length.add_argument("--steps", type=int, metavar="N", help="updates of the weights")
    length.add_argument("--minutes", type=float, metavar="T", help="times a few steps, then fixes their number")
    train.add_argument(
        "--out", required=True, type=_path, metavar="RUN", help="folder for recipe, history, checkpoint and model"
    )
    train.add_argument("--resume", action="store_true", help="go on from the last checkpoint in RUN")
    train.add_argument("--seed", type=int, default=0, metavar="S", help="of weights, crops and synthetic images")
    train.add_argument(
        "--count", type=int, default=400, metavar="N", help="how many dead leaves, where they are asked for"
    )
    train.add_argument("--batch", type=int, default=16, help="crops per step")
    train.add_argument("--crop", type=int, default=64, help="side of a large crop in pixels")
    train.add_argument("--no-augment", dest="augment", action="store_false", help="neither flip nor turn the crops")
    train.add_argument("--loss", choices=("mae", "mse", "mae_y", "psnr_y"), default="mae", help="what is made small")
    train.add_argument("--learning-rate", type=float, default=1e-3, help="at its peak")
    train.add_argument(
        "--optimizer", choices=("adam", "muon"), default="adam", help="how the weights follow the gradient"
    )
    train.add_argument("--schedule", choices=("cosine", "constant"), default="cosine", help="of the learning rate")
    train.add_argument(
        "--precision",
        choices=("float32", "bfloat16"),
        default="float32",
        help="of the computation; bfloat16 saves up to half the time where the processor computes in it",
    )
    train.add_argument(
        "--average", type=float, metavar="SHARE", help="end with a running average of the weights, such as 0.999"
    )
    train.add_argument(
        "--option",
        action="append",
        default=[],
        metavar="NAME=VALUE",
        help="of the network, such as width=16; may be repeated",
    )

    judge = command(
        commands,
        "evaluate",
        _evaluate,
        "score methods on images",
        "srlib evaluate --model bicubic small_bilinear --data sample --protocol rgb",
    )
    judge.add_argument(
        "--model",
        required=True,
        nargs="+",
        type=_name,
        metavar="M",
        help="trained networks, run folders, interpolations; M+ is network M with the geometric self-ensemble (self-ensemble)",
    )
    _data(judge)
    judge.add_argument(
        "--protocol",
        choices=PROTOCOLS,
        default="rgb",
        help="all channels on the scale of 1, or luma as in the papers",
    )
    judge.add_argument(
        "--kernel",
        choices=(*DOWNSCALE_KERNELS, "published"),
        default="bilinear",
        help="how images are downscaled; published: the small images that set5 or set14 comes with",
    )
    _scale(judge)
    judge.add_argument(
        "--costs", action="store_true", help="parameters, multiply-adds and seconds a megapixel beside the scores"
    )
    judge.add_argument("--json", type=_path, metavar="FILE", help="write every score here too")

    upscale = command(
        commands,
        "upscale",
        _upscale,
        "upscale image files",
        "srlib upscale holiday.jpg -o large/",
        interrupted="images that were finished are kept, and nothing is half-written",
    )
    upscale.add_argument("inputs", nargs="+", type=_name, metavar="IN", help="image files, or folders of them")
    upscale.add_argument(
        "-o", "--out", required=True, type=_name, metavar="OUT", help="a file for one image, a folder for more"
    )
    upscale.add_argument(
        "--model",
        default="small_bicubic",
        type=_name,
        metavar="M",
        help="a trained network, a run folder or an interpolation; M+ is eight times as slow and a little better",
    )
    _scale(upscale)
    upscale.add_argument("--force", action="store_true", help="replace files that exist")

    project = command(
        commands, "project", _project, "score networks of the classroom's project", "srlib project handed-in/*"
    )
    project.add_argument("runs", nargs="+", type=Path, metavar="RUN", help="folders that `srlib train` wrote")

    figures = command(
        commands, "figures", _figures, "make the README's images and table again", "srlib figures --out figures"
    )
    figures.add_argument("--out", type=Path, default=Path("figures"), help="folder to write to")
    figures.add_argument(
        "--page", type=_path, metavar="FILE", help="instead: every test image on one page, to this image file"
    )
    figures.add_argument(
        "--benchmarks", action="store_true", help="first score the networks on set5, set14 and bsd100 again (minutes)"
    )
    return parser


def _name(text: str) -> str:
    """A path that is not empty: the empty one would be the current folder."""
    if not text:
        raise argparse.ArgumentTypeError("the name is empty; expected a file or a folder")
    return text


def _path(text: str) -> Path:
    return Path(_name(text))


def _data(command, many: bool = False) -> None:
    command.add_argument(
        "--data",
        required=True,
        type=_name,
        nargs="+" if many else None,
        metavar="D",
        help="a name that `srlib data list` shows, or a folder; of one with folders train, validation or test, the one that is meant",
    )


def _scale(command) -> None:
    command.add_argument("--scale", type=int, help="factor of the upscaling; the network's own, or 2, unless given")


def _print_rows(rows: list[list[str]]) -> None:
    from .evaluation import aligned

    print(aligned(rows, right=False))


def _images(source: str, split: str, count: int = 400, seed: int = 0):
    from .data import CATALOGUE, load_images

    if source in ("sample", "linnaeus5"):
        return load_images(source, split=split)
    if source == "dead_leaves":  # every split draws others, so that nothing is judged on what it was trained on
        return load_images(source, count=count, seed=seed + 10**6 * ("train", "validation", "test").index(split))
    parts = [part for part in ("train", "validation", "test") if (Path(source) / part).is_dir()]
    if source not in CATALOGUE and parts:  # a folder that is split keeps its splits apart
        if split not in parts:
            raise ValueError(
                f"{source} is split into {', '.join(parts)}, and here {split} is asked for; expected that folder in it: make one, or give the folder that is meant, such as {Path(source) / parts[0]}."
            )
        return load_images(source, split=split)
    return load_images(source)


def _method(name: str):
    """An interpolation's name as it is, anything else as a loaded network."""
    if name in UPSCALE_KERNELS:
        return name
    from .checkpoints import known, load_model  # brings Keras, which an interpolation does without

    if not known(name) and not known(name.removesuffix("+")):
        raise ValueError(
            f"There is no model {name!r}; expected {', '.join(UPSCALE_KERNELS)}, a network that `srlib models` shows, or a folder that `srlib train` wrote; a + goes behind networks alone: check the spelling."
        )
    return load_model(name)


def _common_scale(methods: dict, asked: int | None) -> int:
    """The scale that was asked for, or else the one that all networks share, or else 2."""
    scales = {name: method.srlib_config["scale"] for name, method in methods.items() if not isinstance(method, str)}
    if asked is not None or not scales:
        return 2 if asked is None else asked
    if len(set(scales.values())) > 1:
        told = ", ".join(f"{name} x{scale}" for name, scale in scales.items())
        raise ValueError(
            f"The networks upscale by different factors ({told}); expected one: evaluate them in separate commands."
        )
    return next(iter(scales.values()))


# -- the commands -------------------------------------------------------------------------------------------------------


def _data_list(args) -> None:
    from .data import CATALOGUE, on_disk

    rows = [["name", "what", "images", "download", "licence", "on disk"]]
    for s in CATALOGUE.values():
        place = "travels with srlib" if s.download == "none" else str(on_disk(s.name) or "no")
        rows.append([s.name, s.what, s.images, s.download, s.licence, place])
    _print_rows(rows)


def _data_fetch(args) -> None:
    from .data import CATALOGUE, fetch

    place = fetch(args.name, size=args.size)
    if CATALOGUE[args.name].download == "none":
        print(f"{args.name} travels with srlib; there is nothing to fetch.")
    else:
        print(f"{args.name}: {place}")


def _models(args) -> None:
    from .checkpoints import load_model, shipped
    from .geometry import published_cost

    rows = [["name", "scale", "kernel", "parameters", "multiply-adds for 1280x720", "trained on"]]
    for name, card in shipped().items():
        model = load_model(name)
        rows.append(
            [
                name,
                f"x{card['scale']}",
                card["kernel"],
                f"{model.count_params():,}",
                f"{published_cost(model) / 1e9:.1f} G",
                card["recipe"]["data"],
            ]
        )
    _print_rows(rows)


def _train(args) -> None:
    from .checkpoints import known, load_model
    from .data import ImageSet, refuse_benchmark
    from .models import BUILDERS, build_model
    from .runs import check_run
    from .training import fit, steps_within

    for source, purpose in [*((name, "data") for name in args.data), (args.validation, "validation")]:
        refuse_benchmark(source, f"--{purpose} is")
    options = dict(_option(pair) for pair in args.option)
    if args.model in BUILDERS:
        model = build_model(args.model, 2 if args.scale is None else args.scale, seed=args.seed, **options)
    elif options:
        raise ValueError(
            f"--option {args.option[0]} was given for the trained network {args.model!r}; expected options with {', '.join(BUILDERS)} only: leave it out."
        )
    elif known(args.model):
        model = load_model(args.model)
    else:
        raise ValueError(
            f"There is no model {args.model!r}; expected one of {', '.join(BUILDERS)} to begin with, or a trained one to go on from: `srlib models` shows them."
        )
    check_run(args.out, args.resume)  # here, because --minutes times some steps first; likewise the next
    watched = _images(args.validation, "validation")
    images: ImageSet | None = None
    for source in args.data:
        more = _images(source, "train", args.count, args.seed)
        images = more if images is None else images + more
    if args.squares is not None:
        images = images.squares(args.squares)
    for smaller in [images.downscaled(factor) for factor in args.also_at]:
        images = images + smaller
    settings = {
        "kernel": args.kernel,
        "batch": args.batch,
        "crop": args.crop,
        "loss": args.loss,
        "learning_rate": args.learning_rate,
        "optimizer": args.optimizer,
        "average": args.average,
        "precision": args.precision,
    }
    steps = args.steps
    if steps is None:
        steps = _steps_of(args.out) if args.resume else None
        if steps is not None:
            _tell(f"{args.out} was begun with {steps} steps and goes on with them; --minutes counts when a run begins.")
        else:
            steps = steps_within(args.minutes, model, images, **settings)
    history = fit(
        model, images, scale=args.scale, steps=steps, seed=args.seed, schedule=args.schedule, augment=args.augment,
        out=args.out, resume=args.resume, validation=watched, progress=True, **settings,
    )  # fmt: skip
    print(
        f"{args.out}: {history.step[-1]} steps in {history.seconds[-1]:.0f} s, validation {history.psnr[-1]:.2f} dB (linear upscaling {history.baseline:.2f} dB)"
    )


def _tell(sentence: str) -> None:
    print(f"srlib: {sentence}", file=sys.stderr)


def _steps_of(folder: Path) -> int | None:
    """The number of steps that a run with --minutes fixed when it began."""
    from .runs import RECIPE, read_recipe

    return read_recipe(folder).get("steps") if (folder / RECIPE).exists() else None


def _option(pair: str) -> tuple[str, int | str]:
    name, sign, value = pair.partition("=")
    if not (name and sign and value):
        raise ValueError(f"--option is {pair!r}; expected NAME=VALUE, such as width=16: write it so.")
    with contextlib.suppress(ValueError):
        return name, int(value)
    return name, value


def _tell_what_was_learnt(name: str, card: dict, images, kernel: str) -> None:
    """Say where a network is judged on what it learnt from, or on images downscaled in another way."""
    from .data import named_sources

    drawn = {"dead_leaves"}  # every split draws others
    learnt = {*named_sources(card.get("recipe", {}).get("data", ""))} - drawn
    if learnt & {*named_sources(images.source)}:
        _tell(f"{name} learnt from {images.source}, so that its score says little; expected images that it never saw.")
    if kernel != "published" and card.get("kernel", kernel) != kernel:
        _tell(
            f"{name} was trained for images downscaled by {card['kernel']}, and these are downscaled by {kernel}: --kernel {card['kernel']} is its own."
        )


def _evaluate(args) -> None:
    from .evaluation import evaluate

    if args.json is not None:
        check_file(args.json)
    methods = {name: _method(name) for name in args.model}
    images = _images(args.data, "test")
    for name, method in methods.items():
        _tell_what_was_learnt(name, getattr(method, "srlib_config", {}), images, args.kernel)
    table = evaluate(
        methods, images, scale=_common_scale(methods, args.scale), kernel=args.kernel, protocol=args.protocol, costs=args.costs
    )  # fmt: skip
    if args.json is not None:  # before it is printed, for printing may fail
        write_text(args.json, table.to_json() + "\n")
    print(table)


def _upscale(args) -> int:
    from tqdm import tqdm

    from .files import upscale_file
    from .images import check_scale
    from .upscaling import check_method

    if args.scale is not None:
        check_scale(args.scale)
    jobs = _upscalings([Path(name) for name in args.inputs], args.out, args.force)
    method = _method(args.model)
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
            tqdm.write(f"srlib: {place}{_one_line(error)}", file=sys.stderr)
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
    from .data import SUFFIXES, image_files

    found = image_files(folder)
    inside, root = out.resolve(), folder.resolve()
    if inside != root and inside.is_relative_to(root):
        kept = [p for p in found if not p.resolve().is_relative_to(inside)]
        if len(kept) < len(found):
            _tell(f"left out what is in {out} already ({len(found) - len(kept)}), as that is where results go.")
        found = kept
    if not found:
        raise FileNotFoundError(
            f"{folder} holds no image; expected files ending in {', '.join(SUFFIXES)}: give another folder."
        )
    return found


def _is_file_name(out: str, too_much: list) -> bool:
    """Whether -o names a file rather than a folder; refuses one that cannot be written."""
    from .files import KINDS

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


def _project(args) -> None:
    from .checks import check_project

    for run in args.runs:
        if not run.is_dir():
            raise NotADirectoryError(
                f"There is no folder {str(run)!r}; expected one that `srlib train` wrote: check the spelling."
            )
    rows = []
    for run in args.runs:
        answer = check_project(run)
        rows.append([run.name, f"{answer.points(10):g}"])
        print(f"{run}\n{answer}\n")
    _print_rows([["network", "points of 10"], *sorted(rows, key=lambda row: -float(row[1]))])


def _figures(args) -> None:
    from .figures import make_all, page

    if args.page is not None:
        check_file(args.page)
        write_whole(args.page, lambda path: page().savefig(path, dpi=80, format=path.suffix[1:] or "png"))
        print(args.page)
        return
    for path in make_all(args.out, benchmarks=args.benchmarks):
        print(path)


if __name__ == "__main__":
    sys.exit(main())
