from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from orders import drawing


class Command(BaseCommand):
    help = "Draw docs/states.md from the table of moves."
    requires_system_checks = ()  # it reads a table of constants

    def handle(self, *args: Any, **options: Any) -> None:
        """Write the page, and say where it is."""
        path = Path(settings.BASE_DIR) / "docs" / "states.md"
        path.write_text(drawing.page(), encoding="utf-8")
        self.stdout.write(f"wrote {path.relative_to(settings.BASE_DIR)}")
