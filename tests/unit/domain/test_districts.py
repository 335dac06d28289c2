"""What a district is called."""

import pytest

from lifecert.domain.districts import DistrictNames

NAMES = DistrictNames(
    {
        "11": "北京市",
        "110101": "东城区",
        "33": "浙江省",
        "3301": "杭州市",
        "330106": "西湖区",
        "42": "湖北省",
        "429004": "仙桃市",
    }
)


@pytest.mark.parametrize(
    ("code", "name"),
    [
        ("330106", "浙江省杭州市西湖区"),
        ("330100", "浙江省杭州市"),
        ("330000", "浙江省"),
        ("110101", "北京市东城区"),  # no prefecture between
        ("429004", "湖北省仙桃市"),
        ("330199", "330199"),  # a province and a prefecture alone would say too much
        ("999999", "999999"),
        ("000000", "000000"),
        ("", ""),
    ],
)
def test_a_district_has_its_whole_name_or_else_its_code(code: str, name: str) -> None:
    assert NAMES.of(code) == name
