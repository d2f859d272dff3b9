"""What the camera does to a scene: contrast, motion blur, noise, uneven offset."""

import cv2
import numpy as np

import boxes
from scene import FRAME_HEIGHT, FRAME_WIDTH, Scene


# Standard deviation of the shift of the input plane, in its units of 4 K.
OFFSET = 0.35
# Standard deviations of the logarithm of contrast: of the whole picture, and of
# what is colder and what is warmer than a temperature within it.
CONTRAST, UNEQUAL_CONTRAST = 0.3, 0.2


def _contrast(kelvin: np.ndarray, rng) -> np.ndarray:
    """A colder or warmer room: faces stand out from it by 2 K or by 15 K."""
    middle = np.median(kelvin)
    factor = np.clip(np.exp(rng.normal(0, CONTRAST)), 0.35, 2.5)
    kelvin = middle + (kelvin - middle) * factor
    if rng.random() < 0.4:
        pivot = np.percentile(kelvin, rng.uniform(30, 97))
        below, above = np.exp(rng.normal(0, UNEQUAL_CONTRAST, 2))
        kelvin = pivot + (kelvin - pivot) * np.where(kelvin < pivot, below, above)
    return kelvin.astype(np.float32)


def _motion_blur(scene: Scene, rng) -> None:
    """Smear along a line; a face smeared too far counts as not measurable."""
    length = float(rng.uniform(1.5, 9))
    angle = rng.uniform(0, 2 * np.pi)
    reach = length / 2 * np.array([np.cos(angle), np.sin(angle)])
    kernel = np.zeros((11, 11), np.float32)
    start, stop = (tuple(int(round(v)) for v in 5 + end) for end in (-reach, reach))
    cv2.line(kernel, start, stop, 1.0)
    kernel /= kernel.sum()
    scene.kelvin = cv2.filter2D(scene.kelvin, -1, kernel, borderType=cv2.BORDER_REPLICATE)
    for person in scene.persons:
        head = boxes.width(person.head)
        if length > 2.5 + 0.05 * head:
            person.blurred, person.sharpness_unknown = True, False
        elif length > 1.5 + 0.03 * head:
            person.sharpness_unknown = True


def _out_of_focus(scene: Scene, rng) -> None:
    """So soft that a face of usual size cannot be measured."""
    sigma = float(rng.uniform(1, 3.5))
    scene.kelvin = cv2.GaussianBlur(scene.kelvin, (0, 0), sigma)
    for person in scene.persons:
        head = boxes.width(person.head)
        if sigma > 1 + 0.025 * head:
            person.blurred, person.sharpness_unknown = True, False
        elif sigma > 0.6 + 0.015 * head:
            person.sharpness_unknown = True


def _focus(scene: Scene, rng) -> None:
    """A softer lens, or the sharpening that some cameras do."""
    if rng.random() < 0.08:
        _out_of_focus(scene, rng)
    elif rng.random() < 0.2:
        scene.kelvin = cv2.GaussianBlur(scene.kelvin, (0, 0), rng.uniform(0.4, 1.0))
    elif rng.random() < 0.2:
        detail = scene.kelvin - cv2.GaussianBlur(scene.kelvin, (0, 0), 1.2)
        scene.kelvin = scene.kelvin + 0.7 * rng.random() * detail


def _noise(kelvin: np.ndarray, rng) -> np.ndarray:
    """Pixel noise (NETD 10 to 150 mK), and stripes by column and row."""
    kelvin = kelvin + rng.normal(0, 1, kelvin.shape) * rng.uniform(0.01, 0.15)
    if rng.random() < 0.5:
        kelvin = kelvin + rng.normal(0, 1, (1, FRAME_WIDTH)) * rng.uniform(0, 0.12)
        kelvin = kelvin + rng.normal(0, 1, (FRAME_HEIGHT, 1)) * rng.uniform(0, 0.05)
    return kelvin


def _uneven(kelvin: np.ndarray, rng) -> np.ndarray:
    """An offset that grows across the picture or towards its corners."""
    rows, columns = np.mgrid[-1 : 1 : FRAME_HEIGHT * 1j, -1 : 1 : FRAME_WIDTH * 1j]
    bowl = rows * rows + columns * columns
    across, down, corners = rng.normal(0, 0.5, 3)
    return kelvin + across * columns + down * rows + corners * bowl


def expose(scene: Scene, rng: np.random.Generator) -> None:
    """Let a camera of random properties take the scene, in place."""
    scene.kelvin = _contrast(scene.kelvin, rng)
    if rng.random() < 0.3:
        _motion_blur(scene, rng)
    else:
        _focus(scene, rng)
    kelvin = _noise(scene.kelvin, rng)
    if rng.random() < 0.4:
        kelvin = _uneven(kelvin, rng)
    scene.kelvin = kelvin.astype(np.float32)


def offset(rng: np.random.Generator) -> np.float32:
    """A shift of the input plane: the frame's median moves with what fills the frame."""
    return np.float32(rng.normal(0, OFFSET)) if rng.random() < 0.7 else np.float32(0)
