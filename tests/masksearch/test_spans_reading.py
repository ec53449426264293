import asyncio

import pytest
from some_passages import passage, run_with

from masksearch.config import ExtractConfig, RampConfig
from masksearch.counts import SpanCounts
from masksearch.errors import ChatUnavailable, ModelError, StaleError, StoreError, Undone
from masksearch.masking.build import build_tasks
from masksearch.readings import FoundSpans
from masksearch.rejection import Rejection
from masksearch.schemas import Span, Task
from masksearch.spans.reading import read_passages
from masksearch.stages import SPANS, TASKS
from masksearch.store import read_records

TEXT = "the old harbour of the town was built by Ada Byron and other people of the place"


class Reader:
    name = "reader v1"

    def __init__(self, fail_at=None):
        self.read_ids: list[str] = []
        self.fail_at = fail_at
        self.at_once = self.most = 0

    async def read(self, passage):
        self.at_once += 1
        self.most = max(self.most, self.at_once)
        await asyncio.sleep(0.001)
        self.at_once -= 1
        if passage.id == self.fail_at:
            raise ModelError("no key")
        self.read_ids.append(passage.id)
        start = passage.text.index("Ada Byron")
        span = Span(start=start, end=start + 9, text="Ada Byron", type="person", source="llm")
        refused = Rejection(item=passage.id, reason="not in the passage", detail="Zeus")
        return FoundSpans(passage_id=passage.id, spans=(span,), rejected=(refused,))


@pytest.fixture
def run(tmp_path):
    pages = [passage(f"p{n}", TEXT) for n in range(12)]
    return run_with(tmp_path / "run", pages[:5], pages[5:])


async def test_every_passage_is_read_once_and_what_was_refused_is_counted(run):
    reader = Reader()
    counts = await read_passages(run, reader, ExtractConfig(concurrency=4))
    assert counts == SpanCounts(
        passages=12, spans=12, types={"person": 12}, rejected={"not in the passage": 12}
    )
    assert 2 <= reader.most <= 4 and len(set(reader.read_ids)) == 12
    assert await read_passages(run, (again := Reader()), ExtractConfig(concurrency=1)) == counts
    assert again.read_ids == []


async def test_what_was_paid_for_is_not_paid_for_again(run):
    with pytest.raises(ModelError, match="no key"):
        await read_passages(run, (first := Reader("c:p7#0")), ExtractConfig(concurrency=1))
    await read_passages(run, (second := Reader()), ExtractConfig())
    assert sorted(first.read_ids + second.read_ids) == sorted(f"c:p{n}#0" for n in range(12))


async def test_a_higher_limit_reads_the_rest_and_a_lower_one_changes_nothing(run):
    assert (await read_passages(run, Reader(), ExtractConfig(limit=6))).passages == 6
    assert (await read_passages(run, (more := Reader()), ExtractConfig())).passages == 12
    assert len(more.read_ids) == 6
    made = run.stage(SPANS).hash
    assert (await read_passages(run, (none := Reader()), ExtractConfig(limit=3))).passages == 12
    assert none.read_ids == [] and run.stage(SPANS).hash == made


async def test_another_reader_is_another_stage(run):
    await read_passages(run, Reader(), ExtractConfig(limit=6))
    other = Reader()
    other.name = "another"
    with pytest.raises(StaleError, match="another"):
        await read_passages(run, other, ExtractConfig(limit=6))


async def test_a_fault_of_the_world_leaves_a_passage_unread(run):
    class Away(Reader):
        async def read(self, passage):
            if passage.id == "c:p7#0":
                raise ChatUnavailable("503")
            return await super().read(passage)

    with pytest.raises(Undone, match=r"1 were left undone.*503"):
        await read_passages(run, Away(), ExtractConfig(concurrency=2))
    assert (await read_passages(run, (rest := Reader()), ExtractConfig())).passages == 12
    assert rest.read_ids == ["c:p7#0"]


async def test_tasks_are_made_of_what_the_model_named(run):
    config = RampConfig(num_masks=(1,), spans=("llm",), heldout_share=0)
    with pytest.raises(StoreError, match="ramp extract"):
        build_tasks(run, config)
    await read_passages(run, Reader(), ExtractConfig())
    assert run.stage(SPANS).done
    build_tasks(run, config)
    tasks = list(read_records(run.path / TASKS / "train.jsonl", Task))
    assert len(tasks) == 12
    assert {t.answers + t.mask_sources + t.mask_types for t in tasks} == {
        (("Ada Byron",), "llm", "person")
    }
