"""Closed periods: figures that were sent out, with the persons behind them, a seal over it all, and numbered errata."""
