"""The cards of the shipped networks as one page, srlib/weights/README.md.

Made from each network's `model.json` and from the stored scores by `python tools/figures.py`; never edited by hand.
"""

import repairs
from scores import is_on_the_board

from srlib import ModelCard
from srlib.checkpoints import load_model, shipped
from srlib.models import free_parameters, gmacs
from srlib.published import SETS, mean_scores, realism_results, score_cells, share_cell, stored_scores
from srlib.tables import markdown

HEAD = """# The networks that travel with srlib

Made by `python tools/figures.py` from each network's `model.json` and from the stored scores; not edited by hand. Scores are means over the images: PSNR in dB / SSIM.
"""


def cards() -> str:
    """The page in Markdown."""
    return "\n".join([HEAD, *(card_of(name, about) for name, about in shipped().items())])


def card_of(name: str, card: ModelCard) -> str:
    """The card of one network as a section of the page."""
    model, built, last = load_model(name), card.architecture, card.runs[-1]
    free = free_parameters(model)
    tied = "" if free == model.count_params() else f" ({free:,} of them free, the others their copies)"
    options = ", ".join(f"{key} {value}" for key, value in built.options.items())
    versions = ", ".join(f"{key} {value}" for key, value in last.versions.items())
    times = [run.seconds for run in card.runs]
    seconds = last.seconds if None in times else sum(times)  # of all runs, where all are known
    took = "" if seconds is None else f" in {seconds / 60:.0f} minutes"
    if is_on_the_board(card):
        rows = _score_rows(name, card.scale)
    else:
        rows = _repair_rows(name) if last.recipe.adversarial is None else _realism_rows(name)
    return f"""## {name}

- Network: `{built.builder}`, x{built.scale}, {options}; {model.count_params():,} parameters{tied}, {gmacs(model):,.1f} GMACs for an output of 1280x720
- Trained to undo: {card.degradation}
- Trained on: {card.provenance.describe()}. {card.provenance.terms}
- Recipes: {"; then ".join(str(run.recipe) for run in card.runs)}
- Command: `{last.command}`
- Made{took} on {last.hardware}; {versions}
- Licence of the weights: {card.licence}
- Not for: {card.not_for}

{markdown(rows, words=(0, 1))}
"""


def _score_rows(name: str, scale: int) -> list[list[str]]:
    """Heading and a row for each protocol and kernel that the network, or its self-ensemble, was scored under."""
    rows = [["protocol", f"downscaled by {scale} by", *SETS.values()]]
    for method, how in ((name, ""), (f"{name}+", ", self-ensemble (x8)")):
        for protocol, kernels in stored_scores(scale).items():
            for kernel, methods in kernels.items():
                if method in methods:
                    rows.append([f"{protocol}{how}", kernel, *score_cells(mean_scores(methods[method]))])
    return rows


def _repair_rows(name: str) -> list[list[str]]:
    """Heading and a row for each set and degradation that a network for photographs as they are was scored under."""
    rows = [["validation images of", "degraded by", "PSNR, dB / SSIM", "before, or bicubic"]]
    for tables, table in repairs.stored().items():
        if name in table.scores:
            before = next(each for each in ("bicubic", "as it is") if each in table.scores)
            scores = [f"{table.mean(m):.2f} / {table.mean(m, 'ssim'):.4f}" for m in (name, before)]
            rows.append([tables.partition(" ")[0], str(table.degradation), *scores])
    return rows


def _realism_rows(name: str) -> list[list[str]]:
    """Heading and a row for each set on which an adversarial network was told from real images."""
    rows = [["validation images of", "PSNR, dB", "detectability", "when downscaled again, dB from the LR image"]]
    for of, found in realism_results().items():
        row = next(each for each in found if each["name"] == name)
        rows.append(
            [
                of,
                f"{row['psnr']:.2f}",
                share_cell(row["shares"]),
                f"{row['lr_psnr']:.1f}, lowest {row['lr_psnr_lowest']:.1f}",
            ]
        )
    return rows
