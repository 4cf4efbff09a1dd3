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
# The program below prepares pictures. One photograph is held out for the test; the training set is doubled by mirror images, left for right, because more pictures are better. It runs without complaint, and it reports test scores that are too good.
#
# `pictures` is an array (N, H, W, 3). `photographs` is a list of N names: from which photograph each picture was cut. `held_out` is one of these names.

# %%
import numpy as np

import srlib


def prepare(pictures, photographs, held_out):
    """Training pictures and test pictures (the held-out photograph)."""
    pictures = np.concatenate([pictures, pictures[:, :, ::-1]])  # the originals, then their mirror images
    is_test = np.zeros(len(pictures), bool)
    is_test[: len(photographs)] = np.array(photographs) == held_out
    return pictures[~is_test], pictures[is_test]


photos = srlib.load_photos("sample", split="train")
photographs = [photos.class_names[label] for label in photos.labels]
train, test = prepare(photos.images, photographs, "coffee")
print(len(photos), "squares ->", len(train), "to train on,", len(test), "to test on")

# %% [markdown]
# **Think first:** count. How many squares has `coffee`, how many have the others, and how many training pictures should there be?
#
# Now write `my_prepare`, which does the same without the mistake: the test set is all of the held-out photograph, as it is; the training set is all other squares, and the mirror image of each.

# %% tags=["answer"]
def my_prepare(pictures, photographs, held_out):
    """Training pictures and test pictures, without the leak."""
    ### BEGIN SOLUTION
    is_test = np.array(photographs) == held_out
    train = pictures[~is_test]
    return np.concatenate([train, train[:, :, ::-1]]), pictures[is_test]
    ### END SOLUTION


# %% [markdown]
# Check your answer. This cell may be run as often as you like; its last line is the points.

# %% tags=["check"]
answer = srlib.checks.check_prepare(my_prepare)
print(answer)
answer.points(3)
