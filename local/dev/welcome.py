"""What `make dev` puts into a fresh stack and tells about it: users, people, client.json, and calls to try."""

import json
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from lifecert.bootstrap.parts import consent_texts
from local.aws import REGION, Credentials
from local.demo.cast import PEOPLE, PORTRAITS, register
from local.demo.office import WUFANG
from local.demo.phone import Phone
from local.deploy import STACK_NAME, Deployment
from local.dev import office
from local.dev.running import CLIENT, DOMAIN
from local.stack import ROOT

PASSWORD = "Only-on-this-machine-2026"  # noqa: S105 (of users who live as long as this stack)
# Two clerks, because what ends or corrects an entitlement takes two people.
GROUPS = {"user": None, "clerk": "clerk", "second-clerk": "clerk", "auditor": "auditor"}
KEYS = "jwks.json"
# Nobody's here: for whoever registers somebody by hand.
FREE_NUMBER = "371502195206143013"


def prepare(deployment: Deployment, folder: Path, web_origin: str = "") -> dict[str, Any]:
    """Sign users up, register people, write client.json, a token for each user and the certificates' keys: what
    client.json says."""
    tokens = {name: deployment.new_user(name + DOMAIN, PASSWORD, group) for name, group in GROUPS.items()}
    clerk, second, helper = (Phone(deployment.api_url, tokens[name]) for name in ("clerk", "second-clerk", "user"))
    today = datetime.now(ZoneInfo("Asia/Shanghai")).date()
    people = [
        {
            "name": person.name,
            "id_number": person.id_number,
            "beneficiary_id": register(clerk, person, today, second),
            "face": person.face,
        }
        for person in PEOPLE
    ]
    invitation = clerk.expect(201, "POST", f"/staff/beneficiaries/{people[0]['beneficiary_id']}/invitations", {})
    for name, token in tokens.items():
        (folder / f"{name}.token").write_text(token, encoding="utf-8")
    keys = clerk.expect(200, "GET", "/.well-known/jwks.json")
    (folder / KEYS).write_text(json.dumps(keys), encoding="utf-8")
    aws, pool = deployment.aws, deployment.people
    client = {
        "api": deployment.api_url,
        "keys": f"{deployment.api_url}/.well-known/jwks.json",
        "consent_version": consent_texts().in_force,
        "web_origin": web_origin or None,
        # The issuer is the name in the tokens; its documents are served here.
        "issuer": f"https://cognito-idp.{REGION}.amazonaws.com/{pool.pool_id}",
        "openid_configuration": f"{aws.endpoint}/{pool.pool_id}/.well-known/openid-configuration",
        "client_id": pool.client_id,
        "user_pool_id": pool.pool_id,
        "staff_issuer": f"https://cognito-idp.{REGION}.amazonaws.com/{deployment.staff.pool_id}",
        "staff_client_id": deployment.staff.client_id,
        "staff_pool_id": deployment.staff.pool_id,
        "users": [
            {
                "email": name + DOMAIN,
                "password": PASSWORD,
                "group": group,
                "client_id": (deployment.staff if group else pool).client_id,
                "token_file": str(folder / f"{name}.token"),
            }
            for name, group in GROUPS.items()
        ],
        "people": people,
        "invitation": {
            "person": people[0]["name"],
            "url": invitation["url"],
            "digits": invitation["digits"],
        },
        "phone_page": f"{deployment.api_url}/phone",
        "desk": deployment.desk_url,
        "first_day": office.first_day(folder, clerk, second, helper, today),
        "endpoint": aws.endpoint,
        "region": REGION,
        "access_key_id": Credentials().access_key,
        "secret_access_key": Credentials().secret_key,
        "stack": STACK_NAME,
    }
    (folder / CLIENT).write_text(json.dumps(client, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
    return client


def text(client: Mapping[str, Any], folder: Path, log: Path, reference: str) -> str:
    """What the terminal shows: addresses, files, and calls to paste into a shell."""
    short, district = folder.relative_to(ROOT), client["first_day"]["district"]
    users = ", ".join(one["email"].removesuffix(DOMAIN) for one in client["users"])
    people = "\n".join(f"                 {one['name']}, {one['id_number']}" for one in client["people"])
    start = json.dumps(
        {
            "beneficiary": {key: client["people"][0][key] for key in ("name", "id_number")},
            "consent": {"version": client["consent_version"]},
            "on_behalf": False,
        },
        ensure_ascii=False,
        indent=2,
    )
    sign_in = json.dumps(
        {
            "AuthFlow": "USER_PASSWORD_AUTH",
            "ClientId": client["client_id"],
            "AuthParameters": {"USERNAME": f"user{DOMAIN}", "PASSWORD": PASSWORD},
        },
        indent=2,
    )
    # Samples stand at the left edge, ready to be pasted into a shell.
    return f"""
The stack is up. All of this, and more, is in {short}/{CLIENT}.

  API            {client["api"]}
  reference      {reference}
  keys           {client["keys"]}
  sign-in        {client["openid_configuration"]}
                 issuer {client["issuer"]}
                 client id {client["client_id"]}
  users          {users} (each {DOMAIN}), password {PASSWORD}
                 staff sign in with client id {client["staff_client_id"]}
  tokens         {short}/<user>.token, good for one hour, of staff for ten minutes; `make token USER=clerk` prints
                 a new one
  consent        version {client["consent_version"]}
  registered     (each with a reference photo)
{people}
  phone page     {client["phone_page"]}
  desk           {client["desk"]}
                 what to do there is said at the end
  invitation     of {client["invitation"]["person"]}: {client["invitation"]["url"]}
                 or these digits: {client["invitation"]["digits"]}
  web origin     {client["web_origin"] or "none (make dev WEB_ORIGIN=http://localhost:3000 lets a page of yours call)"}
  AWS endpoint   {client["endpoint"]} (stack {client["stack"]}, region {client["region"]}, access key and secret: test)
  log            {log.relative_to(ROOT)}

In another terminal, from this folder:

  make token USER=clerk                  print a new token (USER=payer: of a payer's program, for GET /feed)
  make frames SESSION=id                 draw the frames that a session asks for, new ones at each call
  make frames STEPS=neutral,turn_left    the same without a session
  make event                             events of a live session, for sam local (docs/operations.md)
  make clients                           clients in Python and TypeScript, with examples (clients/README.md)
  make verify-ledger ENDPOINT={client["endpoint"]}
                                         and all other commands for operators (`make help`)

--- The whole way with curl ---

API={client["api"]}
TOKEN=$(cat {short}/user.token)

# Open a session. Every slot in the answer has a number, a step, a url and fields.
curl -s -X POST $API/sessions \\
  -H "Authorization: $TOKEN" \\
  -H "Content-Type: application/json" \\
  -H "Accept-Language: en" \\
  -d '{start}' > {short}/session.json
ID=$(python3 -c 'import json; print(json.load(open("{short}/session.json"))["session_id"])')

# Draw its frames, and upload each to its slot.
make frames SESSION=$ID
python3 - <<END | sh
import json
for slot in json.load(open("{short}/session.json"))["slots"]:
    fields = " ".join(f"-F '{{key}}={{value}}'" for key, value in slot["fields"].items())
    frame = f"{short}/frames/$ID/{{slot['number']}}-{{slot['step']}}.jpg"
    print(f"curl -s {{fields}} -F file=@{{frame}} {{slot['url']}}")
END

# Have it decided, and look how the person stands.
curl -s -X POST $API/sessions/$ID/verify \\
  -H "Authorization: $TOKEN" \\
  -H "Accept-Language: en" | python3 -m json.tool --no-ensure-ascii
curl -s $API/beneficiaries/{client["people"][0]["beneficiary_id"]} \\
  -H "Authorization: $TOKEN" | python3 -m json.tool --no-ensure-ascii

# Sign in, as an app does it.
curl -s {client["endpoint"]} \\
  -H "X-Amz-Target: AWSCognitoIdentityProviderService.InitiateAuth" \\
  -H "Content-Type: application/x-amz-json-1.1" \\
  -d '{sign_in}' | python3 -m json.tool

--- A day at the office's desk ---

  {client["desk"]}
  Sign in as clerk{DOMAIN}, second-clerk{DOMAIN} or auditor{DOMAIN}, with {PASSWORD}
  (here without a second factor, and anew every ten minutes: the local AWS renews no clerk's token).
  Two people at once: a second window, private or of another browser.

  Cases      two wait for clerk{DOMAIN}: somebody registered by the other clerk, and a face check
  Find       {client["people"][0]["id_number"]}, or another of those registered above; all are in district {district}
  Register   any name; of a number the last digit is a check digit: {FREE_NUMBER} is free
  Photo      portraits to enrol lie in {PORTRAITS.relative_to(ROOT)}/
  Letter     of somebody's record, "Print an invitation"; its digits are typed at {client["phone_page"]}
  Imports    upload {short}/{office.REGISTER}: two people come in; the other clerk releases it. Then find {WUFANG}
  Letters    by a print house: from a work list of {district}; {short}/{office.PRINT_HOUSE} opens them
  Holds      `make holds` brings somebody who is proposed for a hold; `make night` applies what was decided

Ctrl-C ends the stack: nothing is left running, and {short} is deleted."""


def opened(host: str) -> str:
    """What a HOST other than loopback opens, for whoever set it to know."""
    return f"""
HOST={host} OPENS THIS STACK to everybody who can reach that address. The local AWS takes the key `test` from
anybody, so whoever is in this network can read and change all that is in it. Use invented people only, in a network
that you trust. A firewall of this machine may still be in the way.

A phone's browser gives a page no live camera over plain http: that takes https, or localhost. The way by file works:
<input type="file" accept="image/*" capture="user">. A native app may use the camera, if it is allowed plain http
(Android: usesCleartextTraffic; iOS: NSAllowsLocalNetworking)."""
