"""Which prompt a call gets, and what holds when several people change prompts, strategies and voices at once."""

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from igny8_resources.ai.prompt_check import PromptInvalid
from igny8_resources.ai.prompt_templates import digest_of_template, render
from igny8_resources.ai.prompt_variables import variant_of
from igny8_resources.ai.prompting import choose_prompt, keep_prompt_text
from igny8_resources.ai.prompts import builtin_prompt
from igny8_resources.contracts.strategies import SectionLogicInvalid, read_section_logic
from igny8_resources.warehouse.engine import Warehouse
from igny8_resources.warehouse.store import author_profiles, prompts, strategies
from igny8_resources.warehouse.store.author_profiles import ProfileRefused
from igny8_resources.warehouse.store.sites import set_module, site_by_key
from igny8_resources.warehouse.store.strategies import StrategyRefused
from igny8_resources.warehouse.store.writer import brief_for
from igny8_resources.warehouse.tables.models import PromptText, PromptVersion, Strategy
from igny8_resources.warehouse.tables.tenancy import AuthorProfile, Sector
from igny8_resources.warehouse.tables.writer import Task
from tests.at_once import at_once
from tests.warehouse_samples import Place, add_article, make_place

CONTENT = "generate_content"
BY = "user:maya@crema.example"


@pytest.fixture
def place(warehouse: Warehouse) -> Place:
    """A site with two sectors and one article to write in the first."""
    made = make_place(warehouse)
    with warehouse.write() as session:
        add_article(session, made, "queued")
        session.scalars(select(Task)).one().sector_id = sector_ids(session, made)[0]
    return made


def sector_ids(session: Session, place: Place) -> list[int]:
    return list(session.scalars(select(Sector.id).where(Sector.site_id == place.site_id).order_by(Sector.id)))


def in_use(session: Session, place: Place, sector_id: int | None = None, variant: str = "post") -> tuple[str, str]:
    chosen = choose_prompt(
        session,
        account_id=place.account_id,
        site_id=place.site_id,
        sector_id=sector_id,
        function=CONTENT,
        variant=variant,
    )
    return chosen.version, chosen.template


def save(session: Session, place: Place, text: str, variant: str = "") -> PromptVersion:
    return prompts.save_version(session, place.account_id, CONTENT, variant, text, by=BY)


def add_strategy(session: Session, place: Place, name: str, **values: object) -> Strategy:
    site = site_by_key(session, place.key)
    return strategies.create_strategy(session, site, {"name": name, **values}, by=BY)


class TestWhichPrompt:
    def test_the_nearest_one_counts(self, warehouse: Warehouse, place: Place) -> None:
        """Each of these stands before what was there: platform, account, account's variant, site, sector."""
        with warehouse.write() as session:
            first, second = sector_ids(session, place)
            assert in_use(session, place, first) == ("1", builtin_prompt(CONTENT, "post").text)
            save(session, place, "account")
            assert in_use(session, place, first) == ("account-1", "account")
            save(session, place, "account, posts", "post")
            assert in_use(session, place, first) == ("account-2", "account, posts")
            assert in_use(session, place, first, "product") == ("account-1", "account")
            whole = add_strategy(session, place, "All", prompts={CONTENT: "site"})
            assert in_use(session, place, first) == (f"strategy-{whole.id}", "site")
            assert in_use(session, place) == (f"strategy-{whole.id}", "site")
            texts = {CONTENT: "sector", f"{CONTENT}/post": "sector, posts"}
            sector = add_strategy(session, place, "Espresso", sector_id=first, prompts=texts)
            assert in_use(session, place, first) == (f"strategy-{sector.id}", "sector, posts")
            assert in_use(session, place, first, "product") == (f"strategy-{sector.id}", "sector")
            assert in_use(session, place, second) == (f"strategy-{whole.id}", "site")
            strategies.deactivate_strategy(session, sector, by=BY)
            strategies.delete_strategy(session, whole, by=BY)
            assert in_use(session, place, first) == ("account-2", "account, posts")

    def test_a_strategy_does_nothing_while_the_thinker_is_off(self, warehouse: Warehouse, place: Place) -> None:
        with warehouse.write() as session:
            add_strategy(
                session, place, "All", prompts={CONTENT: "site"}, section_logic={"post": {"leave_out": ["faq"]}}
            )
            site, task = site_by_key(session, place.key), session.scalars(select(Task)).one()
            assert brief_for(session, task, site).contract.part("faq") is None
            set_module(session, site, "thinker", enabled=False)
            assert in_use(session, place)[0] == "1"
            assert brief_for(session, task, site).contract.part("faq") is not None

    def test_another_accounts_prompts_and_strategies_never_count(self, warehouse: Warehouse, place: Place) -> None:
        other = make_place(warehouse, slug="tea", key="tea-lane")
        with warehouse.write() as session:
            save(session, other, "theirs")
            add_strategy(session, other, "All", prompts={CONTENT: "theirs"})
            assert in_use(session, place)[0] == "1"
            with pytest.raises(prompts.UnknownPromptVersion):
                prompts.activate_version(session, place.account_id, CONTENT, 1, by=BY)

    def test_the_text_of_a_call_can_be_made_again_from_what_is_kept(self, warehouse: Warehouse, place: Place) -> None:
        with warehouse.write() as session:
            save(session, place, "On {{ title }} ({{ primary_keyword.text }})")
            brief = brief_for(session, session.scalars(select(Task)).one(), site_by_key(session, place.key))
            owned = {"account_id": place.account_id, "site_id": place.site_id, "sector_id": None}
            chosen = choose_prompt(session, **owned, function=CONTENT, variant=variant_of(CONTENT, brief))
            prompt = chosen.rendered(brief)
            assert (prompt.version, prompt.variant) == ("account-1", "post")
            for _ in range(2):
                keep_prompt_text(session, place.account_id, prompt)
        with warehouse.read() as session:
            kept = session.scalars(select(PromptText)).one()
        assert kept.digest == prompt.template_digest == digest_of_template(kept.text)
        assert render(kept.text, brief.model_dump(mode="json")) == prompt.text == "On Espresso Ratio (espresso ratio)"


