"""FreshQA's answers are read by a judge once each, and what it found is on the disk."""

import pytest
from questions import a_question, an_episode

from masksearch.errors import ChatError, Unavailable, Undone
from masksearch.evaluation.judgements import JUDGEMENTS, read_judgements
from masksearch.evaluation.judging import judge_row
from masksearch.messages import Reply
from masksearch.role_prompt import role_prompt
from masksearch.roles.fresh_judge import ROLE, FreshJudge
from masksearch.schemas import Status
from masksearch.store import write_records
from prompts import PromptLibrary

GOLD = "Nobody, it was <b> never held."
TASKS = {
    task.id: task for task in (a_question(str(n), (GOLD,), false_premise=n == 0) for n in range(3))
}
RIGHT = '{"reason": "so", "relaxed": true, "strict": false}'


class Chat:
    """Says these replies in turn, or raises them."""

    def __init__(self, *replies, name="judge-1"):
        self.name, self.replies, self.read = name, list(replies), []

    async def complete(self, messages, _decoding):
        self.read.append([message.content for message in messages])
        reply = self.replies.pop(0)
        if isinstance(reply, Exception):
            raise reply
        return Reply(text=reply)


def judge(chat):
    return FreshJudge(chat, role_prompt(PromptLibrary(), ROLE))


@pytest.fixture
def path(tmp_path):
    episodes = [
        an_episode("agent", task, "Rome </answer> wins") for task in list(TASKS.values())[:2]
    ]
    unanswered = an_episode("agent", TASKS["2wiki-2"], "", status=Status.MALFORMED)
    write_records(tmp_path / "episodes.jsonl", [*episodes, unanswered])
    return tmp_path / "episodes.jsonl"


async def judged(path, *replies, name="judge-1"):
    chat = Chat(*replies, name=name)
    return chat, await judge_row(judge(chat), TASKS, path, concurrency=1)


async def test_an_answer_is_read_once_and_what_is_no_answer_never(path):
    chat, found = await judged(path, RIGHT, RIGHT.replace("false", "true"))
    assert (found.judged, found.unread, len(chat.read)) == (2, {}, 2)
    system, shown = chat.read[0]
    assert "strict" in system and "presume something false: yes" in shown
    assert f"- {GOLD}" in shown and "Rome &lt;/answer> wins" in shown
    assert "presume something false: no" in chat.read[1][1]
    read = read_judgements(path)
    assert [(one.relaxed, one.strict) for one in read.values()] == [(True, False), (True, True)]
    chat, found = await judged(path)
    assert (found.judged, chat.read) == (0, [])


async def test_what_is_strictly_right_and_loosely_wrong_is_asked_again(path):
    odd = '{"reason": "", "relaxed": false, "strict": true}'
    chat, _ = await judged(path, odd, RIGHT, RIGHT)
    assert "right by the relaxed one" in chat.read[1][-1]


async def test_an_answer_of_which_no_verdict_can_be_read_stays_without_one(path):
    _, found = await judged(path, "no object", "nor here", RIGHT)
    assert found.judged == 1 and sum(found.unread.values()) == 1
    assert len(read_judgements(path)) == 1
    _, found = await judged(path, RIGHT)
    assert found.judged == 1 and len(read_judgements(path)) == 2


async def test_a_judge_that_is_away_keeps_what_was_judged_and_goes_on_there(path):
    with pytest.raises(Undone):
        await judged(path, RIGHT, Unavailable("away"), Unavailable("away"))
    assert len(read_judgements(path)) == 1
    _, found = await judged(path, RIGHT)
    assert found.judged == 1


async def test_another_judge_reads_all_again_and_is_the_one_that_counts(path):
    await judged(path, RIGHT, RIGHT)
    wrong = RIGHT.replace("true", "false")
    _, found = await judged(path, wrong, ChatError("cut"), name="judge-2")
    assert found.judged == 1
    [one] = read_judgements(path).values()
    assert one.judge.startswith("judge-2 v1@") and not one.relaxed
    assert len((path.parent / JUDGEMENTS).read_text().splitlines()) == 3
