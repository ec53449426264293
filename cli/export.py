"""`masksearch export`: training conversations from kept traces."""

from __future__ import annotations

from cli.options import WORKING, with_options
from cli.stages import run_export
from cli.work import Options, open_work, perform_one
from masksearch.stages import EXPORT


@with_options(*WORKING)
def export(
    options: Options,
) -> None:
    """Write the kept traces as conversations to train on."""
    perform_one(open_work(options, makes=(EXPORT,)), run_export)
