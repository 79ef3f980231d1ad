"""Each kind of bad row is named by file, line, column and reason; the good rows go in."""

from __future__ import annotations

from io import StringIO

import pytest

from tests.db.imports.support import DEALS, DEALS_HEADER, LEADS, LEADS_HEADER, Desk, told

NEEDED = "is empty, but needed"


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("X,2026-13-01,,p1,,,", "seen: '2026-13-01' is not a time such as 2018-02-01 or 2018-02-01T13:45:00"),
        (
            "X,0001-01-01T00:00+14:00,,p1,,,",
            "seen: '0001-01-01T00:00+14:00' is not a time such as 2018-02-01 or 2018-02-01T13:45:00",
        ),
        ("X,2026-01-01,,p1,,ten,", "score: 'ten' is not a whole number"),
        ("X,2026-01-01,,p1,,2147483648,", "score: 2147483648 is not between -2147483648 and 2147483647"),
        (",2026-01-01,,p1,,,", f"lead: {NEEDED}"),
        ("X,,,p1,,,", f"seen: {NEEDED}"),
        ("X,2026-01-01,,,,,", f"page: {NEEDED}"),
        ("X,2026-01-01,-!,p1,,,", "channel: '-!' has no letter or digit to make a key of"),
        (f"X,2026-01-01,,{'p' * 256},,,", "page: has 256 characters, more than 255"),
        (f"X,2026-01-01,,p1,{'e' * 501},,", "email: has 501 characters, more than 500"),
        ("X,2026-01-01,,p1,", "has 5 cells where the header has 7"),
        ("X,2026-01-01,,p1,,,,", "has 8 cells where the header has 7"),
        ('X,2026-01-01,"a"b,p1,,,', """is not a CSV record: ',' expected after '"'"""),
        ("X,2026-01-01,,p\0,,,", "contains a NUL character"),
        ("L3,2026-01-04,,p1,,,", "lead: 'L3' is the id of the lead on line 4 already"),
    ],
)
async def test_a_bad_lead(desk: Desk, row: str, reason: str) -> None:
    report = await desk.take(f"{LEADS}{row}\nL4,2026-01-05,,p1,,,\n")
    assert told(report) == [f"leads.csv:5: {reason}"]
    assert report.rejected == 1
    assert report.imported
    assert (await desk.counts())["lead"] == 4


async def test_bytes_that_are_not_of_the_encoding(desk: Desk) -> None:
    report = await desk.take(LEADS.encode() + b"X,2026-01-01,,p\xff\xe9,,,\nL4,2026-01-05,,p1,,,\n")
    assert told(report) == ["leads.csv:5: byte 0xff is not utf-8"]
    assert (await desk.counts())["lead"] == 4


async def test_a_line_is_where_the_record_begins(desk: Desk) -> None:
    rows = 'L1,2026-01-01,,"two\nlines",,,\n\nL2,2026-01-01,,"also\ntwo",,x,\nL3,never,,p1,,,\n'
    report = await desk.take(LEADS_HEADER + rows, DEALS_HEADER)
    assert told(report) == [
        "leads.csv:5: score: 'x' is not a whole number",
        "leads.csv:7: seen: 'never' is not a time such as 2018-02-01 or 2018-02-01T13:45:00",
    ]
    assert report.rows == {"leads.csv": 3, "deals.csv": 0}


async def test_a_quote_that_is_never_closed(desk: Desk) -> None:
    report = await desk.take(LEADS + 'X,2026-01-01,,"p1,,,\nL4,2026-01-05,,p1,,,\n')
    assert told(report) == ["leads.csv:5: lines 5 to 6 are not a CSV record: unexpected end of data"]
    assert (await desk.counts())["lead"] == 3


async def test_a_line_without_end(desk: Desk) -> None:
    report = await desk.take(f"{LEADS}X,{'x' * 1_500_000}\nL4,2026-01-05,,p1,,,\n")
    assert told(report) == ["leads.csv:5: a line of more than 1,000,000 characters"]
    assert (await desk.counts())["lead"] == 4


async def test_all_faults_of_a_row_are_told_and_the_row_is_counted_once(desk: Desk) -> None:
    report = await desk.take(f"{LEADS}X,never,,p1,,ten,\n")
    assert told(report) == [
        "leads.csv:5: seen: 'never' is not a time such as 2018-02-01 or 2018-02-01T13:45:00",
        "leads.csv:5: score: 'ten' is not a whole number",
    ]
    assert report.rejected == 1


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("D3,L9,2026-01-10,2026-02-01,", "lead: there is no lead 'L9' from 'crm'"),
        ("D3,L1,2026-01-10,2026-02-01,1e3", "amount: '1e3' is not a number"),
        ("D3,L1,2026-01-10,,5", f"closed: {NEEDED}"),
        ("D1,L2,2026-01-10,2026-02-01,", "deal: 'D1' is the id of the opportunity on line 2 already"),
    ],
)
async def test_a_bad_deal(desk: Desk, row: str, reason: str) -> None:
    report = await desk.take(deals=f"{DEALS}{row}\n")
    assert told(report) == [f"deals.csv:4: {reason}"]
    assert (await desk.counts())["opportunity"] == 2


async def test_what_refers_to_a_rejected_row_refers_to_nothing(desk: Desk) -> None:
    report = await desk.take(LEADS.replace("L1,2026-01-01", "L1,never"))
    assert told(report) == [
        "leads.csv:2: seen: 'never' is not a time such as 2018-02-01 or 2018-02-01T13:45:00",
        "deals.csv:2: lead: there is no lead 'L1' from 'crm'",
        "deals.csv:3: lead: there is no lead 'L1' from 'crm'",
    ]
    assert (await desk.counts())["opportunity"] == 0


async def test_references_may_go_to_earlier_imports(desk: Desk) -> None:
    await desk.take(deals=DEALS_HEADER)
    report = await desk.take(LEADS_HEADER)
    assert told(report) == []
    assert (await desk.counts())["opportunity"] == 2


async def test_an_event_with_other_content_is_refused(desk: Desk) -> None:
    await desk.take()
    before = await desk.versions()
    report = await desk.take(LEADS.replace("L2,2026-01-02T08:30:00", "L2,2026-01-02T08:31:00"))
    recorded = "is recorded with other content, and events are never changed"
    assert told(report) == [f"leads.csv:3: lead: stage_transition 'L2:mql' {recorded}"]
    assert await desk.versions() == before
    report = await desk.take(LEADS.replace("L3,2026-01-03,,", "L3,2026-01-03,Fax,"))
    assert told(report) == [f"leads.csv:4: lead: content_usage 'L3:page' {recorded}"]
    assert await desk.versions() == before


async def test_strict_takes_all_or_nothing(desk: Desk) -> None:
    report = await desk.take(deals=f"{DEALS}D3,L9,2026-01-10,2026-02-01,\n", strict=True)
    assert not report.imported
    assert told(report) == ["deals.csv:4: lead: there is no lead 'L9' from 'crm'"]
    assert report.changes == []
    assert set((await desk.counts()).values()) == {0}
    assert (await desk.take(strict=True)).imported


async def test_a_report_keeps_the_first_thousand_and_writes_all(desk: Desk) -> None:
    sink = StringIO()
    report = await desk.take(LEADS_HEADER + "X,never,,p1,,,\n" * 1200, DEALS_HEADER, sink=sink)
    assert report.rejected == 1200
    assert len(report.rejections) == 1000
    lines = sink.getvalue().splitlines()
    assert len(lines) == 1200
    assert lines[-1].startswith("leads.csv:1201: seen: 'never' is not a time")
