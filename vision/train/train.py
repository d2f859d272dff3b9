"""Train the face network on a bank of samples."""

import argparse
import copy
import json
import time
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F

import bank
import dataset
import recordings
import splits
from network import ANSWER, BOX_UNIT, FACE, FOREHEAD, HEAT, FaceNet, skin_map

LOSS_NAMES = ("heat", "face", "forehead", "overlap", "skin", "bare", "frontal", "down", "sharp", "brow")
LOSS_WEIGHTS = (1.0, 1.0, 1.0, 0.5, 10.0, 1.0, 1.0, 0.5, 0.5, 0.5)
WARM_UP = 100  # iterations
REPORT_EVERY = 250
AVERAGE = 0.998  # of the running mean of the weights, which is what is kept
# What happens to a sample each time it is drawn from the bank, in units of the
# input plane: the standard deviation of its shift, of its contrast's logarithm,
# and the most noise.
SHIFT, CONTRAST, NOISE = 0.1, 0.08, 0.02


def _overlap_loss(predicted, wanted):
    """1 - GIoU (arXiv 1902.09630) of boxes given as edges; N x 4 x GH x GW."""
    left, top = torch.maximum(predicted[:, 0], wanted[:, 0]), torch.maximum(predicted[:, 1], wanted[:, 1])
    right, bottom = torch.minimum(predicted[:, 2], wanted[:, 2]), torch.minimum(predicted[:, 3], wanted[:, 3])
    both = (right - left).clamp(min=0) * (bottom - top).clamp(min=0)

    def area(b):
        return (b[:, 2] - b[:, 0]).clamp(min=0) * (b[:, 3] - b[:, 1]).clamp(min=0)

    union = area(predicted) + area(wanted) - both
    across = torch.maximum(predicted[:, 2], wanted[:, 2]) - torch.minimum(predicted[:, 0], wanted[:, 0])
    down = torch.maximum(predicted[:, 3], wanted[:, 3]) - torch.minimum(predicted[:, 1], wanted[:, 1])
    hull = (across * down).clamp(min=1e-6)
    return 1 - both / union.clamp(min=1e-6) + (hull - union) / hull


def losses(output: torch.Tensor, targets: list[torch.Tensor]) -> list[torch.Tensor]:
    """In the order of LOSS_NAMES.

    Heat: focal loss of CenterNet (arXiv 1904.07850, equation 1). Boxes: smooth
    L1 and, on both, their overlap. Skin and answers: cross-entropy, where they
    are known.
    """
    heat, ignore, box, box_weight, answer, answer_weight, skin, skin_weight = targets
    p = torch.sigmoid(output[:, HEAT]).clamp(1e-5, 1 - 1e-5)
    centre = (heat > 0.99).float()
    found = centre * (1 - p) ** 2 * torch.log(p)
    empty = (1 - centre) * (1 - ignore) * (1 - heat) ** 4 * p**2 * torch.log(1 - p)
    heat_loss = -(found + empty).sum() / centre.sum().clamp(min=1)

    predicted = output[:, FACE.start : FOREHEAD.stop]
    distance = F.smooth_l1_loss(predicted, box, reduction="none", beta=0.1) * box_weight
    cells = (box_weight > 0).float()
    face_loss = distance[:, :4].sum() / cells[:, 0].sum().clamp(min=1)
    forehead_loss = distance[:, 4:].sum() / cells[:, 4].sum().clamp(min=1)
    overlap = 0
    for first in (0, 4):
        missing = _overlap_loss(predicted[:, first : first + 4], box[:, first : first + 4])
        overlap = overlap + (missing * cells[:, first]).sum() / cells[:, first].sum().clamp(min=1)

    wrong = F.binary_cross_entropy_with_logits(skin_map(output), skin, reduction="none") * skin_weight
    skin_loss = wrong.sum() / skin_weight.sum().clamp(min=1)

    wrong = F.binary_cross_entropy_with_logits(output[:, ANSWER], answer, reduction="none") * answer_weight
    answers = wrong.sum((0, 2, 3)) / answer_weight.sum((0, 2, 3)).clamp(min=1)
    return [heat_loss, face_loss, forehead_loss, overlap, skin_loss, *answers]


class Batches:
    """Endless batches of the samples in which no recording of a set has a part."""

    def __init__(self, shards: list[np.ndarray], without: np.uint64, size: int, seed: int):
        self._shards, self._size = shards, size
        self._rng = np.random.default_rng(seed)
        self._allowed = np.concatenate(
            [
                np.c_[np.full(len(rows), i), np.arange(len(rows))][(rows["recordings"] & without) == 0]
                for i, rows in enumerate(shards)
            ]
        )
        self._order: list[int] = []

    def __len__(self) -> int:
        """Samples."""
        return len(self._allowed)

    def draw(self) -> tuple[torch.Tensor, list[torch.Tensor]]:
        if len(self._order) < self._size:
            self._order = list(self._rng.permutation(len(self._allowed)))
        chosen = [self._allowed[self._order.pop()] for _ in range(self._size)]
        rows = [self._shards[shard][row] for shard, row in chosen]
        arrays = [
            torch.from_numpy(np.stack([row[name] for row in rows]).astype(np.float32))
            for name in bank.ROW.names
            if name != "recordings"
        ]
        if self._rng.random() < 0.5:
            arrays = mirrored(arrays)
        return self._exposed(arrays[0])[:, None], arrays[1:]

    def _exposed(self, planes: torch.Tensor) -> torch.Tensor:
        def draws(width):
            return torch.from_numpy(self._rng.normal(0, width, (len(planes), 1, 1)).astype(np.float32))

        noise = torch.randn(planes.shape) * float(self._rng.uniform(0, NOISE))
        return planes * torch.exp(draws(CONTRAST)) + draws(SHIFT) + noise


