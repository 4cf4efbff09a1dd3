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
# # 04 Results
#
# [![Open in Colab](https://colab.research.google.com/assets/colab-badge.svg)](https://colab.research.google.com/github/srlib-course/srlib/blob/main/notebooks/04_results.ipynb)
#
# **The question: is it any good, and how would we know?**
#
# *40 minutes. You should have met the autoencoder and its residual form ([03 Autoencoder](03_autoencoder.ipynb)).*
#
# Afterwards you will be able to
#
# - compute MSE, PSNR and SSIM by hand, and name a trap in each,
# - read a table of results, and see what is missing from it,
# - show where a network fails, and say what its invented detail may not be used for.

# %%
# On Colab this installs the course, and replaces nothing; elsewhere it does nothing.
import sys

if "google.colab" in sys.modules:
    import subprocess

    course = "srlib[colab] @ git+https://github.com/srlib-course/srlib"
    subprocess.run([sys.executable, "-m", "pip", "install", "-q", course], check=True)

# %%
import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from skimage.metrics import structural_similarity

import srlib

validation = srlib.load_images("sample", split="validation")
network = srlib.load_model("small_bilinear")
true = validation["astronaut"][:128, 64:192]  # 128 by 128 pixels of a portrait
restored = srlib.upscale(srlib.downscale(true), network)
print(true.shape, restored.shape)

# %% [markdown]
# We learn the three numbers on a validation picture. The test photographs stay closed until the table.
#
# ## MSE: the mean squared error
#
# Subtract, square, average over height, width and colours.
#
# $$\mathrm{MSE} = \frac{1}{HWC} \sum_{i,j,c} (a_{ijc} - b_{ijc})^2$$

# %%
a, b = restored.astype(float), true / 255
mse = np.mean((a - b) ** 2)
print(f"on the scale of 1:      {mse:.6f}")
print(f"on the scale of 255:    {mse * 255**2:.2f}")
assert np.isclose(mse, srlib.mse(restored, true))

# %% [markdown]
# **Trap one: the scale.** The two lines are the same error. The original project quotes 91.5 as its last training error; that is on the scale of 255, although its text says that pixels were divided by 255. Without the scale the number means nothing.
#
# ## PSNR: the same in decibels
#
# The peak signal-to-noise ratio compares the error with the largest possible value, on a logarithmic scale.
#
# $$\mathrm{PSNR} = 10 \log_{10} \frac{1}{\mathrm{MSE}}$$

# %%
psnr = 10 * np.log10(1 / mse)
print(f"this image: {psnr:.2f} dB")
print(f"an MSE of 91.5 on the scale of 255 is {10 * np.log10(255**2 / 91.5):.2f} dB")
assert np.isclose(psnr, srlib.psnr(restored, true))

# %% [markdown]
# Half the squared error is 3 dB more, whatever the starting point.
#
# **Trap two: when to average.** Take two pictures, one easy and one hard. **Predict:** how far apart are the mean of their PSNRs and the PSNR of their mean error?

# %%
easy, hard = 0.0001, 0.01  # two mean squared errors
print(f"mean of the PSNRs: {np.mean([10 * np.log10(1 / e) for e in (easy, hard)]):.1f} dB")
print(f"PSNR of the mean:  {10 * np.log10(1 / np.mean([easy, hard])):.1f} dB")

# %% [markdown]
# Seven decibels apart, from the same two errors. `srlib.psnr` of a batch is the mean of the pictures' own values, as in the papers.
#
# ## SSIM: do the patterns agree?
#
# PSNR looks at each pixel alone. SSIM looks through a small window, and compares three things: the mean $\mu$ (brightness), the variance $\sigma^2$ (contrast) and the covariance $\sigma_{ab}$ (do they go up and down together?).
#
# $$\mathrm{SSIM} = \frac{(2\mu_a\mu_b + c_1)(2\sigma_{ab} + c_2)}{(\mu_a^2 + \mu_b^2 + c_1)(\sigma_a^2 + \sigma_b^2 + c_2)}$$
#
# The constants keep the fraction calm where a window is flat. They depend on the range of the values: $c_1 = (0.01 \cdot \text{range})^2$ and $c_2 = (0.03 \cdot \text{range})^2$.

