"""Exported traces of towns and their years, each of its own length."""

from masksearch.export import ExportMessage, ExportRecord
from masksearch.messages import Dialect
from masksearch.protocol import ModelTurn, render_turn


def some_records(count: int) -> list[ExportRecord]:
    return [a_record(number) for number in range(count)]


def a_record(number: int) -> ExportRecord:
    asked = render_turn(ModelTurn(thought="Which year?", queries=(f"town {number} founded",)))
    said = render_turn(ModelTurn(thought="It says so.", answer=str(1800 + number)))
    found = f"<information>\n[1] Town {number}\n{'Long ago. ' * number}In {1800 + number}.\n</information>"
    return ExportRecord(
        task_id=f"t{number}",
        num_masks=1,
        dialect=Dialect.CHAT,
        messages=(
            ExportMessage(role="system", content="Search.", trainable=False),
            ExportMessage(role="user", content=f"Town {number}: [mask].", trainable=False),
            ExportMessage(role="assistant", content=asked, trainable=True),
            ExportMessage(role="user", content=found, trainable=False),
            ExportMessage(role="assistant", content=said, trainable=True),
        ),
    )
