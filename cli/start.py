"""Where the command begins: until all is imported, Ctrl-C is answered here."""

import gc
import sys

_INTERRUPTED = 130  # as in cli.main, which may not be imported yet


def start() -> int:
    """Run the command line and return its exit code."""
    try:
        from cli.main import main
    except KeyboardInterrupt:
        sys.stderr.write("interrupted; nothing was begun\n")
        return _INTERRUPTED
    code = main()
    gc.freeze()  # all ends with the process: to look for garbage in what is left of torch takes 0.7 s
    return code