class TestVersions:
    def test_the_same_text_again_is_no_new_version(self, warehouse: Warehouse, place: Place) -> None:
        with warehouse.write() as session:
            first = save(session, place, "a")
            assert save(session, place, "a").id == first.id
            assert prompts.reset_prompt(session, place.account_id, CONTENT, "", by=BY)
            assert not prompts.reset_prompt(session, place.account_id, CONTENT, "", by=BY)
            assert in_use(session, place)[0] == "1"
            assert save(session, place, "a").id == first.id
            assert in_use(session, place) == ("account-1", "a")

    def test_a_text_that_cannot_be_used_changes_nothing(self, warehouse: Warehouse, place: Place) -> None:
        with pytest.raises(PromptInvalid, match="line 1: there is no variable `titel`"), warehouse.write() as session:
            save(session, place, "{{ titel }}")
        with warehouse.read() as session:
            assert session.scalar(select(PromptVersion.id)) is None

    def test_a_version_whose_variables_are_gone_is_not_used_again(self, warehouse: Warehouse, place: Place) -> None:
        with warehouse.write() as session:
            row = {"function": CONTENT, "variant": "", "version": 1, "text": "{{ gone }}", "is_active": False}
            session.add(PromptVersion(account_id=place.account_id, **row))
            session.flush()
            with pytest.raises(PromptInvalid, match="there is no variable `gone`"):
                prompts.activate_version(session, place.account_id, CONTENT, 1, by=BY)

    def test_many_people_saving_at_once_get_numbers_of_their_own_and_one_is_active(
        self, warehouse: Warehouse, place: Place
    ) -> None:
        def saving(number: int) -> int:
            with warehouse.write() as session:
                return save(session, place, f"text {number}", ("", "post")[number % 2]).version

        numbers = at_once([lambda number=number: saving(number) for number in range(8)])
        assert sorted(numbers) == list(range(1, 9)), numbers  # type: ignore[type-var]
        with warehouse.read() as session:
            active = session.scalars(select(PromptVersion).where(PromptVersion.is_active)).all()
        assert sorted(row.variant for row in active) == ["", "post"]

    def test_many_people_activating_at_once_leave_one_active(self, warehouse: Warehouse, place: Place) -> None:
        with warehouse.write() as session:
            versions = [save(session, place, f"text {number}").version for number in range(6)]

        def activating(version: int) -> int:
            with warehouse.write() as session:
                return prompts.activate_version(session, place.account_id, CONTENT, version, by=BY).version

        assert at_once([lambda version=version: activating(version) for version in versions]) == versions
        with warehouse.read() as session:
            assert len(session.scalars(select(PromptVersion).where(PromptVersion.is_active)).all()) == 1


