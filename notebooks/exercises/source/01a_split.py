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
# # Exercise 01a: split by photograph
#
# *Fill in the body. 15 minutes, 5 points. Needs lesson 01.*
#
# A set of training squares was cut from larger photographs. The name of a square says which one: `coffee-r0c1` is row 0, column 1 of the photograph `coffee`. What follows the **last** hyphen is the place in the photograph; everything before it is the name of the photograph (which may have hyphens of its own, as `casa-mila` has).
#
# Write `my_split`. It takes a list of such names, which it leaves as it is, and returns three lists of names: to train on, to validate on, to test on.
#
# - Every square is in exactly one list, and no list is empty. There are at least five photographs.
# - No photograph has squares in two lists.
# - More than half of the photographs are for training (one each is enough for the other two lists).
# - The same names give the same split, every time, in whatever order they come.

# %%
import srlib

photographs = srlib.load_images("sample").names
names = [f"{name}-r{row}c{column}" for name in photographs for row in (0, 1) for column in (0, 1)]  # four quarters
print(len(names), "squares:", names[0], "...", names[-1])


# %% tags=["answer"]
def my_split(names):
    """Three lists of names: to train on, to validate on, to test on."""
    ### BEGIN SOLUTION
    photograph_of = {name: name.rpartition("-")[0] for name in names}
    photographs = sorted(set(photograph_of.values()))
    groups = photographs[2:], photographs[:1], photographs[1:2]
    train, validation, test = ([name for name in names if photograph_of[name] in group] for group in groups)
    return train, validation, test
    ### END SOLUTION


# %% [markdown]
# Check your answer. This cell may be run as often as you like; its last line is the points.

# %% tags=["check"]
answer = srlib.checks.check_split(my_split)
print(answer)
answer.points(5)
