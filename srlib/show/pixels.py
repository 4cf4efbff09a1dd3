"""Images as the explorer's page shows them: PNG files, enlarged pixel by pixel, two images joined at a slider, a mark.

Everything is drawn here, in Python, and sent to the page as a PNG: so the explorer needs ipywidgets and no front-end
package of its own, and works in JupyterLab and on Colab.
"""

import io

import numpy as np

MARK = (217, 130, 43)  # the colour of the marked square


def png(image: np.ndarray) -> bytes:
    """A uint8 image as the content of a PNG file."""
    from PIL import Image

    with io.BytesIO() as file:
        Image.fromarray(image).save(file, "PNG", compress_level=1)
        return file.getvalue()


def enlarged(image: np.ndarray, times: int) -> np.ndarray:
    """Every pixel as a square of `times` x `times` pixels."""
    return image.repeat(times, axis=0).repeat(times, axis=1)


def joined(before: np.ndarray, after: np.ndarray, percent: int, times: int) -> np.ndarray:
    """One image left of a line at `percent` of the width and another right of it, enlarged."""
    width = before.shape[1]
    column = round(percent / 100 * width)
    image = after.copy()
    image[:, :column] = before[:, :column]
    image = enlarged(image, times)
    if 0 < column < width:
        line = column * times
        image[:, max(0, line - 2) : line + 2] = 34
        image[:, max(0, line - 1) : line + 1] = 255
    return image


def outline(image: np.ndarray, top: int, left: int, bottom: int, right: int) -> None:
    """Draw a square into an image, in place: coloured, between thin white lines, so that it shows on any ground."""
    for inset, colour in ((0, (255, 255, 255)), (1, MARK), (2, MARK), (3, (255, 255, 255))):
        y0, x0, y1, x1 = top + inset, left + inset, bottom - inset, right - inset
        if y0 < y1 and x0 < x1:
            image[y0, x0:x1] = image[y1 - 1, x0:x1] = colour
            image[y0:y1, x0] = image[y0:y1, x1 - 1] = colour
