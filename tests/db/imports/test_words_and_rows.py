"""What a map can say of rows and words: conditions, translations, aliases, held stages, and NDJSON."""

from __future__ import annotations

import pytest

from db.imports import ImportRefusedError
from tests.db.imports.support import Desk, told

PRODUCTS = """
source = "crm"
[files.products]
nulls = ["", "-"]
[[product]]
file = "products"
id = "id"
set = { key = "key", name = "key", aliases = { column = "names", separator = ";" } }
"""
LINES = """
source = "{source}"
[files.lines]
[[opportunity]]
file = "lines"
id = "deal"
shared = true
set = {{ name = "deal" }}
[[opportunity_line]]
file = "lines"
id = "line"
set = {{ opportunity = "deal", product = "product" }}
"""
STAGES = """
source = "crm"
[files.deals]
[files.stages]
rows = [
    { word = "New", key = "new", kind = "OPPORTUNITY", place = 5 },
    { word = "Gone", key = "gone", kind = "LOST", place = 20 },
]
[[funnel_stage]]
file = "stages"
id = "word"
set = { key = "key", name = "word", kind = "kind", position = "place" }
[[opportunity]]
file = "deals"
id = "deal"
set = { name = "deal", stage = "stage" }
[[stage_transition]]
file = "deals"
id = { text = "{deal}:{stage}" }
when = { since = true }
set = { opportunity = "deal", to_stage = "stage", occurred_at = "since", reason = "why" }
"""
KINDS = """
source = "crm"
[files.rows]
[[account]]
file = "rows"
id = "id"
when = { type = ["company", "branch"] }
unless = { gone = true }
set = { name = "name" }
[[contact]]
file = "rows"
id = "id"
when = { type = "person" }
set = { name = ["name", "mail", { value = "Somebody" }], email = "mail" }
"""
LINE_PRODUCTS = """
    SELECT r.external_id, p.key FROM opportunity_line l JOIN product p ON p.workspace_id = :w AND p.id = l.product_id
    JOIN external_ref r ON r.workspace_id = :w AND r.entity_id = l.id WHERE l.workspace_id = :w ORDER BY 1
"""
PRODUCT_ROWS = "id,key,names\nA,a,Alpha; One\nB,b,Beta;One\nC,c,-\n"


async def test_aliases_of_the_workspace_name_its_products(desk: Desk) -> None:
    await desk.take_files(PRODUCTS, {"products.csv": PRODUCT_ROWS})
    aliases = "SELECT key, aliases FROM product WHERE workspace_id = :w ORDER BY 1"
    assert await desk.rows(aliases) == [("a", ["Alpha", "One"]), ("b", ["Beta", "One"]), ("c", [])]
    # Another system's ids are not these; the names are everybody's, but for the one that two products have.
    lines = "line,deal,product\n1,D,Alpha\n2,D,Beta\n3,D,One\n4,D,C\n"
    report = await desk.take_files(LINES.format(source="shop"), {"lines.csv": lines})
    assert told(report) == [
        "lines.csv:4: product: there is no product 'One' from 'shop'",
        "lines.csv:5: product: there is no product 'C' from 'shop'",
    ]
    assert await desk.rows(LINE_PRODUCTS) == [("1", "a"), ("2", "b")]


async def test_a_product_is_on_one_line_of_an_opportunity(desk: Desk) -> None:
    await desk.take_files(PRODUCTS, {"products.csv": PRODUCT_ROWS})
    chart = LINES.format(source="crm")
    report = await desk.take_files(chart, {"lines.csv": "line,deal,product\n1,D,A\n2,D,Alpha\n3,D,B\n"})
    again = "deal, product: there is another opportunity_line with the same opportunity and product"
    assert told(report) == [f"lines.csv:3: {again}"]
    report = await desk.take_files(chart, {"lines.csv": "line,deal,product\n1,D,A\n4,D,B\n5,E,B\n"})
    assert told(report) == [f"lines.csv:3: {again}"]
    assert await desk.rows(LINE_PRODUCTS) == [("1", "a"), ("3", "b"), ("5", "b")]


