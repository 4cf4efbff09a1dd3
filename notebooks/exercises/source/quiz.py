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
# # Quiz: ten questions
#
# *15 minutes, lessons 00 to 05. Nothing is recorded.*
#
# Run the next cell, choose an answer, and read what it says; wrong answers explain themselves, too. Decide before you click.

# %% tags=["quiz"]
questions = [
    {
        "question": "An image of 128 by 128 is downscaled by 2 with linear interpolation. How much of it is kept?",
        "type": "multiple_choice",
        "answers": [
            {"answer": "A half of the numbers", "correct": False, "feedback": "Both sides are halved."},
            {"answer": "A quarter of the numbers, each the mean of four", "correct": True, "feedback": "Four pixels become one, and their differences are gone."},
            {"answer": "A quarter of the pixels, unchanged", "correct": False, "feedback": "That would be taking every second pixel of every second row."},
            {"answer": "All of it, in a hidden form", "correct": False, "feedback": "Lesson 02 shows two different images with the same LR image."},
        ],
    },
    {
        "question": "Why are the squares split by photograph, and not at random, into training and test?",
        "type": "multiple_choice",
        "answers": [
            {"answer": "So that both sets have the same size", "correct": False, "feedback": "A random split would do that even better."},
            {"answer": "Because super-resolution needs labels", "correct": False, "feedback": "It needs none: every image is its own answer."},
            {"answer": "Squares of one photograph are relatives, and a test on relatives is too easy", "correct": True, "feedback": "Neighbouring squares continue each other, and share light, lens and colours."},
        ],
    },
    {
        "question": "Stripes of three pixels are downscaled by 4 by taking every fourth pixel. What does the LR image show?",
        "type": "multiple_choice",
        "answers": [
            {"answer": "Stripes that were never there", "correct": True, "feedback": "That is aliasing: waves too fine for the grid pose as coarser ones."},
            {"answer": "Even grey", "correct": False, "feedback": "That is what an antialiased kernel would give."},
            {"answer": "The same stripes, finer", "correct": False, "feedback": "They do not fit: the shortest wave of the LR image spans eight of the old pixels."},
        ],
    },
    {
        "question": "Linear upscaling by 2, at half-pixel centres, of the row 0, 100. What comes out?",
        "type": "multiple_choice",
        "answers": [
            {"answer": "0, 33, 67, 100", "correct": False, "feedback": "Here the middles of the corner pixels meet, not the edges of the image."},
            {"answer": "0, 0, 100, 100", "correct": False, "feedback": "That is nearest-neighbour upscaling."},
            {"answer": "0, 50, 100, 100", "correct": False, "feedback": "This one is shifted by half a new pixel."},
            {"answer": "0, 25, 75, 100", "correct": True, "feedback": "Three quarters from one's own pixel, one quarter from the neighbour."},
        ],
    },
    {
        "question": "The code of the original project's autoencoder holds 32 by 32 by 256 numbers, the image 128 by 128 by 3. What follows?",
        "type": "multiple_choice",
        "answers": [
            {"answer": "It compresses to a quarter", "correct": False, "feedback": "Height and width are a quarter each; but look at the channels."},
            {"answer": "It does not compress at all", "correct": True, "feedback": "The code is more than five times as large as the image, and skips lead around it."},
            {"answer": "It compresses, because the skips carry nothing", "correct": False, "feedback": "The skips carry all the fine detail."},
        ],
    },
    {
        "question": "Why does the residual network start at the quality of linear upscaling, before any training?",
        "type": "multiple_choice",
        "answers": [
            {"answer": "Its last convolution starts at zero, and the upscaled image is added to it", "correct": True, "feedback": "Nothing plus the upscaled image is the upscaled image."},
            {"answer": "It was trained on upscaled images before", "correct": False, "feedback": "It has seen no image yet."},
            {"answer": "It has fewer parameters", "correct": False, "feedback": "It has as many as the plain one."},
        ],
    },
    {
        "question": "The squared error is halved. What happens to the PSNR?",
        "type": "multiple_choice",
        "answers": [
            {"answer": "It doubles", "correct": False, "feedback": "Decibels are a logarithm: factors become sums."},
            {"answer": "It rises by 6 dB", "correct": False, "feedback": "That would be a quarter of the squared error."},
            {"answer": "It rises by about 3 dB, from wherever it was", "correct": True, "feedback": "Ten times the logarithm of 2 is 3.01."},
            {"answer": "That depends on the image", "correct": False, "feedback": "The PSNR does, its change does not."},
        ],
    },
    {
        "question": "A paper reports an average SSIM of 0.86, and nothing else. What is missing first of all?",
        "type": "multiple_choice",
        "answers": [
            {"answer": "More digits", "correct": False, "feedback": "They would not help: 0.8590 of what?"},
            {"answer": "What bicubic upscaling has on the same images, measured in the same way", "correct": True, "feedback": "Without a baseline no number says what the method did."},
            {"answer": "The time of training", "correct": False, "feedback": "Good to know, but the number can be judged without it."},
            {"answer": "The name of the network", "correct": False, "feedback": "A name does not make a number mean anything."},
        ],
    },
    {
        "question": "Two networks have the same number of parameters. One works on the upscaled image, the other on the LR image, with a sub-pixel step at its end. Which needs fewer multiply-adds?",
        "type": "multiple_choice",
        "answers": [
            {"answer": "They need the same, parameters decide", "correct": False, "feedback": "Each weight is used once for every pixel, and there are not equally many pixels."},
            {"answer": "The one on the upscaled image", "correct": False, "feedback": "It has four times as many pixels at scale 2."},
            {"answer": "The one on the LR image, by about a factor of four at scale 2", "correct": True, "feedback": "The same weights, a quarter of the pixels."},
        ],
    },
    {
        "question": "A network restores a blurred licence plate, and the result is sharp and readable. What may it be used for?",
        "type": "multiple_choice",
        "answers": [
            {"answer": "As evidence, if the PSNR is high", "correct": False, "feedback": "Without the true plate there is no PSNR; and a mean over pixels does not vouch for one letter."},
            {"answer": "As evidence, because the network cannot invent anything", "correct": False, "feedback": "It adds what is typical. Many HR images share one LR image."},
            {"answer": "Not as evidence: detail that was not measured is a guess, however sharp", "correct": True, "feedback": "The LR image cannot decide between the plates that it could have come from."},
        ],
    },
]
from jupyterquiz import display_quiz

display_quiz(questions, colors="fdsp")
