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
# # Exercise 01b: find the leak
#
# *Find the mistake. 15 minutes, 3 points. Needs lesson 01.*
#
# The program below prepares images. One photograph is held out for the test; the training set is doubled by mirror images, left for right, because more images are better. It runs without complaint, and the test scores that follow from it are too good.
#
# `images` is an array (N, H, W, 3). `photographs` is a list of N names: from which photograph each image was cut. `held_out` is one of these names.

# %%
import numpy as np

import srlib


def prepare(images, photographs, held_out):
    """Training images and test images (the held-out photograph)."""
    images = np.concatenate([images, images[:, :, ::-1]])  # the originals, then their mirror images
    is_test = np.zeros(len(images), bool)
    is_test[: len(photographs)] = np.array(photographs) == held_out
    return images[~is_test], images[is_test]


whole = srlib.load_images("sample", split="train")
images = np.concatenate([whole.images[:, y : y + 128, x : x + 128] for y in (0, 128) for x in (0, 128)])  # quarters
photographs = 4 * whole.names
train, test = prepare(images, photographs, "sumac")
print(len(images), "squares ->", len(train), "to train on,", len(test), "to test on")

# %% [markdown]
# **Think first:** count. How many squares has `sumac`, how many have the others, and how many training images should there be?
#
# Now write `my_prepare`, which does the same without the mistake: the test set is all of the held-out photograph, as it is; the training set is all other squares, and the mirror image of each.

# %% tags=["answer"]
def my_prepare(images, photographs, held_out):
    """Training images and test images, without the leak."""
    ### BEGIN SOLUTION
    is_test = np.array(photographs) == held_out
    train = images[~is_test]
    return np.concatenate([train, train[:, :, ::-1]]), images[is_test]
    ### END SOLUTION


# %% [markdown]
# Check your answer. This cell may be run as often as you like; its last line is the points.

# %% tags=["check"]
answer = srlib.checks.check_prepare(my_prepare)
print(answer)
answer.points(3)
