"""The upper part of a face as the second network sees it: cut out, at one size, against the warmest skin."""

import numpy as np

from boxes import Box
from scene import SIDE_PADDING

# Rows and columns of a crop, and what it shows in widths of the face: from ABOVE
# the forehead's upper edge down, and evenly to both sides of the face's middle.
ROWS, COLUMNS = 56, 48
TALL, WIDE, ABOVE = 1.5, 1.3, 0.25
# The crop is kelvin above the level that this share of it lies below, divided
# by UNIT and clipped.
LEVEL = 0.9
UNIT, LOWEST, HIGHEST = 2.0, -4.0, 1.5
INPUT_KELVIN = 4.0  # what one unit of the first network's input is


def crop(kelvin: np.ndarray, face: Box) -> np.ndarray:
    """ROWS x COLUMNS, float32; what lies outside the picture repeats its edge.

    `face` is the face from the upper edge of the forehead on.
    """
    wide = face[2] - face[0]
    across = (np.arange(COLUMNS) + 0.5) / COLUMNS - 0.5
    down = (np.arange(ROWS) + 0.5) / ROWS
    x = (face[0] + face[2]) / 2 + across * WIDE * wide
    y = face[1] + (down * TALL - ABOVE) * wide
    upper, lower, below = _between(y, kelvin.shape[0])
    left, right, beside = _between(x, kelvin.shape[1])
    rows = kelvin[upper] * (1 - below)[:, None] + kelvin[lower] * below[:, None]
    seen = rows[:, left] * (1 - beside) + rows[:, right] * beside
    level = np.quantile(seen, LEVEL)
    return np.clip((seen - level) / UNIT, LOWEST, HIGHEST).astype(np.float32)


def parts(box: Box, face: Box) -> tuple[float, float, float, float]:
    """The edges of a box in pixels of the frame, in parts of the crop of a face: 0 is its left or upper edge."""
    wide = face[2] - face[0]
    left = (face[0] + face[2]) / 2 - WIDE / 2 * wide - SIDE_PADDING
    top = face[1] - ABOVE * wide

    def across(x):
        return (x - left) / (WIDE * wide)

    def down(y):
        return (y - top) / (TALL * wide)

    return across(box[0]), down(box[1]), across(box[2]), down(box[3])


def _between(places: np.ndarray, size: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The pixels at either side of each place, and how far it is from the first to the second."""
    at = np.clip(places - 0.5, 0, size - 1)
    first = np.minimum(at.astype(int), size - 1)
    return first, np.minimum(first + 1, size - 1), (at - first).astype(np.float32)
