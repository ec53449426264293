import shutil
from concurrent.futures import ThreadPoolExecutor

import pytest
from finishing import finish
from hypothesis import given, settings
from hypothesis import strategies as st
from manifests import as_unfinished, edit_manifest

from masksearch.config import SearchConfig, Section
from masksearch.errors import InputError, QueryError, SearchError, StaleError, StoreError
from masksearch.guards import LeakGuard
from masksearch.making import Making
from masksearch.manifest import IfExists
from masksearch.parquet import write_shard
from masksearch.run_folder import RunFolder
from masksearch.schemas import Guard, Passage
from masksearch.search.bm25 import TantivySearch
from masksearch.search.factory import SearchFactory, search_passages
from masksearch.search.index import build_index, built_index
from masksearch.search.texts import TEXTS_FILE
from masksearch.stages import INDEX, PASSAGES
from masksearch.store import file_hash

TEXTS = {
    "Ada Lovelace": [
        "Ada Lovelace was born in London and wrote notes on the Analytical Engine.",
        "Lovelace translated an article by Luigi Menabrea about the engine.",
        "The engine was never finished, but her notes describe an algorithm.",
    ],
    "Oregon": [
        "Oregon, written OR on envelopes, is a state in the west of the United States.",
        "The état of Oregon has its capital in Salem; its coast meets the Pacific.",
    ],
    "The Who": ["The Who are a band that was formed in 1964 by Pete Townshend."],
}


def passages(texts=TEXTS):
    return [
        Passage(
            id=f"test:{title}:1#{n}",
            document_id=f"test:{title}:1",
            title=title,
            section="",
            text=text,
            start=0,
            end=len(text),
            url=f"https://example.org/{n}",
        )
        for title, paragraphs in texts.items()
        for n, text in enumerate(paragraphs)
    ]


@pytest.fixture(scope="module")
def search():
    return search_passages(passages())


def run_with_passages(path, texts=TEXTS):
    run = RunFolder(path)
    stage = run.stage(PASSAGES)
    stage.begin({"source": "test"}, Section())
    kept = passages(texts)
    write_shard(stage.folder / "0.parquet", kept)
    finish(stage, passages=len(kept), corpus_hash=file_hash(stage.folder / "0.parquet"))
    return run


async def test_hits_come_best_first_with_their_provenance(search):
    [hits] = await search.search(["Menabrea's article on the engine"], top_k=3)
    assert hits[0].id == "test:Ada Lovelace:1#1"
    assert hits[0].title == "Ada Lovelace"
    assert hits[0].url == "https://example.org/1"
    assert [hit.score for hit in hits] == sorted((hit.score for hit in hits), reverse=True)


async def test_several_queries_are_answered_in_their_order(search):
    ranked = await search.search(["Salem capital", "Townshend", "algorithm"], top_k=1)
    assert [hits[0].title for hits in ranked] == ["Oregon", "The Who", "Ada Lovelace"]


async def test_a_title_alone_finds_its_passages(search):
    [hits] = await search.search(["oregon"], top_k=5)
    assert {hit.title for hit in hits} == {"Oregon"}
    assert len(hits) == 2


@pytest.mark.parametrize(
    "query",
    [
        "OR",
        "Salem OR",
        "AND Salem",
        "IN [1 TO 2] Salem",
        'title:"Salem" -(+*',
        "état SALEM!",
        "to^2~ Salem\\",
    ],
)
async def test_operators_and_punctuation_are_only_words(search, query):
    [hits] = await search.search([query], top_k=2)
    assert hits[0].title == "Oregon"


async def test_common_words_are_searched_when_there_are_no_others(search):
    [hits] = await search.search(["the who"], top_k=1)
    assert hits[0].title == "The Who"


@pytest.mark.parametrize("query", ["", "  ", "?!…"])
async def test_a_query_without_words_is_a_failed_search(search, query):
    with pytest.raises(SearchError, match="no word"):
        await search.search([query], top_k=1)


async def test_no_query_is_a_failed_search(search):
    with pytest.raises(SearchError, match="no query"):
        await search.search([], top_k=1)


async def test_the_paragraph_guard_withholds_one_passage_and_fills_up(search):
    guard = LeakGuard(Guard.PARAGRAPH, "test:Ada Lovelace:1#1")
    [hits] = await search.search(["Menabrea engine notes"], top_k=2, guard=guard)
    assert {hit.id for hit in hits} == {"test:Ada Lovelace:1#0", "test:Ada Lovelace:1#2"}


async def test_the_page_guard_withholds_every_passage_of_the_page():
    many = {"Long": [f"Engine paragraph {n}." for n in range(50)], "Other": ["An engine."]}
    search = search_passages(passages(many))
    guard = LeakGuard(Guard.PAGE, "test:Long:1#7")
    [hits] = await search.search(["engine paragraph"], top_k=3, guard=guard)
    assert [hit.title for hit in hits] == ["Other"]


