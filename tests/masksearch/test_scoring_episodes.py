import pytest
from hypothesis import given
from hypothesis import strategies as st

from masksearch.evaluation.metrics import METRICS
from masksearch.schemas import (
    MASK,
    AnswerStyle,
    Hit,
    Interval,
    Prompt,
    Status,
    Task,
    TaskKind,
    Trajectory,
    Turn,
    Verdict,
)
from masksearch.scoring.blanks import exact_match, token_f1, token_recall
from masksearch.scoring.episodes import exact_matches, format_right
from masksearch.scoring.evidence import evidence_hits
from masksearch.scoring.judge import ExactJudge, as_lesson
from masksearch.text import tokens

WORDS = st.lists(
    st.sampled_from(["a", "London", "Charles", "Babbage", "yes", "no", ",", "met", "東京"])
).map(" ".join)


def task(*answers, style=AnswerStyle.BLANKS):
    answers = answers or (("London",), ("Charles Babbage", "Babbage"))
    masks = tuple(Interval(n, n + 1) for n in range(len(answers)))
    text = " met ".join([MASK] * len(answers))
    prompt = Prompt(kind=TaskKind.RAMP, text=text, num_masks=len(answers), style=style)
    return Task(id="t", prompt=prompt, answers=answers, masks=masks)


def hit(text, title=""):
    return Hit(id="p#0", title=title, text=text, score=1.0)


def episode(answer, *hits, status=Status.ANSWERED):
    turns = (Turn(thought="t", queries=("q",), hits=hits),)
    return Trajectory(task_id="t", status=status, turns=turns, answer=answer)


def figures(task, trajectory):
    found = {metric.name: metric.value(task, trajectory) for metric in METRICS}
    return {name: value for name, value in found.items() if value is not None}


def answer_f1(task, trajectory):
    return figures(task, trajectory)["f1"]


@pytest.mark.parametrize(
    ("fill", "aliases", "em", "recall"),
    [
        ("the Charles Babbage!", ("Charles Babbage",), True, 1.0),
        ("Babbage", ("Charles Babbage",), False, 0.5),
        ("Babbage", ("Charles Babbage", "Babbage"), True, 1.0),
        ("Charles Charles", ("Charles Babbage",), False, 0.5),
        ("New York", ("New York New York",), False, 0.5),
        ("yes he did", ("yes",), False, 0.0),
        ("yes", ("Yes.",), True, 1.0),
        ("no", ("no one",), False, 0.0),
        ("The", ("The",), True, 1.0),
        ("a", ("The",), False, 0.0),
        ("", ("The",), False, 0.0),
        ("", ("London",), False, 0.0),
        ("1,000", ("1000",), True, 1.0),
        ("½ mile", ("1/2 mile",), True, 1.0),
        ("東京タワー", ("東京都",), False, 2 / 3),
    ],
)
def test_a_fill_is_worth(fill, aliases, em, recall):
    assert exact_match(fill, aliases) is em
    assert token_recall(fill, aliases) == pytest.approx(recall)


@given(fill=st.text(max_size=30), alias=st.text(min_size=1, max_size=30))
def test_recall_is_a_share_and_whole_where_the_match_is_exact(fill, alias):
    recall = token_recall(fill, [alias])
    assert 0 <= recall <= 1
    assert recall == 1 or not exact_match(fill, [alias])


def test_an_episode_is_scored_per_blank():
    found = episode("Paris\nbabbage", hit("He lived in London."), hit("x", "London"))
    assert exact_matches(task(), found) == [False, True]
    assert evidence_hits(task(), found.hits) == [True, False]
    assert figures(task(), found) == {
        "format": 1, "evidence": 0.5, "recall": 0.5, "em": 0.5, "f1": 0.5, "searches": 1,
        "invalid": 0,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("answer", "right", "recall"),
    [("London", False, 0.5), ("London\nBabbage", True, 1.0), ("London\nBabbage\nmore", False, 1.0)],
)
def test_missing_fills_earn_nothing_and_extra_ones_spoil_only_the_format(answer, right, recall):
    scored = figures(task(), episode(answer))
    assert scored["format"] == right
    assert scored["recall"] == recall


@pytest.mark.parametrize("status", [Status.MALFORMED, Status.OUT_OF_TURNS, Status.FAILED])
def test_an_episode_without_an_answer_keeps_its_evidence(status):
    scored = figures(task(), episode("London\nBabbage", hit("London, Babbage"), status=status))
    assert not scored["format"]
    assert tuple(scored[name] for name in ("em", "recall", "evidence")) == (0, 0, 1)


def test_pasting_a_whole_hit_earns_nothing_beyond_the_cut():
    page = " ".join(f"word{n}" for n in range(30)) + " London"
    scored = figures(task(("London",)), episode(page, hit(page)))
    assert scored["recall"] == 0
    assert scored["evidence"] == 1


