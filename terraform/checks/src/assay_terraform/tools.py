"""Third-party programs: where they are, and what to do if they are missing.

A check that lacks one is skipped, and says so; nothing passes silently.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

TERRAFORM = Path(__file__).resolve().parents[3]
ROOT = TERRAFORM.parent
# The folder of the AWS provider, for a machine without access to a Terraform registry.
MIRROR_VARIABLE = "ASSAY_TF_MIRROR"
# It has a subfolder for each registry.
PROVIDER = "*/hashicorp/aws"
LEAST_TERRAFORM = (1, 11)
TFLINT_VERSION = "0.64.0"


@dataclass(frozen=True, slots=True)
class Missing(Exception):
    """A program is not on this machine."""

    what: str
    help: str

    def __str__(self) -> str:
        return f"{self.what}\n  help: {self.help}"


def terraform() -> str:
    """The program. Raises `Missing` if it is missing or too old."""
    found = shutil.which("terraform")
    if found is None:
        raise Missing("terraform is not on this machine", "install Terraform 1.11 or newer, and put it on PATH")
    told = subprocess.run([found, "version"], capture_output=True, text=True, check=False, env=quiet()).stdout
    version = re.search(r"Terraform v(\d+)\.(\d+)", told)
    if version is None or (int(version[1]), int(version[2])) < LEAST_TERRAFORM:
        first = told.splitlines()[0] if told else "a program that tells no version"
        raise Missing(f"`{found}` is {first}; 1.11 is needed", "install Terraform 1.11 or newer")
    return found


def mirror() -> Path | None:
    """The folder of providers that a variable names, or a folder `tf-plugins` near the root."""
    if named := os.environ.get(MIRROR_VARIABLE):
        return Path(named)
    top = Path("/")
    candidates = [top / "tf-plugins", *sorted(top.glob("*/tf-plugins"))]
    return next((one for one in candidates if any(one.glob(PROVIDER))), None)


def settings(folder: Path) -> dict[str, str]:
    """Variables for Terraform: providers from the mirror if there is one, otherwise from the registry."""
    file = folder / "terraform.rc"
    text = "disable_checkpoint = true\n"
    if (place := mirror()) is not None:
        text += f'provider_installation {{\n  filesystem_mirror {{\n    path    = "{place}"\n  }}\n}}\n'
    file.write_text(text, encoding="utf-8")
    return quiet() | {"TF_CLI_CONFIG_FILE": str(file)}


def quiet() -> dict[str, str]:
    """Variables of our process, without those that would give Terraform access to a real account."""
    ours = {key: value for key, value in os.environ.items() if not key.startswith(("AWS_", "TF_"))}
    return ours | {"TF_IN_AUTOMATION": "1", "TF_INPUT": "0", "AWS_EC2_METADATA_DISABLED": "true"}


def tflint() -> str:
    """The program. Raises `Missing`."""
    home = Path(os.environ.get("GOBIN") or Path.home() / "go" / "bin")
    found = os.environ.get("ASSAY_TFLINT") or shutil.which("tflint") or shutil.which(str(home / "tflint"))
    if found is None:
        source = f"github.com/terraform-linters/tflint@v{TFLINT_VERSION}"
        raise Missing(
            "tflint is not on this machine", f"`go install {source}` (5 minutes of CPU), or name it in ASSAY_TFLINT"
        )
    return found


def beside_python(name: str) -> str:
    """A program installed with this package's requirements. Raises `Missing`."""
    found = shutil.which(name, path=str(Path(sys.executable).parent))
    if found is None:
        raise Missing(f"{name} is not installed", "`pip install --require-hashes -r terraform/checks/requirements.txt`")
    return found
