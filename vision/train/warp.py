"""Move the camera: scale, place, tilt and mirror a scene, with another room behind it."""

from dataclasses import dataclass

import cv2
import numpy as np

import boxes
from boxes import Box
from scene import FRAME_HEIGHT, FRAME_WIDTH, Person, Scene

# Head widths (pixels) that are asked for, from far to as close as fits.
HEAD_WIDTHS = (13.0, 100.0)
SCALES = (0.35, 2.2)


@dataclass
class _View:
    """An affine map of frame coordinates, and the scale it has along x and y."""

    matrix: np.ndarray  # 2 x 3
    scale: float
    scale_x: float
    scale_y: float

    def point(self, x: float, y: float) -> np.ndarray:
        return self.matrix @ np.array([x, y, 1.0])

    def box(self, b: Box) -> Box:
        x, y = self.point(*boxes.centre(b))
        w, h = boxes.width(b) * self.scale_x / 2, boxes.height(b) * self.scale_y / 2
        return [x - w, y - h, x + w, y + h]

    def picture(self, kelvin: np.ndarray, border: int, fill: float = 0) -> np.ndarray:
        # warpAffine counts from pixel centres, boxes from pixel edges.
        about_centres = self.matrix.copy()
        about_centres[:, 2] += self.matrix[:, :2] @ np.array([0.5, 0.5]) - 0.5
        return cv2.warpAffine(
            kelvin, about_centres, (FRAME_WIDTH, FRAME_HEIGHT),
            flags=cv2.INTER_LINEAR, borderMode=border, borderValue=fill,
        )  # fmt: skip


def _log_uniform(rng, low, high):
    return float(np.exp(rng.uniform(np.log(low), np.log(high))))


def _subject(persons: list[Person], rng) -> Person | None:
    """The person whom the camera is moved about: mostly somebody near with a face."""
    if not persons:
        return None
    near = [p for p in persons if p.size != "far" and p.face]
    chosen = persons[rng.integers(len(persons))]
    if near and rng.random() < 0.85:
        chosen = near[rng.integers(len(near))]
    return chosen


def _torso_view(persons, rng):
    """Scale, source and target point that leave every head above the frame."""
    neck = max(p.head[3] for p in persons)
    scale = _log_uniform(rng, 0.9, 2.8)
    target = rng.uniform(0.1 * FRAME_WIDTH, 0.9 * FRAME_WIDTH), -rng.uniform(2, 60)
    return scale, neck, target


def _head_view(head: Box, rng):
    """Scale and target point for a head: any distance, mostly wholly in view."""
    w = boxes.width(head)
    scale = float(np.clip(_log_uniform(rng, *HEAD_WIDTHS) / w, *SCALES))
    if rng.random() < 0.3:
        scale = float(np.exp(rng.normal(0, 0.08)))
    cx, cy = boxes.centre(head)
    if rng.random() < 0.35:
        return scale, (cx + rng.normal(0, 6), cy + rng.normal(0, 6))
    if rng.random() < 0.15:
        x = rng.uniform(-0.1 * w * scale, FRAME_WIDTH + 0.1 * w * scale)
    else:
        half = 0.45 * w * scale
        x = rng.uniform(min(half, 55), max(FRAME_WIDTH - half, 65))
    return scale, (x, rng.uniform(0.3 * w * scale, FRAME_HEIGHT * 0.8))


def _view(subject: Person | None, persons, torso: bool, rng) -> _View:
    if subject is None:
        scale = float(np.exp(rng.uniform(-0.5, 0.5)))
        cx, cy = FRAME_WIDTH / 2, FRAME_HEIGHT / 2
        target = cx + rng.normal(0, 15), cy + rng.normal(0, 15)
    else:
        cx, cy = boxes.centre(subject.head)
        scale, target = _head_view(subject.head, rng)
        if torso:
            scale, cy, target = _torso_view(persons, rng)
    tilt = np.deg2rad(rng.normal(0, 5))
    stretch = float(np.exp(rng.normal(0, 0.06)))
    side = -1.0 if rng.random() < 0.5 else 1.0
    turn = np.array([[np.cos(tilt), -np.sin(tilt)], [np.sin(tilt), np.cos(tilt)]])
    linear = turn @ np.diag([scale * stretch * side, scale / stretch])
    offset = np.array(target) - linear @ np.array([cx, cy])
    return _View(np.c_[linear, offset], scale, scale * stretch, scale / stretch)


def _room_behind(picture, view: _View, subject: Person | None, room: np.ndarray, level: float):
    """Fill what the old frame does not cover with another room.

    A person cut by the frame's lower edge goes on below it.
    """
    mask = view.picture(np.ones_like(picture), cv2.BORDER_CONSTANT)
    if subject is not None:
        middle, reach = boxes.centre(subject.head)[0], 1.3 * boxes.width(subject.head)
        floor = view.point(FRAME_WIDTH / 2, FRAME_HEIGHT)[1] - 2
        sides = sorted((view.point(middle - reach, 0)[0], view.point(middle + reach, 0)[0]))
        left, right = (int(np.clip(s, 0, FRAME_WIDTH)) for s in sides)
        mask[int(np.clip(floor, 0, FRAME_HEIGHT)) :, left:right] = 1
    mask = cv2.GaussianBlur(mask, (0, 0), 1.5)
    return picture * mask + (1 - mask) * (room - np.median(room) + level)


def warp(scene: Scene, rng: np.random.Generator, room=None, torso: bool = False) -> Scene:
    """Another view of the scene.

    `room` is an empty frame (kelvin) to put behind it; `torso` asks for a view
    of the bodies alone, with the heads out of the frame.
    """
    subject = _subject(scene.persons, rng)
    view = _view(subject, scene.persons, torso, rng)
    source = scene.kelvin
    if view.scale < 0.8:  # no aliasing
        source = cv2.GaussianBlur(source, (0, 0), 0.42 / view.scale)
    mirror = not scene.persons and rng.random() < 0.3
    border = cv2.BORDER_REFLECT_101 if mirror else cv2.BORDER_REPLICATE
    picture = view.picture(source, border)
    if room is not None:
        level = float(np.percentile(scene.kelvin, 30))
        picture = _room_behind(picture, view, subject, room, level)
    return Scene(picture.astype(np.float32), [p.moved(view.box) for p in scene.persons])
