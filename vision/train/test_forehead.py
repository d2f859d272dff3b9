"""What the modules of the second network promise, on made-up scenes (no data needed)."""

import unittest

import numpy as np
import torch

import crops
import forehead_bank
from forehead_train import CAUTION, CHANNELS, INWARDS, Batches, ForeheadNet, pinball, stretched
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

    def test_edges_are_parts_of_it(self):
        # The upper edge of the forehead is where the face's is; the frame has no padding.
        left, top, right, bottom = crops.parts([56, 50, 76, 60], [50, 50, 90, 98])
        self.assertAlmostEqual(left, 0.5 - (70 - 60) / (crops.WIDE * 40), places=6)
        self.assertAlmostEqual(right, 0.5 + (80 - 70) / (crops.WIDE * 40), places=6)
        self.assertAlmostEqual(top, crops.ABOVE / crops.TALL, places=6)
        self.assertAlmostEqual(bottom - top, 10 / (crops.TALL * 40), places=6)

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
            (person(forehead=[50, 50, 70, 54.5]), True, (True, 0.0)),
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
        self.assertFalse(forehead_bank.judged(person(pose="profile"), True))
        self.assertTrue(forehead_bank.judged(person(pose="back", forehead=None), True))

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
        crop, bare, _, _, drawn = held_back.draw()
        self.assertEqual(tuple(crop.shape), (4, 1, crops.ROWS, crops.COLUMNS))
        self.assertFalse(bare.any())
        self.assertFalse(drawn.any())
        known = rows[rows["drawn"] > 0]
        self.assertGreater(len(known), 0)
        self.assertTrue((known["edges"][:, :2] < known["edges"][:, 2:]).all())


class Stretched(unittest.TestCase):
    def test_edges_move_with_the_picture(self):
        crop = torch.zeros(1, crops.ROWS, crops.COLUMNS)
        crop[:, 14:28, 12:30] = 1
        edges = torch.tensor([[12 / 48, 14 / 56, 30 / 48, 28 / 56]])
        crop, edges = stretched(crop, edges, torch.tensor([[0.8, 1.25]]), torch.tensor([[0.05, -0.1]]))
        across, down = crop[0].amax(0), crop[0].amax(1)
        for low, high, profile in ((edges[0, 0], edges[0, 2], across), (edges[0, 1], edges[0, 3], down)):
            inside = torch.nonzero(profile > 0.5)
            self.assertAlmostEqual(float(low) * len(profile), float(inside.min()), delta=0.75)
            self.assertAlmostEqual(float(high) * len(profile), float(inside.max()) + 1, delta=0.75)


class Loss(unittest.TestCase):
    def test_cautious_edges_lie_inside(self):
        # Edges scatter evenly over a tenth of the crop: the least loss is where
        # CAUTION of them lie outside, on every side.
        wanted = torch.linspace(0.4, 0.5, 1001)[:, None].expand(-1, 4)
        tried = torch.linspace(0.35, 0.55, 201)
        for side, way in enumerate(INWARDS):
            costs = []
            for at in tried:
                predicted = wanted.clone()
                predicted[:, side] = at
                costs.append(pinball(predicted, wanted, CAUTION).mean())
            inside = CAUTION if way > 0 else 1 - CAUTION
            self.assertAlmostEqual(float(tried[int(np.argmin(costs))]), 0.4 + 0.1 * inside, delta=0.002)


class Network(unittest.TestCase):
    def test_folding_changes_no_output(self):
        torch.manual_seed(0)
        network = ForeheadNet()
        crop = torch.randn(4, 1, crops.ROWS, crops.COLUMNS)
        network(crop)  # gives the batch norms something to fold
        with torch.no_grad():
            expected = network.eval()(crop)
            got = folded(network)(crop)
        self.assertEqual(tuple(got.shape), (4, CHANNELS, 1, 1))
        torch.testing.assert_close(got, expected, atol=1e-4, rtol=1e-4)


if __name__ == "__main__":
    unittest.main()
