"""Warmer and cooler places of a face: foreheads cooler than the cheeks, and mottled skin.

Where blood runs near the skin differs between people, and with heat, cold and
exertion in one person. In the recordings most foreheads are the warmest wide
place of the face, which must not become what tells a forehead.
"""

import cv2
import numpy as np

import boxes
from scene import FRAME_HEIGHT, FRAME_WIDTH, Person, Scene, empty_mask, fill_box, texture

# Shares of faces that get each.
TINTED, MOTTLED = 0.6, 0.4
# How far a forehead is moved, in parts of what skin is warmer than the room.
COOLEST, WARMEST = -0.5, 0.1
MOTTLE = 0.6  # kelvin, the most


def _skin(scene: Scene, face: boxes.Box) -> tuple[np.ndarray, float, float]:
    """How much each pixel is skin rather than hair, cloth or wall, 0 to 1; the levels of room and skin."""
    room = float(np.percentile(scene.kelvin, 25))
    x0, y0, x1, y1 = (int(v) for v in boxes.clip(face, FRAME_WIDTH, FRAME_HEIGHT))
    skin = float(np.percentile(scene.kelvin[y0 : y1 + 1, x0 : x1 + 1], 75))
    part = (scene.kelvin - room) / max(0.5, skin - room)
    return np.clip((part - 0.35) / 0.4, 0, 1), room, skin


def _tint(scene: Scene, person: Person, rng) -> None:
    """The forehead as a whole, in blotches more or less."""
    forehead, wide = person.forehead, boxes.width(person.face)
    skin, room, level = _skin(scene, person.face)
    mask = empty_mask()
    aside = rng.uniform(0, 0.12) * wide
    fill_box(mask, [forehead[0] - aside, forehead[1] - 0.05 * wide, forehead[2] + aside, forehead[3]], 1)
    mask = cv2.GaussianBlur(mask, (0, 0), rng.uniform(0.03, 0.1) * wide + 0.3)
    if rng.random() < 0.5:
        grain = max(2.0, wide * rng.uniform(0.2, 0.6))
        blotches = texture(rng, int(FRAME_HEIGHT / grain), int(FRAME_WIDTH / grain))
        mask = mask * np.clip(0.7 + 0.5 * blotches, 0, 1.3)
    shift = rng.uniform(COOLEST, WARMEST) * (level - room)
    scene.kelvin = (scene.kelvin + shift * mask * skin).astype(np.float32)


def _mottle(scene: Scene, person: Person, rng) -> None:
    face = person.face
    skin, _, _ = _skin(scene, face)
    mask = empty_mask()
    fill_box(mask, face, 1)
    mask = cv2.GaussianBlur(mask, (0, 0), 0.05 * boxes.width(face) + 0.3)
    grain = max(2.5, boxes.width(face) * rng.uniform(0.2, 0.5))
    blotches = texture(rng, int(FRAME_HEIGHT / grain), int(FRAME_WIDTH / grain))
    scene.kelvin = (scene.kelvin + rng.uniform(0, MOTTLE) * blotches * mask * skin).astype(np.float32)


def vary(scene: Scene, rng: np.random.Generator) -> None:
    """Change the complexion of some of the people, in place."""
    for person in scene.persons:
        if not person.face or boxes.area(boxes.clip(person.face, FRAME_WIDTH, FRAME_HEIGHT)) < 30:
            continue
        if person.forehead and rng.random() < TINTED:
            _tint(scene, person, rng)
        if rng.random() < MOTTLED:
            _mottle(scene, person, rng)
