"""A year of a register, and what its nights take: bills, shards and workers."""

from dataclasses import dataclass
from math import ceil

from lab.costs.inputs import Inputs
from lab.costs.model import MONTHS, SMALL_MB, VERIFY_MB, Bill, Costs, share_of_a_core

DAYS = 365
# template.yaml: DueShards, SweepWorkers, SweepRate. A test holds them.
SHARDS, WORKERS, RATE = 4, 5, 50
# Data, person, template, gallery, invitation, certificate, contact, helper and anchor keys, and a second certificate
# key while one is rotated.
KEYS = 10
# For so many write units a second a new table is ready. More in one step than is asked for here, so that the value need
# not follow every change of the register.
NEW_TABLE, WARM_STEP = 4000, 1000
# Every night looks again at the two days before (LOOKS_BACK_AGAIN): a person who is told something is read on three.
NIGHTS_READ = 3
# What DynamoDB takes into one partition in a second.
WRITES_A_PARTITION = 1000


def year(costs: Costs, people: int) -> Bill:
    """All of a year but sign-in and the messages themselves, by what it is for."""
    prices, assumed = costs.inputs.prices, costs.inputs.assumed
    # Planning looks into every shard of every day, so an idle night costs in proportion to the shards.
    nights = costs.database(costs.inputs.measured.units["idle_night"]).times(DAYS * SHARDS)
    return Bill(
        {
            "certifications": costs.certification().total * people,
            "reminders": costs.reminder().total * people * assumed.reminders_per_person,
            "lapses": costs.lapse().total * people * assumed.lapsed_share,
            "nights with nobody due, and keys": nights.total + KEYS * MONTHS * prices.kms_key_month.each,
            "storage": costs.storage_month().total * MONTHS * people,
        }
    )


def sign_in(inputs: Inputs, people: int) -> float:
    """A year of signing in with the stack's own pool, each user in one month. Another issuer costs nothing here."""
    return people * inputs.assumed.users_per_person * inputs.prices.sign_in_user_month.each


def invitations(costs: Costs, people: int) -> Bill:
    """A year in which everybody comes by invitation and nobody signs in: letters printed and posted, and what issuing
    and reading them asks for beyond a start by somebody who is signed in."""
    assumed = costs.inputs.assumed
    letters = people * (1 / assumed.letter_years + assumed.letters_lost_share)
    read = costs.invited().times(people * assumed.verifications_per_certification)
    return Bill(
        {
            "print": letters * assumed.letter_print_usd,
            "postage": letters * assumed.letter_postage_usd,
            "calls": costs.invitation().times(letters).total + read.total,
        }
    )


def managed_liveness(inputs: Inputs, people: int) -> tuple[float, float]:
    """The same year's checks by a managed service, at its lowest and its highest price. Liveness alone."""
    checks = people * inputs.assumed.verifications_per_certification
    return checks * inputs.prices.managed_liveness_volume.each, checks * inputs.prices.managed_liveness.each


@dataclass(frozen=True, slots=True)
class Nights:
    """What the nights of a register of `people` take.

    `due` is how many years end on an average day, `due_most` on the day with most. `looks` is how many people the
    workers look at in a night, `looks_most` in the night in which they reach that day. Hours are as deployed; `workers`
    and `shards` are what it takes to be through in time that night. `floor_minutes` is the least that DynamoDB allows
    for that day, with those shards and a write a person into its partitions. `warm_writes` are the write units a second
    of the busiest table with those workers, 0 if a new table takes as many. `certified_a_second` and
    `calls_a_second` are what phones ask for when that many certify on one day, `hot_shards` what that day's partitions
    must be for it: who certifies on one day is due on one day.
    """

    people: int
    due: int
    due_most: int
    looks: int
    looks_most: int
    hours: float
    hours_most: float
    workers: int
    shards: int
    floor_minutes: float
    warm_writes: int
    certified_a_second: float
    calls_a_second: float
    hot_shards: int


def nights(inputs: Inputs, people: int) -> Nights:
    """Shards and workers for one size of register."""
    assumed = inputs.assumed
    rate, in_time = worker_rate(inputs), assumed.hours_of_a_night * 3600
    due = people / DAYS
    most = due * assumed.peak_day
    looks = due * (assumed.reminders_per_person + assumed.lapsed_share) * NIGHTS_READ
    # A shard of a day is one job, and a job is one worker's: the largest day must be split into jobs that end in time.
    shards = max(SHARDS, ceil(most / (rate * in_time)))
    certified = most / (assumed.hours_of_a_day * 3600)
    workers = max(WORKERS, ceil((looks + most) / (rate * in_time)))
    writes = workers * rate * inputs.measured.swept_writes * assumed.item_growth
    return Nights(
        people=people,
        due=round(due),
        due_most=round(most),
        looks=round(looks),
        looks_most=round(looks + most),
        hours=looks / (WORKERS * rate) / 3600,
        hours_most=max((looks + most) / (WORKERS * rate), most / SHARDS / rate) / 3600,
        workers=workers,
        shards=shards,
        floor_minutes=most / (shards * WRITES_A_PARTITION) / 60,
        warm_writes=WARM_STEP * ceil(writes / WARM_STEP) if writes > NEW_TABLE else 0,
        certified_a_second=certified,
        calls_a_second=2 * certified * assumed.verifications_per_certification,
        hot_shards=ceil(certified / WRITES_A_PARTITION),
    )


def worker_rate(inputs: Inputs) -> float:
    """People a second that one worker gets through: its pace, or what its share of a core allows."""
    return min(RATE, share_of_a_core(SMALL_MB) * 1000 / inputs.measured.sweep_cpu_ms)


@dataclass(frozen=True, slots=True)
class Campaign:
    """What so many certifications a second ask for, in an average second; `busiest_route` and `executions` (those of
    verify_face at once), which limits are set by, with the headroom of a busy one."""

    certified: float
    verified: float
    busiest_route: int
    calls: float
    executions: int
    signatures: float
    macs: float
    uploads: float
    sign_ins: float
    writes: float
    events: float


def campaign(costs: Costs) -> Campaign:
    """A campaign: start, looks, upload, verify and an answer for each try."""
    measured, assumed = costs.inputs.measured, costs.inputs.assumed
    certified = assumed.campaign_a_second
    verified = certified * assumed.verifications_per_certification
    looked = verified * assumed.looks_per_verification
    at_once = (verified * costs.verify_ms(VERIFY_MB) + looked * assumed.look_ms) / 1000
    units = measured.units
    return Campaign(
        certified=certified,
        verified=verified,
        busiest_route=ceil(max(verified, looked) * assumed.load_headroom),
        calls=2 * verified + looked,
        executions=ceil(at_once * assumed.load_headroom),
        signatures=certified * measured.requests.kms_signature,
        # One for the person's ID number, and one for their template.
        macs=verified * (1 + measured.requests.kms_mac),
        uploads=verified * measured.requests.s3_put,
        sign_ins=certified * assumed.users_per_person,
        writes=verified * (units["start"].write + units["verification"].write) + certified * units["published"].write,
        events=certified,
    )
