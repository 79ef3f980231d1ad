"""How fast Wavelength is beside its peers and beside the limit: ``python -m benchmarks``."""
