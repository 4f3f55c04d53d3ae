"""What the pages of the translation desk call. Reached as `languages.services.translation_desk`."""

from dateline.core.words import Finding
from dateline.languages.glossary import glossary_csv, import_csv, list_terms
from dateline.languages.masking import TOKEN
from dateline.languages.matches import Match, matches
from dateline.languages.memory import Suggestion, export_tmx, import_tmx, search
from dateline.languages.order_rows import cancel_order, order
from dateline.languages.slots import decoded, encoded
from dateline.languages.terms_used import terms_of
from dateline.languages.translator import Segment, Slot, Term
from dateline.languages.translator_links import MOST_DAYS, Task, draw, hand_in, redeem, revoke, task_of
from dateline.languages.worklist import OPEN_FIRST, WorkLine, line_of, worklist
from dateline.languages.worksheet_acts import (
    LONGEST,
    Edit,
    Finished,
    Saved,
    accept,
    finish,
    save,
    take_proposal,
    text_key,
)
from dateline.languages.worksheet_engines import ask_again
from dateline.languages.worksheet_exchange import Imported, import_xliff, xliff_of_sheet
from dateline.languages.worksheet_rows import open_sheet
from dateline.languages.worksheets import (
    Accepted,
    Kept,
    Row,
    RowState,
    Worksheet,
    finding_key,
    findings_of,
    is_accepted,
    label_of,
    place_of,
    standing,
)

__all__ = [
    "LONGEST", "MOST_DAYS", "OPEN_FIRST", "TOKEN", "Accepted", "Edit", "Finding", "Finished", "Imported",
    "Kept", "Match", "Row", "RowState", "Saved", "Segment", "Slot", "Suggestion", "Task", "Term", "WorkLine",
    "Worksheet", "accept", "ask_again", "cancel_order", "decoded", "draw", "encoded", "export_tmx",
    "finding_key", "findings_of", "finish", "glossary_csv", "hand_in", "import_csv", "import_tmx",
    "import_xliff", "is_accepted", "label_of", "line_of", "list_terms", "matches", "open_sheet",
    "order", "place_of", "redeem", "revoke", "save", "search", "standing", "take_proposal", "task_of",
    "terms_of", "text_key", "worklist", "xliff_of_sheet",
]  # fmt: skip
