"""The same commands at three servers at once, each twice: one true answer for each."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from reliability.case import Case
from reliability.lives import Lives
from reliability.load import tell_together, ways
from reliability.replicas import replicas
from support.postgres import PostgresServer

_PEOPLE_A_ROUND = 4
_AT_ONCE = 3


def test_the_same_commands_at_once(
    case: Case, rounds: int, tmp_path: Path, postgres: PostgresServer
) -> None:
    postgres.empty()
    with replicas(postgres.url(), tmp_path, "--no-migrate") as servers:
        addresses = [each.address for each in servers]
        case.define(addresses)
        lives = Lives(case.started_us)

        def work(group: int) -> None:
            with ways(addresses, case.history, len(addresses)) as callers:
                for number in range(_PEOPLE_A_ROUND * rounds // _AT_ONCE + 1):
                    (commands,) = lives.told_by(f"s{group}-{number}", 1)
                    tell_together(callers, commands)

        with ThreadPoolExecutor(_AT_ONCE) as pool:
            for each in [pool.submit(work, group) for group in range(_AT_ONCE)]:
                each.result()
        case.finish("the same commands at three servers at once")
