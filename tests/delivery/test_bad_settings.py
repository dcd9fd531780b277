"""Notifications and actions that cannot work are refused when the configuration is read."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from mmon.config.keys import keys_of
from mmon.config_file import parse
from mmon.delivery import pages
from mmon.errors import ConfigError, ExitStatus

HOOK = "kind: webhook, url: 'https://example.com/hook'"
MAIL = "kind: mail, host: h, from: a@b.c"
GITHUB = "kind: github, token: abcdefgh"
AIRFLOW = "kind: airflow, url: 'https://a.b', dag: d"

BAD = [
    ("notifications", "kind: slak", "kind (line 4): unknown kind 'slak'"),
    ("notifications", "kind: slak", "did you mean 'slack'?"),
    ("notifications", "url: x", "kind (line 4): is required and missing"),
    ("notifications", "kind: slack", "url (line 4): is required and missing"),
    ("notifications", "kind: slack, url: hooks.slack.com/x", "is no address such as"),
    ("notifications", "kind: slack, url: 'https://'", "is no address such as"),
    ("notifications", f"{HOOK}, heders: {{}}", "did you mean 'headers'?"),
    ("notifications", f"{HOOK}, headers: {{'a b': c}}", "header 'a b' is no name of one"),
    ("notifications", f'{HOOK}, headers: {{a: "b\\nc"}}', "header 'a' has more than one line"),
    ("notifications", f"{HOOK}, body: '{{{{ title'", "body (line 4): is no valid template"),
    ("notifications", f"{HOOK}, body: '{{{{ titel }}}}'", "did you mean 'title'?"),
    ("notifications", f"{HOOK}, body: '{{{{ title | shout }}}}'", "No filter named 'shout'"),
    ("notifications", f"{HOOK}, condition: 'verdict =='", "condition (line 4): is no valid"),
    ("notifications", f"{HOOK}, condition: 'verdit'", "did you mean 'verdict'?"),
    ("notifications", f"{HOOK}, condition: ' '", "is an empty condition"),
    ("notifications", f"{HOOK}, when: [braech]", "did you mean 'breach'?"),
    ("notifications", f"{HOOK}, when: []", "must be a list with something in it"),
    ("notifications", f"{HOOK}, timeout: 5", "must be a length of time such as 500ms"),
    ("notifications", f"{HOOK}, retries: 99", "must be at most 10, not 99"),
    ("notifications", f"{HOOK}}}\n  - {{{HOOK}", "two notifications are called 'webhook'"),
    ("notifications", f"{MAIL}, to: [team]", "must be an address such as team@example.com"),
    ("notifications", f"{MAIL}, to: []", "must be a list with something in it"),
    ("notifications", f"{MAIL}, to: [a@b.c], user: me", "needs both user and password"),
    (
        "notifications",
        f"{MAIL}, to: [a@b.c], user: me, password: abcdef, security: none",
        "sends no password without encryption",
    ),
    ("notifications", "kind: apprise, url: 'nosuch://x'", "nosuch:// is unknown or lacks a part"),
    ("notifications", "kind: apprise, url: x", "is no address of Apprise"),
    ("notifications", f"{GITHUB}, repository: model", "must be OWNER/NAME, not 'model'"),
    ("notifications", "kind: github, token: '${NO_SUCH}'", "needs the environment variable"),
    ("actions", f"{GITHUB}", "takes either 'event' or 'workflow'"),
    ("actions", "kind: command, argv: make", "must be a list, not 'make'"),
    ("actions", "kind: command, argv: []", "must be a list with something in it"),
    ("actions", f"{AIRFLOW}, user: me", "takes either 'token' or 'user' and 'password'"),
    ("actions", f"{HOOK}, cooldown: 5", "cooldown (line 4): must be a text"),
    ("actions", "kind: slack", "kind (line 4): unknown kind 'slack'"),
]


WATCHED = "reference: a\nproduction: b\nwindows: {every: 1d}\nhistory: history.db\n"


@pytest.mark.parametrize(("key", "entry", "told"), BAD)
def test_it_is_refused_with_its_key_and_line(key: str, entry: str, told: str) -> None:
    text = f"reference: a\nproduction: b\n{key}:\n  - {{{entry}}}\n"
    with pytest.raises(ConfigError) as caught:
        parse(text, "mmon.yaml", {})
    assert caught.value.exit_status is ExitStatus.USAGE
    assert told in str(caught.value)
    assert key in str(caught.value)


def test_a_password_that_is_not_set_is_told_once() -> None:
    entry = f"{MAIL}, to: [a@b.c], user: me, password: '${{NO_SUCH}}'"
    with pytest.raises(ConfigError) as caught:
        parse(f"reference: a\nproduction: b\nnotifications:\n  - {{{entry}}}\n", environment={})
    assert "needs the environment variable NO_SUCH" in str(caught.value)
    assert "needs both user and password" not in str(caught.value)


def test_the_readme_shows_entries_that_are_good() -> None:
    readme = Path(__file__, "../../../README.md").resolve().read_text(encoding="utf-8")
    (block,) = re.findall(r"^```yaml\n(notifications:.*?)^```$", readme, re.DOTALL | re.MULTILINE)
    values = {"SLACK_WEBHOOK_URL": "https://hooks.slack.com/services/x", "GITHUB_TOKEN": "abcd"}
    config = parse(f"{WATCHED}{block}", "README.md", values)
    assert [one.name for one in (*config.notifications, *config.actions)] == ["slack", "github"]


@pytest.mark.parametrize("name", pages.names())
def test_every_kind_has_a_page_with_all_its_keys_and_an_example_that_is_good(name: str) -> None:
    for page in pages.pages(name):
        example = page.partition("\nExample\n-------\n")[2]
        names = re.findall(r"\$\{(\w+)\}", example)
        values = dict.fromkeys(names, "json://localhost" if name == "apprise" else "https://a.b/c")
        config = parse(f"{WATCHED}{example}", "page", values)
        (one,) = (*config.notifications, *config.actions)
        assert one.kind == name
        for key in keys_of(type(one)):
            assert key.name == "kind" or f"\n{key.name} (" in page
            assert key.text
