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
# # Exercise 09b: told by something else
#
# *Find the mistake. 15 minutes, 4 points. Needs lesson 09.*
#
# The program below makes the questions for a judge: tiles of computed and of real images, and the truth. Its author tests it with a method that changes nothing. The images are the originals, read as floating-point numbers after a tiny rounding error. Even so, a judge is right almost always.

# %%
import numpy as np

import srlib


def tiles_of(images):
    n, height, width, _ = images.shape
    return images.reshape(n, height // 32, 32, width // 32, 32, 3).swapaxes(2, 3).reshape(-1, 32, 32, 3)


def questions(computed, real):
    """Computed float images and real uint8 images, (N, H, W, 3) -> patches and truth, 0 for computed and 1 for real."""
    patches = [tiles_of(computed[::2]), tiles_of(real[1::2]) / 255]
    truth = [np.zeros(len(patches[0])), np.ones(len(patches[1]))]
    return np.concatenate(patches), np.concatenate(truth)


real = srlib.load_images("sample", split="validation").images
computed = np.clip(real / 255 + np.random.default_rng(0).uniform(-0.4, 0.4, real.shape) / 255, 0, 1)
patches, truth = questions(computed, real)
whole = np.abs(255 * patches - np.round(255 * patches)).max(axis=(1, 2, 3)) < 1e-3
print(f'"all levels are whole numbers" is right about {(whole == truth).mean():.0%} of the patches')

# %% [markdown]
# **Think first:** by what else could a judge tell these two kinds, even if all levels were whole? There are two mistakes.
#
# Write `my_questions`, which takes and returns the same, without the mistakes:
#
# - both kinds show the same photographs, all of them;
# - both kinds hold what a file of 8 bits can hold, on the scale of 1 (a network's output may run beyond 0 and 1; a file cannot);
# - tiles of 32x32, side by side, as `tiles_of` cuts them; the sides of the images are multiples of 32.


# %% tags=["answer"]
def my_questions(computed, real):
    """Computed float images and real uint8 images, (N, H, W, 3) -> patches and truth, 0 for computed and 1 for real."""
    ### BEGIN SOLUTION
    as_files = [np.rint(255 * np.clip(computed, 0, 1)), real]  # every photograph in both kinds, in whole levels
    patches = np.concatenate([tiles_of(images) / 255 for images in as_files])
    return patches, np.repeat([0, 1], len(patches) // 2)
    ### END SOLUTION


# %% [markdown]
# Check your answer. This cell may be run as often as you like; its last line is the points.

# %% tags=["check"]
answer = srlib.checks.check_questions(my_questions)
print(answer)
answer.points(4)
