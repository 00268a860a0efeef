"""Read one YAML file into nodes that know their place; find all that is wrong.

One loop over the events of ruamel's C parser. A file of people is never an exception:
what cannot be read is a problem with a sentence. Where YAML allows more than a catalog
needs (tags, merge keys, several documents, deep nesting), it is refused.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Any

from _ruamel_yaml import CParser  # type: ignore[import-not-found]  # ruamel's C part
from ruamel.yaml.error import YAMLError
from ruamel.yaml.events import (
    AliasEvent,
    DocumentStartEvent,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    StreamEndEvent,
)

from reconcile.core.problems import Fix, Location, Problem
from reconcile.core.traps import (
    Bare,
    anchor_trap,
    comma_traps,
    comment_trap,
    in_quotes,
    key_traps,
    quoted,
)
from reconcile.core.yamlerrors import explain
from reconcile.core.yamlnodes import (
    Mapping,
    Node,
    Scalar,
    Sequence,
    Source,
    Style,
    find,
    find_key,
    to_plain,
)

__all__ = [
    "Mapping",
    "Node",
    "Parsed",
    "Scalar",
    "Sequence",
    "Source",
    "find",
    "find_key",
    "parse",
    "to_plain",
]

MAX_BYTES = 5_000_000
MAX_DEPTH = 50
MAX_EXPANDED = 10_000
"""Nodes that aliases may add to one file."""

_STYLES: dict[str | None, Style] = {
    None: "plain",
    "": "plain",
    "'": "single",
    '"': "double",
    "|": "literal",
    ">": "folded",
}
# Controls, line ends that only some readers know, and marks that turn text around.
_REFUSED = (
    "\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ufeff\ufffe\uffff"
)
_BAD = re.compile(f"[{_REFUSED}\ud800-\udfff]+")
_BAD_ESCAPED = re.compile(f"[{_REFUSED}\r\ud800-\udfff]")
_CUT = re.compile(r"(?<=\S)[ \t]+(#[^\s#][^\r\n]*)")
_EXPLICIT_KEY = re.compile(r"(?:^|[\s{\[,])\?\s", re.MULTILINE)
_PROPERTIES = re.compile(r"(?:[&!]\S*|#[^\r\n]*|\s+)+")
_FLOW_ITEM = re.compile(r"[^\r\n,\]}]*")
_LINE = re.compile(r"[^\r\n]*")
_UTF16 = (b"\xff\xfe", b"\xfe\xff")


_Mistake = tuple[str, str]
"""Rule and message."""


@dataclass(frozen=True, slots=True)
class Parsed:
    root: Node | None
    """None for an empty file, and where the YAML cannot be read to its end."""
    problems: list[Problem]


def parse(text: str | bytes, file: str) -> Parsed:
    if len(text) > MAX_BYTES:
        message = (
            f"this file has {len(text) / 1_000_000:.1f} MB, the limit is "
            f"{MAX_BYTES // 1_000_000}. Write one file for each style"
        )
        return Parsed(None, [Problem(Location(file, 1, 1), "file-too-large", message)])
    if isinstance(text, bytes):
        if text.startswith(_UTF16):
            message = "this file is UTF-16. Save it again with the encoding UTF-8"
            return Parsed(None, [Problem(Location(file, 1, 1), "not-utf8", message)])
        # A byte that is not UTF-8 becomes a surrogate, which keeps its place.
        text = text.decode("utf-8", "surrogateescape")
    source = Source(file, text.removeprefix("\ufeff"))
    return _Reader(source).read()


class _StopReading(Exception):
    """The problem is noted, and nothing behind it can be trusted."""


class _Open:
    """The value of an anchor whose node is not closed yet."""


_OPEN = _Open()


class _Reader:
    def __init__(self, source: Source) -> None:
        self.source = source
        self.text = source.text
        self.problems: list[Problem] = []
        self.anchors: dict[str, Node | _Open] = {}
        self.named_scalars: list[tuple[str, Scalar, int]] = []
        self.aliases_used: set[str] = set()
        self.sizes: dict[int, tuple[int, int]] = {}
        self.expanded = 0
        self.said_until = -1
        """Where the last problem ends: what stops the parser there follows from it."""
        self.flow = 0
        self.cuts = {m.start(): m.start(1) for m in _CUT.finditer(self.text)}
        self.good_keys: set[str] = set()
        """Plain keys seen before; most are the same few names again."""
        self.odd_keys: dict[int, Problem] = {}
        """Keys that look like numbers or dates, by where they start."""
        self.escapes = "\\" in self.text
        self.explicit_keys = _EXPLICIT_KEY.search(self.text) is not None

    def read(self) -> Parsed:
        root: Node | None = None
        # The stand-in has the same length, so that all places stay right.
        readable = _BAD.sub(self._bad_characters, self.text)
        self.said_until = -1
        self.next = CParser(readable).get_event
        try:
            root = self._documents()
            self._unused_anchors()
            self.problems += self.odd_keys.values()
        except _StopReading:
            root = None
        except YAMLError as error:
            self._parser_error(error)
        self.problems.sort(key=lambda problem: (problem.where, problem.rule))
        return Parsed(root, self.problems)

    # documents

    def _documents(self) -> Node | None:
        self.next()  # the start of the stream
        event = self.next()
        if type(event) is StreamEndEvent:
            return None
        self._directives(event)
        root = self._node(self.next(), 1)
        self.next()  # the end of the document
        event = self.next()
        if type(event) is DocumentStartEvent:
            start = event.start_mark.index
            self._problem(
                start,
                start + 3,
                "several-documents",
                '"---" begins a second document, which would be lost. '
                "Remove this line, or write a second file",
            )
        return root

    def _directives(self, event: Any) -> None:
        if event.version or event.tags:
            start = self.text.find("%")
            self._problem(
                start,
                None,
                "yaml-directive",
                'a line that begins with "%" is an order to the YAML reader. '
                "Remove this line",
            )

    # nodes

    def _node(self, event: Any, depth: int) -> Node:
        kind = type(event)
        if kind is ScalarEvent:
            return self._scalar(event)
        if kind is AliasEvent:
            return self._alias(event, depth)
        if depth > MAX_DEPTH:
            start = event.start_mark.index
            self._problem(
                start,
                start + 1,
                "too-deep",
                f"this is nested more than {MAX_DEPTH} levels deep. "
                "Write it flatter; no field of a catalog needs this",
            )
            raise _StopReading
        read = self._mapping if kind is MappingStartEvent else self._sequence
        name = event.anchor
        if name is None:
            return read(event, depth)
        self.anchors[name] = _OPEN
        node = self.anchors[name] = read(event, depth)
        return node

    def _scalar(self, event: Any) -> Scalar:
        start = event.start_mark.index
        end = event.end_mark.index
        style = _STYLES[event.style]
        text: str = event.value
        if event.anchor is None and event.ctag is None:
            node = Scalar(self.source, start, end, text, style)
        else:
            content = self._content(event, start, end)
            node = Scalar(self.source, content, end, text, style)
            if event.anchor is not None:
                self.anchors[event.anchor] = node
                self.named_scalars.append((event.anchor, node, start))
        if style == "plain":
            if end in self.cuts:
                self._cut(node)
        elif self.escapes and style == "double" and (bad := _BAD_ESCAPED.search(text)):
            self._bad_escape(node, bad[0])
        return node

    def _sequence(self, event: Any, depth: int) -> Sequence:
        start = self._start(event)
        flow = event.flow_style
        self.flow += flow
        items: list[Node] = []
        while type(event := self.next()) is not SequenceEndEvent:
            items.append(self._node(event, depth + 1))
        self.flow -= flow
        return Sequence(self.source, start, event.end_mark.index, items)

    def _mapping(self, event: Any, depth: int) -> Mapping:
        start = self._start(event)
        flow = event.flow_style
        self.flow += flow
        entries: dict[str, tuple[Scalar, Node]] = {}
        bares: list[Bare] = []
        owner: Scalar | None = None
        before: Node | None = None
        next_event = self.next
        while type(event := next_event()) is not MappingEndEvent:
            key = self._key(event, depth)
            event = next_event()
            value = (
                self._scalar(event)
                if type(event) is ScalarEvent
                else self._node(event, depth + 1)
            )
            if key is None:
                continue
            if flow and value.start == value.end and self._is_bare(key, value):
                bares.append(Bare(key, owner, before))
                self.odd_keys.pop(key.start, None)
                continue
            owner, before = key, value
            if key.text in entries:
                self._duplicate(key, entries[key.text][0])
            else:
                entries[key.text] = (key, value)
        self.flow -= flow
        if bares:
            self.problems += comma_traps(bares)
        return Mapping(self.source, start, event.end_mark.index, entries)

    def _is_bare(self, key: Scalar, value: Node) -> bool:
        """`{a}`; an empty value behind a colon is a value."""
        return isinstance(value, Scalar) and ":" not in self.text[key.end : value.start]

    # keys

    def _key(self, event: Any, depth: int) -> Scalar | None:
        if type(event) is not ScalarEvent:
            self._complex_key(event, depth)
            return None
        key = self._scalar(event)
        if key.text in self.good_keys:
            return key
        explicit = self.explicit_keys and self._is_explicit(key)
        mistake = _key_mistake(key, explicit=explicit)
        if mistake is not None:
            self._problem(key.start, key.end, *mistake)
            return None
        if trap := key_traps(key):
            self.odd_keys[key.start] = trap
            return key
        if key.style == "plain" and not self.explicit_keys:
            self.good_keys.add(key.text)
        return key

    def _complex_key(self, event: Any, depth: int) -> None:
        start = event.start_mark.index
        node = self._node(event, depth + 1)
        end = event.end_mark.index if type(event) is AliasEvent else node.end
        self._problem(
            start,
            end,
            "complex-key",
            "a key is one text, not a list, mapping or reference. Write the key itself",
        )

    def _is_explicit(self, key: Scalar) -> bool:
        return self.text[: key.start].rstrip(" ").endswith("?")

    def _duplicate(self, key: Scalar, first: Scalar) -> None:
        self._problem(
            key.start,
            key.end,
            "duplicate-key",
            f"{quoted(key.text)} is written twice here. Keep one of the two",
            other=first.location,
        )

    # anchors, aliases, tags

    def _start(self, event: Any) -> int:
        start: int = event.start_mark.index
        if event.anchor is None and event.ctag is None:
            return start
        return self._content(event, start, len(self.text))

    def _content(self, event: Any, start: int, end: int) -> int:
        """Where the value begins behind its `&name` and `!tag`."""
        match = _PROPERTIES.match(self.text, start, end)
        content = min(match.end(), end) if match else start
        if event.ctag is not None:
            written = self.text[start:content].rstrip() or self.text[start:end]
            self._problem(
                start,
                start + len(written),
                "yaml-tag",
                '"!" at the start of a value is a YAML tag, which is not used here. '
                f"Remove {written}, or write the text in quotes",
            )
        return content

    def _alias(self, event: Any, depth: int) -> Node:
        start, end = event.start_mark.index, event.end_mark.index
        name: str = event.anchor
        node = self.anchors.get(name)
        self.aliases_used.add(name)
        if node is None:
            text = self._rest(start)
            self._problem(
                start,
                start + len(text),
                "quote-needed",
                f'"*" at the start refers to a value named "&{name}", which is not '
                f"above. Write {quoted(text)}, in quotes",
                # Where the file has names, this may be one of them, mistyped.
                fix=None if self.anchors else in_quotes(text),
            )
            return Scalar(self.source, start, end, f"*{name}", "plain")
        if isinstance(node, _Open):
            self._problem(
                start,
                end,
                "alias-cycle",
                f'"*{name}" stands inside "&{name}" itself, which has no end. '
                "Write the value out",
            )
            raise _StopReading
        size, height = self._measure(node)
        self.expanded += size
        if self.expanded > MAX_EXPANDED or depth - 1 + height > MAX_DEPTH:
            self._problem(
                start,
                end,
                "alias-bomb",
                f"the references of this file stand for more than {MAX_EXPANDED} "
                f"values or {MAX_DEPTH} levels. Write variant_defaults or a template",
            )
            raise _StopReading
        return node

    def _measure(self, node: Node) -> tuple[int, int]:
        """How many nodes, and how many levels, are below and with `node`."""
        if isinstance(node, Scalar):
            return 1, 0
        known = self.sizes.get(id(node))
        if known is None:
            inner = (
                [value for _, value in node.items]
                if isinstance(node, Mapping)
                else node.items
            )
            measured = [self._measure(item) for item in inner]
            known = (
                1 + sum(size for size, _ in measured),
                1 + max((height for _, height in measured), default=0),
            )
            self.sizes[id(node)] = known
        return known

    def _unused_anchors(self) -> None:
        for name, node, start in self.named_scalars:
            if name not in self.aliases_used:
                end = max(node.end, start + 1 + len(name))
                place = self.source.location(start, end)
                trap = anchor_trap(name, node, place)
                self.problems.append(
                    replace(trap, fix=None) if self.aliases_used else trap
                )

    # characters

    def _bad_characters(self, match: re.Match[str]) -> str:
        char = match[0][0]
        if "\ud800" <= char <= "\udfff":
            rule = "not-utf8"
            message = (
                f"this is not UTF-8{_byte(char)}. "
                "Save the file with the encoding UTF-8 and write the letter again"
            )
        else:
            rule = "control-character"
            message = (
                f"here is an invisible control character (U+{ord(char):04X}). Remove it"
            )
        self._problem(match.start(), match.end(), rule, message)
        return "\ufffd" * len(match[0])

    def _bad_escape(self, node: Scalar, char: str) -> None:
        self._problem(
            node.start,
            node.end,
            "control-character",
            f"this text holds a control character (U+{ord(char):04X}). "
            "Write it without its backslash code",
        )

    def _cut(self, node: Scalar) -> None:
        if node.text and not isinstance(node.plain_value(), str):
            return
        mark = self.cuts[node.end]
        line = self.text[mark:].splitlines()[0]
        self.problems.append(
            comment_trap(node, self.source.location(mark), line.rstrip())
        )

    def _rest(self, start: int) -> str:
        """The plain value from `start`, to the end of the line or the flow item."""
        end = _FLOW_ITEM if self.flow else _LINE
        match = end.match(self.text, start)
        return match[0].split(" #")[0].strip() if match else ""

    # problems

    def _problem(
        self,
        start: int,
        end: int | None,
        rule: str,
        message: str,
        *,
        other: Location | None = None,
        fix: str | None = None,
    ) -> None:
        place = self.source.location(start, end)
        instead = None if fix is None else Fix(place, fix)
        self.problems.append(Problem(place, rule, message, other=other, fix=instead))
        self.said_until = start if end is None else end

    def _parser_error(self, error: YAMLError) -> None:
        mark = getattr(error, "problem_mark", None)
        context = getattr(error, "context_mark", None)
        if mark is not None and mark.index <= self.said_until:
            return
        mistake = explain(
            self.text,
            len(self.text) if mark is None else mark.index,
            None if context is None else context.index,
        )
        place = self.source.location(mistake.start, mistake.end)
        self.problems = [p for p in self.problems if not _covers(place, p.where)]
        fix = None if mistake.fix is None else Fix(place, mistake.fix)
        self.problems.append(Problem(place, mistake.rule, mistake.message, fix=fix))


def _key_mistake(key: Scalar, *, explicit: bool) -> _Mistake | None:
    text = key.text
    if explicit:
        return "complex-key", f'"? " is not used here. Write {text}: and its value'
    if "\n" in text or "\n" in key.raw:
        return "line-break-in-key", "this key holds a line break. Write it on one line"
    if not text or (key.style == "plain" and key.plain_value() is None):
        return "empty-key", (
            "this key is empty. Write the name of the field before the colon, "
            "or put it in quotes if it is a text"
        )
    if key.style != "plain":
        return None
    if text == "<<":
        return "merge-key", (
            '"<<" is not used here. Write variant_defaults, '
            "or a template under templates"
        )
    if text != text.strip():
        return "invisible-space", (
            "this key begins or ends with a non-breaking space, as copied from a web "
            f"page or a sheet. Write {text.strip()} with ordinary spaces before it"
        )
    return None


def _covers(outer: Location, inner: Location) -> bool:
    return (
        outer.line == inner.line
        and outer.column <= inner.column
        and inner.column + inner.length <= outer.column + outer.length
    )


def _byte(char: str) -> str:
    code = ord(char) - 0xDC00
    if not 0x80 <= code <= 0xFF:
        return ""
    letter = bytes([code]).decode("cp1252", "replace")
    return f' (in Windows this byte is "{letter}")' if letter.isprintable() else ""
