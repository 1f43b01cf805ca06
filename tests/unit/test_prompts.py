"""Prompts are checked before they are saved: what is wrong is named with its line and the variable that was meant."""

import re
import time

import pytest

from igny8_resources.ai.prompt_check import PromptInvalid, check_prompt
from igny8_resources.ai.prompt_templates import LONGEST_TEMPLATE, PromptFailed, digest_of_template, render
from igny8_resources.ai.prompt_variables import FUNCTIONS, sample_inputs, variables_of, variant_of
from igny8_resources.ai.prompting import ChosenPrompt
from igny8_resources.ai.prompts import PROMPTS, VARIANTS, builtin_prompt
from igny8_resources.contracts.outlines import CONTRACTS
from igny8_resources.contracts.planner import KeywordFacts, SiteVoice
from igny8_resources.contracts.vocabulary import CONTENT_TYPES
from igny8_resources.contracts.writer import ArticleBrief

VOICE = SiteVoice(site_key="crema-lane", site_name="Crema Lane", niche="home coffee brewing", tone="plain and warm")


def brief(content_type: str = "post", structure: str = "how_to", **changes: object) -> ArticleBrief:
    given = {
        "voice": VOICE,
        "content_type": content_type,
        "content_structure": structure,
        "title": "Espresso ratio",
        "angle": "what changes in the cup",
        "primary_keyword": KeywordFacts(text="espresso ratio", volume=720),
        "secondary_keywords": (KeywordFacts(text="brew ratio"), KeywordFacts(text="ristretto ratio", volume=90)),
        "questions": ("What is a good ratio?",),
        "outline": ("Dose", "Yield"),
    }
    return ArticleBrief.model_validate({**given, **changes})


def refused(text: str, function: str = "generate_content", variant: str = "") -> list[str]:
    with pytest.raises(PromptInvalid) as raised:
        check_prompt(function, variant, text)
    return [str(finding) for finding in raised.value.findings]


def shown(text: str, **changes: object) -> str:
    check_prompt("generate_content", "", text)
    return render(text, brief(**changes).model_dump(mode="json"))


class TestBuiltIns:
    @pytest.mark.parametrize(
        "prompt", [*PROMPTS.values(), *VARIANTS.values()], ids=lambda p: f"{p.function}-{p.variant}"
    )
    def test_each_passes_the_check_that_a_persons_text_has_to_pass(self, prompt) -> None:
        check_prompt(prompt.function, prompt.variant, prompt.text)

    def test_every_function_has_one_and_every_content_type_its_own(self) -> None:
        assert set(PROMPTS) == set(FUNCTIONS)
        assert {variant for function, variant in VARIANTS if function == "generate_content"} == set(CONTENT_TYPES)
        assert len({digest_of_template(prompt.text) for prompt in VARIANTS.values()}) == len(VARIANTS)

    @pytest.mark.parametrize(("content_type", "structure"), CONTRACTS)
    def test_each_page_gets_instructions_that_speak_of_it(self, content_type: str, structure: str) -> None:
        asked = brief(content_type, structure)
        prompt = builtin_prompt("generate_content", content_type)
        rendered = ChosenPrompt(prompt.function, content_type, prompt.version, prompt.text).rendered(asked)
        assert rendered.version == "1"
        for expected in (
            "Crema Lane",
            "plain and warm",
            "Espresso ratio",
            "espresso ratio",
            "brew ratio, ristretto ratio",
        ):
            assert expected in rendered.text
        assert f"about {asked.target_words} words" in rendered.text
        assert not re.search(r"\{[{%]|[%}]\}|unknown|  |\.\.", rendered.text)

    def test_each_content_type_asks_for_what_its_page_owes_the_reader(self) -> None:
        sections = {
            "product": ("features", "specifications", "alternatives", "FAQ", "call to action"),
            "service": ("overview", "process", "outcomes", "FAQ", "call to action"),
            "company_page": ("mission", "values", "history", "FAQ", "press"),
            "taxonomy_landing": ("defines the term", "subtopic", "related terms", "FAQ"),
            "cluster_hub": ("supporting topic", "round-up", "FAQ"),
            "comparison": ("one table", "pros and cons", "recommendation", "FAQ"),
        }
        for content_type, words in sections.items():
            text = builtin_prompt("generate_content", content_type).text
            assert [word for word in words if word not in text] == [], content_type

    def test_a_structure_has_its_own_instructions(self) -> None:
        text = builtin_prompt("generate_content", "post").text
        texts = {
            structure: render(text, brief("post", structure).model_dump(mode="json"))
            for kind, structure in CONTRACTS
            if kind == "post"
        }
        assert len(set(texts.values())) == len(texts) == 6
        assert "numbered steps" in texts["how_to"]
        assert "short answer" in texts["question"]


