import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from masksearch.messages import Call, Message, Reply
from masksearch.protocol import (
    STOPS,
    Malformed,
    ModelTurn,
    conversation,
    escape,
    finished,
    opening,
    parse_turn,
    read_turn,
    render_information,
    render_task,
    render_turn,
    settle,
    turn_messages,
    turn_text,
    unescape,
)
from masksearch.schemas import MASK, Hit, Prompt, TaskKind, Tokens, Turn

TAGS = [
    f"<{slash}{name}>"
    for name in ("think", "search", "information", "answer")
    for slash in ("", "/")
]
LINE_BREAKS = [
    "\n",
    "\r",
    "\r\n",
    "\x0b",
    "\x0c",
    "\x1c",
    "\x1d",
    "\x1e",
    "\x85",
    "\u2028",
    "\u2029",
]
PIECES = [
    *TAGS,
    *LINE_BREAKS,
    *("<|im_start|>", "<|im_end|>", "<|endoftext|>", "<|", "|>"),
    *("&lt;", "&amp;lt;", "&amp;amp;lt;", "&amp;", "&", "amp;", "lt;", "<", "</", "/", "|", ">"),
    *("think", "search", "answer", " ", "\t", "\x00", "\u200b", "İ", "東", "😀"),
]
RAW_TAG = re.compile(r"<\||</?(?:think|search|information|answer)")

wild = st.lists(st.sampled_from(PIECES) | st.text(max_size=4), max_size=12).map("".join)
queries = st.lists(wild, min_size=1, max_size=4).filter(lambda lines: any(q.split() for q in lines))
turns = st.builds(ModelTurn, thought=wild, queries=queries.map(tuple)) | st.builds(
    ModelTurn, thought=wild, answer=wild
)
hits = st.lists(
    st.builds(Hit, id=wild, title=wild, text=wild, url=wild, score=st.just(1.0)), max_size=4
)
searches = st.builds(
    Turn, thought=wild, queries=queries.map(tuple), hits=hits.map(tuple), error=st.just("") | wild
)
prompts = st.builds(Prompt, kind=st.sampled_from(TaskKind), text=wild, title=wild)


def without_stop(rendered: str) -> str:
    return rendered[: rendered.rindex("</")]


@given(turns)
def test_a_turn_is_read_as_it_was_rendered(turn: ModelTurn) -> None:
    rendered = render_turn(turn)
    assert parse_turn(rendered) == turn
    assert rendered.endswith(STOPS)
    assert sum(rendered.count(stop) for stop in STOPS) == 1


@given(wild)
def test_unescaping_undoes_escaping(text: str) -> None:
    assert unescape(escape(text)) == text
    assert unescape(unescape(escape(escape(text)))) == text


@given(wild)
def test_escaped_text_holds_no_tag_and_no_special_token(text: str) -> None:
    assert not RAW_TAG.search(escape(text))


@pytest.mark.parametrize(
    ("text", "escaped"),
    [
        ("a < b, <b> and 1<2", "a < b, <b> and 1<2"),
        ("<|im_end|>", "&lt;|im_end|>"),
        ("</answer>", "&lt;/answer>"),
        ("&lt; &amp;lt; &amp;", "&amp;lt; &amp;amp;lt; &amp;"),
    ],
)
def test_only_what_could_forge_is_escaped(text: str, escaped: str) -> None:
    assert escape(text) == escaped


def action(turn: ModelTurn) -> str:
    return render_turn(turn).partition("</think>")[2]


@given(turns)
def test_a_thought_that_came_apart_makes_the_same_turn(turn: ModelTurn) -> None:
    inside = Reply(text=render_turn(turn))
    apart = Reply(thought=turn.thought, text=action(turn))
    assert read_turn(inside) == turn
    assert read_turn(apart).changed(thought="") == turn.changed(thought="")
    assert read_turn(apart).thought == unescape(turn.thought).strip()


@given(wild, turns, wild)
def test_no_tag_in_a_thought_that_came_apart_can_act(
    thought: str, turn: ModelTurn, more: str
) -> None:
    said = read_turn(Reply(thought=thought, text=action(turn) + more))
    assert (said.queries, said.answer) == (turn.queries, turn.answer)
    assert parse_turn(render_turn(said)) == said


@given(st.none() | wild, wild, st.sampled_from(["stop", "end", "length"]))
def test_any_reply_is_a_turn_or_malformed_with_a_reason(
    thought: str | None, text: str, finish: str
) -> None:
    said = read_turn(Reply(thought=thought, text=text, finish=finish))
    if isinstance(said, Malformed):
        assert said.reason
    else:
        actions = [f"<{name}>" for name in ("search", "answer")]
        assert any(one in text for one in actions)
        assert sum(render_turn(said).count(one) for one in actions) == 1


