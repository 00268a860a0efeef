"""The schemas say what the field table and the configuration say, and stay portable."""

import dataclasses
import json
import re
import types
import typing
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Literal

import jsonschema
import pytest

from reconcile.core.config import Config
from reconcile.core.kinds import KINDS, VARIANT, Clear, Field, Form, Kind, Shape
from reconcile.core.steps import Action, Basis, Cause

SCHEMAS = Path(__file__).parents[1] / "schemas"
NAMES = ("catalog", "reconcile", "plan")
DOCUMENTS: Mapping[str, dict[str, Any]] = {
    name: json.loads((SCHEMAS / f"{name}.schema.json").read_text("utf-8"))
    for name in NAMES
}
CATALOG = DOCUMENTS["catalog"]

TYPES = {
    Form.TEXT: {"string"},
    Form.BOOL: {"boolean"},
    Form.INT: {"integer"},
    Form.NUMBER: {"number"},
    Form.MONEY: {"number"},
    Form.DATE: {"string"},
    Form.CATEGORY: {"string"},
    Form.COLLECTION: {"string"},
    Form.CUSTOMER: {"string"},
}
AS_WRITTEN = {"string", "number", "boolean"}
"""Tags, attributes and meta: text, taken as it is written."""

ALSO_DIGITS = {"credit_modifier"}
"""Days or an account number: Traede's own type is mixed."""

BY_KEY = {"prices", "translations"}
"""KEYED fields that are written as a mapping; the others are lists of objects."""

DIRECTIVES = {"renamed_from", "delete", "protect", "only_on_create"}
NOT_SHARED = {"ean"}
"""Variant fields that all variants of a style cannot have in common."""


def resolve(schema: dict[str, Any], document: dict[str, Any]) -> dict[str, Any]:
    while "$ref" in schema:
        target: Any = document
        for step in schema["$ref"].removeprefix("#/").split("/"):
            target = target[step]
        schema = {**target, **{k: v for k, v in schema.items() if k != "$ref"}}
    return schema


def of_catalog(schema: dict[str, Any]) -> dict[str, Any]:
    return resolve(schema, CATALOG)


def type_names(schema: dict[str, Any]) -> set[str]:
    if "enum" in schema:
        return {"null" if choice is None else "string" for choice in schema["enum"]}
    names = schema["type"]
    return set(names) if isinstance(names, list) else {names}


def nullable(field: Field, parent: Field | None = None) -> bool:
    """Where null takes a value away. Never a key, nor what Traede always demands."""
    if parent is not None:
        whole = parent.shape is Shape.RECORD and parent.clear is Clear.NEVER
        if whole or field.required or field.name in parent.keys:
            return False
    return field.clear in (Clear.NULL, Clear.ZERO)


def check_one(
    field: Field, schema: dict[str, Any], *, parent: Field | None = None
) -> None:
    expected = TYPES[field.form] | ({"null"} if nullable(field, parent) else set())
    if field.name in ALSO_DIGITS:
        expected |= {"integer"}
    assert type_names(schema) == expected, field.name
    assert set(field.choices) == set(schema.get("enum", ())) - {None}, field.name


def check_text_as_written(field: Field, schema: dict[str, Any], *, null: bool) -> None:
    wanted = AS_WRITTEN if field.form is Form.TEXT else TYPES[field.form]
    assert type_names(schema) == wanted | ({"null"} if null else set()), field.name


def check_list(field: Field, schema: dict[str, Any]) -> dict[str, Any]:
    """A list; `[]` is allowed exactly where Traede can empty it."""
    assert schema["type"] == "array", field.name
    assert ("minItems" not in schema) == (field.clear is Clear.EMPTY), field.name
    return of_catalog(schema["items"])


def check_members(field: Field, schema: dict[str, Any], *keys: str) -> None:
    members = {member.name: member for member in field.members}
    demanded = {name for name, member in members.items() if member.required}
    assert schema["properties"].keys() == members.keys() | set(keys), field.name
    assert set(schema.get("required", ())) == demanded | set(keys[:1]), field.name
    for name, member in members.items():
        check_one(member, of_catalog(schema["properties"][name]), parent=field)


def check_map(field: Field, schema: dict[str, Any]) -> dict[str, Any]:
    assert schema["type"] == "object", field.name
    assert "properties" not in schema, field.name
    (value,) = schema["patternProperties"].values()
    return of_catalog(value)


def check(field: Field, schema: dict[str, Any]) -> None:
    match field.shape:
        case Shape.ONE:
            check_one(field, schema)
        case Shape.SET:
            check_text_as_written(field, check_list(field, schema), null=False)
        case Shape.MAP:
            value = check_map(field, schema)
            check_text_as_written(field, value, null=nullable(field))
        case Shape.RECORD:
            check_members(field, schema)
        case Shape.RECORDS:
            check_members(field, check_list(field, schema))
        case Shape.KEYED if field.name in BY_KEY:
            check_members(field, check_map(field, schema))
        case Shape.KEYED:
            check_members(field, check_list(field, schema), *field.keys)


