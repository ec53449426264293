import pytest
from hypothesis import given
from hypothesis import strategies as st

from masksearch.schemas import MASK, AnswerStyle, Prompt, TaskKind
from masksearch.scoring.fills import cut_fill, fill_per_blank, fills
from masksearch.text import tokens

TEXT = f"Ada was born in {MASK} in {MASK}, and wrote ({MASK}) notes."
WORDS = st.text("abé1", min_size=1, max_size=4)
PHRASES = st.lists(WORDS, min_size=1, max_size=4).map(" ".join)
SEPARATE = st.text("XYZ", min_size=1, max_size=6)


def prompt(text=TEXT, style=AnswerStyle.PASSAGE):
    return Prompt(kind=TaskKind.RAMP, text=text, num_masks=text.count(MASK), style=style)


def filled(text, *given):
    for fill in given:
        text = text.replace(MASK, fill, 1)
    return text


def test_blanks_are_the_lines_that_are_not_empty():
    assert fills(prompt(style=AnswerStyle.BLANKS), " London \n\n1815\n") == ["London", "1815"]


def test_a_question_has_one_fill():
    asked = Prompt(kind=TaskKind.QUESTION, text="Who?")
    assert fills(asked, " Ada\nLovelace ") == ["Ada\nLovelace"]
    assert fills(asked, "  ") == []


def test_a_passage_gives_its_fills_word_for_word():
    answer = filled(TEXT, "London", "December 1815", "seven")
    assert fills(prompt(), answer) == ["London", "December 1815", "seven"]


def test_a_last_segment_that_also_stands_in_the_fill_is_found_at_the_end():
    assert fills(prompt(f"He joined the {MASK}."), "He joined the U.S. Navy.") == ["U.S. Navy"]


def test_changed_spacing_and_a_preface_do_not_matter():
    answer = "Here it is:\n" + filled(TEXT, "London", "1815", "seven").replace(" ", "\n ")
    assert fills(prompt(), answer) == ["London", "1815", "seven"]


def test_a_passage_that_is_misquoted_is_aligned():
    answer = "ada was then born in London in 1815 and she wrote (seven) notes"
    assert fills(prompt(), answer) == ["London", "1815", "seven"]


def test_a_cut_passage_gives_what_it_reaches():
    assert fills(prompt(), "Ada was born in London in") == ["London", "", ""]


@pytest.mark.parametrize(
    "copy", [TEXT, TEXT.replace(MASK, ""), TEXT.replace(MASK, "").upper(), "", "unrelated words"]
)
def test_copying_what_is_visible_fills_nothing(copy):
    assert fills(prompt(), copy) == ["", "", ""]


@pytest.mark.parametrize("hole", ["___", "…", "?"])
def test_a_hole_is_worth_nothing(hole):
    assert not any(map(cut_fill_tokens, fills(prompt(), TEXT.replace(MASK, hole))))


def cut_fill_tokens(fill):
    return cut_fill(fill).strip("_….?")


@given(parts=st.lists(PHRASES, min_size=2, max_size=5))
def test_a_copy_without_the_masks_never_fills(parts):
    text = f" {MASK} ".join(parts)
    assert not any(fills(prompt(text), " ".join(parts)))
    assert not any(fills(prompt(text), text))


@given(
    pairs=st.lists(st.tuples(PHRASES, SEPARATE), min_size=1, max_size=4),
    end=PHRASES,
    glue=st.sampled_from([" ", " (", ' "', ", "]),
)
def test_filling_in_and_reading_back_is_exact(pairs, end, glue):
    text = "".join(f"{part}{glue}{MASK}{glue}" for part, _ in pairs) + end
    given_fills = [fill for _, fill in pairs]
    assert fills(prompt(text), filled(text, *given_fills)) == given_fills


@given(text=st.text(max_size=60), answer=st.text(max_size=200), style=st.sampled_from(AnswerStyle))
def test_any_answer_gives_one_fill_per_blank_of_at_most_twelve_tokens(text, answer, style):
    asked = prompt(f"{text.replace(MASK, '')} {MASK}, {MASK}", style)
    given_fills = fill_per_blank(asked, answer)
    assert len(given_fills) == 2
    assert all(len(tokens(fill)) <= 12 for fill in given_fills)


def test_a_long_fill_is_cut_to_twelve_tokens():
    assert cut_fill(" ".join(f"w{n}" for n in range(20))).split() == [f"w{n}" for n in range(12)]
    assert cut_fill("The Tower of London") == "The Tower of London"


def test_missing_fills_are_empty_and_extra_ones_left_out():
    asked = prompt(f"{MASK} and {MASK}", AnswerStyle.BLANKS)
    assert fill_per_blank(asked, "one") == ["one", ""]
    assert fill_per_blank(asked, "one\ntwo\nthree") == ["one", "two"]


def test_a_passage_is_found_in_other_digits_and_without_marks():
    masked = f"في عام ١٩٥٥ نما عدد السكان في دِمَشْق إلى {MASK} نسمة كما قيل"
    answer = "في عام 1955 نما عدد السكان في دمشق إلى ٤٥ ألف نسمة كما قيل"
    assert fills(prompt(masked), answer) == ["٤٥ ألف"]
    soft = f"The har\u00adbour of {MASK} was opened"
    assert fills(prompt(soft), "The harbour of Talvik was opened") == ["Talvik"]
