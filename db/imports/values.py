"""From the cells of a row to a value: columns, texts made of them, translated words, and conditions on them."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from fnmatch import translate
from string import Formatter
from typing import Any

from db.imports.spec import Test, Value
from db.imports.words import Parse, key_of, shown

Cells = Sequence[str | None]
Read = Callable[[Cells], Any]
Holds = Callable[[Cells], bool]


def template_columns(template: str) -> list[tuple[str, str | None, int | None]]:
    """The parts of a text with ``{column}`` or ``{column:.8}`` (its first 8 characters) in it.

    Each part is the literal before it, the column and the number of characters; raises ``ValueError``.
    """
    parts: list[tuple[str, str | None, int | None]] = []
    for literal, column, cut, conversion in Formatter().parse(template):
        if conversion or (cut and not re.fullmatch(r"\.\d{1,4}", cut)):
            raise ValueError("a column in a text is written {column} or {column:.8}")
        parts.append((literal, column, int(cut[1:]) if cut else None))
    return parts


def columns_of(value: Value) -> list[str]:
    """The columns of the value's own file that it is made of."""
    if value.first is not None:
        return list(dict.fromkeys(column for part in value.first for column in columns_of(part)))
    if value.source is not None:
        return [value.is_ or value.where or ""]
    if value.column is not None:
        return [value.column]
    return [column for _, column, _ in template_columns(value.text or "") if column is not None]


class Row:
    """Where the columns of a file's rows are, and which words there mean "no value"."""

    def __init__(self, header: Sequence[str], nulls: Sequence[str]) -> None:
        self._header = header
        self._nulls = frozenset([*nulls, None])

    def word(self, column: str) -> Callable[[Cells], str | None]:
        """The word in ``column``, None where it has no value: as in an optional column that is not there."""
        if column not in self._header:
            return lambda cells: None
        index, nulls = self._header.index(column), self._nulls
        return lambda cells: None if (word := cells[index]) in nulls else word

    def reader(self, value: Value, parse: Parse) -> Read:
        """How ``value``, a column or a text, is read from the cells of a row; None where a column has no value."""
        shaped, nulls = _shaped(value, parse), self._nulls
        if value.column in self._header:
            index = self._header.index(value.column)
            return lambda cells: None if (word := cells[index]) is None or word in nulls else shaped(word)
        word_of = self.word(value.column) if value.column is not None else self._text(value.text or "")
        return lambda cells: None if (word := word_of(cells)) is None else shaped(word)

    def _text(self, template: str) -> Callable[[Cells], str | None]:
        parts = [
            (literal, None if column is None else self.word(column), cut)
            for literal, column, cut in template_columns(template)
        ]

        def text(cells: Cells) -> str | None:
            words = []
            for literal, word_of, cut in parts:
                words.append(literal)
                if word_of is not None:
                    if (word := word_of(cells)) is None:
                        return None
                    words.append(word[:cut])
            return "".join(words)

        return text

    def condition(self, when: Mapping[str, Test], unless: Mapping[str, Test]) -> Holds | None:
        """Whether a row is one of those meant; None where all are."""
        wanted = [(self.word(column), _passes(test)) for column, test in when.items()]
        unwanted = [(self.word(column), _passes(test)) for column, test in unless.items()]
        if not wanted and not unwanted:
            return None
        return lambda cells: (
            all(passes(word_of(cells)) for word_of, passes in wanted)
            and not any(passes(word_of(cells)) for word_of, passes in unwanted)
        )


def _passes(test: Test) -> Callable[[str | None], bool]:
    if isinstance(test, bool):
        return lambda word: (word is not None) is test
    words = frozenset(test)
    return lambda word: word in words


def _shaped(value: Value, parse: Parse) -> Parse:
    """What becomes of a word: translated, made a key, and parsed; None where it is not of the shape."""
    if value.like is not None:
        fits, shaped_too = (
            re.compile(translate(value.like)).match,
            _shaped(value.model_copy(update={"like": None}), parse),
        )
        return lambda word: shaped_too(word) if fits(word) else None
    words, otherwise = value.words, value.otherwise

    def key(word: str) -> Any:
        return parse(key_of(word))

    shaped = key if value.form else parse

    def translated(word: str) -> Any:
        meaning = (words or {}).get(word, otherwise)
        if meaning is None:
            raise ValueError(f"{shown(word)} is none of {', '.join(words or {})}")
        return shaped(meaning)

    return shaped if words is None else translated


def first_of(reads: Sequence[Read]) -> Read:
    """The first that has a value."""

    def read(cells: Cells) -> Any:
        return next((found for each in reads if (found := each(cells)) is not None), None)

    return reads[0] if len(reads) == 1 else read


def only_where(holds: Holds, read: Read, *, needed: bool) -> Read:
    """``read`` in the rows in which the condition holds; a ``needed`` value must be there then."""

    def read_there(cells: Cells) -> Any:
        if not holds(cells):
            return None
        found = read(cells)
        if needed and found is None:
            raise ValueError("is empty, but needed")
        return found

    return read_there
