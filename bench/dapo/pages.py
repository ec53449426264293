"""`report.html` in headless Chromium: what it loads, and whether it fits narrow and wide screens."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from bench.harness.bar import Bar, Group, Result, Unmeasured
from bench.harness.place import Place
from bench.harness.processes import clean_environment, expect, run

WIDTHS = (340, 768, 1280)
_BROWSERS = ("chromium", "chromium-browser", "google-chrome", "chrome")
_ALONE = ("--headless", "--no-sandbox", "--disable-gpu", "--host-resolver-rules=MAP * ~NOTFOUND")
_SECONDS = 120
_PARTS = ("flow", "evaluation", "learning", "cases", "recipe", "credits")
# The page itself runs no script: a frame around it measures what Chromium made of it.
_FRAMES = """<!doctype html><pre id="seen"></pre>
<script>
const seen = [], widths = %(widths)s
const measure = (frame, width) => {
  const page = frame.contentDocument, root = page.documentElement
  seen.push({
    width,
    needed: root.scrollWidth,
    loaded: frame.contentWindow.performance.getEntriesByType("resource").map(one => one.name),
    parts: %(parts)s.filter(id => page.getElementById(id)?.getBoundingClientRect().height > 40),
  })
  document.getElementById("seen").textContent = JSON.stringify(seen)
}
for (const width of widths) {
  const frame = document.createElement("iframe")
  frame.style.cssText = `width: ${width}px; height: 900px; border: 0`
  frame.onload = () => measure(frame, width)
  frame.src = %(page)s
  document.body.append(frame)
}
</script>
"""


class Seen(NamedTuple):
    """A page in a window: both widths in pixels, what it loaded, and which parts are visible."""

    width: int
    needed: int
    loaded: list[str]
    parts: list[str]


def measure(place: Place) -> Iterator[Result]:
    """The report of the whole run, and of one that was cut off while it made traces."""
    whole, half = place.finished_run(), _half(place)
    reported = [_report(place, folder) for folder in (whole, half)]
    seen = [look(page, place.work, WIDTHS) for page in reported]
    over = [f"{one.needed} px wide at {one.width}" for one in seen[0] if one.needed > one.width]
    yield Result("report layout", _told(over, f"fits {', '.join(map(str, WIDTHS))} px"), not over)
    loaded = [name for one in seen[0] for name in one.loaded]
    yield Result("report offline", f"{len(loaded)} things loaded from elsewhere", not loaded)
    missing = sorted({part for one in seen[0] for part in set(_PARTS) - set(one.parts)})
    yield Result("report parts", _told(missing, f"all {len(_PARTS)} visible"), not missing)
    over = [str(one.width) for one in seen[1] if one.needed > one.width]
    told = "not run yet" in reported[1].read_text(encoding="utf-8")
    said = "says what is not run yet" if told else "says nothing of what is not run"
    yield Result("report half-finished", f"exit 0, {said}", told and not over)


def look(page: Path, folder: Path, widths: Sequence[int]) -> list[Seen]:
    """The page in windows of those widths; raises Unmeasured without a Chromium."""
    browser = next((found for name in _BROWSERS if (found := shutil.which(name))), None)
    if not browser:
        raise Unmeasured("no Chromium to look at the page with: install one")
    frames = folder / "frames.html"
    parts = {"widths": list(widths), "parts": _PARTS, "page": page.resolve().as_uri()}
    frames.write_text(_FRAMES % {name: json.dumps(value) for name, value in parts.items()})
    done = run(
        browser,
        *_ALONE,
        "--allow-file-access-from-files",
        f"--user-data-dir={folder / 'chromium'}",
        "--virtual-time-budget=10000",
        "--dump-dom",
        frames.as_uri(),
        cwd=folder,
        env=clean_environment(folder),
        timeout=_SECONDS,
    )
    found = re.search(r'<pre id="seen">(.*?)</pre>', expect(done, "chromium").out)
    seen = [Seen(**one) for one in json.loads(found[1] or "[]")] if found else []
    if len(seen) != len(widths):
        raise Unmeasured(f"chromium showed {len(seen)} of {len(widths)} windows: {done.tail}")
    return seen


def _report(place: Place, folder: Path) -> Path:
    done = place.masksearch("report", "--run", folder, cwd=place.work)
    expect(done, f"masksearch report of {folder.name}")
    return folder / "report.html"


def _half(place: Place) -> Path:
    """The run as it was while traces were made: the stage has no end, its file a torn line."""
    source, folder = place.finished_run(), place.folder("half")
    for name in ("01-documents", "02-passages", "04-tasks", "05-traces"):
        shutil.copytree(source / name, folder / name)
    shutil.copy(source / "config.yaml", folder)
    manifest = folder / "05-traces/manifest.json"
    begun = json.loads(manifest.read_text()) | {"counts": {}, "done": False}
    manifest.write_text(json.dumps(begun))
    accepted = folder / "05-traces/accepted.jsonl"
    accepted.write_bytes(accepted.read_bytes()[:-7])
    return folder


def _told(faults: Sequence[str], fine: str) -> str:
    return ", ".join(faults) or fine


GROUP = Group(
    "report",
    (
        Bar("report layout", "nothing wider than the window"),
        Bar("report offline", "loads nothing from elsewhere"),
        Bar("report parts", f"{', '.join(_PARTS)}"),
        Bar("report half-finished", "a page that says so, and fits"),
    ),
    measure,
)
