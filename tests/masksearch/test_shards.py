import pytest

from masksearch.errors import InputError
from masksearch.shards import LEDGER, Shard, each_shard, listed_shards, summed

PARTS = ["ab", "c", "def", "", "gh"]


def spell(job):
    made = {"letters": len(job.part)} if job.part else {}
    return Shard(name=job.name, read=job.number + 1, counts={"made": made, "seen": {"parts": 1}})


def test_every_part_becomes_a_shard_and_is_listed_in_order(tmp_path):
    shards = list(each_shard(tmp_path, PARTS, spell))
    assert [shard.name for shard in shards] == [f"{n:06d}" for n in range(5)]
    assert listed_shards(tmp_path) == shards
    assert summed(shards) == {"made": {"letters": 8}, "seen": {"parts": 5}}


@pytest.mark.parametrize(
    ("killed_after", "processes"), [(0, 1), (1, 1), (2, 1), (4, 1), (5, 1), (2, 2)]
)
def test_a_stage_goes_on_where_it_was_to_the_same_ledger(tmp_path, killed_after, processes):
    whole, cut = tmp_path / "whole", tmp_path / "cut"
    list(each_shard(whole, PARTS, spell))
    begun = each_shard(cut, PARTS, spell)
    for _ in range(killed_after):
        next(begun, None)
    begun.close()
    cut.mkdir(exist_ok=True)
    with (cut / LEDGER).open("ab") as file:
        file.write(b'{"schema_version":1,"na')  # what a kill in mid-write leaves
    made = []

    def counted(job):
        made.append(job.number)
        return spell(job)

    shards = list(each_shard(cut, PARTS, counted if processes == 1 else spell, processes))
    assert (cut / LEDGER).read_bytes() == (whole / LEDGER).read_bytes()
    assert len(shards) == 5
    if processes == 1:
        assert made == list(range(killed_after, 5))


def test_an_input_that_breaks_off_leaves_what_was_finished(tmp_path):
    def parts():
        yield from PARTS[:2]
        raise InputError("cut short")

    with pytest.raises(InputError, match="cut short"):
        list(each_shard(tmp_path, parts(), spell))
    assert [shard.name for shard in listed_shards(tmp_path)] == ["000000", "000001"]
