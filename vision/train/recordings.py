"""Field recordings: CPTV version 2 files, decoded once to upright arrays.

The format is described in the data folder's README. A decoded recording is an
array frames x 160 x 120, uint16, in centikelvin.
"""

import csv
import gzip
import json
import struct
from pathlib import Path

import numpy as np


def _fields(data: bytes, at: int) -> tuple[dict[str, bytes], int]:
    """The fields of one section, which starts at `at` with its kind and their count."""
    count = data[at + 1]
    at += 2
    found = {}
    for _ in range(count):
        length, code = data[at], chr(data[at + 1])
        found[code] = data[at + 2 : at + 2 + length]
        at += 2 + length
    return found, at


def _unpack(raw: bytes, bits: int, width: int, height: int) -> np.ndarray:
    """One frame's change against the one before: first value, then packed differences."""
    first = struct.unpack("<i", raw[:4])[0]
    count = width * height - 1
    stream = np.unpackbits(np.frombuffer(raw[4:], np.uint8))[: count * bits]
    weights = 1 << np.arange(bits - 1, -1, -1, dtype=np.int64)
    steps = stream.reshape(count, bits).astype(np.int64) @ weights
    steps = np.where(steps >= 1 << (bits - 1), steps - (1 << bits), steps)
    change = np.concatenate([[first], first + np.cumsum(steps)]).reshape(height, width)
    change[1::2] = change[1::2, ::-1]  # snake order
    return change


def read_cptv(path: Path) -> np.ndarray:
    """All frames as the sensor saw them: frames x height x width, uint16."""
    data = gzip.decompress(Path(path).read_bytes())
    if data[:5] != b"CPTV\x02":
        raise ValueError(f"cannot read {path}: not a CPTV version 2 file")
    header, at = _fields(data, 5)
    width = struct.unpack("<I", header["X"])[0]
    height = struct.unpack("<I", header["Y"])[0]
    picture = np.zeros((height, width), np.int64)
    frames = []
    while at < len(data):
        if data[at : at + 1] != b"F":
            raise ValueError(f"cannot read {path}: no frame at byte {at}")
        fields, at = _fields(data, at)
        size = struct.unpack("<I", fields["f"])[0]
        change = _unpack(data[at : at + size], fields["w"][0], width, height)
        at += size
        picture = picture + change
        frames.append(picture.astype(np.uint16))
    return np.stack(frames)


def upright(frames: np.ndarray) -> np.ndarray:
    """The camera hangs on its side: rotate by 90 degrees clockwise."""
    return np.ascontiguousarray(np.rot90(frames, k=-1, axes=(1, 2)))


def load(data: Path, cache: Path) -> dict[str, np.ndarray]:
    """Every recording of the data folder by name, upright; decoded ones are kept in `cache`."""
    cache.mkdir(parents=True, exist_ok=True)
    loaded = {}
    for path in sorted((data / "recordings").glob("*.cptv")):
        name = path.name.removesuffix(".cptv")
        kept = cache / f"{name}.npy"
        if not kept.exists():
            np.save(kept, upright(read_cptv(path)))
        loaded[name] = np.load(kept, mmap_mode="r")
    if not loaded:
        raise FileNotFoundError(f"cannot find recordings in {data}: give the data folder with --data")
    return loaded


def cameras(data: Path) -> dict[str, str]:
    """The camera that made each recording."""
    return {clip: row["device"] for clip, row in _manifest(data).items()}


def discs(data: Path) -> dict[str, tuple[float, float, float]]:
    """x, y and radius of the reference disc in each recording, upright."""

    def disc(row: dict) -> tuple[float, float, float]:
        x, y, radius = (float(row[k]) for k in ("bb_x", "bb_y", "bb_r"))
        return 119.5 - y, x + 0.5, radius  # from pixel centres on the sensor to edges upright

    return {clip: disc(row) for clip, row in _manifest(data).items()}


def _manifest(data: Path) -> dict[str, dict]:
    with open(data / "recordings" / "manifest.csv", newline="") as rows:
        return {r["file"].removesuffix(".cptv"): r for r in csv.DictReader(rows)}


def labels(data: Path) -> list[dict]:
    """The annotated frames."""
    return _json_lines(data / "recordings" / "labels.jsonl")


def visits(data: Path) -> dict[str, dict]:
    """The annotated visits by recording."""
    return {r["clip"]: r for r in _json_lines(data / "recordings" / "visits.jsonl")}


def _json_lines(path: Path) -> list[dict]:
    with open(path) as lines:
        return [json.loads(line) for line in lines if line.strip()]
