"""EM and F1 of questions are those of the benchmarks' scripts; worked by hand."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from questions import a_question, with_parts

from masksearch.scoring.answers import answer_rule, is_verdict, squad_tokens, stands_in
from masksearch.scoring.evidence import evidence_texts

TEXTS = st.text(st.sampled_from("a theTno yes.,-é 中1"), max_size=20)


def worth(given_answer, *accepted, **facts):
    rule = answer_rule(a_question(accepted=accepted, **facts))
    return rule.exact(given_answer, accepted), pytest.approx(rule.f1(given_answer, accepted))


@pytest.mark.parametrize(
    ("answer", "accepted", "em", "f1"),
    [
        ("the Beatles!", ("Beatles",), True, 1),
        ("yes, they are", ("yes",), False, 0),
        ("no", ("no one",), False, 0),
        ("Beyonce", ("Beyoncé",), False, 0),
        ("1892-94", ("1892–94",), False, 0),
        ("1000", ("1,000",), True, 1),
        ("January 8, 1891", ("8 January 1891",), False, 1),
        ("Barack Obama", ("Obama", "Barack Hussein Obama"), False, 4 / 5),
        ("to be to be", ("to be or not to be",), False, 4 / 5),
        ("", ("The",), False, 0),
        ("a", ("The",), True, 0),
        ("Tokyo", ("Tokyo (東京)",), False, 2 / 3),
    ],
)
def test_an_answer_in_english_is_worth_what_the_official_script_gives(answer, accepted, em, f1):
    assert worth(answer, *accepted) == (em, f1)


def test_musique_takes_yes_and_no_as_words_like_others():
    assert worth("yes indeed", "yes", benchmark="musique") == (False, 2 / 3)
    assert worth("yes indeed", "yes", benchmark="MuSiQue-small") == (False, 2 / 3)
    assert worth("yes indeed", "yes", benchmark="hotpotqa") == (False, 0)
    assert worth("a", "The", benchmark="musique") == (True, 1)


@pytest.mark.parametrize(
    ("answer", "accepted", "em", "f1"),
    [
        ("村雨城。", "村雨城", True, 1),
        ("村雨城", "任天堂游戏谜之村雨城", False, 6 / 13),
        ("１９０３年", "1903年", True, 1),
        ("足球运动员", "足球運動員", True, 1),
        ("前锋", "中场", False, 0),
    ],
)
def test_chinese_is_compared_by_characters_whether_the_file_says_the_language_or_not(
    answer, accepted, em, f1
):
    assert worth(answer, accepted, lang="zh") == (em, f1)
    assert worth(answer, accepted, text="这是谁？") == (em, f1)


@given(answer=TEXTS, accepted=TEXTS.filter(bool))
def test_figures_are_shares_and_a_text_is_worth_itself(answer, accepted):
    for benchmark in ("hotpotqa", "musique"):
        rule = answer_rule(a_question(benchmark=benchmark))
        assert 0 <= rule.f1(answer, [accepted]) <= 1
        assert rule.exact(answer, [accepted]) <= (rule.f1(answer, [accepted]) == 1) or not (
            squad_tokens(accepted)
        )
        assert rule.exact(accepted, [accepted]) == bool(accepted.strip())


def test_an_answer_of_a_whole_paragraph_is_not_cut():
    long = " ".join(f"word{n}" for n in range(40))
    assert worth(long, long) == (True, 1)
    assert worth(long, "word39") == (False, 2 / 41)


@pytest.mark.parametrize(
    ("answer", "accepted", "holds"),
    [
        ("It is Paris, France", "paris", True),
        ("Parisian", "Paris", False),
        ("no, yes", "yes", False),
        ("Yes, both are.", "yes", True),
        ("I know", "no", False),
        ("作者是鲁迅。", "鲁迅", True),
        ("", "Paris", False),
    ],
)
def test_an_answer_holds_a_text_as_whole_tokens(answer, accepted, holds):
    assert stands_in(answer, [accepted]) is holds


def test_yes_and_no_are_no_texts_to_look_for():
    assert is_verdict(["Yes."]) and is_verdict(["certainly", "no"])
    assert not is_verdict(["no one"])
    assert evidence_texts(with_parts({"a": True, "b": "c"})) == [("a",), ("b",), ("c",)]
