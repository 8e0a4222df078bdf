import json
import os
from pathlib import Path


def station(name: str, arguments: list[str], answer: dict[str, object]) -> None:
    """Keeps the command, and answers."""
    with Path(os.environ["STATIONS_LOG"]).open("a") as log:
        log.write(json.dumps([name, *arguments]) + "\n")
    print(json.dumps(answer))
