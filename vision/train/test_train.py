"""What the modules promise, on made-up scenes: python3 -m unittest (no data needed)."""

import gzip
import json
import struct
import tempfile
import unittest
from pathlib import Path

import numpy as np
import torch

import bank
import boxes
import complexion
import occlusions
import recordings
import simulation
import splits
import train
from detections import Face, Hysteresis, bare_box, decode
from network import ANSWER, CHANNELS, HEAT, SKIN, SKIN_PARTS, FaceNet, folded, skin_map
from sampler import Collection, Sampler
from scene import (
    FRAME_HEIGHT,
    FRAME_WIDTH,
    GRID_HEIGHT,
    GRID_WIDTH,
    Person,
    Scene,
    hide_disc,
    network_input,
)
from targets import paint
from warp import warp


def person(head=(40, 40, 80, 92), **changes) -> Person:
    x0, y0, x1, y1 = head
    boxes_of = {
        "head": list(head),
        "face": [x0 + 3, y0 + 8, x1 - 3, y1],
        "forehead": [x0 + 9, y0 + 10, x1 - 9, y0 + 22],
    }
    return Person(**{**boxes_of, "pose": "frontal", "size": "near", **changes})


def scene(*persons: Person) -> Scene:
    kelvin = np.full((FRAME_HEIGHT, FRAME_WIDTH), 295, np.float32)
    for p in persons:
        x0, y0, x1, y1 = (int(v) for v in p.head)
        kelvin[y0:y1, x0:x1] = 307
    return Scene(kelvin, list(persons))


def perfect_output(painted) -> np.ndarray:
    """The output of a network that answers the targets exactly."""
    output = np.zeros((CHANNELS, GRID_HEIGHT, GRID_WIDTH), np.float32)
    output[HEAT] = np.where(painted.heat > 0.99, 6, -6)
    output[1:9] = painted.box
    output[ANSWER] = painted.answer * 12 - 6
    share = np.clip(painted.skin, 0.01, 0.99)
    parts = np.log(share / (1 - share)).reshape(GRID_HEIGHT, SKIN_PARTS, GRID_WIDTH, SKIN_PARTS)
    output[SKIN] = parts.transpose(1, 3, 0, 2).reshape(-1, GRID_HEIGHT, GRID_WIDTH)
    return output


class Targets(unittest.TestCase):
    def test_decode_undoes_paint(self):
        who = person()
        faces = decode(perfect_output(paint(scene(who))))
        self.assertEqual(len(faces), 1)
        np.testing.assert_allclose(faces[0].box, who.face, atol=1e-3)
        np.testing.assert_allclose(faces[0].forehead, who.forehead, atol=1)
        self.assertTrue(faces[0].usable())

    def test_a_covered_forehead_is_not_usable(self):
        faces = decode(perfect_output(paint(scene(person(forehead=None)))))
        self.assertEqual([f.usable() for f in faces], [False])

    def test_a_turned_or_bowed_face_or_one_under_glasses_is_not_usable(self):
        for who in (person(pose="turned"), person(pose="down"), person(over_brow=True)):
            faces = decode(perfect_output(paint(scene(who))))
            self.assertEqual([f.usable() for f in faces], [False])

    def test_a_blurred_face_is_not_sharp(self):
        faces = decode(perfect_output(paint(scene(person(blurred=True)))))
        self.assertLess(faces[0].sharp, 0.5)

    def test_unknown_truth_counts_for_nothing(self):
        for who in (person(hidden=True), person(head=(-30, 40, 10, 92))):
            painted = paint(scene(who))
            self.assertEqual(painted.heat.max(), 0)
            self.assertEqual(painted.answer_weight.max(), 0)
            self.assertEqual(painted.ignore.max(), 1)

    def test_a_far_forehead_is_unknown_not_covered(self):
        far = person(head=(50, 50, 62, 66), forehead=None, size="far")
        self.assertEqual(paint(scene(far)).answer_weight[0].max(), 0)


