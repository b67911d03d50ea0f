"""Walks through the pages of a role: what is offered is followed, what is said is read in both languages."""

from __future__ import annotations

import re
from collections import Counter, deque
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urldefrag, urlsplit

import lxml.html
from babel.messages.pofile import read_po
from ckan.plugins import toolkit as tk
from ckan.tests import factories
from werkzeug.exceptions import HTTPException

from ckanext.nxopendata import i18n
from ckanext.nxopendata.i18n import catalogues

POT = Path(i18n.__file__).with_name("ckanext-nxopendata.pot")

ELSEWHERE = re.compile(
    r"^/(api|webassets|base|nx/|user/_?logout|uploads|catalog\.|bulk/)|/(sitemap|opensearch|download/)"
    r"|\.(xlsx|csv|pdf|docx|xml|zip|json|jsonld|ttl|rdf|n3|atom|rss|svg|png)$"
)
"""Files, and what is no page."""

FOR_PROGRAMMERS = re.compile(r"^/developers|^/organization/members/")
"""Pages that name actions, fields and accounts, because that is what they are about."""

OF_STAFF = ("/workbench", "/review", "/register", "/case")

RAW = re.compile(
    r"\b(?:nx_\w+|__\w+|notspecified|title_translated|notes_translated|owner_org|license_id|\w+_unknown|not_valid"
    r"|[a-z]+_(?:unused|id|code|type)|nxopendata_\w+)\b"
)
"""Names of fields, keys of CKAN's errors, codes, the name of the site's own user: nothing for a reader."""

HEADINGS = "//h1 | //h2 | //h3 | //th[@scope='col'] | //dt | //label | //legend | //button | //summary | //nav//a"
"""What the site itself says, however much data stands below it."""

CHINESE = re.compile(r"[\u4e00-\u9fff]")


@cache
def list_msgids() -> frozenset[str]:
    """Our texts of several words as the code says them; a page in Chinese shows none of them."""
    with POT.open("rb") as file:
        ids = [message.id if isinstance(message.id, str) else message.id[0] for message in read_po(file) if message.id]
    return frozenset(text for text in ids if text.count(" ") >= 2 and "{" not in text and "%" not in text)


@cache
def list_translations() -> frozenset[str]:
    """What the site says in Chinese; a page in English shows none of it."""
    merged = catalogues.messages(catalogues.merged(catalogues.SOURCES))
    texts = [text if isinstance(text, str) else text[0] for text in map(catalogues.text, merged) if text]
    return frozenset(text for text in texts if len(text) > 3 and CHINESE.search(text))


def find_raw_words(page: Any) -> set[str]:
    """Return what of a page in Chinese is no word for its reader: names of fields, codes, English texts of ours."""
    lines = _read_lines(page, "zh")
    return {line for line in lines if line in list_msgids()} | {found for line in lines for found in RAW.findall(line)}


def find_chinese(page: Any, data: frozenset[str]) -> set[str]:
    """Return what a page in English says in Chinese though it is no data.

    Args:
        data: what people typed in, such as titles.
    """
    lines = {line for line in _read_lines(page, "en") if line in list_translations()}
    headings = {" ".join(found.text_content().split()) for found in page.xpath(HEADINGS)}
    return {
        line
        for line in lines | headings
        if CHINESE.search(line) and line != "中文" and not any(x in line for x in data)
    }


def _read_lines(page: Any, language: str) -> set[str]:
    others = f"//*[@lang and not(starts-with(@lang, '{language}'))]"
    for element in page.xpath(f"//script | //style | //code | //pre | //textarea | {others}"):
        if element.tag != "html":
            element.drop_tree()
    read = [
        *page.itertext(),
        *(element.get(name) for element in page.iter() for name in ("title", "aria-label", "alt")),
    ]
    return {" ".join(text.split()) for text in read if isinstance(text, str)}


class Button(NamedTuple):
    """A button that changes something: where it stands, where it leads, what it sends."""

    page: str
    url: str
    data: dict[str, list[str]]


