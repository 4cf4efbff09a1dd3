"""Where the shipped networks stand: their scores on the field's benchmark sets, beside what others published.

Enters: the benchmark sets, once (:func:`measure`), and from then on nothing but what travels with the package. Leaves:
tables. Lesson 05 (``05_better_networks``) reads them.

The published numbers are for x2, downscaled by MATLAB's bicubic, luma, two pixels shaved: the protocol ``y``. Most come
from tables in later papers, which repeat them; where one could not be verified there is none.
"""

import json
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np

from .checkpoints import load_model, shipped
from .data import load_images
from .equivariance import free_parameters
from .evaluation import aligned, evaluate, markdown
from .geometry import published_cost
from .images import check_choice
from .metrics import PROTOCOLS
from .models import build_model

RESULTS = Path(__file__).parent / "results"
SETS = {"set5": "Set5", "set14": "Set14", "bsd100": "BSD100"}
BASELINES = ("bilinear", "bicubic", "lanczos")
ENSEMBLE = "small_bicubic"  # is scored with the geometric self-ensemble as well, by the rules of the papers, some of which do so
_SCORES, _ABLATION = "scores.json", "ablation.json"


@dataclass(frozen=True)
class LeaderboardRow:
    """One line of the table.

    Attributes
    ----------
    method : str
    ours : bool
        Whether srlib measured it; else it is quoted.
    parameters : int or None
        None for an interpolation.
    multiply_adds : float or None
        For an output of 1280x720; None for an interpolation, and where none was found.
    trained_on : str
    scores : dict
        Set -> (PSNR in dB, SSIM).
    ensemble : bool
        Whether it is another line's network with the geometric self-ensemble of an image.
    """

    method: str
    ours: bool
    parameters: int | None
    multiply_adds: float | None
    trained_on: str
    scores: dict[str, tuple[float, float]] = field(default_factory=dict)
    ensemble: bool = False

    def cells(self) -> list[str]:
        """PSNR and SSIM on every set, in words for a table."""
        return _cells(self.scores)


def _quoted(method, parameters, multiply_adds, trained_on, *scores):
    return LeaderboardRow(method, False, parameters, multiply_adds, trained_on, dict(zip(SETS, scores)))


# PSNR and SSIM on Set5, Set14 and BSD100
PUBLISHED = (
    _quoted("bicubic, published", None, None, "-", (33.66, 0.9299), (30.24, 0.8688), (29.56, 0.8431)),
    _quoted("SRCNN (2014)", 57_000, 52.7e9, "ImageNet", (36.66, 0.9542), (32.42, 0.9063), (31.36, 0.8879)),
    _quoted("FSRCNN (2016)", 12_000, 6.0e9, "191 images", (37.00, 0.9558), (32.63, 0.9088), (31.53, 0.8920)),
    _quoted("VDSR (2016)", 665_000, 612.6e9, "291 images", (37.53, 0.9587), (33.03, 0.9124), (31.90, 0.8960)),
    _quoted("DRCN (2016)", 1_770_000, 17974.3e9, "91 images", (37.63, 0.9588), (33.04, 0.9118), (31.85, 0.8942)),
    _quoted("DRRN (2017)", 297_000, 6796.9e9, "291 images", (37.74, 0.9591), (33.23, 0.9136), (32.05, 0.8973)),
    _quoted("IDN (2018)", 553_000, None, "291 images", (37.83, 0.9600), (33.30, 0.9148), (32.08, 0.8985)),
    _quoted("EDSR-baseline (2017)", 1_370_000, None, "DIV2K, 800", (37.99, 0.9604), (33.57, 0.9175), (32.16, 0.8994)),
    _quoted("EDSR (2017)", 40_700_000, None, "DIV2K, 800", (38.11, 0.9601), (33.92, 0.9195), (32.32, 0.9013)),
    _quoted("IMDN (2019)", 694_000, 158.8e9, "DIV2K, 800", (38.00, 0.9605), (33.63, 0.9177), (32.19, 0.8996)),
    _quoted("SwinIR-S (2021)", 878_000, 195.6e9, "DIV2K, 800", (38.14, 0.9611), (33.86, 0.9206), (32.31, 0.9012)),
)  # fmt: skip
_BUILT_HERE = {"EDSR-baseline (2017)": "edsr"}


class Leaderboard(list):
    """Lines of the table, ours and the quoted ones; prints as text."""

    def __init__(self, lines, about: str):
        super().__init__(lines)
        self.about = about

    def __getitem__(self, index):
        """A line by number or by the name of its method."""
        if isinstance(index, str):
            names = [line.method for line in self]
            index = names.index(check_choice(index, names, "method"))
        return super().__getitem__(index)

    def rows(self) -> list[list[str]]:
        """Heading and one row for each line."""
        head = ["method", "parameters", "multiply-adds", "trained on", *(f"{SETS[s]} dB / SSIM" for s in SETS)]
        out = [head]
        for line in self:
            work = "-" if line.multiply_adds is None else f"{line.multiply_adds / 1e9:,.1f} G"
            count = "-" if line.parameters is None else f"{line.parameters:,}"
            out.append([line.method, count, work, line.trained_on, *line.cells()])
        return out

    def to_markdown(self) -> str:
        """The table for a README, our lines in bold."""
        head, *rows = self.rows()
        bold = [[f"**{cell}**" if line.ours and cell != "-" else cell for cell in row] for line, row in zip(self, rows)]
        return markdown([head, ["---", *["---:"] * 2, "---", *["---:"] * len(SETS)], *bold])

    def __repr__(self) -> str:
        return f"{self.about}\n{aligned(self.rows())}"


