"""What this room knows."""

from .screening.queries import compare, reasons, runs, screenable, sums, verdict_of, verdicts

__all__ = ["compare", "reasons", "runs", "screenable", "sums", "verdict_of", "verdicts"]
