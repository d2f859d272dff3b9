"""The network: a stride-16 encoder, fused at stride 8, with a fine map of bare skin at stride 2.

Plain 3x3 convolutions: in OpenCV 4.6's CPU code they are faster than depthwise
ones, which cost as much as dense ones do. What is at stride 4 or finer is kept
thin, because it is most of the time.
"""

import copy

import torch
import torch.nn.functional as F
from torch import nn
from torch.nn.utils.fusion import fuse_conv_bn_eval

# Output channels, in this order.
HEAT = 0  # logit of "a face's centre is in this cell"
FACE = slice(1, 5)  # distances to left, top, right, bottom, in units of BOX_UNIT
FOREHEAD = slice(5, 9)  # likewise, from the same cell's centre
ANSWER = slice(9, 14)  # logits: the forehead is bare; frontal; looks down; sharp; glasses over brow
BARE, FRONTAL, DOWN, SHARP, OVER_BROW = range(ANSWER.start, ANSWER.stop)
ANSWERS = ANSWER.stop - ANSWER.start
SKIN = slice(14, 30)  # logits of "bare forehead" in the cell's 4 x 4 parts, row by row
CHANNELS = 30

SKIN_PARTS = 4  # parts a side of a cell
BOX_UNIT = 16.0  # pixels


def conv(inputs, outputs, kernel=3, stride=1, dilation=1, relu=True):
    """Convolution and batch norm, with or without a ReLU."""
    padding = dilation * (kernel // 2)
    layers = [
        nn.Conv2d(inputs, outputs, kernel, stride, padding, dilation, bias=False),
        nn.BatchNorm2d(outputs),
    ]
    if relu:
        layers.append(nn.ReLU(inplace=True))
    return nn.Sequential(*layers)


class Residual(nn.Module):
    def __init__(self, channels, dilation=1):
        super().__init__()
        self.first = conv(channels, channels, dilation=dilation)
        self.second = conv(channels, channels, relu=False)

    def forward(self, x):
        return F.relu(x + self.second(self.first(x)))


def _twice(x):
    return F.interpolate(x, scale_factor=2, mode="nearest")


class FaceNet(nn.Module):
    """Input N x 1 x H x W, output N x 30 x H/8 x W/8; H and W are multiples of 16."""

    def __init__(self, widths=(8, 16, 24, 48), fused=32, fine=12):
        super().__init__()
        w2, w4, w8, w16 = widths
        self.stride4 = nn.Sequential(conv(1, w2, stride=2), conv(w2, w4, stride=2))
        self.stride8 = nn.Sequential(conv(w4, w8, stride=2), Residual(w8))
        self.stride16 = nn.Sequential(
            conv(w8, w16, stride=2), Residual(w16), Residual(w16, dilation=2), Residual(w16)
        )
        self.from8 = conv(w8, fused, kernel=1, relu=False)
        self.from16 = conv(w16, fused, kernel=1, relu=False)
        self.refine = conv(fused, fused)
        self.head = nn.Conv2d(fused, SKIN.start, 1)
        self.fine_from8 = conv(fused, fine, kernel=1, relu=False)
        self.fine_from4 = conv(w4, fine, kernel=1, relu=False)
        self.fine = conv(fine, fine)
        # Stride 2 packs the parts of a cell into channels.
        self.skin = nn.Conv2d(fine, SKIN.stop - SKIN.start, 4, 2, 1)
        with torch.no_grad():
            self.head.bias.zero_()
            self.head.bias[HEAT] = -4.0  # faces are rare: start from "no"
            self.skin.bias.fill_(-3.0)

    def forward(self, x):
        at4 = self.stride4(x)
        at8 = self.stride8(at4)
        at16 = self.stride16(at8)
        fused = self.refine(F.relu(self.from8(at8) + _twice(self.from16(at16))))
        fine = self.fine(F.relu(self.fine_from4(at4) + _twice(self.fine_from8(fused))))
        return torch.cat([self.head(fused), self.skin(fine)], 1)


def skin_map(output: torch.Tensor) -> torch.Tensor:
    """The logits of bare skin as N x 4 GH x 4 GW."""
    return F.pixel_shuffle(output[:, SKIN], SKIN_PARTS)[:, 0]


def folded(network: nn.Module) -> nn.Module:
    """A copy for inference with each batch norm folded into its convolution.

    The batch norms are removed, not replaced by Identity: OpenCV 4.6 refuses
    Identity nodes.
    """
    network = copy.deepcopy(network).eval()
    for block in network.modules():
        if not isinstance(block, nn.Sequential) or len(block) < 2:
            continue
        if isinstance(block[0], nn.Conv2d) and isinstance(block[1], nn.BatchNorm2d):
            rest = list(block)[2:]
            merged = [fuse_conv_bn_eval(block[0], block[1]), *rest]
            for name in list(block._modules):
                del block._modules[name]
            for index, layer in enumerate(merged):
                block.add_module(str(index), layer)
    return network
