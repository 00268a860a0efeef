"""What an answer of Traede says: its JSON, its error texts, how long to wait.

Pure, and tolerant: an error may be Heimdal's list, Laravel's map, a proxy's HTML page,
plain text or nothing. Numbers stay exact decimals in both directions.
"""

from __future__ import annotations

import html
import json
import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from email.utils import parsedate_to_datetime
from typing import Any, Literal

Outcome = Literal["accepted", "refused", "unknown"]

MAX_WORDS = 20
MAX_WORD_LENGTH = 300
_NO_HEADERS: Mapping[str, str] = {}


@dataclass(frozen=True, slots=True)
class Answer:
    """One HTTP answer, its body decoded: JSON, else text, else None when empty."""

    status: int
    body: Any = field(default=None, repr=False)
    headers: Mapping[str, str] = field(default_factory=lambda: _NO_HEADERS, repr=False)
    """Names in lower case."""
    attempts: int = 1
    """How many requests it took."""

    @property
    def ok(self) -> bool:
        """Whether Traede did what was asked, as far as it says."""
        return 200 <= self.status < 300 and not says_error(self.body)


@dataclass(frozen=True, slots=True)
class Reply:
    """What became of a write. Only `accepted` and `refused` are Traede's word for it.

    `unknown`: it may or may not have been written; read before sending it again.
    A refused batch may still have landed in part: nothing says that it is atomic.
    """

    outcome: Outcome
    status: int | None = None
    body: Any = field(default=None, repr=False)
    words: tuple[str, ...] = ()
    """Traede's own messages, or why nothing is known."""
    codes: tuple[int, ...] = ()
    retry_after: float | None = None


def judge(answer: Answer) -> Outcome:
    """What the answer to a write means for what was written."""
    if 200 <= answer.status < 300:
        if says_error(answer.body):
            return "refused"
        # A page of HTML is the word of a proxy or a login, not of the API.
        return "unknown" if _is_html(answer.body) else "accepted"
    if 400 <= answer.status < 500 and answer.status not in (408, 425, 429):
        return "refused"
    return "unknown"


def says_error(body: Any) -> bool:
    """Whether a body reports a failure; old Heimdal did so with status 200."""
    if not isinstance(body, dict):
        return False
    status = body.get("status")
    return bool(
        body.get("errors")
        or body.get("error")
        or (isinstance(status, str) and status.lower() == "error")
    )


def error_words(body: Any, secrets: Sequence[str] = ()) -> tuple[str, ...]:
    """The messages in an error body, fit to be printed; without the secrets."""
    if isinstance(body, str):
        body = _without(secrets, body)  # before anything is cut off, a secret halved
        found: Iterable[Any] = [_html_text(body) if _is_html(body) else body]
    else:
        found = _messages(body)
    words = dict.fromkeys(clean(str(text), secrets) for text in found)
    return tuple(word for word in words if word)[:MAX_WORDS]


def error_codes(body: Any) -> tuple[int, ...]:
    """The codes in an error body: numbers, or text of digits, each once."""
    codes: dict[int, None] = {}
    for entry in _entries(body):
        code = whole_number(entry.get("code"))
        if code is not None:
            codes[code] = None
    return tuple(codes)


def retry_after(headers: Mapping[str, str]) -> float | None:
    """The seconds that Traede asks to wait, by `Retry-After` or the reset header.

    A point in time is taken relative to the answer's own `Date`, so that no clock
    needs to be right here.
    """
    told = headers.get("retry-after", "").strip()
    if re.fullmatch(r"[0-9]{1,9}(\.[0-9]{1,9})?", told):
        return float(told)
    date = _instant(headers.get("date", ""))
    until = _instant(told)
    reset = whole_number(headers.get("x-ratelimit-reset", "").strip())
    if until is None and reset is not None and reset < 2**40:
        if reset < 10**8:  # a span, not an instant: some send it so
            return float(reset)
        until = float(reset)
    return None if date is None or until is None else max(0.0, until - date)


def decode(content: bytes, content_type: str = "") -> Any:
    """The body as JSON, else as text, else None; ValueError for broken JSON."""
    if not content.strip():
        return None
    if "json" not in content_type.lower() and content.lstrip()[:1] not in b"{[":
        return content.decode(errors="replace")
    try:
        return json.loads(
            content.decode("utf-8-sig"), parse_float=Decimal, parse_constant=_refuse
        )
    except (RecursionError, ArithmeticError) as error:
        raise ValueError(f"JSON that no one means: {type(error).__name__}") from None


def encode(value: Any) -> bytes:
    """JSON with every decimal digit as given; a binary float is refused."""
    return "".join(_encode(value)).encode("ascii")


def whole_id(row: Any) -> int | None:
    """The numeric id of a row, which may come as text."""
    return whole_number(row.get("id")) if isinstance(row, dict) else None


