import sys

from station import station

station("assay_curated.job", sys.argv[1:], {"outcome": "published"})
