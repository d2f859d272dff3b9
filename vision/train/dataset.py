"""Loads what the sampler draws from: recordings with their labels, and simulated scenes."""

import json
from pathlib import Path

import pseudolabels
import recordings
import simulation
from sampler import Collection

REPOSITORY = Path(__file__).resolve().parents[2]
DEFAULT_DATA = REPOSITORY.parent / "shared" / "data"
DEFAULT_WORK = REPOSITORY / "build" / "train"


def add_folders(parser) -> None:
    """The two options that every program here has."""
    parser.add_argument(
        "--data", type=Path, default=DEFAULT_DATA,
        help="the data folder, with recordings/ in it (default: ../shared/data beside the repository)",
    )  # fmt: skip
    parser.add_argument(
        "--work", type=Path, default=DEFAULT_WORK,
        help="where decoded recordings and trained networks go (default: build/train)",
    )  # fmt: skip


def recorded_items(data: Path, work: Path, frames: dict) -> list[dict]:
    """Labelled frames and those tracked from them; tracked once, then kept in `work`."""
    kept = work / "items.json"
    if not kept.exists():
        found = pseudolabels.items(recordings.labels(data), recordings.visits(data), frames)
        kept.write_text(json.dumps(found))
    return json.loads(kept.read_text())


def recorded(data: Path, work: Path, without: set[str]) -> Collection:
    """The recordings, less those that a fold keeps back."""
    frames = recordings.load(data, work / "recordings")
    discs = recordings.discs(data)
    chosen = [
        {**item, "disc": discs[item["clip"]]}
        for item in recorded_items(data, work, frames)
        if item["clip"] not in without
    ]
    return Collection(chosen, frames)


def simulated(folder: Path) -> Collection:
    """Every simulated scene in a folder that `lintel-lab sim` wrote."""
    return Collection(*simulation.load(folder))
