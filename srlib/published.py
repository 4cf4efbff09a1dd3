"""Where the shipped networks stand: their scores on the field's benchmark sets, beside what others published.

Nothing is computed here. Our scores were measured by ``tools/scores.py`` and travel with the package; the others are
quoted. The quoted numbers are for x2, x3 and x4, images downscaled by MATLAB's bicubic, PSNR-Y and SSIM-Y with a border
crop of as many pixels as the scale: the protocol ``y``. Most come from tables in later papers, which repeat them; where
one could not be verified there is none. Lesson 06 (``06_benchmark``) reads the tables, lesson 05 (``05_subpixel``) the
ablation.
"""

import json
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np

from .checkpoints import shipped
from .images import check_choice
from .tables import aligned, markdown

RESULTS = Path(__file__).parent / "results"
SETS = {"set5": "Set5", "set14": "Set14", "bsd100": "BSD100"}
BASELINES = ("bilinear", "bicubic", "lanczos")
ENSEMBLE = "small_x2"  # is scored with the geometric self-ensemble (x8) as well, as in some of the papers


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
    gmacs : float or None
        For an output of 1280x720; None for an interpolation, and where none was found.
    trained_on : str
    scores : dict
        Set -> (PSNR in dB, SSIM).
    ensemble : bool
        Whether it is another line's network with the geometric self-ensemble (x8).
    """

    method: str
    ours: bool
    parameters: int | None
    gmacs: float | None
    trained_on: str
    scores: dict[str, tuple[float, float]] = field(default_factory=dict)
    ensemble: bool = False

    def cells(self) -> list[str]:
        """PSNR and SSIM on every set, in words for a table."""
        return score_cells(self.scores)


def _quoted(method, parameters, gmacs, trained_on, *scores):
    return LeaderboardRow(method, False, parameters, gmacs, trained_on, dict(zip(SETS, scores)))


# Scale -> lines with PSNR and SSIM on Set5, Set14 and BSD100. For EDSR-baseline x2 no GMACs were printed: they are those of
# our builder.
PUBLISHED = {
    2: (
        _quoted("bicubic, published", None, None, "-", (33.66, 0.9299), (30.24, 0.8688), (29.56, 0.8431)),
        _quoted("SRCNN (2016)", 57_000, 52.7, "ImageNet", (36.66, 0.9542), (32.42, 0.9063), (31.36, 0.8879)),
        _quoted("FSRCNN (2016)", 12_000, 6.0, "191 images", (37.00, 0.9558), (32.63, 0.9088), (31.53, 0.8920)),
        _quoted("VDSR (2016)", 665_000, 612.6, "291 images", (37.53, 0.9587), (33.03, 0.9124), (31.90, 0.8960)),
        _quoted("DRCN (2016)", 1_770_000, 17974.3, "91 images", (37.63, 0.9588), (33.04, 0.9118), (31.85, 0.8942)),
        _quoted("DRRN (2017)", 297_000, 6796.9, "291 images", (37.74, 0.9591), (33.23, 0.9136), (32.05, 0.8973)),
        _quoted("IDN (2018)", 553_000, None, "291 images", (37.83, 0.9600), (33.30, 0.9148), (32.08, 0.8985)),
        _quoted("CARN (2018)", 1_590_000, 222.8, "BSD, T91, DIV2K", (37.76, 0.9590), (33.52, 0.9166), (32.09, 0.8978)),
        _quoted("EDSR-baseline (2017)", 1_370_000, 316.2, "DIV2K, 800", (37.99, 0.9604), (33.57, 0.9175), (32.16, 0.8994)),
        _quoted("EDSR (2017)", 40_700_000, None, "DIV2K, 800", (38.11, 0.9601), (33.92, 0.9195), (32.32, 0.9013)),
        _quoted("IMDN (2019)", 694_000, 158.8, "DIV2K, 800", (38.00, 0.9605), (33.63, 0.9177), (32.19, 0.8996)),
        _quoted("SwinIR-S (2021)", 878_000, 195.6, "DIV2K, 800", (38.14, 0.9611), (33.86, 0.9206), (32.31, 0.9012)),
    ),
    3: (
        _quoted("bicubic, published", None, None, "-", (30.40, 0.8682), (27.54, 0.7746), (27.21, 0.7401)),
        _quoted("VDSR (2016)", 665_000, 612.6, "291 images", (33.66, 0.9213), (29.77, 0.8314), (28.82, 0.7976)),
        _quoted("CARN (2018)", 1_590_000, 118.8, "BSD, T91, DIV2K", (34.29, 0.9255), (30.29, 0.8407), (29.06, 0.8034)),
        _quoted("IMDN (2019)", 703_000, 71.5, "DIV2K, 800", (34.36, 0.9270), (30.32, 0.8417), (29.09, 0.8046)),
        _quoted("SwinIR-S (2021)", 886_000, 87.2, "DIV2K, 800", (34.62, 0.9289), (30.54, 0.8463), (29.20, 0.8082)),
    ),
    4: (
        _quoted("bicubic, published", None, None, "-", (28.42, 0.8104), (26.00, 0.7027), (25.96, 0.6675)),
        _quoted("SRCNN (2016)", 57_000, 52.7, "ImageNet", (30.48, 0.8628), (27.50, 0.7513), (26.90, 0.7101)),
        _quoted("FSRCNN (2016)", 12_000, 4.6, "191 images", (30.72, 0.8660), (27.61, 0.7550), (26.98, 0.7150)),
        _quoted("VDSR (2016)", 665_000, 612.6, "291 images", (31.35, 0.8838), (28.01, 0.7674), (27.29, 0.7251)),
        _quoted("LapSRN (2017)", 813_000, 149.4, "291 images", (31.54, 0.8852), (28.09, 0.7700), (27.32, 0.7275)),
        _quoted("DRRN (2017)", 297_000, 6796.9, "291 images", (31.68, 0.8888), (28.21, 0.7720), (27.38, 0.7284)),
        _quoted("IDN (2018)", 553_000, 32.3, "291 images", (31.82, 0.8903), (28.25, 0.7730), (27.41, 0.7297)),
        _quoted("EDSR-baseline (2017)", 1_520_000, 114.0, "DIV2K, 800", (32.09, 0.8938), (28.58, 0.7813), (27.57, 0.7357)),
        _quoted("CARN (2018)", 1_590_000, 90.9, "BSD, T91, DIV2K", (32.13, 0.8937), (28.60, 0.7806), (27.58, 0.7349)),
        _quoted("IMDN (2019)", 715_000, 40.9, "DIV2K, 800", (32.21, 0.8948), (28.58, 0.7811), (27.56, 0.7353)),
        _quoted("SwinIR-S (2021)", 897_000, 49.6, "DIV2K, 800", (32.44, 0.8976), (28.77, 0.7858), (27.69, 0.7406)),
        _quoted("RCAN (2018)", 15_600_000, 917.0, "DIV2K, 800", (32.63, 0.9002), (28.87, 0.7889), (27.77, 0.7436)),
    ),
}  # fmt: skip


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
        head = ["method", "parameters", "GMACs", "trained on", *(f"{name} dB / SSIM" for name in SETS.values())]
        out = [head]
        for line in self:
            work = "-" if line.gmacs is None else f"{line.gmacs:,.1f}"
            count = "-" if line.parameters is None else f"{line.parameters:,}"
            out.append([line.method, count, work, line.trained_on, *line.cells()])
        return out

    def to_markdown(self) -> str:
        """The table for a README, our lines in bold."""
        head, *rows = self.rows()
        bold = [[f"**{cell}**" if line.ours and cell != "-" else cell for cell in row] for line, row in zip(self, rows)]
        return markdown([head, *bold], words=(0, 3))

    def __repr__(self) -> str:
        return f"{self.about}\n{aligned(self.rows())}"


def leaderboard(scale: int = 2, *, kernel: str = "bicubic", protocol: str = "y") -> Leaderboard:
    """The shipped networks' scores on the benchmark sets, with what others published where it may be compared.

    Parameters
    ----------
    scale : {2, 3, 4}
    kernel : {"bicubic", "bilinear"}
        How images were downscaled; the networks that were trained for it are listed. ``bilinear`` at x2 alone.
    protocol : {"y", "rgb"}
        Published numbers are given for ``bicubic`` and ``y`` alone: no other can stand beside them.

    Returns
    -------
    Leaderboard
        A list of :class:`LeaderboardRow`, by GMACs for an output of 1280x720. A line is found by its number
        or by the name of its method. No image is scored here: that was done once, and the scores travel with the
        package.

    Raises
    ------
    ValueError
        A scale, a kernel or a protocol that nothing was measured under.

    Examples
    --------
    >>> import srlib
    >>> table = srlib.leaderboard()
    >>> table["FSRCNN (2016)"].scores["set5"]
    (37.0, 0.9558)
    >>> table["small_x2"].parameters
    93956
    """
    stored, networks = stored_scores(scale), stored_networks()
    check_choice(protocol, tuple(stored), "protocol")
    check_choice(kernel, [kernel for kernel in stored[protocol] if kernel != "published"], f"kernel at x{scale}")
    lines = [_ours(method, scores, networks) for method, scores in stored[protocol][kernel].items()]
    if (kernel, protocol) == ("bicubic", "y"):
        lines += PUBLISHED[scale]
    lines.sort(key=lambda line: (line.gmacs or (0 if line.parameters is None else 1e15), line.scores["set5"]))
    return Leaderboard(lines, f"x{scale}, {kernel}, protocol {protocol}")


def stored_networks() -> dict:
    """``networks[name]`` is ``{"parameters": .., "gmacs": ..}`` for every network that was scored."""
    return _stored()["networks"]


def stored_scores(scale: int = 2) -> dict:
    """Our scores as they travel with the package.

    Parameters
    ----------
    scale : {2, 3, 4}

    Returns
    -------
    dict
        ``scores[protocol][kernel][method][set]`` is ``{"psnr": dB, "ssim": .., "psnr_deviation": .., ..}``, means and
        standard deviations over the images of the set. The kernel ``published`` stands for the LR images that a set
        comes with; a method with a plus behind it is a network with the geometric self-ensemble.

    Examples
    --------
    >>> from srlib.published import stored_scores
    >>> print(round(stored_scores()["y"]["bicubic"]["bicubic"]["set5"]["psnr"], 2))
    33.68
    """
    stored = _stored()["scores"]
    return stored[f"x{check_choice(scale, [int(name[1:]) for name in stored], 'scale')}"]


def _stored() -> dict:
    return json.loads((RESULTS / "scores.json").read_text("utf-8"))


def mean_scores(of_sets: dict) -> dict[str, tuple[float, float]]:
    """Set -> (PSNR, SSIM), of what is stored for one method."""
    return {name: (score["psnr"], score["ssim"]) for name, score in of_sets.items()}


def score_cells(scores: dict[str, tuple[float, float]]) -> list[str]:
    """PSNR and SSIM on every set, in words for a table; a dash where a set was not scored."""
    return [f"{scores[name][0]:.2f} / {scores[name][1]:.4f}" if name in scores else "-" for name in SETS]


def _ours(method: str, scores: dict, networks: dict) -> LeaderboardRow:
    """The line of a shipped network or an interpolation."""
    if method in BASELINES:
        return LeaderboardRow(method, True, None, None, "-", mean_scores(scores))
    card, about = shipped()[method.removesuffix("+")], networks[method]
    learnt_from = card.provenance.describe(sizes=False)
    return LeaderboardRow(
        method, True, about["parameters"], about["gmacs"], learnt_from, mean_scores(scores),
        ensemble=method.endswith("+"),
    )  # fmt: skip


# -- one thing changed at a time --------------------------------------------------------------------------------------------


def share_cell(shares) -> str:
    """Detectability over several seeds in a cell of a table: mean and standard deviation."""
    return f"{np.mean(shares):.3f} +- {np.std(shares, ddof=1):.3f}"


class Realism(dict):
    """Set -> its rows, each a dict; prints as text."""

    def __repr__(self) -> str:
        parts = []
        for name, rows in self.items():
            cells = [["", "PSNR", "detectability", "LR again"]]
            for row in rows:
                psnr = "-" if row["psnr"] is None else f"{row['psnr']:.2f}"
                again = f"{row['lr_psnr']:.1f}" if "lr_psnr" in row else "-"
                cells.append([row["name"], psnr, share_cell(row["shares"]), again])
            parts.append(f"{name}, validation, x4\n{aligned(cells)}")
        return "\n\n".join(parts)


def realism_results() -> Realism:
    """How well images upscaled by 4 can be told from real ones, beside their PSNR.

    Returns
    -------
    Realism
        Set -> rows with `name`, `psnr` (dB), `shares` (detectability, one for each seed) and, for what was upscaled,
        `lr_psnr` and `lr_psnr_lowest`: how near the SR images are to the LR images when they are downscaled again, dB.

    Examples
    --------
    >>> import srlib
    >>> srlib.realism_results()["sample"][0]["name"]
    'bicubic'
    """
    return Realism(json.loads((RESULTS / "realism.json").read_text("utf-8")))


@dataclass(frozen=True)
class Ablation:
    """One thing changed at a time in a small network; measured by ``benchmarks/ablation.py``.

    Attributes
    ----------
    lines : dict
        What was changed -> `psnr` (dB, ndarray, one for each seed), `parameters`, `gmacs` (for 1280x720),
        `seconds` of processor time for the training (of each seed). The first line is the network in which nothing was changed.
        A line of a later run has `first` as well: what the first line gave in that run, with which it is compared.
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

    def only(self, *changes: str) -> "Ablation":
        """The first line, with which all others are compared, and the lines that are named, in that order.

        Examples
        --------
        >>> import srlib
        >>> [row[0] for row in srlib.ablation_results().only("twice as wide").rows()]
        ['changed', 'nothing', 'twice as wide']
        """
        first = next(iter(self.lines))
        chosen = [first, *(check_choice(change, self.lines, "changes") for change in changes)]
        return replace(self, lines={name: self.lines[name] for name in chosen})

    def rows(self) -> list[list[str]]:
        """Heading and one row for each line: mean, spread over the seeds, and what the change brought."""
        base = next(iter(self.lines.values()))
        head = ["changed", "PSNR (dB)", "+-", "difference", "parameters", "GMACs", "time"]
        out = [head]
        for name, line in self.lines.items():
            psnr, gain = line["psnr"], line["psnr"].mean() - np.mean(line.get("first", base["psnr"]))
            gain = "-" if line is base else f"{gain:+.2f}"
            time = np.median(line["seconds"]) / np.median(base["seconds"])
            costs = [f"{line['parameters']:,}", f"{line['gmacs']:.1f}", f"{time:.1f}"]
            out.append([name, f"{psnr.mean():.2f}", f"{psnr.std(ddof=1):.2f}", gain, *costs])
        return out

    def __repr__(self) -> str:
        return f"{self.images[1]} held-out images, protocol y, bicubic x2; bicubic {self.bicubic:.2f} dB; processor time as a multiple of the first line's\n{aligned(self.rows())}"


def ablation_results() -> Ablation:
    """What was found by changing one thing at a time, as it travels with the package.

    Returns
    -------
    Ablation

    Examples
    --------
    >>> import srlib
    >>> ablation = srlib.ablation_results()
    >>> print(f"{ablation.lines['nothing']['psnr'].mean() - ablation.bicubic:.1f} dB above bicubic")
    1.7 dB above bicubic
    """
    told = json.loads((RESULTS / "ablation.json").read_text("utf-8"))
    lines = {
        name: {**line, **{key: np.array(list(line[key].values())) for key in ("psnr", "seconds")}}
        for name, line in told["lines"].items()
    }
    for name in told["later"]["lines"]:
        lines[name]["first"] = told["later"]["first"]
    return Ablation(lines, told["bicubic"], told["training"], tuple(told["images"]))
