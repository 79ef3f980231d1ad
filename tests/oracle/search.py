"""Search by its definition: every word of every entity is looked at, and words are made with Python's own Unicode."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from random import Random
from typing import Any, TypeAlias
from uuid import UUID

from tests.oracle.rows import Row, World

FIELDS: Mapping[str, Mapping[str, int]] = {
    "account": {"name": 4, "domain": 2},
    "campaign": {"name": 4, "objective": 1},
    "contact": {"name": 4, "email": 2, "title": 1},
    "content_asset": {"title": 4},
    "glossary_term": {"name": 4, "key": 4},
    "lead": {"name": 4, "company": 3, "email": 2, "title": 1},
    "opportunity": {"name": 4},
    "persona": {"name": 4, "job_titles": 1},
}
"""What is searched, and what a word there is worth; a whole word is worth 5 more than the beginning of one."""

_LETTERS = {"ø": "o", "ł": "l", "đ": "d", "ð": "d", "ħ": "h", "ŧ": "t", "\u0131": "i", "æ": "ae", "œ": "oe", "þ": "th"}
_CONTROLS_THAT_ARE_SPACE = "\t\n\v\f\r\x85"

Terms: TypeAlias = Mapping[str, int]
"""The words of an entity, and what each is worth."""


def words(text: str) -> list[str]:
    """The words of a text. Vowel signs of scripts that write them as marks are not told from other marks here."""
    folded = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", text).casefold())
    spelled = "".join(_LETTERS.get(character, character) for character in folded)
    return [word[:64] for word in "".join(map(_kept, spelled)).split(" ") if word]


def _kept(character: str) -> str:
    kind = unicodedata.category(character)
    if kind[0] in "PSZ" or character in _CONTROLS_THAT_ARE_SPACE:
        return " "
    return character if kind[0] == "L" or kind in ("Nd", "Nl") else ""


@lru_cache(maxsize=2)
def index(world: World) -> Mapping[tuple[str, UUID], Terms]:
    """The words of all entities, by their tables and ids."""
    return {(table, row["id"]): _terms(table, row) for table in FIELDS for row in world.tables[table]}


def _terms(table: str, row: Row) -> Terms:
    terms: dict[str, int] = {}
    for field, weight in FIELDS[table].items():
        for word in words(text_of(row[field])):
            terms[word] = max(weight, terms.get(word, 0))
    return terms


def text_of(value: Any) -> str:
    """The text of a field, or of a list of texts."""
    return " ".join(value) if isinstance(value, list) else value or ""


def search(world: World, arguments: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The best entities for a text, as ``SearchResult`` has them."""
    wanted = words(arguments["text"])
    types = {name.lower() for name in arguments.get("types") or ()} or FIELDS.keys()
    ranks = {key: _rank(wanted, terms) for key, terms in index(world).items() if key[0] in types}
    found = sorted((key for key, rank in ranks.items() if rank), key=lambda key: (-ranks[key], key))
    return [
        {"entity": (_type_name(table), world.get(table, key)), "rank": ranks[table, key]}
        for table, key in found[: arguments["first"]]
    ]


def _rank(wanted: Sequence[str], terms: Terms) -> int:
    """What all words are worth together; 0 if one is not there."""
    *whole, last = wanted
    worth = [_worth(terms, [word], word) for word in whole]
    worth.append(_worth(terms, [term for term in terms if term.startswith(last)], last))
    return sum(worth) if all(worth) else 0


def _worth(terms: Terms, candidates: Iterable[str], word: str) -> int:
    return max((terms[term] + 5 * (term == word) for term in candidates if term in terms), default=0)


def _type_name(table: str) -> str:
    return "".join(part.capitalize() for part in table.split("_"))


def draw(random: Random, world: World) -> str:
    """A text to search for: words of some entity, perhaps cut short, in other letters, or with one that is not there."""
    table = random.choice([table for table in FIELDS if world.tables[table]])
    row = random.choice(world.tables[table])
    given = " ".join(text_of(row[field]) for field in FIELDS[table]).split() or ["a"]
    drawn = random.sample(given, min(len(given), random.randrange(1, 4)))
    if random.randrange(3):
        drawn[-1] = drawn[-1][: random.randrange(1, 5)]
    if not random.randrange(10):
        drawn.insert(0, "nowhere")
    text = random.choice((str, str.upper, str.title))(" ".join(drawn))[:150]
    return text if words(text) else "a"
