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
# # 02 Preprocessing
#
# [![Open in Colab](https://colab.research.google.com/assets/colab-badge.svg)](https://colab.research.google.com/github/srlib-course/srlib/blob/main/notebooks/02_preprocessing.ipynb)
#
# **The question: what exactly is lost when a picture is made small?**
#
# *35 minutes. You should have run [00 Start here](00_start_here.ipynb).*
#
# Afterwards you will be able to
#
# - downscale and upscale a picture by hand, and say which pixels go into which,
# - explain aliasing, and recognise it,
# - show why no method can bring back all that was lost,
# - prepare pairs of pictures for training without the two classic mistakes.

# %%
# On Colab this installs the course, and replaces nothing; elsewhere it does nothing.
import sys

if "google.colab" in sys.modules:
    import subprocess

    course = "srlib[colab] @ git+https://github.com/srlib-course/srlib"
    subprocess.run([sys.executable, "-m", "pip", "install", "-q", course], check=True)

# %%
import numpy as np

import srlib

images = srlib.load_images("sample", split="validation")
true = images["astronaut"][:128, 64:192]  # the head of a portrait, 128 by 128 pixels
print("whole numbers from", true.min(), "to", true.max(), "in an array of shape", true.shape)

# %% [markdown]
# ## Numbers between 0 and 1
#
# A picture file holds whole numbers from 0 to 255. Networks work better on numbers around 1, so we divide by 255. It is one line, and it is where the original project tripped: its text says that
# the pixels were divided by 255, but its program trained on 0 to 255. Every error it reports is therefore on another scale than the reader thinks.
#
# In this course the type says which scale it is: `uint8` means 0 to 255, `float32` means 0 to 1. Anything else is refused, with a sentence that says what to do. (`hr`, in the message below, is the library's name for a picture in high resolution.)

# %%
image = (true / 255).astype("float32")
print("now from", round(float(image.min()), 3), "to", round(float(image.max()), 3))
try:
    srlib.downscale(true.astype("float32"))
except ValueError as error:
    print("refused:", error)

# %% [markdown]
# ## Downscaling by hand
#
# To halve a picture, lay a coarser grid over it. Each new pixel covers a block of two by two old ones. *Linear* interpolation asks for the value at the middle of the block, which is the mean of the four.
#
# Four shifted copies of the picture, each with every second row and column, hold the four members of every block.

# %%
top_left, top_right = image[0::2, 0::2], image[0::2, 1::2]
bottom_left, bottom_right = image[1::2, 0::2], image[1::2, 1::2]
small = (top_left + top_right + bottom_left + bottom_right) / 4
print(image.shape, "->", small.shape)
assert np.abs(small - srlib.downscale(true, scale=2)).max() < 1e-6

# %% [markdown]
# The last line compares our version with `srlib.downscale`: they agree. From here on we use that one; it also downscales by 3 and 4, and has other *kernels*: a kernel says which pixels count for a new one, and how much.
#
# ## Upscaling by hand
#
# The way back is less obvious, so take one row first. Two old pixels become four new ones. **Predict:** old values 0 and 100. What are the four new
# values? (It is not 0, 33, 67, 100.)

# %%
row = np.array([0.0, 100.0])
before = np.concatenate([row[:1], row[:-1]])  # the neighbour to the left; the edge repeats itself
after = np.concatenate([row[1:], row[-1:]])  # the neighbour to the right
new = np.stack([0.75 * row + 0.25 * before, 0.75 * row + 0.25 * after], axis=1).ravel()
print(new)

# %% [markdown]
# 0, 25, 75, 100. Each old pixel is replaced by two new ones, and the middle of a new pixel lies a *quarter* of an old pixel away from the old middle. So it takes three quarters from its own old pixel and one quarter from the neighbour on that side.
# (Values at *half-pixel centres*, in the language of image libraries. Libraries that put the first new pixel exactly on the first old one shift the picture by a quarter of an old pixel, half a new one, which is enough to ruin a comparison.)
#
# A picture is upscaled along its columns, and then along its rows.

