"""How days and times are written in either language: the same, and as short as a column of a list wants them."""
