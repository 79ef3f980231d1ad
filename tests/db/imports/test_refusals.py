"""A map or a file that cannot be used as a whole: the message names the place, and nothing is written."""

from __future__ import annotations

import pytest

from db.imports import ImportRefusedError
from tests.db.imports.support import CRM_MAP, DEALS, LEADS, Desk


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('source = "crm"', "source = crm", "map.toml: not TOML: Invalid value (at line 2, column 10)"),
        ('source = "crm"', "", "map.toml: source: is missing"),
        ('source = "crm"', 'source = "c\\u0000"', "map.toml: contains a NUL character, which PostgreSQL cannot keep"),
        ('name = "leads.csv"', 'encoding = "hex"', "map.toml: [files.leads], encoding: there is no encoding 'hex'"),
        ('name = "leads.csv"', 'columns = { sen = { format = "%d" } }', "[files.leads], columns: leads.csv has no column 'sen'; it has lead, seen, channel, page, email, score, size"),
        ('name = "leads.csv"', 'nam = "leads.csv"', "map.toml: [files.leads], nam: there is no such key"),
        ('name = "leads.csv"', 'encoding = "utf-9"', "map.toml: [files.leads], encoding: there is no encoding 'utf-9'"),
        ('name = "leads.csv"', 'time_zone = "Mars"', "map.toml: [files.leads], time_zone: there is no time zone 'Mars'"),
        ('name = "leads.csv"', 'delimiter = "--"', "map.toml: [files.leads], delimiter: a delimiter is one character, neither a quote nor the end of a line"),
        ('title = "page"', "title = {}", "map.toml: [[content_asset]] 1, set.title: give exactly one of column, text and value"),
        ('title = "page"', 'titel = "page"', "map.toml: [[content_asset]] 1, set.titel: content_asset has no such field; it has title, kind, url, language, owner, status, published_on, reviewed_on, expires_on, for_partners"),
        ('title = "page", ', "", "map.toml: [[content_asset]] 1, set: title is missing: content_asset needs it"),
        ('title = "page"', 'title = "pages"', "map.toml: [[content_asset]] 1, set.title: leads.csv has no column 'pages'; it has lead, seen, channel, page, email, score, size"),
        ('text = "{lead}:page"', 'text = "{lead!r}"', "map.toml: [[content_usage]] 1, id: a column in a text is written {column} or {column:.8}"),
        ('value = "ARTICLE"', 'value = "Article"', "map.toml: [[content_asset]] 1, set.kind: 'Article' is none of CASE_STUDY, WHITE_PAPER, EBOOK, ARTICLE, VIDEO, WEBINAR, DATASHEET, PRESENTATION, BATTLECARD, EMAIL_TEMPLATE, CALCULATOR, PROPOSAL, OTHER"),
        ('into = "discovery"', 'into = "demo"', "map.toml: [[stage_transition]] 2, into: there is no funnel stage 'demo'; there are inquiry, mql, sal, sql, discovery, proposal, negotiation, won, lost, disqualified, recycled"),
        ('into = "discovery"', 'into = "lost"', "map.toml: [[stage_transition]] 2, set: reason is missing: stage_transition needs it"),
        ('opportunity = "deal", occurred_at = "opened"', 'occurred_at = "opened"', "map.toml: [[stage_transition]] 2, set: a transition is of either a lead or an opportunity"),
        ('file = "deals"', 'file = "sales"', "map.toml: [[opportunity]] 1, file: there is no [files.sales]"),
        ('{ asset = "page"', '{ asset = { value = "p1" }', 'map.toml: [[content_usage]] 1, set.asset: a reference is a column or a text; for one id in every row, say { text = "the id" }'),
    ],
)  # fmt: skip
async def test_a_map_at_fault(desk: Desk, old: str, new: str, message: str) -> None:
    assert old in CRM_MAP
    with pytest.raises(ImportRefusedError) as refused:
        await desk.take(chart=CRM_MAP.replace(old, new))
    assert str(refused.value).removeprefix(f"{desk.folder}/") == message
    assert set((await desk.counts()).values()) == {0}


@pytest.mark.parametrize(
    ("leads", "message"),
    [
        ("", "leads.csv: is empty; its first line must name the columns"),
        (b"lead,se\xffen\n", "leads.csv:1: the header cannot be read: byte 0xff is not utf-8"),
        ("lead,seen\0\n", "leads.csv:1: the header cannot be read: contains a NUL character"),
        ('"lead,seen\n', "leads.csv:1: the header cannot be read: unexpected end of data"),
        (LEADS.replace("size", "page"), "[[content_asset]] 1, id: leads.csv has 2 columns named 'page'"),
    ],
)
async def test_a_file_at_fault(desk: Desk, leads: str | bytes, message: str) -> None:
    with pytest.raises(ImportRefusedError) as refused:
        await desk.take(leads)
    assert str(refused.value).removeprefix(f"{desk.folder}/map.toml: ") == message


@pytest.mark.parametrize(
    ("names", "message"),
    [
        (["leads.csv"], "[files.deals]: no file is named 'deals.csv'; given: leads.csv"),
        (["leads.csv", "deals.csv", "more.csv"], "{folder}/more.csv: the map has no place for this file"),
    ],
)
async def test_files_that_the_map_does_not_expect(desk: Desk, names: list[str], message: str) -> None:
    with pytest.raises(ImportRefusedError) as refused:
        await desk.take_files(CRM_MAP, dict.fromkeys(names, LEADS))
    assert str(refused.value) == message.format(folder=desk.folder)


async def test_a_file_that_cannot_be_read(desk: Desk) -> None:
    (desk.folder / "leads.csv").mkdir()
    with pytest.raises(ImportRefusedError, match=r"/leads.csv: cannot be read: Is a directory$"):
        await desk.take_files(CRM_MAP, {"deals.csv": DEALS}, also=["leads.csv"])
