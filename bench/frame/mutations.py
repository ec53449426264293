"""Changes that would each break a promise, and the tests that find them."""

from __future__ import annotations

from typing import NamedTuple


class Mutant(NamedTuple):
    """A text in a file that is replaced, and the tests that must fail then and pass now."""

    name: str
    file: str
    text: str
    becomes: str
    test: str


_ROWS = "tests/cli/test_rows.py::test_every_row_searches_under_the_guard_it_is_evaluated_under"
_HANDED_ON = "tests/masksearch/test_evaluation_rows.py::test_every_row_hands_its_guard_on"
_PAIRS = "test_a_paired_difference_pairs_the_episodes_of_one_task_whatever_their_order"
_ROLLOUTS = "tests/training/test_rollout.py"
_ENGINE = "tests/training/test_rollout_engine.py"
_RESUME = "tests/training/test_dapo_resume.py"
_RESTORED = f"{_RESUME}::test_every_part_takes_over_its_own_state"

EVALUATION = (
    Mutant(
        "evaluation ignores the guard",
        "masksearch/evaluation/stage.py",
        "agent = row.agent(self.context, guard)",
        "agent = row.agent(self.context, Guard.NONE)",
        _ROWS,
    ),
    Mutant(
        "model rows ignore the guard",
        "cli/agents.py",
        "            guard=guard,\n            max_turns=settings",
        "            guard=Guard.NONE,\n            max_turns=settings",
        _ROWS,
    ),
    Mutant(
        "trained rows ignore the guard",
        "masksearch/evaluation/row.py",
        "path, Prompting(context.system), guard=guard)",
        "path, Prompting(context.system), guard=Guard.NONE)",
        _HANDED_ON,
    ),
    Mutant(
        "a difference pairs the wrong items",
        "masksearch/evaluation/comparison.py",
        "return [(ours[task], theirs[task]) for task in ours if task in theirs]",
        "return list(zip(ours.values(), theirs.values(), strict=False))",
        f"tests/masksearch/test_evaluation_table.py::{_PAIRS}",
    ),
)
ROLLOUTS = (
    Mutant(
        "rollouts ignore the guard",
        "training/rollout/loop.py",
        "LeakGuard.of(task.passage_id, settings.guard, task.prompt)",
        "LeakGuard.of(task.passage_id, Guard.NONE, task.prompt)",
        f"{_ROLLOUTS}::test_rollouts_search_under_the_guard_of_their_own_task",
    ),
    Mutant(
        "RL hands no guard on",
        "training/dapo/train.py",
        "        guard=settings.guard,",
        "        guard=type(settings.guard).NONE,",
        f"{_RESUME}::test_rollouts_are_under_the_guard_that_the_recipe_names",
    ),
    Mutant(
        "the engine is never told of new weights",
        "training/dapo/trainer.py",
        "self._parts.engine.take_weights()",
        "pass",
        f"{_RESUME}::test_what_generates_takes_the_trained_weights_before_every_batch",
    ),
    Mutant(
        "the engine never takes new weights",
        "training/rollout/transformers_engine.py",
        "ours.copy_(theirs)",
        "pass",
        f"{_ENGINE}::test_in_bfloat16_a_copy_generates_until_it_is_told_of_new_weights",
    ),
    Mutant(
        "DAPO is never given its judge",
        "training/dapo/train.py",
        "judge or _judge(job)",
        "judge",
        f"{_RESUME}::test_the_judge_that_the_recipe_names_is_asked",
    ),
)
RESUMING = (
    Mutant(
        "SFT ignores its checkpoint",
        "training/sft.py",
        "make_steps(trainer, folder / CHECKPOINTS, checkpoint)",
        "make_steps(trainer, folder / CHECKPOINTS, None)",
        "tests/training/test_sft.py::test_a_torn_checkpoint_is_discarded",
    ),
    Mutant(
        "DAPO ignores its checkpoint",
        "training/dapo/train.py",
        "checkpoint = last_checkpoint(checkpoints)",
        "checkpoint = None",
        f"{_RESUME}::test_a_resumed_training_begins_after_its_checkpoint",
    ),
    Mutant(
        "health is not restored",
        "training/dapo/trainer.py",
        'self._health.load_state_dict(state["health"])',
        "pass",
        f"{_RESTORED}[health]",
    ),
    Mutant(
        "the curriculum is not restored",
        "training/dapo/trainer.py",
        'self._parts.curriculum.load_state_dict(state["curriculum"])',
        "pass",
        f"{_RESTORED}[curriculum]",
    ),
    Mutant(
        "the sampler is not restored",
        "training/dapo/trainer.py",
        'self._sampling.load_state_dict(state["sampling"])',
        "pass",
        f"{_RESTORED}[sampling]",
    ),
    Mutant(
        "the task stream is not restored",
        "training/dapo/trainer.py",
        'self._parts.stream.load_state_dict(state["stream"])',
        "pass",
        f"{_RESTORED}[stream]",
    ),
)
MUTANTS = (*EVALUATION, *ROLLOUTS, *RESUMING)
