#!/usr/bin/env bash
# What only an account can show: zstd in COPY, how Redshift tells a failed guard, how two loads of a year meet, and
# Athena's own engine. KIND and YEAR must be curated and registered; ASSAY_ENVIRONMENT must name an environment on AWS.
set -euo pipefail
kind="${1:?KIND}" year="${2:?YEAR}"
load=(python -m assay_warehouse load --kind "$kind" --year "$year")

echo "== tables, and a load: COPY reads zstd Parquet that Iceberg wrote"
python -m assay_warehouse setup
"${load[@]}"
echo "== the same again: unchanged"
"${load[@]}"
echo "== two at a time: each ends with 0, or with 2 and TryAgain; never with rows twice"
"${load[@]}" --again & first=$!
"${load[@]}" --again && second=0 || second=$?
wait "$first" && first=0 || first=$?
echo "exit codes $first and $second"
[[ "$first" =~ ^[02]$ && "$second" =~ ^[02]$ && "$first$second" != 22 ]]
echo "== rows, cents and ids are the audit's"
python -m assay_warehouse verify --kind "$kind" --year "$year"
echo "== Athena: views, every station, and an analyst's question in both"
python -m assay_warehouse views
python -m assay_warehouse validate
diff <(python -m assay_warehouse query by_year) <(python -m assay_warehouse query by_year --in-place)
echo "== all of it held"