def whole_number(value: Any) -> int | None:
    """A number without a fraction, which may come as text of digits."""
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    digits = isinstance(value, str) and len(value) <= 20 and value.isascii()
    return int(value) if digits and value.isdigit() else None


def shape(body: Any, secrets: Sequence[str] = ()) -> str:
    """What a body is, without the values in it, which may be personal."""
    if body is None:
        return "an empty body"
    if isinstance(body, dict):
        keys = ", ".join(str(key) for key in list(body)[:8]) or "none"
        return clean(f"an object with the keys: {keys}", secrets)
    if isinstance(body, list):
        return f"a list of {len(body)}"
    if isinstance(body, str):
        kind = "HTML" if _is_html(body) else "text"
        said = " ".join(error_words(body, secrets))[:120]
        return f"{kind}: {said}"
    return f"a bare {type(body).__name__}"


def clean(text: str, secrets: Sequence[str] = ()) -> str:
    """Text from outside on one line: no control characters, no secret, not long."""
    text = _without(secrets, text)[: 20 * MAX_WORD_LENGTH]
    # Besides controls this takes direction marks, zero-width and half characters.
    plain = "".join(" " if unicodedata.category(c)[0] == "C" else c for c in text)
    plain = " ".join(plain.split())
    return (
        plain if len(plain) <= MAX_WORD_LENGTH else plain[: MAX_WORD_LENGTH - 1] + "…"
    )


def _without(secrets: Sequence[str], text: str) -> str:
    for secret in secrets:
        if len(secret) >= 6:  # shorter ones are no secrets, and in many words
            text = text.replace(secret, "•••")
    return text


def _entries(body: Any) -> Iterator[dict[str, Any]]:
    """Every mapping in which a message or a code may stand."""
    if isinstance(body, list):
        yield from (entry for entry in body if isinstance(entry, dict))
    if isinstance(body, dict):
        errors = body.get("errors")
        if isinstance(errors, list):
            yield from (entry for entry in errors if isinstance(entry, dict))
        if isinstance(body.get("error"), dict):
            yield body["error"]
        yield body


def _messages(body: Any) -> Iterator[Any]:
    for entry in _entries(body):
        told = [entry.get(name) for name in ("detail", "message", "title", "error")]
        yield from [text for text in told if isinstance(text, str) and text][:1]
    if not isinstance(body, dict):
        return
    errors = body.get("errors")
    if isinstance(errors, dict):
        for name, texts in errors.items():
            for text in texts if isinstance(texts, list) else [texts]:
                yield f"{name}: {text}"
    elif isinstance(errors, list):
        yield from (text for text in errors if isinstance(text, str))
    elif isinstance(errors, str):
        yield errors
    missing = body.get("missing_permissions")
    for entry in missing if isinstance(missing, list) else ():
        name = entry.get("permission") if isinstance(entry, dict) else entry
        yield f"missing permission: {name}"


def _instant(text: str) -> float | None:
    try:
        when: datetime = parsedate_to_datetime(text)
        return (when if when.tzinfo else when.replace(tzinfo=UTC)).timestamp()
    except (ValueError, TypeError, IndexError, OverflowError):
        return None


def _is_html(body: Any) -> bool:
    if not isinstance(body, str):
        return False
    head = body[:500].lstrip("\ufeff \t\r\n").lower()
    return head.startswith("<") and ("<!doctype" in head or "<html" in head)


def _html_text(text: str) -> str:
    text = text[:20_000]
    title = re.search(r"<title[^<>]*>([^<]*)", text, re.IGNORECASE)
    if title is not None and title[1].strip():
        return html.unescape(title[1])
    return html.unescape(re.sub(r"<[^<>]*>", " ", text))


def _refuse(constant: str) -> Any:
    raise ValueError(f"{constant} is no JSON")


def _encode(value: Any) -> Iterator[str]:
    if value is None or isinstance(value, bool | str):
        yield json.dumps(value)
    elif isinstance(value, int):
        yield int.__repr__(value)
    elif isinstance(value, Decimal):
        yield _number(value)
    elif isinstance(value, Mapping):
        yield "{"
        for n, (key, member) in enumerate(value.items()):
            if not isinstance(key, str):
                raise TypeError(f"a key of a JSON object is text, not {key!r}")
            yield f"{',' if n else ''}{json.dumps(key)}:"
            yield from _encode(member)
        yield "}"
    elif isinstance(value, list | tuple):
        yield "["
        for n, member in enumerate(value):
            if n:
                yield ","
            yield from _encode(member)
        yield "]"
    else:
        raise TypeError(f"{type(value).__name__} has no exact JSON form")


def _number(value: Decimal) -> str:
    if not value.is_finite():
        raise ValueError(f"{value} is no JSON number")
    # Beyond 30 places the form with an exponent, which is JSON too: same digits.
    return f"{value:f}" if abs(value.adjusted()) <= 30 else str(value)
