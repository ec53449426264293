"""A few pages, and questions over them with the evidence that benchmarks give."""

from masksearch.ports import SearchBackend
from masksearch.schemas import Evidence, Passage, Prompt, QuestionFacts, Task, TaskKind
from masksearch.search.factory import search_passages

PAGES = (
    ("Hanna's War", "Hanna's War is a 1988 film. It was directed by Menahem Golan after a diary."),
    (
        "Menahem Golan",
        "Menahem Golan (May 31, 1929 – August 8, 2014) was a producer. He was Israeli.",
    ),
    (
        "Still Life (2006 film)",
        "Still Life is a 2006 film directed by Jia Zhangke. It was shot in Fengjie.",
    ),
    ("Jia Zhangke", "Jia Zhangke (born 24 May 1970) is a Chinese film director."),
    ("Still Life", "A still life is a painting of things."),
    (
        "University of Kansas",
        'The University of Kansas is in Lawrence. Its fight song is "Kansas Song".',
    ),
    ("Kansas Song", "Kansas Song was written by George Bowles for the university in 1928."),
    ("Joe Bell", "Joe Bell is an English singer. Joe Bell was never a keyboardist."),
    ("Paul Hay", "Paul Hay is a singer and keyboardist."),
)


def world(*pages: tuple[str, str]) -> SearchBackend:
    return search_passages(
        Passage(
            id=f"w:{number}#0",
            document_id=f"w:{number}",
            title=title,
            section="",
            text=text,
            start=0,
            end=len(text),
        )
        for number, (title, text) in enumerate(pages or PAGES)
    )


def question(text: str, *answers: str, evidences=(), titles=(), split="train", **facts) -> Task:
    return Task(
        id=f"quiz-{text}",
        prompt=Prompt(kind=TaskKind.QUESTION, text=text),
        answers=(answers,),
        question=QuestionFacts(
            benchmark="quiz",
            split=split,
            evidences=[Evidence(*one) for one in evidences],
            supporting_titles=titles,
            **facts,
        ),
    )


DEATH = question(
    "When did the director of film Hanna'S War die?",
    "August 8, 2014",
    evidences=(
        ("Hanna's War", "director", "Menahem Golan"),
        ("Menahem Golan", "date of death", "August 8, 2014"),
    ),
    titles=("Hanna's War", "Menahem Golan"),
)
YOUNGER = question(
    "Which film has the director born later, Hanna's War or Still Life (2006 Film)?",
    "Still Life (2006 Film)",
    evidences=(
        ("Hanna's War", "director", "Menahem Golan"),
        ("Still Life", "director", "Jia Zhangke"),
        ("Menahem Golan", "date of birth", "May 31, 1929"),
        ("Jia Zhangke", "date of birth", "24 May 1970"),
    ),
    titles=("Hanna's War", "Still Life (2006 film)", "Menahem Golan", "Jia Zhangke"),
)
SAME = question(
    "Are Menahem Golan and Jia Zhangke of the same nationality?",
    "no",
    evidences=(
        ("Menahem Golan", "country of citizenship", "Israeli"),
        ("Jia Zhangke", "country of citizenship", "Chinese"),
    ),
    titles=("Menahem Golan", "Jia Zhangke"),
)
SONG = question(
    "What is the fight song of the university in Lawrence?",
    "Kansas Song",
    titles=("Kansas Song", "University of Kansas"),
)
BOTH = question(
    "Are Joe Bell and Paul Hay both keyboardists?", "no", titles=("Joe Bell", "Paul Hay")
)
EVERY = (DEATH, YOUNGER, SAME, SONG, BOTH)
