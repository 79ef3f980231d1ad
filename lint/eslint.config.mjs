// graphql-eslint's sets schema-recommended and schema-relay over the committed schema. Only two rules are configured,
// where the sets ask for a choice; docs/decisions/0046-schema-lint.md tells why.
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

import plugin from "@graphql-eslint/eslint-plugin";
import { buildSchema, isObjectType } from "graphql";

const path = fileURLToPath(new URL("../schema/schema.graphql", import.meta.url));
const types = Object.values(buildSchema(readFileSync(path, "utf8")).getTypeMap()).filter(isObjectType);
const isNode = (type) => type.getInterfaces().some(({ name }) => name === "Node");

export default [
  {
    files: ["schema.graphql"],
    plugins: { "@graphql-eslint": plugin },
    languageOptions: { parser: plugin.parser, parserOptions: { graphQLConfig: { schema: path } } },
    linterOptions: { noInlineConfig: true, reportUnusedDisableDirectives: "error" },
    rules: {
      ...plugin.configs["flat/schema-recommended"].rules,
      ...plugin.configs["flat/schema-relay"].rules,
      // What has an id is a Node. Pages, sums of money and computed answers have none: nothing could be looked up by it.
      "@graphql-eslint/strict-id-in-types": [
        "error",
        { exceptions: { types: types.filter((type) => !isNode(type) && !type.getFields().id).map(({ name }) => name) } },
      ],
      // Connections have `nodes` beside `edges`, and computed answers hold short lists of values. That a list of
      // entities is a connection, tests/schema/test_schema.py asserts of each type and field.
      "@graphql-eslint/relay-edge-types": [
        "error",
        { withEdgeSuffix: true, shouldImplementNode: true, listTypeCanWrapOnlyEdgeType: false },
      ],
    },
  },
];
