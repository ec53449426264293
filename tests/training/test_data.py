import pytest
from trace_records import a_record, some_records

from masksearch.errors import InputError, SchemaError
from masksearch.export import export_record
from masksearch.messages import Dialect
from masksearch.protocol import ModelTurn, render_turn
from masksearch.schemas import Hit, Prompt, Status, Task, TaskKind, Tokens, Trajectory, Turn
from masksearch.store import write_records
from training.config import CurriculumConfig
from training.conversation_tokens import ConversationTokens
from training.data import (
    IGNORED,
    Example,
    as_rows,
    by_level,
    encode,
    in_batches,
    mean_length,
    read_examples,
)

TASK = Task(
    id="t",
    prompt=Prompt(kind=TaskKind.QUESTION, text="Where was she born?"),
    answers=(("London",),),
)
HIT = Hit(id="p#0", title="Page", text="In London.", score=1.0)
TRACE = Trajectory(
    task_id="t",
    status=Status.ANSWERED,
    turns=(Turn(thought="Where?", queries=("born in",), hits=(HIT,)),),
    final_thought="It says London.",
    answer="London",
)


@pytest.fixture
def tokens(loaded):
    return ConversationTokens(loaded.tokenizer)


@pytest.fixture
def traces(tmp_path):
    path = tmp_path / "sft.jsonl"
    write_records(path, some_records(12))
    return path


def test_the_seed_decides_the_order_alone(traces, tokens):
    first, again, other = (read_examples(traces, tokens, 999, seed).kept for seed in (1, 1, 2))
    assert first == again != other
    assert sorted(first) == sorted(other) == sorted(encode(r, tokens) for r in some_records(12))


def test_traces_that_are_too_long_are_left_out_and_counted(traces, tokens):
    lengths = sorted(len(encode(record, tokens).input_ids) for record in some_records(12))
    limit = lengths[4]
    found = read_examples(traces, tokens, limit, 0)
    assert (len(found.kept), found.too_long) == (5, 7)
    assert max(len(example.input_ids) for example in found.kept) == limit


def test_nothing_short_enough_is_one_clear_line(traces, tokens):
    with pytest.raises(InputError, match="no trace of at most 20 tokens") as refused:
        read_examples(traces, tokens, 20, 0)
    assert "\n" not in str(refused.value)


def test_no_traces_at_all_is_one_clear_line(tmp_path, tokens):
    (tmp_path / "sft.jsonl").touch()
    with pytest.raises(InputError, match="no trace"):
        read_examples(tmp_path / "sft.jsonl", tokens, 999, 0)


def test_traces_of_a_newer_schema_are_refused(tmp_path, tokens):
    newer = a_record(1).model_copy(update={"schema_version": 99})
    write_records(tmp_path / "sft.jsonl", [newer])
    with pytest.raises(SchemaError, match="schema version 99"):
        read_examples(tmp_path / "sft.jsonl", tokens, 999, 0)


def test_labels_are_the_models_own_words_and_the_ends_of_its_turns(tokens):
    record = a_record(3)
    example = encode(record, tokens)
    own = tokens.tokenizer.decode([label for label in example.labels if label != IGNORED])
    assert own == "".join(f"{m.content}<|im_end|>" for m in record.messages if m.trainable)


def test_lengths_and_rows():
    examples = [Example([1, 2, 3], [IGNORED, 2, 3]), Example([4], [4], num_masks=2)]
    assert mean_length(examples) == 2.0
    assert as_rows(examples)[1] == {"input_ids": [4], "labels": [4]}


def test_batches_hold_like_lengths_and_follow_in_random_order():
    examples = [Example([n] * length, [n] * length) for n, length in enumerate([9, 3] * 20 + [10])]
    ordered = in_batches(examples, 2, seed=0)
    assert sorted(ordered) == sorted(examples)
    pairs = [ordered[i : i + 2] for i in range(0, 40, 2)]
    assert all(len(one.input_ids) == len(other.input_ids) for one, other in pairs[:-1])
    lengths = [len(pair[0].input_ids) for pair in pairs]
    assert lengths != sorted(lengths) and lengths != sorted(lengths, reverse=True)
    assert in_batches(examples, 2, seed=0) == ordered != in_batches(examples, 2, seed=1)


