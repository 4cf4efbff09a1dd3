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
# *A core lesson, 40 minutes; it runs for about 10 seconds on two cores. You should have run [00 Start here](00_start_here.ipynb).*
#
# Afterwards you will be able to
#
# - downscale and upscale a picture by hand, and say which pixels go into which,
# - read a spectrum: which waves a picture is a sum of,
# - explain aliasing, and recognise it,
# - show why no method can bring back all that was lost,
# - make pairs of pictures for training, and name two classic mistakes.

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
hr_levels = images["coffee"][:128, :128]  # a cup, 128 by 128 pixels
print("whole numbers from", hr_levels.min(), "to", hr_levels.max(), "in an array of shape", hr_levels.shape)

# %% [markdown]
# ## Numbers between 0 and 1
#
# An image file holds whole numbers from 0 to 255. Networks work better on numbers around 1, so we divide by 255. Here `uint8` means 0 to 255, and `float32` 0 to 1. Anything else is refused.

# %%
hr = (hr_levels / 255).astype("float32")
print(f"now from {hr.min():.3f} to {hr.max():.3f}")
try:
    srlib.downscale(hr_levels.astype("float32"))
except ValueError as error:
    print("refused:", error)

# %% [markdown]
# > **The original project.** Its [text](https://github.com/Divya-Shah/Image-Super-Resolution) says that the pixels were divided by 255. Its notebook trains on 0 to 255. So every squared error in it is on another scale than a reader thinks.
#
# ## Downscaling by hand
#
# To halve an image, lay a coarser grid over it. Each new pixel covers a block of two by two old ones. *Linear* interpolation asks for the value at the middle of the block, which is the mean of the four. Four shifted copies of the image hold them.

# %%
top_left, top_right = hr[0::2, 0::2], hr[0::2, 1::2]
bottom_left, bottom_right = hr[1::2, 0::2], hr[1::2, 1::2]
lr = (top_left + top_right + bottom_left + bottom_right) / 4
difference = np.abs(lr - srlib.downscale(hr, scale=2)).max()
print(f"{hr.shape} -> {lr.shape}, at most {difference:.6f} from srlib.downscale")
assert difference < 1e-6

# %% [markdown]
# `srlib.downscale` has other *kernels*. A kernel says which pixels count for a new one, and how much.
#
# ## Upscaling by hand
#
# For the way back take one row first. Two old pixels become four new ones.
#
# **Predict:** the old values are 0 and 100. What are the four new values? They are not 0, 33, 67, 100.

# %% jupyter={"outputs_hidden": true}
row = np.array([0.0, 100.0])
before = np.concatenate([row[:1], row[:-1]])  # the neighbour to the left; the edge repeats itself
after = np.concatenate([row[1:], row[-1:]])  # the neighbour to the right
print(np.stack([0.75 * row + 0.25 * before, 0.75 * row + 0.25 * after], axis=1).ravel())

# %% [markdown]
# <details>
# <summary>After you have run it</summary>
#
# 0, 25, 75, 100. Each old pixel becomes two new ones. The middle of a new pixel lies a *quarter* of an old pixel away from the old middle. So it takes three quarters from its own old pixel and one quarter from the neighbour on that side.
#
# </details>
#
# This is called *half-pixel centres*. A library that puts the first new pixel on the first old one shifts the image, here by half a new pixel, and ruins a comparison.
#
# An image is upscaled along its columns, and then along its rows.

# %%
def double(values, axis):
    """Twice as many values along an axis, by linear interpolation."""
    values = np.moveaxis(values, axis, 0)
    before = np.concatenate([values[:1], values[:-1]])
    after = np.concatenate([values[1:], values[-1:]])
    both = np.stack([0.75 * values + 0.25 * before, 0.75 * values + 0.25 * after], axis=1)
    return np.moveaxis(both.reshape(-1, *values.shape[1:]), 0, axis)


linear = double(double(lr, axis=0), axis=1)
difference = np.abs(linear - srlib.upscale(lr, "bilinear", scale=2)).max()
print(f"{lr.shape} -> {linear.shape}, at most {difference:.6f} from srlib.upscale")
assert difference < 1e-6

# %% [markdown]
# ## A curve instead of a line
#
# Linear interpolation asks two pixels of a row. **Bicubic** asks four. How much each of them counts is read from a curve, by its distance from the new pixel. The curve falls from 1 to 0, dips below 0, and ends at a distance of 2. We apply it to a hard edge, from 0.2 to 0.8.

# %%
def cubic(x):
    """The weight of a pixel at distance x (Keys, 1981)."""
    return 1.5 * x**3 - 2.5 * x**2 + 1 if x <= 1 else -0.5 * x**3 + 2.5 * x**2 - 4 * x + 2


