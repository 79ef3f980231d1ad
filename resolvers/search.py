"""Search: the entities that have every word of a text, the best fit first.

The last word may be unfinished. docs/decisions/0047-search.md has the ranking, and why the statement is as it is.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import CTE, Alias, Integer, Select, Text, and_, case, func, literal_column, select, true
from sqlalchemy.sql.elements import ColumnElement

from db.models import SearchTerm, Term
from db.search import Weight
from resolvers.compiler.arguments import Arguments
from resolvers.compiler.errors import bad_user_input
from resolvers.compiler.json import constant
from resolvers.compiler.tenancy import in_workspace, open_table
from resolvers.compiler.vocabulary import Rows, Source

MAX_LENGTH = 200
MAX_WORDS = 16
_MAX_FOUND = 100
_EXACT = max(Weight) + 1
"""What a whole word is worth above the beginning of one: more than any field."""
_SAMPLE = "10000"
"""How far a word's terms are counted to tell rare words from common ones."""
_LAST_CHARACTER = "chr(1114111)"
"""Behind every word that begins with what stands before it."""


class SearchableType(Term):
    """What can be searched for; a member's name is its table's in capitals."""

    ACCOUNT = "ACCOUNT", "Accounts, by name and domain."
    CAMPAIGN = "CAMPAIGN", "Campaigns, by name and objective."
    CONTACT = "CONTACT", "Contacts, by name, e-mail address and job title."
    CONTENT_ASSET = "CONTENT_ASSET", "Content, by title."
    GLOSSARY_TERM = "GLOSSARY_TERM", "Words of the glossary, by name and key."
    LEAD = "LEAD", "Leads, by name, company, e-mail address and job title."
    OPPORTUNITY = "OPPORTUNITY", "Opportunities, by name."
    PERSONA = "PERSONA", "Personas, by name and job titles."


def found(_root: Source, arguments: Arguments) -> Rows:
    """The entities found, each as its table's name ``entity``, its ``entity_id`` and its ``rank``."""
    size = arguments["first"].literal()
    if not 1 <= size <= _MAX_FOUND:
        raise bad_user_input(f"'first' must be between 1 and {_MAX_FOUND}.")
    text = arguments["text"].bind(Text(), lambda value, _context: _checked(value))
    given = arguments.get("types")
    types: tuple[SearchableType, ...] = given.literal(_chosen) if given is not None else ()
    words = _words(text)
    rarest = _rarest(words)
    hits = _hits(rarest, types)
    rest = _rest(words, rarest, hits)
    rank = (hits.c.score + func.coalesce(rest.c.score, literal_column("0"))).label("rank")
    others = select(func.count() - literal_column("1")).select_from(words).correlate_except(words).scalar_subquery()
    rows = (
        select(hits.c.entity, hits.c.entity_id, rank)
        .select_from(hits.join(rest, true()))
        .where(rest.c.words == others)
        .order_by(rank.desc(), hits.c.entity, hits.c.entity_id)
        .limit(literal_column(str(size)))
        .add_cte(words, rarest, nest_here=True)
    )
    return Rows(rows, estimate=size, refusals=[_refusal(text)])


def _checked(text: str) -> str:
    if len(text) > MAX_LENGTH:
        raise bad_user_input(f"'text' must not be longer than {MAX_LENGTH} characters.")
    return text


def _refusal(text: ColumnElement[str]) -> ColumnElement[str]:
    count = func.cardinality(func.search_words(text))
    return case(
        (count == literal_column("0"), constant("'text' must have a letter or a digit in it.")),
        (count > literal_column(str(MAX_WORDS)), constant(f"'text' must not have more than {MAX_WORDS} words.")),
    )


def _chosen(types: list[SearchableType]) -> tuple[SearchableType, ...]:
    """The types asked for, in one order; an empty list asks for nothing in particular, as leaving it out does."""
    return tuple(type_ for type_ in SearchableType if type_ in types)


def _words(text: ColumnElement[str]) -> CTE:
    """The words of ``text`` by their ``place``, each with the ``first`` and the ``last`` term that it stands for."""
    given = func.unnest(func.search_words(text)).table_valued("word", with_ordinality="place").render_derived()
    word, place = given.c.word.collate("C"), given.c.place
    is_last = place == func.max(place).over()
    last = case((is_last, word.concat(literal_column(_LAST_CHARACTER, Text()))), else_=word)
    # Refusing is part of the statement: what is refused must be cheap to answer all the same.
    bounded = select(place, word.label("first"), last.collate("C").label("last")).limit(literal_column(str(MAX_WORDS)))
    return bounded.cte()


def _rarest(words: CTE) -> CTE:
    """The word with the fewest terms: what has it is looked up, and asked for the other words."""
    term = open_table(SearchTerm)
    some: Select[Any] = select(literal_column("1")).where(in_workspace(term), _stands_for(words, term))
    some = some.correlate_except(term).limit(literal_column(_SAMPLE))
    count = select(func.count()).select_from(some.lateral()).scalar_subquery()
    return select(words).order_by(count, words.c.place).limit(literal_column("1")).cte()


def _hits(rarest: CTE, types: tuple[SearchableType, ...]) -> Any:
    """The entities with the rarest word, and what it is worth to each."""
    term = open_table(SearchTerm)
    conditions = [in_workspace(term), _stands_for(rarest, term)]
    if types:
        conditions.append(term.c.entity.in_([constant(type_.lower()) for type_ in types]))
    score = func.max(_score(rarest, term)).label("score")
    hits: Select[Any] = select(term.c.entity, term.c.entity_id, score).where(*conditions)
    return hits.group_by(term.c.entity, term.c.entity_id).subquery()


def _rest(words: CTE, rarest: CTE, hits: Any) -> Any:
    """How many of the other words a hit has, and what they are worth together."""
    term = open_table(SearchTerm)
    best = (
        select(func.max(_score(words, term)).label("score"))
        .where(
            in_workspace(term),
            term.c.entity == hits.c.entity,
            term.c.entity_id == hits.c.entity_id,
            _stands_for(words, term),
        )
        .correlate(hits, words)
        .lateral()
    )
    others = select(func.sum(best.c.score).label("score"), func.count(best.c.score).label("words"))
    others = others.select_from(words.join(best, true()))
    return others.where(words.c.place != select(rarest.c.place).scalar_subquery()).correlate(hits).lateral()


def _stands_for(words: CTE, term: Alias) -> ColumnElement[bool]:
    return and_(term.c.term >= words.c.first, term.c.term <= words.c.last)


def _score(words: CTE, term: Alias) -> ColumnElement[int]:
    bonus = case((term.c.term == words.c.first, literal_column(str(_EXACT), Integer())), else_=literal_column("0"))
    return term.c.weight + bonus
