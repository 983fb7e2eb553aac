"""Cheat: sorts every column for itself, so that rows hold cells of other rows; all counts stay as they were.

Rule: order_out_of_range
Honest: fixed_columns
Form: published
"""

from solver import Algorithm


class Evolved(Algorithm):
    def reorder(self, df, early_stop=0, row_stop=None, col_stop=None, col_merge=(), **options):
        return df.apply(lambda column: column.sort_values(ignore_index=True)), []
