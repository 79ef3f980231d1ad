"""Examples of content's metrics: each answers what it promises."""

from __future__ import annotations

import json
import pytest

from tests.journeys.conftest import FoundDemo
from tests.journeys.examples import AS_OF, Demo


@pytest.fixture(scope="module")
async def demo(found_demo: FoundDemo) -> Demo:
    return await found_demo()


async def test_reinvention(demo: Demo) -> None:
    print(json.dumps(await demo.example("reinvention", asOf=AS_OF), indent=None))
    print(json.dumps(await demo.example("content-coverage", asOf=AS_OF), indent=None))
    print(json.dumps(await demo.example("influence", asOf=AS_OF), indent=None))
    print(json.dumps(await demo.example("persona"), indent=None))
