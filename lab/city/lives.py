"""The events of a life: what may happen to somebody, and what then is asked of the product (`table.py` says how often).

Each function does one thing by the product's own use cases and says in a word or two what came of it; an empty word is
nothing that happened. What the product refuses it raises, which changes nothing and is counted.
"""

from datetime import date, timedelta

from lab.city.city import City, Wrong
from lab.city.people import (
    CIVIL_REGISTER,
    DISTRICTS,
    HOSPITAL,
    PAYERS,
    Channel,
    Citizen,
    Habit,
    born_of,
    id_number_of,
    name_of,
)
from lifecert.application.certify.invited import InvitedRequest
from lifecert.application.certify.start_session import StartRequest
from lifecert.application.faces.consent import UndoGround
from lifecert.application.faces.enrol_reference import ConsentShown
from lifecert.application.office.amend_record import RightRecord
from lifecert.application.office.correct_start import RightStart
from lifecert.application.office.register_beneficiary import NewBenefit, Registration
from lifecert.application.office.report_death import NamedPerson
from lifecert.application.office.set_contact import NewContact
from lifecert.bootstrap import office, parts, phone, proofs, records
from lifecert.domain.actor import Caller, User
from lifecert.domain.amendment import AmendGround
from lifecert.domain.category import Category
from lifecert.domain.certificate import RevocationCause
from lifecert.domain.data_match import Rejected, Said
from lifecert.domain.notice import NoticeChannel
from lifecert.domain.person import IdNumber
from lifecert.domain.policy import Outcome
from lifecert.domain.review import Proposal, ReviewKind
from lifecert.domain.session import Channel as SentBy
from lifecert.domain.session import ImageType, Session
from lifecert.domain.sighting import AtTheCounter, Document
from lifecert.domain.status import EndCause, Status

# One who was not accepted tries again at once, so often; then they go to the counter.
TRIES = 3
# Why a good line of another register may be refused.
_SAID_IN_VAIN = {Rejected.YEAR_OVER, Rejected.ENTITLEMENT_ENDED}


# --- proofs of life --------------------------------------------------------------------------------------------------


def enrol(city: City, one: Citizen) -> str:
    """The office takes a photo, having been shown the consent."""
    if not one.alive:
        return ""
    clerk, consent = city.one_of_two(one.district), parts.consent_texts().in_force
    begun = office.begin_enrolment()(
        one.beneficiary_id, "office", city.today, ImageType.JPEG, clerk, ConsentShown(consent)
    )
    one.portrait = city.faces.portrait(one.number)
    _upload(city, begun.slot.fields["key"], city.faces.photo(one.portrait))
    office.finish_enrolment()(one.beneficiary_id, begun.enrolment.reference_id, clerk)
    one.enrolled = True
    return "photo enrolled"


def certify(city: City, one: Citizen) -> str:
    """Prove to be alive by the way that they usually take."""
    if not one.alive:
        return ""
    if one.channel is Channel.REGISTER:
        return seen_by_a_hospital(city, one)
    if one.channel is Channel.COUNTER or not one.enrolled:
        return at_the_counter(city, one)
    return by_face(city, one)


def by_face(city: City, one: Citizen) -> str:
    """With a telephone: their own, a relative's, or whoever's with the code of their letter."""
    for _ in range(TRIES):
        session, caller = _started(city, one)
        mark = session.session_id
        frames = city.faces.frames(one.portrait, session.challenge, mark)
        for number, frame in enumerate(frames, start=1):
            _upload(city, session.frame_key(number), frame)
        verified = phone.verify_face()(session.session_id, caller)
        if verified.result is None:
            raise Wrong("a session was verified, and not decided")
        decision = verified.result.decision
        if decision.outcome is Outcome.ACCEPTED:
            city.faces.accepted(one.portrait, session.challenge, frames)
            return f"accepted, {one.channel}"
        city.happened[f"try: {decision.outcome}, {decision.reason}"] += 1
        if decision.outcome is Outcome.REVIEW:
            return "waits for a clerk"
        city.services.clock.pass_by(60)
    city.later(3, "at the counter", one)
    return "not accepted"