class Walk:
    """Follows the links of a role's pages, a few of each view, and reads what they say.

    Args:
        who: the name of the account; "" for nobody.
        of_each_view: how many addresses of one view are followed.
        data: what people typed in.
        english: the views that were read in English already; None reads none of them.
        names: of datasets, which stand in addresses: pages of the staff say titles.
    """

    def __init__(
        self,
        app: Any,
        who: str,
        *,
        of_each_view: int,
        data: frozenset[str],
        english: set[str] | None = None,
        names: frozenset[str] = frozenset(),
    ) -> None:
        self.app = app
        self.headers = {"Authorization": factories.APIToken(user=who)["token"]} if who else {}
        self.map = app.flask_app.url_map.bind("localhost")
        self.data = data
        self.english = english
        self.names = names
        self.of_each_view = of_each_view
        self.followed: Counter[str] = Counter()
        self.seen: set[str] = set()
        self.wrong: list[str] = []
        self.buttons: dict[tuple[str, ...], Button] = {}

    def follow(self, url: str, source: str, depth: int) -> None:
        """Open a page, read it, and follow its links so many steps; the nearest pages come first."""
        waiting = deque([(url, source, depth)])
        while waiting:
            url, source, depth = waiting.popleft()
            waiting += [(link, url, depth - 1) for link in self._open(url, source) if depth]

    def _open(self, url: str, source: str) -> list[str]:
        path = urlsplit(url).path
        if url in self.seen or ELSEWHERE.search(path):
            return []
        self.seen.add(url)
        view = self._view(path, "GET")
        self.followed[view] += 1
        if self.followed[view] > self.of_each_view:
            return []
        answer = self._get(url)
        if answer.status_code >= 400 or "/user/login" in answer.headers.get("Location", ""):
            self.wrong.append(f"{answer.status_code} {url} from {source}")
        if "text/html" not in answer.headers.get("Content-Type", "") or answer.status_code != 200:
            return []
        page = lxml.html.fromstring(answer.body)
        links = self._links(page)
        self._keep_buttons(page, url)
        self._read(page, url, is_first=self.followed[view] == 1)
        return links

    def press_all(self) -> None:
        """Press one button of each kind that was seen, as long as its page has it; none may end in a refusal."""
        for name, button in self.buttons.items():
            page = self._get(button.page)
            if page.status_code != 200 or not any(
                self._name(found) == name for found in self._find_buttons(lxml.html.fromstring(page.body), button.page)
            ):
                continue
            answer = self.app.post(button.url, data=button.data, headers=self.headers, follow_redirects=False)
            if answer.status_code >= 400:
                self.wrong.append(f"{answer.status_code} {name} on {button.page}")
            elif target := answer.headers.get("Location"):
                after = self._get(target.removeprefix(tk.config["ckan.site_url"]))
                if after.status_code >= 400:
                    self.wrong.append(f"{after.status_code} {target} after {name} on {button.page}")

    def _read(self, page: Any, url: str, *, is_first: bool) -> None:
        path = urlsplit(url).path
        if not FOR_PROGRAMMERS.search(path):
            self.wrong += [f"{word} on {url}" for word in sorted(find_raw_words(page))]
        if path.startswith(OF_STAFF):
            text = page.text_content()
            self.wrong += [f"{name} on {url}" for name in self.names if name in text]
        if is_first and self.english is not None and (view := self._view(path, "GET")) not in self.english:
            self.english.add(view)
            english = self._get(f"/en{url}")
            if english.status_code != 200:
                self.wrong.append(f"{english.status_code} /en{url}")
            else:
                found = find_chinese(lxml.html.fromstring(english.body), self.data)
                self.wrong += [f"{words} on /en{url}" for words in sorted(found)]

    def _get(self, url: str) -> Any:
        return self.app.get(url, headers=self.headers, follow_redirects=False)

    def _view(self, path: str, method: str) -> str:
        try:
            return str(self.map.match(path, method=method)[0])
        except HTTPException:
            return path

    def _links(self, page: Any) -> list[str]:
        found = [element.get("href") for element in page.iter("a")]
        found += [form.get("action") for form in page.iter("form") if (form.get("method") or "get").lower() == "get"]
        local = (urldefrag(url)[0].removeprefix(tk.config["ckan.site_url"]) for url in found if url)
        return [url for url in dict.fromkeys(local) if url.startswith("/") and not url.startswith(("/en/", "//"))]

    def _keep_buttons(self, page: Any, url: str) -> None:
        for button in self._find_buttons(page, url):
            self.buttons.setdefault(self._name(button), button)

    def _find_buttons(self, page: Any, url: str) -> list[Button]:
        found: list[Button] = []
        for form in page.iter("form"):
            if (form.get("method") or "get").lower() != "post":
                continue
            data: dict[str, list[str]] = {}
            for name, value in form.form_values():
                data.setdefault(name, []).append(value)
            for button in form.xpath(".//button[not(@type) or @type='submit'] | .//input[@type='submit']"):
                own = {button.get("name"): [button.get("value") or ""]} if button.get("name") else {}
                target = urldefrag(button.get("formaction") or form.get("action") or url)[0]
                found.append(Button(url, target.removeprefix(tk.config["ckan.site_url"]), data | own))
        return found

    def _name(self, button: Button) -> tuple[str, ...]:
        said = [
            f"{name}={button.data[name][-1]}" for name in ("action", "save", "do", "verdict") if name in button.data
        ]
        return (self._view(urlsplit(button.url).path, "POST"), *said)
