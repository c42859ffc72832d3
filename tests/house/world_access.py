"""What the pages of logins, messages and the interface need to show something."""

from __future__ import annotations

ARGUMENTS: dict[str, dict[str, object]] = {
    "access:set_password": {"number": 1, "word": "made-up"},
    "access:person": {"number": lambda w: w.run.by_id},
    "access:change_person": {"number": lambda w: w.run.by_id},
    "access:end_mandate": {"number": lambda w: w.run.by.mandates.all()[0].pk},
    "access:revoke_token": {"number": 1},
    "outbox:read": {"number": 1},
    **{f"api:{page}": {"slug": "no-programme"} for page in ("programme", "decision")},
    **{
        f"api:{page}": {"number": "no-claim"}
        for page in ("claim", "submit_claim", "withdraw_claim", "papers")
    },
    **{f"api:{page}": {"code": "none"} for page in ("merchant", "quote", "redeem")},
    **{f"api:{page}": {"key": "no-sale"} for page in ("sale", "return")},
    **{f"api:{page}": {"number": 1} for page in ("hook", "deliveries")},
}
