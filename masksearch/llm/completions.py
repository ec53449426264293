"""LangChain's client keeps OpenAI's own fields of a completion and drops all others."""

from __future__ import annotations

import json
import warnings
from typing import Any

import openai
from langchain_core.messages import AIMessage, BaseMessageChunk
from langchain_core.outputs import ChatGenerationChunk, ChatResult
from langchain_openai import ChatOpenAI

from masksearch.llm.replies import FIELDS, NoCompletion, plain_completion, plain_piece, shown

# OpenAI's client warns of every streamed piece with a content in parts, which is read here.
warnings.filterwarnings("ignore", "Pydantic serializer warnings", UserWarning, r"pydantic\.main")


class WholeCompletions(ChatOpenAI):
    """Keeps what a completion says in the fields of other servers, streamed or not."""

    async def ainvoke(self, *args: Any, **options: Any) -> AIMessage:
        """Raises NoCompletion, too, for what is no JSON."""
        try:
            return await super().ainvoke(*args, **options)
        except json.JSONDecodeError as error:
            raise NoCompletion(shown(error.doc)) from None

    def _create_chat_result(
        self,
        response: dict[str, Any] | openai.BaseModel,
        generation_info: dict[str, Any] | None = None,
    ) -> ChatResult:
        sent = response
        if isinstance(response, openai.BaseModel):
            sent = response.model_dump(warnings=False)
        plain = plain_completion(sent)
        result = super()._create_chat_result(plain, generation_info)
        message = plain["choices"][0]["message"]
        result.generations[0].message.additional_kwargs |= {one: message[one] for one in FIELDS}
        return result

    def _convert_chunk_to_generation_chunk(
        self,
        chunk: dict[str, Any],
        default_chunk_class: type[BaseMessageChunk],
        base_generation_info: dict[str, Any] | None,
    ) -> ChatGenerationChunk | None:
        plain = plain_piece(chunk)
        made = super()._convert_chunk_to_generation_chunk(
            plain, default_chunk_class, base_generation_info
        )
        if made and plain["choices"]:
            said = plain["choices"][0]["delta"]
            made.message.additional_kwargs |= {one: said[one] for one in FIELDS}
        return made
