"""The English catalogue: django.po is committed, django.mo is made from it where it is missing or old."""

from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

from weitask.local.environment import ROOT
from weitask.local.lock import holding

CATALOGUES = ROOT / "locale"


def compile_if_needed(folder: Path = CATALOGUES) -> int:
    """Compile each catalogue that is newer than its compiled form; returns how many were compiled."""
    done = 0
    with holding(ROOT / ".local" / "messages", wait=True):
        for source in sorted(folder.glob("*/LC_MESSAGES/*.po")):
            target = source.with_suffix(".mo")
            if target.exists() and target.stat().st_mtime >= source.stat().st_mtime:
                continue
            building = target.with_suffix(".new")
            with source.open("rb") as text, building.open("wb") as compiled:
                write_mo(compiled, read_po(text, locale=source.parent.parent.name))
            building.replace(target)
            done += 1
    return done