SCHEDULE = CurriculumConfig(by="schedule")


def leveled(*counts):
    """So many examples with 1, 2, 3… masks, of different lengths, mixed."""
    masks = [level for level, count in enumerate(counts, 1) for _ in range(count)]
    made = [Example([n] * (1 + n * 7 % 23), [n], level) for n, level in enumerate(masks)]
    return sorted(made, key=lambda one: one.input_ids[0] * 13 % 97)


def test_an_example_knows_its_number_of_masks(tokens):
    record = a_record(3).model_copy(update={"num_masks": 4})
    assert encode(record, tokens).num_masks == 4


def test_a_schedules_batches_come_from_the_levels_that_are_open():
    ordered = by_level(leveled(40, 40), 4, 20, SCHEDULE, seed=0)
    early, late = ordered[:40], ordered[40:]
    assert len(ordered) == 80
    assert {one.num_masks for one in early} == {1}
    assert {one.num_masks for one in late} == {2}  # the first share used up what is easy
    assert sorted(ordered) == sorted(leveled(40, 40))


def test_a_later_share_mixes_all_open_levels():
    ordered = by_level(leveled(80, 80, 80), 4, 30, SCHEDULE, seed=0)
    shares = [{one.num_masks for one in ordered[i : i + 40]} for i in (0, 40, 80)]
    assert shares == [{1}, {1, 2}, {1, 2, 3}]
    assert len({tuple(one.input_ids) for one in ordered}) == 120  # none comes twice


def test_a_level_with_few_examples_is_gone_through_again():
    ordered = by_level(leveled(3, 100), 2, 10, SCHEDULE, seed=0)
    easy = [one.input_ids[0] for one in ordered[:10]]
    assert sorted(map(easy.count, range(3))) == [3, 3, 4]


def test_scheduled_batches_hold_like_lengths_and_the_seed_decides_alone():
    examples = leveled(32, 32)
    ordered = by_level(examples, 4, 16, SCHEDULE, seed=0)
    spread = [
        max(lengths) - min(lengths)
        for i in range(0, 64, 4)
        if (lengths := [len(one.input_ids) for one in ordered[i : i + 4]])
    ]
    assert sum(spread) / len(spread) < 6  # of 22; at random some 14
    assert by_level(examples, 4, 16, SCHEDULE, seed=0) == ordered
    assert by_level(examples, 4, 16, SCHEDULE, seed=1) != ordered


def test_what_a_teacher_sampled_is_trained_on_as_it_was_sampled(tokens):
    record = export_record(TASK, TRACE, "Search.", Dialect.CHAT)
    plain = encode(record, tokens)
    said = render_turn(ModelTurn(thought=TRACE.final_thought, answer=TRACE.answer))
    letters = [token for letter in said for token in tokens.encode(letter)]
    assert letters != tokens.encode(said), "another way to say the same is wanted"
    sampled = Tokens(ids=tuple(letters), tokenizer=tokens.identity)
    for dialect in Dialect:
        as_sampled = export_record(TASK, TRACE.changed(final_tokens=sampled), "Search.", dialect)
        example = encode(as_sampled, tokens)
        ended = [*letters, *tokens.end_ids]
        assert example.input_ids[-len(ended) :] == example.labels[-len(ended) :] == ended
    foreign = sampled.changed(tokenizer="another vocabulary")
    other = export_record(TASK, TRACE.changed(final_tokens=foreign), "Search.", Dialect.CHAT)
    assert encode(other, tokens) == plain


@pytest.mark.parametrize("strange", ["special", "beyond", "negative"])
def test_ids_that_no_message_can_hold_are_never_trained_on(tokens, strange):
    stray = {
        "special": tokens.tokenizer.eos_token_id,
        "beyond": len(tokens.tokenizer),
        "negative": -1,
    }[strange]
    said = render_turn(ModelTurn(thought=TRACE.final_thought, answer=TRACE.answer))
    ids = tokens.encode(said)
    sampled = Tokens(ids=(*ids[:3], stray, *ids[3:]), tokenizer=tokens.identity)
    record = export_record(TASK, TRACE.changed(final_tokens=sampled), "Search.", Dialect.CHAT)
    plain = export_record(TASK, TRACE, "Search.", Dialect.CHAT)
    assert encode(record, tokens) == encode(plain, tokens)
