"""What each thing costs that happens to a person, in US dollars, as a bill of lines. Pure arithmetic."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Self

from lab.costs.inputs import Inputs, Units

# Lambda gives a function processor time in proportion to its memory, and one whole core at this size.
ONE_CORE_MB = 1769
# Below this verify_face would not start, whatever was measured: Lambda's own least is 128.
MEMORY_MB = (512, 768, 1024, 1769, 3008)
VERIFY_MB = 1769  # template.yaml, VerifyFace
DECIDE_MB = 1024  # template.yaml, DecideSession
SMALL_MB = 512  # template.yaml, Globals
# Of a verification's requests to DynamoDB those of decide_session: session and beneficiary, the transaction, and how
# many people the user certified.
DECIDE_REQUESTS = 3
MONTHS = 12
_GB = 1e9


@dataclass(frozen=True, slots=True)
class Bill:
    """US dollars by what they are paid for."""

    lines: Mapping[str, float] = field(default_factory=dict)

    @property
    def total(self) -> float:
        """The sum."""
        return sum(self.lines.values())

    def times(self, factor: float) -> Self:
        """So many of it."""
        return type(self)({name: usd * factor for name, usd in self.lines.items()})


def together(bills: Iterable[Bill]) -> Bill:
    """Line by line, in the order in which they first come."""
    lines: dict[str, float] = {}
    for bill in bills:
        for name, usd in bill.lines.items():
            lines[name] = lines.get(name, 0.0) + usd
    return Bill(lines)


@dataclass(frozen=True, slots=True)
class Costs:
    """The prices at work on the figures."""

    inputs: Inputs

    def least_memory_mb(self) -> float:
        """What verify_face needs: its measured peak and the headroom."""
        return self.inputs.measured.peak_mb * self.inputs.assumed.memory_headroom

    def memory_sizes(self) -> list[int]:
        """The sizes to compare that are large enough."""
        return [size for size in MEMORY_MB if size >= self.least_memory_mb()]

    def decide_ms(self) -> float:
        """How long a warm decide_session takes: three requests to DynamoDB, a look for the frames, a signature."""
        measured, assumed = self.inputs.measured, self.inputs.assumed
        asked = measured.requests
        requests = DECIDE_REQUESTS + asked.s3_head + asked.kms_signature
        cpu = requests * measured.request_cpu_ms + assumed.handler_cpu_ms
        waits = DECIDE_REQUESTS * assumed.dynamodb_wait_ms + assumed.s3_wait_ms
        return cpu / share_of_a_core(DECIDE_MB) + waits + asked.kms_signature * assumed.kms_wait_ms

    def verify_ms(self, memory_mb: int) -> float:
        """How long a warm verify_face takes: its processor time on its share of a core, and its waiting, not least for
        decide_session."""
        measured, assumed = self.inputs.measured, self.inputs.assumed
        asked = measured.requests
        own = measured.units["verification"].requests - DECIDE_REQUESTS
        requests = own + asked.s3_get + asked.kms_mac + 1
        cpu = measured.verification_cpu_ms + requests * measured.request_cpu_ms + assumed.handler_cpu_ms
        waits = (
            own * assumed.dynamodb_wait_ms
            + asked.s3_get * assumed.s3_wait_ms
            + asked.kms_mac * assumed.kms_wait_ms
            + assumed.invoke_wait_ms
            + self.decide_ms()
        )
        return cpu / share_of_a_core(memory_mb) + waits

    def verification(self, memory_mb: int = VERIFY_MB, *, accepted: bool = True) -> Bill:
        """One verification, from the start of its session to its decision: two calls of the API.

        One that is not accepted signs nothing. It also writes a little less, which is not taken off.
        """
        prices, measured, assumed = self.inputs.prices, self.inputs.measured, self.inputs.assumed
        asked, units = measured.requests, measured.units
        cold_ms = assumed.cold_share * measured.cold_start_cpu_ms / share_of_a_core(memory_mb)
        photos = asked.s3_put * measured.photo_bytes / _GB
        return together(
            [
                Bill({"API Gateway": 2 * prices.api_request.each}),
                self.function(memory_mb, self.verify_ms(memory_mb) + cold_ms),
                self.function(DECIDE_MB, self.decide_ms()),
                self.function(SMALL_MB, self.small_ms(units["start"], SMALL_MB, kms=asked.kms_number)),
                self.database(units["start"]),
                self.database(units["verification"]),
                Bill(
                    {
                        "S3": asked.s3_put * prices.s3_put.each
                        + (asked.s3_get + asked.s3_head) * prices.s3_get.each
                        # Frames lie there for up to two days: the rule of one day works once a day.
                        + photos * prices.s3_gb_month.each * 2 / 30,
                        "KMS": (asked.kms_number + asked.kms_mac) * prices.kms_mac.each
                        + accepted * asked.kms_signature * prices.kms_signature.each,
                    }
                ),
                self.logs(3),
            ]
        )

    def invitation(self) -> Bill:
        """One issued by a clerk: a call of the API. Without paper and postage."""
        return self._call("invitation")

    def invited(self) -> Bill:
        """What a start by invitation costs more than one by somebody who is signed in: whose it is, asked by a call of
        its own, and the invitation found."""
        more = self.database(self.inputs.measured.units["invited_start"]).total
        more -= self.database(self.inputs.measured.units["start"]).total
        return together([self._call("invited_person"), Bill({"DynamoDB": more})])

    def _call(self, what: str) -> Bill:
        units = self.inputs.measured.units[what]
        return together(
            [
                Bill({"API Gateway": self.inputs.prices.api_request.each}),
                self.function(SMALL_MB, self.small_ms(units, SMALL_MB)),
                self.database(units),
                self.logs(1),
            ]
        )

    def entry(self) -> Bill:
        """What each ledger entry costs beside its change: it is noted for the night's anchor."""
        return self.database(self.inputs.measured.units["head"])

    def published(self) -> Bill:
        """A change on its way to the payer: the bus, the payer's queue (sent, received, deleted) and the file."""
        prices, units = self.inputs.prices, self.inputs.measured.units["published"]
        return together(
            [
                Bill({"events and queues": prices.bus_event.each + 3 * prices.sqs_request.each}),
                self.database(units),
                self.function(SMALL_MB, self.small_ms(units, SMALL_MB)),
                self.entry(),
                self.logs(1),
            ]
        )

    def certification(self, memory_mb: int = VERIFY_MB) -> Bill:
        """One person certified, with the tries that were not accepted, up to the payer."""
        more = self.inputs.assumed.verifications_per_certification - 1
        others = together([self.verification(memory_mb, accepted=False), self.entry()]).times(more)
        return together([self.verification(memory_mb), others, self.published()])

    def reminder(self) -> Bill:
        """One reminder: found and written by the sweep, announced, sent."""
        return together([self.swept("reminder"), self.entry(), self.notice()])

    def lapse(self) -> Bill:
        """One person whose year ran out: marked, published, and told."""
        return together([self.swept("lapse"), self.published(), self.notice()])

    def swept(self, what: str) -> Bill:
        """What a worker of the sweep asks for about one person."""
        units = self.inputs.measured.units[what]
        return together([self.database(units), self.function(SMALL_MB, self.small_ms(units, SMALL_MB))])

    def notice(self) -> Bill:
        """A notice announced and handed to its channel. Without the price of the message itself."""
        prices, units = self.inputs.prices, self.inputs.measured.units["notice"]
        return together(
            [
                self.database(units),
                self.function(SMALL_MB, self.small_ms(units, SMALL_MB)),
                Bill(
                    {
                        "events and queues": prices.bus_event.each + 3 * prices.sqs_request.each,
                        "KMS": prices.kms_decryption.each,
                    }
                ),
                self.entry(),
                self.logs(1),
            ]
        )

    def storage_month(self) -> Bill:
        """A month of what is kept of one person who certified once, photo and all."""
        prices, measured, assumed = self.inputs.prices, self.inputs.measured, self.inputs.assumed
        kept = measured.stored_bytes
        entries = (
            kept.certification * assumed.verifications_per_certification
            + kept.reminder * assumed.reminders_per_person
            + kept.lapse * assumed.lapsed_share
        )
        price = prices.dynamodb_gb_month.each + prices.dynamodb_recovery_gb_month.each
        return Bill(
            {
                "storage": (kept.person + entries) / _GB * price + measured.photo_bytes / _GB * prices.s3_gb_month.each,
            }
        )

    def database(self, units: Units) -> Bill:
        """Reads and writes of DynamoDB on demand."""
        prices = self.inputs.prices
        return Bill({"DynamoDB": units.read * prices.dynamodb_read.each + units.write * prices.dynamodb_write.each})

    def function(self, memory_mb: int, milliseconds: float) -> Bill:
        """One call of a function that takes so long."""
        prices = self.inputs.prices
        seconds = memory_mb / 1024 * milliseconds / 1000
        return Bill({"Lambda": seconds * prices.lambda_gb_second.each + prices.lambda_request.each})

    def small_ms(self, units: Units, memory_mb: int, kms: float = 0) -> float:
        """How long a function takes that does nothing but ask DynamoDB, and KMS so many times."""
        measured, assumed = self.inputs.measured, self.inputs.assumed
        cpu = (units.requests + kms) * measured.request_cpu_ms + assumed.handler_cpu_ms
        waits = units.requests * assumed.dynamodb_wait_ms + kms * assumed.kms_wait_ms
        return cpu / share_of_a_core(memory_mb) + waits

    def logs(self, calls: int) -> Bill:
        """What calls write into the log."""
        return Bill({"logs": calls * self.inputs.assumed.log_bytes_per_call / _GB * self.inputs.prices.log_gb.each})


def share_of_a_core(memory_mb: float) -> float:
    """What a function of one thread gets of a core, up to a whole one."""
    return min(1.0, memory_mb / ONE_CORE_MB)
