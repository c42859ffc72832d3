"""The interface for programs, put together from the rooms' own addresses. See docs/api.md."""
