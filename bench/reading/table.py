"""Print measure.mjs's findings in Markdown: `python table.py MOBILE.json OLDPHONE.json`."""

import json
import sys
from urllib.parse import urlsplit

COLUMNS = [
    "page", "bytes", "requests", "third party", "LCP mobile / old phone ms", "CLS", "TBT ms",
    "nodes", "Lighthouse", "axe A–AA / AAA", "text px phone/desk", "longest line",
    "targets < 44 px", "h1 top px", "folded on paper", "no script",
]  # fmt: skip


def row(mobile, old):
    parts = urlsplit(mobile["url"])
    reading, phone = mobile["reading"], mobile["reading"]["phone_light"]
    faults = mobile["axe_summary"].values()
    return [
        parts.path + (f"?{parts.query}" if parts.query else ""),
        f"{mobile['critical_bytes']:,}",
        mobile["requests"],
        mobile["third_party_requests"],
        f"{mobile['lcp_ms']} / {old['lcp_ms']}",
        mobile["cls"],
        f"{mobile['tbt_ms']} / {old['tbt_ms']}",
        mobile["dom_nodes"],
        " ".join(map(str, mobile["scores"].values())),
        f"{sum(f['AA_nodes'] for f in faults)} / {sum(f['AAA_nodes'] for f in faults)}",
        f"{phone['font_px']}/{reading['desktop_light']['font_px']}",
        max(phone["chars_per_line_max"], reading["desktop_light"]["chars_per_line_max"]),
        phone["targets_under_44"],
        reading["first_screen_360x640"]["h1_top_px"],
        reading["print"]["closed_details"],
        reading["no_js_text_ratio"],
    ]


def main(mobile, old):
    with open(mobile, encoding="utf-8") as one, open(old, encoding="utf-8") as other:
        pairs = zip(json.load(one), json.load(other), strict=True)
        rows = [row(*pair) for pair in pairs]
    for cells in [COLUMNS, ["---"] * len(COLUMNS), *rows]:
        print("|", " | ".join(map(str, cells)), "|")


if __name__ == "__main__":
    main(*sys.argv[1:])
