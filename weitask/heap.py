"""Collections of cyclic rubbish, seldom enough that no visitor waits for one of the whole heap (40 to 100 ms)."""

import gc
from typing import Final

YOUNG: Final = 10_000  # objects made between two looks at the youngest; the interpreter's own 700 is for small programs
OLDER: Final = (20, 100)  # looks at a generation before one at the next


def settle() -> None:
    """What has been loaded so far stays for good and is not looked at again; what pages leave behind dies young."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(YOUNG, *OLDER)
