"""How is a Filter written down, as JSON for files, addresses and saved views?

    {"run_ids": ["xrs..."], "text": "lens", "answer_characters": [200, null], "box": [-1.0, 0.0, 2.5, 3.0]}

Only the conditions that are set are written.
"""

import dataclasses
import json
import math
import types
import typing
from typing import Any

from glan_core.entities import Filter, Range, ScoreRange, Window
from glan_core.errors import FilterError
from glan_core.ids import stable_id

_FIELDS = {field.name: field for field in dataclasses.fields(Filter)}
CONDITIONS = tuple(sorted(_FIELDS))
"""What a filter can ask for, by name."""
_TYPES = typing.get_type_hints(Filter)
_FORM = 'Write it like {"run_ids": ["..."]}.'


def set_conditions(filter_: Filter) -> dict[str, Any]:
    """Give what differs from the empty filter by the name of its field; coordinates as float."""
    values = {
        name: getattr(filter_, name) for name in sorted(_FIELDS) if getattr(filter_, name) != _FIELDS[name].default
    }
    if "polygon" in values:
        values["polygon"] = [[float(x), float(y)] for x, y in filter_.polygon]
    if filter_.box is not None:
        values["box"] = [float(edge) for edge in filter_.box]
    return values


def filter_to_json(filter_: Filter) -> str:
    """Write a filter as one line of JSON."""
    return json.dumps(set_conditions(filter_), ensure_ascii=False)


def filter_from_json(text: str) -> Filter:
    """Read a filter from JSON such as {"run_ids": ["xrs..."]}; FilterError if it is not one.

    A condition of another release is named: a filter without it would mean other pairs.
    """
    try:
        values = json.loads(text, parse_constant=_refuse_constant)
        if not isinstance(values, dict):
            raise TypeError("a filter is an object")
        if unknown := sorted(set(values) - set(_FIELDS)):
            raise FilterError(
                f"A filter has no {unknown[0]!r} in this release.", f"It has: {', '.join(sorted(_FIELDS))}."
            )
        filter_ = Filter(**{name: _read(value, _TYPES[name]) for name, value in values.items()})
        if (filter_.polygon or filter_.box) and not filter_.projection_id:
            raise TypeError("an outline belongs to a projection")
    except (ValueError, TypeError) as error:
        raise FilterError(f"{text!r} is not a filter.", _FORM) from error
    return filter_


def filter_hash(filter_: Filter) -> str:
    """Give 16 letters and digits that filters share which were given the same values, in whatever order."""
    values = {
        name: sorted(value) if _TYPES[name] == tuple[str, ...] else value
        for name, value in set_conditions(filter_).items()
    }
    return stable_id("filter", values)


def _refuse_constant(name: str) -> None:
    raise ValueError(f"{name} is no number that a filter can hold")


def _read(value: object, kind: Any) -> Any:
    """Give a value from JSON as the kind that a field of Filter has; TypeError if it is of another one."""
    if isinstance(kind, types.UnionType):
        return None if value is None else _read(value, typing.get_args(kind)[0])
    if kind in (str, bool) and isinstance(value, kind):
        return value
    if kind is int and isinstance(value, int) and not isinstance(value, bool):
        return value
    if kind is float and isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value):
        return float(value)
    if kind in (Range, ScoreRange, Window) and isinstance(value, list):
        return kind(*(_read(item, part) for item, part in zip(value, _parts_of(kind), strict=True)))
    if typing.get_origin(kind) is tuple and isinstance(value, list):
        parts = typing.get_args(kind)
        if parts[-1] is Ellipsis:
            return tuple(_read(item, parts[0]) for item in value)
        return tuple(_read(item, part) for item, part in zip(value, parts, strict=True))
    raise TypeError(f"{value!r} is of another kind")


def _parts_of(kind: type) -> tuple[Any, ...]:
    return tuple(typing.get_type_hints(kind).values())
