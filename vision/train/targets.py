"""What the network should answer for a scene, and how much each cell counts.

A face is a Gaussian spot on the heat map. The cells near its centre carry the
boxes and the yes/no answers. A finer map says where bare forehead is. Cells
where the truth is not known (a head half out of the frame, behind another, or
without a face) count for nothing.
"""

from dataclasses import dataclass

import numpy as np

import boxes
from boxes import Box
from network import ANSWERS, BOX_UNIT
from scene import (
    CELL,
    FRAME_HEIGHT,
    FRAME_WIDTH,
    GRID_HEIGHT,
    GRID_WIDTH,
    SIDE_PADDING,
    SKIN_CELL,
    SKIN_HEIGHT,
    SKIN_WIDTH,
    SMALLEST_JUDGED_HEAD,
    Person,
    Scene,
)

# Heads narrower than this are not asked for at all.
SMALLEST_HEAD = 9.0
# A forehead lower than this (pixels) is a line: no box is taught.
LOWEST_FOREHEAD = 1.2
# The weight of a head in the map of bare foreheads, whatever its size, and of
# each cell away from heads.
HEAD_WEIGHT, ROOM_WEIGHT = 60.0, 0.02


@dataclass
class Targets:
    heat: np.ndarray  # GH x GW, 0 to 1
    ignore: np.ndarray  # GH x GW, 1 where "no face" must not be taught
    box: np.ndarray  # 8 x GH x GW, face then forehead, in BOX_UNIT
    box_weight: np.ndarray  # 8 x GH x GW
    answer: np.ndarray  # ANSWERS x GH x GW
    answer_weight: np.ndarray  # ANSWERS x GH x GW
    skin: np.ndarray  # SH x SW, 0 to 1: the part of the cell that is bare forehead
    skin_weight: np.ndarray  # SH x SW

    def arrays(self) -> tuple[np.ndarray, ...]:
        return (
            self.heat, self.ignore, self.box,
            self.box_weight, self.answer, self.answer_weight,
            self.skin, self.skin_weight,
        )  # fmt: skip


def cell_centres() -> tuple[np.ndarray, np.ndarray]:
    """x and y of every cell's centre in frame coordinates."""
    rows, columns = np.mgrid[:GRID_HEIGHT, :GRID_WIDTH]
    return columns * CELL + CELL / 2 - SIDE_PADDING, rows * CELL + CELL / 2


def _visible(box: Box) -> float:
    """The part of a box that lies inside the frame, 0 to 1."""
    return boxes.area(boxes.clip(box, FRAME_WIDTH, FRAME_HEIGHT)) / max(1e-6, boxes.area(box))


def _bareness_known(person: Person, small: bool) -> bool:
    """A far head's forehead is unlabelled because it is small, not because it is covered."""
    if person.pose == "back":
        return True
    return not (small or person.size == "far" or person.bareness_unknown)


