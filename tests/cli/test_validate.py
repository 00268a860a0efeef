"""`validate` in the forms of machines: the same verdict, files named as they need."""

from __future__ import annotations

import json

import pytest
from cli_brand import Brand

MISTAKE = "categories:\n  - {name: A > B}\n"
WARNING = "products:\n  - {item_number: tee, name: Tee #2}\n"
GOOD = "categories:\n  - {name: A}\n"


@pytest.mark.parametrize("output", ["text", "json", "github", "gitlab", "sarif"])
@pytest.mark.parametrize(
    ("content", "code"),
    [(MISTAKE, 3), (WARNING.replace("#2}", "#2\n    }"), 0), (GOOD, 0)],
)
def test_the_exit_code_is_the_same_in_every_format(
    brand: Brand, output: str, content: str, code: int
):
    brand.write("catalog/a.yaml", content)

    assert brand.run("validate", "--format", output).code == code


@pytest.mark.parametrize("output", ["json", "github", "gitlab", "sarif"])
def test_a_mistake_in_the_configuration_has_the_same_form(brand: Brand, output: str):
    brand.write("reconcile.yaml", "base_currency: kroner\n")

    ran = brand.run("validate", "--format", output)

    assert ran.code == 3
    assert "currency-code" in ran.out
    assert ran.err == ""


def test_a_file_of_50_megabytes_is_not_read(brand: Brand):
    brand.write("catalog/a.yaml", GOOD)
    brand.write("catalog/huge.yaml", b"products: []\n" * 4_000_000)

    ran = brand.run("validate")

    assert ran.code == 3
    assert "catalog/huge.yaml:1:1  file-too-large" in ran.out
    assert "this file has 52.0 MB, the limit is 5" in ran.out


def test_files_are_named_from_the_top_of_the_repository(brand: Brand):
    (brand.folder / ".git").mkdir()
    brand.write("shops/dk/reconcile.yaml", "base_currency: DKK\n")
    brand.write("shops/dk/catalog/a.yaml", MISTAKE)
    config = ("--config", "shops/dk/reconcile.yaml", "validate", "--format")

    github = brand.run(*config, "github").out
    gitlab = json.loads(brand.run(*config, "gitlab").out)
    sarif = json.loads(brand.run(*config, "sarif").out)

    assert github.startswith("::error file=shops/dk/catalog/a.yaml,line=2,")
    assert gitlab[0]["location"]["path"] == "shops/dk/catalog/a.yaml"
    (result,) = sarif["runs"][0]["results"]
    place = result["locations"][0]["physicalLocation"]
    assert place["artifactLocation"]["uri"] == "shops/dk/catalog/a.yaml"
    assert brand.run(*config, "json").json["problems"][0]["file"] == "catalog/a.yaml"


def test_a_copy_of_a_schema_that_is_not_ours_is_a_warning(brand: Brand):
    brand.write("catalog/a.yaml", GOOD)
    brand.run("schema", "--write")
    assert "0 warnings" in brand.run("validate").out
    copy = brand.folder / "schemas/reconcile.schema.json"
    copy.write_text(json.dumps(json.loads(copy.read_text("utf-8"))))  # as a formatter
    assert "0 warnings" in brand.run("validate").out
    brand.write("schemas/catalog.schema.json", "{}")
    brand.write("schemas/reconcile.schema.json", "no json")

    ran = brand.run("validate")

    assert ran.code == 0
    assert ran.out.count("schema-outdated") == 2
    assert ran.out.count("Renew it: reconcile schema") == 2
    assert "0 errors, 2 warnings in 1 file" in ran.out
    brand.run("schema", "--write")
    assert "0 warnings" in brand.run("validate").out


# Some files


def test_of_named_files_alone_the_problems_are_shown(brand: Brand):
    brand.write("catalog/a.yaml", "products: [{item_number: a, categories: [X]}]\n")
    brand.write("catalog/deep/b.yaml", "categories: [{name: Men}, {nam: Women}]\n")
    brand.write("catalog/deep/c.yaml", "products: []\n")

    good = brand.run("validate", "catalog/deep/c.yaml")
    bad = brand.run("validate", "catalog/a.yaml")
    folder = brand.run("validate", "catalog/deep", "--format", "json")

    assert good.code == 0
    assert "0 errors" in good.out
    assert good.out.endswith("And 2 errors in other files: reconcile validate\n")
    assert bad.code == 3
    assert "catalog/a.yaml:1:42  unknown-category" in bad.out  # knows the other files
    assert "catalog/deep/b.yaml:1:" not in bad.out
    assert bad.out.endswith("And 1 error in other files: reconcile validate\n")
    assert folder.code == 3
    files = {one["file"] for one in folder.json["problems"]}
    assert files == {"catalog/deep/b.yaml"}
