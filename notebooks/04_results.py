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
# *A core lesson, 40 minutes; it runs for about 20 seconds on two cores. You should have met the plain and the residual autoencoder ([03 Autoencoder](03_autoencoder.ipynb)).*
#
# Afterwards you will be able to
#
# - compute MSE, PSNR and SSIM by hand, and name a trap in each,
# - show where a network fails, by a rule and not by taste, and say what its invented detail may not be used for,
# - read a table of results, and see what is missing from it.

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
hr = validation["astronaut"][:128, 64:192]  # a portrait
lr = srlib.downscale(hr)
sr = srlib.upscale(lr, network)
print(f"HR {hr.shape}, LR {lr.shape}, SR {sr.shape}")

# %% [markdown]
# The network is `small_bilinear`, a sub-pixel network; lesson 05 builds one of the kind. All that we choose or look at is done on validation photographs. The test split stays closed until the last table.
#
# ## MSE: the mean squared error
#
# Subtract, square, and take the mean over height, width and channels.
#
# $$\mathrm{MSE} = \frac{1}{HWC} \sum_{i,j,c} (a_{ijc} - b_{ijc})^2$$

# %%
a, b = sr.astype(float), hr / 255
mse = np.mean((a - b) ** 2)
print(f"on the scale of 1:      {mse:.6f}")
print(f"on the scale of 255:    {mse * 255**2:.2f}")
assert np.isclose(mse, srlib.mse(sr, hr))

# %% [markdown]
# **Trap one: the scale.** The two lines are the same error, so an MSE without its scale means nothing.
#
# ## PSNR: the same in decibels
#
# The peak signal-to-noise ratio compares the error with the largest possible value, on a logarithmic scale.
#
# $$\mathrm{PSNR} = 10 \log_{10} \frac{1}{\mathrm{MSE}}$$

# %%
psnr = 10 * np.log10(1 / mse)
print(f"this image: {psnr:.2f} dB; with half the squared error: {10 * np.log10(2 / mse):.2f} dB")
assert np.isclose(psnr, srlib.psnr(sr, hr))

# %% [markdown]
# Half the squared error is 3 dB more, whatever the starting point.
#
# **Trap two: when to average.** Take an easy image with an MSE of 0.0001 and a hard one with 0.01.
#
# **Predict:** how far apart are the mean of their PSNRs and the PSNR of their mean error?

# %% jupyter={"outputs_hidden": true}
errors = 0.0001, 0.01
mean_of_psnr, psnr_of_mean = np.mean(10 * np.log10(1 / np.array(errors))), 10 * np.log10(1 / np.mean(errors))
print(f"mean of the PSNRs {mean_of_psnr:.1f} dB, PSNR of the mean error {psnr_of_mean:.1f} dB")

# %% [markdown]
# <details>
# <summary>After you have run it</summary>
#
# Seven decibels, from the same two errors: the hard image decides the mean error nearly alone. `srlib.psnr` of several images is the mean of their PSNRs, as in the papers.
#
# </details>
#
# ## SSIM: do the patterns agree?
#
# PSNR looks at each pixel alone. The structural similarity looks through a small window, and compares the mean $\mu$ (brightness), the variance $\sigma^2$ (contrast) and the covariance $\sigma_{ab}$, which says whether both go up and down together.
#
# $$\mathrm{SSIM} = \frac{(2\mu_a\mu_b + c_1)(2\sigma_{ab} + c_2)}{(\mu_a^2 + \mu_b^2 + c_1)(\sigma_a^2 + \sigma_b^2 + c_2)}$$
#
# The papers' window is a Gaussian of 11x11 pixels; ours is a plain square of 7x7, as in scikit-image. Two constants keep the fraction calm where a window is flat. They depend on the range of the values: $c_1 = (0.01 \cdot \text{range})^2$ and $c_2 = (0.03 \cdot \text{range})^2$.

