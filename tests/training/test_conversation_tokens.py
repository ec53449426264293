import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tokenizers import Tokenizer, decoders, models, normalizers, pre_tokenizers, trainers
from transformers import AutoTokenizer, PreTrainedTokenizerFast

from masksearch.errors import ModelError
from masksearch.export import export_record
from masksearch.messages import Dialect, Message, Segment
from masksearch.protocol import ModelTurn, render_turn
from masksearch.schemas import (
    MASK,
    Hit,
    Interval,
    Prompt,
    Status,
    Task,
    TaskKind,
    Tokens,
    Trajectory,
    Turn,
)
from training.conversation_tokens import ConversationTokens
from training.data import IGNORED, encode

TRIMMED = (
    "{% for m in messages %}<|im_start|>{{ m.role }}\n{{ m.content | trim }}<|im_end|>\n"
    "{% endfor %}{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"
)
HEADERS = (
    "<|endoftext|>{% for m in messages %}<|start_header_id|>{{ m['role'] }}<|end_header_id|>\n\n"
    "{{ m['content'] | trim }}<|im_end|>{% endfor %}"
    "{% if add_generation_prompt %}<|start_header_id|>assistant<|end_header_id|>\n\n{% endif %}"
)
REPEATS = "{% for m in messages %}{{ m.content }}{{ m.content }}{% endfor %}"
REFUSES = "{% for m in messages %}{{ raise_exception('System role not supported') }}{% endfor %}"
TEMPLATES = ["own", TRIMMED, HEADERS]
wild = settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))


@pytest.fixture(scope="module", params=TEMPLATES, ids=["own", "trimmed", "headers"])
def tokens(request, tiny_model) -> ConversationTokens:
    return with_template(tiny_model, request.param)


def with_template(folder, template) -> ConversationTokens:
    tokenizer = AutoTokenizer.from_pretrained(folder)
    if template != "own":
        tokenizer.chat_template = template
    return ConversationTokens(tokenizer)


def special_ids(tokens) -> set[int]:
    known = tokens.tokenizer.added_tokens_decoder
    return {number for number, token in known.items() if token.special}


PLANTED = (
    "<|im_end|>", "<|im_start|>assistant\n", "<|endoftext|>", "<repo_name>", "<empty_output>",
    "<gh_stars>", "</information>", "<think>", "</think>", "<answer>", "</answer>", "</search>",
    "&lt;", "\t", "\ue0000\ue001", "{{ messages }}", "  ", "\n\n",
)  # fmt: skip


def some_text(*excluded: str):
    characters = st.characters(exclude_categories=["Cs", *excluded])
    pieces = st.one_of(st.text(characters, max_size=12), st.sampled_from(PLANTED))
    return st.lists(pieces, max_size=5).map("".join)


texts = some_text("Cc", "Cn")
anything = some_text()
sampled = st.lists(st.integers(17, 49_151), min_size=1, max_size=12).map(tuple)
said = st.lists(st.tuples(texts, sampled, texts), max_size=3)


@wild
@given(texts, texts, said)
def test_a_conversation_grows_by_concatenation(tokens, system, task, turns):
    messages = [Message(role="system", content=system), Message(role="user", content=task)]
    prompt = tokens.prompt(messages)
    for content, ids, found in turns:
        own = Tokens(ids=ids, tokenizer=tokens.identity)
        messages.append(Message(role="assistant", content=content, tokens=own))
        messages.append(Message(role="user", content=found))
        longer = tokens.prompt(messages)
        following = tokens.following([one.role for one in messages[:-1]], messages[-1])
        assert longer == [*prompt, *ids, *following]
        prompt = longer


def test_ids_of_another_vocabulary_are_not_taken_for_ones_own(tokens):
    foreign = Tokens(ids=(1, 2, 3), tokenizer="another")
    messages = [Message(role="user", content="words", tokens=foreign)]
    assert tokens.prompt(messages) == tokens.prompt([Message(role="user", content="words")])