def test_copying_the_visible_passage_earns_nothing():
    one = task(style=AnswerStyle.PASSAGE)
    scored = figures(one, episode(one.prompt.text))
    assert tuple(scored[name] for name in ("em", "recall", "format")) == (0, 0, 0)


def test_evidence_is_whole_tokens_in_order():
    assert evidence_hits(task(), [hit("Londonderry"), hit("Babbage, Charles")]) == [False, True]
    assert evidence_hits(task(("New York",)), [hit("York New")]) == [False]
    assert evidence_hits(task(("New York",)), [hit("York"), hit("New")]) == [False]
    assert evidence_hits(task(("the",)), [hit("the")]) == [False]


def test_the_format_of_a_passage_needs_every_blank_filled():
    one = task(style=AnswerStyle.PASSAGE)
    assert format_right(one.prompt, episode("London met Babbage"))
    assert not format_right(one.prompt, episode(f"London met {MASK}"))


async def test_the_judge_accepts_only_what_is_right_in_every_blank():
    judge = ExactJudge()
    assert (await judge.judge(task(), "the London\nBabbage")).accepted
    half = await judge.judge(task(), "London\nNewton")
    assert (half.accepted, half.score, half.method) == (False, 0.5, "exact")
    assert half.reason == "blank 2: 'Newton' is not 'Charles Babbage'"
    missing = await judge.judge(task(), "London")
    assert missing.reason == "blank 2: no fill"
    extra = await judge.judge(task(), "London\nBabbage\nboth")
    assert not extra.accepted
    assert extra.reason == "3 fills for 2"


@pytest.mark.parametrize(
    ("fill", "aliases", "f1"),
    [
        ("Charles Babbage", ("Charles Babbage",), 1.0),
        ("Babbage", ("Charles Babbage",), 2 / 3),  # precision 1, recall 1/2
        ("Mr Charles Babbage of London", ("Charles Babbage",), 4 / 7),  # 2/5 and 1
        ("Babbage", ("Charles Babbage", "Babbage"), 1.0),
        ("Charles Charles", ("Charles Babbage",), 0.5),
        ("London", ("Paris",), 0.0),
        ("", ("London",), 0.0),
        ("The", ("The",), 1.0),
        ("yes he did", ("yes",), 0.0),
        ("no", ("no one",), 0.0),
    ],
)
def test_token_f1_is_that_of_squad(fill, aliases, f1):
    assert token_f1(fill, aliases) == pytest.approx(f1)


@given(fill=WORDS, alias=WORDS)
def test_f1_is_a_share_that_length_lowers(fill, alias):
    f1 = token_f1(fill, [alias])
    assert 0 <= f1 <= 1
    if len(tokens(fill)) >= len(tokens(alias)):
        assert f1 <= token_recall(fill, [alias])


def test_the_f1_of_an_answer_is_the_mean_of_its_blanks():
    assert answer_f1(task(), episode("London\nCharles")) == pytest.approx((1 + 2 / 3) / 2)
    assert answer_f1(task(), episode("London")) == 0.5
    assert answer_f1(task(), episode("London\nBabbage", status=Status.MALFORMED)) == 0


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        ("London\nCharles Babbage", ""),
        ("LONDON \nCharles  babbage", ""),
        ("Babbage is\nall other words", ""),  # another judge's to answer for
        (". London\nCharles Babbage", "blank 1: '. London' is 'London' with '.'"),
        ("London\nthe Charles Babbage", "blank 2: 'the Charles Babbage' is 'Charles Babbage' with 'the'"),
        ('London"\nCharles-Babbage', "blank 1: 'London\"' is 'London' with '\"'"),
    ],
)  # fmt: skip
def test_what_is_right_only_when_normalised_is_no_lesson(answer, reason):
    verdict = Verdict(accepted=True, score=1.0, method="llm", judge="any", reason="fine")
    given = as_lesson(task(("London",), ("Charles Babbage",)), answer, verdict)
    assert (given.accepted, given.score) == (not reason, 1.0)
    assert given.reason == (reason or "fine")


def test_a_lesson_says_what_a_fill_lacks_and_how_it_is_spaced():
    verdict = Verdict(accepted=True, score=1.0, method="exact", judge="exact", reason="")
    lacking = as_lesson(task(("$400 million",)), "400 million", verdict)
    assert lacking.reason == "blank 1: '400 million' is '$400 million' without '$'"
    spaced = as_lesson(task(("10 000",)), "10000", verdict)
    assert spaced.reason == "blank 1: '10000' is '10 000' spaced otherwise"


def test_an_answer_to_a_question_may_be_written_in_any_way():
    asked = Prompt(kind=TaskKind.QUESTION, text="Where?")
    question = Task(id="q", prompt=asked, answers=(("London",),))
    verdict = Verdict(accepted=True, score=1.0, method="exact", judge="exact", reason="")
    assert as_lesson(question, "the London.", verdict) == verdict
