"""Built-in places for reports (`IReportSink`)."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from moodle_bridge.registry import Registry


def includeme(registry: Registry) -> None:
    """Register the plug-ins of this folder."""
    # Imported here, so that naming the entry point costs nothing at start.
    from moodle_bridge.interfaces import IReportSink  # noqa: PLC0415
    from moodle_bridge.plugins.reports import (  # noqa: PLC0415
        files,
        mail,
        moodle_database,
        moodle_forum,
        moodle_wiki,
    )

    registry.register(
        IReportSink,
        "moodle-forum",
        build=moodle_forum.MoodleForumReport,
        settings=moodle_forum.MoodleForumReportSettings,
        description="One post in a Moodle forum, edited in its place",
    )
    registry.register(
        IReportSink,
        "moodle-wiki",
        build=moodle_wiki.MoodleWikiReport,
        settings=moodle_wiki.MoodleWikiReportSettings,
        description="A page of a Moodle wiki, with its history",
    )
    registry.register(
        IReportSink,
        "moodle-database",
        build=moodle_database.MoodleDatabaseReport,
        settings=moodle_database.MoodleDatabaseReportSettings,
        description="A row a week in a Moodle database activity",
    )
    registry.register(
        IReportSink,
        "mail",
        build=mail.MailReport,
        settings=mail.MailReportSettings,
        description="A mail to the facilitators, each time that the report changed",
    )
    registry.register(
        IReportSink,
        "html-file",
        build=files.html_file,
        settings=files.ReportFileSettings,
        description="A web page with plots, in a file",
    )
    registry.register(
        IReportSink,
        "csv-file",
        build=files.csv_file,
        settings=files.WaitsFileSettings,
        description="A row for each question, with pseudonyms",
    )
    registry.register(
        IReportSink,
        "json-file",
        build=files.json_file,
        settings=files.ReportFileSettings,
        description="All numbers as JSON, in a file",
    )
    registry.register(
        IReportSink,
        "openmetrics-file",
        build=files.openmetrics_file,
        settings=files.MetricsFileSettings,
        description="Metrics for a collector",
    )
