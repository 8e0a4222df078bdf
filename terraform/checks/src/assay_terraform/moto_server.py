"""moto's server, plus the one call that moto lacks and destroy needs, and optionally with our evaluator."""

from __future__ import annotations

import json
import sys
from typing import Any

from moto.athena.responses import AthenaResponse
from moto.server import main

from assay_terraform import judge


def delete_named_query(self: Any) -> str:  # noqa: ANN401 (moto's own types are private)
    """Athena's DeleteNamedQuery."""
    self.athena_backend.named_queries.pop(json.loads(self.body)["NamedQueryId"], None)
    return "{}"


if __name__ == "__main__":
    AthenaResponse.delete_named_query = delete_named_query  # type: ignore[attr-defined]
    judge.install()
    main(sys.argv[1:])
