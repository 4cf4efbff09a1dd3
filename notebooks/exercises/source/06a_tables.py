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
# # Exercise 06a: which tables may be compared?
#
# *Choose and justify. 15 minutes, 6 points: 1 for the choice, 5 for the reasons, which your teacher reads. Needs lessons 04 and 06.*
#
# Four tables, all of upscaling by 2. Table A holds published figures; B, C and D were made up for this exercise, each in a way that one meets.
#
# **Table A.** *Set5. LR images by MATLAB's `imresize` (bicubic, antialiased). PSNR on the luma channel Y, a border of 2 pixels cropped.*
#
# | method | PSNR (dB) |
# | --- | ---: |
# | bicubic | 33.66 |
# | SRCNN | 36.66 |
# | FSRCNN | 37.00 |
#
# **Table B.** *Set5. LR images by `cv2.resize` with its default interpolation. PSNR over red, green and blue, whole images.*
#
# | method | PSNR (dB) |
# | --- | ---: |
# | bicubic | 31.99 |
# | network P | 35.18 |
#
# **Table C.** *Set5. LR images by Pillow's `resize` with `BICUBIC`, which agrees with MATLAB's to rounding. PSNR on Y of YCbCr, 2 pixels cropped from each side.*
#
# | method | PSNR (dB) |
# | --- | ---: |
# | bicubic | 33.67 |
# | network Q | 36.91 |
#
# **Table D.** *Our own 20 holiday photographs, otherwise as in table C.*
#
# | method | PSNR (dB) |
# | --- | ---: |
# | bicubic | 36.10 |
# | network R | 38.75 |
#
# Which two of them may be put side by side, so that their networks can be compared? Write their letters, such as `"AB"`.

# %%
import srlib

# %% tags=["answer"]
my_choice = ...
### BEGIN SOLUTION
my_choice = "AC"
### END SOLUTION

# %% tags=["check"]
answer = srlib.checks.check_tables(my_choice)
print(answer)
answer.points(1)

# %% [markdown]
# Now the reasons, in your own words, in the next cell:
#
# 1. Which line of each table gives away, without any small print, whether it was measured like table A? Why does that line work as a test? (2 points)
# 2. Network R has the highest number of all. What does that say about R, compared with Q? (1 point)
# 3. FSRCNN is 0.09 dB ahead of network Q. Name one thing that you would still ask before you call FSRCNN better, and say how its answer could change your judgement. (2 points)

# %% [markdown] tags=["free", "points-5"]
# 1. The row of bicubic upscaling. It has no training and no weights, so on the same images, downscaled and measured in the same way, it gives the same number everywhere: 33.66 and 33.67 differ by rounding, 31.99 does not.
# 2. Nothing. Its images are easier, or at least other ones: bicubic upscaling alone has 36.10 dB on them. Over bicubic, R gains 2.65 dB and Q 3.24 dB, and even these gains belong to different images.
# 3. One of: what each was trained on and for how long (if Q had fewer images, its design may be the better one); how many of the five images each wins (if it is two of five, one image decides); whether another set, or another seed, says the same (if not, the difference is chance); what each costs in multiply-adds (if Q costs a tenth, 0.09 dB is a good bargain).
