"""From the network's output to faces: the same steps as the Go program takes."""

from dataclasses import dataclass, field

import cv2
import numpy as np

import boxes
from boxes import Box
from network import BARE, BOX_UNIT, FACE, FOREHEAD, FRONTAL, HEAT
from scene import FRAME_HEIGHT, FRAME_WIDTH
from targets import cell_centres

START, KEEP = 0.6, 0.3  # heat that begins a face, and that keeps it in the next frame
HITS = 2  # frames a face must be seen in before it counts
MISSES = 2  # frames it may be missing
USABLE = 0.5  # bare and frontal must both exceed this
# Pixels: nothing smaller is measured.
NARROWEST_FACE, NARROWEST_FOREHEAD, LOWEST_FOREHEAD = 18.0, 10.0, 3.0
SAME_FACE_IOU, SAME_FACE_CONTAINMENT = 0.3, 0.65
MOST_FACES = 6


@dataclass
class Face:
    score: float
    box: Box
    forehead: Box
    bare: float
    frontal: float

    def usable(self) -> bool:
        """The forehead may be measured in this frame."""
        return (
            self.bare > USABLE
            and self.frontal > USABLE
            and boxes.width(self.box) >= NARROWEST_FACE
            and boxes.width(self.forehead) >= NARROWEST_FOREHEAD
            and boxes.height(self.forehead) >= LOWEST_FOREHEAD
        )


def _probability(logits):
    return 1 / (1 + np.exp(-logits))


def decode(output: np.ndarray, lowest: float = KEEP) -> list[Face]:
    """The local maxima of the heat map above `lowest`, best first, without doubles.

    `output` is 11 x GH x GW for a 160 x 120 frame.
    """
    heat = _probability(output[HEAT])
    peak = cv2.dilate(heat, np.ones((3, 3)))
    x, y = cell_centres()
    found = []
    for cell in np.argwhere((heat >= peak - 1e-9) & (heat > lowest)):
        at = tuple(cell)
        here = np.array([x[at], y[at], x[at], y[at]])

        def box(channels):
            edges = output[(channels, *at)] * BOX_UNIT + here
            return boxes.clip([float(e) for e in edges], FRAME_WIDTH, FRAME_HEIGHT)

        face = box(FACE)
        if boxes.width(face) < 4 or boxes.height(face) < 4:
            continue
        answers = _probability(output[[BARE, FRONTAL], at[0], at[1]])
        found.append(Face(float(heat[at]), face, box(FOREHEAD), *map(float, answers)))
    kept: list[Face] = []
    for face in sorted(found, key=lambda f: -f.score):
        if not any(_same(face.box, k.box) for k in kept):
            kept.append(face)
    return kept[:MOST_FACES]


def _same(a: Box, b: Box) -> bool:
    return boxes.iou(a, b) >= SAME_FACE_IOU or boxes.containment(a, b) >= SAME_FACE_CONTAINMENT


@dataclass
class _Track:
    box: Box
    hits: int = 0
    missed: int = 0
    started: bool = False


@dataclass
class Hysteresis:
    """Faces over frames: a sure sighting begins one, a weaker one keeps it.

    One threshold either loses faces or invents some; two do neither.
    """

    tracks: list[_Track] = field(default_factory=list)

    def step(self, faces: list[Face]) -> list[Face]:
        """The faces of this frame that count. `faces` is what decode found in it."""
        free, counted = list(self.tracks), []
        for face in faces:
            track = max(free, key=lambda t: boxes.iou(t.box, face.box), default=None)
            if track is not None and boxes.iou(track.box, face.box) >= SAME_FACE_IOU:
                free.remove(track)
            else:
                track = _Track(face.box)
                self.tracks.append(track)
            track.box, track.missed = face.box, 0
            track.hits += 1
            track.started |= face.score >= START
            if track.started and track.hits >= HITS:
                counted.append(face)
        for track in free:
            track.missed += 1
        self.tracks = [t for t in self.tracks if t.missed <= MISSES]
        return counted


def warmest_even_spot(kelvin: np.ndarray, forehead: Box) -> Box:
    """The forehead box moved to where it is warm and even nearby.

    Scores every place by its mean less its standard deviation over a window of
    0.6 x 0.5 of the box, less 3 K for every box size squared that it is away.
    """
    wide, tall = boxes.width(forehead), boxes.height(forehead)
    if wide < 3 or tall < 1.5:
        return forehead
    window = max(3, int(round(wide * 0.6))), max(2, int(round(tall * 0.5)))
    warm = (kelvin - kelvin.mean()).astype(np.float32)
    mean = cv2.blur(warm, window)
    spread = np.sqrt(np.maximum(0, cv2.blur(warm * warm, window) - mean * mean))
    cx, cy = boxes.centre(forehead)
    best = None
    for y in np.arange(max(0.5, cy - 0.6 * tall - 1), min(FRAME_HEIGHT - 0.5, cy + 0.6 * tall + 1.5)):
        for x in np.arange(max(0.5, cx - 0.2 * wide), min(FRAME_WIDTH - 0.5, cx + 0.2 * wide) + 0.5):
            away = ((y - cy) / tall) ** 2 + ((x - cx) / wide) ** 2
            at = int(y), int(x)
            score = mean[at] - spread[at] - 3 * away
            if best is None or score > best[0]:
                best = score, x - cx, y - cy
    if best is None:
        return forehead
    _, dx, dy = best
    return [forehead[0] + dx, forehead[1] + dy, forehead[2] + dx, forehead[3] + dy]
