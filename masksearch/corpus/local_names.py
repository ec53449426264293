"""What wikis call things in their own language, beyond what a dump's header tells.

A header may be wrong or missing, and it says nothing of headings and templates, so these
names are tried for every language; all are in lower case.
"""

from __future__ import annotations

HIDDEN_PREFIXES = frozenset(
    {
        *("file", "image", "category", "datei", "bild", "kategorie", "fichier"),
        *("catégorie", "файл", "изображение", "категория", "файл", "зображення", "категорія"),
        *(
            "картинка",
            "ファイル",
            "画像",
            "カテゴリ",
            "파일",
            "그림",
            "분류",
            "文件",
            "檔案",
            "档案",
        ),
        *(
            "图像",
            "圖像",
            "分类",
            "分類",
            "archivo",
            "imagen",
            "categoría",
            "immagine",
            "categoria",
        ),
        *("ficheiro", "imagem", "bestand", "afbeelding", "categorie", "plik", "grafika"),
        *("kategoria", "fil", "kategori", "tiedosto", "kuva", "luokka", "soubor", "dosya", "resim"),
        *(
            "fájl",
            "kép",
            "kategória",
            "fișier",
            "imagine",
            "αρχείο",
            "εικόνα",
            "κατηγορία",
            "تصویر",
        ),
        *("ملف", "صورة", "تصنيف", "پرونده", "رده", "קובץ", "תמונה", "קטגוריה", "तस्वीर", "श्रेणी"),
        *("berkas", "gambar", "tập tin", "hình", "thể loại", "ไฟล์", "ภาพ", "หมวดหมู่", "fitxer"),
        *("imatge", "slika", "датотека", "слика", "категорија", "datoteka", "kategorija"),
        *("dosiero", "kategorio", "fitxategi", "súbor", "vaizdas", "attēls", "pilt", "kategooria"),
        *("mynd", "flokkur", "íomhá", "catagóir", "delwedd", "categori", "lêer", "fasciculus"),
        *("restr", "rummad", "categoría", "catègoria", "şəkil", "kateqoriya", "tasvir", "turkum"),
        *("выява", "катэгорыя", "податотека", "санат", "сурет", "պատկեր", "կատեգորիա", "ფაილი"),
        *("კატეგორია", "चित्र", "वर्ग", "चित्र", "চিত্র", "বিষয়শ্রেণী", "படிமம்", "பகுப்பு", "దస్త్రం"),
        *("వర్గం", "പ്രമാണം", "വർഗ്ഗം", "ચિત્ર", "શ્રેણી", "ಚಿತ್ರ", "ವರ್ಗ", "فائل", "زمرہ"),
        *("پەڕگە", "پۆل", "ဖိုင်", "ကဏ္ဍ", "រូបភាព", "ឯកសារ", "picha", "jamii", "talaksan"),
    }
)
"""Prefixes of links that show nothing: files, pictures and categories."""

SISTER_PREFIXES = frozenset(
    {
        *("wp", "wikipedia", "wikt", "wiktionary", "commons", "s", "wikisource", "q", "wikiquote"),
        *("n", "b", "wikibooks", "v", "species", "d", "m", "meta", "mw", "special", "help", "user"),
        *("template", "portal", "talk", "project", "draft", "module", "mediawiki", "w", "voy"),
        *(
            "media",
            "medium",
            "média",
            "медиа",
            "медіа",
            "メディア",
            "媒体",
            "媒體",
            "미디어",
            "medio",
        ),
    }
)
"""Prefixes of links that show their text but lead to no page of the wiki."""

