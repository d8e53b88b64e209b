"""The server as it ships, and beside its own log another file, in which every line of every logger of every library stands, at any level.

python -m benchmarks.anonymity.loud_server PORT LOG_FILE [careless]

A careless one leaves in memory what Python leaves there.
"""

from __future__ import annotations

import logging
import sys
from typing import Any

from trustsurvey.cli import serve


def main(port: int, log: str, *, careless: bool) -> None:
    """Until it is stopped."""
    if careless:
        vars(serve)["_forgotten"] = lambda _worker, _request, _environ, _response: None
    else:
        serve.forget()
    shipped: Any = vars(serve)["create_app"]

    def loud(*args: Any, **named: Any) -> Any:
        handler = logging.FileHandler(log)
        handler.setFormatter(logging.Formatter("%(asctime)s.%(msecs)03d %(name)s %(levelname)s %(message)s"))
        root = logging.getLogger()
        root.addHandler(handler)
        root.setLevel(logging.DEBUG)
        for name in list(root.manager.loggerDict):  # those that were made with a level of their own
            logging.getLogger(name).setLevel(logging.DEBUG)
        return shipped(*args, **named)

    vars(serve)["create_app"] = loud
    serve.run("127.0.0.1", port, 2)


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2], careless="careless" in sys.argv[3:])