weights = np.array([cubic(distance) for distance in (1.75, 0.75, 0.25, 1.25)])  # of the left one of two new pixels
edge = np.repeat([0.2, 0.8], 4).astype("float32")
four = np.lib.stride_tricks.sliding_window_view(np.pad(edge, 2, mode="symmetric"), 4)  # each with its neighbours
by_hand = np.stack([four[:-1] @ weights, four[1:] @ weights[::-1]], axis=1).ravel()
print("weights:", weights.round(3), " their sum:", weights.sum())
print("the edge:", by_hand[4:12].round(3))
stripe = np.repeat(np.tile(edge, (8, 1))[..., None], 3, axis=-1)  # an image whose rows are all this edge
assert np.abs(by_hand - srlib.upscale(stripe, "bicubic", 2)[0, :, 0]).max() < 1e-6

# %% [markdown]
# Two weights are negative. So beside the edge the result is darker than 0.2 and brighter than 0.8, which no old pixel was. This is **overshoot**.
#
# Now four guesses on a real edge, each with more neighbours than the one before: *nearest* copies one pixel, bilinear uses 2 by 2, bicubic 4 by 4, *Lanczos* 6 by 6.

# %%
guesses = {name: srlib.upscale(lr, name) for name in ("nearest", "bilinear", "bicubic", "lanczos")}
darkest = {name: image[21, 20:32].mean(axis=-1).min() for name, image in {"HR": hr, **guesses}.items()}
for name, level in darkest.items():
    print(f"{name:9} darkest beside the rim: {level:.3f}", f"  {srlib.psnr(guesses[name], hr):.2f} dB" if name != "HR" else "")
assert darkest["lanczos"] < darkest["bicubic"] < darkest["HR"] - 0.02
srlib.show.zoom(hr, guesses, box=(6, 18, 32), size=1.55)

# %% [markdown]
# Look at the saucer, just left of the white rim. Nearest makes blocks. Bilinear is soft. Bicubic and Lanczos are crisper, and draw a faint dark seam along the rim which HR does not have. A single row shows it best:

# %%
srlib.show.profile(hr, {name: guesses[name] for name in ("bilinear", "bicubic", "lanczos")}, row=21, columns=(23, 43))

# %% [markdown]
# At column 30 bicubic and Lanczos dip below the level of the saucer. They are nearer to HR on the slope, and pay for it beside it. None of the four knows anything about pictures. They only know that neighbours tend to be alike.
#
# ## A picture as a sum of waves
#
# A **wave** is a row whose brightness goes up and down evenly. Its *frequency* is the number of cycles per pixel: a wave of 16 pixels has the frequency 1/16. Waves can be added, and a Fourier transform finds out again which waves are in a sum, and how strong each of them is.

# %%
x = np.arange(128)
long = 0.3 * np.cos(2 * np.pi * x / 32)
short = 0.15 * np.cos(2 * np.pi * x / 8)
grey = hr.mean(axis=-1)
strength = 2 * np.abs(np.fft.rfft(long + short)) / 128
for cycles in np.flatnonzero(strength > 1e-6):
    print(f"a wave of {128 / cycles:.0f} pixels, frequency {cycles}/128, of strength {strength[cycles]:.2f}")
rows = {"a long wave": 0.5 + long, "a short wave": 0.5 + short, "their sum": 0.5 + long + short, "a row of the cup": grey[21]}
srlib.show.waves(rows)

# %% [markdown]
# Read each row from left to right: stripes, their brightness, and the strength of each wave, its *amplitude*. The sum has two bars. The row of the cup has many, the strongest of them on the left.
#
# A whole picture is its mean plus waves in all directions. We keep the mean and the strongest waves, and add them up.

# %%
waves = np.fft.fft2(grey)
order = np.argsort(-np.abs(waves), axis=None)
sums = {}
for label, count in {"1 wave": 1, "5 waves": 5, "50 waves": 50, "500 waves": 500, "all waves": 128 * 64}.items():
    kept = np.zeros_like(waves)
    chosen = order[: 1 + 2 * count]  # the mean, and two numbers for each wave
    kept.flat[chosen] = waves.flat[chosen]
    sums[label] = np.fft.ifft2(kept).real
    print(f"the mean and {label:9} leave {np.var(grey - sums[label]) / np.var(grey):7.2%} of the variance out")


def as_image(values):
    return np.repeat(values.clip(0, 1)[..., None], 3, axis=-1).astype("float32")


srlib.show.images([as_image(values) for values in sums.values()], list(sums), columns=5, size=1.75)

# %% [markdown]
# From left to right: one wave makes broad stripes, fifty make a rim, five hundred a cup.
#
# The **spectrum** puts this into one curve. It gives the power of the waves, the square of their strength, as a mean over all directions. A *window* first fades the picture out towards its border. Otherwise the jump from the right border to the left one would count as detail.