class TestVariables:
    def test_they_are_read_off_the_inputs_with_types_and_meanings(self) -> None:
        variables = variables_of("generate_content")
        assert variables["primary_keyword.volume"].kind == "number, may be missing"
        assert variables["secondary_keywords"].kind == "list of records"
        assert variables["secondary_keywords[].text"].kind == "text"
        assert variables["content_type"].values == CONTENT_TYPES
        assert variables["voice.tone"].description == "How the author writes; may be empty."

    @pytest.mark.parametrize("function", FUNCTIONS)
    def test_each_says_what_it_is(self, function: str) -> None:
        assert [variable.path for variable in variables_of(function).values() if not variable.kind] == []
        top = [variable for path, variable in variables_of(function).items() if "." not in path]
        assert [variable.path for variable in top if not variable.description] == []

    @pytest.mark.parametrize("function", FUNCTIONS)
    def test_sample_inputs_fit_the_inputs(self, function: str) -> None:
        full = sample_inputs(function, bare=False)
        assert set(full) == set(FUNCTIONS[function].inputs.model_fields)
        assert set(sample_inputs(function, bare=True)) == set(full)

    def test_the_variant_follows_from_the_inputs(self) -> None:
        assert variant_of("generate_content", brief("product", "product_single")) == "product"
        assert FUNCTIONS["adapt_for_social"].variants == ("linkedin", "twitter", "facebook", "instagram", "tiktok")
        assert FUNCTIONS["write_section"].variants == CONTENT_TYPES
        assert FUNCTIONS["generate_image_prompts"].variants == ()


