import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from masksearch.thoughts import told_apart

SPELT = [
    ("<think>", "</think>"),
    ("<THINK>", "</THINK>"),
    ("<thinking>", "</thinking>"),
    ("<thought>", "</thought>"),
    ("<reasoning>", "</reasoning>"),
    ("<seed:think>", "</seed:think>"),
    ("[THINK]", "[/THINK]"),
    ("◁think▷", "◁/think▷"),
    ("<|begin_of_thought|>", "<|end_of_thought|>\n\n<|begin_of_solution|>"),
    ("<|START_THINKING|>", "<|END_THINKING|><|START_RESPONSE|>"),
    (
        "<|channel|>analysis<|message|>",
        "<|end|><|start|>assistant<|channel|>final<|message|>",
    ),
]
ALL_TAGS = [tag for pair in SPELT for tag in pair]
wild = st.lists(
    st.sampled_from([*ALL_TAGS, "<search>", "</search>", "<answer>", "{", "}", " ", "a"])
    | st.text(max_size=3),
    max_size=12,
).map("".join)


@pytest.mark.parametrize(("opened", "closed"), SPELT)
def test_a_thought_is_told_apart_however_it_is_spelt(opened, closed):
    assert told_apart(f"{opened}so{closed}\nwords") == ("so", "\nwords")
    assert told_apart(f"\n {opened}so{closed}words").said.strip() == "words"
    assert told_apart(f"{opened}so long") == ("so long", "")


@pytest.mark.parametrize(("opened", "closed"), SPELT[:-1])
def test_a_thought_that_the_template_opened_ends_at_the_tag_that_closes_it(opened, closed):
    assert told_apart(f"so{closed}words") == ("so", "words")
    assert told_apart(f"I write {opened}a{closed} and so{closed}words").said == "words"


@pytest.mark.parametrize(
    ("text", "thought", "said"),
    [
        ("words", None, "words"),
        ("", None, ""),
        ("</think>\nwords", "", "\nwords"),
        ("<think></think>words", "", "words"),
        ("<think>a</think>\n<think>b</think>words", "a\nb", "\nwords"),
        ("<think>I write <think>a</think> b</think>words", "I write <think>a</think> b", "words"),
        ("Well. <think>a</think>words", "a", "Well. words"),
        ('{"a": "<think>"}', None, '{"a": "<think>"}'),
        ("<answer>x<think>y</think></answer>", None, "<answer>x<think>y</think></answer>"),
        ("words<|end|>", None, "words<|end|>"),
        (
            "<|channel|>analysis<|message|>a<|end|><|start|>assistant<|channel|>commentary"
            "<|message|>b<|end|><|start|>assistant<|channel|>final<|message|>words",
            "a\nb",
            "words",
        ),
        ("<|channel|>final<|message|>words", None, "words"),
    ],
)
def test_what_is_thought_and_what_is_said(text, thought, said):
    assert told_apart(text) == (thought, said)


@pytest.mark.parametrize(
    "text",
    [
        "I could <think>a</think><search>q</search>",
        "I write <think>, then <search>q</search>",
        "<think>I write <think>a</think><search>q</search>",
    ],
)
def test_an_action_drafted_in_a_thought_is_not_said(text):
    """Where an endpoint stops within the thought, at the tag that the model only drafted."""
    apart = told_apart(text)
    assert apart.thought is None or not apart.said.lstrip().startswith("<search>")


@given(wild)
def test_nothing_is_made_up(text):
    thought, said = told_apart(text)
    left = iter(text)
    assert all(letter in left for letter in said)
    assert len(thought or "") + len(said) <= len(text) + text.count("hink") + text.count("|")


@given(wild)
def test_an_action_that_is_said_at_once_is_no_thought(quoted):
    for opened in ("<search>", "\n<answer>", "```\n<answer>"):
        assert told_apart(opened + quoted) == (None, opened + quoted)


@given(st.text(alphabet="ab <>/{}\n"), st.text(alphabet="ab <>/{}\n"))
def test_what_follows_the_thought_is_kept_as_it_is(thought, said):
    assert told_apart(f"<think>{thought}</think>{said}") == (thought, said)


@pytest.mark.parametrize("tag", [*ALL_TAGS, "<think></think>", "{", "<", " a "])
def test_a_long_reply_is_told_apart_in_time_that_grows_with_its_length(tag):
    started = time.process_time()
    told_apart(tag * (400_000 // len(tag)))
    assert time.process_time() - started < 2
