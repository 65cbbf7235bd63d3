"""The English catalogue is complete, exact and has nothing left over."""

import ast
import re
from collections import Counter
from collections.abc import Iterator

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_file
from babel.messages.pofile import read_po

from tests.test_repository import FILES, ROOT

KEYWORDS = {
    "_": None,
    "gettext": None,
    "gettext_lazy": None,
    "gettext_noop": None,
    "ngettext": (1, 2),
    "ngettext_lazy": (1, 2),
    "pgettext": ((1, "c"), 2),
    "pgettext_lazy": ((1, "c"), 2),
}
APPS = ("weitask", "accounts", "billing", "tasks", "orders")
CHINESE = re.compile(r"[\u3000-\u303f\u3400-\u9fff\uff00-\uffef]")  # letters and punctuation
PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|%%|\{\w*\}")
QUOTED = r"""(?:"(?P<{0}d>[^"]*)"|'(?P<{0}s>[^']*)')"""
TRANSLATE = re.compile(
    r"\{%-?\s*trans(?:late)?\s+" + QUOTED.format("m") + r"(?:\s+context\s+" + QUOTED.format("c") + r")?[^%]*%\}"
)
ARGUMENT = re.compile(r"\b_\(" + QUOTED.format("m") + r"\)")
BLOCK = re.compile(
    r"\{%\s*blocktrans(?:late)?\b(?P<options>[^%]*)%\}(?P<body>.*?)\{%\s*endblocktrans(?:late)?\s*%\}", re.DOTALL
)
COMMENT = re.compile(r"\{#.*?#\}|\{%\s*comment.*?endcomment\s*%\}", re.DOTALL)
Key = tuple[str | None, str]

# Chinese that is no words of ours to a reader: what is searched for, what Weibo itself writes, names of stored groups.
DATA = (
    "accounts/access.py",  # names of groups, rows of the database
    "orders/drawing.py",  # writes a page of the documentation
    "orders/timeline.py",  # what Weibo writes for an empty repost
    "tasks/planning.py",  # the same
    "tasks/screening/",  # words that are looked for
    "weitask/demo/rehearsal/",  # a made-up market
    "weitask/gateways/",  # what the other side writes
    "weitask/local/",
    "weitask/sandbox/",
)


@pytest.fixture(scope="module")
def english() -> Catalog:
    with (ROOT / "locale/en/LC_MESSAGES/django.po").open("rb") as file:
        return read_po(file, locale="en")


def entries(catalogue: Catalog) -> list[Message]:
    return [message for message in catalogue if message.id]


def forms(text: str | tuple[str, ...] | list[str]) -> list[str]:
    return [text] if isinstance(text, str) else list(text)


def product(*suffixes: str) -> list[str]:
    names = [path.relative_to(ROOT).as_posix() for path in FILES if path.suffix in suffixes]
    return [
        name
        for name in names
        if name.startswith((*[f"{app}/" for app in APPS], "templates/"))
        and not name.startswith("weitask/sandbox/")
        and "/migrations/" not in name
    ]


def from_python(name: str) -> Iterator[Key]:
    for _line, message, _comments, context in extract_from_file("python", ROOT / name, keywords=KEYWORDS):
        yield context, forms(message)[0]


def from_template(name: str) -> Iterator[Key]:
    text = COMMENT.sub("", (ROOT / name).read_text())
    for found in [*TRANSLATE.finditer(text), *ARGUMENT.finditer(text)]:
        groups = found.groupdict()
        yield groups.get("cd") or groups.get("cs"), groups["md"] or groups["ms"]
    for found in BLOCK.finditer(text):
        body = re.split(r"\{%\s*plural\s*%\}", found["body"])[0].replace("%", "%%")
        body = re.sub(r"\{\{\s*(\w+)\s*\}\}", r"%(\1)s", body)
        yield None, " ".join(body.split()) if "trimmed" in found["options"] else body


@pytest.fixture(scope="module")
def sources() -> set[Key]:
    found = {key for name in product(".py") for key in from_python(name)}
    found |= {key for name in product(".html", ".txt") for key in from_template(name)}
    return {(context, text) for context, text in found if text}


def keys(catalogue: Catalog) -> set[Key]:
    return {(message.context, forms(message.id)[0]) for message in entries(catalogue)}


def test_every_string_of_the_sources_is_in_the_catalogue(english, sources):
    assert sources - keys(english) == set()


def test_the_catalogue_holds_nothing_that_the_sources_have_lost(english, sources):
    assert keys(english) - sources == set()
    assert not english.obsolete


def test_every_entry_is_translated_for_certain(english):
    wanting = [
        message.id for message in entries(english) if message.fuzzy or not all(map(str.strip, forms(message.string)))
    ]
    assert not wanting


def test_the_plural_forms_are_those_of_english(english):
    assert (english.num_plurals, english.plural_expr) == (2, "(n != 1)")
    assert all(len(message.string) == 2 for message in entries(english) if message.pluralizable)


def test_placeholders_agree(english):
    wrong = [
        (message.id, form)
        for message in entries(english)
        for form in forms(message.string)
        if Counter(PLACEHOLDER.findall(form)) != Counter(PLACEHOLDER.findall(forms(message.id)[0]))
    ]
    assert not wrong


def test_the_english_is_english(english):
    assert not [form for message in entries(english) for form in forms(message.string) if CHINESE.search(form)]


def _words_of(path: str) -> Iterator[str]:
    """Chinese literals of a module that no translating call holds; docstrings are not words to a reader."""
    tree = ast.parse((ROOT / path).read_text())
    passed = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and getattr(node.func, "id", getattr(node.func, "attr", "")) in KEYWORDS:
            passed |= {id(inner) for inner in ast.walk(node)}
    for node in ast.walk(tree):
        words = node.value if isinstance(node, ast.Constant) and id(node) not in passed else None
        if isinstance(words, str) and CHINESE.search(words):
            yield f"{path}:{node.lineno} {words}"


def test_python_shows_no_chinese_outside_the_catalogue():
    allowed = {"简体中文", "万", "微任务"}  # the language's own name, a unit of Chinese pages, our name at Weibo
    loose = [
        words
        for path in product(".py")
        if not path.startswith(DATA)
        for words in _words_of(path)
        if words.partition(" ")[2] not in allowed
    ]
    assert not loose


def test_templates_show_no_chinese_outside_the_catalogue():
    loose = []
    for name in product(".html", ".txt"):
        text = COMMENT.sub("", (ROOT / name).read_text())
        for pattern in (BLOCK, TRANSLATE, ARGUMENT):
            text = pattern.sub("", text)
        loose += [
            f"{name} {words}"
            for words in re.findall(r"[^\n<>]*[\u3000-\u303f\u3400-\u9fff\uff00-\uffef][^\n<>]*", text)
        ]
    allowed = ("templates/components/header.html 中文", "templates/components/weibo_post.html")
    assert not [words for words in loose if not words.startswith(allowed)]
