"""moralbank: household points, a village ledger, a points supermarket, and their paper."""

__version__ = "0.1.0"
