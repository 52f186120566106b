"""Built-in plug-ins that say where the answers of an intake form are (`IIntakeSource`)."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from moodle_bridge.registry import Registry


def includeme(registry: Registry) -> None:
    """Register the plug-ins of this folder."""
    # Imported here, so that naming the entry point costs nothing at start.
    from moodle_bridge.interfaces import IIntakeSource  # noqa: PLC0415
    from moodle_bridge.plugins.intake import (  # noqa: PLC0415
        csv_file,
        google_forms,
        google_sheet,
        kobo,
        limesurvey,
        moodle_feedback,
        ms_forms,
        odk,
        typeform,
        typeform_files,
        workbook,
    )

    registry.register(
        IIntakeSource,
        "csv",
        build=csv_file.CsvIntake,
        settings=csv_file.CsvIntakeSettings,
        description="A CSV file, however it was written",
    )
    registry.register(
        IIntakeSource,
        "workbook",
        build=workbook.WorkbookIntake,
        settings=workbook.WorkbookIntakeSettings,
        description="A sheet of an Excel or OpenDocument file",
    )
    registry.register(
        IIntakeSource,
        "ms-forms",
        build=ms_forms.MsFormsIntake,
        settings=ms_forms.MsFormsIntakeSettings,
        description="The Excel file that Microsoft Forms gives",
    )
    registry.register(
        IIntakeSource,
        "google-sheet",
        build=google_sheet.GoogleSheetIntake,
        settings=google_sheet.GoogleSheetIntakeSettings,
        description="The sheet behind a Google form, by its CSV address",
    )
    registry.register(
        IIntakeSource,
        "kobo",
        build=kobo.KoboIntake,
        settings=kobo.KoboIntakeSettings,
        description="A form in KoboToolbox",
    )
    registry.register(
        IIntakeSource,
        "odk",
        build=odk.OdkIntake,
        settings=odk.OdkIntakeSettings,
        description="A form in ODK Central",
    )
    registry.register(
        IIntakeSource,
        "google-forms",
        build=google_forms.GoogleFormsIntake,
        settings=google_forms.GoogleFormsIntakeSettings,
        description="A Google form, through the Forms API",
    )
    registry.register(
        IIntakeSource,
        "limesurvey",
        build=limesurvey.LimeSurveyIntake,
        settings=limesurvey.LimeSurveyIntakeSettings,
        description="A survey in LimeSurvey",
    )
    registry.register(
        IIntakeSource,
        "typeform",
        build=typeform.TypeformIntake,
        settings=typeform.TypeformIntakeSettings,
        description="A form of Typeform",
    )
    registry.register(
        IIntakeSource,
        "typeform-files",
        build=typeform_files.TypeformFilesIntake,
        settings=typeform_files.TypeformFilesIntakeSettings,
        description="What Typeform's webhook sent, kept as signed files",
    )
    registry.register(
        IIntakeSource,
        "moodle-feedback",
        build=moodle_feedback.MoodleFeedbackIntake,
        settings=moodle_feedback.MoodleFeedbackIntakeSettings,
        description="A feedback activity on the bridge's own Moodle",
    )
