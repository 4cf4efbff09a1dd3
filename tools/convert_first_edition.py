"""Move networks of the first edition to the form of the second: model.json becomes a card; kept while it is needed.

python tools/convert_first_edition.py srlib/weights/*                  # in place
python tools/convert_first_edition.py OLD_RUN --out NEW_RUN             # a copy
"""

import argparse
import json
import shutil
import sys
from pathlib import Path

from srlib import Degradation, Downscale, ModelCard, Recipe
from srlib.data import CATALOGUE, Provenance, Source
from srlib.networks import complete_options
from srlib.recipe import Architecture, Run

LOSSES = {"luminance_mae": "mae_y", "luminance_psnr": "psnr_y"}
GROUPS = {(1, 1): "none", (8, 1): "d4", (8, 2): "d4_inversion"}
WORDS = {  # of commands, licences and warnings
    "--batch ": "--batch-size ",
    "--crop ": "--patch-size ",
    "--average ": "--ema-decay ",
    "--option orientations=8 --option polarities=2": "--option symmetry=d4_inversion",
    "pictures": "images",
    **LOSSES,
}
SAMPLE = {"train": 37, "validation": 25, "test": 21, None: 83}  # images of each split
SINCE = {
    "loss": "mae",
    "optimizer": "adam",
    "precision": "float32",
    "average": None,
    "augment": True,
    "schedule": "cosine",
}


def provenance(text: str, images: int) -> Provenance:
    """The provenance that a string of the first edition stood for.

    Parameters
    ----------
    text : str
        Sets, folders, and what was done to them, joined by a plus.
    images : int
        How many there are in all. Those of ``sample`` are known; the rest is shared out evenly.

    Examples
    --------
    >>> provenance("sample/train+dead_leaves", 437).sources[1].images
    400
    >>> provenance("bsds500, squares of 128+bsds500, at 0.5", 800)
    <Provenance of bsds500, squares of 128, 400 images; bsds500, 400 images at 0.5 of their size>
    """
    sources = []
    for part in text.split("+"):
        place, *done = part.split(", ")
        name, _, split = place.partition("/")
        if name not in CATALOGUE:
            sources.append(Source(place, kind="array" if place == "images" else "folder"))
            continue
        if name == "dead_leaves":
            split = "train"
        source = Source(name, split=split or None)
        for change in done:
            if change.startswith("squares of "):
                source = source.changed("squares", int(change.removeprefix("squares of ")))
            elif change.startswith("at "):
                source = source.changed("resized", float(change.removeprefix("at ")))
            else:
                raise ValueError(f"{text!r} says {change!r}; expected squares of a number, or at a number.")
        sources.append(source)
    known = [SAMPLE[source.split] if source.name == "sample" else 0 for source in sources]
    others = max(1, known.count(0))
    counts = [n or (images - sum(known)) // others for n in known]
    return Provenance(
        Source(s.name, s.kind, s.split, s.changes, n, s.licence, s.terms) for s, n in zip(sources, counts)
    )


def reworded(text: str) -> str:
    """A text of a model.json in today's words, so that a command can be given again.

    Examples
    --------
    >>> reworded("srlib train --batch 8 --crop 96 --loss luminance_mae --out RUN")
    'srlib train --batch-size 8 --patch-size 96 --loss mae_y --out RUN'
    """
    for old, new in WORDS.items():
        text = text.replace(old, new)
    return text


def architecture(told: dict) -> Architecture:
    """The builder and its options, by their new names."""
    options = dict(told["options"])
    group = options.pop("orientations", 1), options.pop("polarities", 1)
    if group != (1, 1):
        options["symmetry"] = GROUPS[group]
    return Architecture(told["builder"], told["scale"], complete_options(told["builder"], options))


def run(told: dict) -> Run:
    """One training of a chain, from what a model.json tells of it."""
    was = {**SINCE, **told["recipe"]}
    recipe = Recipe(
        Degradation(Downscale(was["model"]["scale"], was["kernel"])), was["steps"], was["seed"], was["batch"], was["crop"],
        LOSSES.get(was["loss"], was["loss"]), was["learning_rate"], was["schedule"], was["optimizer"], was["average"],
        was["augment"], was["precision"], was["every"],
    )  # fmt: skip
    watched = was.get("validation")
    return Run(
        recipe, provenance(was["data"], was.get("pictures", was.get("images", 0))), was.get("pictures_sha256", was.get("images_sha256", "")),
        was.get("start", ""), watched and provenance(watched, 25), tuple(was.get("frozen", ())), was.get("versions", {}),
        told.get("seconds"), reworded(told.get("command", "")), told.get("hardware", ""),
    )  # fmt: skip


def card(told: dict) -> ModelCard:
    """The card that a model.json of the first edition describes, with every training that it tells of."""
    chain = [told]
    while chain[0].get("before"):
        chain.insert(0, chain[0]["before"])
    runs = tuple(run(part) for part in chain if "recipe" in part)
    licence, not_for = (reworded(told.get(name, "")) for name in ("licence", "not_for"))
    return ModelCard(architecture(told), runs, licence=licence, not_for=not_for)


def main() -> int:
    """Convert every folder; 1 where one is not of the first edition."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folders", nargs="+", type=Path, metavar="FOLDER")
    parser.add_argument("--out", type=Path, metavar="FOLDER", help="instead of in place: copy one folder, converted")
    args = parser.parse_args()
    if args.out is not None and len(args.folders) != 1:
        parser.error("--out takes one folder")
    for folder in args.folders:
        told = json.loads((folder / "model.json").read_text("utf-8"))
        if "builder" not in told:
            print(f"{folder} is no network of the first edition; expected one: leave it out.", file=sys.stderr)
            return 1
        target = args.out or folder
        if args.out is not None:
            args.out.mkdir(parents=True)
            shutil.copy(folder / "model.weights.h5", args.out)
        (target / "model.json").write_text(json.dumps(card(told).to_dict(), indent=2) + "\n", "utf-8")
        print(target)
    return 0


if __name__ == "__main__":
    sys.exit(main())
