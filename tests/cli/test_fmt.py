"""`fmt` writes only what is out of form, and only what it lists."""

from __future__ import annotations

import pytest
from cli_brand import Brand
from support.builders import product

UNTIDY = "categories:  \n  - {name: Men}\n"
TIDY = UNTIDY.replace("  \n", "\n", 1)
COMMA = (
    "# of the winter\nproducts:\n  - item_number: 80610   # shirt\n"
    "    variant_defaults: {prices: {EUR: {sales_price: 97,54}}}\n"
)
REPAIRED = COMMA.replace(" 80610 ", ' "80610" ').replace("97,54", "97.54")


def text_of(brand: Brand, name: str) -> str:
    return (brand.folder / name).read_bytes().decode()


def test_check_names_the_files_and_writes_nothing(brand: Brand):
    brand.write("catalog/a.yaml", UNTIDY)
    brand.write("catalog/b.yaml", TIDY)

    ran = brand.run("fmt", "--check")

    assert (ran.code, ran.err) == (1, "")
    assert ran.out == "catalog/a.yaml\n\n1 of 2 files would be formatted\n"
    assert text_of(brand, "catalog/a.yaml") == UNTIDY


def test_a_formatted_catalog_is_left_alone(brand: Brand):
    file = brand.write("catalog/a.yaml", UNTIDY)

    assert brand.run("fmt").out == "catalog/a.yaml\n\n1 of 1 file formatted\n"
    assert text_of(brand, "catalog/a.yaml") == TIDY
    before = file.stat().st_mtime_ns
    again = brand.run("fmt")
    assert (again.code, again.out) == (0, "0 of 1 file formatted\n")
    assert brand.run("fmt", "--check").code == 0
    assert file.stat().st_mtime_ns == before


def test_only_the_files_that_are_asked_for(brand: Brand, outside: pytest.MonkeyPatch):
    brand.write("catalog/a.yaml", UNTIDY)
    brand.write("catalog/b.yml", UNTIDY.replace("Men", "Women"))
    outside.chdir(brand.folder / "catalog")

    assert brand.run("fmt", "b.yml").code == 0

    assert text_of(brand, "catalog/a.yaml") == UNTIDY
    assert text_of(brand, "catalog/b.yml") == TIDY.replace("Men", "Women")
    other = brand.run("fmt", "../reconcile.yaml")
    assert other.code == 64
    assert "is no file of the catalog" in other.err


def test_a_repair_is_listed_with_its_line(brand: Brand):
    brand.write("catalog/a.yaml", COMMA)

    listed = '  catalog/a.yaml:3  80610 → "80610"\n  catalog/a.yaml:4  97,54 → 97.54\n'
    check = brand.run("fmt", "--check", "--fix")
    assert check.code == 1
    assert f"would repair\n{listed}" in check.out
    assert text_of(brand, "catalog/a.yaml") == COMMA

    ran = brand.run("fmt", "--fix")

    assert (ran.code, ran.err) == (0, "")
    assert f"repaired\n{listed}" in ran.out
    assert text_of(brand, "catalog/a.yaml") == REPAIRED
    assert brand.run("validate").code == 0


@pytest.mark.parametrize("files", [(), ("catalog/a.yaml",)])
def test_errors_without_one_right_answer_are_said_to_be_left(
    brand: Brand, files: tuple[str, ...]
):
    unknown = "products: [{item_number: a, categories: [Mne]}]\n"
    brand.write("catalog/a.yaml", COMMA)
    brand.write("catalog/b.yaml", f"categories: [{{name: Men}}]\n{unknown}")

    check = brand.run("fmt", "--fix", "--check", *files)
    ran = brand.run("fmt", "--fix", *files)
    again = brand.run("fmt", "--fix", *files)

    assert check.out.endswith("formatted\n1 error would be left: reconcile validate\n")
    for one in (ran, again):
        assert one.code == 3
        assert one.out.endswith("formatted\n1 error is left: reconcile validate\n")
    assert text_of(brand, "catalog/a.yaml") == REPAIRED
    assert brand.run("fmt").code == 0  # the form alone is right


