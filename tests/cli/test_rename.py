"""`rename`: the entry, every reference, and nothing else of any file."""

from __future__ import annotations

import difflib
from pathlib import Path

import pytest
from cli_brand import Brand, Ran

TEE = """# the tee
products:
  - item_number: "100"   # as on the label
    name: Tee
    categories:
      - Men > Shirts  # the first is shown
      - Men
      - Sale
    collection: Summer 2027
    variant_defaults: {prices: {DKK: {sales_price: 300, rec_sales_price: 800}}}
    variants:
      - {sku: 100-s, attributes: {Size: S}}
"""
CAP = """products:
- item_number: cap
  name: Cap
  categories: ['Men > Caps', "Men > Shirts"]
  variant_defaults: {prices: {DKK: {sales_price: 90}}}
  variants: [{sku: cap-s, attributes: {Size: S}}]
"""
REST = """categories:
  - name: Men
    children: [{name: Shirts}, {name: Caps}]
  - name: Women
    children:
      # the only one
      - name: Skirts

  - {name: Sale}
collections:
  - {title: Summer 2027, visibility: customers, allowed_customers: ["1000", '0042']}
customers:
  - {customer_number: "1000", name: Anna A, currency: DKK}
  - {customer_number: "0042", name: Berta B, currency: DKK}
"""
FILES = {"tee.yaml": TEE, "caps/cap.yaml": CAP, "rest.yaml": REST}


@pytest.fixture
def shop(brand: Brand) -> Brand:
    for name, text in FILES.items():
        brand.write(f"catalog/{name}", text)
    return brand


def changed(brand: Brand) -> str:
    """The lines that went and came, file by file."""
    lines: list[str] = []
    for name, text in FILES.items():
        now = (brand.folder / "catalog" / name).read_text().splitlines()
        found = difflib.ndiff(text.splitlines(), now)
        lines += [line for line in found if line[0] in "+-"]
    return "\n".join(lines)


RENAMES = {
    "a product": (
        ("product", "100", "0200"),
        """\
-   - item_number: "100"   # as on the label
+   - item_number: "0200"   # as on the label
+     renamed_from: "100\"""",
    ),
    "a variant between braces": (
        ("variant", "100-s", "100: s"),
        """\
-       - {sku: 100-s, attributes: {Size: S}}
+       - {sku: "100: s", renamed_from: 100-s, attributes: {Size: S}}""",
    ),
    "a category and what is below it": (
        ("category", "Men", "Gents"),
        """\
-       - Men > Shirts  # the first is shown
+       - Gents > Shirts  # the first is shown
-       - Men
+       - Gents
-   categories: ['Men > Caps', "Men > Shirts"]
+   categories: ['Gents > Caps', "Gents > Shirts"]
-   - name: Men
+   - name: Gents
+     renamed_from: Men""",
    ),
    "a sub category": (
        ("category", "Men > Shirts", "Men > Shirts & tees"),
        """\
-       - Men > Shirts  # the first is shown
+       - Men > Shirts & tees  # the first is shown
-   categories: ['Men > Caps', "Men > Shirts"]
+   categories: ['Men > Caps', "Men > Shirts & tees"]
-     children: [{name: Shirts}, {name: Caps}]
+     children: [{name: Shirts & tees, renamed_from: Shirts}, {name: Caps}]""",
    ),
    "a category to another parent": (
        ("category", "Men > Shirts", "Women > Shirts"),
        """\
-       - Men > Shirts  # the first is shown
+       - Women > Shirts  # the first is shown
-   categories: ['Men > Caps', "Men > Shirts"]
+   categories: ['Men > Caps', "Women > Shirts"]
-     children: [{name: Shirts}, {name: Caps}]
+     children: [{name: Shirts, delete: true}, {name: Caps}]
+       - {name: Shirts}""",
    ),
    "a top category to below another one": (
        ("category", "Sale", "Men > Sale"),
        """\
-       - Sale
+       - Men > Sale
-     children: [{name: Shirts}, {name: Caps}]
+     children: [{name: Shirts}, {name: Caps}, {name: Sale}]
-   - {name: Sale}
+   - {name: Sale, delete: true}""",
    ),
    "a sub category to the top": (
        ("category", "Women > Skirts", "Skirts"),
        """\
+         delete: true
+   - {name: Skirts}""",
    ),
    "a sub category below one that has none": (
        ("category", "Men > Caps", "Sale > Caps"),
        """\
-   categories: ['Men > Caps', "Men > Shirts"]
+   categories: ['Sale > Caps', "Men > Shirts"]
-     children: [{name: Shirts}, {name: Caps}]
+     children: [{name: Shirts}, {name: Caps, delete: true}]
-   - {name: Sale}
+   - {name: Sale, children: [{name: Caps}]}""",
    ),
    "a collection": (
        ("collection", "Summer 2027", "Summer: 2027"),
        """\
-     collection: Summer 2027
+     collection: "Summer: 2027"
-   - {title: Summer 2027, visibility: customers, allowed_customers: ["1000", \
'0042']}
+   - {title: "Summer: 2027", renamed_from: Summer 2027, visibility: customers, \
allowed_customers: ["1000", '0042']}""",
    ),
    "a customer": (
        ("customer", "0042", "42"),
        """\
-   - {title: Summer 2027, visibility: customers, allowed_customers: ["1000", \
'0042']}
+   - {title: Summer 2027, visibility: customers, allowed_customers: ["1000", \
'42']}
-   - {customer_number: "0042", name: Berta B, currency: DKK}
+   - {customer_number: "42", renamed_from: "0042", name: Berta B, currency: DKK}""",
    ),
}


