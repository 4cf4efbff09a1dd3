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
# # Exercise 04b: SSIM of one window
#
# *Fill in the body. 20 minutes, 5 points. Needs lesson 04.*
#
# Write `my_ssim`, the structural similarity of **one** grey window of 7 by 7, with values from 0 to 1:
#
# $$\mathrm{SSIM} = \frac{(2\mu_a\mu_b + c_1)(2\sigma_{ab} + c_2)}{(\mu_a^2 + \mu_b^2 + c_1)(\sigma_a^2 + \sigma_b^2 + c_2)}, \qquad c_1 = (0.01 \cdot \text{range})^2, \quad c_2 = (0.03 \cdot \text{range})^2$$
#
# - $\mu$ is the mean, $\sigma^2$ the variance, $\sigma_{ab}$ the covariance. Variance and covariance are those of a *sample*: the sums are divided by one less than the number of pixels.
# - Use NumPy only.

# %%
import numpy as np

import srlib

grey = srlib.load_images("sample", split="validation")["astronaut"].mean(axis=-1) / 255
a, b = grey[50:57, 140:147], grey[50:57, 141:148]  # a window, and the same one pixel further right
print(a.shape, "means", a.mean().round(3), b.mean().round(3))


# %% tags=["answer", "numpy-only"]
def my_ssim(a, b):
    """The structural similarity of two windows of 7 by 7, values from 0 to 1."""
    ### BEGIN SOLUTION
    c1, c2 = 0.01**2, 0.03**2
    mean_a, mean_b = a.mean(), b.mean()
    variance_a, variance_b = a.var(ddof=1), b.var(ddof=1)
    covariance = ((a - mean_a) * (b - mean_b)).sum() / (a.size - 1)
    brightness = (2 * mean_a * mean_b + c1) / (mean_a**2 + mean_b**2 + c1)
    return brightness * (2 * covariance + c2) / (variance_a + variance_b + c2)
    ### END SOLUTION


# %% [markdown]
# Check your answer. This cell may be run as often as you like; its last line is the points.

# %% tags=["check"]
answer = srlib.checks.check_ssim(my_ssim)
print(answer)
answer.points(5)

# %% [markdown]
# When it is right: **predict** whether shifting this window by one pixel costs more or less than making it darker by a tenth, and run the next cell.

# %%
if answer:
    print("shifted:", round(float(my_ssim(a, b)), 3), "  darker:", round(float(my_ssim(a, 0.9 * a)), 3))
else:
    print("first the answer")

# %% tags=["variant"]
# A variant has other numbers: each text on the left, in all cells, becomes the one on the right.
variant_values = [2, 5, 10, 50, 100]
variant_texts = {
    "values from 0 to 1": "values from 0 to VALUE",
    ".mean(axis=-1) / 255": ".mean(axis=-1) / 255 * VALUE",
    "c1, c2 = 0.01**2, 0.03**2": "c1, c2 = (0.01 * VALUE) ** 2, (0.03 * VALUE) ** 2",
    "check_ssim(my_ssim)": "check_ssim(lambda a, b: my_ssim(VALUE * a, VALUE * b))",
}
