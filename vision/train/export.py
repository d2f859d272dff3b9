"""Write a trained network as ONNX, and prove that OpenCV computes the same as torch.

The Go program runs the file with OpenCV 4.6's dnn module, so this is checked
here with Python's binding of the same library, at the usual size and at others.
"""

import argparse
import hashlib
import time
from pathlib import Path

import cv2
import numpy as np
import torch
from torch import nn

import crops
from forehead_train import ForeheadNet
from network import BARE, FRONTAL, FaceNet, folded
from scene import INPUT_HEIGHT, INPUT_WIDTH

# A turned or covered face that is taken for frontal and bare costs a wrong
# reading, the other way round it costs a second's wait: each answer is yes only
# where that is so many times as likely.
FRONTAL_ODDS, BARE_ODDS = 4.0, 3.0
TOLERANCE = 1e-3  # largest difference of any output between OpenCV and torch
OTHER_SIZES = ((192, 256), (256, 192), (128, 160))


def load_forehead(checkpoint: Path) -> ForeheadNet:
    network = ForeheadNet()
    network.load_state_dict(torch.load(checkpoint, map_location="cpu")["weights"])
    return network.eval()


def load(checkpoint: Path) -> FaceNet:
    network = FaceNet()
    network.load_state_dict(torch.load(checkpoint, map_location="cpu")["weights"])
    with torch.no_grad():
        network.head.bias[FRONTAL] -= np.log(FRONTAL_ODDS)
        network.head.bias[BARE] -= np.log(BARE_ODDS)
    return network.eval()


def export(network: nn.Module, path: Path, height: int, width: int, free=None) -> None:
    """Input "x" 1 x 1 x height x width, output "y"; sides named in `free` stay free."""
    example = torch.zeros(1, 1, height, width)
    torch.onnx.export(
        folded(network), example, str(path), opset_version=11,
        input_names=["x"], output_names=["y"], dynamic_axes=free,
    )  # fmt: skip


def largest_difference(network: nn.Module, path: Path, height: int, width: int) -> float:
    plane = np.random.default_rng(0).normal(0, 1, (1, 1, height, width)).astype(np.float32)
    net = cv2.dnn.readNetFromONNX(str(path))
    net.setInput(plane)
    with torch.no_grad():
        expected = network(torch.from_numpy(plane)).numpy()
    return float(np.abs(net.forward() - expected).max())


def milliseconds(path: Path, height: int, width: int, runs: int = 300) -> tuple[float, float]:
    """Median and 95th percentile of one forward pass, one thread."""
    cv2.setNumThreads(1)
    net = cv2.dnn.readNetFromONNX(str(path))
    plane = np.zeros((1, 1, height, width), np.float32)
    taken = []
    for _ in range(runs):
        start = time.perf_counter()
        net.setInput(plane)
        net.forward()
        taken.append((time.perf_counter() - start) * 1e3)
    return float(np.median(taken)), float(np.percentile(taken, 95))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("checkpoint", type=Path, help="a file written by train.py or forehead_train.py")
    parser.add_argument("onnx", type=Path, help="the file to write")
    parser.add_argument("--forehead", action="store_true", help="the second network")
    arguments = parser.parse_args()
    if arguments.forehead:
        network, free = load_forehead(arguments.checkpoint), None
        sizes = ((crops.ROWS, crops.COLUMNS),)
    else:
        # 1 x 30 x H/8 x W/8 come out.
        network, free = load(arguments.checkpoint), {"x": {2: "height", 3: "width"}, "y": {2: "rows", 3: "columns"}}
        sizes = ((INPUT_HEIGHT, INPUT_WIDTH), *OTHER_SIZES)
    export(network, arguments.onnx, *sizes[0], free)
    for height, width in sizes:
        difference = largest_difference(network, arguments.onnx, height, width)
        print(f"{width}x{height}: OpenCV differs from torch by {difference:.1e} at most")
        if difference > TOLERANCE:
            raise SystemExit(f"cannot ship {arguments.onnx}: OpenCV computes something else")
    median, slow = milliseconds(arguments.onnx, *sizes[0])
    digest = hashlib.sha256(arguments.onnx.read_bytes()).hexdigest()
    print(f"OpenCV {cv2.__version__}, one thread: median {median:.2f} ms, p95 {slow:.2f} ms")
    print(f"sha256 {digest}")


if __name__ == "__main__":
    main()
