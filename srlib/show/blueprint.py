"""A network drawn layer by layer: boxes by visualkeras, laid out in a row, with skips as arcs, sizes and names.

What is drawn is read from the network itself, and each layer's look from its traits, so that they cannot disagree.
"""

from collections import Counter
from dataclasses import dataclass
from functools import cached_property
from itertools import groupby
from types import SimpleNamespace

import numpy as np

from ..extras import brought_by
from .style import FONT, INK, MUTED, new_figure

WIDTH, UNIT = 9, 0.017  # inches; a unit is what lengths in the drawing are counted in, smaller for a long network
GAP = 14  # units between two boxes
ROW, LEVEL, MARGIN = 0.21, 0.26, 0.95  # inches: a line of words, how far arcs are apart, the words at the left
FINE = 2  # pixels that visualkeras draws for a unit


def architecture(model, *, side: int = 64):
    """The network's layers as boxes in a row: height and depth are the image's, thickness the channels; skips are arcs.

    Below them stand the channels, the sizes, and what the parts of the network are called.

    Parameters
    ----------
    model : keras.Model
        From :func:`srlib.build_model`.
    side : int
        Side of the LR image that the drawing assumes.

    Returns
    -------
    matplotlib.figure.Figure

    Raises
    ------
    ImportError
        visualkeras is not installed.

    Examples
    --------
    >>> import srlib
    >>> figure = srlib.show.architecture(srlib.build_model("autoencoder", width=8))
    >>> words = [text.get_text() for text in figure.axes[0].texts]
    >>> [word for word in words if "code" in word]
    ['encoder', 'code', 'decoder']
    """
    with brought_by("lessons", "visualkeras", "drawing networks"):
        import visualkeras  # noqa: F401 (what is missing is said before anything is built)
    from matplotlib.patches import Patch

    boxes, arcs = _read(model, side)
    _lay_out(boxes)
    levels, stages = _levels(arcs), _stages(boxes, arcs)
    end = boxes[-1].right + boxes[-1].depth
    unit = min(UNIT, (WIDTH - MARGIN - 0.15) / end)
    left = max(MARGIN, (WIDTH - end * unit) / 2)
    above = max(box.top for box in boxes) * unit + LEVEL * max(levels, default=0) + 0.3
    half, rows = max(box.height for box in boxes) / 2 * unit, 2 + bool(stages)
    legend = {look.label: look.colour for look in [*boxes, *(look for arc in arcs for look in arc.passed)]}
    lines = -(-len(legend) // 6)  # more do not fit beside each other
    below, high = 0.1 + 0.25 * lines, above + half + 0.12 + rows * (ROW + 0.04)
    fig = new_figure(WIDTH, high + below)
    fig.set_layout_engine("none")
    axes = fig.add_axes((0, below / (high + below), 1, high / (high + below)))
    for number, box in enumerate(boxes):
        place = (box.left, box.right + box.depth, -box.height / 2, box.top)
        axes.imshow(box.picture, extent=place, aspect="auto", zorder=number, interpolation="antialiased")
    for arc, level in zip(arcs, levels):
        _put_arc(axes, boxes, arc, LEVEL * level / unit, unit)
    _put_words(axes, boxes, stages, (-half - 0.12) / unit, ROW / unit, -0.3 / unit)
    axes.set_axis_off()
    axes.set_xlim(-left / unit, (WIDTH - left) / unit)
    axes.set_ylim((above - high) / unit, above / unit)
    fig.legend(
        handles=[Patch(facecolor=colour, label=label) for label, colour in legend.items()], loc="lower center",
        ncols=-(-len(legend) // lines), fontsize=FONT, frameon=False, handlelength=1.2,
    )  # fmt: skip
    fig.tell(*_told(boxes, arcs, stages))
    return fig


@dataclass(eq=False)
class Box:
    """A layer that is drawn; lengths in units, from the middle of the first box's left edge."""

    name: str
    label: str
    colour: str
    pixels: int
    channels: int
    left: float = 0
    height: float = 0

    @property
    def thickness(self) -> float:
        """Of the channels; neither a line nor longer than all others together."""
        return float(np.clip(0.45 * self.channels, 10, 120))

    @property
    def depth(self) -> float:
        """As visualkeras draws it."""
        return self.height / 3

    @property
    def right(self) -> float:
        """The right edge of the front."""
        return self.left + self.thickness

    @property
    def top(self) -> float:
        """The highest edge, at the back."""
        return self.height / 2 + self.depth

    @cached_property
    def picture(self) -> np.ndarray:
        """The box as visualkeras draws it, cut out."""
        import visualkeras

        side, thickness = round(FINE * self.height), round(FINE * self.thickness)
        layer = SimpleNamespace(output_shape=(None, side, side, thickness), name=self.name)
        image = visualkeras.layered_view(
            SimpleNamespace(layers=[layer]), color_map={SimpleNamespace: {"fill": self.colour}}, scale_xy=1, scale_z=1,
            shade_step=14, background_fill=(255, 255, 255, 0), legend_text_spacing_offset=0,
        )  # fmt: skip
        return np.asarray(image.crop(image.getchannel("A").getbbox()))


@dataclass(eq=False)
class Arc:
    """A way around some of the layers: from one box to another, both by number, with what lies on it."""

    start: int
    end: int
    passed: list  # the traits of layers
    words: str


def _read(model, side: int) -> tuple[list[Box], list[Arc]]:
    """The boxes along the longest way from the LR image to the SR image, and the arcs of what joins it."""
    from ..backend import keras
    from ..layers import Interpolation, traits_of
    from ..layers.traits import calls_of
    from ..networks import NETWORKS

    built = model.card.architecture
    lr = keras.Input((side, side, 3))
    drawn = keras.Model(lr, NETWORKS[built.builder](lr, built.scale, **built.options))
    makes = {id(call.output_tensors[0]): call for call in calls_of(drawn)}
    looks = {call: traits_of(call.operation) for call in makes.values()}

    def behind(tensor):
        """The drawn call that gives this; a layer without a label hands on its first input."""
        call = makes[id(tensor)]
        return call if looks[call].label else behind(call.input_tensors[0])

    given, length = {}, {}  # of every drawn call: those before it, the longest way first, and that way's length
    for call in makes.values():
        if looks[call].label:
            given[call] = sorted((behind(x) for x in call.input_tensors), key=length.get, reverse=True)
            length[call] = 1 + max((length[before] for before in given[call]), default=0)
    row = [behind(drawn.output)]
    while given[row[0]]:
        row.insert(0, given[row[0]][0])
    arcs = []
    for end, call in enumerate(row):
        for before in given[call][1:]:
            way = [before]
            while way[0] not in row:
                way.insert(0, given[way[0]][0])
            passed = [looks[each] for each in way[1:]]
            upscaled = any(isinstance(each.operation, Interpolation) for each in way)
            words = "the upscaled input" if upscaled else ", ".join(each.label for each in passed)
            arcs.append(Arc(row.index(way[0]), end, passed, words))
    shapes = [call.output_tensors[0].shape for call in row]
    return [
        Box(call.operation.name, looks[call].label, looks[call].colour, shape[1], shape[3])
        for call, shape in zip(row, shapes)
    ], arcs


def _lay_out(boxes: list[Box]) -> None:
    """Give the boxes their places; the more there are, the larger the images, as all will be drawn smaller."""
    long = sum(box.thickness + GAP for box in boxes)
    largest, left = np.clip(0.16 * long, 85, 260), 0
    for box, before in zip(boxes, [boxes[0], *boxes]):
        if box.pixels != before.pixels:  # room for the words below
            left += 0.035 * long
        elif box.channels != before.channels:
            left += 0.01 * long
        box.left, box.height = left, largest * box.pixels / max(each.pixels for each in boxes)
        left = box.right + GAP


def _levels(arcs: list[Arc]) -> list[int]:
    """How high each arc is: above all that it spans."""
    levels: dict[Arc, int] = {}
    for arc in sorted(arcs, key=lambda arc: arc.end - arc.start):
        within = [level for other, level in levels.items() if arc.start <= other.start and other.end <= arc.end]
        levels[arc] = 1 + max(within, default=0)
    return [levels[arc] for arc in arcs]


def _stages(boxes: list[Box], arcs: list[Arc]) -> list[tuple[str, int, int]]:
    """What the parts of the network are called, each with its first and last box."""
    first = next((i for i, box in enumerate(boxes) if box.channels > 3), None)
    if first is None:
        return []
    added = any(arc.words and arc.end == len(boxes) - 1 for arc in arcs)  # the last box is the sum with the input
    last, names, labels = len(boxes) - 1 - added, [box.name for box in boxes], [box.label for box in boxes]
    larger = (i for i, box in enumerate(boxes) if i > first and box.pixels > boxes[first].pixels)
    if "code" in names:
        code = names.index("code")
        stages = [("encoder", first, code - 1), ("code", code, code), ("decoder", code + 1, last)]
    elif "pixel shuffle" in labels:
        step = labels.index("pixel shuffle")
        stages = [("body", first, step - 2), ("sub-pixel step", step - 1, step)]
    else:
        stages = [("body", first, next(larger, last + 1) - 1)]
    return [stage for stage in stages if stage[1] <= stage[2]]


def _put_arc(axes, boxes: list[Box], arc: Arc, high: float, unit: float) -> None:
    """Draw an arc from the top of a box to the top of another, above all between them."""
    from matplotlib.patches import FancyArrowPatch
    from matplotlib.path import Path

    ends = boxes[arc.start], boxes[arc.end]
    (x0, y0), (x1, y1) = ((box.left + (box.thickness + box.depth) / 2, box.top) for box in ends)
    x0, x1 = x0 + 4, x1 - 4  # one may end where another begins
    y = max(box.top for box in boxes[arc.start : arc.end + 1]) + high
    bend = min((x1 - x0) / 2, 0.6 * high)
    path = Path(
        [(x0, y0), (x0, y - bend), (x0, y), (x0 + bend, y), (x1 - bend, y), (x1, y), (x1, y - bend), (x1, y1 + 2)],
        [Path.MOVETO, Path.LINETO, *[Path.CURVE3] * 2, Path.LINETO, *[Path.CURVE3] * 2, Path.LINETO],
    )
    colour = arc.passed[0].colour if arc.passed else INK
    arrow = dict(arrowstyle="-|>", mutation_scale=min(11, 1100 * unit), linewidth=1.8, color=colour)
    axes.add_patch(FancyArrowPatch(path=path, zorder=len(boxes), **arrow))
    if arc.words:
        axes.text((x0 + x1) / 2, y + 0.04 / unit, arc.words, ha="center", va="bottom", fontsize=FONT, color=colour)


def _put_words(axes, boxes: list[Box], stages, y: float, row: float, left: float) -> None:
    """Below the boxes: a row of channels, one of sizes, and one of what the parts are called."""
    write = dict(ha="center", va="top", fontsize=FONT, color=INK)

    def bracket(word: str, first: Box, last: Box, **more):
        start, end = first.left - GAP / 4, last.right + GAP / 4
        axes.plot([start, end], [y] * 2, color=MUTED, linewidth=1.4, solid_capstyle="butt")
        axes.text((start + end) / 2, y - row / 6, word, **write, **more)

    for key, title in (("channels", "channels"), ("pixels", "size")):
        axes.text(left, y - row / 6, title, **{**write, "ha": "right", "color": MUTED})
        for value, run in groupby(boxes, key=lambda box: getattr(box, key)):
            run = list(run)
            bracket(f"{value}x{value}" if key == "pixels" else f"{value}", run[0], run[-1])
        y -= row + 0.19 * row
    for name, first, last in stages:
        bracket(name, boxes[first], boxes[last], fontweight="bold")


def _told(boxes: list[Box], arcs: list[Arc], stages) -> list[str]:
    """The figure in words."""
    kinds = ", ".join(f"{label} ({count})" for label, count in Counter(box.label for box in boxes).items())
    skips = [f"from layer {arc.start + 1} to {arc.end + 1}{f': {arc.words}' if arc.words else ''}" for arc in arcs]
    sizes = ", ".join(f"{pixels}x{pixels}" for pixels, _ in groupby(box.pixels for box in boxes))
    parts = [f"{name}: layers {first + 1} to {last + 1}" for name, first, last in stages]
    return [
        f"The network's {len(boxes)} layers as blocks in a row, from the LR image to the SR image; their kinds: {kinds}",
        f"Sizes: {sizes}",
        f"Parts: {', '.join(parts)}" if parts else "",
        f"Skips as arcs: {', '.join(skips)}" if skips else "",
    ]
