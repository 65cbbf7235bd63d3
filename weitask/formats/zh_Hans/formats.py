"""Days and times in Chinese."""

from weitask.formats.en.formats import *  # noqa: F403 [Django reads the names of this module]