def mirrored(arrays: list[torch.Tensor]) -> list[torch.Tensor]:
    """The other way round, left edges for right ones."""
    names = [name for name in bank.ROW.names if name != "recordings"]
    arrays = [a.flip(-1) for a in arrays]
    box = arrays[names.index("box")]
    for first in (0, 4):
        left, right = box[:, first].clone(), box[:, first + 2].clone()
        box[:, first], box[:, first + 2] = -right, -left
    return arrays


def follow_average(average: FaceNet, network: FaceNet, iteration: int) -> None:
    keep = min(AVERAGE, (iteration + 1) / (iteration + 20))
    with torch.no_grad():
        pairs = zip(average.state_dict().values(), network.state_dict().values())
        for mean, value in pairs:
            if mean.dtype.is_floating_point:
                mean.mul_(keep).add_(value, alpha=1 - keep)
            else:
                mean.copy_(value)


def rate_at(iteration: int, iterations: int) -> float:
    """Warm-up, then a cosine down to a hundredth."""
    cosine = 0.5 * (1 + np.cos(np.pi * iteration / iterations))
    return min(1, (iteration + 1) / WARM_UP) * (0.99 * cosine + 0.01)


def train(network: FaceNet, batches: Batches, iterations: int, rate: float, keep) -> None:
    """Calls `keep` with the averaged network now and then, and at the end."""
    network = network.to(memory_format=torch.channels_last)
    average = copy.deepcopy(network)
    optimizer = torch.optim.AdamW(network.parameters(), lr=rate, weight_decay=1e-3)
    start, sums = time.time(), np.zeros(len(LOSS_NAMES))
    for iteration in range(iterations):
        for group in optimizer.param_groups:
            group["lr"] = rate * rate_at(iteration, iterations)
        planes, targets = batches.draw()
        planes = planes.contiguous(memory_format=torch.channels_last)
        parts = losses(network(planes), targets)
        optimizer.zero_grad()
        sum(w * part for w, part in zip(LOSS_WEIGHTS, parts)).backward()
        torch.nn.utils.clip_grad_norm_(network.parameters(), 5.0)
        optimizer.step()
        follow_average(average, network, iteration)
        sums += [part.item() for part in parts]
        if (iteration + 1) % REPORT_EVERY == 0:
            means = " ".join(f"{n} {v:.3f}" for n, v in zip(LOSS_NAMES, sums / REPORT_EVERY))
            print(f"{iteration + 1}: {means} ({time.time() - start:.0f} s)", flush=True)
            sums[:] = 0
            keep(average)
    keep(average)


def started(path: Path | None, fold: str) -> FaceNet:
    """A new network, or that of a checkpoint, which must have kept the same recordings back."""
    network = FaceNet()
    if path:
        kept = torch.load(path)
        if kept["settings"]["fold"] != fold:
            raise ValueError(f"cannot go on from {path}: it is of fold {kept['settings']['fold']}, not {fold}")
        network.load_state_dict(kept["weights"])
    return network


def blended(old: dict, new: dict, share: float) -> dict:
    """Weights between two networks, one of which was trained on from the other: `share` of the new one.

    Better on what neither has seen than the new one alone (arXiv 2109.01903).
    """
    return {name: (share * value + (1 - share) * old[name]).to(value.dtype) for name, value in new.items()}


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    dataset.add_folders(parser)
    parser.add_argument(
        "--fold", default=splits.ALL, help='what to keep back: all (nothing), "2:0", "camera:TKO11"'
    )
    parser.add_argument("--bank", type=Path, required=True, help="folder of samples that bank.py drew")
    parser.add_argument("--iterations", type=int, default=3000)
    parser.add_argument("--batch", type=int, default=32)
    parser.add_argument("--rate", type=float, default=3e-3, help="highest learning rate")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--start", type=Path, help="a checkpoint of the same fold to go on from")
    parser.add_argument(
        "--share", type=float, default=1.0, help="of the new weights in what is kept; the rest is --start's"
    )
    parser.add_argument("--out", type=Path, required=True, help="the checkpoint to write")
    given = parser.parse_args()
    if given.share != 1 and not given.start:
        parser.error("cannot keep a share without --start, whose weights are the rest")
    return given


def main() -> None:
    given = arguments()
    # One thread: the same sums in the same order, so the same network again.
    torch.set_num_threads(1)
    torch.manual_seed(given.seed)
    kept_back = splits.held_out(given.fold, recordings.cameras(given.data))
    without = bank.bits(kept_back, bank.names(given.data))
    batches = Batches(bank.load(given.bank), without, given.batch, given.seed)
    print(f"{len(batches)} samples", flush=True)
    settings = {k: str(v) for k, v in vars(given).items()}
    given.out.parent.mkdir(parents=True, exist_ok=True)

    network = started(given.start, given.fold)
    old = copy.deepcopy(network.state_dict())

    def keep(new: FaceNet) -> None:
        weights = blended(old, new.state_dict(), given.share)
        torch.save({"weights": weights, "settings": settings}, given.out)

    train(network, batches, given.iterations, given.rate, keep)
    print(json.dumps(settings))


if __name__ == "__main__":
    main()
