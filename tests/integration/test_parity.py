"""The agent's graph against a plain loop over the episode, with the same model in process."""

import pytest
import torch

from graphs.agent import GraphAgent
from masksearch.agent_prompt import system_prompt
from masksearch.bundled import bundled_passages
from masksearch.episode import Episode, merge_hits
from masksearch.export import export_record
from masksearch.ports import Guard, LeakGuard
from masksearch.protocol import STOPS, Dialect
from masksearch.schemas import Prompt, Status, Task, TaskKind, Teacher, Trajectory, Turn
from masksearch.search.bm25 import TantivySearch
from prompts import PromptLibrary
from training.config import ModelConfig
from training.conversation_tokens import ConversationTokens
from training.data import IGNORED, encode
from training.loss import trainable_nll
from training.models.generator import LocalChat
from training.models.loading import load_model

LIBRARY = PromptLibrary(None)
TOP_K, MAX_TURNS, MAX_TOKENS, SEED = 2, 2, 48, 3
# A question, the queries of each turn, and the answer; the last two are never taught.
LESSONS = (
    ("When did people land on the Moon?", (("moon landing",),), "1969"),
    ("Who reached the South Pole first?", (("south pole", "first expedition"),), "Amundsen"),
    ("Which peak was climbed in 1953?", (("peak climbed",), ("everest",)), "Everest"),
    ("How long is a marathon?", (("marathon",), ("race",), ("kilometres",)), "42 km"),
    ("What is an apple?", (), "a fruit"),
    ("Why is the sky blue, or is it?", (), "dust"),
    ("What happened in the year of the flood?", (), "rain"),
)
TAUGHT, STEPS = 5, 50


@pytest.fixture(scope="module")
def search() -> TantivySearch:
    return TantivySearch.of_passages(bundled_passages(), snippet_chars=80)


@pytest.fixture(scope="module")
def chat(tiny_model, search) -> LocalChat:
    """The tiny model with its lessons by heart, so that episodes of every kind happen."""
    loaded = load_model(ModelConfig(path=str(tiny_model)), tiny_model, dtype=torch.float32)
    tokens = ConversationTokens(loaded.tokenizer)
    loaded.model.get_input_embeddings().requires_grad_(False)  # most of the model, and of the time
    learning = [one for one in loaded.model.parameters() if one.requires_grad]
    optimizer = torch.optim.AdamW(learning, lr=2e-2)
    ids_BT, mask_BT, labels_BT = batch([encode(lesson(n, search), tokens) for n in range(TAUGHT)])
    for _ in range(STEPS):
        loss = trainable_nll(loaded.model, ids_BT, mask_BT, labels_BT, None)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    assert loss.item() < 0.1, "not learnt by heart"
    return LocalChat(loaded, "tiny")


def batch(examples) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    longest = max(len(example.input_ids) for example in examples)

    def padded(rows, filler):
        return torch.tensor([[*row, *[filler] * (longest - len(row))] for row in rows])

    ids = [example.input_ids for example in examples]
    labels = [example.labels for example in examples]
    return padded(ids, 0), padded([[1] * len(row) for row in ids], 0), padded(labels, IGNORED)


def a_task(number: int) -> Task:
    question, _, answer = LESSONS[number]
    prompt = Prompt(kind=TaskKind.QUESTION, text=question)
    return Task(id=f"q{number}", prompt=prompt, answers=((answer,),))


def lesson(number: int, search: TantivySearch):
    _, turns, answer = LESSONS[number]
    task = a_task(number)
    made = [
        Turn(thought=f"Look {at}.", queries=queries, hits=tuple(found(search, queries)))
        for at, queries in enumerate(turns)
    ]
    trace = Trajectory(
        task_id=task.id,
        status=Status.ANSWERED,
        turns=tuple(made),
        final_thought="So it is.",
        answer=answer,
    )
    return export_record(task, trace, system_prompt(LIBRARY, task.prompt), Dialect.CHAT)


def found(search, queries):
    guard = LeakGuard()
    return merge_hits([search._search_one(query, TOP_K, guard) for query in queries], TOP_K)


async def plain_loop(chat, search, task) -> Trajectory:
    episode = Episode(task.prompt, MAX_TURNS)
    while episode.status is Status.RUNNING:
        if episode.queries:
            ranked = await search.search(episode.queries, top_k=TOP_K, guard=LeakGuard())
            episode = episode.observe(merge_hits(ranked, TOP_K))
            continue
        reply = await chat.complete(
            episode.messages(system_prompt(LIBRARY, task.prompt)),
            stop=STOPS,
            max_tokens=MAX_TOKENS,
            seed=SEED,
        )
        episode = episode.speak(reply)
    retriever = search.fingerprint(top_k=TOP_K, guard=Guard.NONE)
    return episode.trajectory(
        task, teacher=Teacher(model=chat.name), retriever=retriever, seed=SEED
    )


def untimed(trace: Trajectory) -> Trajectory:
    nothing = {"model_seconds": 0.0, "search_seconds": 0.0}
    turns = tuple(turn.model_copy(update=nothing) for turn in trace.turns)
    return trace.model_copy(update={"turns": turns})


async def test_the_graph_and_a_plain_loop_give_the_same_episodes(chat, search):
    agent = GraphAgent(
        "tiny",
        chat,
        search,
        system=lambda prompt: system_prompt(LIBRARY, prompt),
        top_k=TOP_K,
        max_turns=MAX_TURNS,
        max_tokens=MAX_TOKENS,
        seed=SEED,
    )
    kinds = []
    for number in range(len(LESSONS)):
        by_graph = await agent.run(a_task(number))
        plain = await plain_loop(chat, search, a_task(number))
        assert untimed(by_graph) == untimed(plain)
        assert by_graph.final_tokens == plain.final_tokens is not None
        assert all(turn.tokens and turn.tokens.ids for turn in by_graph.turns)
        kinds.append((by_graph.status, len(by_graph.turns)))
    # What was learnt by heart is said again, so the comparison is of whole episodes.
    answered = Status.ANSWERED
    assert kinds[:TAUGHT] == [
        (answered, 1), (answered, 1), (answered, 2), (Status.OUT_OF_TURNS, 2), (answered, 0),
    ]  # fmt: skip
