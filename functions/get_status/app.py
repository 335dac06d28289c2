"""GET a session or a beneficiary, and what is the caller's own: their sessions, and the people whom they certified."""

from typing import Any

from aws_lambda_powertools.event_handler import Response

from lifecert.bootstrap import phone
from lifecert.domain.errors import BeneficiaryNotFound, SessionNotFound
from lifecert.entry.http.access import ANYONE, SIGNED_IN
from lifecert.entry.http.api import Api, an_id
from lifecert.entry.http.bodies.beneficiaries import BeneficiaryStanding, MyPeople, MyPeopleQuery
from lifecert.entry.http.bodies.sessions import MySessions, MySessionsQuery, SessionView
from lifecert.entry.log import LogCode, done

api = Api(phone.get_session, phone.get_beneficiary, phone.get_own_standing, phone.get_my_sessions, phone.get_my_people)


@api.on("GET /sessions/{session_id}", SIGNED_IN)
def session(session_id: str) -> Response[str]:
    return shown(phone.get_session()(an_id(session_id, SessionNotFound), api.user))


@api.on("GET /invitations/sessions/{session_id}", ANYONE)
def invited_session(session_id: str) -> Response[str]:
    return shown(phone.get_session()(an_id(session_id, SessionNotFound), api.session_secret))


@api.on("GET /beneficiaries/{beneficiary_id}", SIGNED_IN)
def beneficiary(beneficiary_id: str) -> Response[str]:
    return standing(phone.get_beneficiary()(an_id(beneficiary_id, BeneficiaryNotFound), api.user))


@api.on("GET /me/standing", SIGNED_IN)
def my_standing() -> Response[str]:
    return standing(phone.get_own_standing()(api.vouched_number))


@api.on("GET /me/sessions", SIGNED_IN)
def my_sessions() -> Response[str]:
    found = phone.get_my_sessions()(api.user, api.query(MySessionsQuery).limit)
    done(LogCode.MY_SESSIONS_READ, "MySessionsRead")
    return api.answer(MySessions.of(found, phone.clock().now(), api.language))


@api.on("GET /me/people", SIGNED_IN)
def my_people() -> Response[str]:
    asked = api.query(MyPeopleQuery)
    page = phone.get_my_people()(api.user, asked.limit, asked.after)
    done(LogCode.MY_PEOPLE_READ, "MyPeopleRead")
    return api.answer(MyPeople.of(page, phone.clock().today(), api.user.user_id))


def shown(view: Any) -> Response[str]:
    done(LogCode.SESSION_READ, "SessionsRead", session_id=view.session.session_id)
    return api.answer(SessionView.of(view.session, phone.clock().now(), api.language, view.reviewed))


def standing(view: Any) -> Response[str]:
    done(LogCode.BENEFICIARY_READ, "BeneficiariesRead", beneficiary_id=view.beneficiary.beneficiary_id)
    known = (phone.clock().today(), phone.help_lines(), phone.sources(), api.language)
    return api.answer(BeneficiaryStanding.of(view, *known, user_id=api.user.user_id, for_staff=view.for_staff))


handler = api.handler
