"""What a label means is there for the pointer, the keyboard, a tap and a screen reader (R112)."""

from weitask.templatetags.weitask import badge


def test_a_label_with_a_meaning_can_be_focused_and_says_it():
    shown = badge("wait", "派单", '等待 "帐号主"')
    assert 'tabindex="0"' in shown
    assert 'title="等待 &quot;帐号主&quot;"' in shown


def test_a_state_without_a_meaning_is_no_stop_for_the_keyboard():
    assert "tabindex" not in badge("draft", "草稿")