BACK_MATTER = frozenset(
    {
        *("references", "external links", "see also", "further reading", "notes", "bibliography"),
        *("sources", "footnotes", "citations", "works cited", "notes and references", "gallery"),
        *("references and notes", "external references", "literature", "notes and citations"),
        *("einzelnachweise", "weblinks", "siehe auch", "literatur", "quellen", "anmerkungen"),
        *("fußnoten", "références", "notes et références", "liens externes", "voir aussi"),
        *("bibliographie", "articles connexes", "annexes", "annexe", "notes", "sources"),
        *("примечания", "ссылки", "литература", "см. также", "источники", "бележки"),
        *("външни препратки", "източници", "вижте също", "примітки", "посилання", "література"),
        *("脚注", "出典", "参考文献", "関連項目", "外部リンク", "注釈", "関連書籍", "关联项目"),
        *("参考资料", "參考資料", "參考文獻", "外部链接", "外部連結", "外部連接", "参见", "參見"),
        *(
            "参看",
            "參看",
            "注释",
            "註釋",
            "相关条目",
            "相關條目",
            "延伸阅读",
            "延伸閱讀",
            "参考来源",
        ),
        *("각주", "같이 보기", "외부 링크", "참고 문헌", "주석", "참고", "바깥 고리"),
        *("referencias", "enlaces externos", "véase también", "bibliografía", "notas"),
        *("note", "collegamenti esterni", "voci correlate", "bibliografia", "altri progetti"),
        *("referências", "ligações externas", "ver também", "przypisy", "linki zewnętrzne"),
        *("zobacz też", "bronnen", "externe links", "zie ook", "referenser", "externa länkar"),
        *("se även", "viitteet", "aiheesta muualla", "kaynakça", "dış bağlantılar"),
    }
)
"""Headings of sections that list things instead of telling of them."""

REDIRECT_WORDS = (
    *("redirect", "redirection", "weiterleitung", "перенаправление", "перенаправлення"),
    *("пренасочване", "виж", "重定向", "転送", "リダイレクト", "넘겨주기", "redirección"),
    *("redirecionamento", "rinvia", "doorverwijzing", "omdirigering", "ohjaus", "patrz"),
    *("yönlendirme", "تحويل", "تغییر_مسیر", "הפניה", "đổi", "alih", "átirányítás", "preusmjeri"),
)
"""The word after `#` on a page that sends its reader to another."""

DISAMBIGUATION_TEMPLATES = frozenset(
    {
        *("disambig", "disambiguation", "disamb", "dab", "hndis", "geodis", "surname", "mathdab"),
        *("given name", "numberdis", "schooldis", "hospitaldis", "roaddis", "shipindex", "sia"),
        *("set index article", "letter-number combination disambiguation", "callsigndis"),
        *("airport disambiguation", "human name disambiguation", "place name disambiguation"),
        *("school disambiguation", "music disambiguation", "genus disambiguation", "taxonomy dis"),
        *("begriffsklärung", "homonymie", "неоднозначность", "многозначность", "неоднозначност"),
        *(
            "пояснение",
            "неоднозначність",
            "багатозначність",
            "曖昧さ回避",
            "aimai",
            "人名の曖昧さ回避",
        ),
        *("동음이의", "동음이의어", "동명이인", "消歧义", "消歧義", "消歧義頁", "消歧义页"),
        *("desambiguación", "disambigua", "desambiguação", "dp", "doorverwijspagina"),
        *("ujednoznacznienie", "förgrening", "grensida", "täsmennyssivu", "anlam ayrımı"),
        *("egyért", "rozcestník", "dezambiguizare", "flertydig", "peker", "توضيح", "ابهام‌زدایی"),
        *("פירושונים", "định hướng", "trang định hướng", "disambigu", "αποσαφήνιση"),
    }
)
DISAMBIGUATION_TITLES = (
    *("(disambiguation)", "(begriffsklärung)", "(homonymie)", "(значения)", "(пояснение)"),
    *("(значення)", "(曖昧さ回避)", "(동음이의)", "(消歧义)", "(消歧義)", "(desambiguación)"),
    *("(disambigua)", "(desambiguação)", "(doorverwijspagina)", "(ujednoznacznienie)"),
)
"""How the title of a page ends that tells namesakes apart."""

LIST_TITLES = (
    *(
        "list of ",
        "lists of ",
        "index of ",
        "outline of ",
        "liste der ",
        "liste von ",
        "liste des ",
    ),
    *("liste de ", "liste d'", "liste du ", "список ", "списък на ", "lista de ", "lista di "),
    *(
        "lijst van ",
        "lista över ",
        "luettelo ",
        "anexo:",
        "seznam ",
        "の一覧",
    ),
)
"""How the title of a list begins."""
LIST_TITLE_ENDS = ("列表", "一覧", "목록", "年表")
"""How the title of a list ends, where the language puts the word there."""
