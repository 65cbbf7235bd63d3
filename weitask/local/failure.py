"""The one error of this package: a plain sentence for the person at the terminal."""


class LocalError(Exception):
    """Something on this machine is in the way; the message names it and what to do, without a traceback."""
