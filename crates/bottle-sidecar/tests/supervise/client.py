"""One session of the Python SDK with supervise. Says on standard output what it saw, one JSON document a line."""

import asyncio
import json
import sys

from mcp import Client


def say(**what):
    print(json.dumps(what), flush=True)


def seen(result):
    return {
        "error": result.is_error,
        "text": result.content[0].text,
        "structured": result.structured_content,
    }


ASKS = [
    (
        "egress-block",
        {
            "host": "api.example.test",
            "path_allowlist": ["/v1"],
            "methods": ["GET"],
            "auth": {"scheme": "Bearer", "token_ref": "API_TOKEN"},
            "justification": "tests",
        },
    ),
    (
        "pipelock-block",
        {"failed_url": "https://pypi.test/simple/", "justification": "tests"},
    ),
    (
        "capability-block",
        {"dockerfile": "FROM bottle-agent\n", "justification": "tests"},
    ),
]


async def main(url, mode):
    async with Client(url, mode=mode, read_timeout_seconds=60) as client:
        say(protocol=client.protocol_version, server=client.server_info.name)
        tools = (await client.list_tools()).tools
        say(tools={tool.name: tool.input_schema for tool in tools})
        say(**seen(await client.call_tool("egress-block", {"justification": "x"})))
        try:
            await client.call_tool("shell", {})
        except Exception as error:
            say(raised=str(error))
        say(**seen(await client.call_tool("list-egress-routes", {})))
        ids = []
        for tool, arguments in ASKS:
            result = await client.call_tool(tool, arguments)
            ids.append(result.structured_content["id"])
            say(tool=tool, **seen(result))
        # The host answers now.
        sys.stdin.readline()
        for id in ids:
            say(**seen(await client.call_tool("proposal-status", {"id": id})))
    say(done=True)


asyncio.run(main(*sys.argv[1:]))
