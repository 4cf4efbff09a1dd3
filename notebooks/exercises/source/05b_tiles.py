# ---
# jupyter:
#   jupytext:
#     text_representation:
#       extension: .py
#       format_name: percent
#   kernelspec:
#     display_name: Python 3 (ipykernel)
#     language: python
#     name: python3
# ---

# %% [markdown]
# # Exercise 05b: tile by tile
#
# *Fill in the body. 40 minutes, 6 points. Needs lesson 05.*
#
# A large photograph may not fit into memory while a network works on it. So one cuts it into tiles and upscales them one by one. Done carelessly, the tiles meet in seams: at its edge, a tile does not know what comes next. The remedy is to hand over each tile with a **margin** of its neighbours' pixels, and to cut the upscaled margin away. How wide must it be? As far as the method looks from a pixel, which is half of its receptive field.
#
# Write `my_tiles`. The result must be the same as that of `method(lr)`.
#
# - `lr` has the shape (h, w, 3), and h and w need not be multiples of `tile`. The answer has the shape (2h, 2w, 3).
# - `method(part)` returns its part twice as high and twice as wide. From a pixel it looks no further than `margin` LR pixels. It must never be given more than `tile + 2 * margin` pixels along a side.
# - At the edges of the image there are no neighbours, so the margin ends there.

# %%
import numpy as np

import srlib

image = srlib.load_images("sample", split="validation")["astronaut"][:128, 64:192]
lr = srlib.downscale(image)


def method(part):
    return srlib.upscale(part, "bicubic")  # looks two LR pixels far


def without_margin(lr, method, tile):
    """What not to do."""
    rows = [[method(lr[y : y + tile, x : x + tile]) for x in range(0, lr.shape[1], tile)] for y in range(0, lr.shape[0], tile)]
    return np.concatenate([np.concatenate(row, axis=1) for row in rows])


difference = np.abs(without_margin(lr, method, tile=16) - method(lr))
srlib.show.images([method(lr), np.clip(20 * difference, 0, 1)], ["the whole image", "seams, 20 times"], columns=2, size=2.5)


# %% tags=["answer"]
def my_tiles(lr, method, tile, margin):
    """Twice as large by `method`, which sees one tile and its margin at a time."""
    ### BEGIN SOLUTION
    height, width, _ = lr.shape
    sr = np.empty((2 * height, 2 * width, 3), np.float32)
    for y in range(0, height, tile):
        for x in range(0, width, tile):
            top, left = max(0, y - margin), max(0, x - margin)
            part = method(lr[top : y + tile + margin, left : x + tile + margin])
            rows, columns = 2 * min(tile, height - y), 2 * min(tile, width - x)
            part = part[2 * (y - top) :, 2 * (x - left) :][:rows, :columns]
            sr[2 * y : 2 * y + rows, 2 * x : 2 * x + columns] = part
    return sr
    ### END SOLUTION


# %% [markdown]
# Check your answer. This cell may be run as often as you like; its last line is the points.

# %% tags=["check"]
answer = srlib.checks.check_tiles(my_tiles)
print(answer)
answer.points(6)
