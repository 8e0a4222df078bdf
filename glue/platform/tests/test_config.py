import json
from pathlib import Path
from typing import Any

import pytest

from assay_platform import config

FILE = config.CHECKOUT_FILE


def changed(path: str, value: object) -> str:
    """The file's text with one field set, or removed if `value` is `...`."""
    whole: dict[str, Any] = json.loads(FILE.read_text())
    *above, name = path.split("/")
    at = whole
    for one in above:
        at = at[one]
    if value is ...:
        del at[name]
    else:
        at[name] = value
    return json.dumps(whole)


@pytest.mark.parametrize(
    ("path", "value", "expected"),
    [
        ("version", 2, "`version` is 2; this program reads version 1"),
        ("version", True, "`platform.json: version` is `True`; expected a whole number"),
        ("dataset", ..., "`platform.json: dataset` is missing"),
        ("dataset", "", "`platform.json: dataset` is ``; expected a non-empty string"),
        ("kinds", [], "`platform.json: kinds` is `[]`; expected a list of strings"),
        ("kinds", ["general", "general"], "`platform.json: kinds` contains the same string twice"),
        ("lake/raw", 7, "`platform.json: lake.raw` is `7`; expected a non-empty string"),
        ("lake/rwa", "raw", "`platform.json: lake.rwa` is an unknown field"),
        ("catalog/more", "x", "`platform.json: catalog.more` is an unknown field"),
        ("catalog", [], "`platform.json: catalog` is not an object"),
        ("environments/dev/host/runner", ..., "`platform.json: environments.dev.host.runner` is missing"),
        ("environments/dev/regoin", "x", "`platform.json: environments.dev.regoin` is an unknown field"),
    ],
)
def test_a_wrong_field_is_named(path: str, value: object, expected: str) -> None:
    with pytest.raises(ValueError, match="`") as refused:
        config.parse(changed(path, value))
    assert expected in str(refused.value)


def test_the_file_is_found_by_variable_else_in_the_checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(config.FILE_VARIABLE, raising=False)
    assert config.load().dataset == "open-payments"
    other = tmp_path / "other.json"
    other.write_text(changed("dataset", "other"))
    monkeypatch.setenv(config.FILE_VARIABLE, str(other))
    assert config.load().dataset == "other"
    monkeypatch.setenv(config.FILE_VARIABLE, str(tmp_path / "missing.json"))
    with pytest.raises(config.ConfigError, match=r"missing\.json"):
        config.load()


def test_a_file_that_changed_is_read_anew(tmp_path: Path) -> None:
    # A program may start a second platform on other ports, whose file has the same name.
    file = tmp_path / "platform.json"
    for dataset in ("first", "second"):
        file.write_text(changed("dataset", dataset))
        assert config.load(file).dataset == dataset


def test_an_environment_must_be_named(monkeypatch: pytest.MonkeyPatch) -> None:
    platform = config.load(FILE)
    monkeypatch.delenv(config.ENVIRONMENT_VARIABLE, raising=False)
    with pytest.raises(config.ConfigError, match="available: `local`, `dev`, `prod`"):
        config.environment(platform)
    with pytest.raises(config.ConfigError, match="`staging` is not in"):
        config.environment(platform, "staging")
    monkeypatch.setenv(config.ENVIRONMENT_VARIABLE, "dev")
    assert config.environment(platform).name == "dev"


def test_environments_have_the_same_shape_and_no_secrets() -> None:
    platform = config.load(FILE)
    assert platform.environments["dev"].host.settings.keys() == platform.environments["prod"].host.settings.keys()
    text = FILE.read_text().lower()
    assert not [word for word in ("password", "secret", "access_key", "token") if word in text]


def test_a_setting_that_lacks_is_told_with_those_there_are() -> None:
    part = config.load(FILE).environments["local"].query
    assert part.setting("address").startswith("http://127.0.0.1:")
    with pytest.raises(KeyError, match="needs the setting `workgroup`; available: `address`"):
        part.setting("workgroup")


def test_urls_and_tables() -> None:
    platform = config.load(FILE)
    assert platform.environments["local"].url(platform.lake.raw, "/year=2023/") == "s3://lake/raw/year=2023"
    assert platform.environments["local"].endpoint("athena") is None
    assert platform.catalog.staging.validated_table("teaching-hospitals") == "validated_teaching_hospitals"
