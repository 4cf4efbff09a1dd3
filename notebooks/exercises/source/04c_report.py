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
# # Exercise 04c: a report that nobody can use
#
# *Find the mistake. 20 minutes, 4 points. Needs lesson 04.*
#
# The original project reports one number, an average SSIM of 0.86. It was computed by a program like this one:

# %%
import numpy as np
from skimage.metrics import structural_similarity

import srlib


def report(method, images):
    """The mean SSIM of a method on some photographs, downscaled and upscaled by 2."""
    values = []
    for hr in images:
        sr = 255 * srlib.upscale(srlib.downscale(hr), method)  # from 0 to 255
        values.append(structural_similarity(sr, hr.astype("float32"), data_range=2, channel_axis=-1))
    return {"method": float(np.mean(values))}


images = srlib.load_images("sample", split="validation")
print(report("lanczos", images))

# %% [markdown]
# There are two mistakes. One makes the number wrong. The other is something that is *not there*, and without it even a right number says nothing.
#
# Write `my_report`. It returns a dict of two numbers: `"method"`, the mean SSIM of the method, and `"bicubic"`, the mean SSIM of bicubic upscaling, on the same photographs, downscaled in the same way.
#
# `images` holds `uint8` images, `method` is anything that `srlib.upscale` takes. The SSIM is scikit-image's with its default window, over all three colours.

# %% tags=["answer"]
def my_report(method, images):
    """Mean SSIM of a method and of bicubic upscaling, as {"method": .., "bicubic": ..}."""
    ### BEGIN SOLUTION
    values = {"method": [], "bicubic": []}
    for hr in images:
        lr = srlib.downscale(hr)
        for name, how in (("method", method), ("bicubic", "bicubic")):
            sr = srlib.upscale(lr, how)
            values[name].append(structural_similarity(sr, hr / 255, data_range=1, channel_axis=-1))
    return {name: float(np.mean(v)) for name, v in values.items()}
    ### END SOLUTION


# %% [markdown]
# Check your answer. This cell may be run as often as you like; its last line is the points.

# %% tags=["check"]
answer = srlib.checks.check_report(my_report)
print(answer)
answer.points(4)

# %% [markdown]
# When it is right: how much of what `report` printed above was the method's own doing?

# %%
print(my_report("lanczos", images) if answer else "first the answer")