# %%
def double(values, axis):
    """Twice as many values along an axis, by linear interpolation."""
    values = np.moveaxis(values, axis, 0)
    before = np.concatenate([values[:1], values[:-1]])
    after = np.concatenate([values[1:], values[-1:]])
    both = np.stack([0.75 * values + 0.25 * before, 0.75 * values + 0.25 * after], axis=1)
    return np.moveaxis(both.reshape(-1, *values.shape[1:]), 0, axis)


linear = double(double(small, axis=0), axis=1)
print(small.shape, "->", linear.shape)
assert np.abs(linear - srlib.upscale(small, "bilinear", scale=2)).max() < 1e-6

# %% [markdown]
# Again they agree, and from here on this is `srlib.upscale(small, "bilinear")`.
#
# ## Other ways to guess
#
# Straight lines are one guess about what lies between pixels. Here are four guesses, each with more neighbours than the one before: *nearest* copies one pixel, *bilinear* uses 2 by 2, *bicubic* 4 by 4, *Lanczos* 6 by 6.

# %%
guesses = {name: srlib.upscale(small, name) for name in ("nearest", "bilinear", "bicubic", "lanczos")}
for name, guess in guesses.items():
    print(f"{name:9} {srlib.psnr(guess, true):5.2f} dB   values from {guess.min():.3f} to {guess.max():.3f}")

# %%
srlib.show.zoom(true, guesses, box=(40, 60, 48))

# %% [markdown]
# Look at the eye and its brow. Nearest makes blocks. Bilinear is soft. Bicubic and Lanczos are crisper. Their curves overshoot, so beside a hard edge they leave a faint bright or dark rim; a face has few such edges, and here you will hardly find one. Values beyond 0 and 1 are cut off.
#
# None of the four knows anything about pictures. They only know that neighbours tend to be alike.

# %% [markdown]
# ## What is lost, as waves
#
# Any picture can be written as a sum of waves, long and short ones. The *spectrum* shows how strong each length is. The shortest wave that a picture can hold spans two pixels: a frequency of one half cycle per pixel. A picture of half the size ends at a quarter.

# %%
srlib.show.spectrum({"true": true, "bilinear": guesses["bilinear"], "lanczos": guesses["lanczos"]}, mark=0.25)

# %% [markdown]
# Each line of the grid is a hundred times the power of the one below it. On the left the curves agree. Towards the line they begin to part, bilinear first. At the line bilinear has a tenth of the true power, and at the far end less than a thousandth. Lanczos keeps a third at the line, and then falls away too. Super-resolution is the task of refilling the right-hand side.
#
# ## Hidden, or gone?
#
# Is the detail merely hidden in the small picture, so that a clever method could find it? Take a paler copy of the picture, and a second one that differs from it in every pixel, by a fine checkerboard:

# %%
sign = np.where(np.add.outer(np.arange(128), np.arange(128)) % 2, 1, -1)[..., None]
squeezed = 0.2 + 0.6 * image  # so that nothing leaves the range
disguised = (squeezed + 0.1 * sign).astype("float32")
print("PSNR between the two large images:", round(srlib.psnr(disguised, squeezed), 2), "dB")

# %% [markdown]
# **Predict:** how far apart are they after downscaling by 2?

# %%
shadows = srlib.downscale(squeezed), srlib.downscale(disguised)
print("any difference between the two small images:", bool(np.abs(shadows[0] - shadows[1]).max() > 1e-6))
assert np.abs(shadows[0] - shadows[1]).max() < 1e-6

# %%
srlib.show.images([squeezed, disguised, *shadows], ["an image", "another image", "the first, downscaled", "the second, downscaled"], columns=4, size=2.2)

# %% [markdown]
# The two large pictures are plainly different, and their small versions are the same but for rounding. No method, however clever, can tell from the small picture which of the two it came from. All that one can do is to ask which large
# picture is *likely*, and that is a question about the world, to be learned from examples.
#
# ## Aliasing: detail in disguise
#
# Lost is the good case. In the bad case, fine detail does not vanish but comes back as something else. The next picture holds rings that get finer towards the rim.

