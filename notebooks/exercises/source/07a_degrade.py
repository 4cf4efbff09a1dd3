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
# # Exercise 07a: draw a degradation
#
# *Fill in the body. 25 minutes, 5 points. Needs lesson 07.*
#
# A photograph is taken with a telephone in the evening, and put on the web. Write `my_degrade`, which does that to an HR image: it returns the LR image, half as large, as the file holds it.
#
# `hr` is `float32` of shape (H, W, 3) with values from 0 to 1, and H and W are even. `rng` is a random generator of NumPy. Draw, **in this order and from `rng` alone**:
#
# 1. `sigma`, uniformly between 0.2 and 1.5;
# 2. `levels`, uniformly between 2 and 10;
# 3. `quality`, a whole number from 40 to 75, both ends included;
# 4. the noise: standard normal numbers, one for every value of the image that they are added to.
#
# What happens, and it is for you to find the order:
#
# - the sensor adds the noise, multiplied by `levels` (of 255) and by the square root of the value that it is added to: more light, more noise;
# - the lens blurs by a Gaussian of `sigma`, `gaussian_filter` of SciPy, along rows and columns;
# - the program rounds to 8 bits, and writes a JPEG file of that quality: `as_jpeg` below;
# - the image becomes half as large, by bicubic downscaling: the sensor has half as many pixels in each direction as `hr`.

# %%
import io

import numpy as np
from PIL import Image
from scipy.ndimage import gaussian_filter

import srlib


def as_jpeg(image, quality):
    """A uint8 image, as it is after it was written as JPEG and read again."""
    file = io.BytesIO()
    Image.fromarray(image).save(file, "JPEG", quality=quality)
    return np.asarray(Image.open(file))


hr = srlib.load_images("sample", split="validation")["guitar"] / np.float32(255)
print(hr.shape, hr.dtype)


# %% tags=["answer"]
def my_degrade(hr, rng):
    """The LR image of an HR image, uint8, by a degradation that is drawn anew."""
    ### BEGIN SOLUTION
    sigma, levels, quality = rng.uniform(0.2, 1.5), rng.uniform(2, 10), int(rng.integers(40, 76))
    soft = gaussian_filter(hr, (sigma, sigma, 0))
    lr = srlib.downscale(soft, 2, kernel="bicubic")
    noisy = lr + rng.normal(0, 1, lr.shape) * levels / 255 * np.sqrt(lr)
    return as_jpeg(np.round(255 * np.clip(noisy, 0, 1)).astype("uint8"), quality)
    ### END SOLUTION


# %% [markdown]
# Check your answer. This cell may be run as often as you like; its last line is the points.

# %% tags=["check"]
answer = srlib.checks.check_degrade(my_degrade)
print(answer)
answer.points(5)

# %% [markdown]
# When it is right, look at what it draws. Which of the three steps costs most?

# %%
if answer:
    draws = [my_degrade(hr, np.random.default_rng(seed))[20:84, 4:68] for seed in range(4)]
    figure = srlib.show.images([hr[40:168, 8:136], *draws], ["the HR image", *(f"seed {n}" for n in range(4))], columns=5, size=2)
else:
    figure = "first the answer"
figure
