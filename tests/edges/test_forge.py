"""GitHub and GitLab: what is posted where, and what their refusals lead to."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from support.forges import ME, SOMEBODY, TOKEN, Fault, running_forge
from support.forges import Forge as Server

from reconcile.edges.forge import (
    Forge,
    ForgeError,
    Http,
    Job,
    headers_of,
    open_forge,
    post_issue,
    post_note,
)
from reconcile.edges.forge.http import ATTEMPTS, MAX_WAIT
from reconcile.edges.forge.job import job_of

MARKER = "<!-- traede-reconcile:sunrise:production:plan -->"
OTHER = "<!-- traede-reconcile:sunrise:staging:plan -->"
Opened = tuple[Server, Forge, list[float]]


@pytest.fixture
def server() -> Iterator[Server]:
    with running_forge() as forge:
        yield forge


def job(server: Server, which: str, token: str = TOKEN) -> Job:
    if which == "github":
        project = "sunrise/catalog"
        return Job("github", "proposal", server.github, project, "GITHUB_TOKEN", token)
    return Job(
        "gitlab", "proposal", server.gitlab, "7", "RECONCILE_GITLAB_TOKEN", token
    )


@pytest.fixture(params=["github", "gitlab"])
def opened(server: Server, request: pytest.FixtureRequest) -> Iterator[Opened]:
    server.knows_user = request.param == "gitlab"
    one, slept = job(server, request.param), []
    with Http(one.api, headers_of(one), one.token, sleep=slept.append) as http:
        yield server, open_forge(one, http), slept


def render(text: str) -> Callable[[int], str]:
    return lambda limit: f"{MARKER}\n{text}"[:limit]


def note(server: Server, text: str, who: Any = ME) -> None:
    server._add(server.notes.setdefault(5, []), {"body": text}, who)


def test_the_first_text_is_a_new_note_and_the_next_one_takes_its_place(opened: Opened):
    server, forge, _ = opened
    post_note(forge, 5, MARKER, render("first"))
    post_note(forge, 5, MARKER, render("second"))

    assert server.texts(5) == [f"{MARKER}\nsecond"]


def test_the_note_is_found_on_a_later_page(opened: Opened):
    server, forge, _ = opened
    for number in range(7):
        server.somebody_says(5, f"comment {number}")
    note(server, f"{MARKER}\nold")
    post_note(forge, 5, MARKER, render("new"))

    assert server.texts(5)[7:] == [f"{MARKER}\nnew"]


def test_a_text_that_is_there_already_is_not_sent_again(opened: Opened):
    server, forge, _ = opened
    note(server, f"{MARKER}\nsame")
    post_note(forge, 5, MARKER, render("same"))

    assert server.writes == []


@pytest.mark.parametrize(
    ("text", "who"),
    [
        (f"{OTHER}\ntheirs", ME),
        (f"{MARKER}\nby somebody who wants to change it later", SOMEBODY),
        (f"> {MARKER}\nquoted", ME),
    ],
    ids=["other tenant", "other author", "quoted"],
)
def test_a_note_that_is_not_ours_is_left_alone(opened: Opened, text: str, who: Any):
    server, forge, _ = opened
    note(server, text, who)
    post_note(forge, 5, MARKER, render("ours"))

    assert server.texts(5) == [text, f"{MARKER}\nours"]


def test_a_token_that_may_say_who_it_is_edits_its_own_notes_alone(server: Server):
    server.knows_user = True
    another = {**ME, "login": "other[bot]"}
    note(server, f"{MARKER}\nof another bot", another)
    note(server, f"{MARKER}\nours")
    one = job(server, "github")
    with Http(one.api, headers_of(one), one.token) as http:
        post_note(open_forge(one, http), 5, MARKER, render("new"))

    assert server.texts(5) == [f"{MARKER}\nof another bot", f"{MARKER}\nnew"]


def test_a_text_that_is_too_long_is_sent_shorter(opened: Opened):
    server, forge, _ = opened
    server.longest = 25_000
    post_note(forge, 5, MARKER, render("x" * 100_000))

    assert [len(text) for text in server.texts(5)] == [forge.limit // 6]
    assert len(server.writes) == 3


def test_one_that_is_never_short_enough_is_an_error(opened: Opened):
    server, forge, _ = opened
    server.longest = 10
    with pytest.raises(ForgeError, match=r"422: .*Validation Failed"):
        post_note(forge, 5, MARKER, render("x" * 100))


@pytest.mark.parametrize(
    ("status", "headers", "slept"),
    [
        (429, {"Retry-After": "7"}, [7.0]),
        (403, {"Retry-After": "3"}, [3.0]),
        (403, {"X-RateLimit-Remaining": "0"}, [60.0]),
        (429, {}, [60.0]),
    ],
)
def test_a_rate_limit_is_waited_for(
    opened: Opened, status: int, headers: dict[str, str], slept: list[float]
):
    server, forge, waits = opened
    server.faults.append(Fault("POST", "", status, headers, {"message": "slow down"}))
    post_note(forge, 5, MARKER, render("x"))

    assert waits == slept
    assert server.texts(5) == [f"{MARKER}\nx"]


def test_one_that_takes_too_long_is_not(opened: Opened):
    server, forge, waits = opened
    long = {"Retry-After": str(int(MAX_WAIT) + 1)}
    server.faults.append(Fault("GET", "", 429, long))
    with pytest.raises(ForgeError, match="429"):
        post_note(forge, 5, MARKER, render("x"))

    assert waits == []


def test_a_403_that_is_no_rate_limit_is_not_tried_again(opened: Opened):
    server, forge, waits = opened
    said = {"message": "Resource not accessible by integration"}
    server.faults.append(Fault("POST", "", 403, {}, said))
    with pytest.raises(ForgeError, match="403: Resource not accessible") as caught:
        post_note(forge, 5, MARKER, render("x"))

    assert (waits, caught.value.status) == ([], 403)
    assert len(server.writes) == 1


def test_reads_and_edits_are_tried_again_after_a_5xx(opened: Opened):
    server, forge, waits = opened
    note(server, f"{MARKER}\nold")
    for method in ("GET", "PATCH", "PUT"):
        server.faults.append(Fault(method, "/notes" if method == "PUT" else "", 502))
    post_note(forge, 5, MARKER, render("new"))

    assert server.texts(5) == [f"{MARKER}\nnew"]
    assert waits == [1.0, 1.0]


def test_a_new_note_is_not_sent_twice(opened: Opened):
    server, forge, _ = opened
    server.faults.append(Fault("POST", "", 502))
    with pytest.raises(ForgeError, match="502"):
        post_note(forge, 5, MARKER, render("x"))

    assert len(server.writes) == 1


def test_trouble_that_stays_is_an_error(opened: Opened):
    server, forge, waits = opened
    server.faults += [Fault("GET", "", 500) for _ in range(ATTEMPTS)]
    with pytest.raises(ForgeError, match="500"):
        post_note(forge, 5, MARKER, render("x"))

    assert waits == [1.0, 2.0, 4.0]


def test_no_answer_at_all_is_an_error():
    one = Job("github", "proposal", "http://127.0.0.1:9", "a/b", "T", TOKEN)
    slept: list[float] = []
    with (
        Http(one.api, headers_of(one), one.token, sleep=slept.append) as http,
        pytest.raises(ForgeError, match="ConnectError"),
    ):
        post_note(open_forge(one, http), 5, MARKER, render("x"))

    assert len(slept) == ATTEMPTS - 1


@pytest.mark.parametrize("which", ["github", "gitlab"])
def test_the_token_is_in_no_message(server: Server, which: str):
    one = job(server, which, "wrong-token-99")
    with (
        Http(one.api, headers_of(one), one.token) as http,
        pytest.raises(ForgeError, match="401: Bad credentials") as caught,
    ):
        post_note(open_forge(one, http), 5, MARKER, render("x"))

    assert "wrong-token-99" not in f"{caught.value} {http!r} {one!r}"


@pytest.mark.parametrize(
    "link",
    [
        '<http://127.0.0.1:9/evil>; rel="next"',
        '<{url}.evil.example/x>; rel="next"',
    ],
)
def test_a_next_page_elsewhere_is_not_asked_for(opened: Opened, link: str):
    server, forge, _ = opened
    said = link.format(url=f"{server.url}/api")
    server.faults.append(Fault("GET", "", 200, {"Link": said}, []))
    with pytest.raises(ForgeError, match="on another machine"):
        post_note(forge, 5, MARKER, render("x"))


@pytest.mark.parametrize(
    "url",
    ["http://api.github.example", "ftp://127.0.0.1", "https://u:p@github.example", ""],
)
def test_the_token_is_sent_to_https_alone(url: str):
    with pytest.raises(ForgeError, match="not https"):
        Http(url, {}, TOKEN)


def test_a_redirect_is_not_followed(opened: Opened):
    server, forge, _ = opened
    there = {"Location": f"{server.url}/elsewhere"}
    server.faults.append(Fault("GET", "", 301, there))
    with pytest.raises(ForgeError, match="301"):
        post_note(forge, 5, MARKER, render("x"))

    assert len(server.requests) == 1


# --- the issue about drift ---------------------------------------------------------


def test_there_is_one_issue_which_is_opened_changed_and_closed(opened: Opened):
    server, forge, _ = opened
    server._add(server.issues, {"title": "A bug", "body": MARKER[:-4]}, SOMEBODY)
    for number in range(4):
        server._add(server.issues, {"title": f"Bug {number}", "body": "x"}, SOMEBODY)

    def say(text: str | None) -> list[tuple[str, str]]:
        post_issue(forge, MARKER, "Drift", render(text) if text else None, "Gone.")
        return [
            (one["state"], one.get("description") or one["body"])
            for one in server.issues[5:]
        ]

    assert say(None) == []
    assert say("one") == [("open", f"{MARKER}\none")]
    assert say("two") == [("open", f"{MARKER}\ntwo")]
    (closed,) = say(None)
    assert closed[0] == "closed"
    assert len(server.open_issues()) == 5
    assert ("open", f"{MARKER}\nthree") in say("three")


def test_a_pull_request_is_no_issue(server: Server):
    row = {"title": "x", "body": f"{MARKER}\nx", "pull_request": {}}
    server._add(server.issues, row, ME)
    one = job(server, "github")
    with Http(one.api, headers_of(one), one.token) as http:
        post_issue(open_forge(one, http), MARKER, "Drift", None, "Gone.")

    assert server.writes == []


def test_the_proposals_of_a_commit_are_those_that_were_merged(opened: Opened):
    server, forge, _ = opened
    server.merged["abc"] = [5, 6, 7]

    assert forge.merged_with("abc") == [5, 6, 7]


# --- which job this is -------------------------------------------------------------

SHA, HEAD = "a" * 40, "b" * 40
GITHUB = {
    "GITHUB_ACTIONS": "true",
    "GITHUB_EVENT_NAME": "pull_request",
    "GITHUB_REPOSITORY": "sunrise/catalog",
    "GITHUB_SERVER_URL": "https://github.com",
    "GITHUB_BASE_REF": "main",
    "GITHUB_SHA": SHA,
    "GITHUB_RUN_ID": "118",
    "GITHUB_TOKEN": TOKEN,
}
GITLAB = {
    "GITLAB_CI": "true",
    "CI_API_V4_URL": "https://gitlab.example/api/v4",
    "CI_PIPELINE_SOURCE": "merge_request_event",
    "CI_PROJECT_ID": "8",
    "CI_MERGE_REQUEST_PROJECT_ID": "7",
    "CI_MERGE_REQUEST_IID": "5",
    "CI_PROJECT_URL": "https://gitlab.example/fork/catalog",
    "CI_MERGE_REQUEST_PROJECT_URL": "https://gitlab.example/sunrise/catalog",
    "CI_MERGE_REQUEST_TARGET_BRANCH_NAME": "main",
    "CI_COMMIT_SHA": SHA,
    "CI_DEFAULT_BRANCH": "main",
}
EVENT = {"pull_request": {"number": 5, "head": {"sha": HEAD}, "base": {"sha": SHA}}}


def test_a_pull_request():
    found = job_of(GITHUB, EVENT)

    assert found is not None
    assert (found.event, found.project, found.proposal) == (
        "proposal",
        "sunrise/catalog",
        5,
    )
    assert (found.commit, found.bases) == (HEAD, ("origin/main", "main", SHA))
    assert found.proposal_url == "https://github.com/sunrise/catalog/pull/5"
    assert found.run_url == "https://github.com/sunrise/catalog/actions/runs/118"


def test_a_merge_request_of_a_fork_is_where_it_is_discussed():
    found = job_of(GITLAB, {})

    assert found is not None
    assert (found.event, found.project, found.proposal) == ("proposal", "7", 5)
    assert found.proposal_url.startswith("https://gitlab.example/sunrise/")
    assert found.repository_url.endswith("/fork/catalog")


@pytest.mark.parametrize(
    ("env", "event"),
    [
        ({**GITHUB, "GITHUB_EVENT_NAME": "push"}, "merge"),
        ({**GITHUB, "GITHUB_EVENT_NAME": "schedule"}, "schedule"),
        ({**GITHUB, "GITHUB_EVENT_NAME": "workflow_dispatch"}, "other"),
        ({**GITLAB, "CI_PIPELINE_SOURCE": "schedule"}, "schedule"),
        ({**GITLAB, "CI_PIPELINE_SOURCE": "push", "CI_COMMIT_BRANCH": "main"}, "merge"),
        ({**GITLAB, "CI_PIPELINE_SOURCE": "push", "CI_COMMIT_BRANCH": "x"}, "other"),
    ],
)
def test_what_makes_a_job_run(env: dict[str, str], event: str):
    found = job_of(env, {})

    assert found is not None
    assert (found.event, found.proposal) == (event, None)


@pytest.mark.parametrize(
    "event", [{}, {"pull_request": []}, {"pull_request": {"number": "5;x"}}]
)
def test_an_event_that_is_not_as_described_is_no_proposal(event: dict[str, Any]):
    found = job_of({**GITHUB, "GITHUB_REPOSITORY": "a/../../b"}, event)

    assert found is not None
    assert (found.proposal, found.project) == (None, "")


def test_elsewhere_there_is_no_job():
    assert job_of({"CI": "true"}, {}) is None