@settings(max_examples=60, deadline=None)
@given(query=st.text(max_size=80), mode=st.sampled_from(Guard), passage=st.sampled_from(passages()))
async def test_the_guard_holds_whatever_is_asked(search, query, mode, passage):
    guard = LeakGuard(mode, passage.id)
    [hits] = await search.search([f"{query} engine"], top_k=4, guard=guard)
    assert not any(guard.blocks(hit.id) for hit in hits)
    assert hits or mode is Guard.PAGE


@settings(max_examples=60, deadline=None)
@given(query=st.text(max_size=40))
async def test_any_text_is_searched_or_refused(search, query):
    try:
        [hits] = await search.search([query], top_k=4)
    except SearchError:
        return
    assert len(hits) <= 4
    assert any(letter.isalnum() for letter in query)


async def test_hits_are_cut_to_a_snippet():
    text = " ".join(f"word{n}" for n in range(400))
    search = search_passages(passages({"Long": [text]}), 60)
    [[hit]] = await search.search(["word300 word301"], top_k=1)
    assert len(hit.text) <= 60
    assert "word300 word301" in hit.text


def test_the_fingerprint_tells_corpora_and_settings_apart(search):
    mine = search.fingerprint(top_k=5, guard=Guard.PAGE)
    other = search_passages(passages()[:2]).fingerprint(top_k=5, guard=Guard.PAGE)
    assert (mine.top_k, mine.guard, mine.truncation) == (5, "page", 500)
    assert mine.corpus_hash != other.corpus_hash


async def test_an_index_is_built_once_and_searched_from_disk(tmp_path):
    run = run_with_passages(tmp_path / "run")
    assert build_index(run).passages == 6
    made = (run.stage(INDEX).folder / "tantivy" / "meta.json").stat().st_mtime_ns
    assert build_index(run).passages == 6
    assert (run.stage(INDEX).folder / "tantivy" / "meta.json").stat().st_mtime_ns == made
    built_index(run).verify()
    [hits] = await SearchFactory(run).open(SearchConfig()).search(["Salem"], top_k=1)
    assert hits[0].title == "Oregon"


def test_a_killed_build_is_made_again(tmp_path):
    run = run_with_passages(tmp_path / "run")
    build_index(run)
    as_unfinished(run.stage(INDEX))
    (run.stage(INDEX).folder / ".tantivy.part").mkdir()
    assert build_index(run).passages == 6
    assert not (run.stage(INDEX).folder / ".tantivy.part").exists()


def test_an_index_built_from_another_corpus_is_refused(tmp_path):
    run = run_with_passages(tmp_path / "one")
    build_index(run)
    run.stage(PASSAGES).clear()
    run_with_passages(tmp_path / "one", {"Oregon": TEXTS["Oregon"]})
    with pytest.raises(InputError, match="built from another corpus"):
        SearchFactory(run).open(SearchConfig())
    with pytest.raises(StaleError):
        build_index(run)
    assert build_index(run, Making(IfExists.RESTART)).passages == 2
    assert SearchFactory(run).open_index().num_passages == 2


def test_a_missing_index_says_what_to_run(tmp_path):
    run = run_with_passages(tmp_path / "run")
    with pytest.raises(StoreError, match="masksearch index build"):
        SearchFactory(run).open(SearchConfig())


def test_a_damaged_index_is_refused_in_one_line(tmp_path):
    run = run_with_passages(tmp_path / "run")
    build_index(run)
    folder = run.stage(INDEX).folder / "tantivy"
    (folder / "meta.json").write_text("{}")
    for check in (
        lambda: SearchFactory(run).open(SearchConfig()),
        lambda: built_index(run).verify(),
    ):
        with pytest.raises(InputError, match="damaged") as refused:
            check()
        assert "\n" not in str(refused.value)


def test_an_index_whose_folder_is_gone_is_built_again(tmp_path):
    run = run_with_passages(tmp_path / "run")
    build_index(run)
    shutil.rmtree(run.stage(INDEX).folder / "tantivy")
    for check in (SearchFactory(run).open_index, lambda: built_index(run)):
        with pytest.raises(InputError, match="no index at"):
            check()
    build_index(run)
    assert SearchFactory(run).open_index().num_passages == 6


def test_a_truncated_segment_is_refused(tmp_path):
    run = run_with_passages(tmp_path / "run")
    build_index(run)
    for segment in (run.stage(INDEX).folder / "tantivy").glob("*.idx"):
        segment.write_bytes(segment.read_bytes()[:-20])
    with pytest.raises(InputError, match="damaged"):
        built_index(run).verify()


@pytest.mark.parametrize("spoil", [lambda path: path.write_bytes(path.read_bytes()[:-5]),
                                   lambda path: path.unlink()])  # fmt: skip
def test_an_index_whose_passages_are_cut_off_or_gone_is_refused(tmp_path, spoil):
    run = run_with_passages(tmp_path / "run")
    build_index(run)
    spoil(run.stage(INDEX).folder / "tantivy" / TEXTS_FILE)
    for check in (lambda: SearchFactory(run).open_index(), lambda: built_index(run).verify()):
        with pytest.raises(InputError, match="damaged"):
            check()


