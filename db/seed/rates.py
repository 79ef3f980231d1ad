"""What other currencies were worth in dollars: the first day of each quarter of the year."""

from __future__ import annotations

from decimal import Decimal

from db.models import ExchangeRate
from db.seed.company import Company

# The rates of so many days before the end of the year, in dollars.
RATES: dict[str, dict[int, str]] = {
    "EUR": {365: "1.0840", 274: "1.0725", 182: "1.0910", 91: "1.1065"},
    "GBP": {365: "1.2710", 274: "1.2655", 182: "1.2930"},
}


def add_rates(company: Company) -> None:
    """Add the rates. The pound's of the last quarter is missing: what has no rate must be told apart, not guessed."""
    for code, rates in RATES.items():
        for days, rate in rates.items():
            at = company.calendar.ago(days)
            company.add(ExchangeRate(base_code=code, quote_code="USD", valid_from=at.date(), rate=Decimal(rate)), at)
