"""What is sold, and how much of it an opportunity is about."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from db import models
from schema.connection import Connection
from schema.entity import Node, entity
from schema.fields import column, money, to_many, to_one
from schema.scalars import Money

if TYPE_CHECKING:
    from schema.opportunity import Opportunity


@entity(models.Product, plural="products")
class Product(Node):
    """Something we sell."""

    key: str = column("Short name of the product, unique in the workspace.")
    name: str = column("Name of the product.")
    price: Money | None = money(
        "What one of it costs by the price list; null where every offer says its own.", amount="price"
    )
    aliases: list[str] = column("Other names of it, which imported files may use.")
    active: bool = column("Whether it is still sold.")
    lines: Connection[OpportunityLine] = to_many(
        models.OpportunityLine.product_id, "The opportunities that it is part of, and how much of it."
    )


@entity(models.OpportunityLine, plural="opportunityLines")
class OpportunityLine(Node):
    """So much of one product is part of an opportunity."""

    opportunity: Opportunity = to_one(models.OpportunityLine.opportunity_id, "The opportunity.")
    product: Product = to_one(models.OpportunityLine.product_id, "The product.")
    quantity: Decimal = column("How many of it.")
    amount: Money | None = money("What all of them cost together; null where that is not known.", amount="amount")
