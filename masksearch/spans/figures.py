"""How a figure is written in any language, in the form of text that `folding` gives.

A figure is whole with its sign, its currency, all its groups of digits and the words for
thousands and millions behind it. Which of these are words depends on the language.
"""

from __future__ import annotations

GAP = r"[ \u00a0]"
HARD_GAP = r"\u00a0"
"""A space at which no line is broken, so that it surely belongs to a figure."""
YEAR = r"(?:1\d{3}|20\d{2})"
DAY = r"(?:[12]\d|3[01]|0?[1-9])"
ROMAN = r"[IVX]{1,5}"
NEVER = r"(?!)"
WORD = r"\w\u0300-\u036f\u0900-\u0963\u0966-\u0dff\u0e31\u0e34-\u0e3a\u0e47-\u0e4e"
"""A range of what words are made of, the marks among it that `\\w` leaves out."""

COMMA_GROUPS = r"\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d{1,2}(?:,\d{2})+,\d{3}(?:\.\d+)?"
"""Thousands; also lakhs and crores, as in 12,34,567."""
POINT_GROUPS = r"\d{1,3}(?:\.\d{3})+(?:,\d+)?"
SPACE_GROUPS = rf"\d{{1,3}}(?:{GAP}\d{{3}})+(?:[.,]\d+)?"
SURE_GROUPS = rf"\d{{1,3}}(?:{HARD_GAP}\d{{3}})+(?:[.,]\d+)?|\d{{1,3}}(?:'\d{{3}})+(?:[.,]\d+)?"
"""Groups that nothing else could be, in any language."""
FIGURE = (
    rf"(?:(?:{COMMA_GROUPS}|{POINT_GROUPS}|{SPACE_GROUPS}|{SURE_GROUPS})(?!\d)|\d+(?:[.,]\d+)?)"
)

CURRENCY_SIGNS = r"$£€¥₹₩₽₺₴₫฿₪₦₱₡₲₵₸₼₾৳﷼"
SIGN = rf"(?:[-+−±]|(?<!\d{GAP})(?<!\d\.)–(?=[\d{CURRENCY_SIGNS}]))"
"""Also a dash right before a figure that does not follow another one."""
CURRENCY = (
    rf"(?<![A-Za-z])(?:(?:[A-Z]{{1,3}})?[{CURRENCY_SIGNS}]|(?:USD|EUR|GBP|JPY|CNY|RMB|INR|CHF|CAD|AUD|NZD|RUB"
    r"|UAH|PLN|CZK|HUF|SEK|NOK|DKK|TRY|ILS|AED|SAR|EGP|IRR|BDT|PKR|LKR|NPR|THB|VND|IDR|MYR|SGD"
    r"|PHP|KRW|TWD|HKD|BRL|MXN|ARS|ZAR|NGN|Rs\.?|Rp\.?)(?![A-Za-z]))"
)
"""A sign, with the letters that tell whose, or a code; before a figure or behind it."""
PERCENT = r"[%‰]"
SYMBOLS = r"km²|km2|km/h|km|cm|mm|kg|°[CF]|K|kPa|MPa|kV|V|kW|MW|GW|TW|W|kHz|MHz|GHz|Hz|MB|GB|TB"

EASTERN_SCALE = (
    rf"(?:{GAP}?[多余餘几幾数數]?[十百千万萬億亿兆](?![米克瓦赫卡帕年月日])|[십백천만억조])"
)
"""What multiplies a figure in Chinese, Japanese and Korean; 千米 and its like are units."""
HAN_NUMERALS = "〇零○一二三四五六七八九十百千万萬億亿兆"
