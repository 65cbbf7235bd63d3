"""The desk's own admin site in place of the usual one; unfold's look stays."""

from django.contrib.admin.apps import AdminConfig


class DeskConfig(AdminConfig):
    default_site = "weitask.desk.Desk"