def leaderboard(*, kernel: str = "bicubic", protocol: str = "y") -> Leaderboard:
    """The shipped networks' scores on the benchmark sets, with what others published where it may be compared.

    Parameters
    ----------
    kernel : {"bicubic", "bilinear"}
        How images were downscaled; the networks that were trained for it are listed.
    protocol : {"y", "rgb"}
        Published numbers are given for ``bicubic`` and ``y`` alone: no other can stand beside them.

    Returns
    -------
    Leaderboard
        A list of :class:`LeaderboardRow`, by multiply-adds. Nothing is computed here: the scores were measured by
        ``srlib figures --benchmarks`` and travel with the package.

    Raises
    ------
    ValueError
        A kernel or a protocol that nothing was measured under.
    """
    check_choice(kernel, ("bicubic", "bilinear"), "kernel")
    check_choice(protocol, PROTOCOLS, "protocol")
    found = stored_scores()[f"{protocol} {kernel}"]
    lines = [_ours(method, scores) for method, scores in found.items()]
    if (kernel, protocol) == ("bicubic", "y"):
        lines += [_counted(line) for line in PUBLISHED]
    lines.sort(key=lambda line: (line.multiply_adds or (0 if line.parameters is None else 1e15), line.scores["set5"]))
    return Leaderboard(lines, f"x2, {kernel}, protocol {protocol}")


def _cells(scores: dict[str, tuple[float, float]]) -> list[str]:
    return [f"{scores[s][0]:.2f} / {scores[s][1]:.4f}" if s in scores else "-" for s in SETS]


def _of_sets(stored: dict) -> dict[str, tuple[float, float]]:
    return {s: (score["psnr"], score["ssim"]) for s, score in stored.items()}


def _ours(method: str, scores: dict) -> LeaderboardRow:
    """The line of a shipped network or an interpolation."""
    of_sets = _of_sets(scores)
    if method in BASELINES:
        return LeaderboardRow(method, True, None, None, "-", of_sets)
    model = load_model(method)
    about = _learnt_from(model.srlib_config["recipe"])
    return LeaderboardRow(
        method, True, model.count_params(), published_cost(model), about, of_sets, ensemble=method not in shipped()
    )


def _counted(line: LeaderboardRow) -> LeaderboardRow:
    """The published line; where no multiply-adds were printed, with those of our own builder of the same network."""
    builder = _BUILT_HERE.get(line.method)
    return replace(line, multiply_adds=published_cost(build_model(builder))) if builder else line


def stored_scores() -> dict:
    """What :func:`measure` found, as it travels with the package: "protocol kernel" -> method -> set -> score -> value."""
    return json.loads((RESULTS / _SCORES).read_text("utf-8"))["scores"]


def measure(progress: bool = False) -> dict:
    """Score the shipped networks and the interpolations on the benchmark sets, which must have been fetched.

    Parameters
    ----------
    progress : bool
        A progress bar on standard error.

    Returns
    -------
    dict
        `versions`, and `scores` as :func:`stored_scores` gives them. Every network is scored under the kernel that it
        was trained for and both protocols; where a set comes with small images of its own, also from those
        (kernel ``published``), for networks of the kernel ``bicubic``. A network's name with a plus is its
        :func:`srlib.self_ensemble`.
    """
    from tqdm import tqdm

    from .training import versions

    images = {name: load_images(name) for name in SETS}
    scores: dict = {}
    todo = [
        (protocol, kernel, name)
        for protocol, kernel in [*((p, k) for p in PROTOCOLS for k in ("bicubic", "bilinear")), ("y", "published")]
        for name in SETS
        if kernel != "published" or images[name].published
    ]
    networks, ensemble = {name: load_model(name) for name in shipped()}, f"{ENSEMBLE}+"
    in_eight_positions = load_model(ensemble)
    for protocol, kernel, name in tqdm(todo, desc="scoring", disable=not progress):
        trained_for = "bicubic" if kernel == "published" else kernel
        fitting = {n: network for n, network in networks.items() if network.srlib_config["kernel"] == trained_for}
        methods = {**{b: b for b in BASELINES}, **fitting}
        if ENSEMBLE in fitting and protocol == "y":
            methods[ensemble] = in_eight_positions
        table = evaluate(methods, images[name], kernel=kernel, protocol=protocol)
        for method in methods:
            found = {m: round(table.mean(method, m), 5) for m in ("psnr", "ssim")}
            found |= {f"{m}_deviation": round(float(table.values(method, m).std()), 5) for m in ("psnr", "ssim")}
            scores.setdefault(f"{protocol} {kernel}", {}).setdefault(method, {})[name] = found
    return {"versions": versions(), "scores": scores}


