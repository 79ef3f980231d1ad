"""The customers' companies and the names of their people, as data."""

from __future__ import annotations

from typing import NamedTuple


class CompanyName(NamedTuple):
    """A company that might buy; ``parent`` names another one of the list."""

    name: str
    industry: str | None
    country: str | None
    employees: int | None
    tier: str | None
    parent: str | None = None


COMPANIES: tuple[CompanyName, ...] = (
    CompanyName("Halden Foods", "Food and beverage", "NO", 4200, "A"),
    CompanyName("Halden Foods Danmark", "Food and beverage", "DK", 650, "B", "Halden Foods"),
    CompanyName("Halden Fresh Logistics", "Logistics", "NO", 380, "B", "Halden Foods"),
    CompanyName("Brightwater Pharma", "Pharmaceuticals", "GB", 7800, "A"),
    CompanyName("Brightwater Animal Health", "Pharmaceuticals", "IE", 900, "B", "Brightwater Pharma"),
    CompanyName("Corvid Parcel", "Logistics", "NL", 5600, "A"),
    CompanyName("Corvid Returns", "Logistics", "BE", 240, "C", "Corvid Parcel"),
    CompanyName("Polar Dairy", "Food and beverage", "FI", 1900, "A"),
    CompanyName("Ashgrove Retail Group", "Retail", "GB", 12400, "A"),
    CompanyName("Ashgrove Online", "Retail", "GB", 860, "B", "Ashgrove Retail Group"),
    CompanyName("Ashgrove Distribution", "Logistics", "GB", 1450, "A", "Ashgrove Retail Group"),
    CompanyName("Steinbach Automotive", "Automotive", "DE", 9100, "A"),
    CompanyName("Steinbach Parts Center", "Automotive", "DE", 720, "B", "Steinbach Automotive"),
    CompanyName("Meridian Grocers", "Retail", "US", 15800, "A"),
    CompanyName("Meridian Cold Storage", "Logistics", "US", 1100, "A", "Meridian Grocers"),
    CompanyName("Tamarack Building Supply", "Wholesale", "US", 2300, "B"),
    CompanyName("Lakeshore Third Party Logistics", "Logistics", "US", 3400, "A"),
    CompanyName("Juniper Nutrition", "Food and beverage", "US", 540, "C"),
    CompanyName("Verano Frutas", "Food and beverage", "ES", 1250, "B"),
    CompanyName("Costa Blanca Almacenes", "Logistics", "ES", 310, "C"),
    CompanyName("Delacroix Cosmétiques", "Consumer goods", "FR", 2700, "B"),
    CompanyName("Rhône Entrepôts", "Logistics", "FR", 480, "C"),
    CompanyName("Bellini Ceramiche", "Manufacturing", "IT", 620, "C"),
    CompanyName("Adriatica Surgelati", "Food and beverage", "IT", 990, "B"),
    CompanyName("Kowal Hurtownia", "Wholesale", "PL", 430, "C"),
    CompanyName("Vistula Logistyka", "Logistics", "PL", 1700, "B"),
    CompanyName("Moravia Glass", "Manufacturing", "CZ", 1350, "B"),
    CompanyName("Danube Chemicals", "Chemicals", "AT", 2100, "B"),
    CompanyName("Alpenkühl", "Logistics", "AT", 290, "C"),
    CompanyName("Helvetia Instruments", "Manufacturing", "CH", 810, "B"),
    CompanyName("Zürichsee Pharma Logistik", "Pharmaceuticals", "CH", 520, "B"),
    CompanyName("Nordlys Seafood", "Food and beverage", "NO", 1600, "A"),
    CompanyName("Fjordline Cargo", "Logistics", "NO", 740, "B"),
    CompanyName("Östberg Furniture", "Consumer goods", "SE", 3900, "A"),
    CompanyName("Malmö Medical Supply", "Pharmaceuticals", "SE", 350, "C"),
    CompanyName("Aarhus Bryggeri", "Food and beverage", "DK", 460, "C"),
    CompanyName("Baltic Timber Trade", "Wholesale", "EE", 280, "C"),
    CompanyName("Thistle Distillers", "Food and beverage", "GB", 670, "B"),
    CompanyName("Pennine Packaging", "Manufacturing", "GB", 1150, "B"),
    CompanyName("Severn Textile Works", "Manufacturing", "GB", 220, None),
    CompanyName("Galway Bay Biologics", "Pharmaceuticals", "IE", 1300, "A"),
    CompanyName("Flanders Flowers", "Wholesale", "BE", 190, None),
    CompanyName("Maasland Greenhouses", "Food and beverage", "NL", 830, "B"),
    CompanyName("Hanse Kontor", "Wholesale", "DE", 1750, "B"),
    CompanyName("Elbe Reederei Lagerhaus", "Logistics", "DE", 510, "C"),
    CompanyName("Schwarzwald Optik", "Manufacturing", "DE", 940, "B"),
    CompanyName("Great Basin Outfitters", "Retail", "US", 1900, "B"),
    CompanyName("Copperline Electronics", "Electronics", "US", 6200, "A"),
    CompanyName("Prairie Seed and Feed", "Wholesale", "US", 450, "C"),
    CompanyName("Bayou Spice Company", "Food and beverage", "US", 330, "C"),
    CompanyName("Cascade Vaccines", "Pharmaceuticals", "US", 2800, "A"),
    CompanyName("Maple Ridge Frozen", "Food and beverage", "CA", 1050, "B"),
    CompanyName("Saint Lawrence Freight", "Logistics", "CA", 2200, "B"),
    CompanyName("Hokkai Cold Chain", "Logistics", "JP", 3100, "A"),
    CompanyName("Tasman Wool Stores", "Wholesale", "NZ", 170, None),
    CompanyName("Harbour City Pharmacy", "Retail", "AU", 2600, "B"),
    CompanyName("Lagoa Papel", "Manufacturing", "PT", 690, "C"),
    CompanyName("Anatolia Textiles", "Manufacturing", "TR", 1850, "B"),
    CompanyName("Northgate Stores", None, None, None, None),
    CompanyName("Quayside Holdings", None, "GB", None, None),
)

_FIRST_NAMES = (
    "Anna Lars Maria Peter Elena David Katrin Samuel Julia Henrik Fatima Oliver Chloé Marek Sara Daniel Ines Robert "
    "Yuki Hannah Omar Victoria Stefan Grace Luca Emily Mateusz Isabel Patrick Noor Simon Teresa Kofi Astrid George "
    "Mina Adrian Laura Felix Ruth"
)

_LAST_NAMES = (
    "Berg Novak Carter Silva Müller Johansson Evans Rossi Dupont Larsen Keller Ahmed Walsh Petrov Garcia Nielsen "
    "Okafor Hughes Weber Virtanen Moreau Kelly Sato Horvat Bianchi Morgan Lindgren Santos Schmidt Clarke Jansen Wójcik "
    "Pereira Thomas Andersson Fischer Reid Costa Dahl Murphy Vermeer Kaya Brooks Lehmann Quinn Holm Romero Price"
)

FIRST_NAMES = _FIRST_NAMES.split()
LAST_NAMES = _LAST_NAMES.split()
