"""Built-in places for reports (`IReportSink`)."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from moodle_bridge.registry import Registry


def includeme(registry: Registry) -> None:
    """Register the plug-ins of this folder."""
    # Imported here, so that naming the entry point costs nothing at start.
    from moodle_bridge.interfaces import IReportSink  # noqa: PLC0415
    from moodle_bridge.plugins.reports import files  # noqa: PLC0415

    for name, build, description in (
        ("html-file", files.html_file, "A web page with plots, in a file"),
        ("csv-file", files.csv_file, "A row for each question, with pseudonyms"),
        ("json-file", files.json_file, "All numbers as JSON, in a file"),
        ("openmetrics-file", files.openmetrics_file, "Metrics for a collector"),
    ):
        registry.register(
            IReportSink,
            name,
            build=build,
            settings=files.ReportFileSettings,
            description=description,
        )
