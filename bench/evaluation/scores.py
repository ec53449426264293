"""Metrics of questions: worked cases, FanOutQA's own scorer beside ours, recall beside rewards."""

from __future__ import annotations

import gzip
import importlib.util
import json
import random
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import lru_cache
from itertools import islice
from pathlib import Path
from types import ModuleType
from typing import Any, NamedTuple

from bench.evaluation.score_cases import CASES, Case
from bench.harness.bar import Absent, Bar, Group, Result
from bench.harness.place import Place
from masksearch.config import RewardConfig
from masksearch.errors import ModelError
from masksearch.evaluation.metrics import metric_named
from masksearch.schemas import (
    Interval,
    Prompt,
    QuestionFacts,
    Status,
    Task,
    TaskKind,
    Trajectory,
    masked_text,
)
from masksearch.scoring.parts import PIPELINES, lemmas
from masksearch.scoring.reward import answer_score

_CASES_WANTED, _PREDICTIONS_WANTED, _TASKS_WANTED = 60, 700, 1_000
_NEAR = 1e-12
_NAMES, _MASKS = re.compile(r"\b[A-Z]\w+(?: [A-Z]\w+)*|\b\d[\d,.]*\d\b"), 3


class Prediction(NamedTuple):
    kind: str
    text: str


def measure(place: Place) -> Iterator[Result]:
    yield _worked()
    yield from _recall(place)
    yield from _fanout(place)


def _worked() -> Result:
    wrong = [case for case in CASES if _figures(case) != (case.em, round(case.f1, 9))]
    example = f": {wrong[0]} is {_figures(wrong[0])}"[:90] if wrong else ""
    measured = f"{len(CASES) - len(wrong)} of {len(CASES)} cases{example}"
    met = not wrong and len(CASES) >= _CASES_WANTED
    return Result("scores: EM and F1 by hand", measured, met)


def _figures(case: Case) -> tuple[float, float]:
    task = question("case", case.benchmark, case.accepted, lang=case.lang)
    em, f1 = (metric_named(name).value(task, answered("case", case.given)) for name in ("em", "f1"))
    return float(em or 0), round(f1 or 0, 9)


def question(
    name: str, benchmark: str, accepted: Sequence[str], *, lang: str = "en", structure: str = ""
) -> Task:
    facts = QuestionFacts(benchmark=benchmark, split="dev", structure=structure)
    prompt = Prompt(kind=TaskKind.QUESTION, text="Who or what?", lang=lang)
    return Task(id=name, prompt=prompt, answers=(tuple(accepted),), question=facts)


def answered(name: str, answer: str) -> Trajectory:
    return Trajectory(task_id=name, status=Status.ANSWERED, answer=answer)


def _recall(place: Place) -> Iterator[Result]:
    """The metric beside the reward of RL, on blanks filled rightly, in part, wrongly."""
    passages = _rows(place.data_file("corpora/hotpotqa.jsonl.gz"))[:_TASKS_WANTED]
    tasks = [task for row in passages if (task := _masked(row["id"], row["text"]))]
    reward, metric = RewardConfig(answer="recall"), metric_named("recall")
    rng, apart, tried = random.Random(0), 0, 0
    for task in tasks:
        for answer in _blank_answers(task, rng):
            trajectory = answered(task.id, answer)
            ours = metric.value(task, trajectory) or 0.0
            apart += abs(ours - answer_score(reward, task, trajectory)) > _NEAR
            tried += 1
    measured = f"{apart} of {tried:,} answers to {len(tasks):,} tasks differ"
    met = len(tasks) > _TASKS_WANTED / 2 and not apart
    yield Result("scores: recall as the reward", measured, met)


def _masked(name: str, text: str) -> Task | None:
    """A passage whose first names and numbers are masked; None where it has none."""
    masks = tuple(Interval(*found.span()) for found in islice(_NAMES.finditer(text, 1), _MASKS))
    if not masks:
        return None
    prompt = Prompt(kind=TaskKind.RAMP, text=masked_text(text, masks), num_masks=len(masks))
    golds = tuple((text[mask.start : mask.end],) for mask in masks)
    return Task(id=name, prompt=prompt, answers=golds, masks=masks)


