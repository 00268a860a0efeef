"""One file against its JSON Schema: problems at the right characters, in words.

jsonschema-rs decides, because it is two hundred times faster; jsonschema explains the
few documents that are not valid. The friendly sentences live in the schema, where the
editor finds them too: `errorMessage` and `patternErrorMessage` as yaml-language-server
reads them, and three annotations of ours that no validator looks at:

    x-rules     keyword -> rule id of the problem
    x-messages  keyword -> sentence, where the editor has no place for one
    x-unknown   field that is not offered -> {rule, message}
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING, Any, Final

from reconcile.core.hints import (
    as_text,
    as_type,
    candidate,
    closest,
    days,
    items,
    listed,
    one_meaning,
    typed,
    whole_pattern,
)
from reconcile.core.problems import Fix, Location, Problem
from reconcile.core.yaml.nodes import Node, Scalar, find, find_key, to_plain
from reconcile.core.yaml.traps import (
    ROUNDED,
    ROUNDED_SAYS,
    ROW_SAYS,
    in_quotes,
    is_row,
    money_traps,
    quoted,
)

if TYPE_CHECKING:
    from jsonschema.exceptions import ValidationError
    from jsonschema.protocols import Validator

Path = list[str | int]


class CompiledSchema:
    """A schema with its validators; the slow one is built when first needed."""

    def __init__(self, text: str) -> None:
        import jsonschema_rs  # 20 ms that `--help` should not pay

        self.document: dict[str, Any] = json.loads(text)
        self._fast = jsonschema_rs.Draft202012Validator(
            self.document, pattern_options=jsonschema_rs.RegexOptions()
        )

    def accepts(self, plain: object) -> bool:
        return self._fast.is_valid(plain)

    def error_paths(self, plain: object) -> Iterator[Path]:
        for error in self._fast.iter_errors(plain):
            yield list(error.instance_path)

    @cached_property
    def reference(self) -> Validator:
        """jsonschema's validator: the same verdict, and errors that can be read."""
        import jsonschema

        return jsonschema.Draft202012Validator(_for_python(self.document))


@lru_cache(maxsize=16)
def compile_schema(text: str) -> CompiledSchema:
    return CompiledSchema(text)


def outdated(copy: str, shipped: str, file: str, version: str) -> Problem | None:
    """A warning for a brand's copy of a schema that is not the program's own."""
    try:
        same = json.loads(copy) == json.loads(shipped)
    except ValueError:
        same = False
    if same:
        return None
    return Problem(
        Location(file, 1, 1),
        "schema-outdated",
        f"this is not the schema of reconcile {version}, so the editor may say other "
        "things than validate. Renew it: reconcile schema --write",
        "warning",
    )


def validate(root: Node | None, file: str, schema: CompiledSchema) -> list[Problem]:
    """All that the schema says against one file, sorted by place."""
    plain = to_plain(root)
    if root is None or schema.accepts(plain):
        return []
    part = _failing_part(plain, schema.error_paths(plain))
    problems = {
        problem
        for error in schema.reference.iter_errors(part.document)
        for problem in _explain(_Case(error, part, root, schema.document))
    }
    if not problems:  # should the two validators ever disagree, the strict one rules
        where = Location(file, 1, 1)
        problems = {Problem(where, "not-allowed", "this file does not fit the schema")}
    return sorted(problems, key=lambda p: (p.where, p.rule, p.message))


