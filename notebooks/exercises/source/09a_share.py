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
# # Exercise 09a: how often is it right?
#
# *Fill in the body. 15 minutes, 4 points. Needs lesson 09.*
#
# A judge gives a number for every patch: positive for "photographed", negative for "computed", and the larger the surer. `srlib.detectability` makes one number of all these answers, the share in which the judge is right.
#
# Write `my_share`. It takes two arrays, the answers about computed patches and those about real ones, and returns the share as one number from 0 to 1.
#
# - Both kinds count the same, however many patches there are of each.
# - An answer of exactly 0 says neither. A coin would be right about half of such patches.
# - So a judge that always says the same earns 0.5, and so does one that says nothing.

# %%
import numpy as np

import srlib

computed, real = np.array([-2.0, -0.9, 3.0, -0.8]), np.array([1.0, 0.7, -4.0, -0.6])
print(
    "right about",
    (computed < 0).sum(),
    "of 4 computed and",
    (real > 0).sum(),
    "of 4 real patches: the share should be 0.625",
)


# %% tags=["answer"]
def my_share(computed, real):
    """Answers about computed and about real patches -> the share in which they are right."""
    ### BEGIN SOLUTION
    right_about_computed = (1 - np.sign(computed).mean()) / 2  # a sign of 0 lies half-way
    right_about_real = (1 + np.sign(real).mean()) / 2
    return (right_about_computed + right_about_real) / 2
    ### END SOLUTION


# %% [markdown]
# Check your answer. This cell may be run as often as you like; its last line is the points.

# %% tags=["check"]
answer = srlib.checks.check_share(my_share)
print(answer)
answer.points(4)
