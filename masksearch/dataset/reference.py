"""Tasks as MaskSearch's published code lays them out (`gen_qa.py`)."""

from __future__ import annotations

from typing import Any

from masksearch.dataset.instructions import instructed
from masksearch.exports.formats import TaskFormat
from masksearch.schemas import AnswerStyle, Task


class ReferenceRecords(TaskFormat):
    """The reference's records, as JSON, one a line.

    `mask_num` is the real number of masks, and `entities` names the masked ones only: what
    else was found in the passage is not part of a task.
    """

    heading = "Records"

    @property
    def description(self) -> str:
        """How a record is laid out."""
        return _LAYOUT

    def record(self, item: Task) -> dict[str, Any]:
        """A task as a record of the reference."""
        golds = [accepted[0] for accepted in item.answers]
        return {
            "query": instructed(item.prompt, AnswerStyle.PASSAGE),
            "answer": item.unmasked(),
            "ext": {
                "mask_num": item.num_masks,
                "masks": golds,
                "entities": golds,
                "source": "wiki",
                "title": item.prompt.title,
            },
        }


_LAYOUT = """\
Each record is laid out as MaskSearch's published code lays it out: `query`, `answer`, and `ext` with
`mask_num`, `masks`, `entities`, `source` and `title`. `mask_num` is the real number of masks, `masks`
are in the order of the text, and `entities` names the masked ones only."""
