"""How many examples property-based tests try, and whether they try the same ones every time.

``WAVELENGTH_TEST_EXAMPLES=50`` tries fifty times as many; ``WAVELENGTH_TEST_FRESH=1`` tries others every time.
"""

from __future__ import annotations

import os

from hypothesis import HealthCheck, Phase, settings


def examples(count: int, *, shrink: bool = True) -> settings:
    """Settings for a test of ``count`` examples in a usual run."""
    phases = (Phase.explicit, Phase.generate, *((Phase.shrink,) if shrink else ()))
    return settings(
        max_examples=count * int(os.environ.get("WAVELENGTH_TEST_EXAMPLES", "1")),
        derandomize="WAVELENGTH_TEST_FRESH" not in os.environ,
        database=None,
        deadline=None,
        phases=phases,
        suppress_health_check=list(HealthCheck),
    )
