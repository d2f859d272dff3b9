"""Boxes [x0, y0, x1, y1] in pixels of the upright frame, measured at pixel edges."""

Box = list[float]


def width(box: Box) -> float:
    return box[2] - box[0]


def height(box: Box) -> float:
    return box[3] - box[1]


def centre(box: Box) -> tuple[float, float]:
    return (box[0] + box[2]) / 2, (box[1] + box[3]) / 2


def grow(box: Box, margin: float) -> Box:
    return [box[0] - margin, box[1] - margin, box[2] + margin, box[3] + margin]


def clip(box: Box, frame_width: float, frame_height: float) -> Box:
    return [
        min(max(box[0], 0.0), frame_width),
        min(max(box[1], 0.0), frame_height),
        min(max(box[2], 0.0), frame_width),
        min(max(box[3], 0.0), frame_height),
    ]


def area(box: Box) -> float:
    return max(0.0, width(box)) * max(0.0, height(box))


def intersection(a: Box, b: Box) -> float:
    w = min(a[2], b[2]) - max(a[0], b[0])
    h = min(a[3], b[3]) - max(a[1], b[1])
    return max(0.0, w) * max(0.0, h)


def iou(a: Box, b: Box) -> float:
    """Intersection over union, 0 to 1."""
    both = intersection(a, b)
    return both / (area(a) + area(b) - both + 1e-9)


def containment(a: Box, b: Box) -> float:
    """Intersection over the smaller of the two areas, 0 to 1."""
    return intersection(a, b) / (min(area(a), area(b)) + 1e-9)


def holds(box: Box, point: tuple[float, float], slack: float = 0.0) -> bool:
    x, y = point
    return (
        box[0] - slack <= x <= box[2] + slack
        and box[1] - slack <= y <= box[3] + slack
    )