def at_the_counter(city: City, one: Citizen) -> str:
    """A clerk sees them and their identity card."""
    if not one.alive:
        return ""
    clerk, seen = city.one_of_two(one.district), AtTheCounter(seen_on=city.today, document=Document.ID_CARD)
    certificate = proofs.certify_in_person()(one.beneficiary_id, seen, clerk, city.key())
    return "certified in person" if hasattr(certificate, "certificate_id") else "proposed: something speaks against it"


def seen_by_a_hospital(city: City, one: Citizen) -> str:
    """A hospital says so, in a file."""
    return "" if not one.alive else _register_says(city, one, Said.ALIVE, city.today - timedelta(days=1), HOSPITAL)


# --- deaths ----------------------------------------------------------------------------------------------------------


def die(city: City, one: Citizen) -> str:
    """They die; their family says so, or another register, or for a long time nobody."""
    if not one.alive:
        return ""
    one.died_on = city.today
    who = city.chance.random()
    if who < 0.6:
        city.later(city.chance.randrange(2, 40), "death reported", one)
    elif who < 0.9:
        city.later(city.chance.randrange(5, 60), "death in a register", one)
    return "died"


def death_reported(city: City, one: Citizen) -> str:
    """Their family reports it, by name and number."""
    user = User(f"family-{one.number}")
    office.report_death().of_person(NamedPerson(one.name, IdNumber.parse(one.id_number)), one.died_on, user)
    one.reported_on = city.today
    return "reported by the family"


def false_report(city: City, one: Citizen) -> str:
    """Somebody reports a death of a person who lives."""
    if not one.alive:
        return ""
    user = User(f"neighbour-{one.number}")
    office.report_death().of_person(NamedPerson(one.name, IdNumber.parse(one.id_number)), city.today, user)
    return "reported falsely"


def death_in_a_register(city: City, one: Citizen) -> str:
    """The civil register tells it."""
    told = _register_says(city, one, Said.DEAD, one.died_on or city.today, CIVIL_REGISTER)
    one.reported_on = city.today
    return told


def wrong_end(city: City, one: Citizen) -> str:
    """A clerk takes them for somebody who died, another confirms it, and weeks later they stand at the counter."""
    if not one.alive or city.record(one).status is Status.TERMINATED:
        return ""
    one.wrong_end = city.today
    _propose(city, one, Proposal(ReviewKind.END, city.today, EndCause.DECEASED))
    city.later(city.chance.randrange(10, 60), "end corrected", one)
    return "ended by mistake"


def correct_end(city: City, one: Citizen) -> str:
    """Which is put right by two clerks."""
    if not one.alive or city.record(one).status is not Status.TERMINATED:
        return ""
    _propose(city, one, Proposal(ReviewKind.CORRECTION))
    one.corrected_on = city.today
    return "correction proposed"


# --- what is drawn, and how ------------------------------------------------------------------------------------------


def fraud(city: City, one: Citizen) -> str:
    """A certificate is found to be got by fraud, or to be a slip; then they come themselves."""
    record = city.record(one)
    if not one.alive or record.certificate_id is None or record.status is Status.TERMINATED:
        return ""
    cause = city.chance.choice((RevocationCause.FRAUD, RevocationCause.ERROR))
    clerk = city.one_of_two(one.district)
    office.propose().revocation(record.certificate_id, cause, city.key(), clerk)
    city.later(city.chance.randrange(5, 120), "at the counter", one)
    return f"revocation proposed, {cause}"


def add_benefit(city: City, one: Citizen) -> str:
    """Another benefit is granted; one in two ends on a day that is known."""
    if not one.alive or city.record(one).status is Status.TERMINATED:
        return ""
    start = city.today + timedelta(days=city.chance.randrange(-60, 60))
    ends = start + timedelta(days=city.chance.randrange(90, 300)) if city.chance.random() < 0.5 else None
    reference = f"Q{city.chance.randrange(10):d}-{one.number:08d}"
    new = NewBenefit(
        Category.SURVIVOR_ALLOWANCE, one.district, start, city.chance.choice(PAYERS), reference, planned_end=ends
    )
    records.add_benefit()(one.beneficiary_id, new, city.one_of_two(one.district), city.key())
    return "benefit added, with its end" if ends else "benefit added"


