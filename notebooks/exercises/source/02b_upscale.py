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
# # Exercise 02b: upscale by hand
#
# *Fill in the body. 25 minutes, 3 points. Needs lesson 02.*
#
# Write `my_upscale`, which makes an image twice as high and twice as wide by linear interpolation at half-pixel centres, as in lesson 02.
#
# - `lr` is `float32` from 0 to 1, of shape (h, w, 3), for any h and w of at least 1. The answer has the shape (2h, 2w, 3).
# - At the border, where a pixel has no neighbour, the pixel itself takes the neighbour's place.
# - Use NumPy only, not `srlib.upscale`. Close lesson 02 first; a drawing of four pixels in a row is worth more than its code.

# %%
import numpy as np

import srlib

tiny = np.zeros((2, 2, 3), "float32")
tiny[0, 1] = tiny[1, 0] = 1  # two white pixels, two black ones
print(tiny[..., 0])


# %% tags=["answer", "numpy-only"]
def my_upscale(lr):
    """Twice as high and as wide, by linear interpolation at half-pixel centres."""

    ### BEGIN SOLUTION
    def double(values):
        before = np.concatenate([values[:1], values[:-1]])
        after = np.concatenate([values[1:], values[-1:]])
        both = np.stack([0.75 * values + 0.25 * before, 0.75 * values + 0.25 * after], axis=1)
        return both.reshape(-1, *values.shape[1:])

    taller = double(lr)
    return double(taller.swapaxes(0, 1)).swapaxes(0, 1)
    ### END SOLUTION


# %% [markdown]
# Check your answer. This cell may be run as often as you like; its last line is the points.

# %% tags=["check"]
answer = srlib.checks.check_upscale(my_upscale)
print(answer)
answer.points(3)

# %% [markdown]
# **Predict** the sixteen values that `tiny` becomes, and then run the next cell.

# %%
print(my_upscale(tiny)[..., 0] if answer else "first the answer")
