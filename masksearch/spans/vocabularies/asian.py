"""Hindi, Bengali, Thai, Vietnamese and Indonesian."""

from __future__ import annotations

from masksearch.spans.figures import COMMA_GROUPS, DAY, GAP, YEAR
from masksearch.spans.grammar import Spaced

HINDI = Spaced(
    months="जनवरी|फ़रवरी|फरवरी|मार्च|अप्रैल|मई|जून|जुलाई|अगस्त|सितंबर|सितम्बर|अक्टूबर|अक्तूबर|नवंबर"
    "|नवम्बर|दिसंबर|दिसम्बर",
    units="किलोमीटर|किमी²?|कि\\.मी\\.|वर्ग किलोमीटर|वर्ग किमी|मीटर|सेंटीमीटर|मिमी|मील|हेक्टेयर|एकड़"
    "|किलोग्राम|किलो|ग्राम|टन|लीटर|साल|वर्ष|वर्षों|महीने|माह|सप्ताह|दिन|दिनों|घंटे|मिनट|सेकंड|लोग|लोगों"
    "|व्यक्ति|निवासी|डिग्री सेल्सियस",
    scales="सौ|हज़ार|हजार|लाख|करोड़|अरब|खरब|मिलियन|बिलियन",
    percent="प्रतिशत|फ़ीसदी|फीसदी",
    groups=COMMA_GROUPS,
    centuries=rf"\d{{1,2}}वीं{GAP}(?:शताब्दी|सदी)(?:{GAP}ई(?:सा|\.){GAP}?पू(?:र्व|\.))?",
    eras=rf"(?:\d{{1,4}}{GAP}(?:ईसा पूर्व|ई\.{GAP}?पू\.|ईस्वी)|(?:सन्|विक्रम संवत|शक संवत){GAP}\d{{1,4}})",
    decades=rf"{YEAR}{GAP}के{GAP}दशक",
    openings="सवश",
    leads="रु\\.|रू\\.",
    money="रुपये|रुपए|रुपयों|डॉलर|यूरो",
)
BENGALI = Spaced(
    months="জানুয়ারি|জানুয়ারী|ফেব্রুয়ারি|ফেব্রুয়ারী|মার্চ|এপ্রিল|মে|জুন|জুলাই|আগস্ট|অগস্ট|সেপ্টেম্বর"
    "|অক্টোবর|নভেম্বর|ডিসেম্বর|বৈশাখ|জ্যৈষ্ঠ|আষাঢ়|শ্রাবণ|ভাদ্র|আশ্বিন|কার্তিক|অগ্রহায়ণ|পৌষ|মাঘ|ফাল্গুন|চৈত্র",
    units="কিলোমিটার|কিমি²?|কি\\.মি\\.|বর্গ ?কিলোমিটার|বর্গ ?কিমি|মিটার|সেন্টিমিটার|মাইল|হেক্টর|একর"
    "|কিলোগ্রাম|কেজি|গ্রাম|টন|লিটার|বছর|মাস|সপ্তাহ|দিন|ঘণ্টা|মিনিট|সেকেন্ড|জন|মানুষ|লোক|অধিবাসী",
    scales="শত|হাজার|লক্ষ|লাখ|কোটি|মিলিয়ন|বিলিয়ন",
    percent="শতাংশ|ভাগ",
    groups=COMMA_GROUPS,
    centuries=rf"\d{{1,2}}(?:শ|তম){GAP}(?:শতাব্দী|শতক|শতকে)",
    eras=rf"(?:খ্রিস্টপূর্ব|খ্রিষ্টপূর্ব){GAP}\d{{1,4}}|\d{{1,4}}{GAP}(?:খ্রিস্টপূর্ব|খ্রিষ্টাব্দ|খ্রিস্টাব্দ|বঙ্গাব্দ)",
    decades=rf"{YEAR}{GAP}এর{GAP}দশক",
    after_year=rf"(?:{GAP}(?:সাল|সালে|সালের))?",
    openings="খ",
    money="টাকা|রুপি|ডলার|ইউরো",
)
_THAI_ERA = rf"(?:พ\.{GAP}?ศ\.|ค\.{GAP}?ศ\.|จ\.{GAP}?ศ\.|ร\.{GAP}?ศ\.|พุทธศักราช|คริสต์ศักราช){GAP}?"
THAI = Spaced(
    months="มกราคม|กุมภาพันธ์|มีนาคม|เมษายน|พฤษภาคม|มิถุนายน|กรกฎาคม|สิงหาคม|กันยายน|ตุลาคม|พฤศจิกายน"
    "|ธันวาคม|ม\\.ค\\.|ก\\.พ\\.|มี\\.ค\\.|เม\\.ย\\.|พ\\.ค\\.|มิ\\.ย\\.|ก\\.ค\\.|ส\\.ค\\.|ก\\.ย\\.|ต\\.ค\\.|พ\\.ย\\."
    "|ธ\\.ค\\.",
    units="ตารางกิโลเมตร|ตร\\.กม\\.|กิโลเมตร|กม\\.|ตารางเมตร|เมตร|เซนติเมตร|มิลลิเมตร|ไร่|เฮกตาร์|กิโลกรัม"
    "|กก\\.|กรัม|ตัน|ลิตร|ปี|เดือน|สัปดาห์|วัน|ชั่วโมง|นาที|วินาที|คน|ครัวเรือน|องศาเซลเซียส",
    scales="ร้อย|พัน|หมื่น|แสน|ล้าน",
    percent="เปอร์เซ็นต์|เปอร์เซนต์",
    groups=COMMA_GROUPS,
    apart=f"{GAP}?",
    of=f"(?:{_THAI_ERA})?",
    year=r"(?:1\d{3}|2[0-6]\d{2})",
    centuries=rf"(?:คริสต์ศตวรรษที่|พุทธศตวรรษที่|ศตวรรษที่){GAP}?\d{{1,2}}",
    eras=rf"{_THAI_ERA}\d{{1,4}}",
    decades=rf"คริสต์ทศวรรษ{GAP}?(?:ที่{GAP})?{YEAR}",
    openings="พคจรศ",
    leads="ร้อยละ",
    money="บาท|ดอลลาร์|ยูโร|เยน",
)
VIETNAMESE = Spaced(
    months=r"tháng (?:1[0-2]|0?[1-9]|một|hai|ba|tư|năm|sáu|bảy|tám|chín|mười|mười một|mười hai)",
    units="kilômét(?: vuông)?|kilomet(?: vuông)?|ki-lô-mét|mét(?: vuông)?|xentimét|dặm|hecta|ha|m"
    "|kilôgam|kilogram|gam|tấn|lít|năm|tháng|tuần|ngày|giờ|phút|giây|người|dân|hộ",
    scales="trăm|nghìn|ngàn|vạn|triệu|tỷ|tỉ|nghìn tỷ",
    percent="phần trăm",
    of="(?:năm )?",
    others=rf"ngày{GAP}{DAY}{GAP}tháng{GAP}\d{{1,2}}(?:,?{GAP}(?:năm{GAP})?{YEAR})?"
    rf"|(?:{DAY}{GAP})?tháng{GAP}\d{{1,2}},?{GAP}(?:năm{GAP})?{YEAR}",
    centuries=rf"thế kỷ{GAP}(?:thứ{GAP})?(?:\d{{1,2}}|[IVX]{{1,5}})(?:{GAP}TCN)?",
    eras=rf"(?:năm{GAP})?\d{{1,4}}{GAP}(?:TCN|SCN|trước Công nguyên)",
    decades=rf"thập niên{GAP}(?:{YEAR}|\d0)",
    openings="nt",
    money="đồng|đô la|USD|euro",
)
INDONESIAN = Spaced(
    months="Januari|Februari|Maret|April|Mei|Juni|Juli|Agustus|September|Oktober|November|Desember",
    units="kilometer(?: persegi)?|meter(?: persegi)?|sentimeter|hektare?|kilogram|gram|ton|liter"
    "|tahun|bulan|minggu|hari|jam|menit|detik|orang|jiwa|penduduk|m|ha",
    scales="ratus|ribu|juta|miliar|milyar|triliun",
    percent="persen",
    centuries=rf"abad{GAP}ke-\d{{1,2}}(?:{GAP}SM)?",
    eras=rf"\d{{1,4}}{GAP}SM|\d{{3,4}}{GAP}[MH]",
    decades=rf"(?:tahun{GAP})?{YEAR}-an",
    openings="at",
    money="rupiah|dolar|euro|yen",
)
