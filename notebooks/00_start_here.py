# ---
# jupyter:
#   jupytext:
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
# The package brings forty photographs along. They come in three groups that must never mix: pictures to learn from, pictures to
# check on while we work, and pictures for the final exam. Lesson 01 explains why. Here we use the second group.

# %%
images = srlib.load_images("sample", split="validation")
print(images)
print("their names:", ", ".join(images.names))
print("one image:", images["guitar"].shape, images["guitar"].dtype)

# %% [markdown]
# A picture is an array: rows, columns, and three numbers for red, green and blue. Ours are squares of 256 by 256. These are the six:

# %%
srlib.show.images(images, columns=6, size=1.25)

# %% [markdown]
# Look for the places with fine detail: strings, windows, reeds, snow in the cracks of a rock.
#
# ## Make it small, make it large again
#
# Now we throw information away on purpose. `downscale` makes the picture a quarter as wide and a quarter as high, so every sixteen pixels are merged into one. (The *kernel* says how; lesson 02 takes it apart.) `upscale` brings it back to the old size by drawing straight lines between the new pixels, along rows and columns (*linear* interpolation, also called bilinear).

# %%
true = images["guitar"]
small = srlib.downscale(true, scale=4, kernel="bicubic")
linear = srlib.upscale(small, "bilinear", scale=4)
print("true", true.shape, " small", small.shape, " upscaled again", linear.shape)

# %% [markdown]
# **Predict before you run the next cell.** Which parts of the guitar will survive, and which will not? Will the red wood
# look different at all?

# %%
srlib.show.compare(true, {"linear upscaling": linear}, size=2.5)

# %% [markdown]
# The red of the wood is still there, but its grain has gone, and the strings have melted into a haze. A small picture loses most where the detail is finest. Upscaling gave us back the *number* of pixels, not what
# was in them.
#
# The numbers below the picture say the same. **PSNR**, in decibels (dB), grows as the upscaled picture comes closer to the true one. **SSIM** is 1 for a perfect copy. Lesson 04 takes both apart and
# shows where they mislead.
#
# ## Let a network try
#
# A small neural network travels with this package. It was trained on patches of 232 photographs, each seen in low and in high resolution. Most come from CID22, a collection that anyone may use under the licence CC BY-SA 4.0. It never saw this guitar.
#
# It computes sixteen corrections for every pixel of the small picture, lays them out as a block of 4 by 4 (the *sub-pixel* step), and adds them to an ordinary upscaling. It corrects the brightness, and takes the colours as they are. Its parameters are the numbers that training adjusted.

# %%
network = srlib.load_model("small_x4")
restored = srlib.upscale(small, network)
print("parameters:", f"{network.count_params():,}")
print("restored:", restored.shape, restored.dtype)

# %% [markdown]
# `upscale` takes any picture and any method: a network, or the name of an interpolation. We also ask for **bicubic** upscaling, which every
# image editor offers. It fits smooth curves instead of straight lines, and it is the competitor that a network has to beat
# to be worth anything.

# %%
bicubic = srlib.upscale(small, "bicubic", scale=4)
versions = {"linear": linear, "bicubic": bicubic, "network": restored}
srlib.show.zoom(true, versions, box=(40, 8, 128), size=2.0)

# %% [markdown]
# Look at the sound hole, the long black shape, then at the numbers beneath. The network's edges are the sharpest of the three. They are also
# not the truth: where the true square has grain in the wood, the network has smooth paint with a clean edge.
#
# Here are the same versions as numbers for this whole picture.

# %%
for name, image in versions.items():
    print(f"{name:8} {srlib.psnr(image, true):6.2f} dB   SSIM {srlib.ssim(image, true):.3f}")

# %% [markdown]
# ## One picture proves nothing
#
# We chose this picture because it has clean, strong edges. Perhaps the network does well on guitars only. `evaluate` repeats the experiment on every picture of the group:
# downscale, upscale with each method, compare.

