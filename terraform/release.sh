#!/usr/bin/env bash
# Creates the folder of a release, from which `terraform/modules/airflow` and `terraform/modules/glue` install:
#   terraform/release.sh FOLDER HOST      HOST is a folder with `assay`, plugins and rules, as created by `cargo xtask dist`
# Then: aws s3 cp --recursive FOLDER s3://BUCKET/artifacts/RELEASE/
# Requires Python 3.11 and access to a package index. Wheels are those pinned, checked by hash.
set -euo pipefail
folder="${1:?FOLDER to make}" host="${2:?HOST: a folder with assay, plugins and rules}"
root="$(cd "$(dirname "$0")/.." && pwd)"
python="${PYTHON:-python3}"
[[ ! -e "$folder" ]] || { echo "error: \`$folder\` exists; a release is made once" >&2; exit 1; }
[[ -x "$host/assay" ]] || { echo "error: \`$host/assay\` is not a program" >&2; exit 1; }
mkdir -p "$folder"/{wheels,requirements,glue}

# Amazon Linux 2023 has glibc 2.34 and Python 3.11.
target=(--python-version 3.11 --implementation cp --platform manylinux_2_34_x86_64 --platform manylinux_2_28_x86_64
  --platform manylinux_2_17_x86_64 --platform manylinux2014_x86_64 --platform manylinux_2_12_x86_64 --platform manylinux2010_x86_64
  --platform manylinux_2_5_x86_64 --platform manylinux1_x86_64)
pins() { # NAME FILE OWN…
  cp "$root/$2" "$folder/requirements/$1.txt"
  "$python" -m pip download --quiet --disable-pip-version-check --no-deps --only-binary :all: "${target[@]}" --require-hashes \
    --dest "$folder/wheels" --requirement "$root/$2"
  : > "$folder/requirements/$1.own"
  for package in "${@:3}"; do
    made="$(mktemp -d)"
    "$python" -m pip wheel --quiet --disable-pip-version-check --no-deps --wheel-dir "$made" "$root/$package"
    basename "$made"/*.whl >> "$folder/requirements/$1.own"
    cp "$made"/*.whl "$folder/wheels/"
    rm -r "$made"
  done
}
pins airflow airflow/provider/requirements.txt airflow/provider glue/platform
pins platform glue/warehouse/requirements.txt glue/platform glue/catalog glue/warehouse
# Glue brings Spark and Iceberg itself, and takes the package from here.
"$python" -m pip wheel --quiet --disable-pip-version-check --no-deps --wheel-dir "$folder/wheels" "$root/glue/curated"
cp "$root"/glue/curated/src/assay_curated/{job,migrate,maintain}.py "$folder/glue/"
tar -C "$root/airflow" --sort=name --mtime=@0 --owner=0 --group=0 --exclude=__pycache__ -czf "$folder/dags.tar.gz" dags
tar -C "$host" --sort=name --mtime=@0 --owner=0 --group=0 --transform 's|^\.|host|' -czf "$folder/host.tar.gz" .
(cd "$folder" && find . -type f ! -name SHA256SUMS -printf '%P\0' | sort -z | xargs -0 sha256sum > SHA256SUMS)
echo "$folder: $(wc -l < "$folder/SHA256SUMS") files, $(du -sh "$folder" | cut -f1)"