# %%
window = np.outer(np.hanning(128), np.hanning(128))
power = np.abs(np.fft.fft2((grey - grey.mean()) * window)) ** 2
across = np.fft.fftfreq(128)  # frequencies along a row, in cycles per pixel
frequency = np.hypot(across[:, None], across)  # of a wave in any direction
ring = np.round(128 * frequency)
by_hand = np.array([power[ring == k].mean() for k in range(1, 65)])
figure = srlib.show.spectrum({"HR": hr, "noise": np.random.default_rng(0).random((128, 128, 3), "float32")})
drawn = figure.axes[0].lines[0].get_ydata()
print(f"our curve and the drawn one differ by at most {np.abs(by_hand / drawn - 1).max():.3f}")
print(f"from waves of 128 pixels to waves of 2, the power falls by a factor of {by_hand[0] / by_hand[-1]:,.0f}")
assert np.allclose(by_hand, drawn, rtol=1e-3)
figure

# %% [markdown]
# On the left are long waves, on the right short ones, down to two pixels. Equal steps up multiply the power by equal factors. In noise all waves are about equally strong. The photograph is made of long waves first, and its power falls by a factor of more than a hundred thousand.
#
# ## What is lost
#
# The shortest wave that a row can hold spans two of its pixels. The pixels of the LR image are twice as wide as those of HR.
#
# **Predict:** up to which frequency could the spectra of the upscaled images follow the curve of HR? Will they?

# %% jupyter={"outputs_hidden": true}
methods = {name: guesses[name] for name in ("bilinear", "bicubic", "lanczos")}
figure = srlib.show.spectrum({"HR": hr, **methods}, mark=0.25)
curves = {line.get_label(): line.get_ydata() for line in figure.axes[0].lines[:4]}
for name in methods:
    kept = curves[name] / curves["HR"]  # entry k - 1 is the frequency k / 128
    print(f"{name:9} of the power at 1/16: {kept[7]:5.0%}   at 1/8: {kept[15]:5.0%}   at 1/4: {kept[31]:5.0%}   at 5/16: {kept[39]:4.0%}")
figure

# %% [markdown]
# <details>
# <summary>After you have run it</summary>
#
# Up to 1/4, a wave of four HR pixels. They do not: bilinear leaves first, with half of HR's power at 1/8 and a tenth at 1/4. Lanczos keeps most of it at 1/8, and a third at 1/4.
#
# </details>
#
# Right of the line there is power, too. Where does it come from? We upscale single waves.

# %%
for width in (4, 16):  # in LR pixels
    cycles = 64 // width
    wave = as_image(np.tile(0.5 + 0.4 * np.cos(2 * np.pi * (np.arange(64) + 0.5) / width), (64, 1)))
    for name in methods:
        found = 2 * np.abs(np.fft.rfft(srlib.upscale(wave, name)[64, :, 0])) / 128
        print(f"{name:9} of one wave makes {found[cycles]:.4f} at {cycles}/128 and {found[64 - cycles]:.4f} at {64 - cycles}/128")
        assert np.argsort(-found)[2] == 64 - cycles  # behind the mean and the wave itself

# %% [markdown]
# One wave goes in, two come out. Interpolation leaves a pale copy, mirrored at the line: 1/8 comes again at 3/8. This is no detail. The copy of a long wave is strongest with Lanczos; hence the bump at the end of its curve.
#
# Super-resolution must refill the right-hand side.
#
# ## Hidden, or gone?
#
# Is the detail merely hidden in the LR image, so that a clever method could find it? Take a paler copy of the picture, and a second one that differs from it by a fine checkerboard:

# %%
sign = np.where(np.add.outer(np.arange(128), np.arange(128)) % 2, 1, -1)[..., None]
squeezed = 0.2 + 0.6 * hr  # so that nothing leaves the range
disguised = (squeezed + 0.1 * sign).astype("float32")
print(f"between the two HR images: {srlib.psnr(disguised, squeezed):.2f} dB")

# %% [markdown]
# **Predict:** how far apart are they after downscaling by 2?

# %% jupyter={"outputs_hidden": true}
shadows = srlib.downscale(squeezed), srlib.downscale(disguised)
difference = np.abs(shadows[0] - shadows[1]).max()
print(f"largest difference between the two LR images: {difference:.6f}")
srlib.show.images([squeezed, disguised, *shadows], ["an image", "another image", "the first, downscaled", "the second, downscaled"], columns=4, size=2.2)

# %% [markdown]
# <details>
# <summary>After you have run it</summary>
#
# The two HR images are plainly different, and their LR versions are the same. No method, however clever, can tell from the LR image which of the two it came from.
#
# </details>
#
# All that one can do is to ask which HR image is *likely*. That is a question about the world, to be learned from examples.
#
# ## Aliasing: detail in disguise
#
# Fine detail may also come back as something else. Here are rings that get finer towards the rim, made four times smaller in three ways.

