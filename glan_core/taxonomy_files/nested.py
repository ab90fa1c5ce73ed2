"""How do YAML and JSON nest fields, sub-fields and disciplines?

    - name: Social Science
      target: 500
      description: Investigates how people think, organize, govern, trade and settle.
      sub_fields:
        - name: Society and culture
          disciplines:
            - name: Anthropology
              id: k3jnimoy6uuadw6v
              status: removed

Only `name` has to be there. What is left out stands for this:

    id            what ids.taxonomy_node_id gives for the id of the node above and the name
    status        kept
    origin        user; `ours` means starter
    target        nobody said
    position      the place in the list, 1, 2, 3 ..., up to the first sibling that says its own; from there on, none.
                  `position: null` says that there is none
"""

import itertools
import json
import re
from collections.abc import Iterator, Sequence
from typing import Any

from glan_core import ids
from glan_core.entities import LEVELS, TaxonomyNode
from glan_core.taxonomy_files.branches import FileBranch
from glan_core.taxonomy_files.file_nodes import (
    LEVEL_WORDS,
    Cell,
    FileNode,
    Problem,
    Problems,
    file_node,
    refusal,
    shown,
)
from glan_core.taxonomy_files.marked_data import Entries, Items, Scalar, Value

_BELOW = {"field": "sub_fields", "sub_field": "disciplines"}
"""The key of what stands below a node of a level."""
_TEXTS = ("name", "id", "status", "origin", "description")
_NUMBERS = ("target", "position")

# A letter, then what cannot be taken for YAML: no colon or number sign, no quotes, brackets or line breaks.
_PLAIN = re.compile(r"[^\W\d_](?:[\w ,.;'()/&+%?!’–-]*[\w,.;'()/&+%?!’–-])?")
_NOT_PLAIN = {"y", "n", "yes", "no", "on", "off", "true", "false", "null"}
_NOT_PRINTED = re.compile("[\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff\ud800-\udfff]")


def read_nested(document: Value | None, problems: Problems) -> list[FileNode]:
    """Give the nodes of a list of fields, each node before those below it.

    Raises TaxonomyFileError if it is no list; all else that is wrong is noted in `problems`.
    """
    if not isinstance(document, Items):
        line = document.line if document else 1
        raise refusal(
            [Problem(line, "the file has to be a list of fields; each begins with '- name:' or has a \"name\".")]
        )
    nodes: list[FileNode] = []
    _read_list(document, LEVELS[0], parent=None, nodes=nodes, problems=problems)
    return nodes


def write_yaml(branches: Sequence[FileBranch]) -> str:
    """Write all nodes and all their columns as YAML; text from a model or a person is quoted where YAML needs it."""
    return "".join(f"{line}\n" for line in _yaml_list(_data(branches), indent="")) or "[]\n"


def write_json(branches: Sequence[FileBranch]) -> str:
    """Write all nodes and all their columns as JSON."""
    return json.dumps(_data(branches), ensure_ascii=False, indent=2) + "\n"


def _read_list(items: Items, level: str, *, parent: int | None, nodes: list[FileNode], problems: Problems) -> None:
    is_counting = True
    for place, value in enumerate(items.values, start=1):
        if not isinstance(value, Entries):
            problems.add(value.line, f"a {LEVEL_WORDS[level]} has to be written with its keys, the first of them name.")
            continue
        values = _by_key(value, level, problems)
        node = file_node(_cells(values, problems), line=value.line, parent=parent, level=level, problems=problems)
        is_counting = is_counting and "position" not in values
        nodes.append(node._replace(position=place) if is_counting else node)
        below = values.get(_BELOW.get(level, ""))
        if isinstance(below, Items):
            _read_list(below, LEVELS[LEVELS.index(level) + 1], parent=len(nodes) - 1, nodes=nodes, problems=problems)
        elif below is not None and not _is_null(below):
            problems.add(below.line, f"{_BELOW[level]} has to be a list.")


def _by_key(mapping: Entries, level: str, problems: Problems) -> dict[str, Value]:
    known = (*_TEXTS, *_NUMBERS, *([_BELOW[level]] if level in _BELOW else []))
    values: dict[str, Value] = {}
    for entry in mapping.entries:
        if entry.key in values:
            problems.add(entry.line, f"the key {shown(entry.key)} stands there twice.")
        elif entry.key in known:
            values[entry.key] = entry.value
        elif entry.key in _BELOW.values():
            deeper = "; a taxonomy has three levels" if level == LEVELS[-1] else f"; it has {_BELOW[level]}"
            problems.add(entry.line, f"a {LEVEL_WORDS[level]} has no {entry.key}{deeper}.")
        else:
            problems.add(entry.line, f"there is no key {shown(entry.key)}; there are {', '.join(known)}.")
    return values


def _cells(values: dict[str, Value], problems: Problems) -> dict[str, Cell]:
    cells = {}
    for key in itertools.chain(_TEXTS, _NUMBERS):
        value = values.get(key)
        if value is None or _is_null(value):
            continue
        if isinstance(value, Scalar) and (value.is_text if key in _TEXTS else value.is_number):
            cells[key] = Cell(value.line, value.text or "")
        else:
            problems.add(value.line, f"{key} has to be {'a text' if key in _TEXTS else 'a number without quotes'}.")
            if key == "name":
                cells[key] = Cell(value.line, "…")  # so that it is not told as missing, too
    return cells


def _is_null(value: Value) -> bool:
    return isinstance(value, Scalar) and value.text is None


def _data(branches: Sequence[FileBranch]) -> list[dict[str, Any]]:
    is_counting, data = True, []
    for place, branch in enumerate(branches, start=1):
        node = branch.node
        is_first_to_say = is_counting and node.position != place
        is_counting = is_counting and not is_first_to_say
        has_position = is_first_to_say or (not is_counting and node.position is not None)
        data.append(_entries(node, has_position=has_position))
        if branch.below:
            data[-1][_BELOW[node.level]] = _data(branch.below)
    return data


def _entries(node: TaxonomyNode, *, has_position: bool) -> dict[str, Any]:
    entries: dict[str, Any] = {"name": node.name}
    if node.taxonomy_node_id != ids.taxonomy_node_id(node.parent_id, node.name):
        entries["id"] = node.taxonomy_node_id
    if node.status != "kept":
        entries["status"] = node.status
    if node.origin != "user":
        entries["origin"] = node.origin
    if node.target is not None:
        entries["target"] = node.target
    if has_position:
        entries["position"] = node.position
    if node.description:
        entries["description"] = node.description
    return entries


def _yaml_list(data: Sequence[dict[str, Any]], *, indent: str) -> Iterator[str]:
    for entries in data:
        beginning = f"{indent}- "
        for key, value in entries.items():
            if isinstance(value, list):
                yield f"{beginning}{key}:"
                yield from _yaml_list(value, indent=f"{indent}    ")
            else:
                yield f"{beginning}{key}: {_yaml_scalar(value)}"
            beginning = f"{indent}  "


def _yaml_scalar(value: str | int | None) -> str:
    if value is None:
        return "null"
    if isinstance(value, int):
        return str(value)
    if _PLAIN.fullmatch(value) and value.casefold() not in _NOT_PLAIN:
        return value
    # A JSON text is a YAML text but for a few characters, which YAML would fold or refuse.
    return _NOT_PRINTED.sub(lambda match: f"\\u{ord(match.group()):04x}", json.dumps(value, ensure_ascii=False))
