"""A statement that forgets the tenant filter of one of its tables is refused before it is ever sent."""

from __future__ import annotations

import pytest
from sqlalchemy import exists, select

from db.models import Account, Lead, Workspace
from resolvers.compiler.tenancy import WORKSPACE, in_workspace, open_table, table_of, verify


def test_a_statement_with_all_filters_passes() -> None:
    lead, account = open_table(Lead), open_table(Account)
    joined = select(lead.c.id).join_from(lead, account, account.c.id == lead.c.account_id)
    verify(joined.where(in_workspace(lead, account)))


def test_a_missing_filter_is_named() -> None:
    lead, account = open_table(Lead), open_table(Account)
    joined = select(lead.c.id).join_from(lead, account, account.c.id == lead.c.account_id)
    with pytest.raises(AssertionError, match=r"read without a tenant filter: account$"):
        verify(joined.where(in_workspace(lead)))


def test_equality_to_another_tables_workspace_is_not_enough() -> None:
    lead, account = open_table(Lead), open_table(Account)
    same = account.c.workspace_id == lead.c.workspace_id
    joined = select(lead.c.id).join_from(lead, account, (account.c.id == lead.c.account_id) & same)
    with pytest.raises(AssertionError, match=r"read without a tenant filter: account$"):
        verify(joined.where(in_workspace(lead)))


def test_filters_of_subqueries_are_asked_for_too() -> None:
    lead, account = open_table(Lead), open_table(Account)
    inner = exists().where(account.c.id == lead.c.account_id)
    with pytest.raises(AssertionError, match=r"read without a tenant filter: account$"):
        verify(select(lead.c.id).where(in_workspace(lead), inner))


def test_each_use_of_a_table_needs_its_own_filter() -> None:
    first, second = open_table(Lead), open_table(Lead)
    with pytest.raises(AssertionError, match=r"read without a tenant filter: lead$"):
        verify(select(first.c.id, second.c.id).where(in_workspace(first)))


def test_a_table_without_an_alias_is_refused() -> None:
    lead = table_of(Lead)
    with pytest.raises(AssertionError, match="lead is read without an alias"):
        verify(select(lead.c.id).where(lead.c.workspace_id == WORKSPACE))


def test_a_workspace_is_its_own_tenant() -> None:
    workspace = open_table(Workspace)
    verify(select(workspace.c.name).where(in_workspace(workspace)))
    with pytest.raises(AssertionError, match=r"read without a tenant filter: workspace$"):
        verify(select(workspace.c.name))
