"""An import needs no more memory for a longer file, nor for more rejections."""

from __future__ import annotations

import tracemalloc

from tests.db.imports.support import Desk

CHART = """
source = "crm"
[files.rows]
[[account]]
file = "rows"
id = "account"
mode = "update"
set = { name = "name" }
"""


async def peak(desk: Desk, rows: int) -> int:
    """Bytes that Python held at most while it staged so many rows, then rejected each: there is nothing to update."""
    content = b"account,name\n" + b"".join(b"%08d,%s\n" % (number, b"x" * 80) for number in range(rows))
    (desk.folder / "rows.csv").write_bytes(content)
    del content
    tracemalloc.start()
    try:
        report = await desk.take_files(CHART, {}, also=["rows.csv"])
        assert report.rejected == rows
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


async def test_memory_is_flat(desk: Desk) -> None:
    await peak(desk, 10)
    # Enough rows for full buffers on both sides. Held whole, four times the rows would take four times the memory.
    assert await peak(desk, 40_000) <= 1.5 * await peak(desk, 10_000)
