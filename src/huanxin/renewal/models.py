"""The tables of this room."""

from .screening.models import Screening

__all__ = ["Screening"]