# %%
def ssim_by_hand(a, b, value_range):
    c1, c2 = (0.01 * value_range) ** 2, (0.03 * value_range) ** 2
    wa, wb = (sliding_window_view(x, (7, 7), axis=(0, 1)) for x in (a, b))  # every 7x7 window
    ma, mb = wa.mean((-1, -2)), wb.mean((-1, -2))
    va, vb = wa.var((-1, -2), ddof=1), wb.var((-1, -2), ddof=1)
    cov = ((wa - ma[..., None, None]) * (wb - mb[..., None, None])).sum((-1, -2)) / 48  # 7 * 7 - 1
    return np.mean((2 * ma * mb + c1) * (2 * cov + c2) / ((ma**2 + mb**2 + c1) * (va + vb + c2)))


print(f"SSIM of this image: {ssim_by_hand(a, b, value_range=1):.4f}")
assert np.isclose(ssim_by_hand(a, b, 1), srlib.ssim(restored, true), atol=1e-5)

# %% [markdown]
# Ours agrees with `srlib.ssim`, which we use from here on.
#
# **Trap three: the range.** The original project handed pictures from 0 to 255 to a function that, in those years, assumed that floating-point pictures span a range of 2. Its constants were therefore some sixteen thousand times too small, and every flat, slightly noisy window counted as a failure. We
# can do it again:

# %%
for name, image in {"linear": srlib.upscale(srlib.downscale(true), "bilinear"), "network": restored}.items():
    right = structural_similarity(255.0 * image, 255.0 * b, data_range=255, channel_axis=-1)
    wrong = structural_similarity(255.0 * image, 255.0 * b, data_range=2, channel_axis=-1)
    print(f"{name:8} with the right range {right:.3f}, as the original computed it {wrong:.3f}")

# %% [markdown]
# The same pictures, and a number that is lower by about a twentieth. So the reported average of **0.86** is on a scale of its own. It cannot be compared with any paper, nor with the tables here. scikit-image has since stopped guessing, and asks for the range.
#
# ## What the numbers do not see
#
# Here is one picture spoiled in four ways, each to 25 dB. **Predict:** which will look worst? Which will SSIM dislike most?

# %%
rng = np.random.default_rng(0)
smooth = np.mean([np.roll(b, (i, j), (0, 1)) for i in range(-2, 3) for j in range(-2, 3)], axis=0)
damage = {"brighter": np.ones_like(b), "noise": rng.normal(size=b.shape), "shifted": np.roll(b, 1, axis=1) - b, "blurred": smooth - b}
spoiled = {}
for name, d in damage.items():
    d = d * np.sqrt(10**-2.5 / np.mean(d**2))  # an MSE of 10^-2.5 is 25 dB
    spoiled[name] = np.clip(b + d, 0, 1).astype("float32")
    print(f"{name:9} {srlib.psnr(spoiled[name], true):5.2f} dB   SSIM {srlib.ssim(spoiled[name], true):.3f}")

# %%
srlib.show.compare(true, spoiled, size=2.0)

# %% [markdown]
# Equal for PSNR, and not at all equal to the eye. The brighter picture is perfectly usable; SSIM sees that, PSNR does not. Noise looks bad and SSIM agrees. The shift by a single pixel cannot be seen at all, and both numbers punish it. (Values beyond 0 and 1 are cut off, which is why some stay a little above 25 dB.) Neither number knows whether the eyes in a portrait are the right ones.
#
# Use both, and then look at the pictures.

# %% [markdown]
# ## The table
#
# Now, once, the **test** photographs. All methods start from the same small pictures. `original` is the network of the project that we rebuild, layer for layer and at its full width, with its own loss and optimizer: 50 epochs over 400 squares from photographs, where it had five to six times as many. More would probably help it. The two autoencoders are those of lesson 03, a quarter as wide, trained on 40,000 crops of 24 photographs and 400 dead leaves. The sub-pixel network is the small one of lesson 05, a relative of the one from lesson 00; it learned for hours, from 232 photographs at several sizes. So the table compares trained networks, not designs alone. Lesson 05 changes one thing at a time. Linear, bicubic and Lanczos upscaling are the **baselines**: what everybody has for nothing. The original project has one baseline in its samples, linear upscaling, and none in its average.