# %%
def ssim_by_hand(a, b, value_range):
    c1, c2 = (0.01 * value_range) ** 2, (0.03 * value_range) ** 2
    wa, wb = (sliding_window_view(x, (7, 7), axis=(0, 1)) for x in (a, b))  # every 7x7 window
    ma, mb = wa.mean((-1, -2)), wb.mean((-1, -2))
    va, vb = wa.var((-1, -2), ddof=1), wb.var((-1, -2), ddof=1)
    cov = ((wa - ma[..., None, None]) * (wb - mb[..., None, None])).sum((-1, -2)) / 48  # 7 * 7 - 1
    return np.mean((2 * ma * mb + c1) * (2 * cov + c2) / ((ma**2 + mb**2 + c1) * (va + vb + c2)))


print(f"SSIM of this image: {ssim_by_hand(a, b, value_range=1):.4f}")
assert np.isclose(ssim_by_hand(a, b, 1), srlib.ssim(sr, hr), atol=1e-5)

# %% [markdown]
# **Trap three: the range.** Older versions of scikit-image assumed that floating-point images span a range of 2. What if such a function is given images from 0 to 255?

# %%
for name, image in {"bicubic": srlib.upscale(lr, "bicubic"), "sub-pixel": sr}.items():
    right = structural_similarity(255.0 * image, 255.0 * b, data_range=255, channel_axis=-1)
    wrong = structural_similarity(255.0 * image, 255.0 * b, data_range=2, channel_axis=-1)
    print(f"{name:9} with the right range {right:.3f}, with the wrong one {wrong:.3f}")

# %% [markdown]
# The same images, and a lower number: the constants are now far too small, so every flat, slightly noisy window counts as a failure.
#
# > **The original project.** It fell into traps one and three. The last training error in [its notebook](https://github.com/Divya-Shah/Image-Super-Resolution), 91.5, is on the scale of 255, although its text says that pixels were divided by 255. Its average SSIM of 0.86 was computed with the wrong range, and can be compared with no other.
#
# ## What the numbers do not see
#
# One image is now spoiled in four ways. It is shifted by one pixel to the right, and made brighter, noisy and blurred, each until its squared error is that of the shift.
#
# **Predict:** which will look worst, and which will SSIM dislike most?

# %% jupyter={"outputs_hidden": true}
rng = np.random.default_rng(0)
shifted = np.concatenate([b[:, :1], b[:, :-1]], axis=1)
wide = np.pad(b, ((3, 3), (3, 3), (0, 0)), mode="edge")
blurred = sliding_window_view(wide, (7, 7), axis=(0, 1)).mean((-1, -2))
damage = {"shifted": shifted - b, "brighter": np.ones_like(b), "noise": rng.normal(size=b.shape), "blurred": blurred - b}
spoiled = {}
for name, d in damage.items():
    d = d * np.sqrt(np.mean((shifted - b) ** 2) / np.mean(d**2))
    spoiled[name] = np.clip(b + d, 0, 1).astype("float32")
srlib.show.images([hr, *spoiled.values()], ["HR", *spoiled], columns=5, size=1.9)

# %% jupyter={"outputs_hidden": true}
for name, image in spoiled.items():
    print(f"{name:9} {srlib.psnr(image, hr):5.2f} dB   SSIM {srlib.ssim(image, hr):.3f}")

# %% [markdown]
# <details>
# <summary>After you have run it</summary>
#
# Equal for PSNR, and not at all equal to the eye. Noise and blur look worst, and SSIM dislikes noise most. The brighter image is perfectly usable; SSIM sees that, PSNR does not. The shift cannot be seen at all, and both numbers punish it. Values beyond 0 and 1 are cut off, so two stay a little above the others.
#
# Neither number knows whether the eyes in a portrait are the right ones. Use both, and then look at the images.
#
# </details>
#
# ## Where it fails, and what it invents
#
# Whoever chooses the examples chooses the impression. So a rule shall choose: the photograph on which the network is least ahead of bicubic upscaling, and in it the window of 48x48 pixels in which its error is largest.
#
# **Predict:** in lesson 00 a network gained least on the path through reeds, and most on the coffee cup. Which two photographs are it here, and how many times the least gain is the greatest?

