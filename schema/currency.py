"""What one currency was worth in another."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from db import models
from schema.entity import Node, entity
from schema.fields import column


@entity(models.ExchangeRate, plural="exchangeRates")
class ExchangeRate(Node):
    """What one unit of a currency is worth in another, from a day on until a later rate of the same two."""

    base_code: str = column("The ISO 4217 code of the currency that one unit is of.")
    quote_code: str = column("The ISO 4217 code of the currency that it is worth so much of.")
    valid_from: date = column("The first day on which the rate holds.")
    rate: Decimal = column("How many units of the second currency one unit of the first is worth.")
