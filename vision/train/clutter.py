"""Things that are not faces: warm and cold shapes, and patches of other frames."""

import cv2
import numpy as np

import boxes
from boxes import Box
from scene import (
    FRAME_HEIGHT,
    FRAME_WIDTH,
    Scene,
    blend,
    empty_mask,
    fill_box,
    texture,
)


def _touches(box: Box, heads: list[Box], margin: float) -> bool:
    return any(boxes.intersection(box, boxes.grow(h, margin)) > 0 for h in heads)


def _shape(cx, cy, wide, tall, rng) -> np.ndarray:
    """A disc, a bar or a polygon."""
    mask = empty_mask()
    kind, turn = rng.integers(3), rng.uniform(0, 180)
    if kind == 0:
        cv2.ellipse(mask, ((cx, cy), (wide, tall), turn), 1, -1)
        return mask
    if kind == 1:
        corners = cv2.boxPoints(((cx, cy), (wide, tall * rng.uniform(0.1, 1)), turn))
    else:
        angles = np.sort(rng.uniform(0, 2 * np.pi, 7))
        corners = np.c_[cx + wide / 2 * np.cos(angles), cy + tall / 2 * np.sin(angles)]
    cv2.fillPoly(mask, [corners.astype(np.int32)], 1)
    return mask


def shapes(scene: Scene, rng: np.random.Generator) -> None:
    """Lamps, pipes, screens, reference discs: one to three shapes beside the heads, in place."""
    for _ in range(rng.integers(1, 4)):
        wide = np.exp(rng.uniform(np.log(3), np.log(60)))
        tall = wide * np.exp(rng.normal(0, 0.4))
        cx, cy = rng.uniform(0, FRAME_WIDTH), rng.uniform(0, FRAME_HEIGHT)
        if _touches([cx - wide / 2, cy - tall / 2, cx + wide / 2, cy + tall / 2], scene.heads(), 3):
            continue
        mask = _shape(cx, cy, wide, tall, rng)
        for head in scene.heads():
            fill_box(mask, boxes.grow(head, 2), 0)
        mask = cv2.GaussianBlur(mask, (0, 0), rng.uniform(0.5, 1.5) + 0.02 * wide * rng.random())
        level = np.median(scene.kelvin) + rng.uniform(-6, 14)
        slope_x, slope_y = rng.normal(0, 0.04, 2) * rng.integers(0, 2)
        rows, columns = np.mgrid[:FRAME_HEIGHT, :FRAME_WIDTH]
        surface = level + slope_x * (columns - cx) + slope_y * (rows - cy)
        if rng.random() < 0.3:
            grain = [int(FRAME_HEIGHT / rng.uniform(3, 15)), int(FRAME_WIDTH / rng.uniform(3, 15))]
            surface = surface + texture(rng, *grain) * rng.uniform(0.2, 2)
        scene.kelvin = blend(scene.kelvin, surface, mask)


def patches(scene: Scene, draw_other, rng: np.random.Generator) -> None:
    """One or two pieces of other frames that hold no head, at any size, in place.

    `draw_other` returns another scene. Hands, necks, chests, chairs and lamps
    come this way: they took the false faces from 0.045 to 0.008 a frame.
    """
    for _ in range(rng.integers(1, 3)):
        other = draw_other()
        wide = int(np.exp(rng.uniform(np.log(8), np.log(70))))
        tall = int(np.clip(wide * np.exp(rng.normal(0, 0.4)), 6, 120))
        x = int(rng.integers(0, max(1, FRAME_WIDTH - wide)))
        y = int(rng.integers(0, max(1, FRAME_HEIGHT - tall)))
        if _touches([x, y, x + wide, y + tall], other.heads(), 0):
            continue
        piece = other.kelvin[y : y + tall, x : x + wide]
        zoom = float(np.exp(rng.uniform(np.log(0.5), np.log(2))))
        how = cv2.INTER_AREA if zoom < 1 else cv2.INTER_LINEAR
        piece = cv2.resize(piece, None, fx=zoom, fy=zoom, interpolation=how)
        if rng.random() < 0.5:
            piece = piece[:, ::-1]
        piece = piece - np.median(other.kelvin) + np.median(scene.kelvin)
        _paste(scene, piece[:FRAME_HEIGHT, :FRAME_WIDTH], rng)


def _paste(scene: Scene, piece: np.ndarray, rng) -> None:
    tall, wide = piece.shape
    x = int(rng.integers(0, FRAME_WIDTH - wide + 1))
    y = int(rng.integers(0, FRAME_HEIGHT - tall + 1))
    if _touches([x, y, x + wide, y + tall], scene.heads(), 2):
        return
    mask = np.zeros((tall, wide), np.float32)
    if rng.random() < 0.6:
        cv2.ellipse(mask, ((wide / 2, tall / 2), (wide * 0.95, tall * 0.95), 0), 1, -1)
    else:
        cv2.rectangle(mask, (2, 2), (wide - 3, tall - 3), 1, -1)
    mask = cv2.GaussianBlur(mask, (0, 0), 0.8)
    kelvin = scene.kelvin.copy()
    here = kelvin[y : y + tall, x : x + wide]
    kelvin[y : y + tall, x : x + wide] = blend(here, piece, mask)
    scene.kelvin = kelvin
