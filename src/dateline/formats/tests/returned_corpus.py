"""Returned mails in the shapes that common mail systems write, all invented, with what each says."""

from pathlib import Path

FOLDER = Path(__file__).parent / "returned"
ENVELOPE = "b+tzc4rsrch2yyfqgfywge46n5@bounce.wire.example"
MESSAGE_ID = "<0123456789abcdef0123456789abcdef@wire.example>"
# name -> (kind, code, what the house makes of it)
CORPUS = {
    "postfix-user-unknown": ("failed", "5.1.1", "gone"),
    "postfix-no-such-host": ("failed", "5.4.4", "other"),
    "postfix-delayed": ("delayed", "4.4.1", ""),
    "postfix-mailbox-full": ("failed", "5.2.2", "full"),
    "postfix-full-after-days": ("failed", "4.2.2", "full"),
    "postfix-headers-only-no-token": ("failed", "5.1.1", "gone"),
    "postfix-relayed": ("delivered", "2.1.5", ""),
    "postfix-sender-rejected": ("failed", "5.1.8", "ours"),
    "exim-user-unknown": ("failed", "5.1.1", "gone"),
    "exim-older-no-code": ("failed", "", "other"),
    "exim-warning": ("delayed", "4.7.1", ""),
    "sendmail-user-unknown": ("failed", "5.1.1", "gone"),
    "sendmail-warning": ("delayed", "4.2.0", ""),
    "qmail-no-mailbox": ("failed", "5.1.1", "gone"),
    "qmail-remote": ("failed", "5.1.1", "gone"),
    "exchange-not-found": ("failed", "5.1.10", "gone"),
    "exchange-full": ("failed", "5.2.2", "full"),
    "exchange-expired": ("failed", "4.4.7", "other"),
    "exchange-policy": ("failed", "5.7.1", "ours"),
    "microsoft365-blocked": ("failed", "5.7.705", "ours"),
    "gmail-no-such-user": ("failed", "5.1.1", "gone"),
    "gmail-full": ("failed", "5.2.2", "full"),
    "gmail-dmarc": ("failed", "5.7.26", "ours"),
    "gmail-delayed": ("delayed", "4.4.1", ""),
    "yahoo-no-account": ("failed", "5.0.0", "other"),
    "yahoo-older": ("failed", "5.2.2", "full"),
    "japanese-user-unknown": ("failed", "5.1.1", "gone"),
    "utf8-user-unknown": ("failed", "5.1.6", "gone"),
    "two-recipients": ("failed", "5.1.1", "gone"),
    "out-of-office": ("automatic", "", ""),
    "out-of-office-exchange": ("automatic", "", ""),
    "human-reply": ("unknown", "", ""),
}


def returned(
    name: str, *, envelope: str = ENVELOPE, message_id: str = MESSAGE_ID, envid: str = "e1"
) -> bytes:
    """A message of the corpus as it would come back for this mail."""
    text = (FOLDER / f"{name}.eml").read_text(encoding="utf-8")
    for mark, value in (("{envelope}", envelope), ("{message_id}", message_id), ("{envid}", envid)):
        text = text.replace(mark, value)
    return text.encode()
