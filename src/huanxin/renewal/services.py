"""What this room does to the world."""

from .screening.services import EveryPackFailed, NothingToScreen, look_after, rerun, screen, start, stop

__all__ = ["EveryPackFailed", "NothingToScreen", "look_after", "rerun", "screen", "start", "stop"]