# %%
test = srlib.load_images("sample", split="test")
methods = {"linear": "bilinear", "bicubic": "bicubic", "lanczos": "lanczos"}
methods["original"] = srlib.load_model("reference_autoencoder")
methods["autoencoder"] = srlib.load_model("autoencoder_quarter")
methods["residual autoencoder"] = srlib.load_model("residual_autoencoder_quarter")
methods["sub-pixel"] = network
table = srlib.evaluate(methods, test)
print(table)

# %% [markdown]
# Read the columns with a plus-minus sign first: pictures differ from each other by more than three decibels, the methods by three at most. If two methods had been judged on *different* pictures, the table would say nothing.
#
# The original's network is 0.8 dB above bicubic. It took an hour of training, and bicubic takes none. Without the line for bicubic, nobody would know how much of its gain over linear upscaling could be had for nothing. Lanczos upscaling, untrained too, gains almost half as much.
#
# The autoencoders of lesson 03 have a sixteenth of its parameters, and do as well or better. The residual form gains 0.3 dB over the plain one, from the same pictures in as many steps.
#
# Since all methods saw the same pictures, we may subtract picture by picture.

# %%
srlib.show.spread(table, over="bicubic")

# %%
for name in list(methods)[2:]:
    gain = table.values(name) - table.values("bicubic")
    print(f"{name:21} ahead of bicubic on {(gain > 0).sum():2} of {len(gain)}; mean {gain.mean():+.2f} dB, worst {gain.min():+.2f}, best {gain.max():+.2f}")

# %% [markdown]
# And by photograph:

# %%
print(table.by_image("psnr"))
print()
print(table.by_image("ssim"))

# %% [markdown]
# On every photograph the networks are ahead of bicubic, but by very different amounts. The sub-pixel network gains more than four decibels on `mies`, painted letters behind a grid of hard, straight lines, and less than one on the rocket and the cat. A mean over ten photographs hides which of them it comes from.
#
# In lesson 00 a network of this kind was 1.4 dB above bicubic. Those were other pictures, and enlarged by 4. A gain belongs to the pictures and the scale that it was measured on, as much as to the method.

# %% [markdown]
# ## Where it fails
#
# Let the table choose the worst pictures, not us. **Predict:** on which photograph is each method least ahead of bicubic?

# %%
for name in list(methods)[2:]:
    gain = table.values(name) - table.values("bicubic")
    print(f"{name:21} is least ahead on {test.names[int(gain.argmin())]:9} {gain.min():+.2f} dB")

# %% [markdown]
# The rocket, for all of them: most of it is smooth sky, where there is nothing to gain. We look at the mast beside it. (The numbers beneath are those of the marked square alone.)

# %%
small = srlib.downscale(test["rocket"])
made = {name: srlib.upscale(small, methods[name]) for name in ("bicubic", "sub-pixel")}
srlib.show.zoom(test["rocket"], made, box=(112, 24, 64), size=2.6)

# %% [markdown]
# In the true mast, two thin bars cross in every field. The network has drawn some of them clean and dark, and others not at all: where there was a cross, there is one diagonal and a few pieces. Bicubic loses the same bars, but it *looks* as if it had lost something. The network draws what is left sharply, so that it looks real. SSIM and PSNR both prefer the network, and rightly: on the whole it is nearer. They do not say that a bar is missing.
#
# A good score on these ten photographs does not promise one on pictures of another kind, such as yours. Lesson 07 measures that **mismatch** between what a network learned from and what it is used on.

# %% [markdown]
# ## What it invents
#
# A mean over a picture can hide a corner that went wrong. So we let the network's error choose the place: of all windows of 48 by 48 pixels in the test pictures, the one where it errs most.

# %%
windows = {}
for name, image in zip(test.names, test):
    error = ((srlib.upscale(srlib.downscale(image), network) - image / 255) ** 2).mean(axis=-1)
    windows |= {(name, y, x): error[y : y + 48, x : x + 48].mean() for y in range(0, 209, 8) for x in range(0, 209, 8)}
name, y, x = max(windows, key=windows.get)
small = srlib.downscale(test[name])
made = {label: srlib.upscale(small, methods[label]) for label in ("bicubic", "sub-pixel")}
print(f"{name}, rows from {y}, columns from {x}")
srlib.show.zoom(test[name], made, box=(y, x, 48), size=2.8)

