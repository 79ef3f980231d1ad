"""The page that a browser gets at /graphql: Strawberry's GraphiQL with words of our own to begin with."""

from __future__ import annotations

import json
import re

from strawberry.http.ides import get_graphql_ide_html

_TITLE = "Wavelength"
_WELCOME = """\
# Wavelength answers to a token. Open the Headers tab below and set:
#
#   { "Authorization": "Bearer wl_…" }
#
# `wavelength token create --workspace demo --role VIEWER` prints one.

{
  viewer {
    role
    workspace {
      name
    }
  }
  leads(first: 5) {
    totalCount
    nodes {
      name
      stage {
        name
      }
    }
  }
}
"""


def _page() -> bytes:
    html = get_graphql_ide_html("graphiql")
    html, queries = re.subn(
        r"const EXAMPLE_QUERY = `[^`]*`", lambda _: f"const EXAMPLE_QUERY = {json.dumps(_WELCOME)}", html
    )
    html, titles = re.subn(r"<title>[^<]*</title>", f"<title>{_TITLE}</title>", html)
    if not queries or not titles:
        raise RuntimeError("Strawberry's GraphiQL page has changed: it has no example query or no title")
    return html.encode()


GRAPHIQL = _page()
"""The page, which loads its scripts from unpkg.com."""
