import importlib.util
from pathlib import Path

import pytest
from transformers import AutoTokenizer

from masksearch.errors import ModelError
from masksearch.messages import Message, Segment
from masksearch.schemas import Tokens
from training.chat_template import settle_template, template_fault
from training.conversation_tokens import ConversationTokens

TRL = Path(importlib.util.find_spec("trl").submodule_search_locations[0]) / "chat_templates"
NAMES = sorted(path.stem.removesuffix("_training") for path in TRL.glob("*_training.jinja"))
SAID = (
    ("system", "Search, then answer."),
    ("user", "Who?"),
    ("assistant", "<think>Look.</think>\n<search>\nmill\nriver\n</search>"),
    ("user", "<information>\n[1] Mill\nBuilt in 1804.\n</information>"),
    ("assistant", "<think>Again.</think>\n<search>\nyear\n</search>"),
    ("user", "<information>\nNothing was found.\n</information>"),
    ("assistant", "<think>It says so.</think>\n<answer>\n1804\n</answer>"),
)
MESSAGES = [Message(role=role, content=content) for role, content in SAID]
ROLES = [role for role, _ in SAID]
CHATML = (
    "{% for m in messages %}<|im_start|>{{ m.role }}\n{{ m.content }}<|im_end|>\n{% endfor %}"
    "{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"
)
DROPS_THOUGHTS = CHATML.replace("{{ m.content }}", "{{ m.content.split('</think>')[-1] }}")
OPENS_A_THOUGHT = CHATML.replace("assistant\n{% endif %}", "assistant\n<think>\n{% endif %}")
ADDS_A_THOUGHT = CHATML.replace(
    "{{ m.content }}",
    "{% if loop.last and m.role == 'assistant' %}<think>\n\n</think>\n\n{% endif %}{{ m.content }}",
)
TODAY = "{{ strftime_now('%d %b %Y') }}\n" + CHATML
NO_SYSTEM = "{% if messages[0].role == 'system' %}{{ raise_exception('No system') }}{% endif %}" + (
    CHATML
)
DROPS_SYSTEM = CHATML.replace("in messages", "in messages if m.role != 'system'")
SYSTEM_LAST = CHATML.replace(
    "{{ m.content }}",
    "{% if loop.last and messages[0].role == 'system' %}{{ messages[0].content }}\n{% endif %}{{ m.content }}",
).replace("in messages", "in messages if m.role != 'system'")
PARTS_ONLY = CHATML.replace("{{ m.content }}", "{{ m.content[0]['text'] + '' }}")
NUMBERED = CHATML.replace("{{ m.role }}", "{{ m.role }} {{ loop.index }}")
SHOUTS = CHATML.replace("{{ m.content }}", "{{ m.content | upper }}")
LOSES = CHATML.replace("{{ m.content }}", "")
DIVERS = {
    "drops thoughts": DROPS_THOUGHTS,
    "opens a thought": OPENS_A_THOUGHT,
    "adds a thought": ADDS_A_THOUGHT,
    "today": TODAY,
    "no system": NO_SYSTEM,
    "drops system": DROPS_SYSTEM,
    "system last": SYSTEM_LAST,
    "parts only": PARTS_ONLY,
    "shouts": SHOUTS,
}


@pytest.fixture(scope="module")
def tokenizer(tiny_model):
    return AutoTokenizer.from_pretrained(tiny_model)


@pytest.fixture(scope="module")
def vocabulary(tokenizer):
    """What depends on the vocabulary alone, which takes most of a second."""
    tokens = ConversationTokens(tokenizer)
    return {"identity": tokens.identity, "_speakable": tokens._speakable}


@pytest.fixture
def speaks(tokenizer, vocabulary, monkeypatch):
    """The tokenizer with a template; its own afterwards."""
    own = tokenizer.chat_template
    for name, known in vocabulary.items():
        monkeypatch.setattr(ConversationTokens, name, known)

    def with_template(template):
        tokenizer.chat_template = template
        return tokenizer

    yield with_template
    tokenizer.chat_template = own


def trained(tokens: ConversationTokens) -> Tokens:
    segments = [[Segment(content, role == "assistant")] for role, content in SAID]
    return tokens.training(ROLES, segments)


def check_alike(tokens: ConversationTokens) -> None:
    """Training, the prompts of each turn, a conversation that grew, and the text by itself."""
    learnt = trained(tokens)
    grown = tokens.prompt(MESSAGES[:2])
    for turn in (2, 4, 6):
        said = tokens.encode(MESSAGES[turn].content)
        assert tokens.prompt(MESSAGES[:turn]) == grown == list(learnt.ids[: len(grown)])
        assert not learnt.own[len(grown) - 1]
        spoken = slice(len(grown), len(grown) + len(said))
        assert list(learnt.ids[spoken]) == said and all(learnt.own[spoken])
        assert learnt.own[len(grown) + len(said)], "the end of the turn is not learnt"
        if turn < 6:
            grown += [*said, *tokens.following(ROLES[: turn + 1], MESSAGES[turn + 1])]
    by_itself = tokens.tokenizer.apply_chat_template(
        [{"role": role, "content": content} for role, content in SAID], tokenize=False
    )
    shown = tokens.tokenizer.decode(list(learnt.ids))
    assert shown.startswith(by_itself.rstrip()) and all(text in shown for _, text in SAID)


