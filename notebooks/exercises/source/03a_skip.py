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
# # Exercise 03a: a block with a skip
#
# *Fill in the body. 15 minutes, 3 points. Needs lesson 03.*
#
# Lesson 03 added the upscaled image to what the network made of it. The same idea works within a network: a **residual block** adds its input to what two convolutions make of it,
#
# $$\text{block}(x) = x + \text{convolution}\bigl(\text{ReLU}(\text{convolution}(x))\bigr).$$
#
# Write `my_block`. It takes a Keras tensor with `channels` channels and returns a tensor of the same shape.
#
# - Both convolutions are 3 by 3, keep height and width, and have `channels` filters.
# - There is one ReLU, between the two convolutions, and nothing after the sum.

# %%
from keras import Input, Model, layers

import srlib

x = Input((32, 32, 8))
y = layers.Conv2D(8, 3, padding="same")(x)  # as a reminder: a layer is made, and then called on a tensor
print(x.shape, "->", y.shape)


# %% tags=["answer"]
def my_block(x, channels):
    """x plus two convolutions of x, with a ReLU between them."""
    ### BEGIN SOLUTION
    branch = layers.Conv2D(channels, 3, padding="same", activation="relu")(x)
    branch = layers.Conv2D(channels, 3, padding="same")(branch)
    return layers.Add()([x, branch])
    ### END SOLUTION


# %% [markdown]
# Check your answer. This cell may be run as often as you like; its last line is the points.

# %% tags=["check"]
answer = srlib.checks.check_block(my_block)
print(answer)
answer.points(3)

# %% [markdown]
# When it is right: **predict** how many parameters five such blocks of 8 channels have, and run the next cell.

# %%
if answer:
    tower = x
    for _ in range(5):
        tower = my_block(tower, 8)
    print(Model(x, tower).count_params())
else:
    print("first the answer")
