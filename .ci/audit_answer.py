"""Read what pip-audit answered: `python audit_answer.py LIST`, its JSON on standard input."""

import json
import sys


def main(name):
    try:
        packages = json.load(sys.stdin)["dependencies"]
    except (ValueError, KeyError):
        print(f"{name}: not audited (no advisories could be asked for)")
        return 0
    skipped = [package for package in packages if "skip_reason" in package]
    holes = [(package, hole) for package in packages for hole in package.get("vulns", [])]
    for package, hole in holes:
        print(f"{name}: {package['name']} {package['version']} has {hole['id']}")
    if skipped:
        print(f"{name}: {len(skipped)} of {len(packages)} packages not audited")
    if not holes and not skipped:
        print(f"{name}: no known hole in {len(packages)} packages")
    return 1 if holes else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
