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
# # Exercise 02a: downscale by hand
#
# *Fill in the body. 15 minutes, 3 points. Needs lesson 02.*
#
# Write `my_downscale`, which makes an image `scale` times smaller on both sides. Every new pixel is the mean of a block of `scale` by `scale` old ones; the three colours stay apart.
#
# - `image` has the shape (H, W, 3), and `scale` divides H and W. It is `uint8` (0 to 255) or `float32` (0 to 1).
# - The answer runs from 0 to 1 in both cases.
# - Use NumPy only, not `srlib.downscale`: that is the point.

# %%
import numpy as np

import srlib

image = srlib.load_images("sample", split="train")["sumac"][64:192, 64:192]
print(image.shape, image.dtype)


# %% tags=["answer", "numpy-only"]
def my_downscale(image, scale):
    """An image `scale` times smaller, by the mean of each block, from 0 to 1."""
    ### BEGIN SOLUTION
    values = image / 255 if image.dtype == np.uint8 else image
    height, width, _ = image.shape
    blocks = values.reshape(height // scale, scale, width // scale, scale, 3)
    return blocks.mean(axis=(1, 3))
    ### END SOLUTION


# %% [markdown]
# Check your answer. This cell may be run as often as you like; its last line is the points.

# %% tags=["check"]
answer = srlib.checks.check_downscale(my_downscale)
print(answer)
answer.points(3)

# %% [markdown]
# When it is right, look at it: the next cell shows the image, and what yours makes of it at scales 2, 4 and 8.

# %%
if answer:
    versions = [my_downscale(image, scale).astype("float32") for scale in (2, 4, 8)]
    figure = srlib.show.images([image, *versions], ["128 x 128", "64 x 64", "32 x 32", "16 x 16"], columns=4, size=2)
else:
    figure = "first the answer"
figure

# %% tags=["variant"]
# A variant has other numbers: each text on the left, in all cells, becomes the one on the right.
variant_values = [2, 5, 10, 50, 100]
variant_texts = {
    "or `float32` (0 to 1)": "or `float32` (0 to VALUE)",
    "- The answer runs from 0 to 1 in both cases.": "- The answer runs from 0 to 1 in both cases: VALUE becomes 1, and so does 255.",
    "if image.dtype == np.uint8 else image\n": "if image.dtype == np.uint8 else image / VALUE\n",
    "check_downscale(my_downscale)": "check_downscale(lambda x, scale: my_downscale(x if x.dtype == np.uint8 else VALUE * x, scale))",
}
