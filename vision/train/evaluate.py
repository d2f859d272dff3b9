"""Score checkpoints on the recordings that their folds kept back.

Matching rules of the data folder's README: a found box matches an annotated
face or head at IoU 0.35; one that overlaps no face or head by 0.2 is false; a
forehead is right when its centre lies inside the annotated one, 1 px slack.
"""

import argparse
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import torch

import boxes
import dataset
import recordings
import simulation
import splits
from detections import START, Face, Hysteresis, decode
from export import load
from network import FaceNet
from scene import Person, hide_disc, network_input

MATCH_IOU, FALSE_IOU, SLACK = 0.35, 0.2, 1.0


@dataclass
class Score:
    """Counts over annotated frames; `misses` names what went wrong and where."""

    counts: Counter = field(default_factory=Counter)
    overlaps: list[float] = field(default_factory=list)
    misses: list[str] = field(default_factory=list)

    def note(self, kind: str, clip: str, frame: int, detail: str = "") -> None:
        self.counts[kind] += 1
        self.misses.append(f"{kind}: {clip} frame {frame} {detail}")

    def add(self, other: "Score") -> None:
        self.counts.update(other.counts)
        self.overlaps += other.overlaps
        self.misses += other.misses

    def report(self) -> str:
        c = self.counts

        def share(part: str, whole: str) -> str:
            return f"{c[part]}/{c[whole]} = {c[part] / max(1, c[whole]):.3f}"

        return (
            f"usable frontal faces found {share('found', 'wanted')}, "
            f"called usable {share('accepted', 'wanted')}; "
            f"any pose but back or down, near and mid, found {share('seen', 'visible')}; "
            f"forehead centre inside {share('inside', 'found')}, "
            f"forehead IoU median {_median(self.overlaps):.3f}; "
            f"false faces {share('false face', 'frames')} a frame; "
            f"called usable: covered or unseen forehead {c['wrongly usable']}, "
            f"not frontal {c['usable though turned']}, no face {c['usable nothing']}"
        )

    def classes(self) -> str:
        """A line for each pose, size and occluder."""
        lines = ["class: people, found, foreheads, centre inside, called usable"]
        for kind in sorted({k[1] for k in self.counts if isinstance(k, tuple)}):
            lines.append(f"{kind}: " + ", ".join(str(self.counts[(n, kind)]) for n in CLASS_COUNTS))
        return "\n".join(lines)


CLASS_COUNTS = ("people", "found", "foreheads", "inside", "usable")


def _median(values: list[float]) -> float:
    return float(np.median(values)) if values else 0.0


def _overlap(face: Face, person: Person) -> float:
    best = boxes.iou(face.box, person.head)
    return max(best, boxes.iou(face.box, person.face)) if person.face else best


def best(faces: list[Face], person: Person) -> Face | None:
    matching = [f for f in faces if _overlap(f, person) >= MATCH_IOU]
    return max(matching, key=lambda f: _overlap(f, person), default=None)


def score_frame(label: dict, faces: list[Face]) -> Score:
    score = Score()
    score.counts["frames"] += 1
    persons = [Person.from_label(p) for p in label["persons"]]
    for person in persons:
        _score_person(score, label, person, best(faces, person))
    for face in faces:
        _score_face(score, label, persons, face)
    return score


def _score_person(score: Score, label: dict, person: Person, face: Face | None) -> None:
    clip, frame = label["clip"], label["frame"]
    inside = bool(
        face and person.forehead and boxes.holds(person.forehead, boxes.centre(face.forehead), SLACK)
    )
    usable = face is not None and face.usable()
    for kind in {person.pose, person.size, *(person.occluders or ("nothing worn",))}:
        for name, true in zip(
            CLASS_COUNTS, (True, face is not None, face and person.forehead, inside, usable)
        ):
            score.counts[(name, kind)] += bool(true)
    if person.size == "far":
        return
    if person.pose not in ("back", "down"):
        score.counts["visible"] += 1
        score.counts["seen"] += face is not None
        if face is None:
            score.note("unseen", clip, frame, f"{person.pose} {person.size}")
    if person.pose != "frontal" or not person.forehead:
        return
    score.counts["wanted"] += 1
    if face is None:
        return
    score.counts["found"] += 1
    if usable:
        score.counts["accepted"] += 1
    else:
        answers = f"bare {face.bare:.2f} frontal {face.frontal:.2f} down {face.down:.2f} over brow {face.over_brow:.2f}"
        score.note("refused", clip, frame, answers)
    score.overlaps.append(boxes.iou(face.forehead, person.forehead))
    score.counts["inside"] += inside
    if not inside:
        drawn = " ".join(f"{v:.0f}" for v in face.forehead)
        score.note("forehead off", clip, frame, f"[{drawn}]")


