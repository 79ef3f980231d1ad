"""What the demo company sells, and how much of it each opportunity is about."""

from __future__ import annotations

import random
from decimal import Decimal

from db.models import Opportunity, OpportunityLine, Product
from db.seed.company import Company

CENT = Decimal("0.01")

# key → name, price of one in dollars, other names in old files, still sold
PRODUCTS: dict[str, tuple[str, str | None, list[str], bool]] = {
    "docksense": ("DockSense", "1450.00", ["Dock Sense", "DS-2"], True),
    "coldtrace": ("ColdTrace", "390.00", ["Cold Trace"], True),
    "palleteye": ("PalletEye", "2800.00", ["Pallet Eye", "PE camera"], True),
    "aislemap": ("AisleMap", "960.00", [], True),
    "docksense-classic": ("DockSense Classic", "1190.00", ["DS-1"], False),
    "installation": ("Installation and training", None, ["Services"], True),
}
# Where a seller had no time to say how many, there are no lines at all.
DESCRIBED = 0.85
WITH_SERVICES = 0.4
SERVICES_SHARE = Decimal("0.12")


def add_products(company: Company) -> None:
    """Add the products, and the lines of most opportunities: of the products that their names promise."""
    listed_at = company.calendar.ago(1400)
    products = {
        key: company.add(
            Product(
                key=key,
                name=name,
                price=None if price is None else Decimal(price),
                currency_code=None if price is None else "USD",
                aliases=aliases,
                active=active,
            ),
            listed_at,
        )
        for key, (name, price, aliases, active) in PRODUCTS.items()
    }
    draws = company.draws("opportunity lines")
    for opportunity in company.rows(Opportunity):
        if draws.random() < DESCRIBED:
            _add_lines(company, draws, products, opportunity)


def _add_lines(company: Company, draws: random.Random, products: dict[str, Product], opportunity: Opportunity) -> None:
    named = [product for product in products.values() if product.active and product.name in opportunity.name]
    services = products["installation"] if draws.random() < WITH_SERVICES else None
    amounts = _amounts(opportunity.amount, len(named), with_services=services is not None)
    for product, amount in zip([*named, *([services] if services else [])], amounts, strict=True):
        company.add(
            OpportunityLine(
                opportunity_id=opportunity.id,
                product_id=product.id,
                quantity=_quantity(draws, product, amount),
                amount=amount,
                currency_code=None if amount is None else opportunity.currency_code,
            ),
            opportunity.created_at,
        )


def _amounts(amount: Decimal | None, products: int, *, with_services: bool) -> list[Decimal | None]:
    """The amount divided evenly over the products, after the services' share: the parts add up to it exactly."""
    parts = products + with_services
    if amount is None:
        return [None] * parts
    services = (amount * SERVICES_SHARE).quantize(CENT) if with_services else Decimal(0)
    each = ((amount - services) / products).quantize(CENT)
    first = amount - services - each * (products - 1)
    return [first, *[each] * (products - 1), *([services] if with_services else [])]


def _quantity(draws: random.Random, product: Product, amount: Decimal | None) -> Decimal:
    """As many as the amount buys at the price list, or days of work where there is no price."""
    if product.price is None:
        return Decimal(draws.randint(2, 30)) / 2
    if amount is None:
        return Decimal(draws.randint(1, 12))
    return max(Decimal(1), (amount / product.price).quantize(Decimal(1)))
