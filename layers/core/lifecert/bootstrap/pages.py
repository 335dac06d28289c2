"""The pages that a browser opens: the phone page, and the desk of the staff; with their files and headers."""

from functools import cache
from typing import TYPE_CHECKING

from lifecert.bootstrap import parts
from lifecert.entry import settings
from lifecert.entry.setting_values import Address, Name

if TYPE_CHECKING:
    from collections.abc import Mapping

    from lifecert.entry.http.web_files import Asset, Site


class PageSettings(settings.Common):
    """page: the origins that the phone page calls beside this API's, to send frames and to sign in; those that the desk
    calls, between blanks, and those among them whose photos it shows; and where and as which client the staff signs
    in."""

    upload_origin: Address
    sign_in_origins: str
    desk_origins: str
    desk_photo_origins: str
    desk_sign_in_discovery: Address
    desk_sign_in_client_id: Name
    desk_sign_in_scopes: Name


@cache
def site() -> "Site":
    """GET /phone."""
    from lifecert.entry.http.web_files import load

    return load(parts.web_folder(), "phone")


@cache
def desk() -> "Site":
    """GET /desk. The document says where the staff signs in."""
    from dataclasses import replace
    from html import escape
    from string import Template

    from lifecert.entry.http.web_files import load

    names = PageSettings.load()
    found = load(parts.web_folder(), "desk")
    told = {
        "discovery": names.desk_sign_in_discovery,
        "client_id": names.desk_sign_in_client_id,
        "scopes": names.desk_sign_in_scopes,
        "time_zone": names.time_zone,
        "districts": named_districts()[0],
    }
    return replace(found, html=Template(found.html).substitute({name: escape(value) for name, value in told.items()}))


@cache
def named_districts() -> "tuple[str, Asset]":
    """What districts are called, for the desk: where it is found, and the file."""
    from lifecert.entry.http.web_files import json_asset

    return json_asset("districts", parts.district_names().names)


@cache
def assets() -> "Mapping[str, Asset]":
    """GET /phone/{asset}: the files of all pages, by their names."""
    address, names = named_districts()
    pages = {**site().assets, **desk().assets, **parts.certificate_site().assets}
    return {**pages, address.rpartition("/")[2]: names}


@cache
def page_headers() -> dict[str, str]:
    """What a browser is told of the phone page."""
    from lifecert.entry.http.web_headers import page_headers

    names = PageSettings.load()
    return page_headers((names.upload_origin, *names.sign_in_origins.split()), camera=True)


@cache
def desk_headers() -> dict[str, str]:
    """What a browser is told of the desk."""
    from lifecert.entry.http.web_headers import page_headers

    names = PageSettings.load()
    # Of whoever comes to the counter a photo is taken there, and on a visit.
    return page_headers(names.desk_origins.split(), camera=True, photos=names.desk_photo_origins.split())