class TestWhatIsRefused:
    def test_a_variable_that_does_not_exist_with_its_line_and_what_was_meant(self) -> None:
        assert refused("Write.\n\nAbout {{ primary_keyword.txt }}.") == [
            "line 3: there is no variable `primary_keyword.txt`; did you mean `primary_keyword.text`?"
        ]
        assert refused("{{ primry_keyword.text }}") == [
            "line 1: there is no variable `primry_keyword`; did you mean `primary_keyword`?"
        ]

    def test_every_one_of_them_at_once(self) -> None:
        found = refused("{{ titel }}\n{{ voice.tne }}\n{{ voice.tone }}")
        assert [line.partition(":")[0] for line in found] == ["line 1", "line 2"]

    @pytest.mark.parametrize(
        ("text", "said"),
        [
            ("{% for k in secondary_keywords %}{{ k.txt }}{% endfor %}", "`k.txt`; did you mean `k.text`?"),
            ("{% for k in secondary_keywords if k.vol %}{{ k.text }}{% endfor %}", "there is no variable `k.vol`"),
            ("{% if false %}{{ nothing }}{% endif %}x", "there is no variable `nothing`"),
            ("{% if title %}x{% elif nothing %}y{% else %}z{% endif %}", "there is no variable `nothing`"),
            ("{{ nothing | upper }}", "there is no variable `nothing`"),
            ("{{ secondary_keywords | map(attribute='txt') | join }}", "have no `txt`; did you mean `text`?"),
            ("{{ secondary_keywords | selectattr('vol') | length }}", "have no `vol`; did you mean `volume`?"),
            ("{{ title if nothing else angle }}", "there is no variable `nothing`"),
            ("{{ voice['tne'] }}", "did you mean `voice.tone`?"),
            ("{{ k.text }}{% for k in secondary_keywords %}x{% endfor %}", "there is no variable `k`"),
            ("{{ loop.index }}", "there is no variable `loop`"),
            ("{{ secondary_keywords.text }}", "is a list of records; write {% for item in secondary_keywords %}"),
            ("{{ title.text }}", "`title` is a text"),
            ("{{ title.__class__ }}", "`title` is a text"),
            ("{{ voice.items }}", "there is no variable `voice.items`"),
        ],
    )
    def test_wherever_it_stands(self, text: str, said: str) -> None:
        assert said in refused(text)[0]

    @pytest.mark.parametrize(
        ("text", "said"),
        [
            ("{% if title %}x", "unexpected end of template"),
            ("x\n{{ title", "line 2:"),
            ("{{ title | uper }}", "there is no filter `uper`"),
            ("{{ title is defined }}", "there is no test `is defined`"),
            ("{{ title.upper() }}", "calls are not possible"),
            ("{{ range(9) }}", "calls are not possible"),
            ("{% set a = title %}{{ a }}", "{% set %} is not possible"),
            ("{% include 'x' %}", "{% include %} is not possible"),
            ("{% macro a() %}{% endmacro %}x", "{% macro %} is not possible"),
            ("{{ secondary_keywords }}", "is a list of records: loop over it"),
            ("{{ voice }}", "is a record: print one of its fields"),
            ("{% for c in title %}{{ c }}{% endfor %}", "not a list"),
            ("{{ title * 9 }}", "only numbers can be calculated with"),
            ("{{ title | tojson }}", "| tojson needs a"),
            ("{{ secondary_keywords[0].text }}", "may not be there"),
            ("{{ (secondary_keywords | first).text }}", "may be missing"),
            ("{{ primary_keyword.volume + 1 }}", "put it inside {% if primary_keyword.volume %}"),
            ("{{ title ~ primary_keyword.volume }}", "may be missing and is joined"),
            ("{% if content_type == 'prodct' %}a{% endif %}x", "did you mean `product`?"),
            ("{% if content_type in ('post', 'pge') %}a{% endif %}x", "did you mean `page`?"),
            ("{{ title if angle }}", "needs an else"),
            ("{{ 100 // target_words }}", "by zero"),
            ("{% if false %}{{ title }}{% endif %}", "it is empty"),
            ("{% for q in questions recursive %}{{ q }}{% endfor %}x", "recursive"),
            ("x\0y", "NUL"),
            ("  \n ", "it is empty"),
            ("x" * (LONGEST_TEMPLATE + 1), "at most 20,000"),
        ],
    )
    def test_what_a_prompt_cannot_do(self, text: str, said: str) -> None:
        assert said in "; ".join(refused(text))

    def test_a_function_or_variant_that_does_not_exist(self) -> None:
        assert "did you mean `generate_content`?" in refused("x", "generate_contnt")[0]
        assert "did you mean `product`?" in refused("x", "generate_content", "prodct")[0]
        assert refused("x", "generate_image_prompts", "post") == ["generate_image_prompts has no variants"]

    def test_nothing_can_take_long_or_grow_without_end(self) -> None:
        loops = "{% for a in questions %}" * 4 + "{{ title }}" + "{% endfor %}" * 4
        assert "loops stand more than 3" in refused(loops)[0]
        began = time.monotonic()
        for bomb in (
            "{{ " + "(" * 6000 + "title" + ")" * 6000 + " }}",
            "{{ 1" + " + 1" * 4000 + " }}",
            "{% if title %}" * 900 + "x" + "{% endif %}" * 900,
            "{{ 'a' * 1000000000 }}",
            "{{ '%1000000000d' % 1 }}",
            "{{ 9 ** 9 ** 9 }}",
            "{{ ['a'] * 1000000000 }}",
        ):
            refused(bomb)
        assert time.monotonic() - began < 30
        long = brief(questions=["q" * 1000] * 100).model_dump(mode="json")
        with pytest.raises(PromptFailed, match="longer than"):
            render("{% for a in questions %}{% for b in questions %}{{ b }}{% endfor %}{% endfor %}", long)