# %%
methods = {"linear": "bilinear", "bicubic": "bicubic", "network": network}
table = srlib.evaluate(methods, images, srlib.Downscale(4, "bicubic"))
print(table.by_image("psnr"))

# %% [markdown]
# Each row is one photograph. How sure is the gain? The next cell counts on how many of them the network is ahead
# of bicubic, which is a different question from who has the better mean.

# %%
gain = table.values("network", "psnr") - table.values("bicubic", "psnr")
print(f"ahead of bicubic on {(gain > 0).sum()} of {len(gain)} images; mean gain {gain.mean():.2f} dB")
print(f"most {gain.max():+.2f} dB on {images.names[int(gain.argmax())]}, least {gain.min():+.2f} dB on {images.names[int(gain.argmin())]}")
assert gain.mean() > 0

# %% [markdown]
# It gains most on a cup, with its smooth curves and clean edges, and least on reeds, where every stalk is finer than the pixels of the small picture.
#
# That is the answer to our question, for now: a network can add some of what is *typical* between the pixels. It cannot bring back what was
# lost. Where the picture follows the usual rules of edges and curves, typical is nearly right. Where it does not, the network guesses, and its guesses look just as sharp. Lesson 04 returns to what that means for a doctor or a police officer.
#
# ## The whole idea in one row
#
# The course follows this picture from left to right. The lessons after this one enlarge by 2 instead of by 4: everything is the same, and trains faster.

# %%
srlib.show.workflow(true, network, scale=4, kernel="bicubic")

# %% [markdown]
# | lesson | question |
# | --- | --- |
# | **00 Start here** | what can a network add to a small picture? |
# | **[01 Dataset](01_dataset.ipynb)** | what do we learn from, and what may we look at only once? |
# | **[02 Preprocessing](02_preprocessing.ipynb)** | what exactly is lost when a picture is made small? |
# | **[03 Autoencoder](03_autoencoder.ipynb)** | can a network that compresses pictures sharpen them? |
# | **[04 Results](04_results.ipynb)** | is it any good, and how would we know? |
# | **[05 Better networks](05_better_networks.ipynb)** | what buys quality, and what does it cost? |
# | **[07 Your photographs](07_your_photos.ipynb)** | how does it do on a photograph that nobody degraded on purpose? |
# | **[08 Other repairs](08_other_repairs.ipynb)** | what else can the same network repair? |
# | **[09 Sharp or true](09_sharp_or_true.ipynb)** | must we choose between sharp and true? |
#
# The course rebuilds a published student project, *Image Super-Resolution using Convolutional Neural Networks*, which used the Linnaeus 5 pictures,
# an autoencoder, and reported an average SSIM of 0.86. We follow its steps, check its claims, and measure again with care.
#
# ## Exercise
#
# Run the comparison on another photograph. Choose one that you expect to be *easy* and one that you expect to be *hard*, and write down your guess for the network's PSNR
# before you run the cell.

# %%
mine = images["coffee"]  # try another name from images.names
mine_small = srlib.downscale(mine, 4, kernel="bicubic")
results = {"bicubic": srlib.upscale(mine_small, "bicubic", 4), "network": srlib.upscale(mine_small, network)}
for name, image in results.items():
    print(f"{name:8} {srlib.psnr(image, mine):6.2f} dB")

# %%
srlib.show.zoom(mine, results, box=(112, 112, 128), size=2.0)

# %% [markdown]
# Much of this cup is smooth, so there is little to lose: the numbers are higher than the guitar's, for *every* method. A high PSNR may say more about the
# picture than about the method, which is why we always compare methods on the *same* pictures.
#
# ## Recap
#
# - Downscaling by 4 leaves one pixel where there were sixteen. Upscaling restores the size, not the content.
# - PSNR and SSIM measure how close a picture is to the true one.
# - A trained network beats bicubic upscaling here, by an amount that depends on the picture.
# - Judge on many pictures, and against bicubic.
#
# Next: [01 Dataset](01_dataset.ipynb).
