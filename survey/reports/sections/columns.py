"""The columns of a report’s tables, and which tables have anything to tell."""

from survey.reports.types import Column, Period, Section


def with_rows(*sections: Section) -> tuple[Section, ...]:
    return tuple(section for section in sections if section.rows)


def columns(covered: Period, **labels: str) -> tuple[Column, ...]:
    return tuple(Column(key, label, covered.window) for key, label in labels.items())
