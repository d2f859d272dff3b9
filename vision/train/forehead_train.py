"""Train the second network, which says whether the forehead of a face is bare, on a bank of crops."""

import argparse
import copy
import json
import time
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from torch import nn

import bank
import crops
import dataset
import recordings
import splits
from network import Residual, conv
from train import follow_average, rate_at

REPORT_EVERY = 500
# How much a bare forehead of the recordings counts: people who come as they are
# wear things that leave a strip bare, and what covers all of it the first
# network refuses.
RECORDED_BARE = 3.0
# What happens to a crop each time it is drawn: the standard deviations of its
# contrast's logarithm and of its shift, and the most noise, in units of the
# crop; those of the logarithm of its width and of its height, and of its place
# in parts of the crop.
CONTRAST, SHIFT, NOISE = 0.08, 0.05, 0.03
STRETCH, PLACE = 0.1, 0.04
# Output channels: the logit of a bare forehead; its edges (left, top, right,
# bottom) in parts of the crop, as likely too far out as too far in; and edges so
# far in that CAUTION of the true ones lie further out.
ANSWER, EDGES, SURE, CHANNELS = 0, slice(1, 5), slice(5, 9), 9
CAUTION = 0.9
# The way inwards along each edge's axis.
INWARDS = (1.0, 1.0, -1.0, -1.0)
USUAL = (0.26, 0.19, 0.74, 0.33)  # edges to begin with
EDGES_WEIGHT = 10.0


