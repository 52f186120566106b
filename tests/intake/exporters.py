"""A form as each source would give it."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape, quoteattr
from zoneinfo import ZoneInfo

from openpyxl import Workbook

from tests.intake.plain_form import PlainEntry, PlainForm, PlainQuestion

Json = dict[str, Any]


def _stamp(moment: datetime, mark: str = "Z") -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%S") + mark


# Tables


def table(form: PlainForm, several: str = ", ") -> list[list[str]]:
    """Return the words of the form, a row a person; first the time, in UTC."""
    head = ["Timestamp", *(question.text for question in form.questions)]
    rows = [
        [
            entry.submitted.strftime("%Y-%m-%d %H:%M:%S"),
            *(several.join(form.words(each, entry)) for each in form.questions),
        ]
        for entry in form.entries
    ]
    return [head, *rows]


def csv_bytes(
    rows: Sequence[Sequence[str]],
    *,
    delimiter: str = ",",
    encoding: str = "utf-8",
    before: str = "",
) -> bytes:
    text = io.StringIO(newline="")
    text.write(before)
    csv.writer(text, delimiter=delimiter).writerows(rows)
    return text.getvalue().encode(encoding)


def google_sheet_csv(form: PlainForm, zone: str) -> bytes:
    """Return the sheet behind a Google form, in a French locale and its own zone."""
    rows = table(form)
    rows[0][0] = "Horodateur"
    for row, entry in zip(rows[1:], form.entries, strict=True):
        local = entry.submitted.astimezone(ZoneInfo(zone))
        row[0] = local.strftime("%d/%m/%Y %H:%M:%S")
    return csv_bytes(rows, delimiter=";")


def xlsx(path: Path, rows: Sequence[Sequence[object]]) -> Path:
    book = Workbook()
    page = book.active
    assert page is not None
    for row in rows:
        page.append(list(row))
    book.save(path)
    return path


def ms_forms_xlsx(path: Path, form: PlainForm, zone: str) -> Path:
    """Write what Microsoft Forms gives; times are of whoever exported it."""
    own = ["ID", "Heure de début", "Heure de fin", "Adresse de messagerie", "Nom"]
    rows: list[list[object]] = [
        [*own, *(f"{each.text}\xa0" for each in form.questions)]
    ]
    for entry in form.entries:
        at = entry.submitted.astimezone(ZoneInfo(zone)).replace(tzinfo=None)
        cells = [
            "".join(f"{word};" for word in form.words(each, entry))
            if each.kind == "several"
            else "".join(form.words(each, entry))
            for each in form.questions
        ]
        rows.append([entry.number, at, at, "anonymous", None, *cells])
    return xlsx(path, rows)


def ods(path: Path, rows: Sequence[Sequence[str]]) -> Path:
    """Write an OpenDocument sheet of texts, as small as one can be."""
    lines = "".join(
        "<table:table-row>"
        + "".join(
            '<table:table-cell office:value-type="string">'
            f"<text:p>{escape(cell)}</text:p></table:table-cell>"
            if cell
            else "<table:table-cell/>"
            for cell in row
        )
        + "</table:table-row>"
        for row in rows
    )
    content = (
        '<?xml version="1.0" encoding="UTF-8"?><office:document-content'
        ' xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0"'
        ' xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0"'
        ' xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"'
        ' office:version="1.3"><office:body><office:spreadsheet>'
        f'<table:table table:name="Answers">{lines}</table:table>'
        "</office:spreadsheet></office:body></office:document-content>"
    )
    kind = "application/vnd.oasis.opendocument.spreadsheet"
    manifest = (
        '<?xml version="1.0" encoding="UTF-8"?><manifest:manifest'
        ' xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0">'
        f'<manifest:file-entry manifest:full-path="/" manifest:media-type="{kind}"/>'
        '<manifest:file-entry manifest:full-path="content.xml"'
        ' manifest:media-type="text/xml"/></manifest:manifest>'
    )
    with zipfile.ZipFile(path, "w") as book:
        book.writestr("mimetype", kind)
        book.writestr("content.xml", content)
        book.writestr("META-INF/manifest.xml", manifest)
    return path


# KoboToolbox


def kobo(form: PlainForm) -> tuple[Json, list[Json]]:
    """Return the asset and its submissions; all questions stand in one group."""
    survey: list[Json] = [
        {"type": "start", "name": "start", "$xpath": "start"},
        {"type": "begin_group", "name": "person", "$xpath": "person"},
        {"type": "note", "name": "hello", "$xpath": "person/hello", "label": ["Hi"]},
    ]
    choices = []
    for question in form.questions:
        kind = {"one": "select_one", "several": "select_multiple"}.get(
            question.kind, "text"
        )
        row: Json = {
            "type": kind,
            "name": question.key,
            "$autoname": question.key,
            "$xpath": f"person/{question.key}",
            "label": [question.text, None],
        }
        if question.choices:
            row["select_from_list_name"] = f"list_{question.key}"
        survey.append(row)
        choices += [
            {"list_name": f"list_{question.key}", "name": name, "label": [words, None]}
            for name, words in question.choices.items()
        ]
    survey.append({"type": "end_group"})
    asset = {
        "name": form.name,
        "asset_type": "survey",
        "version_id": "v2",
        "deployed_version_id": "v2",
        "content": {
            "survey": survey,
            "choices": choices,
            "translations": ["English (en)", "Français (fr)"],
        },
    }
    rows: list[Json] = []
    for entry in form.entries:
        answers = {
            f"person/{key}": given if isinstance(given, str) else " ".join(given)
            for key, given in entry.answers.items()
        }
        uuid = f"00000000-0000-4000-8000-{entry.number:012}"
        rows.append(
            {
                "_id": 700 + entry.number,
                "formhub/uuid": "f00",
                "start": _stamp(entry.submitted, ".000+03:00"),
                **answers,
                "__version__": "v2",
                "meta/instanceID": f"uuid:{uuid}",
                "meta/rootUuid": f"uuid:{uuid}",
                "_uuid": uuid,
                "_attachments": [],
                "_geolocation": [None, None],
                "_status": "submitted_via_web",
                "_submission_time": _stamp(entry.submitted, ""),
                "_validation_status": {},
                "_submitted_by": None,
            }
        )
    return asset, rows


# ODK Central


def odk(form: PlainForm) -> tuple[list[Json], str, list[Json]]:
    """Return the fields, the XForm and the rows of OData, newest first."""
    fields: list[Json] = [
        {"path": "/meta", "name": "meta", "type": "structure"},
        {"path": "/meta/instanceID", "name": "instanceID", "type": "string"},
        {"path": "/person", "name": "person", "type": "structure"},
    ]
    texts, instances, controls = [], [], []
    for question in form.questions:
        path = f"person/{question.key}"
        several = question.kind == "several"
        fields.append(
            {
                "path": f"/{path}",
                "name": question.key,
                "type": "string",
                "binary": None,
                "selectMultiple": several or None,
            }
        )
        texts.append((f"/data/{path}:label", question.text))
        label = f"<label ref=\"jr:itext('/data/{path}:label')\"/>"
        if not question.choices:
            controls.append(f'<input ref="/data/{path}">{label}</input>')
            continue
        items = []
        for place, (name, words) in enumerate(question.choices.items()):
            texts.append((f"{question.key}-{place}", words))
            items.append(
                f"<item><itextId>{question.key}-{place}</itextId>"
                f"<name>{escape(name)}</name></item>"
            )
        instances.append(
            f'<instance id="{question.key}"><root>{"".join(items)}</root></instance>'
        )
        tag = "select" if several else "select1"
        nodeset = quoteattr("/".join((f"instance('{question.key}')", "root", "item")))
        controls.append(
            f'<{tag} ref="/data/{path}">{label}<itemset nodeset={nodeset}>'
            '<value ref="name"/><label ref="jr:itext(itextId)"/></itemset>'
            f"</{tag}>"
        )
    words_of = "".join(
        f"<text id={quoteattr(key)}><value>{escape(words)}</value></text>"
        for key, words in texts
    )
    xform = (
        '<?xml version="1.0"?><h:html xmlns="http://www.w3.org/2002/xforms"'
        ' xmlns:h="http://www.w3.org/1999/xhtml"'
        ' xmlns:jr="http://openrosa.org/javarosa"><h:head><h:title>t</h:title><model>'
        '<itext><translation lang="français (fr)"/>'
        f'<translation lang="English (en)" default="true()">{words_of}</translation>'
        f'</itext><instance><data id="intake"/></instance>{"".join(instances)}</model>'
        f'</h:head><h:body><group ref="/data/person">{"".join(controls)}</group>'
        "</h:body></h:html>"
    )
    rows = []
    for entry in reversed(form.entries):
        key = f"uuid:00000000-0000-4000-8000-{entry.number:012}"
        rows.append(
            {
                "__id": key,
                "__system": {
                    "submissionDate": _stamp(entry.submitted, ".000Z"),
                    "updatedAt": _stamp(entry.edited, ".000Z")
                    if entry.edited
                    else None,
                    "deletedAt": None,
                    "submitterId": "5",
                    "submitterName": "Public link",
                    "attachmentsPresent": 0,
                    "attachmentsExpected": 0,
                    "status": None,
                    "reviewState": None,
                    "deviceId": None,
                    "edits": 1 if entry.edited else 0,
                    "formVersion": "1",
                },
                "meta": {"instanceID": key},
                "person": {
                    question.key: _odk_value(entry, question)
                    for question in form.questions
                },
            }
        )
    return fields, xform, rows


def _odk_value(entry: PlainEntry, question: PlainQuestion) -> str | None:
    given = entry.answers.get(question.key)
    return " ".join(given) if isinstance(given, tuple) else given


# Google Forms


def google_forms(form: PlainForm) -> tuple[Json, list[Json]]:
    """Return the form and its responses."""
    items = []
    for place, question in enumerate(form.questions):
        asked: Json = {"questionId": f"q{place:08x}", "required": False}
        if question.choices:
            asked["choiceQuestion"] = {
                "type": "CHECKBOX" if question.kind == "several" else "RADIO",
                "options": [{"value": words} for words in question.choices.values()],
            }
        else:
            asked["textQuestion"] = {}
        items.append(
            {
                "itemId": f"i{place}",
                "title": question.text,
                "questionItem": {"question": asked},
            }
        )
    definition = {
        "formId": "1FAIpQL",
        "info": {"title": form.name, "documentTitle": "Untitled"},
        "items": [{"itemId": "t", "title": "Welcome", "textItem": {}}, *items],
        "responderUri": "https://docs.google.com/forms/d/e/x/viewform",
    }
    responses = []
    for entry in form.entries:
        answers = {
            f"q{place:08x}": {
                "questionId": f"q{place:08x}",
                "textAnswers": {"answers": [{"value": word} for word in words]},
            }
            for place, question in enumerate(form.questions)
            if (words := form.words(question, entry))
        }
        sent = _stamp(entry.submitted, ".000Z")
        last = _stamp(entry.edited, ".000199Z") if entry.edited else sent
        responses.append(
            {
                "responseId": f"ACYDBN{entry.number:04}",
                "createTime": sent,
                "lastSubmittedTime": last,
                "answers": answers,
            }
        )
    return definition, responses


# LimeSurvey


def limesurvey(
    form: PlainForm, zone: str
) -> tuple[list[Json], dict[int, Json], list[Json]]:
    """Return questions, answer options by question id, and responses."""
    questions: list[Json] = []
    options: dict[int, Json] = {}
    for place, question in enumerate(form.questions, 1):
        own = {
            "id": place,
            "qid": place,
            "sid": 123456,
            "gid": 1,
            "parent_qid": 0,
            "title": question.key.replace("_", ""),
            "question": f"<p><b>{escape(question.text)}</b></p>",
            "type": {"one": "L", "several": "M"}.get(question.kind, "S"),
            "question_order": place,
            "language": "en",
        }
        questions.append(own)
        if question.kind == "one":
            options[place] = {
                f"A{number}": {"answer": words, "assessment_value": 0, "scale_id": 0}
                for number, words in enumerate(question.choices.values(), 1)
            }
        elif question.kind == "several":
            questions += [
                own
                | {
                    "id": place * 100 + number,
                    "qid": place * 100 + number,
                    "parent_qid": place,
                    "title": f"SQ{number:03}",
                    "question": escape(words),
                    "type": "T",
                    "question_order": number,
                }
                for number, words in enumerate(question.choices.values(), 1)
            ]
    responses = []
    for entry in form.entries:
        at = entry.submitted.astimezone(ZoneInfo(zone)).strftime("%Y-%m-%d %H:%M:%S")
        row: Json = {
            "id": str(entry.number),
            "submitdate": at,
            "lastpage": "1",
            "startlanguage": "en",
            "seed": "1203",
            "startdate": at,
            "datestamp": at,
        }
        for question in form.questions:
            code = question.key.replace("_", "")
            given = entry.answers.get(question.key, "")
            names = list(question.choices)
            if question.kind == "several":
                for number, name in enumerate(names, 1):
                    row[f"{code}[SQ{number:03}]"] = "Y" if name in given else ""
            elif question.choices:
                row[code] = f"A{names.index(str(given)) + 1}" if given else ""
            else:
                row[code] = given
        responses.append(row)
    return questions, options, responses


# Typeform


def typeform(form: PlainForm) -> tuple[Json, list[Json]]:
    """Return the form and its responses, newest first."""
    fields: list[Json] = []
    for place, question in enumerate(form.questions):
        field: Json = {
            "id": f"id{place}",
            "ref": f"ref-{question.key}",
            "title": question.text,
            "type": "multiple_choice" if question.choices else "short_text",
            "properties": {},
        }
        if question.choices:
            field["properties"] = {
                "allow_multiple_selection": question.kind == "several",
                "choices": [
                    {"id": f"c-{name}", "ref": f"choice-{name}", "label": words}
                    for name, words in question.choices.items()
                ],
            }
        fields.append(field)
    definition = {
        "id": "u6nXL7",
        "title": form.name,
        "hidden": [],
        "fields": [
            {
                "id": "g",
                "ref": "group",
                "title": "You",
                "type": "group",
                "properties": {"fields": fields},
            }
        ],
    }
    items = [typeform_response(form, each) for each in reversed(form.entries)]
    return definition, items


def typeform_response(form: PlainForm, entry: PlainEntry) -> Json:
    answers: list[Json] = []
    for place, question in enumerate(form.questions):
        given = entry.answers.get(question.key)
        if given is None:
            continue
        field = {"id": f"id{place}", "ref": f"ref-{question.key}"}
        if isinstance(given, tuple):
            chosen = {
                "ids": [f"c-{name}" for name in given],
                "refs": [f"choice-{name}" for name in given],
                "labels": [question.choices[name] for name in given],
            }
            answers.append({"field": field, "type": "choices", "choices": chosen})
        elif question.choices:
            one = {
                "id": f"c-{given}",
                "ref": f"choice-{given}",
                "label": question.choices[given],
            }
            answers.append({"field": field, "type": "choice", "choice": one})
        else:
            answers.append({"field": field, "type": "text", "text": given})
    return {
        "landing_id": f"t{entry.number:031}",
        "token": f"t{entry.number:031}",
        "response_id": f"t{entry.number:031}",
        "landed_at": _stamp(entry.submitted),
        "submitted_at": _stamp(entry.submitted),
        "metadata": {"platform": "other"},
        "hidden": {},
        "calculated": {"score": 0},
        "answers": answers,
    }


def typeform_event(form: PlainForm, entry: PlainEntry) -> Json:
    """Return what a webhook is sent; choices stand beside the field there."""
    definition, _ = typeform(form)
    fields = [
        {key: value for key, value in field.items() if key != "properties"}
        | {"choices": field["properties"].get("choices", [])}
        for field in definition["fields"][0]["properties"]["fields"]
    ]
    return {
        "event_id": f"01HX{entry.number:04}",
        "event_type": "form_response",
        "form_response": {
            "form_id": definition["id"],
            **typeform_response(form, entry),
            "definition": {
                "id": definition["id"],
                "title": form.name,
                "fields": fields,
            },
        },
    }
