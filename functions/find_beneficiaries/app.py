"""POST /staff/beneficiaries/find: whose record it is, by ID number or payment reference. Neither is in an address."""

from aws_lambda_powertools.event_handler import Response

from lifecert.bootstrap import office
from lifecert.entry.http.access import STAFF
from lifecert.entry.http.api import Api
from lifecert.entry.http.bodies.finding import FindBody, PeopleFound
from lifecert.entry.log import LogCode, done

api = Api(office.find_people)


@api.on("POST /staff/beneficiaries/find", STAFF)
def find() -> Response[str]:
    wanted = api.body(FindBody).to_domain()
    found = office.find_people()(wanted, api.user)
    # Whoever looks up many who are not there shows in these lines.
    done(LogCode.PEOPLE_FOUND, "PeopleFound", found=len(found), actor_id=api.user.user_id)
    return api.answer(PeopleFound.of(found))


handler = api.handler