class Augmentation(unittest.TestCase):
    def test_boxes_follow_the_picture(self):
        rng = np.random.default_rng(1)
        followed = 0
        for _ in range(50):
            moved = warp(scene(person()), rng)
            x, y = (int(v) for v in boxes.centre(moved.persons[0].head))
            if 0 <= x < FRAME_WIDTH and 0 <= y < FRAME_HEIGHT:
                self.assertAlmostEqual(float(moved.kelvin[y, x]), 307, delta=0.5)
                followed += 1
        self.assertGreater(followed, 30)

    def test_mirroring_twice_changes_nothing(self):
        original = scene(person((20, 40, 60, 92)))
        twice = original.mirrored().mirrored()
        np.testing.assert_array_equal(twice.kelvin, original.kelvin)
        self.assertEqual(twice.persons, original.persons)

    def test_full_cover_takes_the_forehead_away(self):
        dressed = scene(person())
        occlusions.full_hair(dressed, dressed.persons[0], np.random.default_rng(0))
        self.assertIsNone(dressed.persons[0].forehead)

    def test_complexions_change_skin_alone(self):
        rng = np.random.default_rng(3)
        cooler = warmer = 0
        for _ in range(30):
            before, after = scene(person()), scene(person())
            complexion.vary(after, rng)
            change = after.kelvin - before.kelvin
            self.assertFalse(change[before.kelvin < 300].any(), "the room is changed")
            self.assertEqual(after.persons, before.persons)
            cooler += change[52:60, 50:70].mean() < -0.5
            warmer += change[62:70, 46:75].mean() > 0.5  # below the brows
        self.assertGreater(cooler, 5)
        self.assertGreater(warmer, 5)

    def test_same_seed_same_samples(self):
        label = {"head": [40, 40, 80, 92], "face": [43, 48, 77, 92], "pose": "frontal",
                 "forehead": [49, 50, 71, 62], "size": "near"}  # fmt: skip
        frames = {"a": np.uint16(scene(person()).kelvin * 100)[None]}
        items = [{"clip": "a", "frame": 0, "persons": [label]}]

        def draw():
            sampler = Sampler(Collection(items, frames), None, 0, seed=3)
            return np.stack([sampler.sample()[0] for _ in range(8)])

        np.testing.assert_array_equal(draw(), draw())


class Starting(unittest.TestCase):
    def test_a_fold_goes_on_from_its_own_network_alone(self):
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "first.pt"
            kept = FaceNet()
            torch.save({"weights": kept.state_dict(), "settings": {"fold": "5:1"}}, path)
            for name, value in train.started(path, "5:1").state_dict().items():
                self.assertTrue(torch.equal(value, kept.state_dict()[name]), name)
            with self.assertRaisesRegex(ValueError, "5:1, not all"):
                train.started(path, "all")

    def test_a_share_of_the_new_weights_is_kept(self):
        old, new = {"w": torch.tensor([0.0, 4.0]), "n": torch.tensor(3)}, {"w": torch.tensor([4.0, 4.0]), "n": torch.tensor(7)}
        kept = train.blended(old, new, 0.75)
        self.assertEqual((kept["w"].tolist(), kept["n"].dtype), ([3.0, 4.0], torch.int64))
        self.assertTrue(torch.equal(train.blended(old, new, 1)["w"], new["w"]))


class Bank(unittest.TestCase):
    def test_a_fold_leaves_out_whatever_its_recordings_have_a_part_in(self):
        rows = np.zeros(6, bank.ROW)
        known = ["a", "b", "c"]
        for row, clips in zip(rows, ({"a"}, {"b"}, {"a", "c"}, {"simulated"}, {"b", "c"}, {"c"})):
            row["recordings"] = bank.bits(clips, known)
        self.assertEqual(len(train.Batches([rows], bank.bits({"c"}, known), 2, 0)), 3)
        self.assertEqual(len(train.Batches([rows[:3], rows[3:]], bank.bits(set(), known), 2, 0)), 6)

    def test_mirrored_boxes_keep_their_place(self):
        drawn = scene(person((20, 40, 60, 92)))
        arrays = [drawn.kelvin, *paint(drawn).arrays()]
        other = scene(drawn.mirrored().persons[0])
        wanted = [other.kelvin, *paint(other).arrays()]
        got = train.mirrored([torch.from_numpy(np.stack([a])) for a in arrays])
        for a, b in zip(got[1:], wanted[1:]):
            np.testing.assert_allclose(a[0].numpy(), b, atol=1e-5)


class Skin(unittest.TestCase):
    def test_the_map_is_read_as_it_is_painted(self):
        drawn = scene(person((30, 40, 71, 92)))
        output = perfect_output(paint(drawn))
        np.testing.assert_allclose(
            torch.sigmoid(skin_map(torch.from_numpy(output[None])))[0].numpy(),
            np.clip(paint(drawn).skin, 0.01, 0.99), atol=1e-5,
        )  # fmt: skip
        shown = bare_box(np.float32(paint(drawn).skin), drawn.persons[0].face)
        np.testing.assert_allclose(shown, drawn.persons[0].forehead, atol=1)

    def test_hair_over_one_side_narrows_the_forehead(self):
        drawn = scene(person())
        skin = paint(drawn).skin
        skin[:, :32] = 0  # left of x = 60 of the frame
        shown = bare_box(skin, drawn.persons[0].face)
        self.assertAlmostEqual(shown[0], 60, delta=1)


