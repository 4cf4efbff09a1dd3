# ---
# jupyter:
#   jupytext:
#     formats: ipynb,py:percent
#     text_representation:
#       extension: .py
#       format_name: percent
#       format_version: '1.3'
#   kernelspec:
#     display_name: Python 3 (ipykernel)
#     language: python
#     name: python3
# ---

# %% [markdown]
# # 00 Start here
#
# [![Open in Colab](https://colab.research.google.com/assets/colab-badge.svg)](https://colab.research.google.com/github/srlib-course/srlib/blob/main/notebooks/00_start_here.ipynb)
#
# **The question: what can a network add to a small picture?**
#
# *10 minutes. You should know a little Python, and have heard that a convolution slides a small filter over a picture.*
#
# Afterwards you will be able to
#
# - downscale a picture, upscale it again, and say in one number how much was lost,
# - run a trained network on it and see what it puts back,
# - find your way through the rest of the course.
#
# Every cell below can be run with *Shift + Enter*. Nothing is downloaded and no graphics card is needed.

# %%
# On Colab this installs the course, and replaces nothing; elsewhere it does nothing.
import sys

if "google.colab" in sys.modules:
    import subprocess

    course = "srlib[colab] @ git+https://github.com/srlib-course/srlib"
    subprocess.run([sys.executable, "-m", "pip", "install", "-q", course], check=True)

# %% [markdown]
# ## Is my machine ready?
#
# One import brings the whole course. If this cell runs, you are ready.

# %%
import textwrap

import srlib

print("srlib is here; its functions:")
print(textwrap.fill(", ".join(name for name in srlib.__all__ if not name.startswith("_")), 80))

# %% [markdown]
# ## A picture
#
# The package brings a few photographs along. They come in three groups that must never mix: pictures to learn from, pictures to
# check on while we work, and pictures for the final exam. Lesson 01 explains why. Here we use the second group.

# %%
images = srlib.load_images("sample", split="validation")
print(images)
print("one image:", images["astronaut-r3c1"].shape, images["astronaut-r3c1"].dtype)

# %% [markdown]
# A picture is an array: rows, columns, and three numbers for red, green and blue. Ours are squares of 128 by 128 cut from larger
# photographs. Let us look at the first sixteen, which together make one portrait.

# %%
srlib.show.images(images[:16], titles=[], columns=4, size=1.2)

# %% [markdown]
# Look for the places with fine detail: hair, the edge of the flag, the embroidered patches.
#
# ## Make it small, make it large again
#
# Now we throw information away on purpose. `downscale` makes the picture half as wide and half as high, so every four pixels are merged into one. `upscale` brings it back to the old size by drawing straight lines between the new pixels, along rows and columns (*linear* interpolation, also called bilinear).

# %%
true = images["astronaut-r3c1"]
small = srlib.downscale(true, scale=2)
linear = srlib.upscale(small, "bilinear", scale=2)
print("true", true.shape, " small", small.shape, " upscaled again", linear.shape)

# %% [markdown]
# **Predict before you run the next cell.** Which parts of the embroidered patch will survive, and which will not? Will the plain orange cloth
# look different at all?

# %%
srlib.show.compare(true, {"linear upscaling": linear}, size=3.2)

# %% [markdown]
# The cloth is nearly untouched, but the lettering on the patch has melted. A small picture loses most where the detail is finest. Upscaling gave us back the *number* of pixels, not what
# was in them.
#
# The numbers below the picture say the same. **PSNR**, in decibels (dB), grows as the upscaled picture comes closer to the true one. **SSIM** is 1 for a perfect copy. Lesson 04 takes both apart and
# shows where they mislead.
#
# ## Let a network try
#
# A small neural network travels with this package. It was trained on patches of 400 photographs, each seen in low and in high resolution. They come from BSDS500, a collection of everyday scenes that was made for research. It never saw this portrait.
#
# It computes four corrections for every pixel of the small picture, lays them out as a block of 2 by 2 (the *sub-pixel* step), and adds them to an ordinary upscaling. Its parameters are the numbers that training adjusted.

# %%
network = srlib.load_model("small_bilinear")
restored = srlib.upscale(small, network)
print("parameters:", f"{network.count_params():,}")
print("restored:", restored.shape, restored.dtype)

# %% [markdown]
# `upscale` takes any picture and any method: a network, or the name of an interpolation. We also ask for **bicubic** upscaling, which every
# image editor offers. It fits smooth curves instead of straight lines, and it is the competitor that a network has to beat
# to be worth anything.

