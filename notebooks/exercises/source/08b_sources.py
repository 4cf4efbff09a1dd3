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
# # Exercise 08b: lost and invented
#
# *Find the mistake. 20 minutes, 4 points. Needs lesson 08.*
#
# An observatory has bought a network that cleans its images. The seller counts, on images whose sources are known, how many the cleaned image still shows:

# %%
import numpy as np

import srlib


def count(true, found, reach):
    """Sources found again, lost and invented; `true` and `found` are places, arrays of (row, column)."""
    distance = np.linalg.norm(true[:, None] - found[None], axis=-1)  # one row a source, one column a detection
    again = int((distance <= reach).any(axis=1).sum())
    return again, len(true) - again, len(found) - again


true = np.array([[20.0, 20.0], [20.0, 23.0], [60.0, 40.0], [80.0, 15.0]])
found = np.array([[20.0, 21.6], [59.0, 40.5], [30.0, 70.0]])
print("found again, lost, invented:", count(true, found, reach=2))

# %% [markdown]
# "Nothing was invented!", says the seller. An astronomer counts the same lists by hand: 2 found again, 2 lost, 1 invented.
#
# **Think first:** draw the seven places on paper. Which of them did the program count wrongly, and by which rule does the astronomer count?
#
# Write `my_count(true, found, reach)`, which returns the three numbers by that rule.
#
# - A source and a detection that are at most `reach` apart can belong together, the nearest pair first.
# - A source that nothing belongs to is lost, a detection that belongs to nothing is invented.
# - Either list may be empty; it then has the shape (0, 2).

# %% tags=["answer"]
def my_count(true, found, reach):
    """Sources found again, lost and invented, each source and each detection counted once."""
    ### BEGIN SOLUTION
    distance = np.linalg.norm(true[:, None] - found[None], axis=-1)
    again = 0
    while distance.size and distance.min() <= reach:
        row, column = np.unravel_index(distance.argmin(), distance.shape)
        distance = np.delete(np.delete(distance, row, axis=0), column, axis=1)
        again += 1
    return again, len(true) - again, len(found) - again
    ### END SOLUTION


# %% [markdown]
# Check your answer. This cell may be run as often as you like; its last line is the points.

# %% tags=["check"]
answer = srlib.checks.check_sources(my_count)
print(answer)
answer.points(4)

# %% [markdown]
# When it is right, count again. Which of the three numbers did the seller's program get wrong, and in whose favour?

# %%
print(my_count(true, found, reach=2) if answer else "first the answer")
