"""Where generation ends a turn, in this process and in every program that reads the folder."""

from __future__ import annotations

from typing import Any

from training.conversation_tokens import ConversationTokens


def end_turns(model: Any, tokens: ConversationTokens) -> None:
    """Let the model's generation end where its template ends a turn.

    Stop strings only where no token does: with them transformers generates for nobody who
    does not hand it the tokenizer.
    """
    config = model.generation_config
    had = config.eos_token_id
    given = had if isinstance(had, list) else [had]
    ends = list(dict.fromkeys(one for one in (*given, *tokens.end_ids) if one is not None))
    config.eos_token_id = ends[0] if len(ends) == 1 else ends or None
    if tokens.end_texts:
        config.stop_strings = tokens.end_texts