def test_an_empty_corpus_is_refused(tmp_path):
    with pytest.raises(InputError, match="nothing to index"):
        build_index(run_with_passages(tmp_path / "run", {}))


def test_an_index_of_another_version_is_refused(tmp_path):
    run = run_with_passages(tmp_path / "run")
    build_index(run)
    old = {"engine": "0.1", "tokenizer": "en_stem"}
    edit_manifest(run.stage(INDEX), lambda raw: raw.update(settings=old))
    with pytest.raises(InputError, match="another version of masksearch"):
        SearchFactory(run).open(SearchConfig())


def test_an_index_in_older_files_is_built_anew_and_later_stages_stay(tmp_path):
    run = run_with_passages(tmp_path / "run")
    build_index(run)
    before = run.stage(INDEX).hash
    run.stage(INDEX).note(layout=1)
    with pytest.raises(InputError, match="run `masksearch index build`"):
        SearchFactory(run).open(SearchConfig())
    assert build_index(run).passages == 6
    assert SearchFactory(run).open_index().num_passages == 6
    assert run.stage(INDEX).hash == before


@pytest.mark.parametrize(
    ("queries", "top_k", "reason"),
    [
        ([""], 1, "no word"),
        (["x" * 100_000], 1, "has 100,000 characters"),
        (["engine"], 0, "top_k is 0"),
        (["engine"], -1, "top_k is -1"),
        (["engine"], 10**9, "top_k is 1000000000"),
    ],
)
async def test_what_cannot_be_asked_is_a_failed_search(search, queries, top_k, reason):
    with pytest.raises(QueryError, match=reason):
        await search.search(queries, top_k=top_k)


def test_threads_may_search_at_once():
    alone = TantivySearch.of_passages(passages())
    wanted = [alone.ranked(query, 3) for query in ("engine", "Salem", "band")]
    with ThreadPoolExecutor(4) as pool:
        found = list(
            pool.map(lambda query: alone.ranked(query, 3), ["engine", "Salem", "band"] * 30)
        )
    assert found == wanted * 30


def test_other_forms_of_a_word_are_found_and_a_name_s_exact_form_comes_first():
    names = {"Waters": ["He swims."], "Water": ["She swims."], "Fire": ["It burns."]}
    alone = TantivySearch.of_passages(passages(names))
    assert [hit.title for hit in alone.ranked("waters", 3)] == ["Waters", "Water"]
    assert [hit.title for hit in alone.ranked("water", 3)] == ["Water", "Waters"]
    assert [hit.title for hit in alone.ranked("burning", 3)] == ["Fire"]


def test_of_tied_passages_the_first_by_id_are_shown():
    texts = {"Salem": ["A town by the sea."] * 12}
    alone = TantivySearch.of_passages(reversed(passages(texts)))
    assert [hit.id for hit in alone.ranked("sea", 4)] == [
        f"test:Salem:1#{n}" for n in (0, 1, 10, 11)
    ]
    assert len({hit.score for hit in alone.ranked("sea", 4)}) == 1


def test_a_title_weighs_more_than_the_text():
    texts = {"Salem": ["A town by the sea."], "Other": ["Salem is a town."]}
    alone = TantivySearch.of_passages(passages(texts))
    assert [hit.title for hit in alone.ranked("Salem", 2)] == ["Salem", "Other"]


SCRIPTS = {
    "北京大学": "北京大学创建于1898年，位于海淀区。",
    "上海": "上海是中国的直辖市之一，茶很有名。",
    "東京": "東京は日本の首都です。iPhone手机也卖。",
    "กรุงเทพ": "กรุงเทพมหานครเป็นเมืองหลวงของประเทศไทย",
    "서울": "서울은 대한민국의 수도이다.",
    "Москва": "Москва — столица России.",
    "القاهرة": "القاهرة هي عاصمة مصر.",
    "Ελλάδα": "Η Αθήνα είναι η πρωτεύουσα.",
}


@pytest.mark.parametrize(
    ("query", "title"),
    [
        ("北京大学在哪个区？", "北京大学"),
        ("中国的直辖市", "上海"),
        ("茶", "上海"),
        ("日本の首都は?", "東京"),
        ("iphone", "東京"),
        ("手机", "東京"),
        ("เมืองหลวงของไทย", "กรุงเทพ"),
        ("대한민국 수도", "서울"),
        ("столица россии", "Москва"),
        ("عاصمة مصر", "القاهرة"),
        ("ΑΘΉΝΑ", "Ελλάδα"),
    ],
)
def test_every_script_is_found(query, title):
    alone = TantivySearch.of_passages(passages({name: [text] for name, text in SCRIPTS.items()}))
    assert alone.ranked(query, 1)[0].title == title


def test_a_hit_is_the_passage_as_it_was_written():
    alone = TantivySearch.of_passages(
        passages({"東京 Tokyo": ["iPhone手机 and text\nof two lines"]})
    )
    [hit] = alone.ranked("手机", 1)
    assert (hit.title, hit.text) == ("東京 Tokyo", "iPhone手机 and text\nof two lines")
    assert (hit.id, hit.url) == ("test:東京 Tokyo:1#0", "https://example.org/0")
