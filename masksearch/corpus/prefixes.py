"""Prefixes of links to other wikis, as the Wikimedia projects share them."""

from __future__ import annotations

LANGUAGE_PREFIXES = frozenset(
    {
        *("aa", "ab", "ace", "ady", "af", "ak", "als", "alt", "am", "ami", "an", "ang", "ann"),
        *("anp", "ar", "arc", "ary", "arz", "as", "ast", "atj", "av", "avk", "awa", "ay", "az"),
        *("azb", "ba", "ban", "bar", "bat-smg", "bbc", "bcl", "bdr", "be", "be-tarask", "be-x-old"),
        *("bew", "bg", "bh", "bi", "bjn", "blk", "bm", "bn", "bo", "bpy", "br", "bs", "btm", "bug"),
        *("bxr", "ca", "cbk-zam", "cdo", "ce", "ceb", "ch", "cho", "chr", "chy", "ckb", "co", "cr"),
        *("crh", "cs", "csb", "cu", "cv", "cy", "da", "dag", "de", "dga", "din", "diq", "dsb"),
        *("dtp", "dty", "dv", "dz", "ee", "el", "eml", "en", "eo", "es", "et", "eu", "ext", "fa"),
        *("fat", "ff", "fi", "fiu-vro", "fj", "fo", "fon", "fr", "frp", "frr", "fur", "fy", "ga"),
        *("gag", "gan", "gcr", "gd", "gl", "glk", "gn", "gom", "gor", "got", "gpe", "gsw", "gu"),
        *("guc", "gur", "guw", "gv", "ha", "hak", "haw", "he", "hi", "hif", "ho", "hr", "hsb"),
        *("ht", "hu", "hy", "hyw", "hz", "ia", "iba", "id", "ie", "ig", "igl", "ii", "ik", "ilo"),
        *("inh", "io", "is", "it", "iu", "ja", "jam", "jbo", "jv", "ka", "kaa", "kab", "kbd"),
        *("kbp", "kcg", "kg", "kge", "ki", "kj", "kk", "kl", "km", "kn", "knc", "ko", "koi", "kr"),
        *("krc", "ks", "ksh", "ku", "kus", "kv", "kw", "ky", "la", "lad", "lb", "lbe", "lez"),
        *("lfn", "lg", "li", "lij", "lld", "lmo", "ln", "lo", "lrc", "lt", "ltg", "lv", "lzh"),
        *("mad", "mai", "map-bms", "mdf", "mg", "mh", "mhr", "mi", "min", "mk", "ml", "mn", "mni"),
        *("mnw", "mos", "mr", "mrj", "ms", "mt", "mus", "mwl", "my", "myv", "mzn", "na", "nah"),
        *("nan", "nap", "nb", "nds", "nds-nl", "ne", "new", "ng", "nia", "nl", "nn", "no", "nov"),
        *("nqo", "nr", "nrm", "nso", "nup", "nv", "ny", "oc", "olo", "om", "or", "os", "pa", "pag"),
        *("pam", "pap", "pcd", "pcm", "pdc", "pfl", "pi", "pih", "pl", "pms", "pnb", "pnt", "ps"),
        *("pt", "pwn", "qu", "rm", "rmy", "rn", "ro", "roa-rup", "roa-tara", "rsk", "ru", "rue"),
        *("rw", "sa", "sah", "sat", "sc", "scn", "sco", "sd", "se", "sg", "sgs", "sh", "shi"),
        *("shn", "shy", "si", "simple", "sk", "skr", "sl", "sm", "smn", "sn", "so", "sq", "sr"),
        *("srn", "ss", "st", "stq", "su", "sv", "sw", "syl", "szl", "szy", "ta", "tay", "tcy"),
        *("tdd", "te", "tet", "tg", "th", "ti", "tig", "tk", "tl", "tly", "tn", "to", "tok", "tpi"),
        *("tr", "trv", "ts", "tt", "tum", "tw", "ty", "tyv", "udm", "ug", "uk", "ur", "uz", "ve"),
        *("vec", "vep", "vi", "vls", "vo", "vro", "wa", "war", "wo", "wuu", "xal", "xh", "xmf"),
        *("yi", "yo", "yue", "za", "zea", "zgh", "zh", "zh-classical", "zh-cn", "zh-min-nan"),
        *("zh-tw", "zh-yue", "zu"),
    }
)
"""Of links to the same page in another language, which show nothing where they stand."""

INTERWIKI_PREFIXES = frozenset(
    {
        *("acronym", "advogato", "aew", "appropedia", "arxiv", "bibcode", "betawiki", "bugzilla"),
        *("bulba", "c2", "c2find", "centralwikia", "choralwiki", "citizendium", "commons"),
        *("creativecommons", "dbpedia", "dcdatabase", "distributedproofreaders", "dmoz", "doi"),
        *("doi-org", "drumcorpswiki", "emacswiki", "encyc", "esolang", "ethnologue", "fandom"),
        *("finalfantasy", "foldoc", "foundation", "freebsdman", "gardenology", "gentoo-wiki"),
        *("geohack", "gerrit", "git", "googlebooks", "googledefine", "googlegroups", "gutenberg"),
        *("gutenbergwiki", "hackerspaces", "handle", "hdl", "hrwiki", "iarchive", "imdb"),
        *("imdbcharacter", "imdbcompany", "imdbname", "imdbtitle", "incubator", "infosphere"),
        *("iso639-3", "issn", "jira", "jstor", "libreplanet", "lostpedia", "mailarchive"),
        *("mariowiki", "mediawikiwiki", "mediazilla", "memoryalpha", "metawiki", "metawikimedia"),
        *("metawikipedia", "mozillawiki", "mw", "nostalgia", "oclc", "oeis", "omegawiki"),
        *("openlibrary", "openstreetmap", "osm", "otrswiki", "outreach", "phab", "phabricator"),
        *("planetmath", "pmid", "pokewiki", "pokéwiki", "proofwiki", "pythoninfo", "pythonwiki"),
        *("quarry", "reuterswiki", "rfc", "rodovid", "s23wiki", "scholar", "senseislibrary"),
        *("slashdot", "sourceforge", "spcom", "strategywiki", "svgwiki", "tclerswiki", "tfwiki"),
        *("thinkwiki", "toolforge", "toollabs", "translatewiki", "tvtropes", "twiki"),
        *("uncyclopedia", "unihan", "urbandict", "viaf", "vikidia", "wikia", "wikiapiary"),
        *("wikibooks", "wikicities", "wikidata", "wikifunctions", "wikifur", "wikihow"),
        *("wikiindex", "wikilivres", "wikimedia", "wikimania", "wikinews", "wikinfo", "wikipedia"),
        *("wikiquote", "wikisource", "wikispecies", "wikitech", "wikiversity", "wikivoyage"),
        *("wiktionary", "wmf", "wookieepedia", "wowwiki", "xtools"),
    }
)
"""Of links to other places, which show their text and lead to no page of the wiki."""
