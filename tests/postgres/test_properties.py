"""Random histories on PostgreSQL: answers as the model's, reports as the recount's."""

from model.machine import play
from model.strategies import history
from service.test_reports_against_recount import check_history
from support.drivers import ServiceDriver
from support.postgres import PostgresServer
from support.targets import on_postgres

HISTORIES = 12
RECOUNTED = 5


def test_answers_are_those_of_the_model(postgres: PostgresServer) -> None:
    make_target = on_postgres(postgres)
    for seed in range(HISTORIES):
        play(ServiceDriver(make_target()), history(seed))


def test_reports_are_those_of_a_recount(postgres: PostgresServer) -> None:
    for seed in range(RECOUNTED):
        check_history(on_postgres(postgres), seed)
