"""Compares every day of the bank calendars with PyPI's `holidays`.

Reads ours (`ours.json`, written by suites.ts) and the explained differences (`differences.json`). Prints `ok CN` or
`not ok CN - WHY` for each calendar: a difference that nobody explained, or an explanation that explains nothing, fails.
"""

import datetime
import json
import pathlib
import sys

import holidays

here = pathlib.Path(__file__).parent
ours = json.loads(pathlib.Path(sys.argv[1]).read_text(encoding="utf-8"))
explained = json.loads((here / "differences.json").read_text(encoding="utf-8"))


def country(code, years, **options):
    return holidays.country_holidays(code, years=years, **options)


sources = {
    "CN": lambda years: country("CN", years),
    "KR": lambda years: country("KR", years, categories=("public", "bank")),
    "JP": lambda years: country("JP", years, categories=("public", "bank")),
    "GB": lambda years: country("GB", years, subdiv="ENG"),
    "HK": lambda years: country("HK", years, categories=("public", "optional")),
    "TW": lambda years: country("TW", years, categories=("public", "government")),
    "US": lambda years: holidays.financial_holidays("FED", years=years),
    "EU": lambda years: holidays.financial_holidays("TAR", years=years),
    "TH": lambda years: country("TH", years, categories=("public", "bank")),
    "SG": lambda years: country("SG", years),
}


def explanation(code, day, open_here):
    for place, entry in enumerate(explained):
        if (
            entry["calendar"] == code
            and entry["monthDay"] == day.strftime("%m-%d")
            and entry["ours"] == ("open" if open_here else "closed")
            and day.year <= entry.get("until", 9999)
        ):
            return place
    return None


used = set()
for code, source in sources.items():
    own = ours[code]
    years = range(own["first"], own["last"] + 1)
    theirs = source(years)
    worked = getattr(theirs, "weekend_workdays", set())
    open_days = set(own["open"])
    unexplained = []
    day = datetime.date(own["first"], 1, 1)
    while day <= datetime.date(own["last"], 12, 31):
        weekend = day.weekday() >= 5
        open_there = day in worked if weekend else day not in theirs
        open_here = day.isoformat() in open_days
        if open_here != open_there:
            place = explanation(code, day, open_here)
            if place is None:
                unexplained.append(f"{day} is {'open' if open_here else 'closed'} here")
            else:
                used.add(place)
        day += datetime.timedelta(days=1)
    if unexplained:
        print(f"not ok {code} - {len(unexplained)} days: {'; '.join(unexplained[:10])}")
    else:
        print(f"ok {code}")

idle = [entry["why"] for place, entry in enumerate(explained) if place not in used]
print("ok every explanation is needed" if not idle else f"not ok every explanation is needed - {idle}")
