"""Draws training samples: picks a frame, then warps, dresses, clutters and exposes it."""

from __future__ import annotations

from collections import defaultdict

import cv2
import numpy as np

import boxes
import clutter
import complexion
import occlusions
import sensor
from scene import (
    FRAME_HEIGHT,
    FRAME_WIDTH,
    Person,
    Scene,
    empty_mask,
    hide_disc,
    network_input,
)
from targets import Targets, paint
from warp import warp

# Kinds of frames, and how often each is drawn.
FRONTAL, NEAR, PEOPLE, TURNED, EMPTY = "frontal", "near", "people", "turned", "empty"
KIND_SHARES = ((FRONTAL, 0.40), (NEAR, 0.10), (TURNED, 0.16), (PEOPLE, 0.11), (EMPTY, 0.23))

# Shares of samples that get each treatment.
WARPED, OTHER_ROOM, TORSO_ONLY = 0.85, 0.5, 0.1
SECOND_PERSON, PATCHED, SHAPED = 0.15, 0.3, 0.3
DISC_HIDDEN = 0.7  # the appliance hides the disc, but must find it first


class Collection:
    """Labelled frames, drawn evenly over recordings so that long ones do not win."""

    def __init__(self, items: list[dict], frames: dict[str, np.ndarray]):
        self._frames = frames
        self._kinds = {kind: defaultdict(list) for kind, _ in KIND_SHARES}
        for item in items:
            for kind in _kinds(item):
                self._kinds[kind][item["clip"]].append(item)

    def has(self, kind: str) -> bool:
        return bool(self._kinds[kind])

    def draw(self, kind: str, rng: np.random.Generator) -> tuple[Scene, str]:
        """A frame of the kind, and the name of its recording."""
        by_clip = self._kinds[kind] if self.has(kind) else self._kinds[PEOPLE]
        clips = sorted(by_clip)
        candidates = by_clip[clips[rng.integers(len(clips))]]
        item = candidates[rng.integers(len(candidates))]
        raw = self._frames[item["clip"]][item["frame"]]
        kelvin = np.asarray(raw, np.float32) / 100
        if rng.random() < DISC_HIDDEN:
            kelvin = hide_disc(kelvin, item.get("disc"))
        return Scene(kelvin, [Person.from_label(p) for p in item["persons"]]), item["clip"]


def _kinds(item: dict):
    persons = item["persons"]
    if not persons:
        yield EMPTY
        return
    yield PEOPLE
    near = [p for p in persons if p["size"] != "far"]
    if any(p["face"] for p in near):
        yield NEAR
    if any(p["pose"] == "frontal" for p in near):
        yield FRONTAL
    if any(p["pose"] != "frontal" for p in near):
        yield TURNED


class Sampler:
    """Endless training samples from recordings and, for a share, from simulation.

    `used` names every recording that had a part in the last sample. Where
    `made_up`, complexions vary beyond those of the people recorded.
    """

    def __init__(
        self, recorded: Collection, simulated: Collection | None, simulated_share, seed, made_up=True
    ):
        self._made_up = made_up
        self.recorded = recorded
        self.simulated = simulated
        self.simulated_share = simulated_share if simulated else 0.0
        self.rng = np.random.default_rng(seed)
        self.used: set[str] = set()

    def _draw(self, source: Collection, kind: str) -> Scene:
        scene, clip = source.draw(kind, self.rng)
        self.used.add(clip)
        return scene

    def sample(self) -> tuple[np.ndarray, Targets]:
        """An input plane and what to answer for it."""
        rng = self.rng
        self.used = set()
        source = self.recorded
        if self.simulated_share and rng.random() < self.simulated_share:
            source = self.simulated
        kinds, shares = zip(*KIND_SHARES)
        scene = self._draw(source, kinds[rng.choice(len(kinds), p=shares)])
        scene = self._view(scene)
        if self._made_up:
            complexion.vary(scene, rng)
        occlusions.occlude(scene, rng)
        if rng.random() < SECOND_PERSON:
            self._add_person(scene)
        if rng.random() < PATCHED:
            clutter.patches(scene, self._any_scene, rng)
        if rng.random() < SHAPED:
            clutter.shapes(scene, rng)
        sensor.expose(scene, rng)
        return network_input(scene.kelvin) + sensor.offset(rng), paint(scene)

    def view(self, kind: str) -> Scene:
        """A recorded frame of the kind as another camera sees it, with nothing else changed."""
        self.used = set()
        return self._view(self._draw(self.recorded, kind))

    def _any_scene(self) -> Scene:
        kinds = (FRONTAL, PEOPLE, EMPTY, TURNED)
        return self._draw(self.recorded, kinds[self.rng.integers(len(kinds))])

    def _view(self, scene: Scene) -> Scene:
        rng = self.rng
        if rng.random() >= WARPED:
            return scene.mirrored() if rng.random() < 0.5 else scene
        room = None
        if scene.persons and self.recorded.has(EMPTY) and rng.random() < OTHER_ROOM:
            room = self._draw(self.recorded, EMPTY).kelvin
            if rng.random() < 0.5:
                room = room[:, ::-1]
        return warp(scene, rng, room, torso=rng.random() < TORSO_ONLY)

    def _add_person(self, scene: Scene) -> None:
        """Somebody from another frame, in front of the people already there, in place."""
        rng = self.rng
        kind = (FRONTAL, NEAR, TURNED)[rng.integers(3)]
        other = warp(self._draw(self.recorded, kind), rng)
        if self._made_up:
            complexion.vary(other, rng)
        occlusions.occlude(other, rng)
        guest = max(other.persons, key=lambda p: boxes.width(p.head))
        wide = boxes.width(guest.head)
        if wide <= 13 or any(boxes.width(p.head) >= 1.3 * wide for p in scene.persons):
            return
        middle = boxes.centre(guest.head)[0]
        for person in other.persons:
            beside = person.head[2] <= middle - 1.2 * wide or person.head[0] >= middle + 1.2 * wide
            if person is not guest and not beside:
                return  # would bring half a bystander along
        mask = _head_and_shoulders(guest)
        soft = cv2.GaussianBlur(mask, (0, 0), 0.8)
        level = np.percentile(scene.kelvin, 25) - np.percentile(other.kelvin, 25)
        scene.kelvin = scene.kelvin * (1 - soft) + soft * (other.kelvin + level)
        for person in scene.persons:
            if _covered(mask, person.face or person.head) > 0.25:
                person.hidden = True
        scene.persons.append(guest)


def _head_and_shoulders(person: Person) -> np.ndarray:
    head = person.head
    w, h, chin = boxes.width(head), boxes.height(head), head[3]
    cx, cy = boxes.centre(head)
    mask = empty_mask()
    cv2.ellipse(mask, ((cx, cy), (w * 1.08, h * 1.06), 0), 1, -1)
    half = [
        (0.3 * w, chin - 0.15 * h),
        (0.45 * w, chin + 0.15 * h),
        (1.1 * w, chin + 0.4 * h),
        (1.25 * w, FRAME_HEIGHT),
    ]
    outline = [(cx + x, y) for x, y in half] + [(cx - x, y) for x, y in reversed(half)]
    cv2.fillPoly(mask, [np.array(outline).astype(np.int32)], 1)
    return mask


def _covered(mask: np.ndarray, box: boxes.Box) -> float:
    x0, y0, x1, y1 = (int(v) for v in boxes.clip(box, FRAME_WIDTH, FRAME_HEIGHT))
    return float(mask[y0:y1, x0:x1].mean()) if x1 > x0 and y1 > y0 else 0.0
