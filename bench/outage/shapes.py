"""In which shapes servers send a reply, and an endpoint on loopback that sends them."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, NamedTuple

from masksearch.protocol import ModelTurn, render_turn
from masksearch.schemas import Task
from masksearch.store import read_records
from prompts import PromptLibrary

Send = Callable[[str, str], dict[str, Any]]
"""A body, made of a thought and of what is said after it."""
_ROLES = ("planner", "rewriter", "observer", "judge")
_SYSTEM_CHARS = 20
_DRAFTS = (
    'I must write <search> or <answer>x</answer>, or {"correct": [true], "reason": "x", '
    '"thought": "x", "answer": "x", "queries": ["x"]}.'
)
"""What every thought holds, and none may act by."""
_CUT = ("cut at", "tokens")


class Shape(NamedTuple):
    """`wanted` is what the reason must say where it is no reply."""

    name: str
    send: Send
    wanted: tuple[str, ...] = ()


def _message(finish: str | None = "stop", **message: Any) -> dict[str, Any]:
    choice = {"index": 0, "message": {"role": "assistant", **message}, "finish_reason": finish}
    usage = {"prompt_tokens": 11, "completion_tokens": 7, "total_tokens": 18}
    return {"object": "chat.completion", "choices": [choice], "usage": usage}


def _parts(thought: str, said: str) -> dict[str, Any]:
    part = {"type": "thinking", "thinking": [{"type": "text", "text": thought}]}
    return _message(content=[part, {"type": "text", "text": said}])


def _responses(thought: str, said: str) -> dict[str, Any]:
    output = [
        {"type": "reasoning", "summary": [{"type": "summary_text", "text": thought}]},
        {"type": "message", "content": [{"type": "output_text", "text": said}]},
    ]
    return {"object": "response", "status": "completed", "output": output}


def _broken(said: str) -> str:
    """An object as models write it that have seen more Python than JSON."""
    if not said.startswith("{"):
        return f"```\n{said}\n```"
    return f"```json\n{json.loads(said)!r}\n```".replace("}\n", ", }  # done\n")


SHAPES = (
    Shape("inline", lambda t, s: _message(content=f"<think>{t}</think>\n{s}")),
    Shape("opened by the template", lambda t, s: _message(content=f"{t}\n</think>\n\n{s}")),
    Shape("[THINK]", lambda t, s: _message(content=f"[THINK]{t}[/THINK]{s}")),
    Shape("◁think▷", lambda t, s: _message(content=f"◁think▷{t}◁/think▷{s}")),
    Shape(
        "harmony",
        lambda t, s: _message(
            content=f"<|channel|>analysis<|message|>{t}<|end|><|start|>assistant<|channel|>final"
            f"<|message|>{s}"
        ),
    ),
    Shape("reasoning_content", lambda t, s: _message(reasoning_content=t, content=s)),
    Shape("reasoning", lambda t, s: _message(reasoning=t, content=s)),
    Shape("thinking", lambda t, s: _message(thinking=t, content=s)),
    Shape("parts", _parts),
    Shape("Responses", _responses),
    Shape("no finish", lambda t, s: _message(None, reasoning=t, content=s)),
    Shape("broken", lambda t, s: _message(reasoning=t, content=_broken(s))),
)
NO_REPLIES = (
    Shape("cut inline", lambda t, s: _message("length", content=f"<think>{t} {s}"), _CUT),
    Shape("cut in a field", lambda t, s: _message("length", content="", reasoning=t), _CUT),
    Shape("cut", lambda t, s: _message("length", reasoning=t, content=s[:-9]), _CUT),
    Shape("only a thought", lambda t, s: _message(content=None, reasoning=t), ("but a thought",)),
    Shape("filtered", lambda t, s: _message("content_filter", content=""), ("filter",)),
    Shape("refused", lambda t, s: _message(content=None, refusal="I will not."), ("I will not.",)),
    Shape(
        "an error",
        lambda t, s: {"error": {"message": "the prompt is odd", "code": "odd_prompt"}},
        ("the prompt is odd",),
    ),
    Shape(
        "a call of a tool",
        lambda t, s: _message(
            "tool_calls",
            content=None,
            tool_calls=[{"function": {"name": "python", "arguments": "{}"}}],
        ),
        ("the tool python",),
    ),
)


class Player:
    """What a team, its judge and an agent say; the answers stand in a run's tasks."""

    def __init__(self, tasks: Path) -> None:
        library = PromptLibrary()
        self._starts = {role: library.load(role).text[:_SYSTEM_CHARS] for role in _ROLES}
        self.tasks = list(read_records(tasks, Task))

    def reply(self, messages: list[Mapping[str, str]]) -> tuple[str, str]:
        """A thought, and what is said after it."""
        system, shown = messages[0]["content"], messages[1]["content"]
        task = next(task for task in self.tasks if task.prompt.text in shown)
        answers = [accepted[0] for accepted in task.answers]
        role = next((r for r, start in self._starts.items() if system.startswith(start)), "")
        if role:
            return _DRAFTS, json.dumps(self._object(role, answers))
        turn = ModelTurn(thought="t", queries=("stone bridge",))
        if len(messages) > 2:
            turn = ModelTurn(thought="t", answer="\n".join(answers))
        return _DRAFTS, render_turn(turn).partition("</think>\n")[2]

    def _object(self, role: str, answers: list[str]) -> dict[str, Any]:
        said: dict[str, dict[str, Any]] = {
            "planner": {"thought": "The page is named.", "sub_question": "What is known of it?"},
            "rewriter": {"queries": ["stone bridge"]},
            "observer": {"thought": "It says so.", "answer": "\n".join(answers)},
            "judge": {"reason": "They agree.", "correct": [True] * len(answers)},
        }
        return said[role]


@contextmanager
def sending(player: Player, shape: Shape) -> Iterator[str]:
    """An endpoint that sends all in one shape; gives its address."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            asked = json.loads(self.rfile.read(int(self.headers["content-length"])))
            body = json.dumps(shape.send(*player.reply(asked["messages"]))).encode()
            self.send_response(200)
            self.send_header("content-type", "application/json")
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Nothing is logged."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}/v1"
    finally:
        server.shutdown()
        server.server_close()
