"""Where the names of dots go in a crowded plot.

Each name is tried on every side of its dot, and takes the side where it is read most easily.
"""

from functools import partial

import numpy as np

# How far from its dot a name is put, in points, and how it is aligned there.
SIDES = [((8, 0), "left"), ((-8, 0), "right"), ((0, 13), "center"), ((0, -13), "center")]
SIDES += [((x, y), side) for y in (11, -11, 22, -22) for x, side in ((5, "left"), (-5, "right"))]


def keep_apart(fig, axes, labels: list) -> None:
    """Put each label where it covers fewest dots and other labels, and is nearest to no other dot."""
    from matplotlib.transforms import Bbox

    fig.draw_without_rendering()  # the layout decides where the dots are
    dots = np.array([axes.transData.transform(label.xy) for label in labels])
    radius = 5 * fig.dpi / 72
    around = [Bbox([dot - radius, dot + radius]) for dot in dots]
    inside = axes.get_window_extent()
    boxes: dict = {}  # of the labels that are placed

    def put(i, side):
        labels[i].set_position(side[0])
        labels[i].set_horizontalalignment(side[1])
        return labels[i].get_window_extent()

    def cost(i, side):
        box = put(i, side)
        outside = not (inside.contains(*box.min) and inside.contains(*box.max))
        covered = box.count_overlaps([*around, *(boxes[k] for k in boxes if k != i)])
        away = np.hypot(*np.maximum(0, np.maximum(box.min - dots, dots - box.max)).T)
        mistaken = np.delete(away, i).min(initial=np.inf) < 2 * away[i]  # one would read it as another dot's
        far = abs(side[0][1]) > 13
        return 100 * outside + 2 * covered + mistaken + far

    for i in [*range(len(labels))] * 3:  # the second and third time, the places of all other labels are known
        boxes[i] = put(i, min(SIDES, key=partial(cost, i)))
