"""What every table of a report is put together with."""

from survey.reports.types import Column, Period, Section


def with_rows(*sections: Section) -> tuple[Section, ...]:
    return tuple(section for section in sections if section.rows)


def columns(covered: Period, **labels: str) -> tuple[Column, ...]:
    return tuple(Column(key, label, covered.window) for key, label in labels.items())
