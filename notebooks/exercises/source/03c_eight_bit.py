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
# # Exercise 03c: coloured specks
#
# *Find the mistake. 10 minutes, 4 points. Needs lesson 03.*
#
# A network's output is to be saved as an image file, so it has to become `uint8`. The function below does that, and the saved images have coloured specks in the brightest and darkest places:

# %%
import numpy as np

import srlib


def eight_bit(output):
    """A network's output, float32, as uint8."""
    return (255 * output).astype("int64").astype("uint8")


image = srlib.load_images("sample", split="validation")["astronaut"] / np.float32(255)
output = 1.25 * image - 0.1  # stands for a network that overshoots, as they do
print("the output runs from", output.min(), "to", output.max())
srlib.show.images([np.clip(output, 0, 1), eight_bit(output)], ["as it should look", "as it was saved"], columns=2, size=2.5)

# %% [markdown]
# **Predict:** what do -0.1, 0.5 and 1.2 become?
#
# Write `my_eight_bit`. Values outside 0 to 1 are cut off, 0 becomes 0, 1 becomes 255, and everything between goes to the *nearest* level, for which NumPy has `rint`. (The function above makes a second, smaller mistake with these.)

# %% tags=["answer"]
def my_eight_bit(output):
    """A network's output, float32 around 0 to 1, as uint8."""
    ### BEGIN SOLUTION
    return np.rint(255 * np.clip(output, 0, 1)).astype(np.uint8)
    ### END SOLUTION


# %% [markdown]
# Check your answer. This cell may be run as often as you like; its last line is the points.

# %% tags=["check"]
answer = srlib.checks.check_eight_bit(my_eight_bit)
print(answer)
answer.points(4)
