"""Several phones at once on the deployed stack: nobody is refused, and what was measured is told."""

from lab.speed.load import measure, picture, report
from local.deploy import Deployment


def test_phones_at_once_are_all_served(stack: Deployment) -> None:
    result = measure(stack, phones=3, certifications=6, date="2026-11-25")
    assert result["errors"] == {}
    assert result["certifications"] == 6
    whole = result["wall_ms"]["whole"]
    assert whole["runs"] == 6
    assert whole["median"] >= result["wall_ms"]["verify"]["median"] > 0
    assert "no errors" in report(result)
    assert "6 certifications by 3 phones" in picture(result)
