"""One frame and the people in it: what every stage of the sampler hands to the next."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import cv2
import numpy as np

import boxes
from boxes import Box

# The upright frame, and the network's input plane: the frame with 4 columns
# repeated at either side, so that both sides divide by 16.
FRAME_WIDTH, FRAME_HEIGHT = 120, 160
SIDE_PADDING = 4
INPUT_WIDTH, INPUT_HEIGHT = FRAME_WIDTH + 2 * SIDE_PADDING, FRAME_HEIGHT
CELL = 8
GRID_WIDTH, GRID_HEIGHT = INPUT_WIDTH // CELL, INPUT_HEIGHT // CELL
# The map of bare foreheads is finer.
SKIN_CELL = 2
SKIN_WIDTH, SKIN_HEIGHT = INPUT_WIDTH // SKIN_CELL, INPUT_HEIGHT // SKIN_CELL

# A head narrower than this (pixels) is too small for its forehead to be judged.
SMALLEST_JUDGED_HEAD = 17.0

# A forehead lower than this part of the face, above glasses, is what glasses
# over the brow leave.
THIN_STRIP = 0.13


def _over_brow(label: dict) -> bool | None:
    """Whether glasses cover a part of the forehead; None where the label does not tell."""
    worn = set(label.get("occluders") or ())
    if label["pose"] != "frontal" or not label["face"]:
        return None
    if "glasses" not in worn:
        return False
    if label["forehead"]:
        return boxes.height(label["forehead"]) < THIN_STRIP * boxes.height(label["face"])
    return None if worn & {"hat", "hair", "hand"} else True


@dataclass
class Person:
    """An annotated head. `face` is None where no face is seen, `forehead` where none is bare."""

    head: Box
    face: Box | None
    forehead: Box | None
    pose: str  # frontal, turned, profile, back, down
    size: str  # near, mid, far, as annotated
    occluders: tuple[str, ...] = ()
    hidden: bool = False  # mostly behind another person
    blurred: bool = False  # too blurred by motion to be measured
    sharpness_unknown: bool = False
    bareness_unknown: bool = False
    over_brow: bool | None = None  # glasses cover a part of the forehead

    @classmethod
    def from_label(cls, label: dict) -> "Person":
        return cls(
            head=list(label["head"]),
            face=list(label["face"]) if label["face"] else None,
            forehead=list(label["forehead"]) if label["forehead"] else None,
            pose=label["pose"],
            size=label["size"],
            occluders=tuple(label.get("occluders") or ()),
            sharpness_unknown="skin_c" in label,  # the simulation smears some and does not say so
            over_brow=_over_brow(label),
        )

    def moved(self, transform) -> "Person":
        """The person with `transform` applied to every box."""
        return replace(
            self,
            head=transform(self.head),
            face=transform(self.face) if self.face else None,
            forehead=transform(self.forehead) if self.forehead else None,
        )


@dataclass
class Scene:
    """Temperatures (kelvin, float32, 160 x 120) and the people in them."""

    kelvin: np.ndarray
    persons: list[Person] = field(default_factory=list)

    def heads(self) -> list[Box]:
        return [p.head for p in self.persons]

    def mirrored(self) -> "Scene":
        def flip(b: Box) -> Box:
            return [FRAME_WIDTH - b[2], b[1], FRAME_WIDTH - b[0], b[3]]

        return Scene(
            np.ascontiguousarray(self.kelvin[:, ::-1]),
            [p.moved(flip) for p in self.persons],
        )


def hide_disc(kelvin: np.ndarray, disc: tuple[float, float, float] | None) -> np.ndarray:
    """The reference disc (x, y, radius) painted over with the mean of the ring around it.

    The appliance does so before it looks for faces: a disc at skin temperature is no face.
    """
    if disc is None:
        return kelvin
    x, y, radius = disc
    inner, outer = 1.35 * radius, 1.35 * radius + 2
    rows, columns = np.mgrid[: kelvin.shape[0], : kelvin.shape[1]]
    squared = (columns + 0.5 - x) ** 2 + (rows + 0.5 - y) ** 2
    ring = (squared > inner**2) & (squared <= outer**2)
    if not ring.any():
        return kelvin
    return np.where(squared <= inner**2, kelvin[ring].mean(), kelvin).astype(np.float32)


def network_input(kelvin: np.ndarray) -> np.ndarray:
    """The input plane: clip((K - median) / 4, -3, 6), edge columns repeated 4 + 4 times."""
    plane = np.clip((kelvin - np.median(kelvin)) / 4, -3, 6).astype(np.float32)
    pad = SIDE_PADDING
    return cv2.copyMakeBorder(plane, 0, 0, pad, pad, cv2.BORDER_REPLICATE)


def blend(kelvin: np.ndarray, over: np.ndarray | float, mask: np.ndarray) -> np.ndarray:
    """`over` laid on `kelvin` with the opacity `mask` (0 to 1)."""
    return (kelvin * (1 - mask) + mask * over).astype(np.float32)


def empty_mask() -> np.ndarray:
    return np.zeros((FRAME_HEIGHT, FRAME_WIDTH), np.float32)


def fill_box(mask: np.ndarray, box: Box, value: float) -> None:
    """Set the mask inside `box`, clipped to the frame."""
    x0, y0, x1, y1 = (int(v) for v in boxes.clip(box, FRAME_WIDTH, FRAME_HEIGHT))
    mask[y0:y1, x0:x1] = value


def texture(rng: np.random.Generator, rows: int, columns: int) -> np.ndarray:
    """Smooth unit-variance noise with about `rows` x `columns` independent patches."""
    coarse = rng.normal(0, 1, (max(2, rows), max(2, columns))).astype(np.float32)
    return cv2.resize(coarse, (FRAME_WIDTH, FRAME_HEIGHT))
