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
# # Exercise 04a: PSNR by hand
#
# *Fill in the body. 25 minutes, 4 points. Needs lesson 04.*
#
# Write `my_psnr`, the peak signal-to-noise ratio in decibels, over all pixels and all three colours.
#
# - `a` and `b` have the same shape and the same type: `float32` from 0 to 1, or `uint8` from 0 to 255. Both scales must give the same decibels.
# - They are two images (H, W, 3), or two batches (N, H, W, 3). For a batch, return one number: the mean of the images' own PSNRs.
# - Two identical images have a PSNR of `np.inf`.
# - Use NumPy only. All four cases are checked one after the other, so begin with the first.

# %%
import numpy as np

import srlib

hr = srlib.load_images("sample", split="validation")["astronaut"]
sr = srlib.upscale(srlib.downscale(hr), "bilinear")
print(hr.dtype, sr.dtype)


# %% tags=["answer", "numpy-only"]
def my_psnr(a, b):
    """The PSNR of two images, or its mean over two batches of images, in dB."""
    ### BEGIN SOLUTION
    if a.ndim == 4:
        return np.mean([my_psnr(x, y) for x, y in zip(a, b)])
    peak = 255 if a.dtype == np.uint8 else 1
    mse = np.mean((a.astype(float) - b.astype(float)) ** 2)
    return np.inf if mse == 0 else 10 * np.log10(peak**2 / mse)
    ### END SOLUTION


# %% [markdown]
# Check your answer. This cell may be run as often as you like; its last line is the points.

# %% tags=["check"]
answer = srlib.checks.check_psnr(my_psnr)
print(answer)
answer.points(4)

# %% tags=["variant"]
# A variant has other numbers: each text on the left, in all cells, becomes the one on the right.
variant_values = [2, 5, 10, 50, 100]
variant_texts = {
    "`float32` from 0 to 1": "`float32` from 0 to VALUE",
    "if a.dtype == np.uint8 else 1\n": "if a.dtype == np.uint8 else VALUE\n",
    "check_psnr(my_psnr)": "check_psnr(lambda *two: my_psnr(*(x if x.dtype == np.uint8 else VALUE * x for x in two)))",
}
