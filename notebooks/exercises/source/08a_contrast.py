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
# # Exercise 08a: is it still there?
#
# *Fill in the body. 15 minutes, 4 points. Needs lesson 08.*
#
# A piece of a retina, in grey, with two microaneurysms: small dark dots, the first sign of diabetic retinopathy. Then the same with noise, and after two restorations. Are the dots still there? The eye says "more or less". We want a number.

# %%
import numpy as np
import skimage.data
from scipy.ndimage import gaussian_filter
from skimage.restoration import denoise_nl_means

import srlib

eye = np.repeat(skimage.data.microaneurysms()[..., None], 3, axis=-1)
noisy = srlib.Degradation(srlib.Noise(15))(eye, seed=0)
smooth = gaussian_filter(noisy, (1, 1, 0))
nl_means = denoise_nl_means(noisy, patch_size=3, patch_distance=6, h=9 / 255, sigma=15 / 255, channel_axis=-1)
versions = {"as it was": eye, "noise": noisy, "Gaussian": smooth, "non-local means": nl_means.clip(0, 1)}
srlib.show.images(versions.values(), [*versions], columns=4, size=2.4)

# %% [markdown]
# Write `my_contrast(image, place, radius)`: how much brighter a spot is than what surrounds it.
#
# - `image` is a `float32` image of shape (H, W, 3) with values from 0 to 1, or a `uint8` image from 0 to 255. Either way the answer is on the scale of 1. Grey is the mean of the three channels.
# - `place` is the spot's (row, column). Its **disc** is every pixel whose centre is at most `radius` away from it; the radius may be a fraction, such as 2.5.
# - Its **ring** is every pixel that is more than 2 and at most 3 times `radius` away. Between the two lies a gap: there the spot fades out.
# - The contrast is the mean of the disc minus the mean of the ring. It is negative where the spot is dark.
# - A spot may lie near the border. What is outside the image does not count.

# %% tags=["answer"]
def my_contrast(image, place, radius):
    """Mean grey of the disc around a place, minus that of the ring around the disc."""
    ### BEGIN SOLUTION
    grey = (image / 255 if image.dtype == np.uint8 else image).mean(axis=-1)
    rows, columns = np.mgrid[: grey.shape[0], : grey.shape[1]]
    distance = np.hypot(rows - place[0], columns - place[1])
    disc = distance <= radius
    ring = (distance > 2 * radius) & (distance <= 3 * radius)
    return grey[disc].mean() - grey[ring].mean()
    ### END SOLUTION


# %% [markdown]
# Check your answer. This cell may be run as often as you like; its last line is the points.

# %% tags=["check"]
answer = srlib.checks.check_contrast(my_contrast)
print(answer)
answer.points(4)

# %% [markdown]
# When it is right: what is left of the two dots in each version? And which version has the best PSNR?

# %%
for name, image in versions.items() if answer else ():
    told = [f"{255 * my_contrast(image, place, 2):+.1f}" for place in ((22, 16), (71, 49))]
    print(f"{name:16} {srlib.psnr(image.astype('float32'), eye) if name != 'as it was' else np.inf:5.2f} dB, contrast in levels:", *told)
