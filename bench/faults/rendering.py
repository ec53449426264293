"""Pages whose markup once came out as wrong words: what a reader sees, and what comes out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

from bench.harness.bar import Bar, Group, Result
from bench.harness.place import Place
from bench.harness.processes import expect
from masksearch.parquet import read_shards
from masksearch.schemas import Document
from masksearch.stages import DOCUMENTS

GOES = ""
"""The page's only paragraph cannot be told, and goes."""

SEEN: Mapping[str, Mapping[str, str]] = {
    "07-templates/dump.xml": {
        "asof": "residents as of 3 May 2010 and the count was repeated since 2012 by",
        "circa": "born c. 1450 – c. 1455 in a village and painted fl. 1470–1490 at court c. 1480.",
        "hlist": "colours: red · white · blue and the crew speaks Norwegian, Sami on board",
        "native": "called République de Vallon (French) by its people, in Hebrew שלום and the word Haus",
        "langzh": "as Chinese: 北城; pinyin: Běichéng and lies",
        "langx": "called German: Talheim, lit. 'Valley home' by settlers, and Bergheim, and Seversk",
        "langnamed": GOES,
        "val": "weighs 1.5+0.2−0.3 kg and is 12345.6(3) m long, with 5–7 km of rope.",
        "convert": "5 1/2 miles long, 6 feet 2 inches wide and 21 to 25 °C warm; 100 Mm³ of water",
        "nihongo": "River Road (Japanese: 川の道, Hepburn: Kawa no Michi, lit. the way) sold well",
        "nihongoextra": "The Women's League (Japanese: 女子リーグ, Joshi Rīgu) began in 1989.",
        "ill": "The mayor Anna Berg opened it with Otto Dahl in 1931.",
        "frac": "It took 2 1/2 hours and 3/4 of a litre, or 1/7 of a bag, 1,234,567.891 grains.",
        "bda": "(March 4, 1920 – January 2, 2000 (aged 79)) were mayors.",
        "ipa": "Talvik is a town.",
        "efn": "The town grew fast. It lies on a hill.",
        "age": GOES,
        "bang": "The lake the lake is deep and 12 km long 3 kilometres wide.",
        "ruby": "The word 東京(とうきょう) and 漢(かん) and 山(やま) are shown.",
        "magic": "The bridge stands in the town since 1901.",
        "fandom": "The old castle stands on the hill.",
        "poem": "Row, row row your boat",
        "chem": GOES,
        "ref": "ABCDthreeEF G.",
        "files": "The town of Oslon and the picture and sound Stadt towns history sub",
        "quote": "We came in 1931.",
        "plainlist": "Members: Anna, Bert and one · two",
        "nts": GOES,
    },
    "07-templates/tsl-zh.xml": {"北城": "市長、市長大人與港口"},
    "08-variants/en.xml": {
        "langconv-en": "The acid 3-{[2-amino]-oxy}-propane and -{R}- value and x-{a}-y are named.",
        "interwiki": "and paper and fan and Star Trek: Voyager and film.",
    },
    "08-variants/zh.xml": {"北城": "北城是软件之城，打印机於1931年啟用，原文保留"},
    "09-regional-codes/conv_nl.xml": {"X": "De toren is 320 m hoog en 45.000,5 kilo zwaar"},
    "09-regional-codes/lang_de-ch.xml": {"T": "45'000 Tonnen Holz um. Im Jahr 1955 wurde"},
    "09-regional-codes/sv.xml": {"Alkali": "är 1 123 millimeter. Toppen är 1 200 m hög."},
    "20-prefix-hidden/dump.xml": {
        "hid": "The battle of Talvik took three days and was fought by men in 1950.",
        "param": "The town of Talvik is big today.",
        "sub": "At 10^5 and H2O and km² and the 5th of xn and CO2 and 10^−5 m and C60.",
        "doi": "See the paper by Berg and the IP rule and the preprint and the actor from 1999.",
    },
}


def measure(place: Place) -> Iterator[Result]:
    """One corpus of each file."""
    folder = place.folder("rendering")
    for number, (file, pages) in enumerate(SEEN.items()):
        texts = _texts(place, folder, file, f"run-{number}")
        for title, seen in pages.items():
            shown = texts.get(title, "")
            met = seen in shown if seen else not shown
            yield Result(_name(file, title), " ".join(shown.split())[:44] or "goes", met)


def _texts(place: Place, folder: Path, file: str, run: str) -> Mapping[str, str]:
    dump = place.case(f"corpus/{file}")
    command = ("corpus", "build", dump, "--run", run, "--set", "corpus.min_chars=10")
    expect(place.masksearch(*command, cwd=folder), "corpus build")
    found = read_shards(folder / run / DOCUMENTS, Document)
    return {document.title: document.text for document in found}


def _name(file: str, title: str) -> str:
    return f"rendering: {file.partition('-')[0]} {title} ({Path(file).stem})"


GROUP = Group(
    "rendering",
    tuple(
        Bar(_name(file, title), seen[:34] or "goes with a reason")
        for file, pages in SEEN.items()
        for title, seen in pages.items()
    ),
    measure,
)