async def test_a_held_stage_gives_way_to_transitions(desk: Desk) -> None:
    stands = """
        SELECT o.name, s.key, o.stage_entered_at IS NULL, o.closed_at IS NULL FROM opportunity o
        LEFT JOIN funnel_stage s ON s.workspace_id = :w AND s.id = o.stage_id WHERE o.workspace_id = :w ORDER BY 1
    """
    header = "deal,stage,since,why\n"
    report = await desk.take_files(STAGES, {"deals.csv": header + "D1,New,,\nD2,Gone,2026-01-01,\nD3,Old,,\n"})
    assert told(report) == [
        "deals.csv:4: stage: there is no funnel_stage 'Old' from 'crm'",
        "deals.csv:3: stage: entering 'Gone' needs a reason",
    ]
    assert await desk.rows(stands) == [("D1", "new", True, True)]
    await desk.take_files(STAGES, {"deals.csv": header + "D1,Gone,2026-02-01,Price\n"})
    assert await desk.rows(stands) == [("D1", "gone", False, False)]
    await desk.take_files(STAGES, {"deals.csv": header + "D1,New,,\n"})
    assert await desk.rows(stands) == [("D1", "gone", False, False)]


async def test_conditions_choose_what_a_row_makes(desk: Desk) -> None:
    rows = "id,type,gone,name,mail\nA,company,,Harbour,\n,branch,,Quay,\nB,branch,yes,Pier,\nC,person,,,c@example.org\n"
    report = await desk.take_files(KINDS, {"rows.csv": f"{rows}D,person,,,\nE,ship,,Sea,\n"})
    assert told(report) == ["rows.csv:3: id: is empty, but needed"]
    assert report.passed_over == {"rows.csv": 2}
    assert await desk.rows("SELECT name FROM account WHERE workspace_id = :w") == [("Harbour",)]
    contacts = "SELECT name, email FROM contact WHERE workspace_id = :w ORDER BY 1"
    assert await desk.rows(contacts) == [("Somebody", None), ("c@example.org", "c@example.org")]


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ('{"id": "A", "type": "company", "name": "x"', "is not JSON: Expecting ',' delimiter"),
        ("[1]", "is not a JSON object"),
        ('{"id": "A", "id": "B"}', "is not JSON: a name is given twice"),
        ('{"id": NaN}', "is not JSON: NaN is no JSON number"),
        ('{"id": "A", "type": "company", "name": ["x"]}', "name holds a list or an object, not a plain value"),
        ('{"id": "A", "name": "\\u0000"}', "name contains a character that PostgreSQL cannot keep"),
        ('{"id": "A", "name": "\\ud800"}', "name contains a character that PostgreSQL cannot keep"),
        (
            "[" * 100_000,
            "is not JSON: maximum recursion depth exceeded while decoding a JSON array from a unicode string",
        ),
        ('{"id": null, "type": "company", "name": "x"}', "id: is empty, but needed"),
    ],
)
async def test_a_bad_line_of_ndjson(desk: Desk, line: str, reason: str) -> None:
    good = '{"id": 7, "type": "company", "name": "Harbour", "more": {"un": "used"}}\n\n'
    last = '{"id": 8, "type": "person", "mail": "c@example.org", "gone": null}\n'
    report = await desk.take_files(KINDS, {"rows.jsonl": f"{good}{line}\n{last}"})
    assert told(report) == [f"rows.jsonl:3: {reason}"]
    assert report.rows == {"rows.jsonl": 3}
    assert await desk.rows("SELECT name FROM contact WHERE workspace_id = :w") == [("c@example.org",)]


@pytest.mark.parametrize(
    ("chart", "old", "new", "message"),
    [
        (KINDS, '"company"', "1", "[[account]] 1, when.type.list[str].0: Input should be a valid string"),
        (KINDS, 'gone = true', 'went = true', "[[account]] 1, unless.went: rows.csv has no column 'went'; it has id"),
        (KINDS, '"mail", {', '"mail", ["name", "id"], {', "[[contact]] 1, set.name: a list of values holds no list"),
        (KINDS, 'email = "mail"', 'email = { column = "mail", otherwise = "x" }', "[[contact]] 1, set.email: otherwise needs words"),
        (KINDS, 'email = "mail"', 'email = { column = "mail", from = "rows" }', "[[contact]] 1, set.email: a value of another file needs both from and where"),
        (KINDS, 'email = "mail"', 'email = { column = "mail", from = "mails", where = "id" }', "[[contact]] 1, set.email: there is no [files.mails]"),
        (STAGES, '[files.stages]', '[files.stages]\nname = "stages.csv"', "[files.stages]: rows that stand in the map have no file's name"),
        (STAGES, 'to_stage = "stage", ', '', "[[stage_transition]] 1, set: to_stage is missing: stage_transition needs it"),
    ],
)  # fmt: skip
async def test_a_map_at_fault(desk: Desk, chart: str, old: str, new: str, message: str) -> None:
    assert old in chart
    header = {"rows.csv": "id,type,gone,name,mail\n"} if chart == KINDS else {"deals.csv": "deal,stage,since,why\n"}
    with pytest.raises(ImportRefusedError) as refused:
        await desk.take_files(chart.replace(old, new), header)
    assert message in str(refused.value)
