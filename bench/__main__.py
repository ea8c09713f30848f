"""`python -m bench [PART]…`: peer, report, pdf, jobs, figures, changes, audit, periods, people, rosters; or demo."""

import argparse
import os

from bench import output

ALL = {"peer", "report", "pdf", "jobs", "figures", "changes", "audit", "periods", "people", "rosters"}


def main() -> None:
    """Run the parts asked for, print their tables and keep the figures."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument(
        "parts",
        nargs="*",
        metavar="part",
        help="peer, report, pdf, jobs, figures, changes, audit, periods, people, rosters (all), demo",
    )
    parser.add_argument("--reuse", action="store_true", help="use the databases of an earlier run, do not load again")
    parser.add_argument("--seconds", type=int, default=8, help="how long each load runs (default 8)")
    parser.add_argument("--people", default="15000,150000", help="sizes of the city (default 15000,150000)")
    parser.add_argument("--database", default="postgresql,sqlite", help="figures: on which (default both)")
    parser.add_argument("--only", default="", help="figures: reads, changes, whole (default all)")
    options = parser.parse_args()
    parts = set(options.parts) or ALL
    if unknown := parts - ALL - {"demo"}:
        parser.error(f"unknown part: {', '.join(sorted(unknown))}")
    if not os.environ.get("DATABASE_URL", "").startswith("postgresql"):
        parser.error("DATABASE_URL must name a PostgreSQL server: make bench starts one")

    if "peer" in parts:
        from bench import peer

        output.keep("peer", peer.run(reuse=options.reuse, seconds=options.seconds))
    if "pdf" in parts:
        from bench import papers

        output.keep("pdf", papers.run(reuse=True))
    if "jobs" in parts:
        from bench import jobs

        output.keep("jobs", jobs.run())
    if "audit" in parts:
        from bench import audit

        output.keep("audit", audit.run())
    if "periods" in parts:
        from bench import periods

        output.keep("periods", periods.run(people=max(map(int, options.people.split(","))), reuse=options.reuse))
    if "people" in parts:
        from bench import people

        figures = people.run(
            people=max(map(int, options.people.split(","))),
            kinds=tuple(options.database.split(",")),
            reuse=options.reuse,
        )
        output.keep("people", figures)
    if "rosters" in parts:
        from bench import rosters

        output.keep("rosters", rosters.run(people=max(map(int, options.people.split(",")))))
    if "report" in parts or "demo" in parts:
        from bench import report

        # The load of the city is part of the report's run; `demo` alone asks for a fresh one.
        output.keep("report", report.run(reuse=options.reuse and "demo" not in parts))
    if "figures" in parts:
        from bench import figures

        kept = figures.run(
            reuse=options.reuse,
            people=tuple(int(number) for number in options.people.split(",")),
            kinds=tuple(options.database.split(",")),
            parts=tuple(filter(None, options.only.split(","))),
        )
        output.keep("figures", kept)
    if "changes" in parts:
        from bench import changes

        largest = max(int(number) for number in options.people.split(","))
        output.keep("changes", changes.run(people=(largest,), kinds=tuple(options.database.split(","))))


if __name__ == "__main__":
    main()