def _blank_answers(task: Task, rng: random.Random) -> list[str]:
    golds = [accepted[0] for accepted in task.answers]
    halves = [" ".join(gold.split()[: max(1, len(gold.split()) // 2)]) for gold in golds]
    padded = [
        f"the {gold} and other words that go on for more than twelve tokens in all, yes"
        for gold in golds
    ]
    shuffled = [" ".join(rng.sample(gold.split(), len(gold.split()))) for gold in golds]
    return ["\n".join(lines) for lines in (golds, halves, padded, shuffled, golds[:-1], ["?"])]


def _fanout(place: Place) -> Iterator[Result]:
    rows = _rows(place.data_file("questions/fanoutqa.jsonl.gz"))
    official = _official()
    loose, strict = metric_named("fanout_loose"), metric_named("fanout_strict")
    rng, apart, tried = random.Random(0), [], 0
    for row in rows:
        task = question(row["id"], "fanoutqa", ["x"], structure=json.dumps(row["answer_raw"]))
        for kind, text in _predictions(row, rng):
            theirs = official(row["answer_raw"], text)
            trajectory = answered(task.id, text)
            ours = loose.value(task, trajectory), strict.value(task, trajectory)
            tried += 1
            if ours != (theirs.score, float(theirs.found)):
                apart.append(f"{row['id']} {kind}: {ours} is not {theirs.score}")
    measured = f"{len(apart)} of {tried:,} predictions differ {apart[:1] or ''}".strip()
    yield Result("scores: FanOutQA's scorer", measured, tried >= _PREDICTIONS_WANTED and not apart)


def _rows(path: Path) -> list[dict[str, Any]]:
    with gzip.open(path, "rt", encoding="utf-8") as file:
        return [json.loads(line) for line in file]


def _predictions(row: Mapping[str, Any], rng: random.Random) -> list[Prediction]:
    gold = _said(row["answer_raw"])
    words = gold.split()
    return [
        Prediction("gold", gold),
        Prediction("partial", " ".join(words[: len(words) // 2])),
        Prediction("shuffled", " ".join(rng.sample(words, len(words)))),
        Prediction("padded", f"As far as I know: {gold}; {row['question']}"),
        Prediction("upper", gold.upper()),
        Prediction("empty", ""),
    ]


def _said(answer: Any) -> str:
    if isinstance(answer, dict):
        return "; ".join(f"{key}: {_said(part)}" for key, part in answer.items())
    if isinstance(answer, list):
        return ", ".join(map(_said, answer))
    return {True: "yes", False: "no"}[answer] if isinstance(answer, bool) else str(answer)


def _official() -> Callable[[Any, str], Any]:
    """`answer_in_text` of the package, whose pipeline is set and whose normaliser remembers.

    Its module is loaded from its file: the package around it wants BLEURT. Raises Absent.
    """
    try:
        import fanoutqa.norm
        import spacy

        lemmas()
    except (ImportError, ModelError) as error:
        raise Absent(f"{error}: pip install 'masksearch[bench]'") from error
    name = next(one for one in PIPELINES if spacy.util.is_package(one))
    fanoutqa.norm.nlp.pipe = spacy.load(name)
    module = _file_of(Path(fanoutqa.norm.__file__).parent / "eval" / "string.py")
    module.normalize = lru_cache(maxsize=None)(fanoutqa.norm.normalize)  # type: ignore[attr-defined]
    found: Callable[[Any, str], Any] = module.answer_in_text
    return found


def _file_of(path: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location("fanoutqa_string", path)
    if spec is None or spec.loader is None:
        raise Absent(f"no {path}")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


GROUP = Group(
    "scores",
    (
        Bar("scores: EM and F1 by hand", f"all of ≥ {_CASES_WANTED} cases"),
        Bar("scores: recall as the reward", "0 differ on RAMP tasks"),
        Bar("scores: FanOutQA's scorer", "loose and strict, 0 differ"),
    ),
    measure,
    minutes=2,
)
