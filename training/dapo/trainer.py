"""DAPO on TRL's GRPOTrainer: the wiring between rollouts, sampling and the loss.

Of TRL's trainer four seams are used (a test fails when one moves): `_prepare_inputs` gives
our micro-batches, `compute_loss` our loss, `_save_checkpoint` also saves our state, and
`_metrics` takes our figures. What it brings: optimizer, schedule, checkpoints, accelerate,
PEFT, and an output head that works over several processes and GPUs.
"""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

import torch
from accelerate.utils import gather_object
from pydantic import TypeAdapter
from transformers.trainer_utils import PREFIX_CHECKPOINT_DIR
from trl import GRPOTrainer

from masksearch.errors import SearchError, TrainingError
from masksearch.ports import Progress
from masksearch.progress import silent
from masksearch.schemas import Task
from masksearch.scoring.reward import Reward, RewardFunction
from masksearch.store import make_folder, write_json
from training.config import DapoConfig
from training.curriculum import Curriculum, TaskStream
from training.dapo.figures import figures
from training.dapo.groups import (
    Group,
    MicroBatch,
    Row,
    as_group,
    as_tensors,
    in_updates,
    micro_batches,
)
from training.dapo.health import Health
from training.dapo.loss import TokenScores, clipped_objective, token_level_loss, token_scores
from training.dapo.sampling import Batch, DynamicSampling, SamplingRule
from training.dapo.trl_arguments import ticks, trl_arguments
from training.gradients import not_a_number
from training.loss import has_plain_head
from training.models.loading import LoadedModel
from training.rollout.engine import RolloutEngine, seed_of
from training.rollout.loop import Rollout, RolloutWorker

_DEAD_SEARCH_SHARE = 0.5
"""The share of failed searches in a batch at which the search engine counts as dead."""
_UNSCORED_SHARE = 0.5
"""The share of rollouts without a reward at which the judge counts as dead."""
_JUDGED_ROLLOUTS = 32
"""Over how many rollouts at least the format rate is taken."""
_ROWS = TypeAdapter(list[list[Row]])


class TrainingEnded(Exception):
    """Training ends before its last step, for a reason that the recipe allows."""


class DapoParts(NamedTuple):
    """What the trainer puts together."""

    engine: RolloutEngine
    worker: RolloutWorker
    reward: RewardFunction
    stream: TaskStream[Task]
    curriculum: Curriculum


