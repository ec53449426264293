"""Each metric of questions on an episode made by hand, and where it says nothing or cannot."""

import pytest
from questions import a_hit, a_question, an_answer, an_episode, scored_rows, with_parts

from masksearch.errors import ConfigError, ModelError
from masksearch.evaluation.judgements import Judgement
from masksearch.evaluation.metric import Known, MetricUnavailable
from masksearch.evaluation.metrics import METRICS, metric_named, parts
from masksearch.evaluation.prices import Prices
from masksearch.evaluation.table import headings, summarise, unavailable_lines
from masksearch.schemas import Status, Usage

FRESH = a_question("fresh", ("Nobody did.",), benchmark="freshqa", false_premise=True)


def value(name, task, ended):
    return metric_named(name).value(task, ended)


@pytest.mark.parametrize(
    ("name", "worth"),
    [("em", 0), ("em_alias", 1), ("f1_alias", 1), ("contained", 0), ("recall", 0)],
)
def test_aliases_count_where_they_are_asked_for_alone(name, worth):
    task = a_question(accepted=("United States",), aliases=("USA", "U.S."))
    assert value(name, task, an_answer(task, "usa")) == worth


def test_a_set_without_aliases_has_no_column_for_them():
    plain, named = a_question("1"), a_question("2", aliases=("Lutetia",))
    rows = scored_rows([plain], an_episode("a", plain, "Paris"))
    assert "em_alias" not in rows["a"][0].figures
    rows = scored_rows([plain, named], *(an_episode("a", t, "Lutetia") for t in (plain, named)))
    assert [one.figures["em_alias"] for one in rows["a"]] == [0, 1]


def test_evidence_recall_is_of_titles_that_the_episodes_own_queries_found():
    task = a_question(supporting_titles=("Leo Fong", "Blood Street", "leo_fong"))
    assert value("titles", task, an_answer(task, "x", a_hit("Leo  fong"), a_hit("Other"))) == 0.5
    assert value("titles", a_question(), an_answer(task, "x")) is None


def test_yes_and_no_stand_in_any_text_and_are_not_looked_for():
    task = a_question(accepted=("yes",))
    assert value("evidence", task, an_answer(task, "yes", a_hit("Yes", "yes"))) is None
    assert value("evidence", a_question(), an_answer(a_question(), "", a_hit("A", "in Paris"))) == 1


def test_an_answer_with_parts_is_scored_by_its_parts_alone(monkeypatch):
    monkeypatch.setattr(parts, "lemmas", lambda: str.lower)
    task = with_parts({"a": "b", "c": "d"})
    ended = an_answer(task, "A is B", a_hit("C", "d"))
    figures = {one.name: one.value(task, ended) for one in METRICS if not one.is_cost}
    known = {name: figure for name, figure in figures.items() if figure is not None}
    assert known.pop("recall") == pytest.approx(1 / 3)
    assert known == {
        "format": 1, "evidence": 0.5, "fanout_loose": 0.5, "fanout_strict": 0, "searches": 1,
    }  # fmt: skip
    assert value("fanout_loose", task, an_answer(task, "", status=Status.OUT_OF_TURNS)) == 0


def test_a_metric_without_its_pipeline_is_unavailable_and_says_why(monkeypatch):
    def missing():
        raise ModelError("no pipeline")

    monkeypatch.setattr(parts, "lemmas", missing)
    task = with_parts({"a": "b"})
    rows = scored_rows([task], an_episode("agent", task, "a b"))
    [summary] = summarise(rows["agent"])
    assert "fanout_loose" not in summary.figures
    assert summary.unavailable == dict.fromkeys(("fanout_loose", "fanout_strict"), "no pipeline")
    assert "FanOutQA loose of agent on 2wiki: no pipeline" in unavailable_lines([summary])[0]
    assert {"fanout_loose", "recall"} <= headings([summary]).keys()


def judged(episode, **found):
    return {episode.key: Judgement.of(episode, "j", reason="", **found)}


def test_freshqa_is_judged_and_unavailable_while_one_answer_is_not():
    other = FRESH.changed(id="2wiki-other")
    read, unread = an_episode("a", FRESH, "None"), an_episode("a", other, "None")
    judgements = judged(read, relaxed=True, strict=False)
    [one] = scored_rows([FRESH], read, judgements=judgements)["a"]
    assert (one.figures["fresh_relaxed"], one.figures["fresh_strict"]) == (1, 0)
    assert one.is_right
    both = scored_rows([FRESH, other], read, unread, judgements=judgements)["a"]
    [summary] = summarise(both)
    assert "fresh_relaxed" not in summary.figures and "em" in summary.figures
    assert summary.unavailable["fresh_strict"].startswith("for 1 of 2 episodes: no judge")


def test_a_judgement_is_of_the_answer_that_was_read():
    judgements = judged(an_episode("a", FRESH, "None"), relaxed=True, strict=True)
    [one] = scored_rows([FRESH], an_episode("a", FRESH, "Some"), judgements=judgements)["a"]
    assert "fresh_relaxed" in one.unavailable
    [one] = scored_rows([FRESH], an_episode("a", FRESH, "", status=Status.MALFORMED))["a"]
    assert one.figures["fresh_relaxed"] == 0


def test_what_an_episode_took():
    task = a_question()
    used = Usage(prompt_tokens=100, completion_tokens=50)
    ended = an_answer(task, "", searches=2, status=Status.MALFORMED, final_usage=used)
    assert value("invalid", task, ended) == 1
    assert value("tokens", task, ended) == 350
    assert value("usd", task, ended) is None
    assert metric_named("usd").figure(task, ended, Known(prices=Prices(2.0, 10.0))) == (
        pytest.approx((300 * 2 + 50 * 10) / 1e6)
    )
    with pytest.raises(MetricUnavailable, match="no price"):
        metric_named("usd").figure(task, ended, Known(prices=Prices(unknown="no price")))


def test_costs_are_columns_of_their_own():
    rows = scored_rows([a_question()], an_episode("a", a_question(), "Paris"))
    summaries = summarise(rows["a"])
    assert list(headings(summaries, costs=True)) == ["invalid", "tokens"]
    assert not set(headings(summaries, costs=False)) & {"invalid", "tokens"}


def test_metrics_are_named_by_name_or_heading():
    assert metric_named("EM").name == "em" and metric_named("evidence recall").name == "titles"
    with pytest.raises(ConfigError, match="no metric 'bleu'"):
        metric_named("bleu")