# %% jupyter={"outputs_hidden": true}
methods = {"linear": "bilinear", "bicubic": "bicubic", "lanczos": "lanczos", "sub-pixel": network}
table = srlib.evaluate(methods, validation)
print(table.by_image("psnr"))
gain = table.values("sub-pixel") - table.values("bicubic")
name = validation.names[int(gain.argmin())]
print(f"least ahead on {name}, {gain.min():+.2f} dB; most on {validation.names[int(gain.argmax())]}, {gain.max():+.2f} dB")

# %% [markdown]
# <details>
# <summary>After you have run it</summary>
#
# The path again: its reeds are finer than what the LR image can hold, so little of them is left to restore. On the portrait, with its strong edges, the network gains five times as much.
#
# </details>

# %%
truth, low = validation[name], srlib.downscale(validation[name])
made = {label: srlib.upscale(low, methods[label]) for label in ("bicubic", "sub-pixel")}
error = ((made["sub-pixel"] - truth / 255) ** 2).mean(axis=-1)
windows = {(y, x): error[y : y + 48, x : x + 48].mean() for y in range(0, 209, 8) for x in range(0, 209, 8)}
y, x = max(windows, key=windows.get)
print(f"{name}, rows from {y}, columns from {x}")
srlib.show.zoom(truth, made, box=(y, x, 48), size=2.2)

# %% [markdown]
# A walk of boards. Look at their direction: in the HR image they fall a little to the right, and in the network's they rise. Count the boards in the HR image: about 14 in 48 rows, so a board and its gap have fewer than two LR pixels. So fine a pattern is *aliased*, as in lesson 02: what is left of it are coarser stripes that run another way. Bicubic upscaling shows them as a blur. The network draws them sharp, as boards that were never there. In this window both numbers prefer bicubic; the mean over the whole photograph does not tell.
#
# The network has not ignored its input. Downscale its output again, and compare:

# %%
again = srlib.downscale(made["sub-pixel"])
print(f"the network's output, downscaled, against the LR image: {srlib.psnr(again, low):.1f} dB")
print(f"the network's output against the HR image:              {srlib.psnr(made['sub-pixel'], truth):.1f} dB")
assert srlib.psnr(again, low) > srlib.psnr(made["sub-pixel"], truth) + 20

# %% [markdown]
# The output agrees with what was measured far better than with the truth. Many HR images share one LR image. The network gives one of them, and the LR image cannot decide between that one and the true one.
#
# For a holiday photograph that is welcome. In a scan, a thin line may be a vessel or a fracture, and the network draws the one that it has seen more often. In a surveillance image, it completes a face from what is usual in other photographs. **Detail that was not measured is not evidence.**
#
# ## The table
#
# Now, after all choices, the **test** photographs. All methods start from the same LR images. Linear, bicubic and Lanczos upscaling are the **baselines**, which need no training.
#
# - `original, 650 steps` is the network of the project that we rebuild, layer for layer and at its full width, trained in its manner on other photographs, for 650 steps where the original took 3,650.
# - `plain` and `residual` are those of lesson 03, a quarter as wide, trained for 5,000 steps on photographs and dead leaves.
# - `sub-pixel` is the network from above, trained on yet others for more than thirty thousand steps, most with bicubic downscaling; the [list of networks](../srlib/weights/README.md) tells which.
#
# So the table compares trained networks, not designs alone; lesson 05 changes one thing at a time.

# %%
test = srlib.load_images("sample", split="test")
methods = {"linear": "bilinear", "bicubic": "bicubic", "lanczos": "lanczos"}
methods["original, 650 steps"] = srlib.load_model("reference_autoencoder")
methods |= {form: srlib.load_model(f"{name}_quarter") for form, name in (("plain", "autoencoder"), ("residual", "residual_autoencoder"))}
methods["sub-pixel"] = network
table = srlib.evaluate(methods, test)
print(table)
assert table.mean("sub-pixel") > table.mean("residual") > table.mean("plain") > table.mean("lanczos") > table.mean("bicubic")

