"""`make cost`: what LifeCert costs to run, as tables, JSON and a picture."""

import argparse
import json
import sys
from pathlib import Path

from lab.costs.inputs import ASSUMED, MEASURED, PRICES, InputError, load
from lab.costs.report import picture, report, sheet

ROOT = Path(__file__).resolve().parents[2]
PAGE, IMAGE = ROOT / "docs/cost.md", ROOT / "docs/img/cost.svg"
BEGIN, END = "<!-- begin: make cost -->\n", "<!-- end: make cost -->\n"


def main(arguments: list[str] | None = None) -> int:
    """Compute and print; 2 when an input is wrong."""
    parser = argparse.ArgumentParser(prog="python -m lab.costs", description=__doc__)
    parser.add_argument("--prices", type=Path, default=PRICES, help="other prices, such as your region's")
    parser.add_argument("--measured", type=Path, default=MEASURED, help="other figures, such as your machine's")
    parser.add_argument("--assumed", type=Path, default=ASSUMED, help="other assumptions, such as your country's")
    parser.add_argument(
        "--out", type=Path, default=ROOT / ".build/cost", help="folder of cost.json, cost.md and cost.svg"
    )
    parser.add_argument(
        "--docs", action="store_true", help="put the tables into docs/cost.md as well, and the picture beside it"
    )
    asked = parser.parse_args(arguments)
    try:
        inputs = load(asked.prices, asked.measured, asked.assumed)
    except InputError as error:
        print(f"cost: {error}", file=sys.stderr)
        return 2
    tables = report(inputs)
    asked.out.mkdir(parents=True, exist_ok=True)
    (asked.out / "cost.json").write_text(json.dumps(sheet(inputs), indent=2) + "\n", "utf-8")
    (asked.out / "cost.md").write_text(tables, "utf-8")
    (asked.out / "cost.svg").write_text(picture(inputs), "utf-8")
    if asked.docs:
        PAGE.write_text(replaced(PAGE.read_text("utf-8"), tables), "utf-8")
        IMAGE.write_text(picture(inputs), "utf-8")
    print(
        f"{tables}\nPrices of {inputs.prices.region}, noted {inputs.prices.noted}: check them before you rely on a sum."
    )
    return 0


def replaced(page: str, tables: str) -> str:
    """The page with other tables between its two marks. Raises ValueError when a mark is missing."""
    before, rest = page.split(BEGIN)
    _, after = rest.split(END)
    return f"{before}{BEGIN}\n{tables}\n{END}{after}"


if __name__ == "__main__":
    sys.exit(main())
