"""How a stage is made: anew or resumed, in how many processes, and who hears of it."""

from __future__ import annotations

from typing import NamedTuple

from masksearch.manifest import IfExists
from masksearch.ports import Progress
from masksearch.progress import silent


class Making(NamedTuple):
    """What a command chooses beside a stage's settings; none of it changes what is made."""

    if_exists: IfExists = IfExists.RESUME
    progress: Progress = silent
    processes: int = 1


RESUMING = Making()
