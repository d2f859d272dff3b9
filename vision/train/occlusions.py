"""Things that people wear, drawn over annotated faces: glasses, hats, hair, fringes, masks.

Each function draws on the scene in place and mends the person's annotation:
the forehead box shrinks to what stays bare, or goes where nothing does.
"""

import cv2
import numpy as np

import boxes
from scene import (
    FRAME_HEIGHT,
    FRAME_WIDTH,
    Person,
    Scene,
    blend,
    empty_mask,
    fill_box,
    texture,
)

# A bare rest lower than this (pixels) is neither taught as bare nor as covered.
LOWEST_BARE_REST = 2.5


def _ellipse(mask, cx, cy, width, height):
    cv2.ellipse(mask, ((cx, cy), (width, height), 0), 1, -1)


def _room_level(scene: Scene) -> float:
    return float(np.percentile(scene.kelvin, 25))


def _skin_level(scene: Scene, person: Person) -> float:
    x0, y0, x1, y1 = (int(v) for v in boxes.clip(person.forehead, FRAME_WIDTH, FRAME_HEIGHT))
    skin = scene.kelvin[y0 : y1 + 1, x0 : x1 + 1]
    return float(np.median(skin)) if skin.size else _room_level(scene)


def _cover_level(scene: Scene, person: Person, rng) -> float:
    """Cloth and hair lie between room and skin; as warm as skin they could not be told from it."""
    room, skin = _room_level(scene), _skin_level(scene, person)
    return room + rng.uniform(0.05, 0.8) * (skin - room)


def _keep_below(person: Person, y: float) -> None:
    left, _, right, bottom = person.forehead
    person.forehead = [left, y, right, bottom]
    if bottom - y < LOWEST_BARE_REST:
        person.bareness_unknown = True


def glasses(scene: Scene, person: Person, rng) -> None:
    """Two cool lenses below the forehead; glass hides what is behind it from the camera."""
    if person.pose != "frontal" or "glasses" in person.occluders:
        return
    width, height = boxes.width(person.face), boxes.height(person.face)
    top = person.forehead[3] + height * rng.uniform(0, 0.05)
    bottom = top + height * rng.uniform(0.12, 0.22)
    level = _room_level(scene) + rng.uniform(-0.5, 2.5)
    lens, bridge = width * rng.uniform(0.38, 0.46), width * 0.06
    middle = boxes.centre(person.face)[0]
    mask = empty_mask()
    for side in (-1, 1):
        x = middle + side * (lens / 2 + bridge)
        _ellipse(mask, x, (top + bottom) / 2, lens, bottom - top)
    mask = cv2.GaussianBlur(mask, (0, 0), max(0.4, 0.012 * width))
    scene.kelvin = blend(scene.kelvin, level, mask)


def glasses_up(scene: Scene, person: Person, rng) -> None:
    """Glasses pushed up over the brow: what they leave of the forehead is a strip, or nothing."""
    if person.pose != "frontal" or "glasses" in person.occluders:
        return
    width, height = boxes.width(person.face), boxes.height(person.face)
    left, top, right, bottom = person.forehead
    lower = bottom - (bottom - top) * rng.uniform(0, 0.6)
    upper = lower - height * rng.uniform(0.12, 0.22)
    lens, bridge = width * rng.uniform(0.36, 0.46), width * 0.05
    middle = boxes.centre(person.face)[0]
    mask = empty_mask()
    for side in (-1, 1):
        x = middle + side * (lens / 2 + bridge)
        _ellipse(mask, x, (upper + lower) / 2, lens, lower - upper)
    mask = cv2.GaussianBlur(mask, (0, 0), max(0.4, 0.012 * width))
    scene.kelvin = blend(scene.kelvin, _room_level(scene) + rng.uniform(-0.5, 3), mask)
    person.over_brow = True
    above, below = max(0.0, upper - top), bottom - lower
    if max(above, below) < 1:
        person.forehead = None
        return
    person.forehead = [left, lower, right, bottom] if below >= above else [left, top, right, upper]
    if max(above, below) < LOWEST_BARE_REST:
        person.bareness_unknown = True


def hat(scene: Scene, person: Person, rng) -> None:
    """A cap or hat over all of the forehead, or over its upper part."""
    forehead = person.forehead
    whole = rng.random() < 0.6
    if whole:
        edge = forehead[3] + boxes.height(person.face) * rng.uniform(-0.02, 0.05)
    else:
        edge = forehead[1] + boxes.height(forehead) * rng.uniform(0.1, 0.5)
    _hat_down_to(scene, person, edge, rng)
    if whole:
        person.forehead = None
    else:
        _keep_below(person, edge + 1)


def low_hat(scene: Scene, person: Person, rng) -> None:
    """A cap or hat whose edge leaves any part of the forehead bare."""
    edge = person.forehead[1] + boxes.height(person.forehead) * rng.uniform(0.1, 0.85)
    _hat_down_to(scene, person, edge, rng)
    _keep_below(person, edge + 1)


