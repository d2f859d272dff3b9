"""Train the face network on the recordings, and on simulated scenes if there are any."""

import argparse
import copy
import json
import time
from pathlib import Path

import cv2
import numpy as np
import torch
import torch.nn.functional as F

import dataset
import recordings
import splits
from network import BARE, FACE, FOREHEAD, FRONTAL, HEAT, FaceNet
from sampler import Sampler

LOSS_NAMES = ("heat", "face", "forehead", "bare", "frontal")
LOSS_WEIGHTS = (1.0, 1.5, 1.5, 1.0, 1.0)
WARM_UP = 100  # iterations
REPORT_EVERY = 200
AVERAGE = 0.998  # of the running mean of the weights, which is what is kept


def losses(output: torch.Tensor, targets: list[torch.Tensor]) -> list[torch.Tensor]:
    """In the order of LOSS_NAMES.

    Heat: focal loss of CenterNet (arXiv 1904.07850, equation 1). Boxes: smooth
    L1. Answers: cross-entropy, where they are known.
    """
    heat, ignore, box, box_weight, answer, answer_weight = targets
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

    logits = output[:, BARE : FRONTAL + 1]
    wrong = F.binary_cross_entropy_with_logits(logits, answer, reduction="none") * answer_weight
    answers = wrong.sum((0, 2, 3)) / answer_weight.sum((0, 2, 3)).clamp(min=1)
    return [heat_loss, face_loss, forehead_loss, answers[0], answers[1]]


def batch(sampler: Sampler, size: int) -> tuple[torch.Tensor, list[torch.Tensor]]:
    samples = [sampler.sample() for _ in range(size)]
    planes = torch.from_numpy(np.stack([plane for plane, _ in samples]))[:, None].float()
    arrays = zip(*(targets.arrays() for _, targets in samples))
    return planes, [torch.from_numpy(np.stack(a)) for a in arrays]


def _follow_average(average: FaceNet, network: FaceNet, iteration: int) -> None:
    keep = min(AVERAGE, (iteration + 1) / (iteration + 20))
    with torch.no_grad():
        pairs = zip(average.state_dict().values(), network.state_dict().values())
        for mean, value in pairs:
            if mean.dtype.is_floating_point:
                mean.mul_(keep).add_(value, alpha=1 - keep)
            else:
                mean.copy_(value)


def _rate(iteration: int, iterations: int) -> float:
    """Warm-up, then a cosine down to a hundredth."""
    cosine = 0.5 * (1 + np.cos(np.pi * iteration / iterations))
    return min(1, (iteration + 1) / WARM_UP) * (0.99 * cosine + 0.01)


def train(sampler: Sampler, iterations: int, batch_size: int, rate: float, keep) -> None:
    """Calls `keep` with the averaged network now and then, and at the end."""
    network = FaceNet()
    average = copy.deepcopy(network)
    optimizer = torch.optim.AdamW(network.parameters(), lr=rate, weight_decay=1e-3)
    start, sums = time.time(), np.zeros(len(LOSS_NAMES))
    for iteration in range(iterations):
        for group in optimizer.param_groups:
            group["lr"] = rate * _rate(iteration, iterations)
        planes, targets = batch(sampler, batch_size)
        parts = losses(network(planes), targets)
        optimizer.zero_grad()
        sum(w * part for w, part in zip(LOSS_WEIGHTS, parts)).backward()
        torch.nn.utils.clip_grad_norm_(network.parameters(), 5.0)
        optimizer.step()
        _follow_average(average, network, iteration)
        sums += [part.item() for part in parts]
        if (iteration + 1) % REPORT_EVERY == 0:
            means = " ".join(f"{n} {v:.3f}" for n, v in zip(LOSS_NAMES, sums / REPORT_EVERY))
            print(f"{iteration + 1}: {means} ({time.time() - start:.0f} s)", flush=True)
            sums[:] = 0
            keep(average)
    keep(average)


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    dataset.add_folders(parser)
    parser.add_argument(
        "--fold", default=splits.ALL, help='what to keep back: all (nothing), "2:0", "camera:TKO11"'
    )
    parser.add_argument("--simulated", type=Path, help="folder of simulated scenes")
    parser.add_argument("--simulated-share", type=float, default=0.2, help="of the samples")
    parser.add_argument("--iterations", type=int, default=3000)
    parser.add_argument("--batch", type=int, default=32)
    parser.add_argument("--rate", type=float, default=3e-3, help="highest learning rate")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--out", type=Path, required=True, help="the checkpoint to write")
    return parser.parse_args()


def main() -> None:
    given = arguments()
    # One thread: the same sums in the same order, so the same network again.
    torch.set_num_threads(1)
    cv2.setNumThreads(1)
    torch.manual_seed(given.seed)
    kept_back = splits.held_out(given.fold, recordings.cameras(given.data))
    recorded = dataset.recorded(given.data, given.work, kept_back)
    simulated = dataset.simulated(given.simulated) if given.simulated else None
    sampler = Sampler(recorded, simulated, given.simulated_share, given.seed)
    settings = {k: str(v) for k, v in vars(given).items()}
    given.out.parent.mkdir(parents=True, exist_ok=True)

    def keep(network: FaceNet) -> None:
        torch.save({"weights": network.state_dict(), "settings": settings}, given.out)

    train(sampler, given.iterations, given.batch, given.rate, keep)
    print(json.dumps(settings))


if __name__ == "__main__":
    main()
