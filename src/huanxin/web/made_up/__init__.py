"""The made-up year of claims and sales that `huanxin demo` plays, with cheats planted in it."""
