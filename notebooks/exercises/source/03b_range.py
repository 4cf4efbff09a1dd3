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
    """The LR image that a network sees, and the HR image that it should give; both float32 from 0 to 1."""
    lr = srlib.downscale(image) / 255
    hr = image.astype("float32")
    return lr, hr


image = srlib.load_images("sample", split="train")["sumac"]
print(image.shape, image.dtype)
print(srlib.downscale(image).dtype)

# %% [markdown]
# **Think first:** print the smallest and the largest value of both members of the pair. What should they be?
#
# There are *two* mistakes on *two* lines. Write `my_pair` without them. It is given any `uint8` image with even sides, a dark one too, and both members of the pair are `float32`, on the scale from 0 to 1 on which 255 is 1.

# %% tags=["answer"]
def my_pair(image):
    """The LR image and the HR image, both float32 from 0 to 1."""
    ### BEGIN SOLUTION
    lr = srlib.downscale(image)
    hr = (image / 255).astype(np.float32)
    return lr, hr
    ### END SOLUTION


# %% [markdown]
# Check your answer. This cell may be run as often as you like; its last line is the points.

# %% tags=["check"]
answer = srlib.checks.check_pair(my_pair)
print(answer)
answer.points(4)
