"""Many tables in one operation: Django draws every related model anew for each CreateModel, here once for all."""

from django.db.migrations.operations.base import Operation, OperationCategory


class CreateTables(Operation):
    """The CreateModel operations of an app, one after the other, with their models drawn when all are known."""

    category = OperationCategory.ADDITION

    def __init__(self, tables):
        self.tables = tables

    def state_forwards(self, app_label, state):
        state.__dict__.pop("apps", None)  # what is drawn so far; drawn again when next asked for
        for table in self.tables:
            table.state_forwards(app_label, state)

    def database_forwards(self, app_label, schema_editor, from_state, to_state):
        for table in self.tables:
            table.database_forwards(app_label, schema_editor, from_state, to_state)

    def database_backwards(self, app_label, schema_editor, from_state, to_state):
        for table in reversed(self.tables):
            table.database_backwards(app_label, schema_editor, from_state, to_state)

    def describe(self):
        return "Create " + ", ".join(table.name for table in self.tables)
