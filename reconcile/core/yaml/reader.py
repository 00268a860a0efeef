"""Read one text, once, into nodes that know their place, as far as it can be read.

One loop over the events of ruamel's C parser. What cannot be read is a problem with a
sentence. Where YAML allows more than a catalog needs (tags, merge keys, several
documents, deep nesting), it is refused.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
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

from reconcile.core.problems import Location, Problem
from reconcile.core.yaml.anchors import OPEN, Anchors, Open
from reconcile.core.yaml.chars import BAD, BAD_ESCAPED, bad_characters, bad_escape
from reconcile.core.yaml.conflicts import conflicts
from reconcile.core.yaml.fieldwords import holds_text, not_a_colon
from reconcile.core.yaml.found import Found
from reconcile.core.yaml.keys import key_mistake, typeset_key
from reconcile.core.yaml.mistakes import explain
from reconcile.core.yaml.nodes import (
    Mapping,
    Node,
    Scalar,
    Sequence,
    Source,
    Style,
)
from reconcile.core.yaml.spots import QUOTES, Mistake, owner
from reconcile.core.yaml.traps import (
    Bare,
    comma_traps,
    comment_trap,
    in_quotes,
    key_traps,
    quoted,
)
from reconcile.core.yaml.typography import (
    CURLY,
    curly_commas,
    curly_trap,
    lone_quote_trap,
)

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
_CUT = re.compile(r"(?<=\S)[ \t]+(#[^\s#][^\r\n]*)")
_EXPLICIT_KEY = re.compile(r"(?:^|[\s{\[,])\?\s", re.MULTILINE)
_PROPERTIES = re.compile(r"(?:[&!]\S*|#[^\r\n]*|\s+)+")
_NO_TEXT = re.compile(r":(\s|\Z)|[]}]|\A\*\s*[-*]")
"""A reference with this in it may be a mapping whose bracket is mistyped."""
_FLOW_ITEM = re.compile(r"[^\r\n,\]}]*")
_LINE = re.compile(r"[^\r\n]*")


@dataclass(frozen=True, slots=True)
class Parsed:
    root: Node | None
    """None for an empty file, and where the YAML cannot be read to its end."""
    problems: list[Problem]
    stopped: Location | None = None
    """The mistake that cannot be read on from."""


class _StopReading(Exception):
    """The problem is noted, and nothing behind it can be trusted."""


class _Mistaken(Exception):
    """A mistake that YAML reads over, and nothing behind it can be trusted."""

    def __init__(self, mistake: Mistake) -> None:
        self.mistake = mistake


class Reader:
    """One reading of a text, up to the first mistake that stops it."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self.text = source.text
        self.found = Found(source)
        self.anchors = Anchors()
        self.flow = 0
        self.cuts = {m.start(): m.start(1) for m in _CUT.finditer(self.text)}
        self.good_keys: set[str] = set()
        """Plain keys seen before; most are the same few names again."""
        self.curly = CURLY.search(self.text) is not None
        self.odd_keys: dict[int, Problem] = {}
        """Keys that look like numbers or dates, by where they start."""
        self.escapes = "\\" in self.text
        self.explicit_keys = _EXPLICIT_KEY.search(self.text) is not None

    def read(self) -> Parsed:
        root: Node | None = None
        # The stand-in has the same length, so that all places stay right.
        readable = BAD.sub(self._bad_characters, self.text)
        self.found.until = -1
        self.next = CParser(readable).get_event
        try:
            self._conflicts()
            root = self._documents()
            self.found.problems += self.anchors.unused(self.source)
            self.found.problems += self.odd_keys.values()
        except _StopReading:
            root = None
        except _Mistaken as stop:
            self.found.stop(stop.mistake)
        except YAMLError as error:
            self._parser_error(error)
        self.found.problems.sort(key=lambda problem: (problem.where, problem.rule))
        return Parsed(root, self.found.problems, self.found.stopped)

    def _conflicts(self) -> None:
        for mistake in conflicts(self.text):
            self.found.note(mistake)
            self.found.stopped = self.found.stopped or self.found.problems[-1].where
        if self.found.stopped:
            raise _StopReading

    # documents

    def _documents(self) -> Node | None:
        self.next()  # the start of the stream
        event = self.next()
        if type(event) is StreamEndEvent:
            return None
        self._directives(event)
        root = self._node(self.next(), 1)
        self._not_a_text(root)
        self.next()  # the end of the document
        event = self.next()
        if type(event) is DocumentStartEvent:
            start = event.start_mark.index
            self.found.say(
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
            self.found.say(
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
            self.found.say(
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
        self.anchors.nodes[name] = OPEN
        node = self.anchors.nodes[name] = read(event, depth)
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
                self.anchors.name(event.anchor, node, start)
        if style == "plain":
            if end in self.cuts:
                self._cut(node)
        elif self.escapes and style == "double" and (bad := BAD_ESCAPED.search(text)):
            self.found.note(bad_escape(node.start, node.end, bad[0]))
        return node

    def _sequence(self, event: Any, depth: int) -> Sequence:
        start = self._start(event)
        flow = event.flow_style
        self.flow += flow
        items: list[Node] = []
        while type(event := self.next()) is not SequenceEndEvent:
            item = self._node(event, depth + 1)
            self._not_a_text(item)
            if self.curly and isinstance(item, Scalar):
                item = self._uncurled(None, item)
            items.append(item)
        self.flow -= flow
        for trap in curly_commas(items) if flow and self.curly else ():
            begin = self.source.offset(trap.where)
            mark = begin, begin + trap.where.length
            instead = trap.fix.text if trap.fix else None
            raise _Mistaken(Mistake(*mark, trap.rule, trap.message, instead))
        return Sequence(self.source, start, event.end_mark.index, items)

    def _not_a_text(self, node: Node) -> None:
        """`- sku = A`, where only a mapping can be meant."""
        if not isinstance(node, Scalar) or node.style != "plain":
            return
        if meant := not_a_colon(node.raw):
            over = node.start + meant.start, node.start + meant.end
            mark = over[0], over[0] + len(self.text[slice(*over)].rstrip(" \t"))
            mistake = Mistake(*mark, "no-colon", meant.message, meant.fix, over)
            raise _Mistaken(mistake)

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
                self._not_a_text(key)
                bares.append(Bare(key, owner, before))
                self.odd_keys.pop(key.start, None)
                continue
            if isinstance(value, Scalar):
                if self.curly:
                    value = self._uncurled(key, value)
                if value.text[-1:] in QUOTES and (
                    trap := lone_quote_trap(value, key.text)
                ):
                    value = self._as_meant(value, value.text[:-1], trap)
            owner, before = key, value
            if key.text in entries:
                self._duplicate(key, entries[key.text][0])
            else:
                entries[key.text] = (key, value)
        self.flow -= flow
        if bares:
            self.found.problems += self._commas(bares)
        return Mapping(self.source, start, event.end_mark.index, entries)

    def _commas(self, bares: list[Bare]) -> list[Problem]:
        if self.curly:
            parted = curly_commas([x for b in bares for x in (b.value, b.key) if x])
            if parted:
                return parted
        return comma_traps(bares)

    def _uncurled(self, key: Scalar | None, value: Scalar) -> Scalar:
        trap = curly_trap(value, None if key is None else key.text)
        return value if trap is None else self._as_meant(value, value.text[1:-1], trap)

    def _as_meant(self, value: Scalar, meant: str, trap: Problem) -> Scalar:
        """So that no second sentence is said about a value that will be repaired."""
        self.found.problems.append(trap)
        if trap.fix is None:
            return value
        style: Style = "double" if trap.fix.text.startswith(QUOTES) else "plain"
        return Scalar(value.source, value.start, value.end, meant, style)

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
        mistake = key_mistake(key, explicit=explicit)
        if mistake is not None:
            if mistake.fix is not None:
                raise _Mistaken(mistake)
            self.found.note(mistake)
            return None
        if typeset := typeset_key(key):
            mistake, meant = typeset
            if mistake.rule == "invisible-space" and key.location.column == 1:
                raise _Mistaken(mistake)  # it belongs further in
            self.found.note(mistake)
            return meant
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
        self.found.say(
            start,
            end,
            "complex-key",
            "a key is one text, not a list, mapping or reference. Write the key itself",
        )

    def _is_explicit(self, key: Scalar) -> bool:
        return self.text[: key.start].rstrip(" ").endswith("?")

    def _duplicate(self, key: Scalar, first: Scalar) -> None:
        self.found.say(
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
            self.found.say(
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
        node = self.anchors.use(name)
        if node is None:
            text = self._rest(start)
            odd = _NO_TEXT.search(text) or not holds_text(owner(self.text, start))
            self.found.say(
                start,
                start + len(text),
                "quote-needed",
                f'"*" at the start refers to a value named "&{name}", which is not '
                f"above. Write {quoted(text)}, in quotes",
                # Where the file has names, this may be one of them, mistyped.
                fix=None if self.anchors.nodes or odd else in_quotes(text),
            )
            return Scalar(self.source, start, end, f"*{name}", "plain")
        if isinstance(node, Open):
            self.found.say(
                start,
                end,
                "alias-cycle",
                f'"*{name}" stands inside "&{name}" itself, which has no end. '
                "Write the value out",
            )
            raise _StopReading
        height = self.anchors.height(node)
        if self.anchors.expanded > MAX_EXPANDED or depth - 1 + height > MAX_DEPTH:
            self.found.say(
                start,
                end,
                "alias-bomb",
                f"the references of this file stand for more than {MAX_EXPANDED} "
                f"values or {MAX_DEPTH} levels. Write variant_defaults or a template",
            )
            raise _StopReading
        return node

    # characters

    def _bad_characters(self, match: re.Match[str]) -> str:
        self.found.note(bad_characters(match))
        return "\ufffd" * len(match[0])

    def _cut(self, node: Scalar) -> None:
        if node.text and not isinstance(node.plain_value(), str):
            return
        mark = self.cuts[node.end]
        line = self.text[mark:].splitlines()[0]
        place, field = self.source.location(mark), owner(self.text, node.start)
        self.found.problems.append(comment_trap(node, place, line.rstrip(), field))

    def _rest(self, start: int) -> str:
        """The plain value from `start`, to the end of the line or the flow item."""
        end = _FLOW_ITEM if self.flow else _LINE
        match = end.match(self.text, start)
        return match[0].split(" #")[0].strip() if match else ""

    # where the parser stops

    def _parser_error(self, error: YAMLError) -> None:
        mark = getattr(error, "problem_mark", None)
        context = getattr(error, "context_mark", None)
        if mark is not None and mark.index <= self.found.until:
            self.found.stopped = max(problem.where for problem in self.found.problems)
            return
        mistake = explain(
            self.text,
            len(self.text) if mark is None else mark.index,
            None if context is None else context.index,
        )
        self.found.stop(mistake)
