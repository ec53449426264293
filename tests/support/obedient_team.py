"""What language models say that play the team's roles as they are told, by request."""

import json

from prompts import PromptLibrary

LIBRARY = PromptLibrary()


def role_of(request: dict) -> str:
    system = request["messages"][0]["content"]
    roles = ("planner", "rewriter", "observer", "judge")
    starts = {role: LIBRARY.load(role).text[:20] for role in roles}
    return next(role for role, start in starts.items() if system.startswith(start))


def number_in(request: dict) -> int:
    return int(request["messages"][1]["content"].split("Item ")[1].split()[0])


def obedient(request: dict) -> str:
    said = {
        "planner": {"thought": "Look.", "sub_question": "Which item?"},
        "rewriter": {"queries": ["item one", "item two", "item three"]},
        "observer": {"thought": "There.", "answer": f"gold {number_in(request)}"},
        "judge": {"reason": "They agree.", "correct": [True]},
    }
    return json.dumps(said[role_of(request)])
