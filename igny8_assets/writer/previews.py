"""An article as Markdown, for previews."""

from igny8_resources.contracts.writer import ArticleDraft, Table


def article_markdown(draft: ArticleDraft) -> str:
    """The whole article as Markdown: what an editor skims before opening the page."""
    lines = [f"# {draft.title}", *draft.introduction]
    if draft.key_takeaways:
        lines.append("\n".join(f"- {takeaway}" for takeaway in draft.key_takeaways))
    for section in draft.sections:
        lines += [f"## {section.heading}", *section.paragraphs]
        if section.bullets:
            lines.append("\n".join(f"- {bullet}" for bullet in section.bullets))
        if section.steps:
            lines.append("\n".join(f"{n}. **{step.name}** {step.text}" for n, step in enumerate(section.steps, 1)))
        if section.table:
            lines.append(table_markdown(section.table))
        lines += [f"> For the editor: {request}" for request in section.to_supply]
    for weighed in draft.pros_cons:
        lines += [
            f"### {weighed.subject}",
            "\n".join([*(f"- for: {pro}" for pro in weighed.pros), *(f"- against: {con}" for con in weighed.cons)]),
        ]
    for entry in draft.faq:
        lines += [f"### {entry.question}", entry.answer]
    lines += [*draft.conclusion, f"**{draft.call_to_action}**"]
    return "\n\n".join(line for line in lines if line)


def table_markdown(table: Table) -> str:
    """A table with its caption."""
    rows = [table.columns, tuple("---" for _ in table.columns), *table.rows]
    body = "\n".join(f"| {' | '.join(cell.replace('|', '/') for cell in row)} |" for row in rows)
    return f"*{table.caption}*\n\n{body}"
