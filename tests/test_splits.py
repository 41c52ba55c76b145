"""Splits: parts that never overlap and never share a block."""

import ase
import numpy as np
import pytest
from sentences import refusal

from forcefield import prepared, sampling, splits


@pytest.mark.parametrize("seed", range(5))
def test_parts_never_overlap_and_miss_nothing(seed):
    parts = splits.split(57, (0.6, 0.2), seed)
    assert [len(part) for part in parts] == [34, 11, 12]
    np.testing.assert_array_equal(np.sort(np.concatenate(parts)), np.arange(57))
    for part, again in zip(parts, splits.split(57, (0.6, 0.2), seed), strict=True):
        np.testing.assert_array_equal(part, again)


def test_another_seed_draws_other_parts():
    assert not np.array_equal(splits.split(57, (0.6,), 0)[0], splits.split(57, (0.6,), 1)[0])


def test_equally_spaced_points_and_the_others():
    chosen, others = splits.equally_spaced(200, 30)
    assert (len(chosen), chosen[0], chosen[-1]) == (30, 0, 199)
    assert set(np.diff(chosen)) <= {6, 7}
    np.testing.assert_array_equal(np.sort(np.concatenate([chosen, others])), np.arange(200))


@pytest.mark.parametrize(
    ("call", "sentence"),
    [
        (lambda: splits.split(10, (0.01,), 0), "at least one"),
        (lambda: splits.split(10, (0.5, 0.5), 0), "at least one"),
        (lambda: splits.equally_spaced(10, 11), "from 2 to 10"),
        (lambda: splits.equally_spaced(10, 1), "from 2 to 10"),
    ],
)
def test_bad_parts_get_one_sentence(call, sentence):
    with pytest.raises(ValueError, match=sentence):
        call()


def test_copper_split_shares_no_block_and_has_every_temperature():
    temperatures, blocks = sampling.copper_blocks()
    parts = prepared.copper_split()
    assert [len(part) for part in parts] == [200, 100, 300]
    np.testing.assert_array_equal(np.sort(np.concatenate(parts)), np.arange(600))
    for part in parts:
        others = np.setdiff1d(np.arange(600), part)
        assert not set(blocks[part]) & set(blocks[others])
        shares = [np.mean(temperatures[part] == temperature) for temperature in sampling.COPPER_TEMPERATURES]
        np.testing.assert_allclose(shares, 1 / 3, atol=0.07)


def test_blocks_may_be_of_any_size_and_in_any_order():
    blocks = np.array([7, 3, 3, 9, 7, 1, 9, 9, 4, 4])
    parts = splits.split_blocks(blocks, (0.4, 0.2), seed=1)
    assert [len(set(blocks[part])) for part in parts] == [2, 1, 2]
    np.testing.assert_array_equal(np.sort(np.concatenate(parts)), np.arange(10))
    again = splits.split_blocks(blocks, (0.4, 0.2), seed=1)
    assert all(np.array_equal(part, same) for part, same in zip(parts, again, strict=True))


def test_another_seed_draws_other_blocks_of_every_group():
    blocks, groups = np.arange(40) // 2, np.arange(40) // 20
    first, second = (splits.split_blocks(blocks, (0.5,), seed, groups)[0] for seed in (0, 1))
    assert not np.array_equal(first, second)
    for part in (first, second):
        assert [np.count_nonzero(groups[part] == group) for group in (0, 1)] == [10, 10]


def test_bad_blocks_get_one_sentence():
    with pytest.raises(ValueError, match="must get at least one"):
        splits.split_blocks([0, 0, 1, 1], (0.1,), seed=0)
    with pytest.raises(ValueError, match="must lie in one group"):
        splits.split_blocks([0, 0, 1, 1], (0.5,), seed=0, groups=[300, 600, 600, 600])


def frames_of(formulas, groups=None):
    """Atoms without anything else, for splits."""
    frames = [ase.Atoms(formula, np.zeros((len(ase.Atoms(formula)), 3))) for formula in formulas]
    for frame, group in zip(frames, groups or [], strict=False):
        frame.info["group"] = group
    return frames


def test_frames_that_follow_each_other_stay_together():
    frames = frames_of(["Cu4"] * 40 + ["Cu3Au"] * 40)
    parts = splits.split_structures(frames, (0.5, 0.25), seed=0)
    np.testing.assert_array_equal(np.sort(np.concatenate(parts)), np.arange(80))
    assert [len(part) for part in parts] == [40, 20, 20]
    for part in parts:
        assert np.count_nonzero(part < 40) == len(part) // 2
        assert all(set(range(5 * (row // 5), 5 * (row // 5) + 5)) <= set(part) for row in part)


def test_blocks_do_not_cross_trajectories():
    frames = frames_of(["Cu4"] * 20, ["a"] * 7 + ["b"] * 13)
    parts = splits.split_structures(frames, (0.5,), seed=1, block_length=4)
    blocks = [set(range(start, end)) for start, end in ((0, 4), (4, 7), (7, 11), (11, 15), (15, 19), (19, 20))]
    for part in parts:
        assert all((block & set(part)) in (set(), block) for block in blocks)


@pytest.mark.parametrize("by", ["trajectory", "composition"])
def test_whole_trajectories_and_whole_compositions(by):
    formulas, groups = ["Cu4", "Cu3Au", "Cu2Au2", "CuAu3"] * 5, [3, 1, 2, 0] * 5
    frames = frames_of(formulas, groups)
    parts = splits.split_structures(frames, (0.5, 0.25), seed=0, by=by)
    assert [len(part) for part in parts] == [10, 5, 5]
    assert sum(len({formulas[row] for row in part}) for part in parts) == 4


def test_one_composition_and_the_others():
    frames = frames_of(["Cu3Au", "AuCu3", "Cu2Au2", "Cu4"])
    chosen, others = splits.rows_of_composition(frames, "Cu3Au")
    assert list(chosen) == [0, 1]
    assert list(others) == [2, 3]


@pytest.mark.parametrize(
    ("call", "piece"),
    [
        (lambda f: splits.split_structures(f, (0.5,), 0, by="trajectory"), "'group'"),
        (lambda f: splits.split_structures(f, (0.5,), 0, by="moon"), "time, trajectory, composition"),
        (lambda f: splits.split_structures(f, (0.5,), 0, name=3), "name must be a text"),
        (lambda f: splits.split_structures(f, (0.5,), 0, block_length=0), "block_length"),
        (lambda f: splits.split_structures(f, (0.01,), 0), "at least one"),
        (lambda f: splits.split_structures(f[0], (0.5,), 0), "brackets"),
        (lambda f: splits.split_structures(f, (0.5,), -1), "seed"),
        (lambda f: splits.rows_of_composition(f, "Cu9"), "No structures are Cu9"),
        (lambda f: splits.rows_of_composition(f[:2], "Cu4"), "All structures are Cu4"),
        (lambda f: splits.rows_of_composition(f, "Unobtainium"), "must be a formula"),
        (lambda f: splits.rows_of_composition(f, 4), "must be a text"),
    ],
)
def test_bad_splits_of_structures_get_one_sentence(call, piece):
    assert piece in refusal(lambda: call(frames_of(["Cu4"] * 6 + ["Cu3Au"] * 6)))
