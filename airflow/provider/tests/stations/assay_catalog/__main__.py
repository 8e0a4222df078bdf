import sys

from station import station

station("assay_catalog", sys.argv[1:], {})
