"""Which things must go, should go or must be examined, by the packs in force."""
