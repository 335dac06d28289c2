"""Put the pages' files where CloudFront finds them: `python -m ops.publish_page --help`.

For a stack whose PageFrom is CloudFront, after each deployment. Files are named by their content, so that old ones may
stay for whoever has an old page open; the document comes last.
"""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from lifecert.entry.http.web_files import ASSETS, load
from lifecert.entry.http.web_headers import HTML, asset_headers
from ops.deployment import UNREACHABLE, add_arguments, client, output, outputs, parse, why

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

WEB = Path(__file__).resolve().parents[1] / "web"


def publish(s3: "S3Client", bucket: str, web: Path = WEB) -> list[str]:
    """Upload the phone page and the files of both pages: the keys, in their order."""
    phone, certificate = load(web, "phone"), load(web, "certificate", "../")
    keys = []
    for name, asset in {**phone.assets, **certificate.assets}.items():
        keys.append(f"{ASSETS}{name}")
        s3.put_object(
            Bucket=bucket,
            Key=keys[-1],
            Body=asset.body,
            ContentType=asset.content_type,
            CacheControl=asset_headers()["Cache-Control"],
        )
    keys.append("phone")
    s3.put_object(Bucket=bucket, Key="phone", Body=phone.html.encode(), ContentType=HTML, CacheControl="no-store")
    return keys


def main(arguments: Sequence[str] | None = None) -> int:
    """Exit status: 0 published; 2 it could not be."""
    parser = argparse.ArgumentParser(prog="python -m ops.publish_page", description=(__doc__ or "").split("\n")[0])
    add_arguments(parser)
    asked = parse(parser, arguments)
    try:
        bucket = output(outputs(asked.stack, asked.endpoint_url), "WebFilesBucket")
        keys = publish(client("s3", asked.endpoint_url), bucket)
    except UNREACHABLE as error:
        print(f"not published: {why(error)}", file=sys.stderr)
        return 2
    print(f"{len(keys)} files are in {bucket}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
