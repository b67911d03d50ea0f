"""How a program reads a table: examples that run when they are pasted. Plain module."""

from __future__ import annotations

from dataclasses import dataclass

CURL = """curl -sG '{url}' \\
  --data-urlencode 'resource_id={id}' \\
  --data-urlencode 'limit=5'{more}"""

PYTHON = """import json
from urllib.parse import urlencode
from urllib.request import urlopen

asked = {{"resource_id": "{id}", "limit": 5{more}}}
with urlopen("{url}?" + urlencode(asked)) as answer:
    result = json.load(answer)["result"]
for record in result["records"]:
    print(record)"""

R = """library(jsonlite)

asked <- paste0("{url}?limit=5&resource_id=", "{id}"{more})
result <- fromJSON(asked)$result
print(result$records)"""

JAVASCRIPT = """const asked = new URLSearchParams({{ resource_id: "{id}", limit: 5{more} }});
const answer = await fetch("{url}?" + asked);
const {{ result }} = await answer.json();
console.table(result.records);"""


@dataclass(frozen=True, slots=True)
class Example:
    """A program: what language it is in, as people call it, and its text."""

    language: str
    text: str


def make_examples(url: str, resource_id: str, q: str = "") -> list[Example]:
    """Return the same question in four languages.

    Args:
        url: of the action ``datastore_search``, absolute.
        q: words to search for; any text, it is quoted for each language.
    """
    q = "".join(sign for sign in q if sign.isprintable() and sign not in "'\"\\`$")
    more = {
        "curl": f" \\\n  --data-urlencode 'q={q}'" if q else "",
        "Python": f', "q": "{q}"' if q else "",
        "R": f', "&q=", URLencode("{q}", reserved = TRUE)' if q else "",
        "JavaScript": f', q: "{q}"' if q else "",
    }
    texts = {"curl": CURL, "Python": PYTHON, "R": R, "JavaScript": JAVASCRIPT}
    return [Example(name, text.format(url=url, id=resource_id, more=more[name])) for name, text in texts.items()]
