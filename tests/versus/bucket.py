"""How the engines get at an object in a bucket: endpoint, keys and region from the environment, as AWS's own tools do.

Without AWS_ENDPOINT_URL_S3 the bucket is one of AWS.
"""

import importlib.util
import os
from pathlib import Path
from urllib.parse import urlsplit


def is_address(file: str) -> bool:
    """Whether a file is an object."""
    return file.startswith("s3://")


def let_in(db) -> None:
    """Gives a DuckDB connection its extension, out of the Python package, and the keys."""
    package = importlib.util.find_spec("duckdb_extension_httpfs")
    extension = next(Path(package.origin).parent.glob("extensions/*/httpfs.duckdb_extension"))
    db.execute(f"LOAD '{extension}'")
    settings = {
        "TYPE": "s3",
        "KEY_ID": f"'{os.environ['AWS_ACCESS_KEY_ID']}'",
        "SECRET": f"'{os.environ['AWS_SECRET_ACCESS_KEY']}'",
        "REGION": f"'{os.environ['AWS_REGION']}'",
    }
    endpoint = urlsplit(os.environ.get("AWS_ENDPOINT_URL_S3", ""))
    if endpoint.netloc:
        settings |= {"ENDPOINT": f"'{endpoint.netloc}'", "URL_STYLE": "'path'"}
        settings |= {"USE_SSL": "true" if endpoint.scheme == "https" else "false"}
    db.execute(f"CREATE SECRET ({', '.join(f'{name} {value}' for name, value in settings.items())})")


def storage_options() -> dict[str, str]:
    """What Polars wants to know."""
    options = {
        "aws_access_key_id": os.environ["AWS_ACCESS_KEY_ID"],
        "aws_secret_access_key": os.environ["AWS_SECRET_ACCESS_KEY"],
        "aws_region": os.environ["AWS_REGION"],
    }
    endpoint = os.environ.get("AWS_ENDPOINT_URL_S3")
    if endpoint:
        options |= {"aws_endpoint_url": endpoint, "aws_allow_http": str(endpoint.startswith("http://")).lower()}
    return options
