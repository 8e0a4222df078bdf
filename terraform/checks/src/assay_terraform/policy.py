"""Evaluates policies as AWS documents: a denial wins, otherwise a grant is required.

It supports what our documents use and raises `UnknownError` for everything else, so no policy is evaluated partly.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any

Document = Mapping[str, Any]
Context = Mapping[str, str]

STATEMENT_KEYS = {"Sid", "Effect", "Principal", "Action", "Resource", "Condition"}
VARIABLE = re.compile(r"\$\{([^}]+)\}")


class UnknownError(Exception):
    """A document has something that is not supported here."""


@dataclass(frozen=True, slots=True)
class Request:
    """A call: `service:Action` on the ARN of one resource. `context` has the call's condition keys."""

    action: str
    resource: str
    context: Context = field(default_factory=dict)


def allows(identity: Sequence[Document], request: Request, *, resource: Sequence[Document] = ()) -> bool:
    """Whether a role with these policies may make the call, given the resource's policies. Both are in one account, so
    a grant by either is enough. Raises `UnknownError`."""
    found = [one for document in identity for one in about(document, request.action, request.resource)]
    everybodys = [one for document in resource for one in about(document, request.action, request.resource)]
    return decide([*found, *filter(_for_everybody, everybodys)], request.context)


def about(document: Document, action: str, resource: str) -> list[Document]:
    """The statements that apply to an action on a resource, whatever the context."""
    return [
        one
        for one in _statements(document)
        if any(_like(wanted.lower(), action.lower()) for wanted in texts(one["Action"]))
        and any(_like(wanted, resource) for wanted in texts(one["Resource"]))
    ]


def decide(statements: Sequence[Document], context: Context) -> bool:
    """Whether the statements about a call allow it in its context."""
    effects = {
        one["Effect"]
        for one in statements
        if all(
            _holds(operator, key, texts(wanted), context)
            for operator, keys in one.get("Condition", {}).items()
            for key, wanted in keys.items()
        )
    }
    if unknown := effects - {"Allow", "Deny"}:
        raise UnknownError(f"effect `{unknown.pop()}`")
    return "Deny" not in effects and "Allow" in effects


def _statements(document: Document) -> list[Document]:
    found: list[Document] = document["Statement"]
    for one in found:
        if unknown := one.keys() - STATEMENT_KEYS:
            raise UnknownError(f"`{min(unknown)}` in statement `{one.get('Sid')}`")
    return found


def _for_everybody(statement: Document) -> bool:
    """Whether a statement of a resource policy applies to our roles. Those for services do not."""
    match statement["Principal"]:
        case "*" | {"AWS": "*"}:
            return True
        case {"Service": _, **others} if not others:
            return False
    raise UnknownError(f"principal `{statement['Principal']}`")


def _holds(operator: str, key: str, wanted: Sequence[str], context: Context) -> bool:
    """Evaluates one condition. All keys and operators must hold; of several values, one is enough."""
    found = {name.lower(): value for name, value in context.items()}.get(key.lower())
    if operator == "Null":
        return any((found is None) == _truth(one) for one in wanted)
    if operator not in OPERATORS:
        raise UnknownError(f"operator `{operator}`")
    if found is None:
        return False
    values = [filled for one in wanted if (filled := _filled(one, context)) is not None]
    return any(OPERATORS[operator](one, found) for one in values)


@cache
def _like(pattern: str, text: str) -> bool:
    parts = (".*" if one == "*" else "." if one == "?" else re.escape(one) for one in re.split(r"([*?])", pattern))
    return re.fullmatch("".join(parts), text, re.DOTALL) is not None


def _truth(text: str) -> bool:
    if text.lower() not in {"true", "false"}:
        raise UnknownError(f"`{text}` where true or false is expected")
    return text.lower() == "true"


def _filled(text: str, context: Context) -> str | None:
    """A value with its variables filled in; `None` if the call lacks one, which then equals nothing."""
    for name in VARIABLE.findall(text):
        if name not in context:
            return None
        text = text.replace(f"${{{name}}}", context[name])
    return text


# By the policy's value and the call's value. None of these holds if the call has no value.
OPERATORS: Mapping[str, Callable[[str, str], bool]] = {
    "StringEquals": lambda wanted, found: wanted == found,
    "StringLike": _like,
    "ArnEquals": _like,
    "ArnLike": _like,
    "Bool": lambda wanted, found: _truth(wanted) == _truth(found),
}


def texts(value: str | Sequence[str]) -> list[str]:
    """One text, or several, as a list."""
    return [value] if isinstance(value, str) else list(value)