def test_without_fix_no_value_is_touched(brand: Brand):
    wrong = COMMA.replace("{sales_price: 97,54}", "{sales_price: 1.299}")
    brand.write("catalog/a.yaml", wrong.replace("EUR:", "EUR:\t"))

    assert brand.run("fmt").code == 0
    assert text_of(brand, "catalog/a.yaml") == wrong.replace("EUR: ", "EUR: ")


def test_a_file_that_cannot_be_read_is_said_and_the_others_are_formatted(brand: Brand):
    brand.write("catalog/a.yaml", UNTIDY)
    brand.write("catalog/b.yaml", "products: [  \n")
    brand.write("catalog/c.yaml", b"products: \xff\n")

    ran = brand.run("fmt")

    assert ran.code == 3
    assert text_of(brand, "catalog/a.yaml") == TIDY
    assert text_of(brand, "catalog/b.yaml") == "products: [  \n"
    assert "catalog/b.yaml:1:11  unclosed-bracket" in ran.err
    assert "catalog/c.yaml:1:11  not-utf8" in ran.err


def test_the_editor_line_is_written_where_the_schema_is(brand: Brand):
    brand.write("catalog/deep/er/a.yaml", TIDY)

    assert brand.run("fmt").out == "0 of 1 file formatted\n"
    brand.write("schemas/catalog.schema.json", "{}")
    brand.run("fmt")

    line = "# yaml-language-server: $schema=../../../schemas/catalog.schema.json\n"
    assert text_of(brand, "catalog/deep/er/a.yaml") == line + TIDY


# Approvals that are used up


@pytest.fixture
def three_going(brand: Brand) -> Brand:
    brand.configure(deletes={"max": 1})
    brand.applied(*(product(f"s{n}") for n in range(4)))
    brand.catalog(product("s0"))
    (block,) = brand.run("plan", "--format", "json").json["blocked"]
    keys = ", ".join(f'"{one.partition(":")[2]}"' for one in block["ids"])
    line = (
        f'  - {{approve: "{block["approve"]}", keys: [{keys}], by: me, reason: old}}\n'
    )
    brand.write(
        "catalog/approvals.yaml", f"# ours\napprovals:\n{line}  # later\n{OTHER}"
    )
    return brand


OTHER = '  - {approve: "bbbbbbbb", by: me, reason: price}\n'


def test_an_approval_stays_as_long_as_nothing_proves_that_it_is_used_up(
    three_going: Brand,
):
    before = text_of(three_going, "catalog/approvals.yaml")

    assert "taken out" not in three_going.run("fmt", "--fix").out

    assert text_of(three_going, "catalog/approvals.yaml") == before


def test_an_approval_that_an_apply_has_used_up_is_taken_out(three_going: Brand):
    assert three_going.run("apply", "--yes").code == 0

    looked = three_going.run("fmt", "--fix", "--check")
    ran = three_going.run("fmt", "--fix")

    assert (looked.code, ran.code) == (1, 0)
    assert "approvals.yaml:3  approval" in ran.out
    text = text_of(three_going, "catalog/approvals.yaml")
    assert text == f"# ours\napprovals:\n  # later\n{OTHER}"
    assert three_going.run("plan").out.count("unused-approval") == 1


def test_an_approval_that_is_given_again_stays(three_going: Brand):
    given = text_of(three_going, "catalog/approvals.yaml")
    three_going.run("apply", "--yes")
    three_going.run("fmt", "--fix")
    three_going.run("apply", "--yes")  # nothing to do, and the line is gone
    three_going.write("catalog/approvals.yaml", given)

    assert "taken out" not in three_going.run("fmt", "--fix").out
    assert text_of(three_going, "catalog/approvals.yaml") == given


def test_what_another_account_approved_stays(three_going: Brand):
    three_going.run("apply", "--yes")
    other = f"approvals:\n{OTHER}"
    three_going.write("catalog/approvals.yaml", other)

    assert "taken out" not in three_going.run("fmt", "--fix").out
    assert text_of(three_going, "catalog/approvals.yaml") == other


def test_of_the_last_line_an_empty_list_is_left(three_going: Brand):
    text = text_of(three_going, "catalog/approvals.yaml").replace(OTHER, "")
    three_going.write("catalog/approvals.yaml", text)
    three_going.run("apply", "--yes")

    assert three_going.run("fmt", "--fix").code == 0

    assert "approvals: []\n" in text_of(three_going, "catalog/approvals.yaml")
    assert three_going.run("validate").code == 0
