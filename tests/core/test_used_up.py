import pytest

from reconcile.core.model import Ref
from reconcile.core.steps import Approved
from reconcile.core.used_up import carried_out, remembered, without_used_up

LINE = (
    '  - {approve: "aaaaaaaa", keys: ["product:a", "product:b"], by: me, reason: old}\n'
)
OTHER = '  - {approve: "bbbbbbbb", by: me, reason: price}\n'
ALL = {"aaaaaaaa": ["product:a", "product:b"]}


def never(_: Ref) -> int:
    return 0


SEEN = ("aaaaaaaa", "bbbbbbbb")


def after(text: str, *runs: dict[str, list[str]]) -> str:
    done = carried_out(enumerate(runs, 1), never, SEEN)
    return without_used_up({"f.yaml": text}, done)[0]["f.yaml"]


def test_a_run_remembers_the_keys_of_what_was_approved():
    ids = ("delete:product:b", "product:a")
    approved = Approved("delete-limit", "delete 2 products", ids, "aaaaaaaa")

    assert remembered([approved]) == ALL


def test_a_line_that_a_run_has_carried_out_goes_and_is_told():
    text = f"approvals:\n{OTHER}{LINE}"

    done = carried_out([(1, ALL)], never, SEEN)
    texts, told = without_used_up({"f.yaml": text}, done)

    assert texts == {"f.yaml": f"approvals:\n{OTHER}"}
    assert [(str(one.where), one.old) for one in told] == [
        ("f.yaml:3:15", 'approval "aaaaaaaa"')
    ]


@pytest.mark.parametrize(
    "runs",
    [
        [],
        [{}],
        [{"cccccccc": ["product:a", "product:b"]}],
        [{"aaaaaaaa": ["product:a"]}],  # b may still go
    ],
)
def test_a_line_stays_that_nothing_proves_to_be_used_up(
    runs: list[dict[str, list[str]]],
):
    text = f"approvals:\n{LINE}"

    assert after(text, *runs) == text


def test_two_runs_may_have_carried_out_a_part_each():
    parts = {"aaaaaaaa": ["product:a"]}, {"aaaaaaaa": ["product:b"]}

    assert after(f"approvals:\n{LINE}{OTHER}", *parts) == f"approvals:\n{OTHER}"


@pytest.mark.parametrize(("last", "stays"), [(4, False), (5, False), (6, True)])
def test_a_line_stays_where_a_later_run_has_written_what_it_is_about(
    last: int, stays: bool
):
    # Created again, and to be deleted again: that has the same id.
    done = carried_out(
        [(5, ALL), (3, ALL)], lambda ref: last if ref.key == "b" else 0, SEEN
    )
    text = f"approvals:\n{LINE}{OTHER}"

    texts, _ = without_used_up({"f.yaml": text}, done)

    assert texts == {"f.yaml": text if stays else f"approvals:\n{OTHER}"}


def test_a_line_stays_that_the_last_run_did_not_see():
    # Undone in Traede by hand, and approved again: that has the same id.
    done = carried_out([(5, ALL)], never, ["bbbbbbbb"])
    text = f"approvals:\n{LINE}"

    assert without_used_up({"f.yaml": text}, done) == ({"f.yaml": text}, [])


def test_a_line_stays_where_nobody_knows_what_it_is_about():
    text = f"approvals:\n{OTHER}"

    assert after(text, {"bbbbbbbb": ["everything"]}) == text


def test_a_line_without_keys_is_used_up_by_its_id():
    text = f"approvals:\n{OTHER}{LINE}"

    assert after(text, {"bbbbbbbb": ["variant:x"]}) == f"approvals:\n{LINE}"


def test_a_file_that_cannot_be_read_stays_as_it_is():
    text = f"approvals:\n{LINE}name: 'open\n"

    assert after(text, ALL) == text