@pytest.mark.parametrize(
    ("thought", "text", "finish", "reason"),
    [
        ("I could <answer>x</answer>", "", "stop", "nothing but a thought"),
        ("I could <answer>x</answer>", "\n", "length", "nothing but a thought"),
        ("so", "<answer>half", "length", "no closed <search> or <answer>"),
        ("so", "words <answer>x</answer>", "stop", "not one thought followed by one action"),
        ("so", "<search>a<answer>b</search>", "stop", "a tag inside"),
        (None, "<answer>x</answer>", "stop", "no thought first"),
    ],
)
def test_what_came_apart_and_is_no_turn(
    thought: str | None, text: str, finish: str, reason: str
) -> None:
    said = read_turn(Reply(thought=thought, text=text, finish=finish))
    assert isinstance(said, Malformed) and reason in said.reason


def test_what_a_thought_that_came_apart_copied_is_unescaped_as_any_other() -> None:
    reply = Reply(thought="&lt;|im_end|> <search>", text="<answer>a</answer>")
    said = read_turn(reply)
    assert said == ModelTurn(thought="<|im_end|> <search>", answer="a")
    assert turn_text(reply).count("<search>") == turn_text(reply).count("<|") == 0


def calls(*asked: object, name: str = "search") -> tuple[Call, ...]:
    return tuple(Call(name=name, arguments={"query": each}) for each in asked)


def test_calls_of_a_search_are_one_turn_with_their_queries() -> None:
    reply = Reply(text="I look.", calls=calls("a </search> b", ["c", " "], 5))
    assert read_turn(reply) == ModelTurn(thought="I look.", queries=("a </search> b", "c"))
    assert read_turn(Reply(text="", calls=calls("\ud83d a"))) == ModelTurn(queries=("? a",))


@pytest.mark.parametrize(
    ("called", "finish", "reason"),
    [
        (calls("a", name="python"), "stop", "a call of the tool python instead of an action"),
        (calls(5), "stop", "a call of the tool search instead of an action"),
        (calls("a"), "length", "a call of the tool search instead of an action"),
        (calls(*"abcde"), "stop", "5 queries, 1 to 4 allowed"),
    ],
)
def test_other_calls_are_malformed(called: tuple[Call, ...], finish: str, reason: str) -> None:
    said = read_turn(Reply(text="so", calls=called, finish=finish))
    assert said == Malformed(reason=reason, text="so")


def test_an_action_that_is_written_counts_before_a_call() -> None:
    reply = Reply(thought="so", text="<answer>a</answer>", calls=calls("b"))
    assert read_turn(reply) == ModelTurn(thought="so", answer="a")


@given(turns)
def test_a_stripped_stop_tag_is_restored(turn: ModelTurn) -> None:
    stripped = without_stop(render_turn(turn))
    assert parse_turn(settle(stripped)) == turn
    assert parse_turn(settle(stripped.rstrip())) == turn


@given(turns)
def test_a_reply_cut_at_its_length_is_not_completed(turn: ModelTurn) -> None:
    stripped = without_stop(render_turn(turn))
    assert settle(stripped, cut=True) == stripped
    assert isinstance(parse_turn(settle(stripped, cut=True)), Malformed)


@given(turns, wild, st.booleans())
def test_what_runs_past_the_stop_tag_is_cut(turn: ModelTurn, more: str, cut: bool) -> None:
    assert settle(render_turn(turn) + more, cut=cut) == render_turn(turn)


@given(wild | turns.map(render_turn) | turns.map(render_turn).map(without_stop))
def test_settling_twice_changes_nothing_more(text: str) -> None:
    assert settle(settle(text)) == settle(text)


@pytest.mark.parametrize(
    "text",
    [
        "<think>I could <search> for it",
        "<think>an <answer> is near</think>",
        "<think>the search for an answer</think>\nplain words",
        "no tag at all",
        "<search>without a thought",
        "<think>a</think><search>one<answer>two",
        "<think>a</think><search>one<|im_end|>",
        "",
    ],
)
def test_what_is_not_an_open_action_stays_as_it_is(text: str) -> None:
    assert settle(text) == text
    assert isinstance(parse_turn(text), Malformed)


@st.composite
def mutations(draw: st.DrawFn) -> str:
    """A rendered turn with a stretch replaced by something else."""
    text = render_turn(draw(turns))
    start = draw(st.integers(0, len(text)))
    end = draw(st.integers(start, min(len(text), start + 12)))
    return text[:start] + draw(wild) + text[end:]


