"""The forms of the portal. They parse what was typed; rules stay with the services."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext_lazy as _

from dateline.core.languages import WIRE_LANGUAGES, autonym

ACCEPTED = ".md,.markdown,.txt,.html,.htm,.docx,.jpg,.jpeg,.png,.webp,.gif"


class ManyFiles(forms.ClearableFileInput):
    """A file control that takes several."""

    allow_multiple_selected = True


class FilesField(forms.FileField):
    """Cleans to a list of uploaded files, empty when none was chosen."""

    widget = ManyFiles

    def clean(self, data: Any, initial: Any = None) -> "list[UploadedFile[Any]]":
        chosen = data if isinstance(data, list | tuple) else [data]
        # Empty files go on to intake, whose message names the file and the remedy.
        return [one for one in chosen if isinstance(one, UploadedFile)]


def _area(rows: int, **attributes: str) -> forms.Textarea:
    return forms.Textarea(attrs={"rows": rows, "spellcheck": "true", **attributes})


def language_choices(first: str) -> list[tuple[str, str]]:
    """Every language of the wire by its own name, after an empty choice."""
    return [("", first), *((tag, f"{autonym(tag)} ({tag})") for tag in WIRE_LANGUAGES)]


class ReadForm(forms.Form):
    """Paste or upload: at least one of the two."""

    text = forms.CharField(
        label=_("Text"),
        required=False,
        strip=False,
        widget=_area(14, dir="auto"),
        help_text=_("Markdown with front matter, plain text or HTML. The first line is the headline."),
    )
    uploads = FilesField(
        label=_("Files"),
        required=False,
        widget=ManyFiles(attrs={"accept": ACCEPTED}),
        help_text=_("Markdown, text, HTML or DOCX, one per language; and the pictures that they name."),
    )
    language = forms.ChoiceField(
        label=_("Language"),
        required=False,
        help_text=_("Only needed where the text does not say it."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["language"].choices = language_choices(str(_("as the text says")))  # type: ignore[attr-defined]


class WhenForm(forms.Form):
    """T0: on approval, or at a time with its zone."""

    how = forms.ChoiceField(
        label=_("When it goes out"),
        choices=[("approval", _("as soon as it is approved")), ("at", _("at this time"))],
        widget=forms.RadioSelect,
    )
    when = forms.CharField(
        label=_("Date and time"),
        required=False,
        help_text=_("2026-11-24 09:00, or with its offset: 2026-11-24T09:00+09:00"),
        widget=forms.TextInput(attrs={"dir": "ltr", "autocomplete": "off", "size": "28"}),
    )
    zone = forms.CharField(
        label=_("Time zone"),
        required=False,
        help_text=_("Needed unless the time has its own offset: Asia/Seoul"),
        widget=forms.TextInput(attrs={"dir": "ltr", "list": "zones", "size": "24"}),
    )


class DraftForm(WhenForm):
    """What turns the texts in the tray into a draft."""

    original = forms.TypedChoiceField(label=_("Original"), coerce=int, widget=forms.RadioSelect)
    issuer = forms.ChoiceField(label=_("Issuer"))
    circuit = forms.ChoiceField(label=_("Circuit"))
    field_order = ["original", "issuer", "circuit", "how", "when", "zone"]

    def __init__(
        self,
        *args: Any,
        originals: Iterable[tuple[int, str]],
        issuers: Iterable[tuple[str, str]],
        circuits: Iterable[str],
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.fields["original"].choices = list(originals)  # type: ignore[attr-defined]
        self.fields["issuer"].choices = list(issuers)  # type: ignore[attr-defined]
        self.fields["circuit"].choices = [(name, name) for name in circuits]  # type: ignore[attr-defined]


class TextForm(forms.Form):
    """One language's text as Markdown, or a file in its place."""

    text = forms.CharField(
        label=_("Text as Markdown"), required=False, strip=False, widget=_area(28, dir="auto")
    )
    file = FilesField(
        label=_("Or a file in its place"),
        required=False,
        widget=ManyFiles(attrs={"accept": ACCEPTED}),
        help_text=_("Markdown, text, HTML or DOCX, with the pictures that it names."),
    )


class CircuitForm(forms.Form):
    """One of the standing circuits."""

    circuit = forms.ChoiceField(label=_("Circuit"))

    def __init__(self, *args: Any, circuits: Iterable[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["circuit"].choices = [(name, name) for name in circuits]  # type: ignore[attr-defined]


class ReasonForm(forms.Form):
    """A word of reason."""

    reason = forms.CharField(
        label=_("Reason"),
        max_length=500,
        widget=forms.TextInput(attrs={"dir": "auto", "autocomplete": "off"}),
    )
