import pytest
from hypothesis import given
from hypothesis import strategies as st

from masksearch.errors import InputError
from masksearch.question import MOST_CHARS, typed_prompt
from masksearch.schemas import MASK, TaskKind


def test_a_question_and_a_masked_text():
    asked = typed_prompt("  Who built Arlow? ")
    assert (asked.kind, asked.text, asked.num_answers) == (TaskKind.QUESTION, "Who built Arlow?", 1)
    masked = typed_prompt("[mask] built [MASK].", " A\ntown ")
    assert (masked.kind, masked.text, masked.title) == (
        TaskKind.RAMP,
        "[mask] built [mask].",
        "A town",
    )
    assert masked.num_masks == masked.num_answers == 2


@pytest.mark.parametrize(("text", "title"), [("x" * (MOST_CHARS + 1), ""), ("x" * MOST_CHARS, "t")])
def test_what_is_too_long_is_said_in_numbers(text, title):
    with pytest.raises(InputError, match="4,001 characters is too long: 4,000"):
        typed_prompt(text, title)


@given(st.text(st.characters() | st.characters(categories=["Cs"]), max_size=200))
def test_whatever_is_typed_is_a_prompt_that_can_be_stored_or_one_line(text):
    try:
        prompt = typed_prompt(text)
    except InputError as error:
        assert not text.strip() and "\n" not in str(error)
        return
    prompt.model_dump_json().encode()
    assert prompt.num_masks == prompt.text.count(MASK)
