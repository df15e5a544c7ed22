"""`attribution-service`, ending when its standard input does: it never outlives who started it."""

import os
import signal
import sys
import threading

from attribution_service.cli import main


def _end_with_parent() -> None:
    sys.stdin.buffer.read()
    os.kill(os.getpid(), signal.SIGTERM)


if __name__ == "__main__":
    threading.Thread(target=_end_with_parent, daemon=True).start()
    main()
