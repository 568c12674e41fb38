"""Fetches one version of a package from an npm registry and unpacks it: npm-package.py REGISTRY PACKAGE VERSION FOLDER

What arrives is compared with the hash that the registry itself tells. No program of the package is run.
"""

import base64
import hashlib
import io
import json
import os
import sys
import tarfile
import urllib.parse
import urllib.request

registry, package, version, folder = sys.argv[1:]


def fetch(url):
    try:
        with urllib.request.urlopen(url, timeout=60) as answer:
            return answer.read()
    except OSError as error:
        sys.exit(f"cannot fetch {url}: {error}")


name = urllib.parse.quote(package, safe="@")
about = json.loads(fetch(f"{registry}/{name}/{version}"))["dist"]
archive = fetch(about["tarball"])
wanted = [each[7:] for each in about["integrity"].split() if each.startswith("sha512-")]
if base64.b64encode(hashlib.sha512(archive).digest()).decode() not in wanted:
    sys.exit(f"{package} {version}: what arrived is not what the registry has the hash of")
with tarfile.open(fileobj=io.BytesIO(archive), mode="r:gz") as members:
    for member in members:
        # All lies below one folder, mostly `package/`.
        parts = member.name.split("/")[1:]
        if not member.isfile() or not parts or ".." in parts:
            continue
        path = os.path.join(folder, *parts)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "wb") as file:
            file.write(members.extractfile(member).read())
        os.chmod(path, 0o755 if member.mode & 0o100 else 0o644)