# %% [markdown]
# Dry tea leaves. Each is about as thick as one pixel of the small picture, so little is left of them but light and dark spots. Bicubic blurs the spots; the network links them into smooth, curved strands. They look like tea, and they are not these leaves: follow one from end to end, and you will not find it in the true picture.
#
# It has not ignored its input. Downscale its output again, and compare it with the small picture that it started from:

# %%
again = srlib.downscale(made["sub-pixel"])
print(f"the network's output, downscaled, against the small image: {srlib.psnr(again, small):.1f} dB")
print(f"the network's output against the true image:           {srlib.psnr(made['sub-pixel'], test[name]):.1f} dB")
print(f"bicubic upscaling against the true image:            {srlib.psnr(made['bicubic'], test[name]):.1f} dB")

# %% [markdown]
# The output agrees with what was measured far better than it agrees with the truth. Lesson 02 showed that many large pictures share one small picture; the network gave us one of them, and the small picture cannot decide between that one and the true one. What the network added here is a guess: on the whole nearer to the truth than bicubic's blur, and leaf by leaf plainly wrong.
#
# For a holiday picture that is welcome. In a scan, a thin line may be a vessel or a fracture, and the network draws the one that it has seen more often. In a surveillance picture, it completes a face from other people's faces. A sharp picture convinces more than a blurred one, and here it should not. **Detail that was not measured is not evidence.**
#
# ## The original's results, read again
#
# The project shows samples such as 24.63 dB before and 26.58 dB after, and 29.19 before and 31.67 after. *Before* is linear upscaling. Gains of two decibels over linear are real work; how much of them bicubic would have had for nothing, it does not say. Here is that gap on our test photographs:

# %%
print(f"bicubic over linear:   {table.mean('bicubic') - table.mean('linear'):+.2f} dB")
print(f"original over linear:  {table.mean('original') - table.mean('linear'):+.2f} dB")
print(f"sub-pixel over linear: {table.mean('sub-pixel') - table.mean('linear'):+.2f} dB")
assert table.mean("sub-pixel") > table.mean("bicubic") > table.mean("linear")

# %% [markdown]
# More than half of what the original's network gains over linear upscaling, bicubic has for nothing. Its conclusion, "superior to the state of the art", was not measured: nothing stronger than linear upscaling stands beside it.
#
# ## Exercise
#
# 1. Compute SSIM with `value_range=2` and pictures from 0 to 1. Is it larger or smaller than with the right range? Explain it with $c_2$.
# 2. Write a function that shifts the restored picture by one pixel, and find out how many decibels that costs. What follows for two programs that place pixel centres differently?
# 3. A colleague reports "PSNR 32.4 dB on our pictures". Write down three questions that you must ask before you can use the number.
#
# ## Recap
#
# - MSE needs its scale, PSNR its order of averaging, SSIM its range. The original's 0.86 lacks the last, and cannot be compared.
# - A table needs baselines, the same pictures for all, and the spread.
# - Let the data choose which failures you show.
# - A restored picture is a plausible picture. It is not a measurement.
# - Is it any good? The best network is 1.86 dB above bicubic on the mean, and ahead on all ten photographs; the original's network is 0.82 dB above, Lanczos, untrained, 0.36. Ten photographs cannot settle more, so lesson 05 judges on the sets that everybody uses.
#
# Next: [05 Better networks](05_better_networks.ipynb).
#
# ## Credits
#
# The project rebuilt here: *Image Super-Resolution using Convolutional Neural Networks* (D. Shah), after C. K S et al., "Image Super-Resolution Using Convolutional Neural Network", MysuruCon 2022, doi 10.1109/MysuruCon55714.2022.9972459, and an article in *Towards Data Science* on autoencoders for super-resolution.
# Linnaeus 5: G. Chaladze and L. Kalatozishvili, 2017. SSIM: Z. Wang et al., 2004. Network drawings: P. Gavrikov, *visualkeras*, 2020. Photographs: the collections gb82 and budgie-backgrounds (CC0); and NASA, SpaceX, S. van der Walt, R. Michetti, M. Häggström and the Center for Microscopy and Molecular Imaging, by way of scikit-image.
