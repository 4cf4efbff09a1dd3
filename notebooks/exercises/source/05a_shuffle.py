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
# # Exercise 05a: the sub-pixel step
#
# *Fill in the body. 20 minutes, 4 points. Needs lesson 05.*
#
# A network that works on the LR image ends with many channels for every LR pixel. The **sub-pixel step**, or pixel shuffle, lays them out as a block of pixels. In lesson 05 you saw it at scale 2: the first colours become the upper left pixel of the block, the next ones the upper right pixel, then the lower left and the lower right one. Write it again without looking, for any scale.
#
# Write `my_shuffle`. It takes an array of shape (h, w, s·s·c), with s the scale and c the number of colours, and returns one of shape (s·h, s·w, c).
#
# - The channels of one LR pixel come pixel by pixel: first along the upper row of the block, from left to right, then along the next row. Each pixel has its c colours side by side.
# - Nothing is computed; every number only moves to its place. Use NumPy only.

# %%
import numpy as np

import srlib

four = np.array([10, 20, 30, 40]).reshape(1, 1, 4)  # one LR pixel, scale 2, one colour
print("should become\n", np.array([[10, 20], [30, 40]]))


# %% tags=["answer", "numpy-only"]
def my_shuffle(x, scale):
    """(h, w, scale*scale*c) -> (scale*h, scale*w, c): channels become pixels."""
    ### BEGIN SOLUTION
    h, w, channels = x.shape
    colours = channels // scale**2
    blocks = x.reshape(h, w, scale, scale, colours)  # row, column, row in the block, column in it, colour
    blocks = blocks.transpose(0, 2, 1, 3, 4)  # all that counts downwards first
    return blocks.reshape(h * scale, w * scale, colours)
    ### END SOLUTION


# %% [markdown]
# Check your answer. This cell may be run as often as you like; its last line is the points.

# %% tags=["check"]
answer = srlib.checks.check_shuffle(my_shuffle)
print(answer)
answer.points(4)
