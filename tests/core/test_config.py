"""`reconcile.yaml` with one environment merged in."""

from decimal import Decimal
from typing import Any

import pytest

from reconcile.core.config import (
    Config,
    Deletes,
    Paths,
    RuleSetting,
    make_config,
    merge,
)
from reconcile.core.loading import load_config
from reconcile.core.problems import Location
from reconcile.core.schema import CompiledSchema, compile_schema
from reconcile.edges.files import schema_text
from reconcile.errors import CatalogInvalid, UsageError


@pytest.fixture(scope="module")
def schema() -> CompiledSchema:
    return compile_schema(schema_text("reconcile.schema.json"))


@pytest.mark.parametrize(
    ("base", "over", "merged"),
    [
        ({"a": 1}, {"b": 2}, {"a": 1, "b": 2}),
        ({"a": {"b": 1, "c": 2}}, {"a": {"b": 3}}, {"a": {"b": 3, "c": 2}}),
        ({"a": [1, 2]}, {"a": [3]}, {"a": [3]}),
        ({"a": {"b": 1}}, {"a": 2}, {"a": 2}),
        ({"a": 1}, {"a": {"b": 2}}, {"a": {"b": 2}}),
        (
            {"a": {"b": {"c": 1}}},
            {"a": {"b": {"d": 2}}},
            {"a": {"b": {"c": 1, "d": 2}}},
        ),
    ],
)
def test_mappings_merge_deep_and_all_else_replaces(
    base: dict[str, Any], over: dict[str, Any], merged: dict[str, Any]
):
    before = repr(base)

    assert merge(base, over) == merged
    assert repr(base) == before


def test_only_the_base_currency_has_no_default():
    assert make_config({"base_currency": "DKK"}) == Config("DKK")


def test_every_setting_reaches_its_place():
    config = make_config(
        {
            "base_currency": "EUR",
            "currencies": ["EUR", "DKK"],
            "deletes": {"max": 3},
            "rules": {"price-slip": "error", "price-change": {"percent": 40.1}},
            "traede": {
                "brand_id": 7,
                "paths": {"core": "/v2"},
                "includes": {"products": ["tags"]},
            },
            "environments": {"test": {"base_currency": "DKK"}},
        }
    )

    assert config.currencies == ("EUR", "DKK")
    assert config.deletes == Deletes(max=3)
    assert config.rules == {
        "price-slip": RuleSetting("error"),
        "price-change": RuleSetting(percent=Decimal("40.1")),
    }
    assert config.traede.brand_id == 7
    assert config.traede.paths == Paths(core="/v2")
    assert config.traede.includes == {"products": ("tags",)}
    assert config.base_currency == "EUR"


TEXT = b"""\
base_currency: DKK
traede: {brand_id: 1, page_limit: 20}
environments:
  test: {traede: {brand_id: 2}}
  abroad: {name: euro, base_currency: EUR}
  odd: {base_currency: QQQ}
"""


def test_an_environment_is_merged_deep_and_gives_its_name(schema: CompiledSchema):
    config = load_config(TEXT, "reconcile.yaml", schema, "test")

    assert (config.name, config.base_currency) == ("test", "DKK")
    assert (config.traede.brand_id, config.traede.page_limit) == (2, 20)
    assert load_config(TEXT, "reconcile.yaml", schema, "abroad").name == "euro"
    assert load_config(TEXT, "reconcile.yaml", schema, None).name == "default"


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        (TEXT, "Environments there: abroad, odd, test."),
        (b"base_currency: DKK\n", "Environments there: none."),
    ],
)
def test_an_environment_that_is_not_there_is_a_usage_error(
    text: bytes, hint: str, schema: CompiledSchema
):
    with pytest.raises(UsageError, match="no environment 'live'") as error:
        load_config(text, "reconcile.yaml", schema, "live")

    assert error.value.hint == hint


@pytest.mark.parametrize(
    ("text", "environment", "where", "rule"),
    [
        (b"# nothing\n", None, (1, 1), "empty"),
        (b"", None, (1, 1), "empty"),
        (b"base_currency: [\n", None, (1, 16), "unclosed-bracket"),
        (b"base_currency: dkk\n", None, (1, 16), "currency-code"),
        (b"base_currency: QQQ\n", None, (1, 16), "currency-code"),
        (TEXT, "odd", (6, 24), "currency-code"),
    ],
)
def test_mistakes_come_with_their_place_and_the_text_they_are_in(
    text: bytes,
    environment: str | None,
    where: tuple[int, int],
    rule: str,
    schema: CompiledSchema,
):
    with pytest.raises(CatalogInvalid) as error:
        load_config(text, "reconcile.yaml", schema, environment)

    (problem,) = error.value.problems
    assert problem.rule == rule
    assert (problem.where.line, problem.where.column) == where
    assert isinstance(problem.where, Location)
    assert error.value.sources == {"reconcile.yaml": text.decode()}


def test_a_currency_that_nobody_knows_may_be_named_as_right(schema: CompiledSchema):
    text = b"base_currency: QQQ\ncurrencies: [QQQ]\n"

    assert load_config(text, "f", schema, None).base_currency == "QQQ"
