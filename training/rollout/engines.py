"""Which rollout engines there are: a line each, imported when it is asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from masksearch.registry import class_named

if TYPE_CHECKING:
    from training.rollout.engine import RolloutEngine

ENGINES = {
    "transformers": "training.rollout.transformers_engine.TransformersEngine",
}


def engine_class(name: str) -> type[RolloutEngine]:
    """The class of an engine; raises ConfigError naming those that there are."""
    found: type[RolloutEngine] = class_named(ENGINES, name, "rollout engine")
    return found
