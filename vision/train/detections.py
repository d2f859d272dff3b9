"""From the network's output to faces: the same steps as the Go program takes."""

from dataclasses import dataclass, field

import cv2
import numpy as np

import boxes
from boxes import Box
from network import ANSWER, BOX_UNIT, FACE, FOREHEAD, HEAT, SKIN, SKIN_PARTS
from scene import FRAME_HEIGHT, FRAME_WIDTH, SIDE_PADDING, SKIN_CELL
from targets import cell_centres

START, KEEP = 0.6, 0.3  # heat that begins a face, and that keeps it in the next frame
HITS = 2  # frames a face must be seen in before it counts
MISSES = 2  # frames it may be missing
USABLE = 0.5  # bare and frontal must both exceed this
# Pixels: nothing smaller is measured.
NARROWEST_FACE, NARROWEST_FOREHEAD, LOWEST_FOREHEAD = 18.0, 10.0, 3.0
SAME_FACE_IOU, SAME_FACE_CONTAINMENT = 0.3, 0.65
MOST_FACES = 6
# Where the map of bare skin is searched for the forehead, in heights of the face.
SEARCH_ABOVE, SEARCH_DOWN = 0.1, 0.6
# The probability of bare skin from which a cell of the map adds to the forehead.
LEAST_BARE = 0.15


@dataclass
class Face:
    score: float
    box: Box
    forehead: Box
    bare: float
    frontal: float
    down: float = 0.0
    sharp: float = 1.0
    over_brow: float = 0.0

    def usable(self) -> bool:
        """The forehead may be measured in this frame, as far as the network says."""
        return (
            min(self.bare, self.frontal, 1 - self.down, 1 - self.over_brow) > USABLE
            and boxes.width(self.box) >= NARROWEST_FACE
            and boxes.width(self.forehead) >= NARROWEST_FOREHEAD
            and boxes.height(self.forehead) >= LOWEST_FOREHEAD
        )


def _probability(logits):
    return 1 / (1 + np.exp(-logits))


def decode(output: np.ndarray, lowest: float = KEEP, refine: bool = True) -> list[Face]:
    """The local maxima of the heat map above `lowest`, best first, without doubles.

    `output` is 30 x GH x GW for a 160 x 120 frame. Without `refine` the
    foreheads are those that the network drew.
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
        answers = _probability(output[(ANSWER, *at)])
        found.append(Face(float(heat[at]), face, box(FOREHEAD), *map(float, answers)))
    kept: list[Face] = []
    for face in sorted(found, key=lambda f: -f.score):
        if not any(_same(face.box, k.box) for k in kept):
            kept.append(face)
    kept = kept[:MOST_FACES]
    if not refine:
        return kept
    skin = _skin_map(output)
    for face in kept:
        face.forehead = bare_box(skin, face.box) or face.forehead
    return kept


def _skin_map(output: np.ndarray) -> np.ndarray:
    """How much of each fine cell is bare forehead, 0 to 1."""
    parts = output[SKIN].reshape(SKIN_PARTS, SKIN_PARTS, *output.shape[1:])
    tall, wide = output.shape[1] * SKIN_PARTS, output.shape[2] * SKIN_PARTS
    return _probability(parts.transpose(2, 0, 3, 1).reshape(tall, wide))


def bare_box(skin: np.ndarray, face: Box) -> Box | None:
    """The box in the upper part of the face that holds the most bare skin and the least else.

    Among all boxes of whole cells that with the largest sum of (probability of
    bare skin - LEAST_BARE).
    """
    x0 = int(max(0, np.floor((face[0] + SIDE_PADDING) / SKIN_CELL)))
    x1 = int(min(skin.shape[1], np.ceil((face[2] + SIDE_PADDING) / SKIN_CELL)))
    y0 = int(max(0, np.floor((face[1] - SEARCH_ABOVE * boxes.height(face)) / SKIN_CELL)))
    y1 = int(min(skin.shape[0], np.ceil((face[1] + SEARCH_DOWN * boxes.height(face)) / SKIN_CELL)))
    if x1 - x0 < 1 or y1 - y0 < 1:
        return None
    here = skin[y0:y1, x0:x1]
    best = _best_box(here - LEAST_BARE)
    if best is None:
        return None
    x, y = x0 * SKIN_CELL - SIDE_PADDING, y0 * SKIN_CELL
    box = [edge * SKIN_CELL + at for edge, at in zip(best, (x, y, x, y))]
    return boxes.clip([float(e) for e in box], FRAME_WIDTH, FRAME_HEIGHT)


def _best_box(gain: np.ndarray) -> tuple[int, int, int, int] | None:
    """Left, top, right, bottom of the box of the largest sum; None where no sum is positive."""
    rows, columns = gain.shape
    sums = np.vstack([np.zeros(columns), gain.cumsum(0)])
    best, found = 0.0, None
    for top in range(rows):
        running = np.zeros(rows - top)
        start = np.zeros(rows - top, int)
        for column in range(columns):
            fresh = running <= 0
            running = np.where(fresh, 0, running) + sums[top + 1 :, column] - sums[top, column]
            start = np.where(fresh, column, start)
            bottom = int(running.argmax())
            if running[bottom] > best:
                best, found = float(running[bottom]), (int(start[bottom]), top, column + 1, top + bottom + 1)
    return found


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
