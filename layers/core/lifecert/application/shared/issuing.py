"""Signing what a change certifies, wherever the certification comes from."""

from dataclasses import dataclass, replace

from lifecert.domain.change import Change
from lifecert.ports.signing import Signer


@dataclass(frozen=True, slots=True)
class Issuer:
    """Who states that somebody was alive: a name for readers, and the key behind it."""

    name: str
    signer: Signer

    def signed(self, change: Change) -> Change:
        """The change with its certificate's signed statement, if it has a certificate. Raises StoreUnavailable."""
        if change.certificate is None:
            return change
        statement = self.signer.sign(change.certificate.claims(self.name))
        return replace(change, certificate=replace(change.certificate, statement=statement))
