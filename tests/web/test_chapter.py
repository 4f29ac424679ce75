"""docs/api.md against what the API describes: everything that changes something is in it, with its body."""

from __future__ import annotations

import re
from pathlib import Path

CHAPTER = Path(__file__).parents[2] / "docs/api.md"


def paragraphs():
    """With what is said in a row: an example is one, and so is a paragraph of words."""
    return [" ".join(one.split()) for one in re.split(r"\n\s*\n", CHAPTER.read_text())]


def needed(described, operation):
    """The keys without which a body is refused."""
    body = operation.get("requestBody")
    if body is None or not body.get("required"):
        return []
    name = body["content"]["application/json"]["schema"]["$ref"].rpartition("/")[2]
    return described["components"]["schemas"][name].get("required", [])


async def test_every_change_has_its_place_and_its_body_in_the_chapter(client, accounts):
    _, text = await accounts.add_token("crm", "engineer")
    who = {"Authorization": f"Bearer {text}"}
    described = (await client.get("/api/v1/openapi.json", headers=who)).json()
    lacking, seen = [], 0
    for path, operations in described["paths"].items():
        short = re.escape(path.removeprefix("/api/v1")).replace("voicemails/\\{year\\}", "voicemails/FILE")
        route = re.compile(
            re.sub(r"\\\{\w+\\\}", r'[^/\\s`"]+', short.partition("/\\{month")[0]) + r"(?![\w/-])"
        )
        for method, operation in operations.items():
            if method == "get":
                continue
            seen += 1
            keys = [f'"{key}"' for key in needed(described, operation)]
            if not any(route.search(one) and all(key in one for key in keys) for one in paragraphs()):
                lacking.append((method, path, keys))
    assert seen > 20
    assert not lacking


async def test_every_route_that_the_chapter_names_is_there(client, accounts):
    """`METHOD /path` in words, with NAMES for what stands in brackets; with or without the prefix."""
    _, text = await accounts.add_token("crm", "engineer")
    described = (await client.get("/api/v1/openapi.json", headers={"Authorization": f"Bearer {text}"})).json()
    there = {
        (method.upper(), re.sub(r"\{\w+\}", "NAME", path.removeprefix("/api/v1")))
        for path, operations in described["paths"].items()
        for method in operations
    }
    named = re.findall(r"`(GET|POST|PUT|PATCH|DELETE) (/[^\s`?]+)[^`]*`", CHAPTER.read_text())
    wrong = [
        (method, path)
        for method, path in named
        if (method, re.sub(r"(?<=/)[A-Z]+(?=/|$)", "NAME", path.removeprefix("/api/v1"))) not in there
    ]
    assert len(named) > 10
    assert wrong == []
