"""/staff/imports: an existing register and photos come in, and letters go out. POST one and let it be checked; another
clerk releases it. GET how far it is."""

from aws_lambda_powertools.event_handler import Response

from lifecert.bootstrap import imports
from lifecert.domain.errors import RegisterImportNotFound
from lifecert.entry.http.access import CLERKS, STAFF
from lifecert.entry.http.api import Api, an_id
from lifecert.entry.http.bodies.register_imports import (
    ImportDetails,
    ImportPrepared,
    ImportShown,
    ImportsShown,
    PrepareImportBody,
    ReleaseImportBody,
)
from lifecert.entry.log import LogCode, done

api = Api(imports.prepare_import, imports.start_dry_run, imports.release_import)


@api.on("POST /staff/imports", CLERKS)
def prepare() -> Response[str]:
    new, key = api.body(PrepareImportBody).to_domain(), api.required_idempotency_key
    prepared = imports.prepare_import()(new, api.user, key)
    done(LogCode.IMPORT_PREPARED, "ImportsPrepared", import_id=prepared.register_import.import_id)
    return api.answer(ImportPrepared.of(prepared, api.user), 201)


@api.on("GET /staff/imports", STAFF)
def listed() -> Response[str]:
    done(LogCode.IMPORTS_LISTED, "ImportsListed")
    return api.answer(ImportsShown.of(imports.list_imports()(api.user), api.user))


@api.on("GET /staff/imports/{import_id}", STAFF)
def one(import_id: str) -> Response[str]:
    view = imports.get_import()(an_id(import_id, RegisterImportNotFound), api.user)
    done(LogCode.IMPORT_READ, "ImportsRead", **view.read_by(api.user))
    return api.answer(ImportDetails.of(view, api.user))


@api.on("POST /staff/imports/{import_id}/dry-run", CLERKS)
def dry_run(import_id: str) -> Response[str]:
    found = imports.start_dry_run()(an_id(import_id, RegisterImportNotFound), api.user)
    done(LogCode.IMPORT_CHECK_STARTED, "ImportChecksStarted", import_id=import_id)
    return api.answer(ImportShown.of(found, api.user), 202)


@api.on("POST /staff/imports/{import_id}/release", CLERKS)
def release(import_id: str) -> Response[str]:
    body = api.body(ReleaseImportBody)
    found = imports.release_import()(an_id(import_id, RegisterImportNotFound), body.digest, api.user)
    done(LogCode.IMPORT_RELEASED, "ImportsReleased", import_id=import_id)
    return api.answer(ImportShown.of(found, api.user), 202)


@api.on("POST /staff/imports/{import_id}/stop", CLERKS)
def stop(import_id: str) -> Response[str]:
    found = imports.stop_import()(an_id(import_id, RegisterImportNotFound), api.user)
    done(LogCode.IMPORT_STOPPED, "ImportsStopped", import_id=import_id)
    return api.answer(ImportShown.of(found, api.user))


handler = api.handler
