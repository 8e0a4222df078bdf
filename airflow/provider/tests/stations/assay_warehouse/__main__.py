import sys

from station import station

station("assay_warehouse", sys.argv[1:], {})
