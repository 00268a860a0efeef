"""The forms of GitHub, GitLab and code scanning: the same problems, nothing obeyed."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconcile.core.problems import Location, Problem
from reconcile.reports.escape import terminal
from reconcile.reports.problems_fingerprints import fingerprints
from reconcile.reports.problems_github import problems_to_github
from reconcile.reports.problems_gitlab import problems_to_gitlab
from reconcile.reports.problems_sarif import MOST, problems_to_sarif

FILE = "catalog/80610.yaml"
LINE = "        EUR: {sales_price: 97,54}"
SOURCES = {FILE: "\n" * 13 + LINE + "\n"}
PRICE = Problem(
    Location(FILE, 14, 28, 5),
    "price-format",
    "a comma ends the value here: Traede would get 97. Write 97.54",
)
TWICE = Problem(
    Location("catalog/a.yaml", 3, 1, 4),
    "duplicate-sku",
    "each variant has its own SKU",
    "warning",
    Location("catalog/b.yaml", 7, 15, 4),
)


def sarif(*problems: Problem, sources: dict[str, str] | None = None) -> dict[str, Any]:
    text = problems_to_sarif(problems, sources or SOURCES, "1.2.3")
    run: dict[str, Any] = json.loads(text)["runs"][0]
    return run


def many(count: int, severity: Any = "error") -> list[Problem]:
    return [
        Problem(Location(FILE, n + 1, 1), "rule", "message", severity)
        for n in range(count)
    ]


# --- GitHub ------------------------------------------------------------------------


def test_an_annotation_marks_the_characters():
    assert problems_to_github([PRICE]) == (
        "::error file=catalog/80610.yaml,line=14,endLine=14,col=28,endColumn=33,"
        "title=price-format::a comma ends the value here: Traede would get 97. "
        "Write 97.54\n"
    )


def test_a_warning_names_the_other_place_on_its_second_line():
    assert problems_to_github([TWICE]) == (
        "::warning file=catalog/a.yaml,line=3,endLine=3,col=1,endColumn=5,"
        "title=duplicate-sku::each variant has its own SKU%0Aalso in catalog/b.yaml:7\n"
    )


def test_what_separates_is_escaped():
    problem = Problem(Location("50%, a:b.yaml", 1, 1), "rule", "50 % :: a, b\nc")

    assert problems_to_github([problem]) == (
        "::error file=50%25%2C a%3Ab.yaml,line=1,endLine=1,col=1,endColumn=2,title=rule"
        "::50 %25 :: a, b%0Ac\n"
    )


def test_ten_of_each_are_annotated_and_the_rest_is_counted():
    lines = problems_to_github([*many(12), *many(11, "warning")]).splitlines()

    assert sum(line.startswith("::error ") for line in lines) == 10
    assert sum(line.startswith("::warning ") for line in lines) == 10
    assert lines[-1] == (
        "::notice title=reconcile validate::2 more errors and 1 more warning. "
        "To see all of them: reconcile validate"
    )
    assert "notice" not in problems_to_github([*many(10), *many(10, "warning")])
    assert problems_to_github([]) == ""


hostile = st.text(
    st.sampled_from("\n\r\u2028\x85\x1b%:,=#[]]a ::##")
    | st.characters(codec=None, exclude_categories=())
)


@given(hostile, hostile)
def test_no_text_of_a_catalog_becomes_a_command(message: str, file: str):
    problem = Problem(Location(file, 1, 1), "rule", f"\n::add-mask::x\n{message}")

    printed = problems_to_github([problem])

    assert printed.endswith("\n")
    command = re.compile(r"::error file=[^:,]*,line=1,endLine=1,col=1,endColumn=2,")
    lines = re.split(r"[\n\r\x0b\x0c\x1c-\x1e\x85\u2028\u2029]", printed[:-1])
    assert len(lines) == 1
    assert command.match(lines[0])
    shown = printed[:-1].removeprefix("::")
    assert terminal(shown) == shown


# --- GitLab ------------------------------------------------------------------------


def test_code_quality_has_what_gitlab_asks_for():
    report = json.loads(problems_to_gitlab([PRICE, TWICE], SOURCES))

    assert [entry["severity"] for entry in report] == ["critical", "minor"]
    assert report[0]["check_name"] == "price-format"
    assert report[0]["location"] == {"path": FILE, "lines": {"begin": 14}}
    assert report[1]["description"] == (
        "each variant has its own SKU also in catalog/b.yaml:7"
    )
    assert problems_to_gitlab([], {}) == "[]\n"


# --- SARIF -------------------------------------------------------------------------


def test_sarif_has_what_code_scanning_asks_for():
    document = json.loads(problems_to_sarif([PRICE, TWICE], SOURCES, "1.2.3"))
    (run,) = document["runs"]

    assert document["version"] == "2.1.0"
    assert document["$schema"].endswith("sarif-2.1.0.json")
    assert run["columnKind"] == "utf16CodeUnits"
    driver = run["tool"]["driver"]
    assert (driver["name"], driver["semanticVersion"]) == ("reconcile", "1.2.3")
    assert [rule["id"] for rule in driver["rules"]] == ["duplicate-sku", "price-format"]
    for rule in driver["rules"]:
        texts = [rule[k]["text"] for k in ("shortDescription", "fullDescription")]
        assert all([*texts, rule["help"]["text"]])
    for result in run["results"]:
        assert driver["rules"][result["ruleIndex"]]["id"] == result["ruleId"]
    assert run["invocations"] == [{"executionSuccessful": True}]


def test_a_result_marks_the_characters_and_names_the_other_place():
    price, twice = sarif(PRICE, TWICE)["results"]

    assert (price["ruleId"], price["level"]) == ("price-format", "error")
    assert price["message"] == {"text": PRICE.message}
    assert price["locations"] == [
        {
            "physicalLocation": {
                "artifactLocation": {"uri": FILE, "uriBaseId": "%SRCROOT%"},
                "region": {
                    "startLine": 14,
                    "startColumn": 28,
                    "endLine": 14,
                    "endColumn": 33,
                },
            }
        }
    ]
    assert "relatedLocations" not in price
    (other,) = twice["relatedLocations"]
    assert other["physicalLocation"]["artifactLocation"]["uri"] == "catalog/b.yaml"
    assert other["physicalLocation"]["region"] == {"startLine": 7}


def test_columns_are_utf_16_units():
    problem = Problem(Location("f.yaml", 1, 3, 2), "rule", "message")

    (result,) = sarif(problem, sources={"f.yaml": "\ufeff🎉é🎉x\n"})["results"]

    region = result["locations"][0]["physicalLocation"]["region"]
    assert (region["startColumn"], region["endColumn"]) == (4, 7)


@pytest.mark.parametrize(
    ("file", "address"),
    [
        (
            "kør #1 100%.yaml",
            {"uri": "k%C3%B8r%20%231%20100%25.yaml", "uriBaseId": "%SRCROOT%"},
        ),
        ("/else where/a.yaml", {"uri": "file:///else%20where/a.yaml"}),
    ],
)
def test_a_file_name_becomes_an_address(file: str, address: dict[str, str]):
    problem = Problem(Location(file, 1, 1), "rule", "message")

    (result,) = sarif(problem)["results"]

    place = result["locations"][0]["physicalLocation"]
    assert place["artifactLocation"] == address


@pytest.mark.parametrize(
    ("message", "shown"),
    [
        ("Write {a: 1}, or [b]", "Write {a: 1}, or [b]"),
        ("{0} and {12}", "{{0}} and {{12}}"),
        ("[click](https://evil.example)", r"[click\](https://evil.example)"),
        ("a\x1b[31m\nb", "a\\x1b[31m\nb"),
    ],
)
def test_sarif_reads_nothing_into_a_message(message: str, shown: str):
    (result,) = sarif(Problem(PRICE.where, "rule", message))["results"]

    assert result["message"]["text"] == shown


def test_of_very_many_the_errors_are_kept_and_the_rest_is_counted():
    run = sarif(*many(MOST, "warning"), *many(2))

    assert len(run["results"]) == MOST
    assert sum(result["level"] == "error" for result in run["results"]) == 2
    (said,) = run["invocations"][0]["toolExecutionNotifications"]
    assert said["message"]["text"].startswith("2 more problems.")


# --- fingerprints ------------------------------------------------------------------


def prints(text: str, *problems: Problem) -> list[str]:
    return [*fingerprints(problems, {FILE: text}).values()]


def at(line: int, rule: str = "rule", column: int = 1) -> Problem:
    return Problem(Location(FILE, line, column, 3), rule, f"a message of line {line}")


def test_a_fingerprint_stays_when_lines_move_or_are_indented():
    assert prints("x\nabc\n", at(2)) == prints("x\ny\r\n  abc\n", at(3, column=3))


def test_a_fingerprint_is_of_rule_line_and_marked_characters():
    different = [
        prints("abc\n", at(1)),
        prints("abc\n", at(1, "other")),
        prints("abd\n", at(1)),
        prints("abc abc\n", at(1)),
        prints("abc abd\n", at(1, column=5)),
        prints("", at(1)),
    ]
    assert len({*map(tuple, different)}) == len(different)


def test_lines_that_are_alike_are_told_apart():
    first, second = prints("abc\nabc\n", at(1), at(2))

    assert first.split(":") != second.split(":")
    assert first.split(":")[0] == second.split(":")[0]