@pytest.mark.parametrize("name", NAMES)
def test_a_known_template_shows_the_same_in_training_and_generation(name, speaks):
    check_alike(ConversationTokens(speaks((TRL / f"{name}.jinja").read_text("utf-8"))))


@pytest.mark.parametrize("name", DIVERS)
def test_a_template_that_differs_is_replaced_by_a_plain_one(name, speaks):
    tokens = ConversationTokens(speaks(DIVERS[name]))
    assert tokens.replaced and "\n" not in tokens.replaced
    check_alike(tokens)
    assert not ConversationTokens(tokens.tokenizer).replaced  # as a trained folder is read


def test_a_template_that_is_alike_stays_as_it_is(tokenizer, speaks):
    own = tokenizer.chat_template
    for template in (own, CHATML):
        assert settle_template(speaks(template)) == ""
        assert tokenizer.chat_template == template


def test_without_a_system_role_its_text_heads_the_first_user_message(speaks):
    tokens = ConversationTokens(speaks(NO_SYSTEM))
    shown = tokens.tokenizer.decode(tokens.prompt(MESSAGES[:2]))
    assert shown == (
        "<|im_start|>user\nSearch, then answer.\n\nWho?<|im_end|>\n<|im_start|>assistant\n"
    )


@pytest.mark.parametrize(
    ("template", "reason"),
    [
        (NUMBERED, "shows a turn by its place"),
        (LOSES, "does not show every message once"),
        ("{{ messages[0].tool.name + 1 }}", "refuses a conversation"),
        ("{% for m in messages %}", "refuses a conversation"),
        ("{{ raise_exception('Only\n tools.') }}", "refuses a conversation: Only tools."),
    ],
)
def test_a_template_that_no_plain_one_can_stand_for_is_refused(speaks, template, reason):
    with pytest.raises(ModelError, match=reason) as refused:
        ConversationTokens(speaks(template))
    assert "\n" not in str(refused.value)


def test_a_plain_template_takes_content_in_parts_and_refuses_other_roles(speaks):
    tokenizer = ConversationTokens(speaks(DROPS_THOUGHTS)).tokenizer
    parts = [{"role": "user", "content": [{"type": "text", "text": "Who?"}]}]
    shown = tokenizer.apply_chat_template(parts, tokenize=False, add_generation_prompt=True)
    assert shown == "<|im_start|>user\nWho?<|im_end|>\n<|im_start|>assistant\n"
    with pytest.raises(Exception, match="Only system, user and assistant"):
        tokenizer.apply_chat_template([{"role": "tool", "content": "x"}], tokenize=False)


def test_several_templates_are_judged_by_their_default(speaks):
    both = {"default": CHATML, "tool_use": LOSES}
    assert template_fault(speaks(both)) == ""
    assert "default" in template_fault(speaks({"tool_use": CHATML}))


ENDS = {
    CHATML: (["<|im_end|>"], []),
    # The next role's mark is what ends a turn, as in GLM's.
    "{% for m in messages %}<|{{ 'im_start' if m.role == 'user' else 'endoftext' }}|>\n{{ m.content }}"
    "{% endfor %}{% if add_generation_prompt %}<|endoftext|>\n{% endif %}": (["<|im_start|>"], []),
    # The last turn ends otherwise than the others, as in gpt-oss's.
    CHATML.replace(
        "<|im_end|>\n", "{{ '<|endoftext|>' if loop.last and m.role == 'assistant' else '<|im_end|>' }}"
    ): (["<|endoftext|>", "<|im_end|>"], []),
    # No token of the vocabulary.
    CHATML.replace("<|im_end|>", "<|eot_id|>"): ([], ["<|eot_id|>"]),
    CHATML.replace("<|im_end|>\n", "</s> "): ([], ["</s>"]),
    CHATML.replace("<|im_end|>\n", ""): (["<|im_start|>"], []),
}  # fmt: skip


@pytest.mark.parametrize(("template", "ends"), ENDS.items(), ids=range(len(ENDS)))
def test_what_ends_a_turn_is_learnt_and_known(speaks, template, ends):
    tokens = ConversationTokens(speaks(template))
    assert not tokens.replaced
    own = [tokens.tokenizer.convert_ids_to_tokens(one) for one in tokens.end_ids]
    assert (sorted(own), tokens.end_texts) == ends
    check_alike(tokens)


def test_nothing_is_learnt_behind_the_end_of_a_turn(speaks):
    learnt = trained(ConversationTokens(speaks(CHATML)))
    end = speaks(CHATML).convert_tokens_to_ids("<|im_end|>")
    own = [token for token, own in zip(learnt.ids, learnt.own, strict=True) if own]
    assert own.count(end) == 3 and learnt.ids[-1] == end
