import sys

from station import station

station(
    "assay_curated.job",
    sys.argv[1:],
    {"outcome": "published", "inputs": [{"null_drift": {"column": "npi", "rise": 0.25, "since": "2023-06-30"}}]},
)