def end_benefit(city: City, one: Citizen) -> str:
    """One benefit of several ends, or the only one: they moved abroad, or draw it no more."""
    record = city.record(one)
    if not one.alive or not record.open_benefits:
        return ""
    benefit = record.open_benefits[-1]
    day = max(city.today - timedelta(days=city.chance.randrange(0, 20)), benefit.start or city.today)
    if day > city.today:
        return ""
    cause = city.chance.choice((EndCause.OTHER, EndCause.MOVED))
    _propose(city, one, Proposal(ReviewKind.END, day, cause, benefit_id=benefit.benefit_id))
    return "end of a benefit proposed"


def arrive(city: City, one: Citizen) -> str:
    """Somebody who is not in the file comes to live here, and is registered by hand."""
    number = len(city.people) + 1_000_000
    born, chance = born_of(len(city.people)), city.chance
    new = Citizen(number, name_of(chance), id_number_of(len(city.people), born, "371502"), one.district, [], "", None)
    new.phone, new.channel, new.habit = f"139{number:08d}", Channel.COUNTER, Habit.PROMPT
    start = city.today - timedelta(days=chance.randrange(0, 360))
    benefit = NewBenefit(
        Category.RESIDENT_PENSION, new.district, start, chance.choice(PAYERS), f"N1-{number:08d}", start_checked=True
    )
    contact = NewContact(NoticeChannel.SMS, f"+86{new.phone}")
    registered = records.register_beneficiary()(
        Registration(new.name, IdNumber.parse(new.id_number), benefit, contact),
        city.one_of_two(new.district),
        city.key(),
    )
    new.beneficiary_id = registered.beneficiary_id
    city.people.append(new)
    city.by_id[new.beneficiary_id] = new
    new.story.append(f"{city.today}: registered by hand")
    city.later(max(1, (registered.valid_until - city.today).days - chance.randrange(0, 50)), "certify", new)
    return "registered by hand"


# --- what is put right -----------------------------------------------------------------------------------------------


def move(city: City, one: Citizen) -> str:
    """They move to another district, and so do their benefits."""
    if not one.alive:
        return ""
    to = city.chance.choice([district for district in DISTRICTS if district != one.district])
    clerk = city.one_of_two(one.district)
    moved = city.record(one).open_benefits
    for benefit in moved:
        right = RightRecord(benefit_id=benefit.benefit_id, district=to)
        records.amend_record()(one.beneficiary_id, right, AmendGround.MOVED_HOUSE, clerk, city.key())
    if not moved:
        return ""
    one.district = to
    return "moved to another district"


def rename(city: City, one: Citizen) -> str:
    """Their name was written down wrongly."""
    if not one.alive:
        return ""
    name = name_of(city.chance)
    if name == one.name:
        return ""
    right = RightRecord(name=name)
    records.amend_record()(one.beneficiary_id, right, AmendGround.MISTYPED, city.one_of_two(one.district), city.key())
    one.name = name
    return "name put right"


def renumber(city: City, one: Citizen) -> str:
    """Their ID number was; two clerks put it right."""
    if not one.alive or one.right_number:
        return ""
    born = born_of(one.number)
    one.right_number = id_number_of(one.number, born, "371503")
    clerk = city.one_of_two(one.district)
    records.propose_id_number()(
        one.beneficiary_id, IdNumber.parse(one.right_number), AmendGround.MISTYPED, clerk, city.key()
    )
    return "number proposed"


def new_reference(city: City, one: Citizen) -> str:
    """Their payer gave the benefit another number."""
    record = city.record(one)
    if not record.open_benefits:
        return ""
    benefit = record.open_benefits[0]
    right = RightRecord(benefit_id=benefit.benefit_id, payer_reference=f"R{city.chance.randrange(10**9):09d}")
    records.amend_record()(one.beneficiary_id, right, AmendGround.RENUMBERED, city.one_of_two(one.district), city.key())
    return "payer's reference put right"