class TestWhatIsPossible:
    def test_conditions_loops_and_filters_over_the_inputs(self) -> None:
        text = (
            "{{ title | upper }}{% if primary_keyword.volume %}: {{ primary_keyword.volume // 10 }}{% endif %}\n"
            "{% for keyword in secondary_keywords %}\n"
            "{{ loop.index }}. {{ keyword.text }} ({{ keyword.volume }})\n"
            "{% endfor %}\n"
            "{{ questions[:1] | join }} {{ outline }}"
        )
        assert shown(text) == (
            "ESPRESSO RATIO: 72\n1. brew ratio (unknown)\n2. ristretto ratio (90)\nWhat is a good ratio? Dose, Yield"
        )

    @pytest.mark.parametrize(
        ("text", "shows"),
        [
            ("{% if secondary_keywords %}{{ (secondary_keywords | first).text }}{% endif %} x", "brew ratio x"),
            (
                "{{ secondary_keywords | selectattr('volume') | map(attribute='text') | join(', ') }}!",
                "ristretto ratio!",
            ),
            ("{{ primary_keyword.volume | default(0) + 1 }}", "721"),
            ("{% if primary_keyword.volume is not none %}{{ primary_keyword.volume + 1 }}{% endif %} x", "721 x"),
            ("{% if primary_keyword.volume and primary_keyword.volume > 700 %}much{% endif %} x", "much x"),
            ("{% if not primary_keyword.volume %}none{% else %}{{ primary_keyword.volume - 1 }}{% endif %}", "719"),
            ("{% if content_type in ['post', 'page'] %}a{% endif %}b", "ab"),
            ("{{ angle or 'none' }}", "what changes in the cup"),
            ("{{ 'long' if target_words > 900 else 'short' }}", "long"),
            ("{{ voice.niche ~ '!' }}", "home coffee brewing!"),
            ("{% raw %}{{ title }}{% endraw %}{# nobody sees this #}", "{{ title }}"),
            ("No variables: 100 % of it, <b>as written</b>.", "No variables: 100 % of it, <b>as written</b>."),
            ("{{ secondary_keywords | tojson }}", '[{"text": "brew ratio"'),
        ],
    )
    def test_each_of_these(self, text: str, shows: str) -> None:
        assert shown(text).startswith(shows)

    def test_what_stands_in_an_input_is_never_a_template(self) -> None:
        assert shown("{{ title }}", title="{{ voice.tone }} {% if") == "{{ voice.tone }} {% if"

    def test_the_same_template_and_inputs_give_the_same_text(self) -> None:
        prompt = ChosenPrompt("generate_content", "post", "account-7", "About {{ title }}")
        first, again = prompt.rendered(brief()), prompt.rendered_for(brief().model_dump(mode="json"))
        assert first == again
        assert (first.version, first.text) == ("account-7", "About Espresso ratio")
        assert first.template_digest == digest_of_template("About {{ title }}")

    def test_a_prompt_that_does_not_fit_its_inputs_is_named(self) -> None:
        stale = ChosenPrompt("generate_content", "post", "account-7", "{{ gone.text }}")
        with pytest.raises(PromptFailed, match="prompt account-7 of generate_content/post cannot be rendered"):
            stale.rendered(brief())
