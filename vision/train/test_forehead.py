"""What the modules of the second network promise, on made-up scenes (no data needed)."""

import unittest

import numpy as np
import torch

import crops
import forehead_bank
from forehead_train import Batches, ForeheadNet
from network import folded
from sampler import Collection
from scene import INPUT_HEIGHT, INPUT_WIDTH
from test_train import person, scene


def slope(across: float, down: float) -> np.ndarray:
    rows, columns = np.mgrid[:INPUT_HEIGHT, :INPUT_WIDTH]
    return (across * (columns + 0.5 - 60) + down * (rows + 0.5 - 60)).astype(np.float32)


class Crop(unittest.TestCase):
    def test_is_that_of_the_go_program(self):
        # The same numbers stand in vision/crop_test.go.
        crop = crops.crop(slope(0.05, -0.02), [50, 50, 90, 98])
        self.assertEqual(crop.shape, (crops.ROWS, crops.COLUMNS))
        across = 0.05 * crops.WIDE * 40 / crops.COLUMNS / crops.UNIT
        self.assertAlmostEqual(crop[20, 30] - crop[20, 29], across, places=4)
        down = -0.02 * crops.TALL * 40 / crops.ROWS / crops.UNIT
        self.assertAlmostEqual(crop[31, 10] - crop[30, 10], down, places=4)
        self.assertAlmostEqual(crop[0, 0], -0.896, delta=0.02)
        self.assertAlmostEqual(crop[-1, -1], -0.2127, delta=0.02)

    def test_beyond_the_picture_its_edge_goes_on(self):
        crop = crops.crop(slope(1, 0), [-40, 20, 0, 68])
        np.testing.assert_array_equal(crop[:, 0], crop[:, 10])

    def test_does_not_know_the_offset(self):
        face = [40, 30, 80, 78]
        np.testing.assert_allclose(
            crops.crop(slope(0.1, 0.1), face), crops.crop(slope(0.1, 0.1) + 7, face), atol=1e-4
        )


class Bank(unittest.TestCase):
    def test_labels(self):
        wide = [50, 50, 70, 62]
        for who, simulated, want in (
            (person(forehead=wide), False, (True, 1.0)),
            (person(forehead=wide), True, (True, 1.0)),
            (person(forehead=None), False, (False, 1.0)),
            (person(forehead=None), True, (False, 1.0)),
            (person(forehead=[50, 50, 70, 53]), False, (True, 1.0)),
            (person(forehead=[50, 50, 70, 53]), True, (False, 0.5)),
            (person(forehead=[50, 50, 70, 54.5]), True, None),
            (person(forehead=wide, bareness_unknown=True), False, None),
            (person(forehead=wide, over_brow=True), False, None),
            (person(forehead=wide, over_brow=True, occluders=("glasses",)), False, (True, 1.0)),
        ):
            self.assertEqual(forehead_bank.label(who, simulated), want)

    def test_only_those_are_drawn_who_would_be_measured(self):
        self.assertTrue(forehead_bank.judged(person(), False))
        for changes in (
            {"pose": "profile"}, {"size": "far"}, {"hidden": True}, {"blurred": True}, {"face": None},
            {"head": (-20, 40, 20, 92)}, {"head": (40, 40, 60, 66)},
        ):  # fmt: skip
            self.assertFalse(forehead_bank.judged(person(**changes), False), changes)

    def test_draws_rows(self):
        kelvin = scene(person()).kelvin
        frames = {"a": np.stack([kelvin * 100] * 2), "s": np.stack([kelvin * 100])}
        who = person()
        known = {"head": who.head, "face": who.face, "pose": "frontal", "size": "near"}

        def items(clip, count, **more):
            return [{"clip": clip, "frame": i, "persons": [{**known, **more}]} for i in range(count)]

        recorded = Collection(items("a", 2, forehead=who.forehead), frames)
        simulated = Collection(items("s", 1, forehead=None, skin_c=34), frames)
        drawn = forehead_bank.Crops(recorded, simulated, 0.5, 1, ["a"])
        rows = np.zeros(40, forehead_bank.ROW)
        for i, row in zip(range(len(rows)), drawn.rows()):
            rows[i] = row
        self.assertTrue(np.isfinite(rows["crop"]).all())
        self.assertEqual({int(b) for b in rows["recordings"]}, {0, 1})
        self.assertFalse(rows["bare"][rows["recordings"] == 0].any())
        held_back = Batches(rows, np.uint64(1), 4, 0)
        self.assertEqual(len(held_back), int((rows["recordings"] == 0).sum()))
        crop, bare, _ = held_back.draw()
        self.assertEqual(tuple(crop.shape), (4, 1, crops.ROWS, crops.COLUMNS))
        self.assertFalse(bare.any())


class Network(unittest.TestCase):
    def test_folding_changes_no_output(self):
        torch.manual_seed(0)
        network = ForeheadNet()
        crop = torch.randn(4, 1, crops.ROWS, crops.COLUMNS)
        network(crop)  # gives the batch norms something to fold
        with torch.no_grad():
            expected = network.eval()(crop)
            got = folded(network)(crop)
        self.assertEqual(tuple(got.shape), (4, 1, 1, 1))
        torch.testing.assert_close(got, expected, atol=1e-4, rtol=1e-4)


if __name__ == "__main__":
    unittest.main()
