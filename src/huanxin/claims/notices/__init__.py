"""Public notice: reviewed claims that everybody may read and object to before money is committed."""
