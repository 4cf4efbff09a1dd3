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
# *A core lesson, 10 minutes; it runs for about 15 seconds on two cores. You should know a little Python, and have heard that a convolution slides a small filter over a picture.*
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
# The package brings forty photographs along. They come in three groups that are kept apart: photographs to learn from, photographs to check on while we work, and photographs for the final exam. Lesson 01 explains why. Here we use the second group, called *validation*.

# %%
images = srlib.load_images("sample", split="validation")
print(images)
print("their names:", ", ".join(images.names))
print("one image:", images["guitar"].shape, images["guitar"].dtype)

# %% [markdown]
# To a computer, a picture is an array: rows, columns, and three numbers for red, green and blue. Ours are squares of 256 by 256 pixels. These are the six:

# %%
srlib.show.images(images, columns=6, size=1.25)

# %% [markdown]
# Look for the places with fine detail: strings, windows, reeds, snow in the cracks of a rock.
#
# ## Make it small, make it large again
#
# Now we throw information away on purpose. `downscale` makes the picture a quarter as wide and a quarter as high, so one pixel is left of every sixteen. The *kernel* says how; lesson 02 takes it apart. `upscale` brings the small picture back to the old size. Here it draws straight lines between the new pixels, along rows and columns. That is *linear* interpolation, also called bilinear.
#
# The field has short names for the two sizes. The original, in high resolution, is **HR**. The small one, in low resolution, is **LR**.

# %%
hr = images["guitar"]
lr = srlib.downscale(hr, scale=4, kernel="bicubic")
linear = srlib.upscale(lr, "bilinear", scale=4)
print("HR", hr.shape, "  LR", lr.shape, "  upscaled again", linear.shape)

# %% [markdown]
# **Predict:** which parts of the guitar will survive, and which will not? Will the red of the wood look different at all?

# %% jupyter={"outputs_hidden": true}
srlib.show.compare(hr, {"linear upscaling": linear}, size=2.4)

# %% [markdown]
# <details>
# <summary>After you have run it</summary>
#
# The red of the wood is still there. Its grain has gone, and the strings have melted into a haze. A small picture loses most where the detail is finest. Upscaling gave us back the *number* of pixels, not what was in them.
#
# </details>
#
# The numbers below the picture say how much was lost. **PSNR**, in decibels (dB), grows as the upscaled picture comes closer to the HR one. **SSIM** is 1 for a perfect copy. Lesson 04 takes both apart and shows where they mislead.
#
# ## Let a network try
#
# A neural network made for this task is called a **super-resolution** network, and its result is **SR**. A small one travels with this package. Every network here has a card that tells what it learned from, and what it should not be used for.

# %%
network = srlib.load_model("small_x4")
sr = srlib.upscale(lr, network)
print("parameters:", f"{network.count_params():,}", "  SR:", sr.shape, sr.dtype)
print(textwrap.fill(f"learned from: {network.card.runs[-1].provenance!r}", 80))
print(textwrap.fill(f"not for: {network.card.not_for}", 80))

# %% [markdown]
# Its *parameters* are the numbers that training adjusted. It learned from patches of 232 photographs, each seen in LR and in HR. This guitar was not among them.
#
# For every pixel of the LR picture the network computes sixteen corrections and lays them out as a block of 4 by 4. It adds them to an ordinary upscaling. It corrects the brightness, which the field calls *luma*, and takes the colours as they are.
#
# A network is worth something only if it beats what is simpler. `upscale` takes a network or the name of an interpolation, so we can compare. **Bicubic** fits smooth curves instead of straight lines, and every image editor offers it. **Lanczos** asks more neighbours than bicubic does, and is the strongest of the simple methods here.

# %%
versions = {name: srlib.upscale(lr, name, 4) for name in ("bicubic", "lanczos")}
versions["network"] = sr
srlib.show.zoom(hr, versions, box=(40, 8, 128), size=1.75)

# %% [markdown]
# Look at the sound hole, the long black shape, then at the numbers beneath. The network's edges are the sharpest of the three. They are not quite the truth: where the HR square has grain in the wood, the network has smooth paint with a clean edge.
#
# ## One picture proves nothing
#
# We chose this picture because it has clean, strong edges. Perhaps the network does well on guitars only. `evaluate` repeats the experiment on every photograph of the group: downscale, upscale with each method, compare.
#
# **Predict:** on how many of the six will the network be ahead of Lanczos? On which photograph will it gain most, and on which least? Look at the page of pictures above before you answer.

# %% jupyter={"outputs_hidden": true}
methods = {"linear": "bilinear", "bicubic": "bicubic", "lanczos": "lanczos", "network": network}
table = srlib.evaluate(methods, images, srlib.Downscale(4, "bicubic"))
print(table.by_image("psnr"))
gain = table.values("network") - table.values("lanczos")
most, least = (images.names[int(place)] for place in (gain.argmax(), gain.argmin()))
print(f"\nahead of Lanczos on {(gain > 0).sum()} of {len(gain)} images; mean gain {gain.mean():.2f} dB")
print(f"most: {gain.max():+.2f} dB on {most}; least: {gain.min():+.2f} dB on {least}")

# %% [markdown]
# <details>
# <summary>After you have run it</summary>
#
# The network is ahead on all six. It gains most on the cup and least on the path through the reeds. The next figure shows why.
#
# </details>
#
# Here are two squares of 64 by 64 pixels, the upper one from the photograph with the largest gain, the lower one from that with the smallest. We chose the places by eye: they illustrate the table, and prove nothing.

