"""Numbers as Chinese offices write them: Django's own file for Chinese groups by four and writes no comma."""

THOUSAND_SEPARATOR = ","
NUMBER_GROUPING = 3
