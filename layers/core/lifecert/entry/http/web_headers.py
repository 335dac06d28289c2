"""What a browser is told of a page of `web/` and its files: what they may do, and how long they may be kept."""

from collections.abc import Iterable

HTML = "text/html; charset=utf-8"
# A name follows from the content: another content has another name.
_FOR_GOOD = "public, max-age=31536000, immutable"


def page_headers(others: Iterable[str] = (), *, camera: bool = False, photos: Iterable[str] = ()) -> dict[str, str]:
    """Of the document: never kept. It runs its own files alone, calls this API and the origins `others` alone (where
    frames go, where people sign in), shows pictures of its own and of the origins `photos`, has the camera if it needs
    it, and is shown in nobody's frame."""
    policy = (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        " ".join(("img-src 'self' blob:", *dict.fromkeys(photos))),
        "media-src blob:",
        " ".join(("connect-src 'self'", *dict.fromkeys(others))),
        "form-action 'none'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
        "require-trusted-types-for 'script'",
        "trusted-types 'none'",
    )
    return {
        "Cache-Control": "no-store",
        "Content-Security-Policy": "; ".join(policy),
        "Permissions-Policy": f"camera=({'self' if camera else ''}), microphone=(), geolocation=()",
        "Referrer-Policy": "no-referrer",
        "X-Content-Type-Options": "nosniff",
        "Cross-Origin-Opener-Policy": "same-origin",
    }


def asset_headers() -> dict[str, str]:
    """Of a file that the document names: kept for good."""
    return {"Cache-Control": _FOR_GOOD, "X-Content-Type-Options": "nosniff"}
