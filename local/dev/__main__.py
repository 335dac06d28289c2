"""Keep the local stack running, with a few people registered, until Ctrl-C. `make dev`."""

import argparse
import re
import signal
import sys
from collections.abc import Sequence
from functools import partial

from local.deploy import deploy, search_for_no_duplicates
from local.dev import office, reference, sam
from local.dev.running import folder_for
from local.dev.welcome import opened, prepare, text
from local.stack import BUILD, LOOPBACK, StackError, run

# As the parameter WebOrigin of the template has it.
_ORIGIN = re.compile(r"https?://[A-Za-z0-9.:-]+")
_NO_ADDRESS = ("0.0.0.0", "::", "*")  # noqa: S104 (named to be refused)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run until interrupted."""
    parser = argparse.ArgumentParser(prog="python -m local.dev", description=(__doc__ or "").split(". `")[0])
    parser.add_argument("--web-origin", default="", metavar="ORIGIN", help="origin of a page that may call the API")
    parser.add_argument("--host", default=LOOPBACK, help="address of this machine to listen on (%(default)s)")
    asked = parser.parse_args(arguments)
    if asked.web_origin and not _ORIGIN.fullmatch(asked.web_origin):
        parser.error(
            f"WEB_ORIGIN is scheme, host and port, such as http://localhost:3000, without a path: {asked.web_origin}"
        )
    if asked.host in _NO_ADDRESS:
        parser.error("HOST is the address under which others reach this machine, such as 192.168.1.20")
    say = partial(print, flush=True)
    try:
        with run(say, host=asked.host) as stack, folder_for(stack.aws.endpoint) as folder, reference.served() as page:
            more = {"WebOrigin": asked.web_origin, "PrintHouseKey": office.print_house_key(folder)}
            deployment = deploy(stack.aws, say, more=more)
            say("Registering people, and opening the first cases of the desk.")
            search_for_no_duplicates(deployment)
            client = prepare(deployment, folder, asked.web_origin)
            sam.write(deployment, BUILD / "sam", folder)
            say(text(client, folder, stack.log, page))
            if asked.host != LOOPBACK:
                say(opened(asked.host))
            while True:
                signal.pause()
    except StackError as error:
        print(f"\n{error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("Stopped. Nothing is left running.")
        return 0


if __name__ == "__main__":
    sys.exit(main())
