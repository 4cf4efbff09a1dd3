"""Exercise 06b, the project: beat the given network within a budget of parameters and minutes.

The check reads the folder that a training wrote. Budget and images come from its files; the last two steps score the
network on the test photographs.
"""

import csv
from pathlib import Path

import numpy as np

from ..data import Provenance, load_images
from ..degradation import Degradation, Downscale
from .answer import Answer, Wrong, judge

GIVEN = "residual_autoencoder_quarter"  # the network to beat, of those that travel with srlib
MOST_PARAMETERS = 50_000  # the given network has 70,243
MOST_MINUTES = 5.0
_GRACE = 1.2  # `--minutes` times a few steps and fixes their number; on a busy machine the clock ends later


def check_project(my_network) -> Answer:
    """Check exercise 06b: a network of one's own, within the budget, against the given one.

    Parameters
    ----------
    my_network : str or Path
        The folder that ``srlib train --out`` or ``srlib.fit(.., out=..)`` wrote.

    Returns
    -------
    Answer
        Its note tells the scores on the test photographs, once everything before that is in order.

    Examples
    --------
    >>> import srlib
    >>> srlib.checks.check_project("...")
    ✗ my_network is no folder yet.
      Hint: give the name of the folder that your training wrote, between quotation marks.
    """
    report: dict = {}
    answer = judge(
        "my_network",
        my_network,
        {
            "a finished training": lambda folder: _finished(folder, report),
            "within the budget": lambda folder: _within_the_budget(report),
            "trained on what is open": lambda folder: _trained_on_what_is_open(report),
            "ahead of bicubic upscaling": lambda folder: _ahead(report, "bicubic"),
            "ahead of the given network": lambda folder: _ahead(report, GIVEN),
        },
    )
    return Answer(answer.name, answer.passed, answer.of, answer.told, answer.hint, _note(report))


def _finished(folder, report: dict) -> None:
    from ..checkpoints import load_model
    from ..runs import read_recipe

    if not isinstance(folder, (str, Path)) or not str(folder).strip() or str(folder) == "...":
        raise Wrong(
            "is no folder yet.", "give the name of the folder that your training wrote, between quotation marks."
        )
    folder = Path(folder)
    try:
        if not folder.is_dir():
            raise ValueError(f"There is no folder {str(folder)!r}; expected one that a training wrote: look at `out`.")
        model = load_model(folder)
        architecture, run = read_recipe(folder)
        with (folder / "history.csv").open(newline="") as handle:
            minutes = float(list(csv.DictReader(handle))[-1]["seconds"]) / 60
        told = {
            "model": model,
            "minutes": minutes,
            "parameters": int(model.count_params()),
            "run": run,
            "scores": {},
        }
    except (OSError, ValueError, KeyError, IndexError, TypeError) as error:
        raise Wrong(
            f"cannot be read: {' '.join(str(error).split())}",
            "hand in the whole folder: model.json, model.weights.h5, recipe.json and history.csv.",
        ) from None
    if architecture != model.card.architecture:
        raise Wrong("holds a recipe of another network.", "hand in the folder as the training left it.")
    if run.recipe.degradation != Degradation(Downscale(2, "bilinear")):
        raise Wrong(
            f"was trained to undo {run.recipe.degradation}; expected bilinear x2.",
            "the given network was trained for that, and only then can the two be compared.",
        )
    report.update(told)


def _within_the_budget(report: dict) -> None:
    if report["parameters"] > MOST_PARAMETERS:
        raise Wrong(
            f"has {report['parameters']:,} parameters; the budget is {MOST_PARAMETERS:,}.",
            "how do the parameters of a convolution grow with its width? Which designs of lesson 05 do their work on the LR image?",
        )
    if report["minutes"] > MOST_MINUTES * _GRACE:
        raise Wrong(
            f"was trained for {report['minutes']:.1f} minutes; the budget is {MOST_MINUTES:g}.",
            "fewer steps, or steps that cost less; the schedule must know the number from the start, so train again rather than stop early.",
        )


def _trained_on_what_is_open(report: dict) -> None:
    run = report["run"]
    for purpose, provenance in (("to learn from", run.provenance), ("as validation", run.validation or Provenance())):
        sample = [source for source in provenance if (source.kind, source.name) == ("set", "sample")]
        test = ["sample" if s.split is None else "sample/test" for s in sample if s.split in (None, "test")]
        for closed in (*provenance.for_judging, *test):
            raise Wrong(
                f"saw {closed} during its training, {purpose}.",
                "the images of the final table are looked at once, at the end; which splits are open?",
            )


def _score(report: dict, name: str) -> np.ndarray:
    from ..evaluation import evaluate

    if name not in report["scores"]:
        from ..checkpoints import load_model

        method = {"bicubic": "bicubic", "my_network": report["model"]}.get(name) or load_model(name)
        table = evaluate({name: method}, load_images("sample", split="test"))
        report["scores"][name] = table.values(name)
    return report["scores"][name]


def _ahead(report: dict, of: str) -> None:
    gain = _score(report, "my_network") - _score(report, of)
    if gain.mean() <= 0:
        other = "bicubic upscaling" if of == "bicubic" else "the given network"
        raise Wrong(
            f"is {-gain.mean():.2f} dB behind {other} on the test photographs.",
            "choose on the validation photographs before you come here again: what do the curves say, was it still getting better when the time was up? And from what does it start?",
        )


def _note(report: dict) -> str:
    if not report:
        return ""
    lines = [f"  {report['parameters']:,} parameters, {report['minutes']:.1f} minutes of training."]
    scores = report["scores"]
    if "my_network" in scores:
        told = {"bicubic": "bicubic", GIVEN: "the given network", "my_network": "my network"}
        means = [f"{told[name]} {scores[name].mean():.2f} dB" for name in told if name in scores]
        lines.append(f"  Test photographs: {', '.join(means)}.")
        if GIVEN in scores:
            lines.append(f"  Over the given network: {(scores['my_network'] - scores[GIVEN]).mean():+.3f} dB.")
    return "\n".join(lines)
