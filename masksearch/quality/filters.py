"""Filters that look at one passage alone: length and language."""

from __future__ import annotations

from masksearch.config import QualityConfig
from masksearch.language import base_language, decide_language
from masksearch.schemas import Passage


def refusal(passage: Passage, config: QualityConfig) -> str:
    """Why a passage is refused for what it is; empty when it is not."""
    if config.min_chars and len(passage.text) < config.min_chars:
        return "too short for tasks"
    if config.max_chars and len(passage.text) > config.max_chars:
        return "too long for tasks"
    wanted = config.languages
    if wanted and not {passage.lang, base_language(passage.lang)} & set(wanted):
        return f"language {passage.lang}"
    if config.check_language and decide_language(passage.lang, passage.text).is_contradicted:
        return "in another language"
    return ""