def entry(kind: Kind) -> dict[str, Any]:
    """The schema of one object of a kind."""
    if kind is VARIANT:
        return CATALOG["$defs"]["variant"]
    return of_catalog(of_catalog(CATALOG["properties"][kind.plural])["items"])


FIELDS = [(kind, field) for kind in KINDS.values() for field in kind.fields.values()]


@pytest.mark.parametrize(
    ("kind", "field"), FIELDS, ids=[f"{k.name}.{f.name}" for k, f in FIELDS]
)
def test_each_field_of_the_table_is_in_the_catalog_schema(kind: Kind, field: Field):
    check(field, of_catalog(entry(kind)["properties"][field.name]))


@pytest.mark.parametrize("kind", KINDS.values(), ids=list(KINDS))
def test_each_kind_has_its_fields_and_directives_and_nothing_else(kind: Kind):
    below = {"product": {"variants", "variant_defaults"}, "category": {"children"}}
    # A category is nothing but its name: there is nothing to send only once.
    directives = DIRECTIVES if kind.fields else DIRECTIVES - {"only_on_create"}
    schema = entry(kind)

    own = {kind.key_field} | kind.fields.keys() | directives
    assert schema["properties"].keys() == own | below.get(kind.name, set())
    assert schema["required"] == [kind.key_field]
    if kind.fields:
        names = schema["properties"]["only_on_create"]["items"]["enum"]
        assert names == list(kind.fields)


def test_sub_categories_are_categories_without_children():
    top = CATALOG["$defs"]["top_category"]["properties"]
    sub = CATALOG["$defs"]["sub_category"]["properties"]

    assert sub.keys() == top.keys() - {"children"}


def test_variant_defaults_take_the_same_values_as_variants():
    defaults = CATALOG["$defs"]["variant_defaults"]

    assert defaults["properties"] == {
        name: {"$ref": f"#/$defs/variant/properties/{name}"}
        for name in VARIANT.fields
        if name not in NOT_SHARED
    }
    assert "required" not in defaults


def test_the_catalog_has_the_kinds_on_top():
    tops = {kind.plural for kind in KINDS.values() if kind is not VARIANT}
    assert CATALOG["properties"].keys() == tops | {"approvals"}


@pytest.mark.parametrize("name", ["template", "variant_matrix"])
def test_what_comes_later_is_not_offered_but_explained(name: str):
    product = CATALOG["$defs"]["product"]

    assert name not in product["properties"]
    assert product["x-unknown"][name]["rule"] == "not-yet"


# reconcile.yaml


def settings(
    cls: type[Any], schema: dict[str, Any], at: str = ""
) -> Iterator[tuple[str, Any, Any, dict[str, Any]]]:
    """Each setting: its path, its type, its default and its schema."""
    hints = typing.get_type_hints(cls)
    fields = {field.name: field for field in dataclasses.fields(cls)}
    extra = {"environments"} if cls is Config else set()
    assert schema["properties"].keys() == fields.keys() | extra, at
    demanded = {
        name
        for name, field in fields.items()
        if field.default is dataclasses.MISSING
        and field.default_factory is dataclasses.MISSING
    }
    assert set(schema.get("required", ())) == demanded, at
    for name, field in fields.items():
        below = resolve(schema["properties"][name], DOCUMENTS["reconcile"])
        if dataclasses.is_dataclass(hints[name]):
            yield from settings(hints[name], below, f"{at}{name}.")
        else:
            yield f"{at}{name}", hints[name], field.default, below


SETTINGS = list(settings(Config, DOCUMENTS["reconcile"]))
JSON_TYPES = {str: "string", int: "integer", float: "number", bool: "boolean"}


def expected_types(hint: Any) -> set[str]:
    if isinstance(hint, types.UnionType):
        return set().union(*map(expected_types, typing.get_args(hint)))
    if hint is type(None):
        return {"null"}
    origin = typing.get_origin(hint)
    if origin is tuple:
        return {"array"}
    return {"object"} if origin is not None else {JSON_TYPES[hint]}


@pytest.mark.parametrize(
    ("hint", "default", "schema"),
    [row[1:] for row in SETTINGS],
    ids=[row[0] for row in SETTINGS],
)
def test_each_setting_is_in_the_schema(hint: Any, default: Any, schema: dict[str, Any]):
    if typing.get_origin(hint) is Literal:
        assert set(schema["enum"]) == set(typing.get_args(hint))
    elif "enum" not in schema:
        assert type_names(schema) == expected_types(hint)
    if "default" in schema:
        assert schema["default"] == default