# %%
yy, xx = np.mgrid[-64:64, -64:64]
rings = as_image(0.5 + 0.5 * np.cos((xx**2 + yy**2) * np.pi / 200))
small = {"every fourth pixel": rings[::4, ::4]}
small |= {kernel: srlib.downscale(rings, 4, kernel=kernel) for kernel in ("bilinear", "bicubic")}
outer = np.hypot(*np.mgrid[-15.5:16, -15.5:16]) > 14  # where the HR rings are too fine for 32 x 32
for name, image in small.items():
    print(f"{name:18} false contrast at the rim: {image[outer].std():.3f}")
assert small["bicubic"][outer].std() < 0.2 * small["bilinear"][outer].std()
srlib.show.images([rings, *small.values()], ["128 x 128", *(f"{name}\n32 x 32" for name in small)], columns=4, size=2.2)

# %% [markdown]
# The first picture has one set of rings. After taking every fourth pixel there are several, and the new ones never existed. That is **aliasing**: waves too fine for the new grid pose as coarse ones. *Bilinear* downscaling by 4 looks at only two of every four pixels in each direction, and suffers too. The *bicubic* kernel is **antialiased**: it averages over a wider neighbourhood, and turns what the grid cannot hold into grey.
#
# Papers downscale with this kernel. The original project downscales with bilinear interpolation. Does the score of the *same* upscaling depend on it?

# %%
upscalings = {name: name for name in ("bilinear", "bicubic", "lanczos")}
tables = {kernel: srlib.evaluate(upscalings, images, srlib.Downscale(2, kernel)) for kernel in ("bilinear", "area", "bicubic")}
for kernel, table in tables.items():
    print(f"downscaled by {kernel:8}", *(f"  {name} {table.mean(name):.2f} dB" for name in upscalings))
print(f"bicubic upscaling, the difference before rounding: {tables['bilinear'].mean('bicubic') - tables['bicubic'].mean('bicubic'):.2f} dB")
assert tables["bilinear"].mean("bicubic") > tables["bicubic"].mean("bicubic") + 0.1

# %% [markdown]
# It does. Bilinear and area are the same at scale 2: both are the mean of four. With them every upscaling scores higher, bicubic by 0.16 dB. The upscaling deserves no credit for that. When you read a table, first ask how its LR images were made.
#
# ## Pairs for training
#
# A network learns from pairs: the LR image that it sees, and the HR image that it should give. `make_pairs` makes them from a whole set. Like lessons 01 and 03 to 05 we take `bilinear`, as the original project did.

# %%
lr_images, hr_images = srlib.make_pairs(images, srlib.Downscale(2, "bilinear"))
print("LR:", lr_images.shape, lr_images.dtype, "  HR:", hr_images.shape, hr_images.dtype)
print(f"linear upscaling of the LR images: {srlib.psnr(srlib.upscale(lr_images, 'bilinear'), hr_images):.2f} dB on average")

# %% [markdown]
# You have met the two classic mistakes: a scale that changes on the way, as in the box, and another kernel for the pairs than for the test, as in the table.
#
# ## Exercise
#
# 1. Downscale by `hr[::2, ::2]`, upscale by `bicubic`, and compute the PSNR. It is lower than ours. Two things are wrong; one is aliasing. What is the other? Where is the middle of the new pixel?
# 2. Write `triple(values, axis)`, linear upscaling by 3, and compare with `srlib.upscale(lr, "bilinear", scale=3)`. The weights are 2/3 and 1/3; the middle value is copied.
# 3. Change the checkerboard so that the two LR images *differ*.
#
# ## Recap
#
# - Downscaling by 2 with linear interpolation is the mean of each block of four pixels.
# - A picture is a sum of waves. Along rows and columns, those shorter than four pixels are lost, or come back in disguise.
# - Many HR images share one LR image. What is lost can be guessed, not recovered.
# - Scores can be compared only if the images were downscaled in the same way.
#
# ## Further reading
#
# - R. G. Keys, *Cubic convolution interpolation for digital image processing*, 1981, [doi:10.1109/TASSP.1981.1163711](https://doi.org/10.1109/TASSP.1981.1163711). The bicubic kernel, and why its weights are what they are.
# - A. van der Schaaf, J. H. van Hateren, *Modelling the power spectra of natural images*, 1996, [Vision Research 36](https://doi.org/10.1016/0042-6989%2896%2900002-8). How steadily the spectra of photographs fall.
# - G. Parmar, R. Zhang, J.-Y. Zhu, *On aliased resizing and surprising subtleties in GAN evaluation*, 2022, [arXiv:2104.11222](https://arxiv.org/abs/2104.11222). What image libraries do when they resize, and what it does to results.
#
# Next: [03 Autoencoder](03_autoencoder.ipynb).