# %%
places = {most: (0, 30), least: (70, 60)}
squares = {"HR": [], "lanczos": [], "network": []}
for name, (top, left) in places.items():
    lr_image = srlib.downscale(images[name], 4, "bicubic")
    made = images[name], srlib.upscale(lr_image, "lanczos", 4), srlib.upscale(lr_image, network)
    for squares_of_one, image in zip(squares.values(), made):
        squares_of_one.append(image[top : top + 64, left : left + 64])
assert (gain > 0).all() and gain.mean() > 0.5  # the claim of the table above
srlib.show.compare(squares.pop("HR"), squares, size=2.0)

# %% [markdown]
# Follow the rim of the cup, then a single reed. The rim is a long, clean curve. It is many pixels wide in HR, so enough of it is left in LR to say where it ran, and the network draws it again. The reeds are one or two pixels wide in HR, which is finer than a pixel of the LR picture. Nothing says where each of them stood, and the network leaves brown haze, as Lanczos does.
#
# That is the answer to our question, for now. A network can add what is *typical* between the pixels. Where the picture follows the usual rules of edges and curves, typical is nearly right. Where it does not, the network guesses or leaves the haze. It cannot bring back what was lost, and a guess may look as sharp as the truth. This is why its card excludes medicine and evidence.
#
# ## The whole idea in one row
#
# The course follows this row from left to right.

# %%
srlib.show.workflow(hr, network, scale=4, kernel="bicubic")

# %% [markdown]
# From HR to LR, back by interpolation, and back by the network. Lessons 01 to 05 enlarge by 2 instead of by 4, with other networks, which train faster. They mostly downscale by another kernel, *bilinear*, which is the original project's, so their scores cannot be compared with these.
#
# ## The lessons
#
# The core fits into five meetings. The further lessons come after it, best in their order: 06 and 10 build on 05, and 10 on 06.
#
# | lesson | question | |
# | --- | --- | --- |
# | **00 Start here** | what can a network add to a small picture? | core, meeting 1 |
# | **[01 Dataset](01_dataset.ipynb)** | what do we learn from, and what may we look at only once? | core, meeting 1 |
# | **[02 Preprocessing](02_preprocessing.ipynb)** | what exactly is lost when a picture is made small? | core, meeting 2 |
# | **[03 Autoencoder](03_autoencoder.ipynb)** | can a network that compresses images sharpen them? | core, meeting 3 |
# | **[04 Results](04_results.ipynb)** | is it any good, and how would we know? | core, meeting 4 |
# | **[05 The sub-pixel network](05_subpixel.ipynb)** | where should the work be done, and what buys quality? | further |
# | **[06 The benchmark](06_benchmark.ipynb)** | how does it stand among published networks? | further |
# | **[07 Your photographs](07_your_photos.ipynb)** | how does it do on a photograph that nobody degraded on purpose? | core, meeting 5 |
# | **[08 Other repairs](08_other_repairs.ipynb)** | what else can the same network repair? | further |
# | **[09 Sharp or true](09_sharp_or_true.ipynb)** | must we choose between sharp and true? | further |
# | **[10 Beyond](10_beyond.ipynb)** | a GPU, many machines, the browser: what changes, and what stays? | further |
#
# > **The original project.** The course rebuilds a published student project, [*Image Super-Resolution using Convolutional Neural Networks*](https://github.com/Divya-Shah/Image-Super-Resolution). It used the Linnaeus 5 pictures and an autoencoder, and reported an average SSIM of 0.86. We follow its steps, check its claims, and measure again. Boxes like this one tell what its text and its notebook say, and where the course differs.
#
# ## Exercise
#
# Run the comparison on another photograph. Choose one that you expect to be *easy* and one that you expect to be *hard*, and write down your guess for the network's PSNR before you run the cell.

# %%
mine = images["lake"]  # try another name from images.names
mine_lr = srlib.downscale(mine, 4, kernel="bicubic")
results = {"lanczos": srlib.upscale(mine_lr, "lanczos", 4), "network": srlib.upscale(mine_lr, network)}
for name, image in results.items():
    print(f"{name:8} {srlib.psnr(image, mine):6.2f} dB   SSIM {srlib.ssim(image, mine):.3f}")

# %% [markdown]
# The numbers say how far away each result is, the picture in which way. Move the box: top, left and side.

# %%
srlib.show.zoom(mine, results, box=(64, 64, 96), size=1.75)

# %% [markdown]
# The lake's are lower than the guitar's for *both* methods, because there is detail everywhere. A low PSNR may say more about the picture than about the method, so we compare methods on the *same* pictures.
#
# ## Recap
#
# - Downscaling by 4 leaves one pixel where there were sixteen. Upscaling restores the size, not the content.
# - PSNR and SSIM measure how close a picture is to the HR one.
# - A trained network beats interpolation here, even Lanczos: much on clean edges, little on fine texture.
# - Judge on many pictures, and against the strongest simple method.
#
# ## Further reading
#
# - W. T. Freeman, T. R. Jones, E. C. Pasztor, *Example-based super-resolution*, 2002, [doi:10.1109/38.988747](https://doi.org/10.1109/38.988747). The idea before networks: look up what fits in a store of patches.
# - C. Dong, C. C. Loy, K. He, X. Tang, *Image super-resolution using deep convolutional networks*, 2016, [arXiv:1501.00092](https://arxiv.org/abs/1501.00092). The first convolutional network for the task; three layers.
# - W. Shi and others, *Real-time single image and video super-resolution using an efficient sub-pixel convolutional neural network*, 2016, [arXiv:1609.05158](https://arxiv.org/abs/1609.05158). The blocks of corrections that our network computes.
# - Z. Wang, J. Chen, S. C. H. Hoi, *Deep learning for image super-resolution: a survey*, 2021, [arXiv:1902.06068](https://arxiv.org/abs/1902.06068). A map of the field.
#
# Next: [01 Dataset](01_dataset.ipynb).
