"""Right and wrong answers to exercise 05b."""

import numpy as np

import srlib


def tiles_without_margin(image, method, tile, margin):
    return tiled(image, method, tile, 0)


def tiles_that_fit_only(image, method, tile, margin):
    h, w, _ = image.shape
    out = np.zeros((2 * h, 2 * w, 3), "float32")
    whole = tiled(image, method, tile, margin)
    out[: h // tile * tile * 2, : w // tile * tile * 2] = whole[: h // tile * tile * 2, : w // tile * tile * 2]
    return out


def tiles_with_a_small_margin_cut(image, method, tile, margin):
    h, w, _ = image.shape
    out = np.zeros((2 * h, 2 * w, 3), "float32")
    for y in range(0, h, tile):
        for x in range(0, w, tile):
            top, left = max(0, y - margin), max(0, x - margin)
            large = method(image[top : y + tile + margin, left : x + tile + margin])
            part = large[y - top :, x - left :][: 2 * tile, : 2 * tile][: 2 * (h - y), : 2 * (w - x)]
            out[2 * y : 2 * y + part.shape[0], 2 * x : 2 * x + part.shape[1]] = part
    return out


def tiles_that_wrap(image, method, tile, margin):
    h, w, _ = image.shape
    out = np.zeros((2 * h, 2 * w, 3), "float32")
    for y in range(0, h, tile):
        for x in range(0, w, tile):
            method(image[y - margin : y + tile + margin, x - margin : x + tile + margin])
    return out


def tiles_of_a_padded_image(image, method, tile, margin):
    """Zeros around the image, so that every tile has its margin: the border then looks at black."""
    h, w, _ = image.shape
    padded = np.pad(image, ((margin, margin + tile), (margin, margin + tile), (0, 0)))
    out = np.zeros((2 * (h + tile), 2 * (w + tile), 3), "float32")
    for y in range(0, h, tile):
        for x in range(0, w, tile):
            large = method(padded[y : y + tile + 2 * margin, x : x + tile + 2 * margin])
            out[2 * y : 2 * (y + tile), 2 * x : 2 * (x + tile)] = large[
                2 * margin : -2 * margin, 2 * margin : -2 * margin
            ]
    return out[: 2 * h, : 2 * w]


def tiles_in_name_only(image, method, tile, margin):
    return method(image)


def tiled(small, method, tile, margin):
    h, w, _ = small.shape
    out = np.empty((2 * h, 2 * w, 3), np.float32)
    for y in range(0, h, tile):
        for x in range(0, w, tile):
            top, left = max(0, y - margin), max(0, x - margin)
            made = method(small[top : y + tile + margin, left : x + tile + margin])
            rows, columns = 2 * min(tile, h - y), 2 * min(tile, w - x)
            out[2 * y : 2 * y + rows, 2 * x : 2 * x + columns] = made[2 * (y - top) :, 2 * (x - left) :][
                :rows, :columns
            ]
    return out


def tiled_with_a_mirror(small, method, tile, margin):
    h, w, _ = small.shape
    high, wide = -(-h // tile) * tile, -(-w // tile) * tile
    around = (margin, margin + high - h), (margin, margin + wide - w), (0, 0)
    small = np.pad(small, around, mode="symmetric")
    out = np.zeros((2 * high, 2 * wide, 3), np.float32)
    for y in range(0, high, tile):
        for x in range(0, wide, tile):
            made = method(small[y : y + tile + 2 * margin, x : x + tile + 2 * margin])
            inside = slice(2 * margin, 2 * (margin + tile))
            out[2 * y : 2 * (y + tile), 2 * x : 2 * (x + tile)] = made[inside, inside]
    return out[: 2 * h, : 2 * w]


def tiled_if_not_first(small, method, tile, margin):
    h, w, _ = small.shape
    out = np.empty((2 * h, 2 * w, 3), np.float32)
    for y in range(0, h, tile):
        for x in range(0, w, tile):
            up, left = margin if y else 0, margin if x else 0
            made = method(small[y - up : y + tile + margin, x - left : x + tile + margin])
            made = made[2 * up : 2 * (up + tile), 2 * left : 2 * (left + tile)][: 2 * (h - y), : 2 * (w - x)]
            out[2 * y : 2 * (y + tile), 2 * x : 2 * (x + tile)] = made
    return out


def tiled_moved_back(small, method, tile, margin):
    h, w, _ = small.shape
    out = np.zeros((2 * h, 2 * w, 3), np.float32)
    for y in range(0, h, tile):
        y = min(y, h - tile)
        for x in range(0, w, tile):
            x = min(x, w - tile)
            top, left = max(0, y - margin), max(0, x - margin)
            made = method(small[top : y + tile + margin, left : x + tile + margin])
            part = made[2 * (y - top) :, 2 * (x - left) :][: 2 * tile, : 2 * tile]
            out[2 * y : 2 * (y + tile), 2 * x : 2 * (x + tile)] = part
    return out


def tiled_and_blended(small, method, tile, margin):
    """Adds up all that the method gives, margins too, and divides by how often."""
    h, w, _ = small.shape
    total, times = np.zeros((2 * h, 2 * w, 3)), np.zeros((2 * h, 2 * w, 1))
    for y in range(0, h, tile):
        for x in range(0, w, tile):
            top, left = max(0, y - margin), max(0, x - margin)
            made = method(small[top : y + tile + margin, left : x + tile + margin])
            place = slice(2 * top, 2 * top + made.shape[0]), slice(2 * left, 2 * left + made.shape[1])
            total[place] += made
            times[place] += 1
    return total / times


def tiles_over_the_height_twice(small, method, tile, margin):
    """Counts its columns of tiles by the height."""
    h, w, _ = small.shape
    out = np.zeros((2 * h, 2 * w, 3), np.float32)
    part = tiled(small[:, : h + margin], method, tile, margin)[:, : 2 * h]
    out[:, : part.shape[1]] = part
    return out


def tiles_with_gaps(small, method, tile, margin):
    """Steps by a tile and a margin, so that something is left between the tiles."""
    h, w, _ = small.shape
    out = np.zeros((2 * h, 2 * w, 3), np.float32)
    for y in range(0, h, tile + margin):
        for x in range(0, w, tile + margin):
            top, left = max(0, y - margin), max(0, x - margin)
            made = method(small[top : y + tile + margin, left : x + tile + margin])
            part = made[2 * (y - top) :, 2 * (x - left) :][: 2 * tile, : 2 * tile]
            out[2 * y : 2 * (y + tile), 2 * x : 2 * (x + tile)] = part
    return out


def whole_if_one_side_fits(small, method, tile, margin):
    return method(small) if min(small.shape[:2]) <= tile else tiled(small, method, tile, margin)


def margin_in_rows_alone(small, method, tile, margin):
    """Tiles side by side have no margin between them."""
    parts = [tiled(small[:, x : x + tile], method, tile, margin) for x in range(0, small.shape[1], tile)]
    return np.concatenate(parts, axis=1)


def tiles_that_cut_a_whole_margin(small, method, tile, margin):
    """Behind the first tile, a whole margin is cut away, whether there was one or not."""
    h, w, _ = small.shape
    out = np.zeros((2 * h, 2 * w, 3), np.float32)
    for y in range(0, h, tile):
        for x in range(0, w, tile):
            made = method(small[max(0, y - margin) : y + tile + margin, max(0, x - margin) : x + tile + margin])
            part = made[2 * margin if y else 0 :, 2 * margin if x else 0 :][: 2 * tile, : 2 * tile]
            place = out[2 * y : 2 * (y + tile), 2 * x : 2 * (x + tile)]
            place[: part.shape[0], : part.shape[1]] = part[: place.shape[0], : place.shape[1]]
    return out


def flat_tiles_without_the_method(small, method, tile, margin):
    """A flat tile is filled as it is, although its neighbours reach into it."""
    out = tiled(small, method, tile, margin)
    for y in range(0, small.shape[0], tile):
        for x in range(0, small.shape[1], tile):
            part = small[y : y + tile, x : x + tile]
            if np.ptp(part) == 0:
                out[2 * y : 2 * (y + tile), 2 * x : 2 * (x + tile)] = part[0, 0]
    return out


check = srlib.checks.check_tiles

RIGHT = [
    tiled,
    lambda p, m, t, g: tiled(p, m, max(1, t // 2), g),
]

# answer, words of what is wrong, words of the hint
WRONG = [
    (tiles_without_margin, "differs", "seams"),
    (tiles_that_fit_only, "19x29", "last row or column"),
    (tiles_with_a_small_margin_cut, "differs", "which part of what the method makes"),
    (tiles_that_wrap, "hands a part of shape", "other end"),
    (tiles_of_a_padded_image, "differs", "edge of the image"),
    (tiles_in_name_only, "at most 14x14", "the point of tiles"),
    (lambda p, m, t, g: srlib.upscale(p, "bicubic"), "does not use", "method"),
    (tiled_with_a_mirror, "notices the edge", "only the border is off"),
    (lambda p, m, t, g: tiled(p, m, t, 2), "differs", "both margins is 14"),
    (tiled_if_not_first, "tiles of 2 with a margin of 3", "counts from its other end"),
    (tiled_moved_back, "5x13 in tiles of 8", "smaller than a tile"),
    (lambda p, m, t, g: tiled(p, lambda x: m(x[None])[0], t, g), "hands a part of shape", "\\(height, width, 3\\)"),
    (tiled_and_blended, "differs", "not averaged"),
    (tiles_over_the_height_twice, "16x24", "of the answer stays black"),
    (lambda p, m, t, g: tiled(p, m, t, g).astype(p.dtype), "a uint8 image", "."),
    (margin_in_rows_alone, "16x24", "in both directions"),
    (tiles_that_cut_a_whole_margin, "tiles of 2 with a margin of 3", "as much as you handed over"),
    (flat_tiles_without_the_method, "flat squares", "."),
    (tiles_with_gaps, "16x24", "of the answer stays black"),
    (whole_if_one_side_fits, "40x3", "the point of tiles"),
    (lambda p, m, t, g: np.clip(tiled(p, m, t, g), 0, 1), "differs", "beyond is cut off"),
    (lambda p, m, t, g: tiled(p, m, t, g).astype(np.uint8), "differs", "whole numbers only"),
]  # fmt: skip