def test_an_environment_may_hold_every_setting():
    top = DOCUMENTS["reconcile"]["properties"]
    environment = DOCUMENTS["reconcile"]["$defs"]["environment"]

    assert environment["properties"] == {
        name: {"$ref": f"#/properties/{name}"} for name in top if name != "environments"
    }


# plan


def test_the_words_of_a_plan_are_those_of_its_steps():
    defs = DOCUMENTS["plan"]["$defs"]
    step, change = defs["step"]["properties"], defs["change"]["properties"]

    assert set(step["action"]["enum"]) == set(typing.get_args(Action))
    assert set(change["basis"]["enum"]) == set(typing.get_args(Basis))
    assert set(change["cause"]["enum"]) == set(typing.get_args(Cause))
    assert set(defs["kind"]["enum"]) == set(KINDS)
    assert (
        DOCUMENTS["plan"]["properties"]["summary"]["required"] == defs["kind"]["enum"]
    )


# all three


def nodes(
    schema: Any, at: tuple[str, ...] = ()
) -> Iterator[tuple[tuple[str, ...], dict[str, Any]]]:
    """Every schema inside a schema, with its place."""
    if not isinstance(schema, dict):
        return
    yield at, schema
    for keyword in ("properties", "patternProperties", "$defs"):
        for name, below in schema.get(keyword, {}).items():
            yield from nodes(below, (*at, keyword, name))
    for keyword in ("items", "additionalProperties"):
        yield from nodes(schema.get(keyword), (*at, keyword))
    for keyword in ("allOf", "anyOf", "oneOf"):
        for index, below in enumerate(schema.get(keyword, ())):
            yield from nodes(below, (*at, keyword, str(index)))


@pytest.mark.parametrize("name", NAMES)
def test_each_is_a_json_schema(name: str):
    jsonschema.Draft202012Validator.check_schema(DOCUMENTS[name])


@pytest.mark.parametrize("name", NAMES)
def test_each_property_says_what_it_does(name: str):
    document = DOCUMENTS[name]
    for at, schema in nodes(document):
        if len(at) > 1 and at[-2] == "properties":
            said = resolve(schema, document)
            assert said["description"], at
            assert "`" not in said["description"], at
            assert said["markdownDescription"], at


@pytest.mark.parametrize("name", NAMES)
def test_no_object_takes_unknown_fields(name: str):
    anything = {("$defs", "value")}  # of a plan: any JSON but floating point
    for at, schema in nodes(DOCUMENTS[name]):
        if at not in anything and "object" in str(schema.get("type", "")):
            assert schema["additionalProperties"] is False, at


@pytest.mark.parametrize("name", NAMES)
def test_friendly_sentences_stand_where_the_editor_looks(name: str):
    """Beside a `$ref` only jsonschema would miss them; so they stand at the target."""
    for at, schema in nodes(DOCUMENTS[name]):
        if "$ref" in schema:
            assert not {"errorMessage", "patternErrorMessage"} & schema.keys(), at
        if "pattern" in schema and name != "plan":
            assert "patternErrorMessage" in schema, at


@pytest.mark.parametrize("name", NAMES)
def test_each_example_is_valid(name: str):
    validator = jsonschema.Draft202012Validator(DOCUMENTS[name])
    for at, schema in nodes(DOCUMENTS[name]):
        for example in schema.get("examples", ()):
            errors = validator.evolve(schema=schema).iter_errors(example)
            assert not [error.message for error in errors], at


PATTERNS = sorted(
    {
        pattern
        for document in DOCUMENTS.values()
        for _, schema in nodes(document)
        for pattern in (schema.get("pattern"), *schema.get("patternProperties", ()))
        if pattern is not None
    }
)
_CLASS = re.compile(r"\[(?:\\.|[^\]\\])*\]")


@pytest.mark.parametrize("pattern", PATTERNS)
def test_patterns_mean_the_same_in_ecma_262_python_and_rust(pattern: str):
    re.compile(pattern)
    assert pattern.startswith("^")
    assert pattern.endswith("$")
    outside = _CLASS.sub("", pattern).replace(r"\{", "")
    # No `.` (line ends differ), no look-around, no classes that Unicode widens.
    assert not re.search(r"[.\\]|\(\?", outside)
    for inside in _CLASS.findall(pattern):
        escapes = re.findall(r"\\x[0-9a-f]{2}|\\[\[nr]|\\.", inside)
        assert not [e for e in escapes if not re.fullmatch(r"\\(x..|[\[nr])", e)]
        assert not re.search(r"(?<!^)(?<!\\)\[|--|&&|~~|\|\|", inside)
