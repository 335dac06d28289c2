"""An import protects faces of several people at once."""

from typing import Any

from lifecert.adapters.kms.template_protection import KmsTemplateProtection
from tests.support.builders import a_template


class Kms:
    def generate_mac(self, KeyId: str, Message: bytes, MacAlgorithm: str) -> dict[str, bytes]:
        return {"Mac": Message.rpartition(b"\0")[2].ljust(32, b"-")[:32]}


class Meanwhile(dict[tuple[str, str], bytes]):
    """In which somebody else's secret is put, by another thread, right after each."""

    def __init__(self, protection: KmsTemplateProtection) -> None:
        self.protection, self.others = protection, 0

    def __setitem__(self, key: tuple[str, str], secret: bytes) -> None:
        super().__setitem__(key, secret)
        if self.others == 0:
            self.others += 1
            self.protection.protect("another", a_template())


def test_each_has_their_own_secret_whoever_is_protected_meanwhile() -> None:
    kms: Any = Kms()
    wanted = KmsTemplateProtection(kms, "key", "1").protect("person", a_template())
    protection = KmsTemplateProtection(kms, "key", "1")
    meanwhile = Meanwhile(protection)
    object.__setattr__(protection, "_last", meanwhile)
    assert protection.protect("person", a_template()) == wanted
    assert meanwhile.others == 1
