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
# # Exercise 02c: the false rings
#
# *Find the mistake. 15 minutes, 4 points. Needs lesson 02.*
#
# A gallery shows small previews of its photographs. They are made by the function below, and visitors complain: striped shirts have odd new stripes in the preview.

# %%
import numpy as np

import srlib


def thumbnail(image, scale):
    """An image `scale` times smaller."""
    return image[::scale, ::scale]


yy, xx = np.mgrid[-64:64, -64:64]
rings = (0.5 + 0.5 * np.cos((xx**2 + yy**2) * np.pi / 200)).astype("float32")
rings = np.repeat(rings[..., None], 3, axis=-1)
srlib.show.images([rings, thumbnail(rings, 4)], ["the image", "its preview"], columns=2, size=2.5)

# %% [markdown]
# The image has one set of rings, the preview has several.
#
# Write `my_thumbnail`, which does not do that. It takes a `float32` image of shape (H, W, 3) with values from 0 to 1, and a scale that divides H and W.
#
# - Stripes that are much too fine for the preview (they repeat every four and a half pixels or less, if the scale is 4) turn into an even grey, their mean: at most a third of their contrast may be left.
# - Stripes that the preview can hold stay, and a flat image stays as it is.
# - Nothing is shifted.
#
# Here you may use everything that you know, `srlib.downscale` included. But choose: it has more than one kernel.

# %% tags=["answer"]
def my_thumbnail(image, scale):
    """An image `scale` times smaller, without false stripes."""
    ### BEGIN SOLUTION
    return srlib.downscale(image, scale, kernel="bicubic")  # antialiased; "area" will do as well
    ### END SOLUTION


# %% [markdown]
# Check your answer. This cell may be run as often as you like; its last line is the points.

# %% tags=["check"]
answer = srlib.checks.check_thumbnail(my_thumbnail)
print(answer)
answer.points(4)

# %% [markdown]
# When it is right, compare the two previews. Where should the rings of yours turn grey?

# %%
previews = [thumbnail(rings, 4), my_thumbnail(rings, 4)] if answer else [thumbnail(rings, 4)]
srlib.show.images([rings, *previews], ["the image", "as it was", "yours"], columns=3, size=2.5)
