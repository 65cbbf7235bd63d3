"""What the process must still know after a restart: its switches and the business time it was told."""

from django.db import models


class Remembered(models.Model):
    """One named JSON value."""

    key = models.CharField(primary_key=True, max_length=40)
    value = models.JSONField()

    def __str__(self) -> str:
        return self.key