# -- one thing changed at a time --------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Ablation:
    """One thing changed at a time in a small network; measured by ``benchmarks/ablation.py``.

    Attributes
    ----------
    lines : dict
        What was changed -> `psnr` (dB, ndarray, one for each seed), `parameters`, `multiply_adds` (for 1280x720),
        `seconds` of processor time for the training (of each seed). The first line is the network in which nothing was changed.
    bicubic : float
        PSNR of bicubic upscaling on the same images, dB.
    training : dict
        The settings that all lines share.
    images : tuple of int
        How many were trained and judged on.
    """

    lines: dict[str, dict]
    bicubic: float
    training: dict
    images: tuple[int, int]

    def rows(self) -> list[list[str]]:
        """Heading and one row for each line: mean, spread over the seeds, and what the change brought."""
        base = next(iter(self.lines.values()))
        head = ["changed", "PSNR (dB)", "+-", "difference", "parameters", "multiply-adds", "time"]
        out = [head]
        for name, line in self.lines.items():
            difference = line["psnr"].mean() - base["psnr"].mean()
            out.append(
                [
                    name,
                    f"{line['psnr'].mean():.2f}",
                    f"{line['psnr'].std(ddof=1):.2f}",
                    "-" if line is base else f"{difference:+.2f}",
                    f"{line['parameters']:,}",
                    f"{line['multiply_adds'] / 1e9:.1f} G",
                    f"{np.median(line['seconds']) / np.median(base['seconds']):.1f}",
                ]
            )
        return out

    def __repr__(self) -> str:
        return f"{self.images[1]} held-out images, protocol y, x2; bicubic {self.bicubic:.2f} dB; processor time as a multiple of the first line's\n{aligned(self.rows())}"


def ablation_results() -> Ablation:
    """What was found by changing one thing at a time, as it travels with the package.

    Returns
    -------
    Ablation
    """
    told = json.loads((RESULTS / _ABLATION).read_text("utf-8"))
    lines = {
        name: {**line, **{key: np.array(list(line[key].values())) for key in ("psnr", "seconds")}}
        for name, line in told["lines"].items()
    }
    return Ablation(lines, told["bicubic"], told["training"], tuple(told["images"]))


# -- model cards ----------------------------------------------------------------------------------------------------------


def _learnt_from(recipe: dict, unit: str = "") -> str:
    """The sets that a recipe names and the number of their images, each set and image once, with the sizes it was taken at."""
    sizes = {}
    for source in recipe["data"].split("+"):
        name, _, factor = source.partition(", at ")
        sizes.setdefault(name, []).append(factor or "1")
    number, (first, *others) = recipe["images"], sizes.values()
    if len(first) > 1 and all(at == first for at in others):  # each image is counted once for every size
        return f"{'+'.join(sizes)}, {number // len(first)}{unit} at {', '.join(first)} of their size"
    told = (name if at == ["1"] else f"{name} at {', '.join(at)} of its size" for name, at in sizes.items())
    return f"{'+'.join(told)}, {number}{unit}"


def cards() -> str:
    """The model cards of all shipped networks as one page of Markdown, made from what `model.json` says and the stored scores."""
    found = stored_scores()
    page = [
        "# The networks that travel with srlib",
        "",
        "Made by `srlib figures` from each network's `model.json` and from the stored scores; not edited by hand. Scores are means over the images: PSNR in dB / SSIM.",
    ]
    for name, card in shipped().items():
        model, recipe = load_model(name), card["recipe"]
        learnt = free_parameters(model)
        free = "" if learnt == model.count_params() else f" ({learnt:,} of them free, the others their copies)"
        page += [
            "",
            f"## {name}",
            "",
            f"- Network: `{card['builder']}`, x{card['scale']}, {', '.join(f'{k} {v}' for k, v in card['options'].items())}; {model.count_params():,} parameters{free}, {published_cost(model) / 1e9:,.1f} G multiply-adds for an output of 1280x720",
            f"- Trained for images downscaled by `{card['kernel']}`",
            f"- Trained on: {_learnt_from(recipe, ' images')}. {card['data_terms']}",
            f"- Command: `{card['command']}`",
            f"- Took {card['seconds'] / 60:.0f} minutes on {card['hardware']}; {', '.join(f'{k} {v}' for k, v in recipe['versions'].items())}",
            f"- Licence of the weights: {card['licence']}",
            f"- Not for: {card['not_for']}",
            "",
            markdown(
                [
                    ["protocol", "downscaled by", *SETS.values()],
                    ["---", "---", *["---:"] * len(SETS)],
                    *([*key.split(), *_cells(_of_sets(of[name]))] for key, of in found.items() if name in of),
                    *(
                        [f"{key.split()[0]}, all eight positions", key.split()[1], *_cells(_of_sets(of[f"{name}+"]))]
                        for key, of in found.items()
                        if f"{name}+" in of
                    ),
                ]
            ),
        ]
    return "\n".join(page) + "\n"
