"""Edits in place, seen as the lines that went and came."""

from __future__ import annotations

import difflib

import pytest

from reconcile.core.editing import (
    CannotEdit,
    Document,
    Edit,
    Insert,
    InsertItem,
    Items,
    Map,
    Path,
    Put,
    Remove,
    RenameKey,
    Text,
    Word,
    edited,
)

TEXT = """\
# yaml-language-server: $schema=x
# top
products:
  # the tee
  - item_number: "100"  # no
    name: Tee   # a name
    tags: [a, 'b']  # tags
    description: |  # html
      one
      two
    # deflt
    variant_defaults:
      prices:
        DKK: {sales_price: 300, rec_sales_price: 800}
        # euro
        EUR:
          sales_price: 40.50  # hm

    variants:
      - {sku: a, attributes: {Size: S}}
      # about b
      - sku: b
        # size
        attributes:
          Size: 36

      # c
      - sku: c
        meta:
        # end of c
    colli: [
      6,   # the small box
      12
    ]
  # other
  - item_number: x
"""
P: Path = ("products", 0)
V: Path = (*P, "variants")
D: Path = (*P, "variant_defaults", "prices")

EDITS: dict[str, tuple[list[Edit], str]] = {
    "the quotes of the old value": (
        [Put((*P, "item_number"), Text("007")), Put((*P, "tags", 1), Text("it's"))],
        """\
-  - item_number: "100"  # no
+  - item_number: "007"  # no
-    tags: [a, 'b']  # tags
+    tags: [a, 'it''s']  # tags""",
    ),
    "quotes where they are needed": (
        [Put((*P, "name"), Text("NO")), Put((*P, "tags", 0), Text("x, y"))],
        """\
-    name: Tee   # a name
-    tags: [a, 'b']  # tags
+    name: "NO"   # a name
+    tags: ["x, y", 'b']  # tags""",
    ),
    "two lines for one, the comment stays": (
        [Put((*P, "name"), Text("Foo: #1\n\nbar"))],
        """\
-    name: Tee   # a name
+    name: |-   # a name
+      Foo: #1
+
+      bar""",
    ),
    "a block text": (
        [Put((*P, "description"), Text("three\n"))],
        """\
-      one
-      two
+      three""",
    ),
    "a block text without a line end at its end": (
        [Put((*P, "description"), Text("three"))],
        """\
-    description: |  # html
-      one
-      two
+    description: |-  # html
+      three""",
    ),
    "a block text that no block can hold": (
        [Put((*P, "description"), Text("a \nb"))],
        """\
-    description: |  # html
-      one
-      two
+    description: "a \\nb"  # html""",
    ),
    "a text becomes nothing": (
        [Put((*P, "description"), Word("null"))],
        """\
-    description: |  # html
-      one
-      two
+    description: null  # html""",
    ),
    "money, and two at once": (
        [
            Put((*D, "EUR", "sales_price"), Word("41")),
            Put((*D, "DKK", "sales_price"), Word("9.50")),
        ],
        """\
-        DKK: {sales_price: 300, rec_sales_price: 800}
+        DKK: {sales_price: 9.50, rec_sales_price: 800}
-          sales_price: 40.50  # hm
+          sales_price: 41  # hm""",
    ),
    "text as it is written": (
        [Put((*V, 1, "attributes", "Size"), Text("38", as_written=True))],
        """\
-          Size: 36
+          Size: 38""",
    ),
    "a key in its order": (
        [Insert((*P, "renamed_from"), Text("99"), ["item_number", "renamed_from"])],
        """\
+    renamed_from: "99\"""",
    ),
    "a key at the end, before what is about the next": (
        [Insert((*V, i, "archived"), Word("true")) for i in range(3)],
        """\
-      - {sku: a, attributes: {Size: S}}
+      - {sku: a, attributes: {Size: S}, archived: true}
+        archived: true
+        archived: true""",
    ),
    "keys of two levels that end at one place": (
        [
            Insert((*D, "EUR", "offer_price"), Word("30")),
            Insert((*D, "SEK"), Map({"sales_price": Word("1")}, block=True)),
        ],
        """\
+          offer_price: 30
+        SEK:
+          sales_price: 1""",
    ),
    "an item in a list of several lines": (
        [InsertItem((*P, "colli"), 2, Word("24"))],
        """\
-      12
+      12, 24""",
    ),
    "items in lists": (
        [
            InsertItem((*P, "tags"), 0, Text("n")),
            InsertItem(V, 1, Map({"sku": Text("z")})),
        ],
        """\
-    tags: [a, 'b']  # tags
+    tags: ["n", a, 'b']  # tags
+      - {sku: z}""",
    ),
    "an item goes with its own comments": (
        [Remove((*V, 1))],
        """\
-      # about b
-      - sku: b
-        # size
-        attributes:
-          Size: 36""",
    ),
    "the first key of an item goes, and the next one comes up": (
        [Remove((*P, "item_number"))],
        """\
-  - item_number: "100"  # no
-    name: Tee   # a name
+  - name: Tee   # a name""",
    ),
    "the first key of an item goes, a comment stays": (
        [Remove((*V, 1, "sku"))],
        """\
-      - sku: b
+      -""",
    ),
    "an entry between others": (
        [Remove((*D, "DKK")), Remove((*P, "tags", 0))],
        """\
-    tags: [a, 'b']  # tags
+    tags: ['b']  # tags
-        DKK: {sales_price: 300, rec_sales_price: 800}""",
    ),
    "all entries": (
        [Remove((*D, "DKK")), Remove((*D, "EUR"))],
        """\
-      prices:
-        DKK: {sales_price: 300, rec_sales_price: 800}
-        # euro
-        EUR:
-          sales_price: 40.50  # hm
+      prices: {}""",
    ),
    "a value where there was none": (
        [Put((*V, 2, "meta"), Map({"a b": Text("c: d")}))],
        """\
-        meta:
+        meta: {a b: "c: d"}""",
    ),
    "a list for a list": (
        [Put((*P, "tags"), Items([]))],
        """\
-    tags: [a, 'b']  # tags
+    tags: []  # tags""",
    ),
    "a key by another name": (
        [RenameKey((*D, "EUR"), "0123"), RenameKey((*D, "DKK"), "Top > Sub")],
        """\
-        DKK: {sales_price: 300, rec_sales_price: 800}
+        Top > Sub: {sales_price: 300, rec_sales_price: 800}
-        EUR:
+        "0123":""",
    ),
}


