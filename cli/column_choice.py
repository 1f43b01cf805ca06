"""A person's own naming of columns: ``--column keyword=Suchbegriff``."""


def chosen_columns(given: list[str] | None) -> dict[str, str] | None:
    """Header by field, None when nothing was named.

    Raises:
        ImportRefused: a choice without an equals sign.
    """
    if not given:
        return None
    from igny8_assets.planner.keywords.importing import ImportRefused

    if bad := [pair for pair in given if "=" not in pair]:
        raise ImportRefused(f"--column {bad[0]}: expected field=header, for example keyword=Suchbegriff")
    return dict(pair.split("=", 1) for pair in given)
