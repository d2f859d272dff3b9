"""Simulated scenes as `lintel-lab sim --out NAME` writes them.

NAME.y16.gz holds the frames (container PTY16V1, described in the data folder's
README under cameras/), NAME.jsonl what is true of each, like labels.jsonl.
"""

import gzip
import json
import struct
from pathlib import Path

import numpy as np

from scene import FRAME_HEIGHT, FRAME_WIDTH

MAGIC = b"PTY16V1\n"
FRAME_HEADER = 24  # bytes: number, seconds, milliseconds


def read_y16(path: Path) -> np.ndarray:
    """All frames: frames x height x width, uint16, centikelvin."""
    data = gzip.decompress(path.read_bytes())
    if data[: len(MAGIC)] != MAGIC:
        raise ValueError(f"cannot read {path}: not a PTY16V1 file")
    (size,) = struct.unpack_from("<I", data, len(MAGIC))
    start = len(MAGIC) + 4
    header = json.loads(data[start : start + size])
    if header["raw_unit"] != "kelvin_x100":
        raise ValueError(f"cannot read {path}: counts are {header['raw_unit']}, not centikelvin")
    height, width = header["height"], header["width"]
    record = np.dtype([("header", f"V{FRAME_HEADER}"), ("counts", "<u2", (height, width))])
    return np.frombuffer(data, record, offset=start + size)["counts"]


def load(folder: Path) -> tuple[list[dict], dict[str, np.ndarray]]:
    """Items and frames of every NAME.jsonl with its NAME.y16.gz in the folder."""
    items, frames = [], {}
    for labels in sorted(folder.glob("*.jsonl")):
        clip = labels.stem
        frames[clip] = read_y16(folder / f"{clip}.y16.gz")
        if frames[clip].shape[1:] != (FRAME_HEIGHT, FRAME_WIDTH):
            raise ValueError(f"cannot use {clip}: frames must be {FRAME_WIDTH}x{FRAME_HEIGHT}")
        items += [_item(clip, json.loads(line)) for line in labels.read_text().splitlines()]
    if not items:
        raise FileNotFoundError(f"cannot find simulated scenes in {folder}: write some with lintel-lab sim")
    return items, frames


def _item(clip: str, truth: dict) -> dict:
    disc = truth["disc"]
    return {
        "clip": clip,
        "frame": truth["frame"],
        "persons": [p for p in truth["persons"] if p["head"]],
        "disc": [disc["cx"], disc["cy"], disc["r"]] if disc else None,
    }
