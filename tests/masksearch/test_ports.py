import inspect
import subprocess
import sys
from typing import Protocol

from masksearch import ports


def test_ports_import_nothing_heavy() -> None:
    said = "import masksearch.ports, sys; print('pyarrow' in sys.modules, 'numpy' in sys.modules)"
    made = subprocess.run([sys.executable, "-c", said], capture_output=True, text=True, check=True)
    assert made.stdout.split() == ["False", "False"]


def test_ports_hold_interfaces_and_nothing_else() -> None:
    own = [it for it in vars(ports).values() if getattr(it, "__module__", "") == ports.__name__]
    assert {it.__name__ for it in own if not issubclass(it, Protocol)} == {"Team"}
    assert not [it for it in own if inspect.isfunction(it)]