@pytest.mark.parametrize("name", RENAMES)
def test_what_a_rename_writes(shop: Brand, name: str):
    argv, wanted = RENAMES[name]

    ran = shop.run("rename", *argv)

    assert (ran.code, ran.err) == (0, "")
    assert changed(shop) == wanted
    assert shop.run("validate").code == 0


@pytest.mark.parametrize("name", RENAMES)
def test_after_the_next_apply_traede_has_it_and_nothing_is_left_to_do(
    shop: Brand, name: str
):
    assert shop.run("apply", "--yes").code == 0
    argv, _ = RENAMES[name]
    shop.run("rename", *argv)

    assert shop.run("apply", "--yes").code == 0

    assert shop.run("plan", "--detailed-exitcode").code == 0


def test_it_says_every_place(shop: Brand):
    ran = shop.run("rename", "category", "Men > Shirts", "Men > Tops")

    assert (
        ran.out
        == """\
catalog/caps/cap.yaml:4:30  categories    Men > Shirts → Men > Tops
catalog/rest.yaml:3:23      name          Shirts → Tops
catalog/rest.yaml:3:43      renamed_from  + Shirts
catalog/tee.yaml:6:9        categories    Men > Shirts → Men > Tops
renamed category "Men > Shirts" → "Men > Tops": 4 places in 3 files
"""
    )


def test_a_move_says_what_the_next_apply_does(shop: Brand):
    ran = shop.run("rename", "category", "Sale", "Women > Sale")

    assert "Traede cannot move a category: the next apply makes the new one" in ran.out
    assert 'moved category "Sale" → "Women > Sale"' in ran.out


def test_a_dry_run_writes_nothing(shop: Brand):
    ran = shop.run("rename", "--dry-run", "product", "100", "200")

    assert ran.code == 0
    assert "Nothing was written (--dry-run)" in ran.out
    assert changed(shop) == ""


REFUSALS = {
    "nothing of this name": (
        ("product", "10", "200"),
        'there is no product "10" in the catalog. Did you mean "100"?',
    ),
    "the new one is there": (
        ("product", "100", "cap"),
        'there is a product "cap" in the catalog already: catalog/caps/cap.yaml:2',
    ),
    "the same name": (("product", "100", "100"), 'it is called "100" already'),
    "what a shell leaves of Men > A Men > B": (
        ("category", "Men", "Men"),
        'it is called "Men" already\nPut `Top > Sub` in quotes',
    ),
    "no such parent": (
        ("category", "Men > Shirts", "Woman > Shirts"),
        'there is no category "Woman" in the catalog. Did you mean "Women"?',
    ),
    "three levels": (
        ("category", "Sale", "Men > Caps > Sale"),
        "Traede knows two levels of categories",
    ),
    "below itself": (("category", "Sale", "Sale > Sale"), '"Sale" cannot go below'),
    "with children": (
        ("category", "Men", "Women > Men"),
        '"Men" has sub categories of its own, such as "Men > Shirts"',
    ),
}


@pytest.mark.parametrize("name", REFUSALS)
def test_what_cannot_be_meant_is_refused(shop: Brand, name: str):
    argv, wanted = REFUSALS[name]

    ran = shop.run("rename", *argv)

    assert ran.code == 64
    assert wanted in ran.err
    assert changed(shop) == ""


def test_a_rename_on_its_way_is_not_renamed_again(shop: Brand):
    shop.run("rename", "product", "100", "200")
    before = (shop.folder / "catalog/tee.yaml").read_text()

    again = shop.run("rename", "product", "200", "300")
    old = shop.run("rename", "product", "100", "300")

    assert again.code == 64
    assert 'catalog/tee.yaml:3 has `renamed_from: "100"` already' in again.err
    assert "change the new name there" in again.err
    assert 'product "100" is renamed already: it is "200" now' in old.err
    assert (shop.folder / "catalog/tee.yaml").read_text() == before


TRAPS = {
    "a key that no file may hold": ("category", "Sale", "Sa\tle", 3),
    "a bar on spaces": ("product", "100", "CAP", 3),
}


@pytest.mark.parametrize("name", TRAPS)
def test_where_the_files_would_not_be_valid_nothing_is_written(shop: Brand, name: str):
    kind, old, new, code = TRAPS[name]

    ran = shop.run("rename", kind, old, new)

    assert ran.code == code
    assert "Nothing was written: the files would not be valid." in ran.err
    assert changed(shop) == ""


def test_a_reference_that_an_alias_stands_for_is_left_to_a_person(shop: Brand):
    anchored = CAP.replace('"Men > Shirts"', '&shirts "Men > Shirts"')
    again = CAP.replace("cap", "hat").replace('"Men > Shirts"', "*shirts")
    both = anchored + again.removeprefix("products:\n")
    shop.write("catalog/caps/cap.yaml", both)

    ran: Ran = shop.run("rename", "category", "Men > Shirts", "Men > Tops")

    assert ran.code == 1
    assert "catalog/caps/cap.yaml:4:38: it stands in several places" in ran.err
    assert "Edit this value by hand." in ran.err
    assert Path(shop.folder / "catalog/caps/cap.yaml").read_text() == both
