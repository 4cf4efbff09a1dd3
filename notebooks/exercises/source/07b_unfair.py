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
# # Exercise 07b: an unfair race
#
# *Find the mistake. 15 minutes, 4 points. Needs lesson 07.*
#
# The program below compares methods on photographs from the web. Every image is degraded by a draw of its own, and everything hangs on one seed, so that anybody can repeat it. Its author found a surprise: bicubic upscaling beats bicubic upscaling.

# %%
import numpy as np

import srlib


def compare(methods, images, degradation, seed):
    """The mean PSNR of every method, as {name: dB}."""
    rng = np.random.default_rng(seed)
    scores = {}
    for name, method in methods.items():
        values = []
        for hr in images:
            lr = degradation(hr, seed=int(rng.integers(1_000_000)))
            values.append(srlib.psnr(srlib.upscale(lr, method), hr))
        scores[name] = float(np.mean(values))
    return scores


images = srlib.load_images("sample", split="validation")
print(compare({"bicubic": "bicubic", "bicubic again": "bicubic"}, images, srlib.preset("web"), seed=0))

# %% [markdown]
# **Think first:** how large is the difference, and how large are the differences between methods in lesson 07?
#
# Write `my_compare`, which takes and returns the same, without the mistake:
#
# - the same method has the same score, whatever it is called and whatever it is compared with;
# - every image is still degraded by a draw of its own;
# - the same seed gives the same scores, another seed others.
#
# `methods` is a dict of name and method, `images` holds `uint8` images of one size, and the degradation makes them half as large. You may use everything that you know.

# %% tags=["answer"]
def my_compare(methods, images, degradation, seed):
    """The mean PSNR of every method, as {name: dB}."""
    ### BEGIN SOLUTION
    lr, hr = srlib.make_pairs(images, degradation, seed=seed)  # one draw for each image, before any method
    return {name: srlib.psnr(srlib.upscale(lr, method), hr) for name, method in methods.items()}
    ### END SOLUTION


# %% [markdown]
# Check your answer. This cell may be run as often as you like; its last line is the points.

# %% tags=["check"]
answer = srlib.checks.check_compare(my_compare)
print(answer)
answer.points(4)

# %% [markdown]
# When it is right: who wins, and by how much does that change from seed to seed?

# %%
for seed in range(3):
    methods = {"bicubic": "bicubic", "Lanczos": "lanczos"}
    print(my_compare(methods, images, srlib.preset("web"), seed) if answer else "first the answer")
