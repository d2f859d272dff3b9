"""Draw crops of faces, with whether their forehead is bare, for the second network.

From the recordings and from simulated faces whose foreheads are bare, covered or
between (`lintel-lab sim --scene dressed`). As in `bank.py` a row names all
recordings that it has a part of, so that every fold trains from the same file.
"""

import argparse
import json
from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np
import torch

import bank
import boxes
import clutter
import complexion
import crops
import dataset
import evaluate
import occlusions
import recordings
import sensor
import simulation
from boxes import Box
from detections import decode
from export import load
from sampler import FRONTAL, NEAR, TURNED, Collection, Sampler
from scene import FRAME_HEIGHT, FRAME_WIDTH, SIDE_PADDING, Person, Scene, network_input

ROW = np.dtype(
    [
        ("crop", np.float16, (crops.ROWS, crops.COLUMNS)),
        ("bare", np.float16),
        ("weight", np.float16),  # of bare
        ("edges", np.float16, 4),  # of the bare forehead in parts of the crop: left, top, right, bottom
        ("drawn", np.float16),  # 1 where they are known
        ("recordings", np.uint64),  # a bit for each, in order of name
    ]
)
# Faces narrower than this (pixels) are not measured, nor are those less in view.
NARROWEST, LEAST_VISIBLE = 20.0, 0.85
# A simulated strip of bare forehead lower than COVERED pixels counts as covered,
# by half; of one that is lower than BARE only the edges are taught.
COVERED, BARE = 3.5, 5.0
# Shares of the recorded samples: those that are frontal, that get another
# complexion, and that may get something over the forehead. LOW_HAT is that of
# people who get a hat that leaves a strip.
FACING, TINTED, DRESSED = 0.8, 0.5, 0.75
LOW_HAT = 0.2
MIRRORED, SHAPED = 0.5, 0.1
# How far the box of a face is off, in widths of the face: across, down, and the
# standard deviation of the logarithm of its width.
ASIDE, DOWN, WIDER = 0.025, 0.03, 0.04
# Where the box is the annotator's: the share that is off by more, as boxes of
# people with hats are, from so far up to so far down, and how many times wider.
ANOTHER, HIGHEST, LOWEST, NARROWER = 0.35, -0.2, 0.2, 2.0


def as_found(items: list[dict], frames: dict[str, np.ndarray], checkpoint: Path) -> list[dict]:
    """The items with every face as the first network finds it: under hoods it draws other boxes.

    A face that it does not find goes: nobody would look at its forehead. The
    back of a head that it takes for a face stays.
    """
    network = load(checkpoint)
    kept = []
    for clip in sorted(frames):
        here = [item for item in items if item["clip"] == clip]
        outputs = evaluate.outputs(network, frames[clip][[i["frame"] for i in here]], None)
        for item, output in zip(here, outputs):
            faces = decode(output)
            persons = []
            for person in item["persons"]:
                best = evaluate.best(faces, Person.from_label(person))
                if best:
                    persons.append({**person, "face": from_forehead(best.box, best.forehead)})
            if persons:
                kept.append({**item, "persons": persons})
    return kept


def from_forehead(face: Box, forehead: Box | None) -> Box:
    """The face from the upper edge of the forehead on; of a covered one it is the face's own."""
    return [face[0], forehead[1] if forehead else face[1], face[2], face[3]]


def label(person: Person, simulated: bool) -> tuple[bool, float] | None:
    """Whether the forehead is bare and how much that counts; None where it is not known."""
    bare = person.forehead is not None
    if not simulated:
        pushed_up = person.over_brow and "glasses" not in person.occluders
        return None if person.bareness_unknown or pushed_up else (bare, 1.0)
    if not bare:
        return False, 1.0
    strip = boxes.height(person.forehead)
    if strip < COVERED:
        return False, 0.5
    return True, 0.0 if strip < BARE else 1.0


def judged(person: Person, simulated: bool) -> bool:
    """Whether the second network would be asked about the person."""
    head = boxes.clip(person.head, FRAME_WIDTH, FRAME_HEIGHT)
    return (
        person.face is not None
        and not (person.hidden or person.blurred)
        and (simulated or person.size != "far")
        and (person.pose in ("frontal", "turned") or (simulated and not person.forehead))
        and boxes.width(person.face) >= NARROWEST
        and boxes.area(head) >= LEAST_VISIBLE * boxes.area(person.head)
    )


