"""``srlib train``: its options are the fields of :class:`srlib.Recipe`, and where model and images come from."""

import contextlib
from dataclasses import fields, replace
from pathlib import Path

from ..images import check_choice
from ..recipe import Adversarial, Recipe
from ..safe_files import printable
from .common import add_command, add_data, add_degradation, add_scale, degradation_of, images_of, name, path
from .process import tell

_ADVERSARIAL = ", ".join(each.name for each in fields(Adversarial))
_OPTIONS = [option for option in fields(Recipe) if option.metadata and option.name != "steps"]


def add_to(commands) -> None:
    """Add the command to the parser."""
    train = add_command(
        commands,
        "train",
        _train,
        "train a network",
        "srlib train --model subpixel --data sample dead_leaves --minutes 5 --out my-run",
        interrupted="a training goes on with --resume",
    )
    train.add_argument(
        "--model", required=True, type=name, metavar="M",
        help="what to build, or a trained network or run folder to go on from",
    )  # fmt: skip
    train.add_argument(
        "--option", action="append", default=[], metavar="NAME=VALUE",
        help="of the network, such as width=16; of a trained one of luminance, channels=3 alone; may be repeated",
    )  # fmt: skip
    add_data(train, many=True)
    train.add_argument(
        "--squares", type=int, metavar="N",
        help="of each image take the square in the middle, resized to N pixels, as in linnaeus5",
    )  # fmt: skip
    train.add_argument(
        "--also-at", type=float, nargs="+", default=[], metavar="F",
        help="take every image a second time at this fraction of its size, such as 0.75",
    )  # fmt: skip
    train.add_argument(
        "--count", type=int, default=400, metavar="N", help="how many dead leaves, where they are asked for"
    )
    train.add_argument("--validation", type=name, metavar="D", default="sample", help="images to validate with")
    add_degradation(train)
    add_scale(train)
    length = train.add_mutually_exclusive_group(required=True)
    length.add_argument("--steps", type=int, metavar="N", help="updates of the weights")
    length.add_argument("--minutes", type=float, metavar="T", help="times a few steps, then fixes their number")
    for option in _OPTIONS:
        _add_option(train, option)
    train.add_argument(
        "--adversarial", nargs="*", metavar="NAME=VALUE",
        help=f"train against a discriminator, too: a trained network; each of {_ADVERSARIAL} may be set",
    )  # fmt: skip
    train.add_argument(
        "--out", required=True, type=path, metavar="RUN", help="folder for recipe, history, checkpoint and model"
    )
    train.add_argument("--resume", action="store_true", help="go on from the last checkpoint in RUN")
    train.add_argument(
        "--workers", type=int, default=2, metavar="N", help="threads that prepare patches; the result is the same"
    )


def _add_option(train, option) -> None:
    """The option of the command line for a field of a recipe."""
    flag, about = option.name.replace("_", "-"), option.metadata
    if about["type"] is bool:
        train.add_argument(f"--no-{flag}", dest=option.name, action="store_false", help=about["help"])
        return
    choices = about["choices"] and tuple(about["choices"])
    train.add_argument(
        f"--{flag}", type=about["type"], default=option.default, choices=choices, help=about["help"],
        metavar=None if choices else "N" if about["type"] is int else "X",
    )  # fmt: skip


def _train(args) -> None:
    from ..adversarial import fit_adversarial
    from ..data import refuse_benchmark
    from ..runs import check_run
    from ..training import fit, steps_within

    for source, purpose in [*((each, "data") for each in args.data), (args.validation, "validation")]:
        refuse_benchmark(source, f"--{purpose} is")
    model = _model(args)
    check_run(args.out, args.resume)  # here, because --minutes times some steps first; likewise the next
    watched = images_of(args.validation, "validation", strict=True)
    images = _images(args)
    chosen = {option.name: getattr(args, option.name) for option in _OPTIONS}
    degradation = degradation_of(args, model.card.scale if args.scale is None else args.scale)
    recipe = Recipe(degradation, **chosen, adversarial=_adversarial(args.adversarial))
    training = fit if recipe.adversarial is None else fit_adversarial
    steps = args.steps
    if steps is None:
        steps = _steps_of(args.out) if args.resume else None
        if steps is not None:
            tell(f"{args.out} was begun with {steps} steps and goes on with them; --minutes counts when a run begins.")
        else:
            steps = steps_within(args.minutes, model, images, recipe, training)
    history = training(
        model, images, replace(recipe, steps=steps), validation=watched, out=args.out, resume=args.resume,
        workers=args.workers, progress=True,
    )  # fmt: skip
    print(
        f"{printable(args.out)}: {history.step[-1]} steps in {history.seconds[-1]:.0f} s, validation {history.psnr[-1]:.2f} dB (linear interpolation {history.baseline:.2f} dB)"
    )


def _model(args):
    """A fresh network, or a trained one to go on from."""
    from ..checkpoints import known, load_model
    from ..models import build_model, in_colour
    from ..networks import NETWORKS

    options = dict(_option(pair) for pair in args.option)
    if args.model in NETWORKS:
        return build_model(args.model, 2 if args.scale is None else args.scale, seed=args.seed, **options)
    if options and options != {"channels": 3}:
        raise ValueError(
            f"--option {args.option[0]} was given for the trained network {args.model!r}; expected options with {', '.join(NETWORKS)} only, or channels=3: leave it out."
        )
    if known(args.model):
        return in_colour(load_model(args.model)) if options else load_model(args.model)
    raise ValueError(
        f"There is no model {args.model!r}; expected one of {', '.join(NETWORKS)} to begin with, or a trained one to go on from: `srlib models` shows them."
    )


def _images(args):
    """All images to learn from, at all their sizes."""
    first, *others = (images_of(source, "train", args.count, args.seed, strict=True) for source in args.data)
    images = sum(others, first)
    if args.squares is not None:
        images = images.squares(args.squares)
    return sum([images.resized(factor) for factor in args.also_at], images)


def _steps_of(folder: Path) -> int | None:
    """The number of steps that a run with --minutes fixed when it began."""
    from ..runs import RECIPE, read_recipe

    return read_recipe(folder)[1].recipe.steps if (folder / RECIPE).exists() else None


def _option(pair: str, flag: str = "--option", like: str = "width=16") -> tuple[str, int | float | str]:
    name, sign, value = pair.partition("=")
    if not (name and sign and value):
        raise ValueError(f"{flag} is {pair!r}; expected NAME=VALUE, such as {like}: write it so.")
    for kind in (int, float):
        with contextlib.suppress(ValueError):
            return name, kind(value)
    return name, value


def _adversarial(pairs: list[str] | None) -> Adversarial | None:
    """What --adversarial says; None where it is not given."""
    if pairs is None:
        return None
    settings = dict(_option(pair, "--adversarial", "weight=0.02") for pair in pairs)
    for setting in settings:
        check_choice(setting, [each.name for each in fields(Adversarial)], "--adversarial")
    return Adversarial(**settings)