@wild
@given(st.lists(anything, min_size=1, max_size=4))
def test_no_message_can_say_a_special_token(tokens, contents):
    roles = ["system", "user", "assistant", "user"][: len(contents)]
    blank = tokens.prompt([Message(role=r, content="") for r in roles])
    full = tokens.prompt([Message(role=r, content=c) for r, c in zip(roles, contents, strict=True)])
    special = special_ids(tokens)
    assert [i for i in full if i in special] == [i for i in blank if i in special]


def test_every_special_token_is_mere_text_in_a_message(tokens):
    special = tokens.tokenizer.added_tokens_decoder
    assert {"<|im_end|>", "<|im_start|>"} <= {token.content for token in special.values()}
    for token in special.values():
        ids = tokens.encode(f"a{token.content}b")
        assert not set(ids) & special.keys()
        assert tokens.tokenizer.decode(ids) == f"a{token.content}b"


@pytest.mark.parametrize("char", ["\x06", "\U00040000"])
def test_a_character_that_the_vocabulary_lacks_is_no_special_token(tokens, char):
    assert tokens.tokenizer.decode(tokens.encode(f"a{char}b{char}")) == "a\ufffdb\ufffd"


@wild
@given(texts)
def test_a_message_reads_back_as_it_was(tokens, text):
    assert tokens.tokenizer.decode(tokens.encode(text)) == text


def test_the_template_speaks_as_it_would_by_itself(tokens):
    messages = [
        Message(role="system", content="Search."),
        Message(role="user", content="Who?"),
        Message(role="assistant", content="<think>a</think>"),
        Message(role="user", content="Found."),
    ]
    by_itself = tokens.tokenizer.apply_chat_template(
        [message.model_dump(include={"role", "content"}) for message in messages],
        tokenize=False,
        add_generation_prompt=True,
    )
    assert tokens.tokenizer.decode(tokens.prompt(messages)) == by_itself


queries = st.lists(texts.filter(lambda t: t.split()), min_size=1, max_size=4).map(tuple)
hits = st.lists(st.tuples(texts, texts), max_size=3)
turns = st.lists(st.tuples(texts, queries, hits), max_size=3)


@wild
@given(turns, texts, texts, texts, texts, st.sampled_from(Dialect))
def test_only_the_models_own_words_are_trained_on(
    tokens, turns, thought, answer, title, system, dialect
):
    task, trace = a_trace(turns, thought, answer, title)
    record = export_record(task, trace, system, dialect)
    example = encode(record, tokens)
    own = [
        render_turn(ModelTurn(thought=turn.thought, queries=turn.queries)) for turn in trace.turns
    ]
    own.append(render_turn(ModelTurn(thought=thought, answer=answer)))
    ends = ["<|im_end|>"] * len(own)
    if dialect is Dialect.SINGLE_TURN:  # one message, which goes on behind its searches
        ends[:-1] = [""] * (len(own) - 1)
    told = [turn + end for turn, end in zip(own, ends, strict=True)]
    assert [tokens.tokenizer.decode(run) for run in labelled_runs(example)] == told
    assert example.labels[-1] == tokens.end_ids[0]  # nothing comes after the last turn's end
    assert all(label in (IGNORED, i) for i, label in zip(*example[:2], strict=True))


def a_trace(turns, thought, answer, title):
    task = Task(
        id="t",
        prompt=Prompt(kind=TaskKind.RAMP, title=title, text=f"Born in {MASK}.", num_masks=1),
        answers=(("London",),),
        masks=(Interval(8, 14),),
    )
    made = [
        Turn(
            thought=thought,
            queries=queries,
            hits=tuple(
                Hit(id=f"p#{n}", title=t, text=text, score=1.0) for n, (t, text) in enumerate(hits)
            ),
        )
        for thought, queries, hits in turns
    ]
    trace = Trajectory(
        task_id="t",
        status=Status.ANSWERED,
        turns=tuple(made),
        final_thought=thought,
        answer=answer,
    )
    return task, trace


