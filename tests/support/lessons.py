"""Episodes that a tiny model learns by heart, so that it says whole ones of every kind."""

import asyncio

import torch

from masksearch.agent_prompt import system_prompt
from masksearch.bundled import bundled_passages
from masksearch.export import export_record
from masksearch.messages import Dialect
from masksearch.ports import SearchBackend
from masksearch.retrieval import merge_hits
from masksearch.schemas import Prompt, Status, Task, TaskKind, Trajectory, Turn
from masksearch.search.factory import search_passages
from prompts import PromptLibrary
from training.config import ModelConfig
from training.conversation_tokens import ConversationTokens
from training.data import IGNORED, encode
from training.loss import trainable_nll
from training.models.loading import LoadedModel, load_model

LIBRARY = PromptLibrary(None)
TOP_K = 2
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
TAUGHT = 5
_MOST_STEPS, _BY_HEART = 200, 0.01
_OTHER = 12
"""A token, whose numbers the other way round stand for one that has none of its own."""


def system(prompt: Prompt) -> str:
    return system_prompt(LIBRARY, prompt)


def bundled_search() -> SearchBackend:
    return search_passages(bundled_passages(), snippet_chars=80)


def a_task(number: int) -> Task:
    question, _, answer = LESSONS[number]
    prompt = Prompt(kind=TaskKind.QUESTION, text=question)
    return Task(id=f"q{number}", prompt=prompt, answers=((answer,),))


def taught_model(tiny_model, search: SearchBackend) -> LoadedModel:
    loaded = load_model(ModelConfig(path=str(tiny_model)), tiny_model, dtype=torch.float32)
    tokens = ConversationTokens(loaded.tokenizer)
    words = loaded.model.get_input_embeddings()
    with torch.no_grad():  # what pads starts at zero, and here ends a turn, too
        words.weight[tokens.end_ids[0]] = words.weight[_OTHER].flip(0)
    words.requires_grad_(False)  # most of the model, and of the time
    learning = [one for one in loaded.model.parameters() if one.requires_grad]
    optimizer = torch.optim.AdamW(learning, lr=2e-2)
    ids_BT, mask_BT, labels_BT = _batch([encode(_lesson(n, search), tokens) for n in range(TAUGHT)])
    for _ in range(_MOST_STEPS):
        loss = trainable_nll(loaded.model, ids_BT, mask_BT, labels_BT, None)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        if loss.item() < _BY_HEART:
            break
    else:
        raise AssertionError("not learnt by heart")
    return loaded


def _batch(examples) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    longest = max(len(example.input_ids) for example in examples)

    def padded(rows, filler):
        return torch.tensor([[*row, *[filler] * (longest - len(row))] for row in rows])

    ids = [example.input_ids for example in examples]
    labels = [example.labels for example in examples]
    return padded(ids, 0), padded([[1] * len(row) for row in ids], 0), padded(labels, IGNORED)


def _lesson(number: int, search: SearchBackend):
    _, turns, answer = LESSONS[number]
    task = a_task(number)
    made = [
        Turn(thought=f"Look {at}.", queries=queries, hits=tuple(_found(search, queries)))
        for at, queries in enumerate(turns)
    ]
    trace = Trajectory(
        task_id=task.id,
        status=Status.ANSWERED,
        turns=tuple(made),
        final_thought="So it is.",
        answer=answer,
    )
    return export_record(task, trace, system(task.prompt), Dialect.CHAT)


def _found(search, queries):
    with asyncio.Runner() as runner:
        return merge_hits(runner.run(search.search(queries, top_k=TOP_K)), TOP_K)
