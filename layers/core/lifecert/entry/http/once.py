"""Do a thing once: a repeat of the same request by the same user gets the first answer again."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from aws_lambda_powertools.utilities.idempotency import BasePersistenceLayer, IdempotencyConfig, idempotent_function
from aws_lambda_powertools.utilities.idempotency.exceptions import (
    IdempotencyAlreadyInProgressError,
    IdempotencyPersistenceLayerError,
    IdempotencyValidationError,
)

from lifecert.domain.errors import IdempotencyKeyReused, StoreUnavailable
from lifecert.entry.http.problems import RequestInProgress

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext

    from lifecert.domain.actor import User

ANSWERS_KEPT_SECONDS = 24 * 60 * 60


class Once:
    """Remembers answers in `store` for a day; they must hold no personal data. Failures are not remembered.

    An answer is kept after the thing is done, and a crash in between loses it: `act` itself must give the first answer
    when it meets what it did before.
    """

    def __init__(self, store: BasePersistenceLayer) -> None:
        self._store = store
        self._config = IdempotencyConfig(
            event_key_jmespath="key",
            payload_validation_jmespath="request",
            raise_on_no_idempotency_key=True,
            expires_after_seconds=ANSWERS_KEPT_SECONDS,
            hash_function="sha256",
        )

    def __call__(
        self, user: "User", key: str, request: str, context: "LambdaContext", act: Callable[[], dict[str, Any]]
    ) -> dict[str, Any]:
        """What `act` returns, or returned for this user and key before.

        `request` tells one request from another; it is kept as a plain hash, so it must not be guessable. Raises
        IdempotencyKeyReused, RequestInProgress, StoreUnavailable and whatever `act` raises.
        """
        # With the context, a request that died is given up when it could no longer be running.
        self._config.register_lambda_context(context)

        @idempotent_function(data_keyword_argument="asked", persistence_store=self._store, config=self._config)  # type: ignore[untyped-decorator]
        def once(*, asked: dict[str, str]) -> dict[str, Any]:
            return act()

        try:
            answer: dict[str, Any] = once(asked={"key": f"{user.user_id}\n{key}", "request": request})
        except IdempotencyValidationError:
            raise IdempotencyKeyReused from None
        except IdempotencyAlreadyInProgressError:
            raise RequestInProgress from None
        except IdempotencyPersistenceLayerError as error:
            raise StoreUnavailable("idempotency store") from error
        return answer
