"""POST /staff/beneficiaries/find: whose record it is, by ID number or payment reference. Neither is in an address.
GET .../accesses: who of the staff opened a record. GET .../ledger: its chain, for auditors to compute again."""

from aws_lambda_powertools.event_handler import Response

from lifecert.bootstrap import records
from lifecert.domain.errors import BeneficiaryNotFound
from lifecert.entry.http.access import AUDITORS, STAFF
from lifecert.entry.http.api import Api, an_id
from lifecert.entry.http.bodies.chain import Chain
from lifecert.entry.http.bodies.finding import AccessesQuery, AccessesShown, FindBody, PeopleFound
from lifecert.entry.log import LogCode, done

api = Api(records.find_people, records.list_accesses, records.get_ledger)


@api.on("POST /staff/beneficiaries/find", STAFF)
def find() -> Response[str]:
    wanted = api.body(FindBody).to_domain()
    found = records.find_people()(wanted, api.user)
    # Whoever looks up many who are not there shows in these lines.
    done(LogCode.PEOPLE_FOUND, "PeopleFound", found=len(found), actor_id=api.user.user_id)
    return api.answer(PeopleFound.of(found))


@api.on("GET /staff/beneficiaries/{beneficiary_id}/accesses", AUDITORS)
def accesses(beneficiary_id: str) -> Response[str]:
    query = api.query(AccessesQuery)
    page = records.list_accesses()(an_id(beneficiary_id, BeneficiaryNotFound), query.limit, query.after)
    done(LogCode.ACCESSES_LISTED, "AccessesListed", beneficiary_id=beneficiary_id, actor_id=api.user.user_id)
    return api.answer(AccessesShown.of(page))


@api.on("GET /staff/beneficiaries/{beneficiary_id}/ledger", AUDITORS)
def ledger(beneficiary_id: str) -> Response[str]:
    view = records.get_ledger()(an_id(beneficiary_id, BeneficiaryNotFound), api.user)
    done(LogCode.LEDGER_READ, "LedgersRead", beneficiary_id=beneficiary_id, actor_id=api.user.user_id)
    return api.answer(Chain.of(view))


handler = api.handler