# %%
bicubic = srlib.upscale(small, "bicubic")
versions = {"linear": linear, "bicubic": bicubic, "network": restored}
srlib.show.zoom(true, versions, box=(4, 4, 64))

# %% [markdown]
# Look at the lettering around the rim of the patch, then at the numbers beneath. The network's edges are the sharpest of the three. They are also
# not the truth: where the true square spells COLEMAN in white letters, the network has a smooth white band with a clean edge.
#
# Here are the same versions as numbers for this whole picture.

# %%
for name, image in versions.items():
    print(f"{name:8} {srlib.psnr(image, true):6.2f} dB   SSIM {srlib.ssim(image, true):.3f}")

# %% [markdown]
# ## One picture proves nothing
#
# We chose this picture because it has lettering. Perhaps the network does well on lettering only. `evaluate` repeats the experiment on every picture of the group:
# downscale, upscale with each method, compare.

# %%
methods = {"linear": "bilinear", "bicubic": "bicubic", "network": network}
table = srlib.evaluate(methods, images)
print(table.by_group("psnr"))

# %% [markdown]
# Each row is the mean over the squares cut from one photograph. How sure is the gain? The next cell counts on how many of the squares the network is ahead
# of bicubic, which is a different question from who has the better mean.

# %%
gain = table.values("network", "psnr") - table.values("bicubic", "psnr")
print(f"ahead of bicubic on {(gain > 0).sum()} of {len(gain)} images; mean gain {gain.mean():.2f} dB")
print(f"best {gain.max():+.2f} dB, worst {gain.min():+.2f} dB on {images.names[int(gain.argmin())]}")
assert gain.mean() > 0

# %% [markdown]
# The one square that it loses holds a model of a space shuttle, out of focus in the background: the network gives it edges that it never had.
#
# That is the answer to our question, for now: a network can add some of what is *typical* between the pixels. It cannot bring back what was
# lost. Where the picture follows the usual rules of edges and curves, typical is nearly right. Where it does not, the network guesses, and its guesses look just as sharp. Lesson 04 returns to what that means for a doctor or a police officer.
#
# ## The whole idea in one row
#
# The course follows this picture from left to right.

# %%
srlib.show.workflow(true, network)

# %% [markdown]
# | lesson | question |
# | --- | --- |
# | **00 Start here** | what can a network add to a small picture? |
# | **[01 Dataset](01_dataset.ipynb)** | what do we learn from, and what may we look at only once? |
# | **[02 Preprocessing](02_preprocessing.ipynb)** | what exactly is lost when a picture is made small? |
# | **[03 Autoencoder](03_autoencoder.ipynb)** | can a network that compresses pictures sharpen them? |
# | **[04 Results](04_results.ipynb)** | is it any good, and how would we know? |
# | **[05 Better networks](05_better_networks.ipynb)** | what buys quality, and what does it cost? |
# | **[07 Your photographs](07_your_photos.ipynb)** | how does it do on a picture that nobody degraded on purpose? |
#
# The course rebuilds a published student project, *Image Super-Resolution using Convolutional Neural Networks*, which used the Linnaeus 5 pictures,
# an autoencoder, and reported an average SSIM of 0.86. We follow its steps, check its claims, and measure again with care.
#
# ## Exercise
#
# Run the comparison on another square. Choose one that you expect to be *easy* and one that you expect to be *hard*, and write down your guess for the network's PSNR
# before you run the cell.

# %%
mine = images["retina-r1c1"]  # try another name from images.names
mine_small = srlib.downscale(mine)
results = {"bicubic": srlib.upscale(mine_small, "bicubic"), "network": srlib.upscale(mine_small, network)}
for name, image in results.items():
    print(f"{name:8} {srlib.psnr(image, mine):6.2f} dB")

# %%
srlib.show.compare(mine, results)

# %% [markdown]
# The middle of this retina is smooth, so there is little to lose: the numbers are high and the pictures look alike. A high PSNR may say more about the
# picture than about the method, which is why we always compare methods on the *same* pictures.
#
# ## Recap
#
# - Downscaling by 2 leaves one pixel where there were four. Upscaling restores the size, not the content.
# - PSNR and SSIM measure how close a picture is to the true one.
# - A trained network beats bicubic upscaling here, by an amount that depends on the picture.
# - Judge on many pictures, and against bicubic.
#
# Next: [01 Dataset](01_dataset.ipynb).