class ForeheadNet(nn.Module):
    """Input N x 1 x ROWS x COLUMNS of crops.py, output N x 9 x 1 x 1."""

    def __init__(self, widths=(16, 28, 40), hidden=64):
        super().__init__()
        w2, w4, w8 = widths
        self.trunk = nn.Sequential(
            conv(1, w2, kernel=5, stride=2), conv(w2, w4, stride=2), Residual(w4),
            conv(w4, w8, stride=2), Residual(w8),
        )  # fmt: skip
        self.whole = nn.Sequential(
            nn.Conv2d(w8, hidden, (crops.ROWS // 8, crops.COLUMNS // 8)), nn.ReLU(inplace=True)
        )
        self.answer = nn.Conv2d(hidden, CHANNELS, 1)
        with torch.no_grad():
            self.answer.bias[EDGES.start :] = torch.tensor(USUAL * 2)

    def forward(self, x):
        return self.answer(self.whole(self.trunk(x)))


class Batches:
    """Endless batches of the rows in which no recording of a set has a part."""

    def __init__(self, rows: np.ndarray, without: np.uint64, size: int, seed: int):
        self._rows, self._size = rows[(rows["recordings"] & without) == 0], size
        self._rng = np.random.default_rng(seed)

    def __len__(self) -> int:
        """Rows."""
        return len(self._rows)

    def draw(self) -> tuple[torch.Tensor, ...]:
        """Crops, whether each is bare and how much that counts, edges, and whether they are known."""
        rng, chosen = self._rng, self._rows[self._rng.integers(len(self._rows), size=self._size)]
        crop, bare, weight, edges, drawn = (
            torch.from_numpy(chosen[name].astype(np.float32)) for name in ("crop", "bare", "weight", "edges", "drawn")
        )
        recorded = torch.from_numpy((chosen["recordings"] != 0).astype(np.float32))
        weight = weight * (1 + (RECORDED_BARE - 1) * recorded * bare)
        if rng.random() < 0.5:
            crop = crop.flip(-1)
            edges = torch.stack([1 - edges[:, 2], edges[:, 1], 1 - edges[:, 0], edges[:, 3]], 1)

        def draws(width, *shape):
            return torch.from_numpy(rng.normal(0, width, (len(crop), *(shape or (1, 1)))).astype(np.float32))

        crop, edges = stretched(crop, edges, torch.exp(draws(STRETCH, 2)), draws(PLACE, 2))

        noise = torch.randn(crop.shape) * float(rng.uniform(0, NOISE))
        return (crop * torch.exp(draws(CONTRAST)) + draws(SHIFT) + noise)[:, None], bare, weight, edges, drawn


def stretched(crop, edges, size, place):
    """Crops whose sides are so many times (N x 2: across, down) as long on the face, and lie so much further on."""
    turn = torch.diag_embed(size)
    grid = F.affine_grid(torch.cat([turn, 2 * place[:, :, None]], 2), [len(crop), 1, *crop.shape[1:]], align_corners=False)
    seen = F.grid_sample(crop[:, None], grid, padding_mode="border", align_corners=False)[:, 0]
    return seen, 0.5 + (edges - 0.5 - place.repeat(1, 2)) / size.repeat(1, 2)


def pinball(predicted: torch.Tensor, wanted: torch.Tensor, share: float) -> torch.Tensor:
    """Is least where that share of the wanted edges lies outside the predicted ones; N.

    The loss of quantile regression (Koenker and Bassett, doi 10.2307/1913643).
    """
    inside = (wanted - predicted) * torch.tensor(INWARDS)
    return torch.maximum(share * inside, (share - 1) * inside).sum(1)


def loss(output: torch.Tensor, bare, weight, edges, drawn) -> torch.Tensor:
    output = output[:, :, 0, 0]
    wrong = F.binary_cross_entropy_with_logits(output[:, ANSWER], bare, reduction="none")
    off = pinball(output[:, EDGES], edges, 0.5) + pinball(output[:, SURE], edges, CAUTION)
    answers = (wrong * weight).sum() / weight.sum().clamp(min=1)
    return answers + EDGES_WEIGHT * (off * drawn).sum() / drawn.sum().clamp(min=1)


def train(network: ForeheadNet, batches: Batches, iterations: int, rate: float) -> ForeheadNet:
    """Returns the running mean of the networks on the way."""
    average = copy.deepcopy(network)
    optimizer = torch.optim.AdamW(network.parameters(), lr=rate, weight_decay=1e-2)
    start, total = time.time(), 0.0
    for iteration in range(iterations):
        for group in optimizer.param_groups:
            group["lr"] = rate * rate_at(iteration, iterations)
        crop, *wanted = batches.draw()
        wrong = loss(network(crop.contiguous(memory_format=torch.channels_last)), *wanted)
        optimizer.zero_grad()
        wrong.backward()
        torch.nn.utils.clip_grad_norm_(network.parameters(), 5.0)
        optimizer.step()
        follow_average(average, network, iteration)
        total += wrong.item()
        if (iteration + 1) % REPORT_EVERY == 0:
            print(f"{iteration + 1}: {total / REPORT_EVERY:.4f} ({time.time() - start:.0f} s)", flush=True)
            total = 0.0
    return average


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    dataset.add_folders(parser)
    parser.add_argument("--fold", default=splits.ALL, help='what to keep back: all (nothing), "5:0"')
    parser.add_argument("--bank", type=Path, required=True, help="folder that forehead_bank.py wrote")
    parser.add_argument("--iterations", type=int, default=4500)
    parser.add_argument("--batch", type=int, default=96)
    parser.add_argument("--rate", type=float, default=2e-3, help="highest learning rate")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--out", type=Path, required=True, help="the checkpoint to write")
    given = parser.parse_args()
    # One thread: the same sums in the same order, so the same network again.
    torch.set_num_threads(1)
    torch.manual_seed(given.seed)
    kept_back = splits.held_out(given.fold, recordings.cameras(given.data))
    rows = np.concatenate(bank.load(given.bank))
    batches = Batches(rows, bank.bits(kept_back, bank.names(given.data)), given.batch, given.seed)
    print(f"{len(batches)} crops", flush=True)
    network = ForeheadNet().to(memory_format=torch.channels_last)
    network = train(network, batches, given.iterations, given.rate)
    settings = {k: str(v) for k, v in vars(given).items()}
    given.out.parent.mkdir(parents=True, exist_ok=True)
    torch.save({"weights": network.state_dict(), "settings": settings}, given.out)
    print(json.dumps(settings))


if __name__ == "__main__":
    main()
