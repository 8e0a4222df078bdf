"""Replaces the station: two of three tables have something to remove."""

import os
import sys

from station import station

ORPHANS = int(os.environ.get("STATIONS_ORPHANS", "7"))
FOUND = {
    "physicians_dim": {"snapshots": [1, 2], "kept": 3, "branches": [], "tags": 2, "orphans": [], "files": 0},
    "payments_fact": {
        "snapshots": [4],
        "kept": 5,
        "branches": ["audit_failed"],
        "tags": 2,
        "orphans": [f"s3://lake/curated/{n}.parquet" for n in range(ORPHANS)],
        "files": 0,
    },
    "publications": {"snapshots": [], "kept": 1, "branches": [], "tags": 2, "orphans": [], "files": 0},
}
NOTHING = {name: {**one, "snapshots": [], "branches": [], "orphans": []} for name, one in FOUND.items()}
delete = sys.argv[sys.argv.index("--delete") + 1] == "yes"
station(
    "assay_curated.maintain",
    sys.argv[1:],
    {
        "outcome": "removed" if delete else "would remove",
        "tables": NOTHING if ORPHANS < 0 else FOUND,
    },
)