@pytest.mark.parametrize("name", EDITS)
@pytest.mark.parametrize("end", ["\n", "\r\n"], ids=["unix", "windows"])
def test_an_edit_changes_these_lines(name: str, end: str):
    edits, wanted = EDITS[name]
    text = TEXT.replace("\n", end)

    result = edited(Document(text, "f.yaml"), edits)

    assert "\n" not in result.replace(end, "")
    assert lines(TEXT, result.replace(end, "\n")) == wanted


def lines(before: str, after: str) -> str:
    found = difflib.unified_diff(
        before.splitlines(), after.splitlines(), n=0, lineterm=""
    )
    kept = [line for line in found if not line.startswith(("---", "+++", "@@"))]
    return "\n".join(kept)


def test_no_edit_is_no_change():
    assert edited(Document(TEXT, "f.yaml"), []) == TEXT
    assert edited(Document("", "f.yaml"), []) == ""


def test_a_file_without_a_line_end_keeps_none():
    document = Document("a: 1", "f.yaml")

    assert edited(document, [Insert(("b",), Text("x"))]) == "a: 1\nb: x"


def test_the_mark_that_some_editors_begin_with_stays():
    document = Document("\ufeffa: 1\n", "f.yaml")

    assert edited(document, [Put(("a",), Word("2"))]) == "\ufeffa: 2\n"


SHARED = """\
one: &a {x: 1}
two: *a
three: [*a, 2]
four:
  - *a
  - 3
five: 4
"""

REFUSED: dict[str, tuple[Edit, str]] = {
    "what an anchor names": (Put(("one", "x"), Word("2")), "f.yaml:1:9"),
    "what an alias stands for": (Put(("two", "x"), Word("2")), "f.yaml:1:9"),
    "an alias itself": (Put(("two",), Word("2")), "f.yaml:1:9"),
    "a list with an alias": (Remove(("four", 1)), "f.yaml:1:9"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_stands_in_several_places_is_left_to_a_person(name: str):
    edit, where = REFUSED[name]

    with pytest.raises(CannotEdit, match="it stands in several places") as refused:
        edited(Document(SHARED, "f.yaml"), [edit])

    assert str(refused.value.where) == where
    assert refused.value.hint == "Edit this value by hand."


def test_beside_an_alias_everything_can_be_edited():
    edits = [Put(("five",), Word("5")), Insert(("six",), Word("6"))]

    result = edited(Document(SHARED, "f.yaml"), edits)

    assert result == SHARED.replace("five: 4", "five: 5\nsix: 6")


def test_a_key_goes_behind_an_alias():
    document = Document("a: &a {x: 1}\nb:\n  c: *a  # end\nd: 1\n", "f.yaml")

    result = edited(document, [Insert(("b", "e"), Word("1"))])

    assert result == "a: &a {x: 1}\nb:\n  c: *a  # end\n  e: 1\nd: 1\n"


IMPOSSIBLE: dict[str, tuple[str, list[Edit], str]] = {
    "a file with problems": ("a: 1\na: 2\n", [Put(("a",), Word("3"))], "twice"),
    "a key that is there": ("a: 1\n", [Insert(("a",), Word("2"))], "it has a already"),
    "a key in a list": ("a: [1]\n", [Insert(("a", "b"), Word("2"))], "no mapping"),
    "an item in a text": ("a: 1\n", [InsertItem(("a",), 0, Word("2"))], "no entries"),
    "a comment in the middle": (
        "a: [1,  # one\n  2]\n",
        [Remove(("a", 0))],
        "a comment is among these entries",
    ),
    "two edits of one thing": (
        "a: {b: 1}\n",
        [Put(("a",), Map({})), Put(("a", "b"), Word("2"))],
        "two changes meet here",
    ),
    "what no file may hold": ("a: x\n", [Put(("a",), Text("b\x07"))], "would not say"),
}


@pytest.mark.parametrize("name", IMPOSSIBLE)
def test_what_cannot_be_done_is_said_and_nothing_else_happens(name: str):
    text, edits, why = IMPOSSIBLE[name]

    with pytest.raises(CannotEdit, match=why):
        edited(Document(text, "f.yaml"), edits)