# %%
yy, xx = np.mgrid[-64:64, -64:64]
rings = (0.5 + 0.5 * np.cos((xx**2 + yy**2) * np.pi / 200)).astype("float32")
rings = np.repeat(rings[..., None], 3, axis=-1)
downscaled = {
    "every fourth pixel": rings[::4, ::4],
    "bilinear": srlib.downscale(rings, 4, kernel="bilinear"),
    "bicubic, antialiased": srlib.downscale(rings, 4, kernel="bicubic"),
}

# %%
srlib.show.images([rings, *downscaled.values()], ["128 x 128", *(f"{name}\n32 x 32" for name in downscaled)], columns=4, size=2.2)

# %% [markdown]
# In the first picture there is one set of rings. After taking every fourth pixel there are several, and the new ones never existed. That is **aliasing**: waves too fine for the new grid pose as coarse ones. *Bilinear* downscaling by 4 looks at only two of every four pixels in each direction and suffers too. (By 2 it looks at all four and aliases less, but still: stripes of 3.3 pixels keep three fifths of their contrast.) The *antialiased* kernel averages over a wider neighbourhood first, and turns what it cannot hold into grey.

# %%
outer = np.hypot(*np.mgrid[-15.5:16, -15.5:16]) > 14  # far from the middle, where the true rings are too fine for 32 x 32
for name, rings_small in downscaled.items():
    print(f"{name:21} false contrast at the rim: {rings_small[outer].std():.3f}")

# %% [markdown]
# This matters when you compare results. Papers downscale with MATLAB's antialiased bicubic kernel. The original project downscales with bilinear interpolation. Does the score of the *same* upscaling on the *same* photographs depend on how they were downscaled?

# %%
for kernel in ("bilinear", "bicubic", "area"):
    table = srlib.evaluate({"bicubic upscaling": "bicubic"}, images, srlib.Downscale(2, kernel))
    print(f"downscaled by {kernel:9} -> upscaled by bicubic: {table.mean('bicubic upscaling'):.2f} dB")

# %% [markdown]
# It does. Bilinear and area are the same at scale 2: both are the mean of four. They score 0.17 dB higher here than the papers' kernel, and the upscaling deserves no credit for it. When you read a table, first ask how the small pictures were made.
#
# ## Pairs for training
#
# A network learns from pairs: the small picture that it sees, and the large one that it should give. `make_pairs` does all of the above for a whole set. Its two results are called `lr` and `hr`, for low and high resolution.

# %%
lr, hr = srlib.make_pairs(images, srlib.Downscale(2, "bilinear"))
print("small:", lr.shape, lr.dtype, "  large:", hr.shape, hr.dtype)
print("linear upscaling of the small ones:", round(srlib.psnr(srlib.upscale(lr, "bilinear"), hr), 2), "dB on average")

# %% [markdown]
# The two classic mistakes, then: a scale that changes on the way from 0-255 to 0-1, and pairs that were made by another kernel than the one that the test uses.
#
# ## Exercise
#
# 1. Downscale `true` by 2 with `image[::2, ::2]`, upscale it by `bicubic`, and compute the PSNR. It is lower than ours. Two things are wrong with it; one is aliasing. What is the other? (Where is the middle of the new pixel?)
# 2. Write `triple(values, axis)`, linear upscaling by 3, and compare with `srlib.upscale(small, "bilinear", scale=3)`. The weights are 2/3 and 1/3; the middle value is copied.
# 3. In a new cell, change the checkerboard so that the two small pictures are *not* the same. Which patterns survive downscaling?
#
# ## Recap
#
# - Downscaling by 2 with linear interpolation is the mean of each block of four pixels.
# - Upscaling fills the gaps with a guess; kernels differ in how many neighbours they ask.
# - Waves shorter than four pixels along a row or a column are lost, or, without antialiasing, come back in disguise.
# - Many large pictures share one small picture. What is lost can be guessed, not recovered.
# - Scores can be compared only if the pictures were downscaled in the same way.
#
# Next: [03 Autoencoder](03_autoencoder.ipynb).
