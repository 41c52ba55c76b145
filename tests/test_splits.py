"""Splits: parts that never overlap and never share a block."""

import numpy as np
import pytest

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
