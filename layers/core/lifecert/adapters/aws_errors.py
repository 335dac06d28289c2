"""AWS errors become domain errors here, by code, and nowhere else."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from http import HTTPStatus

from botocore.exceptions import ClientError, HTTPClientError, IncompleteReadError
from botocore.exceptions import ConnectionError as AwsConnectionError

from lifecert.domain.errors import LifeCertError, StoreUnavailable, VersionConflict

# Worth trying again later. Whatever else is refused (a permission, a validation) is a fault of ours: it propagates.
_UNAVAILABLE = frozenset(
    {
        # DynamoDB
        "InternalServerError",
        "ProvisionedThroughputExceeded",
        "ProvisionedThroughputExceededException",
        "RequestLimitExceeded",
        "ThrottlingError",
        "TransactionConflict",
        "TransactionConflictException",
        "TransactionInProgressException",
        # S3
        "InternalError",
        "RequestTimeout",
        "ServiceUnavailable",
        "SlowDown",
        # KMS, EventBridge
        "DependencyTimeoutException",
        "InternalException",
        "InternalFailure",
        "KMSInternalException",
        "KeyUnavailableException",
        "Throttling",
        "ThrottlingException",
    }
)


@contextmanager
def translated(conditions: Sequence[Callable[[], LifeCertError]] = ()) -> Iterator[None]:
    """Raise AWS errors of the block as domain errors.

    `conditions` belongs to a transaction: the error to raise when the condition of the item in the same place
    fails. Of several failed conditions the first is raised, and a failed condition before a mere collision.
    """
    try:
        yield
    except (AwsConnectionError, HTTPClientError, IncompleteReadError) as error:
        raise StoreUnavailable(type(error).__name__) from error
    except ClientError as error:
        domain_error = _cancellation(error, conditions) or _unavailable(error)
        if domain_error is None:
            raise
        raise domain_error from error


def code_of(error: ClientError) -> str:
    """The service's error code."""
    return error.response.get("Error", {}).get("Code", "")


def _cancellation(error: ClientError, conditions: Sequence[Callable[[], LifeCertError]]) -> LifeCertError | None:
    if code_of(error) != "TransactionCanceledException":
        return None
    codes = [reason.get("Code", "") for reason in error.response.get("CancellationReasons", [])]
    for code, condition in zip(codes, conditions, strict=False):
        if code == "ConditionalCheckFailed":
            return condition()
    if "TransactionConflict" in codes:
        return VersionConflict()
    if _UNAVAILABLE.intersection(codes):
        return StoreUnavailable("transaction cancelled")
    return None


def _unavailable(error: ClientError) -> LifeCertError | None:
    status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
    overloaded = status == HTTPStatus.TOO_MANY_REQUESTS or status >= HTTPStatus.INTERNAL_SERVER_ERROR
    return StoreUnavailable(code_of(error)) if overloaded or code_of(error) in _UNAVAILABLE else None