# %% [markdown]
# The MSE is on the scale of 1. Read the columns with a plus-minus sign: photographs differ from each other by about as much as the first method from the last. If two methods had been judged on *different* photographs, the table would say nothing. Since all saw the same ones, we may subtract photograph by photograph, from Lanczos, the strongest baseline.

# %%
srlib.show.spread(table, over="lanczos")

# %%
for label in list(methods)[3:]:
    gain = table.values(label) - table.values("lanczos")
    worst, best = test.names[int(gain.argmin())], test.names[int(gain.argmax())]
    print(f"{label:19} mean {gain.mean():+.2f} dB, worst {gain.min():+.2f} ({worst}), best {gain.max():+.2f} ({best})")
    assert gain.min() > 0

# %% [markdown]
# Every dot right of the line is a photograph on which a method is ahead of Lanczos. All trained networks are ahead on all ten, by very different amounts. The dot far right is `mies`, letters behind a grid of hard, straight lines; the mean of the sub-pixel network owes much to it. A gain belongs to the photographs and to the scale it was measured on, as much as to the method.
#
# Last, the gains over *linear* upscaling, the only baseline of the original project:

# %%
gain = {label: table.mean(label) - table.mean("linear") for label in ("bicubic", "lanczos", "original, 650 steps")}
for label, dB in gain.items():
    print(f"{label:19} over linear {dB:+.2f} dB")
print(f"share of the last gain that Lanczos has, which learns nothing: {gain['lanczos'] / gain['original, 650 steps']:.0%}")

# %% [markdown]
# Three quarters of this gain need no training. Beside linear upscaling alone, nobody sees that.
#
# > **The original project.** It shows gains such as 24.63 to 26.58 dB, over linear upscaling, and reports no other baseline's. Its conclusion, "superior performance than the state-of-the-art methods", was not measured: nothing stronger stands beside it.
#
# ## Exercise
#
# 1. Compute SSIM with `value_range=2` and images from 0 to 1. Is it larger or smaller than with the right range? Explain it with $c_2$.
# 2. Shift the SR image by one pixel. How many decibels does that cost? What follows for two programs that place pixel centres differently?
# 3. A colleague reports "PSNR 32.4 dB on our images". Write down three questions that you must ask before you can use the number.
#
# ## Recap
#
# - MSE needs its scale, PSNR its order of averaging, SSIM its range.
# - A table needs baselines, the same images for all, and the spread.
# - Let a rule choose which failures you show.
# - A restored image is a plausible image. It is not a measurement.
# - Is it any good? The sub-pixel network is 1.50 dB above Lanczos on the mean, the residual one 0.82, and both are ahead on all ten photographs. Ten photographs cannot settle more, so lesson 06 judges on the sets that everybody uses.
#
# ## Further reading
#
# - Z. Wang, A. Bovik, H. Sheikh, E. Simoncelli, [*Image quality assessment: from error visibility to structural similarity*](https://doi.org/10.1109/TIP.2003.819861), IEEE Transactions on Image Processing 13(4), 2004: where SSIM comes from.
# - A. Horé, D. Ziou, [*Image quality metrics: PSNR vs. SSIM*](https://doi.org/10.1109/ICPR.2010.579), ICPR 2010: how far each of the two implies the other.
# - Y. Blau, T. Michaeli, [*The perception-distortion tradeoff*](https://arxiv.org/abs/1711.06077), CVPR 2018: why no such number can also measure how real an image looks.
# - C. K S, R. R. G, S. T N, C. Gururaj, [*Image super-resolution using convolutional neural network*](https://doi.org/10.1109/MysuruCon55714.2022.9972459), MysuruCon 2022: credited by the project rebuilt here.
#
# Next: [05 The sub-pixel network](05_subpixel.ipynb).
