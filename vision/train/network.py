"""The network: a small stride-16 encoder, fused at stride 8, with one 1x1 head.

Plain 3x3 convolutions: in OpenCV 4.6's CPU code they are faster than depthwise
ones at these channel counts. 143,747 parameters, 28.6 M multiply-adds at 160x128.
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
BARE = 9  # logit of "the forehead is bare"
FRONTAL = 10  # logit of "faces the camera, and is sharp"
CHANNELS = 11

BOX_UNIT = 16.0  # pixels


def conv(inputs, outputs, kernel=3, stride=1, dilation=1, groups=1, relu=True):
    """Convolution and batch norm, with or without a ReLU."""
    padding = dilation * (kernel // 2)
    layers = [
        nn.Conv2d(inputs, outputs, kernel, stride, padding, dilation, groups, bias=False),
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


class Separable(nn.Module):
    """Depthwise 3x3, then pointwise, with a skip connection."""

    def __init__(self, channels):
        super().__init__()
        self.depthwise = conv(channels, channels, groups=channels)
        self.pointwise = conv(channels, channels, kernel=1, relu=False)

    def forward(self, x):
        return F.relu(x + self.pointwise(self.depthwise(x)))


class FaceNet(nn.Module):
    """Input N x 1 x H x W, output N x 11 x H/8 x W/8; H and W are multiples of 16."""

    def __init__(self, widths=(12, 16, 32, 48), fused=48):
        super().__init__()
        w2, w4, w8, w16 = widths
        self.stride2 = conv(1, w2, stride=2)
        self.stride4 = nn.Sequential(conv(w2, w4, stride=2), Residual(w4))
        self.stride8 = nn.Sequential(conv(w4, w8, stride=2), Residual(w8))
        self.stride16 = nn.Sequential(
            conv(w8, w16, stride=2), Residual(w16), Residual(w16, dilation=2)
        )
        self.from4 = conv(w4, fused, stride=2, relu=False)
        self.from8 = conv(w8, fused, kernel=1, relu=False)
        self.from16 = conv(w16, fused, kernel=1, relu=False)
        self.refine = nn.Sequential(Separable(fused), Separable(fused))
        self.head = nn.Conv2d(fused, CHANNELS, 1)
        with torch.no_grad():
            self.head.bias.zero_()
            self.head.bias[HEAT] = -4.0  # faces are rare: start from "no"

    def forward(self, x):
        at4 = self.stride4(self.stride2(x))
        at8 = self.stride8(at4)
        at16 = self.stride16(at8)
        coarse = F.interpolate(self.from16(at16), scale_factor=2, mode="nearest")
        return self.head(self.refine(F.relu(self.from4(at4) + self.from8(at8) + coarse)))


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
