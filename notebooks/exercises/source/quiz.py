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
# # Quiz: sixteen questions
#
# *20 minutes; lessons 00 to 04 and 07, then 05, 06, 08 and 09. Each question names its lesson. Nothing is recorded.*
#
# Run the next cell. Choose an answer, then open *Check*: wrong answers explain themselves, too. By keyboard: *Tab* goes from question to question, the arrow keys choose, *Space* opens *Check*.

# %% tags=["quiz"]
questions = [
    {
        "lesson": "00",
        "question": "A network enlarges a small image by 4, and the result looks sharper than bicubic upscaling. What has the network added?",
        "right": ("Detail that most often goes with pixels like these", "It learned from many pairs of images what tends to lie between such pixels."),
        "wrong": [
            ("Detail that was measured and is hidden in the pixels", "It is not hidden but gone: lesson 02 shows two different images with the same LR image."),
            ("Detail copied from the photographs it learned from", "It keeps no photograph: its parameters are far fewer than the pixels that it learned from."),
        ],
    },
    {
        "lesson": "01",
        "question": "Four squares are cut from each photograph. Why do all four go into the same split?",
        "right": ("Squares of one photograph resemble each other", "They share light, lens and colours, so a test on relatives of the training images is too easy."),
        "wrong": [
            ("Each split should hold equally many squares", "Keeping photographs whole makes that harder, not easier."),
            ("Each split should hold all of the photographs", "That is the leak itself: the test would ask about photographs that were learned from."),
        ],
    },
    {
        "lesson": "01",
        "question": "You compare twenty networks. Which images choose the best, and which give the score that you report?",
        "right": ("Validation images choose, test images report", "So the test images have had no say in the choice."),
        "wrong": [
            ("Test images choose, and the same ones report", "The best of twenty on these images is partly the luckiest on them, so its score is too good."),
            ("Training images choose, test images report", "A network may know its training images by heart, which says little about others."),
        ],
    },
    {
        "lesson": "02",
        "question": "An image of 128 by 128 pixels is downscaled by 2 with the bilinear kernel. What is left of it?",
        "right": ("A quarter of the numbers, each the mean of four", "Four pixels become one, and the differences between them are gone."),
        "wrong": [
            ("A half of the numbers, each the mean of two", "Both sides are halved, so a quarter of the pixels is left."),
            ("A quarter of the numbers, each taken unchanged", "That would be taking every second pixel of every second row."),
            ("All of the numbers, in a form that is hidden", "Lesson 02 shows two different images with the same LR image."),
        ],
    },
    {
        "lesson": "02",
        "question": "Stripes repeat every three pixels. The image is downscaled by 4 by taking every fourth pixel. What does the LR image show?",
        "right": ("Broad stripes that were never there", "That is aliasing: waves too fine for the new grid pose as coarser ones."),
        "wrong": [
            ("Even grey, as the stripes are too fine", "That is what an antialiased kernel would give."),
            ("The same stripes, as fine as they were", "They do not fit: the shortest wave that the LR image can hold spans eight of the old pixels."),
        ],
    },
    {
        "lesson": "02",
        "question": "The row 0, 100 is upscaled by 2 by linear interpolation at half-pixel centres. What comes out?",
        "right": ("0, 25, 75, 100", "Three quarters come from the pixel itself, one quarter from the neighbour."),
        "wrong": [
            ("0, 33, 67, 100", "Here the middles of the corner pixels meet, not the edges of the image."),
            ("0, 0, 100, 100", "That is nearest-neighbour upscaling."),
            ("0, 50, 100, 100", "This one is shifted by half a new pixel."),
        ],
    },
    {
        "lesson": "03",
        "question": "The original autoencoder turns an image of 128 by 128 by 3 numbers into a code of 32 by 32 by 256. Does it compress?",
        "right": ("No: the code holds over five times as many numbers", "And skips lead around the code, too."),
        "wrong": [
            ("Yes: the code is a quarter as high and as wide", "That is true of height and width; but look at the channels."),
            ("Yes: the skips carry none of the fine detail", "They carry all of it, around the code."),
        ],
    },
    {
        "lesson": "03",
        "question": "Why is the residual network as good as linear upscaling before any training?",
        "right": ("It adds its last convolution, which begins with zeros", "Linear upscaling plus nothing is linear upscaling."),
        "wrong": [
            ("Its parameters were trained on upscaled images before", "It has seen no image yet."),
            ("Its layers are so few that each one passes images on", "It has as many layers as the plain one, which begins with noise."),
        ],
    },
    {
        "lesson": "04",
        "question": "The mean squared error is halved. What happens to the PSNR?",
        "right": ("It rises by about 3 dB", "Ten times the logarithm of 2 is 3.01, wherever the PSNR was before."),
        "wrong": [
            ("It rises by about 6 dB", "That would be a quarter of the squared error."),
            ("It becomes twice as high", "Decibels are a logarithm: factors become sums."),
            ("It depends on the image", "The PSNR does, its change does not."),
        ],
    },
    {
        "lesson": "04",
        "question": "A paper reports an average SSIM of 0.86, and nothing else. What do you ask for first?",
        "right": ("The SSIM of bicubic on the same images", "Without a baseline on the same images, measured in the same way, no number says what the method did."),
        "wrong": [
            ("More digits of that average of SSIMs", "They would not help: 0.8590 of what?"),
            ("The number of hours it was trained for", "Good to know, but the score can be judged without it."),
            ("The name of the network that was used", "A name does not make a number mean anything."),
        ],
    },
    {
        "lesson": "04",
        "question": "A network makes a blurred licence plate sharp and readable. May the result be used as evidence?",
        "right": ("No: what was not measured is only a likely guess", "The LR image cannot decide between the plates that it could have come from."),
        "wrong": [
            ("Yes: if its PSNR on test images is high enough", "A mean over the pixels of other images does not vouch for one letter of this one."),
            ("Yes: a network cannot invent what is not there", "It adds what is typical, and many HR images share one LR image."),
        ],
    },
    {
        "lesson": "07",
        "question": "A network learned from cleanly downscaled images only. What does it do to a noisy photograph with JPEG blocks?",
        "right": ("It sharpens the noise and the blocks like any detail", "It takes both for detail, having never seen either in training."),
        "wrong": [
            ("It removes them, having learned from clean images", "To remove noise, it must have seen noisy LR images beside clean HR images."),
            ("It leaves them alone and sharpens only the detail", "It cannot tell them from detail, having never seen either in training."),
        ],
    },
    {
        "lesson": "05",
        "question": "Two networks have the same convolutions. One works on the upscaled image, one on the LR image with a sub-pixel step at its end. At scale 2, which needs fewer multiply-adds?",
        "right": ("The one on the LR image, by a factor of about four", "The same weights are used for a quarter of the pixels."),
        "wrong": [
            ("The one on the upscaled image, by a factor of four", "It has four times as many pixels to go through."),
            ("Neither of them, because both have as many weights", "Each weight is used once for every pixel, and there are not equally many pixels."),
        ],
    },
    {
        "lesson": "06",
        "question": "Two papers give tables for Set5 at scale 2. Which row shows whether both measured in the same way?",
        "right": ("The row of bicubic upscaling", "It has nothing to train, so it gives the same number wherever images and measure are the same."),
        "wrong": [
            ("The row of the best network", "A difference there may come from the network as well as from the measure."),
            ("The row of the oldest network", "Its numbers may come from another training, or be copied from its paper."),
        ],
    },
    {
        "lesson": "08",
        "question": "A denoiser raises the PSNR of a medical image by 6 dB. What does that say about one dark dot of a few pixels?",
        "right": ("Nothing: so few pixels hardly count in a mean", "The dot may be gone while the PSNR rises; look at its contrast by itself."),
        "wrong": [
            ("It is still there: the image is nearer to the truth", "Nearer on average over all pixels, of which the dot has almost none."),
            ("It is clearer: there is less noise to hide it", "What takes the noise away may take the dot for noise."),
        ],
    },
    {
        "lesson": "09",
        "question": "Many HR images share one LR image. Which answer has the highest PSNR on average?",
        "right": ("The mean of them all, which is blurred", "It is the least wrong on average, and looks like none of them."),
        "wrong": [
            ("The sharpest of them, which looks real", "Where it is wrong, it is wrong by whole edges."),
            ("Any single one of them drawn by chance", "On average it has twice the squared error of the mean."),
        ],
    },
]
