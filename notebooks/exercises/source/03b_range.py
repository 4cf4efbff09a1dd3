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
# # Exercise 03b: two scales
#
# *Find the mistake. 10 minutes, 4 points. Needs lessons 02 and 03.*
#
# A training goes badly: the loss stays near 120, and whatever the network gives looks black. Nothing is wrong with the network. The pairs come from this function:

# %%
import numpy as np

import srlib


def pair(image):
    """The small image that a network sees, and the true one that it should give; both float32 from 0 to 1."""
    small = srlib.downscale(image) / 255
    true = image.astype("float32")
    return small, true


image = srlib.load_images("sample", split="train")["coffee-r1c1"]
print(image.shape, image.dtype)
print(srlib.downscale(image).dtype)

# %% [markdown]
# **Think first:** print the smallest and the largest value of both members of the pair. What should they be?
#
# There are *two* mistakes on *two* lines. Write `my_pair` without them. It is given any `uint8` picture with even sides, a dark one too, and both members of the pair are `float32`, on the scale from 0 to 1 on which 255 is 1.

# %% tags=["answer"]
def my_pair(image):
    """The small image and the true one, both float32 from 0 to 1."""
    ### BEGIN SOLUTION
    small = srlib.downscale(image)
    true = (image / 255).astype(np.float32)
    return small, true
    ### END SOLUTION


# %% [markdown]
# Check your answer. This cell may be run as often as you like; its last line is the points.

# %% tags=["check"]
answer = srlib.checks.check_pair(my_pair)
print(answer)
answer.points(4)
