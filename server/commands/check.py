"""`check`: finds what is wrong with an installation and says it in plain words."""

import argparse
import asyncio
from collections.abc import Iterable

from server import config, inspection
from web.findings import Finding, Verdict
from web.words import N_, Words

_SIGNS = {Verdict.GOOD: "✓", Verdict.DOUBTFUL: "!", Verdict.BAD: "✗"}
_SUMMARY = {
    Verdict.GOOD: N_("Everything is in order."),
    Verdict.DOUBTFUL: N_("It works; see the lines marked with !"),
    Verdict.BAD: N_("It will not work like this; see the lines marked with ✗"),
}


def add_to(parsers: "argparse._SubParsersAction[argparse.ArgumentParser]", words: Words) -> None:
    parser = parsers.add_parser("check", help=words.gettext("find what is wrong with this installation"))
    parser.set_defaults(run=run)


def run(given: argparse.Namespace, words: Words) -> int:  # noqa: ARG001 - every command has this signature
    findings = asyncio.run(inspection.inspect(config.load()))
    for finding in findings:
        print(f"{_SIGNS[finding.verdict]} {finding.line(words)}")
    worst = _worst(findings)
    print(words.gettext(_SUMMARY[worst]))
    return 1 if worst is Verdict.BAD else 0


def _worst(findings: Iterable[Finding]) -> Verdict:
    return max((finding.verdict for finding in findings), default=Verdict.GOOD)
