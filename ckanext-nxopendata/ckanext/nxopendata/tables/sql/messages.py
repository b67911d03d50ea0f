"""Why a statement was not run, in the reader's language, and what would help."""

from __future__ import annotations

import ckan.plugins.toolkit as tk


def explain(code: str, what: str = "") -> str:
    """Return the message of a refusal, see :class:`.statement.StatementError` and ``SandboxError.limit``."""
    sentences = {
        "syntax": tk._("The statement could not be read: {what}"),
        "value": tk._("A value does not fit what is done with it: {what}"),
        "statement": tk._("Only one SELECT can be asked. {what}"),
        "function": tk._("The function “{what}” cannot be used here."),
        "table": tk._("There is no public table “{what}”."),
        "parameter": tk._("Parameters ($1, ?) cannot be used; write the value."),
        "deep": tk._("The statement is too long or too deeply nested."),
        "memory": tk._("The statement needs more memory than one may have. Ask for fewer rows, or for groups."),
        "time": tk._("The statement takes too long. Ask for fewer rows, or filter them first."),
        "large": tk._("The result is too large. Ask for fewer rows or columns."),
        "tables": tk._("At most {what} tables can be asked at once."),
        "rows": tk._("A table has more than {what} rows; download it instead."),
        "making": tk._("The table is being prepared for SQL, which takes up to a minute. Ask again then."),
        "failed": tk._("The statement could not be run."),
    }
    return sentences.get(code, sentences["failed"]).format(what=what).strip()