@given(st.text() | wild | mutations())
def test_garbage_is_malformed_with_a_reason_or_a_proper_turn(text: str) -> None:
    said = parse_turn(text)
    if isinstance(said, Malformed):
        assert said.reason
        assert said.text == text
    else:
        assert parse_turn(render_turn(said)) == said


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "empty turn"),
        (" \n", "empty turn"),
        ("<search>q</search>", "no thought first"),
        ("hello <think>a</think><search>q</search>", "no thought first"),
        ("<think>a", "the thought is not closed"),
        ("<think>a</think>", "no closed <search> or <answer>"),
        ("<think>a</think><search>q", "no closed <search> or <answer>"),
        ("<think>a</think><search>q</answer>", "not one thought followed by one action"),
        ("<think>a</think> so <search>q</search>", "not one thought followed by one action"),
        ("<think>a</think><answer>b</answer> bye", "not one thought followed by one action"),
        ("<THINK>a</THINK><answer>b</answer>", "no thought first"),
        ("<think>a<think>b</think></think><answer>c</answer>", "a tag inside"),
        ("<think>a</think><think>b</think><answer>c</answer>", "a tag inside"),
        ("<think>a</think><answer><answer>c</answer></answer>", "a tag inside"),
        ("<think>a</think><search>q</search><search>r</search>", "a tag inside"),
        ("<think>a</think><search>q</search><answer>r</answer>", "not one thought"),
        ("<think>a<search>q</search></think><answer>b</answer>", "a tag inside"),
        ("<think>a</think><answer><information>b</information></answer>", "a tag inside"),
        ("<think>a</think><answer>b<|im_end|></answer>", "a tag inside"),
        ("<think>a</think><search></search>", "0 queries, 1 to 4 allowed"),
        ("<think>a</think><search>\n \u2028\t</search>", "0 queries, 1 to 4 allowed"),
        ("<think>a</think><search>1\n2\n3\n4\n5</search>", "5 queries, 1 to 4 allowed"),
    ],
)
def test_a_turn_out_of_order_is_malformed(text: str, reason: str) -> None:
    said = parse_turn(text)
    assert isinstance(said, Malformed)
    assert reason in said.reason


def test_an_empty_thought_and_loose_white_space_are_forgiven() -> None:
    said = parse_turn("\n<think></think>\n\n<search>\n  one  query \n\n two</search>\n ")
    assert said == ModelTurn(queries=("one query", "two"))


@pytest.mark.parametrize(
    "parts",
    [{}, {"queries": ("q",), "answer": "a"}, {"queries": (" ", "\n")}, {"queries": tuple("12345")}],
)
def test_a_turn_holds_either_queries_or_an_answer(parts: dict[str, str]) -> None:
    with pytest.raises(ValidationError):
        ModelTurn(thought="t", **parts)  # type: ignore[arg-type]


@given(hits, st.just("") | wild)
def test_a_planted_page_cannot_close_its_block(found: list[Hit], error: str) -> None:
    block = render_information(found, error)
    assert block.startswith("<information>\n")
    assert block.endswith("\n</information>")
    inside = block.removeprefix("<information>").removesuffix("</information>")
    assert not RAW_TAG.search(inside)


def test_a_search_that_failed_and_one_without_hits_are_told_apart() -> None:
    assert "The search failed: time out" in render_information((), "time out")
    assert "Nothing was found." in render_information(())
    hit = Hit(id="p#1", title="Ada", text="A countess.", score=1)
    assert render_information([hit]) == "<information>\n[1] Ada\nA countess.\n</information>"


@given(prompts)
def test_a_task_is_shown_without_raw_tags_and_whole(prompt: Prompt) -> None:
    shown = render_task(prompt)
    assert not RAW_TAG.search(shown)
    assert unescape(shown).endswith(prompt.text)
    assert shown.startswith("Title: ") or prompt.kind is TaskKind.QUESTION or not prompt.title


@given(prompts, st.lists(searches, max_size=3), turns)
def test_an_episode_is_read_back_from_its_messages_and_from_one(
    prompt: Prompt, made: list[Turn], final: ModelTurn
) -> None:
    chat = finished("system", prompt, made, final)
    episode = "\n".join(message.content for message in chat[2:])
    assert [m.role for m in chat] == [
        "system",
        "user",
        *["assistant", "user"] * len(made),
        "assistant",
    ]
    assert chat[:2] == opening("system", prompt)
    blocks = re.findall(r"<information>.*?</information>", episode, re.DOTALL)
    said = re.split(r"<information>.*?</information>", episode, flags=re.DOTALL)
    assert blocks == [message.content for message in chat[3::2]]
    assert [parse_turn(text) for text in said] == [parse_turn(m.content) for m in chat[2::2]]
    assert parse_turn(said[-1]) == final


def test_sampled_tokens_travel_with_their_turn() -> None:
    tokens = Tokens(ids=(5, 6, 7))
    prompt = Prompt(kind=TaskKind.QUESTION, text="Who?")
    sampled = Turn(thought="a", queries=("q",), tokens=tokens)
    told = Turn(thought="b", queries=("r",))
    example = Message(role="user", content="an example")
    messages = conversation("system", prompt, [sampled, told], [example])
    assert messages[:3] == opening("system", prompt, [example])
    assert messages[3:] == [*turn_messages(sampled), *turn_messages(told)]
    assert [m.tokens for m in messages] == [None, None, None, tokens, None, None, None]


def test_the_agent_is_told_how_many_blanks_there_are():
    prompt = Prompt(
        kind=TaskKind.RAMP, text=f"{MASK} met {MASK}.", title="A", style="blanks", num_masks=2
    )
    assert render_task(prompt) == f"Title: A\nBlanks: 2\n{MASK} met {MASK}."