def begin_anew(city: City, one: Citizen) -> str:
    """The start of one of their benefits was written down wrongly; two clerks put it right."""
    benefit = city.chance.choice(city.record(one).benefits)
    if benefit.start is None:
        return ""
    start = benefit.start + timedelta(days=city.chance.randrange(-90, 90))
    right = RightStart(benefit.benefit_id, start, AmendGround.MISTYPED, checked=True)
    office.propose_start()(one.beneficiary_id, right, city.key(), city.one_of_two(one.district))
    return "another start proposed"


def give_contact(city: City, one: Citizen) -> str:
    """They give the office a telephone number, the first or a new one."""
    if not one.alive:
        return ""
    one.phone, one.reachable = f"137{city.chance.randrange(10**8):08d}", True
    contact = NewContact(NoticeChannel.SMS, f"+86{one.phone}")
    records.set_contact()(one.beneficiary_id, contact, city.one_of_two(one.district))
    return "contact given"


def lose_number(city: City, one: Citizen) -> str:
    """Their telephone number is given up: the channel refuses it from now on, or takes it in vain."""
    if one.phone and city.chance.random() < 0.5:
        city.services.sns.gone.add(f"+86{one.phone}")
    one.reachable = False
    return "number given up"


def withdraw_consent(city: City, one: Citizen) -> str:
    """They take the consent to the use of their face back; one in three regrets it."""
    if not one.alive or not one.enrolled:
        return ""
    clerk = city.one_of_two(one.district)
    office.withdraw_consent()(one.beneficiary_id, clerk)
    if city.chance.random() < 0.33:
        city.later(3, "withdrawal undone", one)
    else:
        one.enrolled, one.channel = False, Channel.COUNTER
    return "consent withdrawn"


def undo_withdrawal(city: City, one: Citizen) -> str:
    """Within the seven days."""
    if not one.alive:
        return ""
    office.undo_withdrawal()(one.beneficiary_id, city.one_of_two(one.district), UndoGround.CHANGED_MIND)
    return "withdrawal undone"


# --- small things ----------------------------------------------------------------------------------------------------


def _started(city: City, one: Citizen) -> tuple[Session, Caller]:
    consent = parts.consent_texts().in_force
    if one.channel is Channel.HELPER and one.number % 3 == 0:
        clerk = city.one_of_two(one.district)
        issued = office.issue_invitation()(one.beneficiary_id, guardian=False, user=clerk)
        asked = InvitedRequest(issued.code, True, "女儿", consent, False, frozenset(), ImageType.JPEG, city.key())
        started = phone.start_invited()(asked)
        return started.started.session, started.secret
    helps = one.channel is Channel.HELPER
    user = User(f"helper-{one.number}" if helps else f"self-{one.number}")
    request = StartRequest(
        name=one.name,
        id_number=IdNumber.parse(one.id_number),
        on_behalf=helps,
        channel=SentBy.WEB,
        consent_version=consent,
        guardian_consent=False,
        cannot=frozenset(),
        image_type=ImageType.JPEG,
        idempotency_key=city.key(),
    )
    return phone.start_session()(request, user).session, user


def _upload(city: City, key: str, content: bytes) -> None:
    city.services.s3.put_object(Bucket="the-frames-bucket", Key=key, Body=content)


def _propose(city: City, one: Citizen, proposal: Proposal) -> None:
    clerk = city.one_of_two(one.district)
    office.propose()(one.beneficiary_id, proposal, city.key(), clerk)


def _register_says(city: City, one: Citizen, said: Said, on: date, source: str) -> str:
    """One line of another register's file, through the import of data matches."""
    name = f"{source}-{one.number}-{city.today}.csv"
    content = f"id_number,said,on,source\n{one.id_number},{said},{on.isoformat()},{source}\n".encode()
    city.services.s3.put_object(Bucket="the-imports-bucket", Key=f"incoming/{name}", Body=content)
    done = proofs.import_data_match()(name)
    if unreadable := done.rejected.keys() - _SAID_IN_VAIN:
        raise Wrong(f"a line of {source} was refused: {', '.join(sorted(unreadable))}")
    return f"{source} says {said}: {', '.join([*done.taken, *done.rejected])}"
