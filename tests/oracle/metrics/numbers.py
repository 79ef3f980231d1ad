"""Exact numbers, and how answers show them."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Context, Decimal, Inexact, localcontext
from fractions import Fraction
from typing import Any


def shown(value: Fraction | None) -> Decimal | None:
    """Half-up to six decimals, without zeros at the end."""
    if value is None:
        return None
    millionths = (Decimal(value.numerator) * 1_000_000 / Decimal(value.denominator)).quantize(0, ROUND_HALF_UP)
    return _bare(millionths / 1_000_000)


def exact(value: Fraction | None) -> Decimal | None:
    """A count or a sum as it is: it has an end."""
    if value is None:
        return None
    with localcontext(Context(prec=100, traps=[Inexact])):
        return _bare(Decimal(value.numerator) / Decimal(value.denominator))


def _bare(number: Decimal) -> Decimal:
    return number.quantize(Decimal(1)) if number == number.to_integral_value() else number.normalize()


def quotient(numerator: Fraction, denominator: Fraction) -> Fraction | None:
    """One divided by the other; nothing divided by nothing is nothing."""
    return numerator / denominator if denominator else None


def statistic(name: str, values: Sequence[Fraction]) -> Fraction | None:
    """The middle, the mean, or what nine of ten do not exceed: between two values in proportion."""
    if not values:
        return None
    if name == "MEAN":
        return sum(values, Fraction(0)) / len(values)
    ordered = sorted(values)
    place = Fraction({"MEDIAN": 5, "P90": 9}[name], 10) * (len(ordered) - 1)
    below = int(place)
    above = min(below + 1, len(ordered) - 1)
    return ordered[below] + (ordered[above] - ordered[below]) * (place - below)


def numbers(
    number: Decimal | None, numerator: Any = None, denominator: Any = None, size: int | None = None
) -> dict[str, Any]:
    """A number and its parts, by the names of the schema; ``value`` is still without its unit."""
    return {"number": number, "numerator": numerator, "denominator": denominator, "sampleSize": size}
