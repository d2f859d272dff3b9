"""Carry the annotated heads to neighbouring frames by template matching.

264 annotated frames become about ten times as many training items. Tracking
stops as soon as it is in doubt: a wrong label costs more than a missing one.
An item is {"clip", "frame", "persons", "distance"}; persons as in labels.jsonl.
"""

from dataclasses import dataclass

import cv2
import numpy as np

import boxes
from boxes import Box
from scene import FRAME_HEIGHT, FRAME_WIDTH

FURTHEST = 10  # frames from the annotated one
STEP_SCALES = (0.94, 0.97, 1.0, 1.03, 1.06)  # change of head size from frame to frame
SMALLEST_STEP_MATCH = 0.93  # correlation with the frame before
SMALLEST_START_MATCH, SMALLEST_FAR_MATCH = 0.8, 0.7  # with the annotated frame
STILL_ROOM = 0.7  # kelvin: an empty frame may change by this much and stay empty


@dataclass
class _Head:
    """Where a tracked head is now, against its annotation."""

    person: dict
    centre: tuple[float, float]
    scale: float = 1.0

    def carry(self, box: Box | None) -> Box | None:
        if box is None:
            return None
        ox, oy = boxes.centre(self.person["head"])
        cx, cy, s = *self.centre, self.scale
        return [
            cx + (box[0] - ox) * s, cy + (box[1] - oy) * s,
            cx + (box[2] - ox) * s, cy + (box[3] - oy) * s,
        ]  # fmt: skip

    def label(self) -> dict:
        carried = {k: self.carry(self.person[k]) for k in ("head", "face", "forehead")}
        return {**self.person, **carried}


def _whole_pixels(box: Box) -> tuple[int, int, int, int]:
    x0, y0, x1, y1 = (int(round(v)) for v in box)
    return max(0, x0), max(0, y0), min(FRAME_WIDTH, x1), min(FRAME_HEIGHT, y1)


def _cut(picture: np.ndarray, box) -> np.ndarray:
    x0, y0, x1, y1 = box
    return picture[y0:y1, x0:x1]


def _correlation(a: np.ndarray, b: np.ndarray) -> float:
    a, b = a - a.mean(), b - b.mean()
    return float((a * b).sum() / np.sqrt((a * a).sum() * (b * b).sum() + 1e-6))


def _peak(scores: np.ndarray, at: int) -> float:
    """Offset of a parabola's top from `at`, in parts of a pixel."""
    if not 0 < at < len(scores) - 1:
        return 0.0
    before, here, after = (float(v) for v in scores[at - 1 : at + 2])
    curve = before - 2 * here + after
    return 0.5 * (before - after) / curve if abs(curve) > 1e-6 else 0.0


def _advance(head: _Head, before: np.ndarray, now: np.ndarray) -> bool:
    """Follow the head by one frame; false where the match is not good enough."""
    here = head.carry(head.person["head"])
    if here[0] < 1 or here[2] > FRAME_WIDTH - 1:
        return False
    wide = boxes.width(here)
    box = _whole_pixels(boxes.grow(here, 2 + 0.1 * wide))
    template = _cut(before, box)
    reach = int(4 + 0.15 * wide)
    area = _whole_pixels(boxes.grow(list(box), reach))
    search = _cut(now, area)
    best = None
    for scale in STEP_SCALES:
        scaled = template if scale == 1 else cv2.resize(template, None, fx=scale, fy=scale)
        if scaled.shape[0] > search.shape[0] or scaled.shape[1] > search.shape[1]:
            continue
        if min(scaled.shape) < 4:
            continue
        scores = cv2.matchTemplate(search, scaled, cv2.TM_CCOEFF_NORMED)
        _, score, _, (x, y) = cv2.minMaxLoc(scores)
        score -= 0.004 * abs(scale - 1) / 0.03  # between equals, no change of size
        if best is None or score > best[0]:
            left = area[0] + x + _peak(scores[y], x)
            top = area[1] + y + _peak(scores[:, x], y)
            best = score, scale, left, top
    if best is None or best[0] < SMALLEST_STEP_MATCH:
        return False
    _, scale, left, top = best
    cx, cy = head.centre
    head.centre = left + (cx - box[0]) * scale, top + (cy - box[1]) * scale
    head.scale *= scale
    return True


def _still_alike(head: _Head, start: np.ndarray, now: np.ndarray) -> bool:
    """The head still looks as it did where it was annotated."""
    here = _whole_pixels(head.carry(head.person["head"]))
    there = _whole_pixels(head.person["head"])
    patch = _cut(now, here)
    if min(patch.shape) < 4:
        return False
    original = cv2.resize(_cut(start, there), patch.shape[::-1])
    wide = boxes.width(head.person["head"]) * head.scale
    limit = SMALLEST_START_MATCH if wide >= 18 else SMALLEST_FAR_MATCH
    return _correlation(patch, original) >= limit


def _still_empty(start: np.ndarray, now: np.ndarray) -> bool:
    change = now - start
    change = np.abs(change - np.median(change))
    return float(cv2.GaussianBlur(change, (5, 5), 0).max()) <= STILL_ROOM


def _follow(frames: np.ndarray, label: dict, step: int, annotated: set[int]):
    """Items of the frames after (step 1) or before (step -1) an annotated one."""
    start = label["frame"]
    first = frames[start]
    heads = [_Head(p, boxes.centre(p["head"])) for p in label["persons"]]
    for distance in range(1, FURTHEST + 1):
        at = start + step * distance
        if not 0 <= at < len(frames) or at in annotated:
            return
        before, now = frames[at - step], frames[at]
        if not heads and not _still_empty(first, now):
            return
        if not all(_advance(h, before, now) and _still_alike(h, first, now) for h in heads):
            return
        persons = [h.label() for h in heads]
        yield {"clip": label["clip"], "frame": at, "persons": persons, "distance": distance}


def _empty_recordings(labels: list[dict], visits: dict, recordings: dict):
    """Every frame of a recording that is annotated as empty from end to end."""
    for clip, visit in visits.items():
        marked = [r for r in labels if r["clip"] == clip]
        if not visit.get("empty") or visit.get("passers_by") or not marked:
            continue
        if any(r["persons"] for r in marked):
            continue
        for frame in range(len(recordings[clip])):
            yield {"clip": clip, "frame": frame, "persons": [], "distance": FURTHEST + 1}


def items(labels: list[dict], visits: dict[str, dict], recordings: dict) -> list[dict]:
    """One item a frame, from the nearest annotated frame."""
    found = []
    for clip in sorted({r["clip"] for r in labels}):
        frames = np.asarray(recordings[clip], np.float32) / 100
        marked = [r for r in labels if r["clip"] == clip]
        annotated = {r["frame"] for r in marked}
        for label in marked:
            start = {k: label[k] for k in ("clip", "frame", "persons")}
            found.append({**start, "distance": 0})
            for step in (-1, 1):
                found.extend(_follow(frames, label, step, annotated))
    found.extend(_empty_recordings(labels, visits, recordings))
    nearest: dict[tuple[str, int], dict] = {}
    for item in found:
        key = item["clip"], item["frame"]
        if key not in nearest or item["distance"] < nearest[key]["distance"]:
            nearest[key] = item
    return list(nearest.values())
