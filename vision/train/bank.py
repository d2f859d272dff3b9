"""Draw training samples once, into a file that every fold trains from.

A sample may hold pieces of several recordings, and its row in the bank names
all of them, so that a fold leaves out whatever its kept back recordings have
any part in. Samples of `SHARDS` seeds lie one after the other.
"""

import argparse
import json
from pathlib import Path

import cv2
import numpy as np

import dataset
import recordings
from network import ANSWERS
from sampler import Sampler
from scene import (
    GRID_HEIGHT,
    GRID_WIDTH,
    INPUT_HEIGHT,
    INPUT_WIDTH,
    SKIN_HEIGHT,
    SKIN_WIDTH,
)

GRID = (GRID_HEIGHT, GRID_WIDTH)
SKIN = (SKIN_HEIGHT, SKIN_WIDTH)
# In the order of Targets.arrays, after the plane.
ROW = np.dtype(
    [
        ("plane", np.float16, (INPUT_HEIGHT, INPUT_WIDTH)),
        ("heat", np.float16, GRID),
        ("ignore", np.float16, GRID),
        ("box", np.float16, (8, *GRID)),
        ("box_weight", np.float16, (8, *GRID)),
        ("answer", np.float16, (ANSWERS, *GRID)),
        ("answer_weight", np.float16, (ANSWERS, *GRID)),
        ("skin", np.float16, SKIN),
        ("skin_weight", np.float16, SKIN),
        ("recordings", np.uint64),  # a bit for each, in order of name
    ]
)


def names(data: Path) -> list[str]:
    """The recordings, in the order of the bits."""
    return sorted(recordings.cameras(data))


def bits(clips: set[str], known: list[str]) -> np.uint64:
    """The set as a number; simulated clips have no bit."""
    return np.uint64(sum(1 << known.index(c) for c in clips if c in known))


def fill(rows: np.ndarray, sampler: Sampler, known: list[str]) -> None:
    for i in range(len(rows)):
        plane, targets = sampler.sample()
        rows[i] = (plane, *targets.arrays(), bits(sampler.used, known))


def load(folder: Path) -> np.ndarray:
    """Every sample of every shard in the folder, as one array for each shard."""
    shards = [np.load(path, mmap_mode="r") for path in sorted(folder.glob("*.npy"))]
    if not shards:
        raise FileNotFoundError(f"cannot find samples in {folder}: draw some with bank.py")
    return shards


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    dataset.add_folders(parser)
    parser.add_argument("--simulated", type=Path, help="folder of simulated scenes")
    parser.add_argument("--simulated-share", type=float, default=0.25, help="of the samples")
    parser.add_argument("--samples", type=int, default=10000)
    parser.add_argument("--as-recorded", action="store_true", help="no complexions but those recorded")
    parser.add_argument("--seed", type=int, default=0, help="a shard's own")
    parser.add_argument("--out", type=Path, required=True, help="folder of the bank")
    given = parser.parse_args()
    cv2.setNumThreads(1)
    recorded = dataset.recorded(given.data, given.work, set())
    simulated = dataset.simulated(given.simulated) if given.simulated else None
    sampler = Sampler(recorded, simulated, given.simulated_share, given.seed, not given.as_recorded)
    given.out.mkdir(parents=True, exist_ok=True)
    path = given.out / f"{given.seed:03d}.npy"
    rows = np.lib.format.open_memmap(path, "w+", ROW, (given.samples,))
    fill(rows, sampler, names(given.data))
    rows.flush()
    print(json.dumps({k: str(v) for k, v in vars(given).items()}))


if __name__ == "__main__":
    main()