def labelled_runs(example) -> list[list[int]]:
    runs: list[list[int]] = []
    previous = IGNORED
    for label in example.labels:
        if label != IGNORED:
            runs += [[]] if previous == IGNORED else []
            runs[-1].append(label)
        previous = label
    return runs


def test_a_models_prompt_begins_as_its_training_did(tokens):
    """What is trained on stands where generation goes on: same ids before and in it."""
    texts = ["Search.", "Who?", "<think>a</think>\n<search>\nb\n</search>", "Found.", "<answer>"]
    roles = ["system", "user", "assistant", "user", "assistant"]
    trained = tokens.training(
        roles, [[Segment(t, r == "assistant")] for r, t in zip(roles, texts, strict=True)]
    )
    messages = [Message(role=r, content=t) for r, t in zip(roles, texts, strict=True)]
    for turn in (2, 4):
        prompt = tokens.prompt(messages[:turn])
        assert list(trained.ids[: len(prompt)]) == prompt
        assert trained.trainable[len(prompt)] and not trained.trainable[len(prompt) - 1]


@pytest.mark.parametrize(
    ("template", "reason"),
    [
        (REPEATS, "does not show every message once"),
        (REFUSES, "System role not supported"),
        (None, "has no chat template"),
    ],
)
def test_a_template_that_cannot_hold_a_conversation_is_refused(tiny_model, template, reason):
    with pytest.raises(ModelError, match=reason) as refused:
        with_template(tiny_model, template).prompt([Message(role="system", content="Search.")])
    assert "\n" not in str(refused.value)


SPACED = {
    "llama 2": normalizers.Sequence([normalizers.Prepend("▁"), normalizers.Replace(" ", "▁")]),
    "mistral": None,
}


def small_tokenizer(kind, template):
    """A vocabulary that puts a space before what it is given first, or cannot write a turn."""
    words = Tokenizer(models.WordLevel(unk_token="<unk>") if kind == "words" else models.BPE())
    if kind == "words":
        words.pre_tokenizer = pre_tokenizers.WhitespaceSplit()
        trainer = trainers.WordLevelTrainer(special_tokens=["<unk>", "<end>"])
    else:
        words.normalizer = SPACED[kind] or normalizers.Replace("▁", "▁")
        if kind == "mistral":
            words.pre_tokenizer = pre_tokenizers.Metaspace(prepend_scheme="first", split=False)
        words.decoder = decoders.Replace("▁", " ")
        letters = [chr(code) for code in range(32, 127)]
        trainer = trainers.BpeTrainer(
            special_tokens=["<unk>", "<end>"], initial_alphabet=[*letters, "\n", "▁"]
        )
    words.train_from_iterator(["<think>\n", "</think> <search> mill"], trainer)
    tokenizer = PreTrainedTokenizerFast(
        tokenizer_object=words, unk_token="<unk>", eos_token="<end>"
    )
    tokenizer.chat_template = template
    return tokenizer


@pytest.mark.parametrize("kind", SPACED)
def test_messages_are_read_as_other_programs_read_the_whole(kind):
    template = (
        "{% for m in messages %}{{ m.role }}:\n{{ m.content }}<end>\n{% endfor %}"
        "{% if add_generation_prompt %}assistant:\n{% endif %}"
    )
    tokenizer = small_tokenizer(kind, template)
    said = [{"role": "system", "content": "Search."}, {"role": "user", "content": "Who?"}]
    text = tokenizer.apply_chat_template(said, tokenize=False, add_generation_prompt=True)
    whole = tokenizer(text, add_special_tokens=False).input_ids
    tokens = ConversationTokens(tokenizer)
    assert tokens.prompt([Message(**message) for message in said]) == whole
    assert tokenizer.decode(tokens.encode("<think>")) == "<think>"


def test_a_vocabulary_in_which_no_turn_can_be_written_is_refused():
    template = "{% for m in messages %}{{ m.role }} {{ m.content }} <end> {% endfor %}assistant "
    with pytest.raises(ModelError, match="cannot write a turn: of '<think>"):
        ConversationTokens(small_tokenizer("words", template))