def _score_face(score: Score, label: dict, persons: list[Person], face: Face) -> None:
    clip, frame = label["clip"], label["frame"]
    person = max(persons, key=lambda p: _overlap(face, p), default=None)
    overlap = _overlap(face, person) if person else 0.0
    where = "[{:.0f} {:.0f} {:.0f} {:.0f}]".format(*face.box) + f" score {face.score:.2f}"
    if overlap < FALSE_IOU:
        score.note("false face", clip, frame, where)
        if face.usable():
            score.note("usable nothing", clip, frame, where)
    elif face.usable() and not person.forehead:
        score.note("wrongly usable", clip, frame, f"{where} {person.pose} {person.size} {person.occluders}")
    elif face.usable() and person.pose != "frontal":
        score.note("usable though turned", clip, frame, f"{where} {person.pose} {person.size}")


def outputs(network: FaceNet, frames: np.ndarray, disc) -> np.ndarray:
    kelvins = (np.asarray(f, np.float32) / 100 for f in frames)
    planes = [network_input(hide_disc(kelvin, disc)) for kelvin in kelvins]
    with torch.no_grad():
        parts = [
            network(torch.from_numpy(np.stack(planes[i : i + 32]))[:, None]).numpy()
            for i in range(0, len(planes), 32)
        ]
    return np.concatenate(parts)


def score_recording(network: FaceNet, frames, disc, labels: list[dict]) -> tuple[Score, Score]:
    """With hysteresis over frames, and from single frames at the starting threshold."""
    tracked, single = Score(), Score()
    by_frame = {r["frame"]: r for r in labels}
    hysteresis = Hysteresis()
    for frame, output in enumerate(outputs(network, frames, disc)):
        counted = hysteresis.step(decode(output, refine=frame in by_frame))
        if frame not in by_frame:
            continue
        label = by_frame[frame]
        tracked.add(score_frame(label, counted))
        single.add(score_frame(label, decode(output, lowest=START)))
    return tracked, single


def score_held_back(given) -> None:
    """Each checkpoint on the recordings that its fold kept back, all of them together."""
    frames = recordings.load(given.data, given.work / "recordings")
    labels, discs = recordings.labels(given.data), recordings.discs(given.data)
    tracked, single = Score(), Score()
    for checkpoint in given.checkpoints:
        fold = given.fold or torch.load(checkpoint)["settings"]["fold"]
        kept_back = splits.held_out(fold, recordings.cameras(given.data))
        if not kept_back:
            raise SystemExit(f"cannot score {checkpoint}: it kept no recording back; give --fold")
        network = load(checkpoint)
        for clip in sorted(kept_back):
            marked = [r for r in labels if r["clip"] == clip]
            scores = score_recording(network, frames[clip], discs[clip], marked)
            tracked.add(scores[0])
            single.add(scores[1])
    show("with hysteresis", tracked, given.misses)
    show(f"single frames at {START}", single, False)


def score_simulated(given) -> None:
    """Each checkpoint on every simulated clip; frames of a clip need not follow each other."""
    items, clips = simulation.load(given.simulated)
    for checkpoint in given.checkpoints:
        network = load(checkpoint)
        for clip, frames in clips.items():
            score = Score()
            for item in (i for i in items if i["clip"] == clip):
                frame = frames[item["frame"] : item["frame"] + 1]
                output = outputs(network, frame, item["disc"])[0]
                score.add(score_frame(item, decode(output, lowest=START)))
            show(f"{checkpoint.stem} on {clip}", score, given.misses)


def show(title: str, score: Score, misses: bool) -> None:
    print(f"{title}: {score.report()}")
    if misses:
        print("\n".join((score.classes(), *score.misses)))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    dataset.add_folders(parser)
    parser.add_argument("checkpoints", type=Path, nargs="+", help="files written by train.py")
    parser.add_argument("--fold", help="measure on this fold instead of the checkpoint's own")
    parser.add_argument("--simulated", type=Path, help="score this folder of simulated scenes instead")
    parser.add_argument("--misses", action="store_true", help="list every mistake")
    given = parser.parse_args()
    torch.set_num_threads(1)
    if given.simulated:
        score_simulated(given)
    else:
        score_held_back(given)


if __name__ == "__main__":
    main()