class DapoTrainer(GRPOTrainer):
    """Trains on batches of useful groups, with a loss on the model's own tokens."""

    def __init__(
        self,
        loaded: LoadedModel,
        config: DapoConfig,
        parts: DapoParts,
        folder: Path,
        *,
        bf16: bool,
        progress: Progress = silent,
    ) -> None:
        super().__init__(
            model=loaded.model,
            reward_funcs=_never_called,
            args=trl_arguments(config, folder, bf16=bf16),
            train_dataset=ticks(config),
            processing_class=loaded.tokenizer,
        )
        world = self.accelerator.num_processes
        self._config = config
        self._parts = parts
        self._progress = progress
        groups = config.groups // world
        cap = round(groups * config.sampling_cap)
        self._sampling = DynamicSampling(
            SamplingRule(groups, cap, config.at_cap, -(-config.patience // world)),
            most=lambda number: max(gather_object([number])),
        )
        self._health = Health(max(groups * config.group_size, _JUDGED_ROLLOUTS))
        self._rolled = 0
        self._updates: list[list[Row]] = []
        self._ready: list[MicroBatch] = []
        self._weights_of = -1
        self._spent: float = 0.0
        self._since = time.monotonic()
        # One loop for the whole training, as clients of a judge are bound to theirs; without
        # asyncio's own handling of Ctrl-C, which would wait until all rollouts are generated.
        self._loop = asyncio.new_event_loop()
        self._direct = world == 1 and not torch.cuda.is_available() and has_plain_head(self.model)

    def _prepare_inputs(self, generation_batch: Any) -> Any:
        """The next micro-batch; a new batch is generated when the last one is used up."""
        if not self._ready:
            if not self._updates:
                self._updates = self._next_batch()
            self._ready = self._micro_batches(self._updates.pop(0))
        return self._ready.pop(0)

    def _next_batch(self) -> list[list[Row]]:
        self._keep_within_budget()
        self._parts.curriculum.advance(self._share_done())
        began = time.monotonic()
        if self._weights_of != self.state.global_step:
            self._parts.engine.take_weights()
            self._weights_of = self.state.global_step
        batch = self._loop.run_until_complete(self._sampling.next_batch(self._generate_groups))
        if any(gather_object([batch.ended])):
            raise TrainingEnded(batch.ended or "another process ran out of useful groups")
        self._learn_about(batch, time.monotonic() - began)
        rows = self._sampling.rule.wanted * self._config.group_size
        return in_updates(batch.groups, self._config.updates, rows // self._config.updates)

    async def _generate_groups(self, count: int) -> list[Group]:
        """Roll out `count` further prompts and score what became of them."""
        size, step = self._config.group_size, self.state.global_step
        self._progress(step, self._config.steps, f"trying {count} tasks {size} times each")
        tasks = [task for task in self._parts.stream.take(count) for _ in range(size)]
        seeds = [self._seed(self._rolled + number) for number in range(len(tasks))]
        self._rolled += len(tasks)
        rollouts = await self._parts.worker.roll_out(tasks, seeds)
        _check_search(rollouts)
        rewards = await self._parts.reward([(one.task, one.trajectory) for one in rollouts])
        _check_scores(rewards)
        # Here, not at the end of a batch: a collapsed policy makes no useful group to end one.
        if reason := self._health.observe([one.format for one in rewards]):
            raise TrainingError(reason)
        return [
            as_group(rollouts[at : at + size], rewards[at : at + size], self._config)
            for at in range(0, len(rollouts), size)
        ]

    def _seed(self, number: int) -> int:
        return seed_of(self._config.seed, self.accelerator.process_index, number)

    def _learn_about(self, batch: Batch, seconds: float) -> None:
        """Log the batch, and move the curriculum on."""
        generated: list[Group] = gather_object(batch.generated)
        found = figures(generated, gather_object(batch.groups), batch.reused, seconds)
        for name, value in found.items():
            self._metrics["train"][name].append(value)
        self._metrics["train"]["level"].append(self._parts.curriculum.level)
        scores = [(group.num_masks, value) for group in generated for value in group.answers]
        self._parts.curriculum.advance(self._share_done(), scores)

    def _micro_batches(self, rows: Sequence[Row]) -> list[MicroBatch]:
        own = sum(sum(row.trainable) for row in rows)
        tokens = float(sum(gather_object([own])))
        pad = int(self._tokenizer.pad_token_id)
        return [
            as_tensors(part, pad, tokens, self.accelerator.device)
            for part in micro_batches(rows, self._config.micro_batch)
        ]

    def compute_loss(
        self, model: Any, inputs: Any, return_outputs: bool = False, num_items_in_batch: Any = None
    ) -> torch.Tensor:
        """DAPO's loss of one micro-batch, summed over its trainable tokens."""
        batch: MicroBatch = inputs
        wanted_BT = batch.trainable_BT[:, 1:]
        scores = self._scores(model, batch)
        objective = clipped_objective(
            scores.logprobs_N,
            batch.old_logprobs_BT[:, 1:][wanted_BT],
            batch.advantages_B[:, None].expand_as(wanted_BT)[wanted_BT],
            self._config.clip_low,
            self._config.clip_high,
        )
        loss = token_level_loss(
            objective.losses_N, batch.update_tokens, self.accelerator.num_processes
        )
        if not bool(torch.isfinite(loss)):
            raise not_a_number("loss", self.state.global_step + 1, "dapo")
        self._note_tokens(batch, scores, objective.clipped_N)
        return loss

    def _scores(self, model: Any, batch: MicroBatch) -> TokenScores:
        """By our own head where it can be used, else by TRL's, through the wrapped model."""
        temperature = self._config.temperature
        if self._direct:
            with self.accelerator.autocast():  # the forward that enters it is passed by
                return token_scores(
                    model, batch.ids_BT, batch.mask_BT, batch.trainable_BT, temperature
                )
        labels_BT = batch.ids_BT.masked_fill(~batch.trainable_BT, -100)
        out = model(
            input_ids=batch.ids_BT,
            attention_mask=batch.mask_BT,
            labels=labels_BT,
            fused_lm_head=True,
        )
        wanted_BT = batch.trainable_BT[:, 1:]
        return TokenScores(out.log_probs[wanted_BT], out.entropy[wanted_BT].detach())

    def _note_tokens(self, batch: MicroBatch, scores: TokenScores, clipped_N: torch.Tensor) -> None:
        """Log means over the tokens of the whole step: TRL takes one over micro-batches.

        `drift` is how far the trained model is from what sampled, in nats a token.
        """
        parts = self.args.gradient_accumulation_steps * self.accelerator.num_processes
        old_N = batch.old_logprobs_BT[:, 1:][batch.trainable_BT[:, 1:]]
        summed = {
            "entropy": scores.entropies_N.sum(),
            "clipped": clipped_N.sum(),
            "drift": (old_N - scores.logprobs_N.detach()).sum(),
        }
        for name, total in summed.items():
            share = total.item() * parts / max(batch.update_tokens, 1.0)
            self._metrics["train"][name].append(share)

    def _keep_within_budget(self) -> None:
        if self._budget_used() >= 1:
            raise TrainingEnded(f"the budget of {self._config.budget_minutes:g} minutes is used up")

    def _share_done(self) -> float:
        """How much of the training is over, by whatever will end it."""
        steps_done: float = self.state.global_step / self._config.steps
        return max(steps_done, self._budget_used())

    def _budget_used(self) -> float:
        """The share of the budget's time that is spent, the same in all processes."""
        budget = self._config.budget_minutes
        spent = 0.0 if budget is None else self._seconds_spent() / (budget * 60)
        return float(max(gather_object([spent])))

    def _seconds_spent(self) -> float:
        now = time.monotonic()
        self._spent, self._since = self._spent + now - self._since, now
        return float(self._spent)

    def _save_checkpoint(self, model: Any, trial: Any) -> None:
        """Our state first: the trainer's own last file says that a checkpoint is whole."""
        folder = Path(self._get_output_dir(trial=trial))
        place = make_folder(folder / f"{PREFIX_CHECKPOINT_DIR}-{self.state.global_step}")
        write_json(place / self._state_name(), self._state())
        super()._save_checkpoint(model, trial)

    def create_model_card(self, *args: Any, **kwargs: Any) -> None:
        """No model card: the run folder says what a model is, and nothing is pushed anywhere."""

    def close(self) -> None:
        """Give back the engine, and the loop in which rollouts ran."""
        self._parts.engine.close()
        self._loop.close()

    def restore(self, checkpoint: Path) -> None:
        """Take over what `_save_checkpoint` saved beside TRL's own state."""
        state = json.loads((checkpoint / self._state_name()).read_text(encoding="utf-8"))
        self._sampling.load_state_dict(state["sampling"])
        self._parts.stream.load_state_dict(state["stream"])
        self._parts.curriculum.load_state_dict(state["curriculum"])
        self._health.load_state_dict(state["health"])
        self._rolled, self._spent = state["rolled"], state["spent"]
        self._updates = _ROWS.validate_python(state["updates"])

    def _state(self) -> dict[str, Any]:
        return {
            "sampling": self._sampling.state_dict(),
            "stream": self._parts.stream.state_dict(),
            "curriculum": self._parts.curriculum.state_dict(),
            "health": self._health.state_dict(),
            "rolled": self._rolled,
            "spent": self._seconds_spent(),
            "updates": self._updates,
        }

    def _state_name(self) -> str:
        return f"dapo_state_{self.accelerator.process_index}.json"


def _never_called(*args: Any, **kwargs: Any) -> list[float]:
    """TRL wants a reward function; ours scores whole groups before they reach the trainer."""
    raise AssertionError("rewards are given to groups in training.dapo.groups")


def _check_scores(rewards: Sequence[Reward]) -> None:
    """A dead judge is not the tasks' fault; raises TrainingError when most rewards are not known."""
    reasons = [reward.unscored for reward in rewards if reward.unscored]
    if len(reasons) >= _UNSCORED_SHARE * len(rewards):
        raise TrainingError(
            f"{len(reasons)} of {len(rewards)} rollouts could not be scored, so training stopped; "
            f"the last one: {reasons[-1]}"
        )


def _check_search(rollouts: Sequence[Rollout]) -> None:
    """Training on empty pages teaches not to search; raises SearchError when most failed."""
    searches = sum(len(one.trajectory.turns) for one in rollouts)
    failed = [reason for one in rollouts for reason in one.failures]
    if searches and len(failed) >= _DEAD_SEARCH_SHARE * searches:
        raise SearchError(
            f"{len(failed)} of {searches} searches failed, so training stopped; "
            f"the last one said: {failed[-1]}"
        )