class TestStrategies:
    def test_sections_are_added_left_out_and_moved(self, warehouse: Warehouse, place: Place) -> None:
        logic = {
            "post": {"leave_out": ["conclusion"]},
            "post/how_to": {
                "add": [
                    {"heading": "What it costs", "guidance": "Name ranges.", "after": "Dose"},
                    {"heading": "Sources"},
                ],
                "leave_out": ["key_takeaways"],
                "first": ["faq", "steps"],
            },
        }
        with warehouse.write() as session:
            site, task = site_by_key(session, place.key), session.scalars(select(Task)).one()
            task.outline = ["Dose", "Yield"]
            before = brief_for(session, task, site)
            add_strategy(session, place, "Espresso", sector_id=task.sector_id, section_logic=logic)
            after = brief_for(session, task, site)
        assert after.outline == ("Dose", "What it costs", "Yield", "Sources")
        names = [part.part for part in after.contract.parts]
        assert names[:3] == ["introduction", "faq", "steps"]
        assert set(names) == {part.part for part in before.contract.parts} - {"key_takeaways"}
        assert [section.guidance for section in after.contract.added] == ["Name ranges.", ""]
        rendered = render(builtin_prompt(CONTENT, "post").text, after.model_dump(mode="json"))
        assert 'A section "What it costs" belongs to it too. Name ranges.' in rendered

    def test_section_logic_says_what_it_does_not_understand(self) -> None:
        with pytest.raises(SectionLogicInvalid) as raised:
            read_section_logic({"product/how_to": {}, "post": {"first": ["intro"], "add": [{"guidance": "x"}]}})
        assert set(raised.value.errors) == {"product/how_to", "post.first.0", "post.add.0.heading"}
        assert "it can have product_single, product_collection" in raised.value.errors["product/how_to"][0]

    def test_one_a_sector_applies_whoever_is_quicker(self, warehouse: Warehouse, place: Place) -> None:
        with warehouse.write() as session:
            sector = sector_ids(session, place)[0]
            ids = [add_strategy(session, place, f"S{number}", sector_id=sector).id for number in range(5)]
            elsewhere = add_strategy(session, place, "All").id

        def activating(strategy_id: int) -> bool:
            with warehouse.write() as session:
                site = site_by_key(session, place.key)
                strategies.activate_strategy(session, site, session.get_one(Strategy, strategy_id), by=BY)
                return True

        assert at_once([lambda each=each: activating(each) for each in ids]) == [True] * 5
        with warehouse.read() as session:
            active = set(session.scalars(select(Strategy.id).where(Strategy.is_active)))
        assert len(active & set(ids)) == 1
        assert elsewhere in active

    def test_a_name_is_taken_once(self, warehouse: Warehouse, place: Place) -> None:
        with warehouse.write() as session:
            add_strategy(session, place, "All")
        with pytest.raises(StrategyRefused, match="has a strategy 'All' already"), warehouse.write() as session:
            add_strategy(session, place, "All")


class TestVoices:
    def test_a_brief_speaks_in_the_tasks_voice(self, warehouse: Warehouse, place: Place) -> None:
        with warehouse.write() as session:
            site, task = site_by_key(session, place.key), session.scalars(select(Task)).one()
            values = {"name": "Ines", "tone": "exact", "language": "pt-BR"}
            ines = author_profiles.create_profile(session, site, values, by=BY)
            assert brief_for(session, task, site).voice.author_name == "Maya Lindqvist"
            task.author_id = ines.id
            voice = brief_for(session, task, site).voice
            assert (voice.author_name, voice.tone, voice.language) == ("Ines", "exact", "pt-BR")
            with pytest.raises(ProfileRefused, match="it is the author of 1 task$"):
                author_profiles.delete_profile(session, site, ines, by=BY)

    def test_there_is_one_default_whoever_is_quicker(self, warehouse: Warehouse, place: Place) -> None:
        def adding(number: int) -> int:
            with warehouse.write() as session:
                site = site_by_key(session, place.key)
                values = {"name": f"Author {number}", "is_default": True}
                return author_profiles.create_profile(session, site, values, by=BY).id

        assert all(isinstance(each, int) for each in at_once([lambda n=n: adding(n) for n in range(5)]))
        with warehouse.read() as session:
            assert len(session.scalars(select(AuthorProfile).where(AuthorProfile.is_default)).all()) == 1
