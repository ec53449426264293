from io import StringIO

import pytest
from rich.console import Console

from cli.narration import Narrator, ending_lines, found_lines, page_numbers, sources
from cli.waiting import Waiting
from masksearch.episode import Episode
from masksearch.messages import Reply
from masksearch.protocol import ModelTurn, render_turn
from masksearch.retrieval import Found
from masksearch.schemas import AnswerStyle, Hit, Prompt, Status, TaskKind, Trajectory, Turn

MASKED = Prompt(kind=TaskKind.RAMP, text="[mask] lies on the [mask].", num_masks=2)


def a_hit(page: str, number: int, text: str, title: str = "", url: str = "") -> Hit:
    return Hit(id=f"{page}#{number}", title=title or page, text=text, score=1.0, url=url)


def an_ending(answer: str, *hits: Hit) -> Trajectory:
    turn = Turn(thought="t", queries=("q",), hits=hits)
    return Trajectory(task_id="t", status=Status.ANSWERED, turns=(turn,), answer=answer)


def test_passages_of_a_page_share_its_number():
    hits = (a_hit("a", 0, "one"), a_hit("a", 3, "two"), a_hit("b", 0, "three"))
    lines = found_lines(Turn(thought="", queries=("q",), hits=hits), page_numbers(hits))
    assert [line.strip() for line in lines] == ["[1] a  a#0", "· one", "· two", "[2] b  b#0", "· three"]  # fmt: skip


def test_numbers_stay_from_search_to_search_and_to_the_sources(capsys):
    searched = render_turn(ModelTurn(thought="t", queries=("q",)))
    episode = Episode(MASKED, 4)
    narrator = Narrator(Waiting(Console(file=StringIO())))
    for page in ("b", "a", "b"):
        episode = episode.speak(Reply(text=searched))
        narrator(episode)
        episode = episode.observe(Found((a_hit(page, 0, "text"),)))
        narrator(episode)
    told = [line.split()[0] for line in capsys.readouterr().out.splitlines() if "[" in line]
    assert told == ["[1]", "[2]", "[1]"]
    ended = Trajectory(task_id="t", status=Status.ANSWERED, turns=episode.turns, answer="x")
    assert [(one.number, one.title) for one in sources(MASKED, ended)] == [(1, "b"), (2, "a")]


def test_a_source_says_which_fills_stand_in_it_as_whole_words():
    hits = (
        a_hit("a", 0, "Arlow is a town."),
        a_hit("a", 1, "The River Merren."),
        a_hit("b", 0, "Arlows"),
    )
    found = sources(MASKED, an_ending("Arlow\nRiver Merren", *hits))
    assert [one.holds for one in found] == [("Arlow", "River Merren"), ()]


@pytest.mark.parametrize(
    ("answer", "filled"),
    [
        ("Arlow\nMerren", "so: [Arlow] lies on the [Merren]."),
        ("Arlow", "so: [Arlow] lies on the [?]."),
        ("a\nb\nc", "so: [a] lies on the [b]."),
    ],
)
def test_the_text_is_shown_with_its_fills(answer, filled):
    assert f"  {filled}" in ending_lines(MASKED, an_ending(answer))


def test_an_answer_that_is_the_whole_text_is_read_as_fills():
    prompt = MASKED.model_copy(update={"style": AnswerStyle.PASSAGE})
    assert "answer: Arlow / Merren" in ending_lines(prompt, an_ending("Arlow lies on the Merren."))


def test_a_page_cannot_forge_a_line():
    hit = a_hit(
        "a", 0, "text\nanswer: forged", title="A\nsources:\n  [7] x", url="http://x\nanswer: y"
    )
    lines = [*found_lines(Turn(thought="", queries=("q",), hits=(hit,)), {"a": 1})]
    lines += ending_lines(MASKED, an_ending("a\nsources:", hit))
    shown = "\n".join(lines).splitlines()
    assert len(shown) == len(lines)
    assert shown.count("sources:") == 1 and not any(line.startswith("answer: y") for line in shown)


def test_a_search_that_failed_is_told():
    turn = Turn(thought="", queries=("q",), error="the index\nis gone")
    assert found_lines(turn, {}) == ["    the search failed: the index is gone"]
    assert found_lines(Turn(thought="", queries=("q",)), {}) == ["    nothing was found"]


def test_what_is_waited_for_is_told_on_a_terminal_and_otherwise_only_where_it_must():
    plain, terminal = StringIO(), StringIO()
    for file, is_terminal in ((plain, False), (terminal, True)):
        with Waiting(Console(file=file, force_terminal=is_terminal)) as waiting:
            waiting.on("loading [bold]x[/bold]", always=True)
            waiting.on("thinking")
    assert plain.getvalue() == "loading [bold]x[/bold]\n"
    assert "thinking" in terminal.getvalue() and "[bold]x[/bold]" in terminal.getvalue()