def _for_python(schema: Any) -> Any:
    """The same schema for `re`, whose `$` matches before a final line end too."""
    if isinstance(schema, list):
        return [_for_python(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    same = {key: _for_python(value) for key, value in schema.items()}
    if isinstance(pattern := same.get("pattern"), str):
        same["pattern"] = whole_pattern(pattern)
    if isinstance(patterns := same.get("patternProperties"), dict):
        same["patternProperties"] = {whole_pattern(p): v for p, v in patterns.items()}
    return same


@dataclass(frozen=True, slots=True)
class _Part:
    """A document without the list items that are fine: jsonschema is slow."""

    document: Any
    kept: Mapping[str | int, list[int]]
    """Which items of each top-level list are left."""

    def full_path(self, path: Iterable[str | int]) -> Path:
        steps = list(path)
        if len(steps) > 1 and steps[0] in self.kept and isinstance(steps[1], int):
            steps[1] = self.kept[steps[0]][steps[1]]
        return steps


def _failing_part(plain: Any, paths: Iterable[Path]) -> _Part:
    if not isinstance(plain, dict):
        return _Part(plain, {})
    bad: dict[str | int, set[int]] = {k: set() for k in plain}
    for path in paths:
        if len(path) > 1 and isinstance(path[1], int):
            bad[path[0]].add(path[1])
    kept = {k: sorted(bad[k]) for k, v in plain.items() if isinstance(v, list)}
    document = {
        k: [v[i] for i in kept[k]] if k in kept else v for k, v in plain.items()
    }
    return _Part(document, kept)


@dataclass(frozen=True, slots=True)
class _Case:
    """One error of the library, with what is needed to say it in words."""

    error: ValidationError
    part: _Part
    root: Node
    document: Mapping[str, Any]

    @property
    def instance(self) -> Any:
        return self.error.instance

    @property
    def value(self) -> Any:
        """What the failing keyword asks for."""
        return self.error.validator_value

    @property
    def path(self) -> Path:
        return self.part.full_path(self.error.absolute_path)

    @property
    def schema(self) -> Mapping[str, Any]:
        schema = self.error.schema
        return schema if isinstance(schema, Mapping) else {}

    @property
    def node(self) -> Node:
        return find(self.root, self.path)

    @property
    def where(self) -> Location:
        """The value, or its key where the value is nothing at all."""
        node = self.node
        if isinstance(node, Scalar) and not node.raw:
            return (find_key(self.root, self.path) or node).location
        return node.location

    @property
    def name(self) -> str:
        """What it is about, as the start of a sentence."""
        path = self.path
        fields = [step for step in path if isinstance(step, str)]
        if not fields:
            return "this file"
        last = typed(fields[-1])  # what people invent as a name may need quotes
        return last if path[-1] == fields[-1] else f"each entry of {last}"

    def text(self, keyword: str) -> str | None:
        """The sentence of the schema for this keyword."""
        special = self.schema.get("x-messages", {}).get(keyword)
        if special is None and keyword == "pattern":
            special = self.schema.get("patternErrorMessage")
        text: str | None = special or self.schema.get("errorMessage")
        return text

    def problem(
        self, message: str, where: Location | None = None, fix: str | None = None
    ) -> Problem:
        keyword = str(self.error.validator)
        rule = self.schema.get("x-rules", {}).get(keyword) or _RULES.get(keyword)
        if message.startswith("must "):
            message = f"{self.name} {message}"
        where = where or self.where
        instead = None if fix is None else Fix(where, fix)
        return Problem(where, rule or "not-allowed", message, fix=instead)


_RULES: Final[Mapping[str, str]] = {
    "type": "wrong-type",
    "additionalProperties": "unknown-field",
    "required": "missing-field",
    "minimum": "out-of-range",
    "maximum": "out-of-range",
    "pattern": "wrong-format",
}
"""The rule id of a keyword that the schema gives no other; else `not-allowed`."""


def _explain(case: _Case) -> Iterator[Problem]:
    yield from _EXPLAINERS.get(str(case.error.validator), _other)(case)


# unknown and missing fields


def _unknown_fields(case: _Case) -> Iterator[Problem]:
    for field in _extra(case):
        key = find_key(case.root, [*case.path, field])
        where = key.location if key else case.where
        known = case.schema.get("x-unknown", {}).get(field)
        if known:
            yield Problem(where, known["rule"], known["message"])
        else:
            fix = _only_capitals(case, field) if key and key.raw == field else None
            yield case.problem(_unknown_field(case, field), where, fix)


def _extra(case: _Case) -> list[str]:
    patterns = [whole_pattern(p) for p in case.schema.get("patternProperties", {})]
    return [
        field
        for field in case.instance
        if field not in case.schema.get("properties", {})
        and not any(re.search(pattern, field) for pattern in patterns)
    ]


def _only_capitals(case: _Case, field: str) -> str | None:
    """The field itself, where it differs by capital letters alone."""
    same = [name for name in case.schema.get("properties", {}) if name == field.lower()]
    return same[0] if same and same[0] not in case.instance else None


def _unknown_field(case: _Case, field: str) -> str:
    patterns = case.schema.get("patternProperties", {})
    fields = list(case.schema.get("properties", {}))
    if patterns and not fields:
        text = case.text("additionalProperties") or "must have names of another form"
        return text + _repaired(field, next(iter(patterns)))
    if close := closest(field, fields):
        return f'there is no field {quoted(field)} here. Did you mean "{close}"?'
    if len(fields) <= _SHORT_LIST:
        return f"there is no field {quoted(field)} here. Write {listed(fields)}"
    return (
        f"there is no field {quoted(field)} here. Take it out, or look its name up in "
        "the field reference"
    )


_SHORT_LIST: Final = 10


def _missing_field(case: _Case) -> Iterator[Problem]:
    fields = case.schema.get("properties", {})
    mistyped = {closest(field, list(fields)) for field in _extra(case)}
    for field in case.schema.get("required", ()):
        # A field with a typing mistake is reported as that, and only once.
        if field not in case.instance and field not in mistyped:
            example = _example(fields.get(field, {}), case.document)
            yield case.problem(f"{field} is missing here. Write {field}: {example}")


def _example(schema: Mapping[str, Any], document: Mapping[str, Any]) -> str:
    """The first example of a field, at the field itself or where it refers to."""
    while "examples" not in schema and "$ref" in schema:
        target: Any = document
        for step in schema["$ref"].removeprefix("#/").split("/"):
            target = target[step]
        schema = target
    examples = schema.get("examples") or ["..."]
    return typed(examples[0])


# values of the wrong type or form


def _wrong_type(case: _Case) -> Iterator[Problem]:
    node = case.node
    types = case.value
    wanted = [types] if isinstance(types, str) else list(types)
    if isinstance(node, Scalar) and case.instance is None:
        yield case.problem(_nothing(case, node, wanted))
        return
    if case.schema.get("x-rules", {}).get("type") == "price-format":
        trap = money_traps(node) if isinstance(node, Scalar) else None
        if trap:
            yield trap
            return
    if isinstance(node, Scalar) and wanted == ["object"] and is_row(node.text):
        example = (case.schema.get("examples") or [{"name": "Tee"}])[0]
        yield case.problem(f"{ROW_SAYS}, such as {typed(example)}")
        return
    text = case.text("type") or _type_in_words(case, wanted)
    if isinstance(node, Scalar) and (instead := _not_one_value(node, wanted)):
        yield case.problem(f"{text}. {instead}")
        return
    hint = as_type(node, wanted) if isinstance(node, Scalar) else as_text(node, wanted)
    fix = one_meaning(node, wanted) if hint else None
    yield case.problem(f"{text}. Write {hint}" if hint else text, fix=fix)


def _not_one_value(node: Scalar, wanted: list[str]) -> str | None:
    """What to do where no other way of writing this value would do."""
    if wanted == ["array"] and (lines := items(node)):
        return f"Write each on a line of its own, as - {lines[0]}"
    if "string" in wanted and ROUNDED.fullmatch(node.text):
        return ROUNDED_SAYS
    return None


def _type_in_words(case: _Case, wanted: list[str]) -> str:
    words = "must be " + listed(_WORDS[name] for name in wanted)
    examples = case.schema.get("examples")
    return f"{words}: write it as {typed(examples[0])}" if examples else words


_WORDS: Final[Mapping[str, str]] = {
    "string": "text",
    "number": "a number",
    "integer": "a whole number",
    "boolean": "true or false",
    "array": "a list",
    "object": "fields with values",
    "null": "null",
}


def _nothing(case: _Case, node: Scalar, wanted: list[str]) -> str:
    what = f"{case.name} cannot be {node.raw}" if node.raw else f"{case.name} is empty"
    if wanted == ["array"] and "minItems" not in case.schema:
        return f"{what}. Write [] to empty the list, or take the line out"
    instead = case.schema.get("x-messages", {}).get("null")
    return f"{what}. {instead or 'Write a value, or take the line out'}"


def _pattern(case: _Case) -> Iterator[Problem]:
    text = case.text("pattern") or "must have another form"
    meant = candidate(str(case.instance), case.value)
    if meant is None:
        rounded = ROUNDED.fullmatch(str(case.instance)) is not None
        either = ROUNDED_SAYS if rounded else _either_day(case)
        yield case.problem(f"{text}. {either}" if either else text)
        return
    shown = typed(meant)
    # A tab in a line may have come from a sheet, or have slipped into a word.
    one_line = isinstance(case.node, Scalar) and not {"\n", "\t"} & {
        *case.node.raw.strip(),
        *case.node.text.strip(),
    }
    whole = in_quotes(meant) if shown.startswith(('"', "'")) else shown
    yield case.problem(f"{text}. Write {shown}", fix=whole if one_line else None)


def _either_day(case: _Case) -> str | None:
    fits = re.compile(whole_pattern(case.value)).search
    possible = [day for day in days(str(case.instance)) if fits(day)]
    return f"Write {' or '.join(possible)}" if possible else None


def _repaired(text: str, pattern: str) -> str:
    """What was meant, as the end of a sentence; "" where nobody can know."""
    meant = candidate(text, pattern)
    return "" if meant is None else f". Write {typed(meant)}"


def _enum(case: _Case) -> Iterator[Problem]:
    choices = [c for c in case.value if c is not None]
    text = case.text("enum") or f"must be one of {listed(map(str, choices))}"
    close = closest(str(case.instance), [str(c) for c in choices])
    yield case.problem(text + (f'. Did you mean "{close}"?' if close else ""))


def _range(case: _Case) -> Iterator[Problem]:
    limit = case.value
    word = "or more" if case.error.validator == "minimum" else "or less"
    yield case.problem(f"must be {limit} {word}, not {case.instance}")


def _alternatives(case: _Case) -> Iterator[Problem]:
    """The errors of the branch that was meant: the one whose type fits."""
    branches: dict[str | int, list[ValidationError]] = {}
    for error in case.error.context or ():
        branches.setdefault(error.schema_path[0], []).append(error)
    for errors in branches.values():
        if all(error.path or error.validator not in _KIND for error in errors):
            for error in errors:
                yield from _explain(replace(case, error=error))
            return
    yield case.problem(case.text("anyOf") or _describe(case))


_KIND: Final = frozenset(("type", "enum", "const"))


def _other(case: _Case) -> Iterator[Problem]:
    yield case.problem(case.text(str(case.error.validator)) or _describe(case))


def _describe(case: _Case) -> str:
    description = case.schema.get("description")
    said = f": {description}" if description else ""
    return f"this value of {case.name} does not fit{said}"


_EXPLAINERS: Final[Mapping[str, Callable[[_Case], Iterator[Problem]]]] = {
    "additionalProperties": _unknown_fields,
    "required": _missing_field,
    "type": _wrong_type,
    "pattern": _pattern,
    "enum": _enum,
    "minimum": _range,
    "maximum": _range,
    "anyOf": _alternatives,
    "oneOf": _alternatives,
}