def trembled(face: Box, annotated: bool, rng: np.random.Generator) -> Box:
    """The box as a network may draw it, in coordinates of the network's input."""
    wide = boxes.width(face)
    x = boxes.centre(face)[0] + rng.normal(0, ASIDE) * wide + SIDE_PADDING
    y = face[1] + rng.normal(0, DOWN) * wide
    wider = WIDER
    if annotated and rng.random() < ANOTHER:
        y += rng.uniform(HIGHEST, LOWEST) * wide
        wider *= NARROWER
    wide *= np.exp(rng.normal(0, wider))
    return [x - wide / 2, y, x + wide / 2, y + boxes.height(face)]


class Crops:
    """Endless rows; `share` of the scenes are simulated."""

    def __init__(self, recorded: Collection, simulated: Collection, share: float, seed: int, known: list[str]):
        self._sampler = Sampler(recorded, None, 0, seed)
        self._simulated, self._share, self._known = simulated, share, known
        self._rng = self._sampler.rng

    def rows(self) -> Iterator[tuple]:
        rng = self._rng
        while True:
            simulated = rng.random() < self._share
            scene = self._simulated_scene() if simulated else self._recorded_scene()
            used = set() if simulated else self._sampler.used
            if rng.random() < SHAPED:
                clutter.shapes(scene, rng)
            sensor.expose(scene, rng)
            kelvin = network_input(scene.kelvin) * crops.INPUT_KELVIN
            for person in scene.persons:
                told = label(person, simulated) if judged(person, simulated) else None
                if not told:
                    continue
                face = person.face if simulated else from_forehead(person.face, person.forehead)
                face = trembled(face, not simulated, rng)
                edges = crops.parts(person.forehead, face) if person.forehead else (0, 0, 0, 0)
                yield crops.crop(kelvin, face), *told, edges, person.forehead is not None, bank.bits(used, self._known)

    def _simulated_scene(self) -> Scene:
        scene, _ = self._simulated.draw(NEAR, self._rng)
        return scene.mirrored() if self._rng.random() < MIRRORED else scene

    def _recorded_scene(self) -> Scene:
        rng = self._rng
        scene = self._sampler.view(FRONTAL if rng.random() < FACING else TURNED)
        if rng.random() < TINTED:
            complexion.vary(scene, rng)
        if rng.random() < DRESSED:
            occlusions.occlude(scene, rng)
        for person in scene.persons:
            if person.forehead and judged(person, False) and rng.random() < LOW_HAT:
                occlusions.low_hat(scene, person, rng)
                person.bareness_unknown |= boxes.height(person.forehead) < BARE
        return scene


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    dataset.add_folders(parser)
    parser.add_argument("--simulated", type=Path, required=True, help="folder of simulated scenes")
    parser.add_argument("--faces", type=Path, required=True, help="a checkpoint of train.py, to find the simulated faces")
    parser.add_argument("--simulated-share", type=float, default=0.5, help="of the scenes")
    parser.add_argument("--samples", type=int, default=40000)
    parser.add_argument("--seed", type=int, default=0, help="a shard's own")
    parser.add_argument("--out", type=Path, required=True, help="folder of the bank")
    given = parser.parse_args()
    cv2.setNumThreads(1)
    torch.set_num_threads(1)
    items, frames = simulation.load(given.simulated)
    simulated = Collection(as_found(items, frames, given.faces), frames)
    recorded = dataset.recorded(given.data, given.work, set())
    drawn = Crops(recorded, simulated, given.simulated_share, given.seed, bank.names(given.data))
    given.out.mkdir(parents=True, exist_ok=True)
    rows = np.zeros(given.samples, ROW)
    for i, row in zip(range(len(rows)), drawn.rows()):
        rows[i] = row
    np.save(given.out / f"{given.seed:03d}.npy", rows)
    print(json.dumps({k: str(v) for k, v in vars(given).items()}))


if __name__ == "__main__":
    main()
