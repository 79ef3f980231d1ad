// PostGraphile 5 as fast as its settings make it: production mode, the smallest preset, no web socket, no explain,
// no settings told to PostgreSQL, answers kept as strings. It connects as the owner, past row-level security.
import { createServer } from "node:http";

import { PgSimplifyInflectionPreset } from "@graphile/simplify-inflection";
import pg from "pg";
import { postgraphile } from "postgraphile";
import { makePgService } from "postgraphile/adaptors/pg";
import { grafserv } from "postgraphile/grafserv/node";
import { PostGraphileAmberPreset } from "postgraphile/presets/amber";

const { PORT, PGHOST, PGPORT, PGUSER, PGDATABASE } = process.env;

const pool = new pg.Pool({
  host: PGHOST,
  port: Number(PGPORT),
  user: PGUSER,
  database: PGDATABASE,
  max: 10,
  // As the other servers have it: compiling a statement costs more than these statements take.
  options: "-c jit=off",
});

const instance = postgraphile({
  extends: [PostGraphileAmberPreset, PgSimplifyInflectionPreset],
  pgServices: [makePgService({ pool, schemas: ["public", "benchmark"], pubsub: false })],
  grafserv: {
    graphiql: false,
    watch: false,
    websockets: false,
    outputDataAsString: true,
    parseAndValidateCacheSize: 500,
  },
  grafast: { explain: false, context: {} },
  schema: { defaultBehavior: "+list +connection" },
});

const server = createServer();
await instance.createServ(grafserv).addTo(server);
server.listen(Number(PORT), "127.0.0.1");
