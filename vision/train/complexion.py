"""Warmer and cooler places of a face: foreheads, eyes, noses, and mottled skin.

Where blood runs near the skin differs between people, and with heat, cold and
exertion in one person. In the recordings most foreheads are the warmest wide
place of the face, because most visitors wear glasses; that must not become what
tells a forehead. Without glasses the inner corners of the eyes are warmer than
the middle of the forehead by 0.5 to 2.2 K (5 to 95 of 100 in 2,412 rounds, doi
10.13026/3bhc-9065).
"""

import cv2
import numpy as np

import boxes
from scene import FRAME_HEIGHT, FRAME_WIDTH, Person, Scene, empty_mask, fill_box, texture

# Shares of faces that get each.
TINTED, WARM_EYED, COLD_NOSED, MOTTLED = 0.5, 0.5, 0.3, 0.3
# How far each is moved at most, in parts of what skin is warmer than the room.
COOLEST_FOREHEAD, WARMEST_FOREHEAD = -0.4, 0.1
WARMEST_EYES, COLDEST_NOSE = 0.35, 0.5
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
    shift = rng.uniform(COOLEST_FOREHEAD, WARMEST_FOREHEAD) * (level - room)
    scene.kelvin = (scene.kelvin + shift * mask * skin).astype(np.float32)


def _middle(person: Person) -> float:
    """Between the eyes, from left to right: a turned face's forehead tells."""
    if person.pose == "frontal":
        return boxes.centre(person.face)[0]
    return (boxes.centre(person.face)[0] + boxes.centre(person.forehead)[0]) / 2


def _warm_eyes(scene: Scene, person: Person, rng) -> None:
    """Two warm sockets right below the brows, warmest towards the nose."""
    face, brows = person.face, person.forehead[3]
    wide, tall = boxes.width(face), boxes.height(face)
    skin, room, level = _skin(scene, face)
    high = tall * rng.uniform(0.09, 0.16)
    y = brows + tall * rng.uniform(0.0, 0.03) + high / 2
    apart, socket = wide * rng.uniform(0.17, 0.25), wide * rng.uniform(0.22, 0.34)
    inward = rng.uniform(0, 0.3)
    mask = empty_mask()
    for side in (-1, 1):
        x = _middle(person) + side * apart
        cv2.ellipse(mask, ((x, y), (socket, high), side * rng.uniform(-5, 15)), 1 - inward, -1)
        corner = (x - side * 0.35 * socket, y), (0.4 * socket, 0.8 * high)
        cv2.ellipse(mask, (*corner, 0), 1, -1)
    mask = cv2.GaussianBlur(mask, (0, 0), rng.uniform(0.015, 0.05) * wide + 0.3)
    shift = rng.uniform(0.05, WARMEST_EYES) * (level - room)
    scene.kelvin = (scene.kelvin + shift * mask * skin).astype(np.float32)


def _cold_nose(scene: Scene, person: Person, rng) -> None:
    face, brows = person.face, person.forehead[3]
    wide, tall = boxes.width(face), boxes.height(face)
    skin, room, level = _skin(scene, face)
    high = tall * rng.uniform(0.18, 0.3)
    mask = empty_mask()
    y = brows + tall * rng.uniform(0.05, 0.12) + high / 2
    cv2.ellipse(mask, ((_middle(person), y), (wide * rng.uniform(0.12, 0.25), high), 0), 1, -1)
    mask = cv2.GaussianBlur(mask, (0, 0), rng.uniform(0.02, 0.06) * wide + 0.3)
    shift = -rng.uniform(0.05, COLDEST_NOSE) * (level - room)
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
        if person.forehead and person.pose in ("frontal", "turned"):
            if "glasses" not in person.occluders and rng.random() < WARM_EYED:
                _warm_eyes(scene, person, rng)
            if rng.random() < COLD_NOSED:
                _cold_nose(scene, person, rng)
        if rng.random() < MOTTLED:
            _mottle(scene, person, rng)
