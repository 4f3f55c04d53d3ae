"""History is appended, never edited, and readable before T0 without a word of the text."""

import pytest

from dateline.core.errors import NotAllowed
from dateline.desk import services as desk
from dateline.desk.models import History
from dateline.desk.tests.builders import BLOCK, added, ahead, checked, hold, lift, story

pytestmark = [pytest.mark.room, pytest.mark.django_db(databases=["default", "ledger"])]


def test_every_act_is_a_line_with_who_and_when() -> None:
    release = added(story("en"), at=ahead())
    desk.to_review(release, by="ana")
    desk.save_draft(release, story("ko"), by="ben")
    desk.remove_draft(release, "ko", by="ben")
    desk.set_circuit(release, "asean", by="ana")
    desk.set_time(release, ahead(7200), by="ana")
    version = checked(desk.lock(release, by="ana"), BLOCK)
    desk.override(release, version.editions[0].sha256, BLOCK.code, reason="Fine.", by="cy")
    desk.return_release(release, reason="Shorter.", by="ben")
    desk.spike(release, reason="A hoax.", by="ben")
    desk.return_release(release, reason="It was none.", by="ben")
    version = checked(desk.lock(release, by="ana"))
    desk.approve(release, by="cy")
    hold(version)
    lift(version)
    lines = desk.history(release)
    assert [(line.act, line.by) for line in lines] == [
        ("added", "ana"),
        ("handed in", "ana"),
        ("text saved", "ben"),
        ("text removed", "ben"),
        ("circuit chosen", "ana"),
        ("T0 chosen", "ana"),
        ("locked", "ana"),
        ("checked", "gate"),
        ("overrode", "cy"),
        ("returned", "ben"),
        ("spiked", "ben"),
        ("returned", "ben"),
        ("locked", "ana"),
        ("checked", "gate"),
        ("approved", "cy"),
        ("held", "wire"),
        ("lifted", "wire"),
    ]
    assert [line.at for line in lines] == sorted(line.at for line in lines)


def test_no_line_can_be_changed_or_deleted() -> None:
    added()
    line = History.objects.first()
    assert line is not None
    line.detail = "something else"
    for act in (
        line.save,
        line.delete,
        History.objects.all().delete,
        lambda: History.objects.update(by="nobody"),
        lambda: History.objects.filter(pk=line.pk).update(detail=""),
    ):
        with pytest.raises(NotAllowed):
            act()


def test_details_hold_no_word_of_the_text_i1() -> None:
    words = "Zanzibar"
    release = added(story("en", headline=words, slug="plain"))
    version = checked(desk.lock(release, by="ana"), BLOCK)
    desk.override(release, version.editions[0].sha256, BLOCK.code, reason=f"{words} is right", by="ana")
    desk.return_release(release, reason=f"{words} is wrong", by="ana")
    lines = desk.history(release)
    assert all(words not in line.detail + line.act for line in lines)
    assert [line.reason for line in lines if line.reason] == [f"{words} is right", f"{words} is wrong"]