def _hat_down_to(scene: Scene, person: Person, edge: float, rng) -> None:
    head = person.head
    middle, wide = boxes.centre(head)[0], boxes.width(head) * rng.uniform(1.0, 1.25)
    top = head[1] - rng.uniform(0, 0.15) * boxes.height(head)
    mask = empty_mask()
    _ellipse(mask, middle, edge, wide, max(1.0, 2 * (edge - top)))
    rows, columns = np.mgrid[:FRAME_HEIGHT, :FRAME_WIDTH]
    mask[rows > edge + rng.normal(0, 0.08) * (columns - middle)] = 0
    mask = cv2.GaussianBlur(mask, (0, 0), rng.uniform(0.4, 1.0))
    level = _cover_level(scene, person, rng) + texture(rng, 20, 15) * rng.uniform(0.1, 0.6)
    scene.kelvin = blend(scene.kelvin, level, mask)


def fringe(scene: Scene, person: Person, rng) -> None:
    """Strands of hair over the upper part of the forehead."""
    head, forehead = person.head, person.forehead
    if boxes.height(forehead) <= 6:
        return
    wide, tall = boxes.width(person.face), boxes.height(person.face)
    edge = forehead[1] + boxes.height(forehead) * rng.uniform(0.3, 0.75)
    mask = empty_mask()
    for _ in range(rng.integers(4, 12)):
        x = rng.uniform(forehead[0] - 2, forehead[2] + 2)
        ends = np.array(
            [
                [x, head[1] + rng.uniform(0, 0.1) * tall],
                [x + rng.normal(0, 0.12 * wide), edge - abs(rng.normal(0, 0.06)) * tall],
            ]
        )
        start, stop = (tuple(int(v) for v in end) for end in ends * 16)
        thick = int(rng.integers(1, max(2, int(0.08 * wide))))
        cv2.line(mask, start, stop, float(rng.uniform(0.5, 1)), thick, cv2.LINE_8, 4)
    mask = cv2.GaussianBlur(mask, (0, 0), rng.uniform(0.4, 0.9))
    scene.kelvin = blend(scene.kelvin, _cover_level(scene, person, rng), mask)
    _keep_below(person, edge + 0.5)


def full_hair(scene: Scene, person: Person, rng) -> None:
    """The person's own crown stretched down over the whole forehead."""
    head, forehead = person.head, person.forehead
    tall = boxes.height(person.face)
    left, right = int(max(0, head[0])), int(min(FRAME_WIDTH, head[2]))
    top = int(max(0, head[1]))
    crown = int(max(top + 1, min(forehead[1] - 1, head[1] + 0.3 * boxes.height(head))))
    edge = min(FRAME_HEIGHT, forehead[3] + tall * rng.uniform(-0.01, 0.05))
    rows_drawn = int(edge) - top
    if right - left <= 6 or crown - top < 3 or rows_drawn <= 4:
        return
    hair = cv2.resize(scene.kelvin[top:crown, left:right], (right - left, rows_drawn))
    if rng.random() < 0.5:
        hair = hair.mean() * 0.6 + hair * 0.4 + rng.uniform(-2, 0.5)
    # A bald crown is skin: cool it until it is hair.
    hair = hair - max(0.0, hair.mean() - _skin_level(scene, person) + rng.uniform(0.8, 2.5))
    mask = empty_mask()
    mask[top + (1 if top else 0) : int(edge), left + 1 : right - 1] = 1
    rows, columns = np.mgrid[:FRAME_HEIGHT, :FRAME_WIDTH]
    waves = np.sin((columns - left) * rng.uniform(0.1, 0.6)) ** 2
    slope = rng.normal(0, 0.045) * (columns - boxes.centre(head)[0])
    mask[rows > edge - abs(rng.normal(0, 0.06)) * tall * waves + slope] = 0
    mask = cv2.GaussianBlur(mask, (0, 0), rng.uniform(0.4, 1.0))
    covered = scene.kelvin.copy()
    covered[top : int(edge), left:right] = hair
    scene.kelvin = blend(scene.kelvin, covered, mask)
    person.forehead = None


def face_mask(scene: Scene, person: Person, rng) -> None:
    """A face mask over nose and mouth; the forehead stays as it is."""
    face = person.face
    wide, tall = boxes.width(face), boxes.height(face)
    cloth, outline = empty_mask(), empty_mask()
    top = face[1] + tall * rng.uniform(0.5, 0.65)
    fill_box(cloth, [face[0], top, face[2] + 1, face[3] + 0.02 * tall], 1)
    _ellipse(outline, *boxes.centre(face), wide, 1.05 * tall)
    mask = cv2.GaussianBlur(cloth * outline, (0, 0), 0.8)
    level = _room_level(scene) + rng.uniform(1, 6)
    scene.kelvin = blend(scene.kelvin, level + texture(rng, 20, 15) * rng.uniform(0.1, 0.8), mask)


# Each with the share of faces that gets it; the rest stays as recorded.
SHARES = (
    (glasses, 0.11),
    (glasses_up, 0.04),
    (hat, 0.15),
    (fringe, 0.08),
    (face_mask, 0.06),
    (full_hair, 0.12),
)

NARROWEST_HEAD = 16  # below this nothing drawn would show


def occlude(scene: Scene, rng: np.random.Generator) -> None:
    """Dress some of the people, in place."""
    for person in scene.persons:
        if not person.face or boxes.width(person.head) < NARROWEST_HEAD:
            continue
        u = rng.random()
        for draw, share in SHARES:
            u -= share
            if u < 0:
                if draw is face_mask or (person.forehead and person.pose in ("frontal", "turned")):
                    draw(scene, person, rng)
                break
