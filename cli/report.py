"""`masksearch report`: a run as one page that needs no network."""

from __future__ import annotations

from cli.options import READING, with_options
from cli.work import Options, Report, Work, existing_run, tell
from masksearch.run_folder import RunFolder


@with_options(*READING)
def report(options: Options) -> None:
    """Write a run's report.html: what was made and lost, learnt, and solved before and after."""
    tell(write(existing_run(options.run)), as_json=options.as_json)


def run_report(work: Work) -> Report:
    """The last step of a demo."""
    return write(work.run)


def write(run: RunFolder) -> Report:
    """Write the report of a run, finished or not; raises MaskSearchError."""
    from masksearch.report.page import write_report

    path = write_report(run)
    return Report({"report": str(path)}, [f"the report is {path}: open it in a browser"])
