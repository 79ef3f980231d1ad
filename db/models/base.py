"""What every table shares: tenancy, identity, times and closed lists of values."""

from __future__ import annotations

import enum
from collections.abc import Iterator
from datetime import datetime
from typing import Any, ClassVar
from uuid import UUID

from sqlalchemy import (
    CheckConstraint,
    DateTime,
    ForeignKeyConstraint,
    Index,
    MetaData,
    Text,
    TypeDecorator,
    func,
    text,
)
from sqlalchemy.dialects import postgresql
from sqlalchemy.orm import (
    DeclarativeBase,
    Mapped,
    MappedColumn,
    declared_attr,
    mapped_column,
)


class Base(DeclarativeBase):
    """The declarative base: one metadata, one naming convention, UTC times."""

    metadata = MetaData(
        naming_convention={
            "pk": "pk_%(table_name)s",
            # Every foreign key leads with workspace_id; the last column tells them apart.
            "fk": "fk_%(table_name)s_%(last_column)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "last_column": lambda constraint, _table: list(constraint.column_keys)[-1],
        }
    )
    type_annotation_map: ClassVar[dict[Any, Any]] = {
        str: Text(),
        datetime: DateTime(timezone=True),
        dict[str, Any]: postgresql.JSONB(),
        list[str]: postgresql.ARRAY(Text()),
    }


class Term(enum.StrEnum):
    """An enumeration whose members carry the sentence that the schema shows for them."""

    description: str

    def __new__(cls, value: str, description: str) -> Term:
        member = str.__new__(cls, value)
        member._value_ = value
        member.description = description
        return member


class TermType(TypeDecorator[Term]):
    """A :class:`Term` stored as text: text equality is leakproof, so indexes work under row-level security."""

    impl = Text
    cache_ok = True

    def __init__(self, term: type[Term]) -> None:
        super().__init__()
        self.term = term

    def process_bind_param(self, value: Any, dialect: Any) -> str | None:
        return None if value is None else str(self.term[value])

    def process_result_value(self, value: Any, dialect: Any) -> Term | None:
        return None if value is None else self.term[value]


def term(name: str, kind: type[Term], *, nullable: bool = False, primary_key: bool = False) -> MappedColumn[Any]:
    """The column ``name`` holding one member of ``kind``, guarded by a CHECK constraint."""
    allowed = ", ".join(f"'{member}'" for member in kind)
    return mapped_column(
        name,
        TermType(kind),
        CheckConstraint(f"{name} IN ({allowed})", name=f"{name}_known"),
        nullable=nullable,
        primary_key=primary_key,
    )


class Tenant(Base):
    """A row of one workspace; ``workspace_id`` leads every key, so that tables can be distributed by it."""

    __abstract__ = True
    __append_only__: ClassVar[bool] = False
    """Whether its rows are history: added, never changed or deleted."""
    __derived__: ClassVar[bool] = False
    """Whether its rows follow from those of other tables: they are not exported, but made anew."""

    workspace_id: Mapped[UUID] = mapped_column(primary_key=True, sort_order=-2)

    @declared_attr.directive
    def __table_args__(cls) -> tuple[Any, ...]:
        return (
            ForeignKeyConstraint(["workspace_id"], ["workspace.id"], ondelete="CASCADE"),
            *cls.constraints(),
        )

    @classmethod
    def constraints(cls) -> tuple[Any, ...]:
        """Keys, indexes and checks of the table beyond those every table has."""
        return ()


class Entity(Tenant):
    """A row with an identity of its own: a time-ordered id and the times of its writing.

    ``__prefix__`` begins its public ids.
    """

    __abstract__ = True
    __prefix__: ClassVar[str]

    id: Mapped[UUID] = mapped_column(primary_key=True, server_default=text("uuidv7()"), sort_order=-1)
    created_at: Mapped[datetime] = mapped_column(server_default=func.now(), sort_order=1)
    updated_at: Mapped[datetime] = mapped_column(server_default=func.now(), sort_order=1)


def references(
    column: str, table: str, *, ondelete: str = "RESTRICT", closes_cycle: bool = False
) -> ForeignKeyConstraint:
    """A foreign key to another row of the same workspace; one that ``closes_cycle`` is added after both tables."""
    return ForeignKeyConstraint(
        ["workspace_id", column],
        [f"{table}.workspace_id", f"{table}.id"],
        ondelete=ondelete,
        use_alter=closes_cycle,
    )


def linked(**columns: str) -> Iterator[ForeignKeyConstraint | Index]:
    """For each column a foreign key to a row of the table named, and an index to go the other way."""
    for column, table in columns.items():
        yield references(column, table)
        yield Index(None, "workspace_id", column)


def one_of(*columns: str, name: str) -> CheckConstraint:
    """Exactly one of the columns has a value."""
    return CheckConstraint(f"num_nonnulls({', '.join(columns)}) = 1", name=name)


def money(*amounts: str) -> Iterator[CheckConstraint]:
    """The amounts are in the currency that ``currency_code`` names, which is there where one of them is."""
    yield CheckConstraint(
        f"(num_nonnulls({', '.join(amounts)}) > 0) = (currency_code IS NOT NULL)", name="has_currency"
    )
    yield CheckConstraint("currency_code ~ '^[A-Z]{3}$'", name="currency_code_shape")


def texts() -> MappedColumn[list[str]]:
    """A list of texts, empty where nothing is said."""
    return mapped_column(server_default=text("'{}'"))


class Link(Tenant):
    """Two entities belong together, and nothing more is to be said about it: a row with no identity of its own."""

    __abstract__ = True


def link(near: str, near_table: str, far: str, far_table: str) -> tuple[object, ...]:
    """The constraints of a :class:`Link`: it ends with either of its ends, and is found from both."""
    return (
        references(near, near_table, ondelete="CASCADE"),
        references(far, far_table, ondelete="CASCADE"),
        Index(None, "workspace_id", far, near),
    )
