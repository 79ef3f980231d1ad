from __future__ import annotations
import time
from tests.journeys.examples import AS_OF, FOLDER
from tests.oracle.desk import desk
from tests.oracle.server import COMPILER, NOW, Server
from resolvers.viewer import Context

Q = """query ($asOf: DateTime) { metric(key: %s, period: { window: %s }, groupBy: [%s], asOf: $asOf) { value { number } %s } }"""

async def test_it(found_demo, engine):
    demo = await found_demo()
    async with desk(engine, demo.workspace.id) as asked:
        con = await asked._driver()
        world = await asked.world()
        server = Server(con, world.workspace)
        for name, doc in {
            "rev": Q % ("INFLUENCED_REVENUE", "LAST_12_MONTHS", "TOUCHED_CHANNEL", ""),
            "pipe": Q % ("INFLUENCED_PIPELINE", "THIS_YEAR", "", ""),
            "revg": Q % ("INFLUENCED_REVENUE", "LAST_12_MONTHS", "TOUCHED_CHANNEL", "groups { value { number } }"),
            "open": Q % ("OPEN_PIPELINE", "LAST_12_MONTHS", "", ""),
            "pipeg": Q % ("INFLUENCED_PIPELINE", "LAST_12_MONTHS", "TOUCHED_CAMPAIGN", "groups { value { number } }"),
            "cov": (FOLDER / "content-coverage.graphql").read_text(),
        }.items():
            op = COMPILER.operation(doc, None)
            v = COMPILER.variables(op, {"asOf": AS_OF})
            plan = COMPILER.plan(op, v, server.viewer.role)
            args = plan.bind(v, Context(server.viewer, NOW), server.viewer.workspace_id)
            t = time.time()
            rows = await con.fetch("EXPLAIN (ANALYZE, BUFFERS OFF) " + plan.sql, *args)
            took = time.time() - t
            print("=====", name, round(took, 2), len(rows))
            open(f"/tmp/content_plan_{name}.txt", "w").write(plan.sql + "\n\n" + "\n".join(r[0] for r in rows))