class Network(unittest.TestCase):
    def test_folding_changes_no_output(self):
        torch.manual_seed(0)
        network = FaceNet()
        for size in ((160, 128), (192, 256)):
            plane = torch.randn(2, 1, *size)
            network(plane)  # gives the batch norms something to fold
            with torch.no_grad():
                expected = network.eval()(plane)
                got = folded(network)(plane)
            self.assertEqual(tuple(got.shape), (2, CHANNELS, size[0] // 8, size[1] // 8))
            torch.testing.assert_close(got, expected, atol=1e-4, rtol=1e-4)
            network.train()

    def test_input_does_not_know_the_offset(self):
        kelvin = scene(person()).kelvin
        np.testing.assert_allclose(network_input(kelvin), network_input(kelvin + 5), atol=1e-4)


class Hysteresis_(unittest.TestCase):
    def test_a_sure_sighting_starts_and_a_weak_one_keeps(self):
        def seen(score):
            return [Face(score, [40, 40, 80, 92], [50, 45, 70, 55], 1, 1)]

        scores = [0.4, 0.4, 0.7, 0.4, 0.4]
        hysteresis = Hysteresis()
        self.assertEqual([len(hysteresis.step(seen(s))) for s in scores], [0, 0, 1, 1, 1])

    def test_one_frame_is_not_enough(self):
        hysteresis = Hysteresis()
        self.assertEqual(hysteresis.step([Face(0.9, [40, 40, 80, 92], [50, 45, 70, 55], 1, 1)]), [])


class Disc(unittest.TestCase):
    def test_a_hidden_disc_leaves_no_trace(self):
        kelvin = np.full((FRAME_HEIGHT, FRAME_WIDTH), 295, np.float32)
        rows, columns = np.mgrid[:FRAME_HEIGHT, :FRAME_WIDTH]
        kelvin[(columns + 0.5 - 20) ** 2 + (rows + 0.5 - 130) ** 2 <= 6**2] = 310
        np.testing.assert_allclose(hide_disc(kelvin, (20, 130, 6)), 295)

    def test_no_disc_nothing_hidden(self):
        kelvin = scene(person()).kelvin
        self.assertIs(hide_disc(kelvin, None), kelvin)


class Simulation(unittest.TestCase):
    def test_reads_frames_and_truth(self):
        counts = np.arange(2 * FRAME_HEIGHT * FRAME_WIDTH).astype("<u2")
        counts = counts.reshape(2, FRAME_HEIGHT, FRAME_WIDTH)
        header = {"width": FRAME_WIDTH, "height": FRAME_HEIGHT, "raw_unit": "kelvin_x100"}
        text = json.dumps(header).encode()
        parts = [simulation.MAGIC, struct.pack("<I", len(text)), text]
        for number, frame in enumerate(counts):
            parts += [struct.pack("<Qdq", number, 0.0, 0), frame.tobytes()]
        unseen = {"head": None, "face": None, "forehead": None}
        truth = [
            {"frame": 0, "persons": [unseen], "disc": {"cx": 1, "cy": 2, "r": 3}},
            {"frame": 1, "persons": [], "disc": None},
        ]
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            (folder / "a.y16.gz").write_bytes(gzip.compress(b"".join(parts)))
            (folder / "a.jsonl").write_text("\n".join(map(json.dumps, truth)) + "\n")
            items, frames = simulation.load(folder)
        np.testing.assert_array_equal(frames["a"], counts)
        self.assertEqual([i["disc"] for i in items], [[1, 2, 3], None])
        self.assertEqual([i["persons"] for i in items], [[], []])

    def test_an_empty_folder_is_refused(self):
        with tempfile.TemporaryDirectory() as name:
            with self.assertRaisesRegex(FileNotFoundError, "lintel-lab sim"):
                simulation.load(Path(name))


class Recordings(unittest.TestCase):
    def test_cptv_in_snake_order(self):
        steps = [1, 1, 5, 14, 14]  # 4 bits each: 14 is -2; the second row runs backwards
        bits = "".join(f"{s:04b}" for s in steps) + "0000"
        packed = bytes(int(bits[i : i + 8], 2) for i in range(0, len(bits), 8))
        raw = struct.pack("<i", 100) + packed
        header = b"H\x02" + b"\x04X" + struct.pack("<I", 3) + b"\x04Y" + struct.pack("<I", 2)
        frame = b"F\x02" + b"\x01w\x04" + b"\x04f" + struct.pack("<I", len(raw)) + raw
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "x.cptv"
            path.write_bytes(gzip.compress(b"CPTV\x02" + header + frame + frame))
            frames = recordings.read_cptv(path)
        first = [[100, 101, 102], [103, 105, 107]]
        np.testing.assert_array_equal(frames[0], first)
        np.testing.assert_array_equal(frames[1], 2 * np.array(first))

    def test_other_files_are_refused(self):
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "x.cptv"
            path.write_bytes(gzip.compress(b"something else"))
            with self.assertRaisesRegex(ValueError, "not a CPTV"):
                recordings.read_cptv(path)

    def test_folds_cover_everything_once(self):
        cameras = {"a": "one", "b": "two", "c": "one"}
        halves = [splits.held_out(f"2:{k}", cameras) for k in (0, 1)]
        self.assertEqual(sorted(halves[0] | halves[1]), sorted(cameras))
        self.assertFalse(halves[0] & halves[1])
        self.assertEqual(splits.held_out("camera:two", cameras), {"b"})
        with self.assertRaisesRegex(ValueError, "cameras are one, two"):
            splits.held_out("camera:three", cameras)


if __name__ == "__main__":
    unittest.main()
