"""Takes typed values out of parsed JSON; a wrong one is an error that names its place."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from typing import Any, TypeVar

T = TypeVar("T")


class Fields:
    """The fields of one JSON object, and which of them were requested."""

    def __init__(self, values: dict[str, Any], place: str) -> None:
        self._values, self._place, self._asked = values, place, set[str]()

    @classmethod
    def of(cls, value: object, place: str) -> Fields:
        """`value` as an object. Raises `ValueError` if it is anything else."""
        if not isinstance(value, dict):
            raise ValueError(f"`{place}` is not an object")
        return cls(value, place)

    def text(self, name: str) -> str:
        """A text that is not empty."""
        value = self._get(name)
        if not isinstance(value, str) or not value:
            raise ValueError(f"`{self._at(name)}` is `{value}`; expected a non-empty string")
        return value

    def whole(self, name: str) -> int:
        """A whole number."""
        value = self._get(name)
        if not isinstance(value, int) or isinstance(value, bool):
            raise ValueError(f"`{self._at(name)}` is `{value}`; expected a whole number")
        return value

    def texts(self, name: str) -> tuple[str, ...]:
        """A list of distinct texts, at least one."""
        value = self._get(name)
        if not isinstance(value, list) or not value or not all(isinstance(one, str) and one for one in value):
            raise ValueError(f"`{self._at(name)}` is `{value}`; expected a list of strings")
        if len(set(value)) != len(value):
            raise ValueError(f"`{self._at(name)}` contains the same string twice")
        return tuple(str(one) for one in value)

    def below(self, name: str) -> Fields:
        """An object."""
        return Fields.of(self._get(name), self._at(name))

    def each(self) -> Iterator[tuple[str, Fields]]:
        """All fields, each of them an object."""
        for name in self._values:
            yield name, self.below(name)

    def all_texts(self) -> dict[str, str]:
        """All fields, each of them a text."""
        return {name: self.text(name) for name in self._values}

    def into(self, target: type[T]) -> T:
        """A dataclass of texts with exactly these fields."""
        names = [field.name for field in dataclasses.fields(target)]  # type: ignore[arg-type]
        made = target(**{name: self.text(name) for name in names})
        self.nothing_else()
        return made

    def nothing_else(self) -> None:
        """Raises `ValueError` if there is a field that was not requested: it is probably misspelled."""
        if unknown := sorted(self._values.keys() - self._asked):
            raise ValueError(f"`{self._at(unknown[0])}` is an unknown field")

    def _get(self, name: str) -> object:
        self._asked.add(name)
        try:
            return self._values[name]
        except KeyError:
            raise ValueError(f"`{self._at(name)}` is missing") from None

    def _at(self, name: str) -> str:
        return f"{self._place}: {name}" if self._place == "platform.json" else f"{self._place}.{name}"
