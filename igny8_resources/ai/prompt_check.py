"""What is wrong with a prompt, found before it is saved: every line, variable and nearest variable that exists.

The template is read, not only tried: its expressions are followed with the types of the function's inputs through loops,
conditions and filters, so that a name in a branch that today's inputs never reach is found as well. What is left after that
is rendered for sample inputs, once with everything that can be there and once with nothing that need not be.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches

from jinja2 import TemplateError, TemplateSyntaxError, nodes

from igny8_resources.ai.prompt_expressions import Expressions, Finding
from igny8_resources.ai.prompt_templates import (
    ENVIRONMENT,
    LONGEST_TEMPLATE,
    LOOP_FIELDS,
    MOST_LOOPS_INSIDE,
    PromptFailed,
    render,
)
from igny8_resources.ai.prompt_variables import (
    FUNCTIONS,
    Kind,
    Number,
    Record,
    Truth,
    root_of,
    sample_inputs,
)

MOST_NESTED = 20
LOOP = Record({name: Truth() if name in {"first", "last"} else Number() for name in LOOP_FIELDS})


class PromptInvalid(ValueError):
    """A prompt cannot be used; ``findings`` name every line and variable, the message is all of them together."""

    def __init__(self, function: str, variant: str, findings: Sequence[Finding]) -> None:
        name = f"{function}/{variant}" if variant else function
        super().__init__(f"the prompt of {name} cannot be used: {'; '.join(str(finding) for finding in findings)}")
        self.function = function
        self.variant = variant
        self.findings = tuple(findings)


def check_prompt(function: str, variant: str, text: str) -> None:
    """Refuse a prompt that could fail when it is used.

    Args:
        function: An AI function of ``prompt_variables.FUNCTIONS``.
        variant: One of the function's variants; empty for all of them.
        text: The template.

    Raises:
        PromptInvalid: there is no such function or variant, the text is empty or too long, it is no template, it uses
            something that prompts may not use, or it names a variable that does not exist or may be missing.
    """
    require_function(function, variant)
    findings = _findings(function, text)
    if findings:
        raise PromptInvalid(function, variant, findings)


def require_function(function: str, variant: str) -> None:
    """Refuse a name that is no AI function, or no variant of it.

    Raises:
        PromptInvalid: it is not.
    """
    if function not in FUNCTIONS:
        raise PromptInvalid(function, variant, [_unknown("AI function", function, tuple(FUNCTIONS))])
    variants = FUNCTIONS[function].variants
    if variant and variant not in variants:
        if not variants:
            raise PromptInvalid(function, variant, [Finding(0, variant, f"{function} has no variants")])
        raise PromptInvalid(function, variant, [_unknown(f"variant of {function}", variant, variants)])


def _unknown(what: str, name: str, known: tuple[str, ...]) -> Finding:
    nearest = next(iter(get_close_matches(name, known, n=1, cutoff=0.0)), "")
    return Finding(0, name, f"there is no {what} `{name}`; there are {', '.join(known)}", nearest)


def _findings(function: str, text: str) -> list[Finding]:
    if not text.strip():
        return [Finding(0, "", "it is empty; to go back to the platform's own prompt, reset it")]
    if len(text) > LONGEST_TEMPLATE:
        return [Finding(0, "", f"it has {len(text):,} characters; at most {LONGEST_TEMPLATE:,} are possible")]
    if "\0" in text:
        return [Finding(text[: text.index("\0")].count("\n") + 1, "", "a NUL character cannot be used here")]
    try:
        tree = ENVIRONMENT.parse(text)
        findings = _Statements(root_of(function)).check(tree)
        return findings or _rendering(function, text)
    except TemplateSyntaxError as unreadable:
        return [Finding(unreadable.lineno, "", _said(unreadable))]
    except RecursionError:
        return [Finding(0, "", "its brackets or blocks are nested too deeply")]


def _said(unreadable: TemplateSyntaxError) -> str:
    message = (unreadable.message or "it is not a template").rstrip(".")
    return f"{message[0].lower()}{message[1:]}"


def _rendering(function: str, text: str) -> list[Finding]:
    for bare, what in ((False, "with everything there"), (True, "with nothing there that need not be")):
        try:
            rendered = render(text, sample_inputs(function, bare=bare))
        except (PromptFailed, TemplateError, SyntaxError) as failed:
            return [Finding(0, "", f"rendering it for sample inputs {what} failed: {failed}")]
        if not rendered and not bare:
            return [Finding(0, "", "rendered for sample inputs with everything there it is empty")]
    return []


@dataclass
class _Statements:
    """Follows a template's statements with what is known of its variables at each."""

    root: Record
    findings: list[Finding] = field(default_factory=list)

    def check(self, tree: nodes.Template) -> list[Finding]:
        """All findings, by line."""
        self._body(tree.body, dict(self.root.fields), frozenset(), 0, 0)
        return sorted(dict.fromkeys(self.findings), key=lambda finding: finding.line)

    def _body(
        self, body: Sequence[nodes.Node], scope: Mapping[str, Kind], known: frozenset[str], loops: int, depth: int
    ) -> None:
        for statement in body:
            if depth > MOST_NESTED:
                self.findings.append(Finding(statement.lineno, "", f"blocks are nested more than {MOST_NESTED} deep"))
                return
            match statement:
                case nodes.Output():
                    self._output(statement, scope, known)
                case nodes.If():
                    self._condition(statement, scope, known, loops, depth)
                case nodes.For():
                    self._loop(statement, scope, known, loops, depth)
                case _:
                    self.findings.append(_not_possible(statement))

    def _output(self, output: nodes.Output, scope: Mapping[str, Kind], known: frozenset[str]) -> None:
        expressions = Expressions(scope, known, self.findings)
        for node in output.nodes:
            if not isinstance(node, nodes.TemplateData):
                expressions.printed(node)

    def _condition(
        self, condition: nodes.If, scope: Mapping[str, Kind], known: frozenset[str], loops: int, depth: int
    ) -> None:
        expressions = Expressions(scope, known, self.findings)
        expressions.kind_of(condition.test)
        if_true, if_false = expressions.learnt(condition.test)
        self._body(condition.body, scope, known | if_true, loops, depth + 1)
        # An elif or else is reached only where the test was false.
        for other in condition.elif_:
            self._condition(other, scope, known | if_false, loops, depth + 1)
        self._body(condition.else_, scope, known | if_false, loops, depth + 1)

    def _loop(self, loop: nodes.For, scope: Mapping[str, Kind], known: frozenset[str], loops: int, depth: int) -> None:
        if loops >= MOST_LOOPS_INSIDE:
            self.findings.append(
                Finding(loop.lineno, "", f"loops stand more than {MOST_LOOPS_INSIDE} inside one another")
            )
            return
        if loop.recursive:
            self.findings.append(Finding(loop.lineno, "", "a recursive loop is not possible in a prompt"))
        expressions = Expressions(scope, known, self.findings)
        item = expressions.item_of(loop.iter)
        if not isinstance(loop.target, nodes.Name):
            self.findings.append(Finding(loop.lineno, "", "a loop gives one variable: write {% for item in list %}"))
            return
        name = loop.target.name
        inner = {**scope, name: item, "loop": LOOP}
        # What was known of an outer variable of the same name says nothing about this one.
        told = frozenset(path for path in known if path.split(".")[0] not in {name, "loop"})
        if loop.test is not None:
            inside = Expressions({**scope, name: item}, told, self.findings)
            inside.kind_of(loop.test)
            told_inside = told | inside.learnt(loop.test)[0]
        else:
            told_inside = told
        self._body(loop.body, inner, told_inside, loops + 1, depth + 1)
        self._body(loop.else_, scope, known, loops, depth + 1)


def _not_possible(statement: nodes.Node) -> Finding:
    words: dict[type[nodes.Node], str] = {
        nodes.Assign: "{% set %}",
        nodes.AssignBlock: "{% set %}",
        nodes.Include: "{% include %}",
        nodes.Import: "{% import %}",
        nodes.FromImport: "{% import %}",
        nodes.Extends: "{% extends %}",
        nodes.Block: "{% block %}",
        nodes.Macro: "{% macro %}",
        nodes.CallBlock: "{% call %}",
        nodes.FilterBlock: "{% filter %}",
        nodes.With: "{% with %}",
    }
    word = words.get(type(statement), type(statement).__name__.lower())
    return Finding(statement.lineno, "", f"{word} is not possible in a prompt: it has variables, if and for")
