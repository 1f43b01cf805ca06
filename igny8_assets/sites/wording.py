"""The words that the theme itself says, per language, and how a date is written.

A language that is not here gets English words and ISO dates: never a guessed translation.
"""

from dataclasses import dataclass, replace
from datetime import datetime

_RIGHT_TO_LEFT = frozenset({"ar", "dv", "fa", "he", "ku", "ps", "sd", "ug", "ur", "yi"})


@dataclass(frozen=True)
class Wording:
    """The theme's own words; ``{}`` stands where a number or a name goes."""

    home: str
    topics: str
    latest: str
    all_articles: str
    about: str
    skip: str
    on_this_page: str
    updated: str
    minutes: str
    by: str
    article: str
    articles: str
    more_in: str
    keep_reading: str
    watch: str
    captions: str
    page: str
    newer: str
    older: str
    not_found: str
    not_found_text: str
    back_home: str
    feed: str
    breadcrumbs: str
    navigation: str
    no_articles: str
    read_about: str
    months: tuple[str, ...]
    date: str

    def on(self, moment: datetime) -> str:
        """A date in words, as the language writes it."""
        if not self.months:
            return moment.date().isoformat()
        return self.date.format(day=moment.day, month=self.months[moment.month - 1], year=moment.year)

    def count(self, number: int) -> str:
        """A number of articles."""
        return (self.article if number == 1 else self.articles).format(number)


_ENGLISH = Wording(
    home="Home",
    topics="Topics",
    latest="Latest",
    all_articles="All articles",
    about="About",
    skip="Skip to content",
    on_this_page="On this page",
    updated="Updated {}",
    minutes="{} min read",
    by="By {}",
    article="{} article",
    articles="{} articles",
    more_in="More in {}",
    keep_reading="Keep reading",
    watch="Watch: {}",
    captions="Captions",
    page="Page {}",
    newer="Newer",
    older="Older",
    not_found="This page is not here",
    not_found_text="The address may have changed, or the page was taken down. These are good places to start again.",
    back_home="Back to the home page",
    feed="Feed",
    breadcrumbs="Breadcrumbs",
    navigation="Main",
    no_articles="The first articles are being written. Come back soon.",
    read_about="More about {}",
    months=("January", "February", "March", "April", "May", "June", "July", "August", "September", "October",
            "November", "December"),
    date="{day} {month} {year}",
)  # fmt: skip

_GERMAN = Wording(
    home="Startseite",
    topics="Themen",
    latest="Neu",
    all_articles="Alle Artikel",
    about="Über uns",
    skip="Zum Inhalt springen",
    on_this_page="Auf dieser Seite",
    updated="Aktualisiert am {}",
    minutes="{} Min. Lesezeit",
    by="Von {}",
    article="{} Artikel",
    articles="{} Artikel",
    more_in="Mehr zu {}",
    keep_reading="Weiterlesen",
    watch="Ansehen: {}",
    captions="Untertitel",
    page="Seite {}",
    newer="Neuere",
    older="Ältere",
    not_found="Diese Seite gibt es nicht",
    not_found_text="Die Adresse hat sich geändert, oder die Seite wurde entfernt. Hier geht es weiter.",
    back_home="Zur Startseite",
    feed="Feed",
    breadcrumbs="Brotkrumen",
    navigation="Hauptnavigation",
    no_articles="Die ersten Artikel entstehen gerade. Schauen Sie bald wieder vorbei.",
    read_about="Mehr über {}",
    months=("Januar", "Februar", "März", "April", "Mai", "Juni", "Juli", "August", "September", "Oktober",
            "November", "Dezember"),
    date="{day}. {month} {year}",
)  # fmt: skip

_FRENCH = Wording(
    home="Accueil",
    topics="Thèmes",
    latest="À la une",
    all_articles="Tous les articles",
    about="À propos",
    skip="Aller au contenu",
    on_this_page="Sur cette page",
    updated="Mis à jour le {}",
    minutes="{} min de lecture",
    by="Par {}",
    article="{} article",
    articles="{} articles",
    more_in="Plus sur {}",
    keep_reading="À lire ensuite",
    watch="Regarder : {}",
    captions="Sous-titres",
    page="Page {}",
    newer="Plus récents",
    older="Plus anciens",
    not_found="Cette page n’existe pas",
    not_found_text="L’adresse a peut-être changé, ou la page a été retirée. Voici par où recommencer.",
    back_home="Retour à l’accueil",
    feed="Flux",
    breadcrumbs="Fil d’Ariane",
    navigation="Navigation principale",
    no_articles="Les premiers articles sont en préparation. Revenez bientôt.",
    read_about="En savoir plus sur {}",
    months=("janvier", "février", "mars", "avril", "mai", "juin", "juillet", "août", "septembre", "octobre",
            "novembre", "décembre"),
    date="{day} {month} {year}",
)  # fmt: skip

_SPANISH = Wording(
    home="Inicio",
    topics="Temas",
    latest="Lo último",
    all_articles="Todos los artículos",
    about="Acerca de",
    skip="Ir al contenido",
    on_this_page="En esta página",
    updated="Actualizado el {}",
    minutes="{} min de lectura",
    by="Por {}",
    article="{} artículo",
    articles="{} artículos",
    more_in="Más sobre {}",
    keep_reading="Sigue leyendo",
    watch="Ver: {}",
    captions="Subtítulos",
    page="Página {}",
    newer="Más recientes",
    older="Anteriores",
    not_found="Esta página no existe",
    not_found_text="Quizá la dirección haya cambiado o la página se haya retirado. Puedes empezar por aquí.",
    back_home="Volver al inicio",
    feed="Canal",
    breadcrumbs="Ruta de navegación",
    navigation="Navegación principal",
    no_articles="Los primeros artículos están en camino. Vuelve pronto.",
    read_about="Más sobre {}",
    months=("enero", "febrero", "marzo", "abril", "mayo", "junio", "julio", "agosto", "septiembre", "octubre",
            "noviembre", "diciembre"),
    date="{day} de {month} de {year}",
)  # fmt: skip

_BY_LANGUAGE = {"en": _ENGLISH, "de": _GERMAN, "fr": _FRENCH, "es": _SPANISH}


def wording_for(language: str) -> Wording:
    """The theme's words in a BCP 47 language; region and script do not matter."""
    known = _BY_LANGUAGE.get(_primary(language))
    return known or replace(_ENGLISH, months=())


def direction_of(language: str) -> str:
    """``rtl`` for languages written from right to left, else ``ltr``."""
    return "rtl" if _primary(language) in _RIGHT_TO_LEFT else "ltr"


def _primary(language: str) -> str:
    return language.split("-", maxsplit=1)[0].lower()