class _Painter:
    def __init__(self):
        def grid(*depth):
            return np.zeros((*depth, GRID_HEIGHT, GRID_WIDTH), np.float32)

        self.t = Targets(
            grid(), grid(), grid(8), grid(8), grid(ANSWERS), grid(ANSWERS),
            np.zeros((SKIN_HEIGHT, SKIN_WIDTH), np.float32),
            np.full((SKIN_HEIGHT, SKIN_WIDTH), ROOM_WEIGHT, np.float32),
        )  # fmt: skip
        self.x, self.y = cell_centres()

    def add(self, person: Person) -> None:
        visible = _visible(person.head)
        if visible <= 0.02:
            return
        t = self.t
        head = boxes.clip(person.head, FRAME_WIDTH, FRAME_HEIGHT)
        inside = (
            (self.x > head[0] - 4) & (self.x < head[2] + 4)
            & (self.y > head[1] - 4) & (self.y < head[3] + 4)
        )  # fmt: skip
        box = person.face or person.head
        seen = boxes.clip(box, FRAME_WIDTH, FRAME_HEIGHT)
        if person.hidden or visible < 0.5 or _visible(box) < 0.5 or boxes.width(seen) < 5:
            t.ignore[inside] = 1
            self._skin(person, known=False)
            return
        small = boxes.width(person.head) < SMALLEST_JUDGED_HEAD
        spot = self._spot(seen)
        nearest = spot > t.heat
        if person.face and boxes.width(person.head) >= SMALLEST_HEAD:
            t.heat = np.maximum(t.heat, spot)
            if small:
                t.ignore[inside] = np.maximum(t.ignore[inside], 0.7)
        else:
            t.ignore[inside] = 1
        core = nearest & (spot > 0.35)
        self._boxes(person, seen, spot, core, small)
        self._answers(person, spot, core, small)
        self._skin(person, known=_bareness_known(person, small))

    def _skin(self, person: Person, known: bool) -> None:
        """The map of bare foreheads over the head."""
        around = coverage(boxes.grow(person.head, 0.1 * boxes.width(person.head))) > 0
        cells = int(around.sum())
        if not cells:
            return
        self.t.skin[around] = 0
        self.t.skin_weight[around] = HEAD_WEIGHT / cells if known else 0
        if person.forehead:
            self.t.skin = np.maximum(self.t.skin, coverage(person.forehead))

    def _spot(self, face: Box) -> np.ndarray:
        cx, cy = boxes.centre(face)
        sx = max(3.6, 0.14 * boxes.width(face))
        sy = max(3.6, 0.14 * boxes.height(face))
        spot = np.exp(-((self.x - cx) ** 2) / (2 * sx * sx) - (self.y - cy) ** 2 / (2 * sy * sy))
        spot = (spot / spot.max()).astype(np.float32)
        spot[spot < 0.1] = 0
        return spot

    def _put(self, first: int, box: Box, core: np.ndarray) -> None:
        edges = (box[0] - self.x, box[1] - self.y, box[2] - self.x, box[3] - self.y)
        for i, distance in enumerate(edges):
            self.t.box[first + i][core] = (distance / BOX_UNIT)[core]

    def _boxes(self, person, seen, spot, core, small) -> None:
        weight = self.t.box_weight
        self._put(0, seen, core)
        size = np.sqrt(max(boxes.area(seen), 16.0))
        weight[:4, core] = spot[core] * BOX_UNIT / size
        weight[4:, core] = 0
        forehead = person.forehead
        if not forehead or small:
            return
        shown = boxes.clip(forehead, FRAME_WIDTH, FRAME_HEIGHT)
        whole = boxes.width(shown) > 0.6 * boxes.width(forehead)
        if not whole or boxes.height(shown) <= LOWEST_FOREHEAD:
            return
        self._put(4, shown, core)
        # An error counts by the part of the forehead that it is.
        across = min(2.5, 8 / max(2.5, boxes.width(forehead)))
        down = min(2.5, 8 / max(2.5, boxes.height(forehead)))
        for i, scale in enumerate((across, down, across, down)):
            weight[4 + i][core] = spot[core] * scale

    def _answers(self, person, spot, core, small) -> None:
        t = self.t
        known = _bareness_known(person, small)
        said = (
            (person.forehead is not None, known),
            (person.pose == "frontal", not small),
            (person.pose == "down", not small),
            (not person.blurred, not (small or person.sharpness_unknown)),
            (bool(person.over_brow), not (small or person.over_brow is None)),
        )
        for i, (yes, sure) in enumerate(said):
            t.answer[i][core] = 1.0 if yes else 0.0
            t.answer_weight[i][core] = spot[core] if sure else 0


def coverage(box: Box) -> np.ndarray:
    """The part of each cell of the fine map that lies inside the box, 0 to 1."""

    def along(low, high, cells):
        edges = np.arange(cells + 1) * SKIN_CELL
        inside = np.minimum(high, edges[1:]) - np.maximum(low, edges[:-1])
        return np.clip(inside / SKIN_CELL, 0, 1).astype(np.float32)

    across = along(box[0] + SIDE_PADDING, box[2] + SIDE_PADDING, SKIN_WIDTH)
    return np.outer(along(box[1], box[3], SKIN_HEIGHT), across)


def paint(scene: Scene) -> Targets:
    """The targets of a scene. Of heads at one place the smaller one is painted last."""
    painter = _Painter()
    for person in sorted(scene.persons, key=lambda p: -boxes.width(p.head)):
        painter.add(person)
    return painter.t
