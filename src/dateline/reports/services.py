"""The door of reports: one report per release, its documents, and the progress faces watch."""

from dateline.reports.acknowledging import Pickup, Redistribution, acknowledgements_csv
from dateline.reports.documents import csv_text, report_document, send_document, sentence
from dateline.reports.endpoints import endpoint_document
from dateline.reports.progress import Lane, ReleaseProgress, progress
from dateline.reports.report import Failure, Lift, Report, report

__all__ = [
    "Failure",
    "Lane",
    "Lift",
    "Pickup",
    "Redistribution",
    "ReleaseProgress",
    "Report",
    "acknowledgements_csv",
    "csv_text",
    "endpoint_document",
    "progress",
    "report",
    "report_document",
    "send_document",
    "sentence",
]
