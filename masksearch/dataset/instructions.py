"""What a task asks for, in the language of its passage."""

from __future__ import annotations

from masksearch.schemas import AnswerStyle, Prompt

# The English and the Chinese line of `passage` are those of MaskSearch's published records.
_PASSAGE = {
    "en": "Fill in all the [mask] and output the whole paragraph without changing its format.",
    "zh": "补充所有的[mask]，并重新输出，要求格式不能发生变化。",
    "de": "Ersetze alle [mask] und gib den ganzen Absatz aus, ohne seine Form zu ändern.",
    "fr": "Remplace tous les [mask] et donne le paragraphe entier sans en changer la forme.",
    "es": "Rellena todos los [mask] y escribe el párrafo entero sin cambiar su forma.",
    "it": "Completa tutti i [mask] e scrivi l'intero paragrafo senza cambiarne la forma.",
    "pt": "Preenche todos os [mask] e escreve o parágrafo inteiro sem mudar a sua forma.",
    "ru": "Заполни все [mask] и выведи весь абзац, не меняя его вида.",
    "bg": "Попълни всички [mask] и изведи целия абзац, без да променяш вида му.",
    "ja": "すべての[mask]を埋め、書式を変えずに段落全体を出力してください。",
    "ko": "모든 [mask]를 채우고 형식을 바꾸지 말고 단락 전체를 출력하세요.",
}
_BLANKS = {
    "en": "Give what stands in the place of every [mask], in order, one a line.",
    "zh": "按顺序写出每个[mask]处的原文，每行一个。",
    "de": "Nenne der Reihe nach, was für jedes [mask] steht, eines je Zeile.",
    "fr": "Donne dans l'ordre ce qui remplace chaque [mask], un par ligne.",
    "es": "Da en orden lo que va en lugar de cada [mask], uno por línea.",
    "it": "Scrivi in ordine che cosa sta al posto di ogni [mask], uno per riga.",
    "pt": "Dá por ordem o que está no lugar de cada [mask], um por linha.",
    "ru": "Напиши по порядку, что стоит на месте каждого [mask], по одному в строке.",
    "bg": "Напиши поред какво стои на мястото на всяко [mask], по едно на ред.",
    "ja": "各[mask]に入る語を順に1行に1つずつ答えてください。",
    "ko": "각 [mask]에 들어갈 말을 순서대로 한 줄에 하나씩 쓰세요.",
}


def instruction(lang: str, style: AnswerStyle) -> str:
    """What is asked for; in English where we lack the language."""
    lines = _PASSAGE if style is AnswerStyle.PASSAGE else _BLANKS
    return lines.get(lang.partition("-")[0], lines["en"])


def instructed(prompt: Prompt, style: AnswerStyle | None = None) -> str:
    """A task's masked text and what is asked for, in its own or another style, as one text."""
    return f"{prompt.text}\n\n{instruction(prompt.lang, style or prompt.style)}"
