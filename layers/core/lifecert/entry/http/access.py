"""Who may call what. Every route names one of these rules where it is made (`Api.on`); without one there is no route.

The gateway proves who somebody is, by their token; whether they may is decided here, before a handler runs. What
belongs to one person, such as a session, the use case checks besides.
"""

from dataclasses import dataclass

from lifecert.domain.actor import Group, Program, User
from lifecert.domain.errors import NotAllowed
from lifecert.entry.http.problems import SignedOut


@dataclass(frozen=True, slots=True)
class Rule:
    """Whom a route is for: anyone, whoever is signed in, members of one of `groups`, or `programs` and nobody else:
    payers', or those of other `registers`. To every other rule a program is nobody."""

    signed_in: bool = True
    groups: frozenset[Group] = frozenset()
    programs: bool = False
    registers: bool = False

    def check(self, user: User | None, program: Program | None = None, *, changes: bool = False) -> None:
        """Raises SignedOut when a user is needed and there is none, NotAllowed when it is not one of `groups`; where
        programs are let in, the same of whoever is none. Whoever only audits is let in to what `changes` something, as
        all does that is no GET, by no route but those that name auditors."""
        if self.programs:
            if program is None:
                raise SignedOut if user is None else NotAllowed
            if bool(program.register) is not self.registers:
                raise NotAllowed
            return
        if self.signed_in and user is None:
            raise SignedOut
        if self.groups and not (user and self.groups & user.groups):
            raise NotAllowed
        only_audits = user is not None and user.is_auditor and not user.is_clerk
        if self.signed_in and changes and only_audits and Group.AUDITOR not in self.groups:
            raise NotAllowed


ANYONE = Rule(signed_in=False)
SIGNED_IN = Rule()
CLERKS = Rule(groups=frozenset({Group.CLERK}))
AUDITORS = Rule(groups=frozenset({Group.AUDITOR}))
STAFF = Rule(groups=frozenset({Group.CLERK, Group.AUDITOR}))
PAYERS = Rule(programs=True)
REGISTERS = Rule(programs=True, registers=True)
