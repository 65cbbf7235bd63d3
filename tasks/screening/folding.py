"""Disguised text brought back to plain text, each letter remembering where it stood (F61).

A letter is taken apart (NFKD: full-width, circled, squared, accents), loses what cannot be seen (zero-width, soft
hyphen, variation selectors, tags, combining marks), is lower-cased, traded for the Latin letter it looks like, and
written in simplified characters. Positions always point into the original text.
"""

import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

import opencc

_UNSEEN: Final = frozenset({"Cf", "Mn", "Me", "Cc", "Co", "Cn", "Cs"})
_KEPT_CONTROLS: Final = frozenset("\n\t")

# Letters of other alphabets that pass for Latin ones, after lower-casing.
_CONFUSABLE: Final = str.maketrans(
    "аеорсухкмнтвіїјѕԁɡһԛԝьзӏαβεικνορτυχγηıɑℓ⒜", "aeopcyxkmhtbiijsdghqwb3labeikvoptuxyniala"
)
# Radicals that stand for whole characters but that NFKD leaves as they are.
_RADICALS: Final = str.maketrans(
    "⺀⺁⺂⺃⺄⺅⺆⺇⺈⺉⺊⺋⺌⺍⺎⺏⺐⺑⺒⺓⺔⺕⺖⺗⺘⺙⺛⺝⺞⺠⺡⺢⺣⺤⺥⺦⺧⺨⺩⺪⺫⺬⺭⺮⺯⺰⺱⺳⺶⺷⺸⺹⺺⺼⺽⺾⻀⻁⻂⻃⻄⻅⻆⻈⻉⻋⻌⻍⻏⻐⻑⻒⻓⻔⻖⻗⻘⻙⻚⻛⻜⻝⻠⻡⻢⻣⻤⻥⻦⻧⻨⻩⻪⻬⻮⻰⻳",
    "冫厂乛乚乙亻冂几刀刂卜巳小小尢尣尢尣巳幺彐彐忄心扌攵无月歹民氵水灬爪爪丬牛犭王疋目示礻竹纟纟罓冈羊羊羊老聿肉臼艹艹虎衤西西见角讠贝车辶辶阝钅長镸长门阝雨青韦页风飞食饣首马骨鬼鱼鸟卤麦黄黾齐齿龙龟",
)


def _letters(first: int) -> dict[int, str]:
    return {first + at: chr(ord("a") + at) for at in range(26)}


# Enclosed letters without a decomposition: negative circled, negative squared, regional indicators (flags).
_ENCLOSED: Final = _letters(0x1F150) | _letters(0x1F170) | _letters(0x1F1E6)
_SIMPLIFIED: Final = opencc.OpenCC("t2s")


@dataclass(frozen=True, slots=True)
class Folded:
    """Plain letters and, for each, the index in the original text of the character it came from."""

    text: str
    origin: tuple[int, ...]


@lru_cache(maxsize=65_536)
def plain(character: str) -> str:
    """What one character stands for: nothing, one letter, or several."""
    if character in _KEPT_CONTROLS:
        return " "
    opened = unicodedata.normalize("NFKD", character.translate(_ENCLOSED).translate(_RADICALS))
    seen = "".join(letter for letter in opened if unicodedata.category(letter) not in _UNSEEN)
    # Letters with marks that changed under lower-casing (İ) open up once more.
    lowered = unicodedata.normalize("NFKD", seen.casefold()).translate(_CONFUSABLE)
    kept = "".join(letter for letter in lowered if unicodedata.category(letter) not in _UNSEEN)
    return _SIMPLIFIED.convert(kept) if kept and not kept.isascii() else kept


def fold(text: str) -> Folded:
    """The plain reading of a text with everything visible in it, separators too."""
    letters: list[str] = []
    origin: list[int] = []
    for at, character in enumerate(text):
        for letter in plain(character):
            letters.append(letter)
            origin.append(at)
    return Folded("".join(letters), tuple(origin))


@lru_cache(maxsize=65_536)
def separates(letter: str) -> bool:
    """Whether a plain letter is only put between others: spaces, punctuation, symbols, emoji."""
    return unicodedata.category(letter)[0] in "ZPS"


def squeeze(folded: Folded) -> Folded:
    """The same without separators, so that 减·肥·药 reads 减肥药."""
    kept = [at for at, letter in enumerate(folded.text) if not separates(letter)]
    return Folded("".join(folded.text[at] for at in kept), tuple(folded.origin[at] for at in kept))
