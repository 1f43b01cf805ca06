"""The expressions of a prompt, followed with the types of its variables.

Belongs here: what kind of thing an expression is, what it names that does not exist, what may be missing, and what a
condition tells about it. Does not belong here: statements (``prompt_check``), or rendering (``prompt_templates``).
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from difflib import get_close_matches

from jinja2 import nodes

from igny8_resources.ai.prompt_templates import FILTER_NAMES, TEST_NAMES
from igny8_resources.ai.prompt_variables import Kind, ListOf, Number, Record, Text, Truth, Unknown, name_of

# Marks a path of which is known that it is there, though it may be empty.
THERE = "?"
_WORKS_ON: dict[str, tuple[type, ...]] = {
    **dict.fromkeys(("first", "last", "join", "map", "selectattr", "rejectattr", "sort", "unique"), (ListOf,)),
    **dict.fromkeys(("round", "int", "abs"), (Number,)),
    **dict.fromkeys(("upper", "lower", "title", "capitalize", "trim", "truncate", "wordcount"), (Text,)),
    **dict.fromkeys(("length", "count", "reverse"), (ListOf, Text)),
    # Of a text it would double every backslash again each time it is used.
    "tojson": (ListOf, Record, Number, Truth),
}
_COUNTING = ("length", "count", "wordcount", "round", "int", "abs")


@dataclass(frozen=True)
class Finding:
    """One thing that is wrong: where (line 0 is the whole), with which variable, and what was probably meant."""

    line: int
    variable: str
    message: str
    nearest: str = ""

    def __str__(self) -> str:
        meant = f"; did you mean `{self.nearest}`?" if self.nearest else ""
        return f"line {self.line}: {self.message}{meant}" if self.line else f"{self.message}{meant}"


@dataclass(frozen=True)
class Expressions:
    """Reads expressions in one scope.

    ``known`` holds the paths of which a condition has said that they are there and not empty.
    """

    scope: Mapping[str, Kind]
    known: frozenset[str]
    findings: list[Finding]

    def kind_of(self, node: nodes.Node) -> Kind:
        """What an expression is; whatever is wrong in it becomes a finding, and the result ``Unknown``."""
        for known, read in _READERS:
            if isinstance(node, known):
                return read(self, node)
        return self._wrong(node, "", f"{type(node).__name__.lower()} is not possible in a prompt")

    def _concat(self, node: nodes.Concat) -> Kind:
        for part in node.nodes:
            self._there(part, self.printed(part), "joined with ~")
        return Text()

    def _calculation(self, node: nodes.BinExpr) -> Kind:
        self._number(node.left)
        return self._number(node.right)

    def _negation(self, node: nodes.Not) -> Kind:
        self.kind_of(node.node)
        return Truth()

    def _call(self, node: nodes.Call) -> Kind:
        said = "calls are not possible in a prompt; use a filter, as in {{ name | upper }}"
        return self._wrong(node, path_of(node.node), said)

    def printed(self, node: nodes.Node) -> Kind:
        """Follow an expression whose value goes into the text, and say what it is."""
        kind = self.kind_of(node)
        if isinstance(kind, Record) or (isinstance(kind, ListOf) and isinstance(kind.item, Record)):
            advice = (
                "loop over it" if isinstance(kind, ListOf) else f"print one of its fields: {', '.join(kind.fields)}"
            )
            self._wrong(
                node, path_of(node), f"`{path_of(node)}` is a {name_of(kind)}: {advice}, or write it with | tojson"
            )
        return kind

    def item_of(self, node: nodes.Node) -> Kind:
        """What a loop over an expression gives."""
        kind = self.kind_of(node)
        if isinstance(kind, ListOf):
            self._there(node, kind, "looped over")
            return kind.item
        if not isinstance(kind, Unknown):
            self._wrong(
                node, path_of(node), f"`{path_of(node)}` is {_a(kind)}, not a list: there is nothing to loop over"
            )
        return Unknown()

    def learnt(self, test: nodes.Node) -> tuple[frozenset[str], frozenset[str]]:
        """The paths that are there where a condition is true, and where it is false."""
        nothing: frozenset[str] = frozenset()
        match test:
            case nodes.Name() | nodes.Getattr() | nodes.Getitem():
                return frozenset({path_of(test)} - {""}), nothing
            case nodes.Not():
                return self.learnt(test.node)[::-1]
            case nodes.And():
                left, right = self.learnt(test.left), self.learnt(test.right)
                return left[0] | right[0], nothing
            case nodes.Or():
                left, right = self.learnt(test.left), self.learnt(test.right)
                return nothing, left[1] | right[1]
            case nodes.Test(name="none"):
                return nothing, frozenset({f"{path_of(test.node)}{THERE}"})
            case _:
                return nothing, nothing

    def _variable(self, node: nodes.Name) -> Kind:
        if node.name in self.scope:
            return self._narrowed(node, self.scope[node.name])
        nearest = _nearest(node.name, self._paths())
        return self._wrong(node, node.name, f"there is no variable `{node.name}`", nearest)

    def _field(self, node: nodes.Node, owner: nodes.Node, name: str) -> Kind:
        kind = self.kind_of(owner)
        if isinstance(kind, Unknown):
            return Unknown()
        path = path_of(owner)
        whole = f"{path}.{name}" if path else name
        if not isinstance(kind, Record):
            said = f"there is no variable `{whole}`: `{path}` is {_a(kind)}"
            if isinstance(kind, ListOf):
                said += f"; write {{% for item in {path} %}}{{{{ item.{name} }}}}{{% endfor %}}"
            return self._wrong(node, whole, said)
        self._there(owner, kind, f"asked for its `{name}`")
        if name not in kind.fields:
            near = _nearest(name, tuple(kind.fields))
            nearest = f"{path}.{near}" if near else _nearest(whole, self._paths())
            return self._wrong(node, whole, f"there is no variable `{whole}`", nearest)
        return self._narrowed(node, kind.fields[name])

    def _item(self, node: nodes.Getitem) -> Kind:
        match node.arg:
            case nodes.Const(value=str() as name):
                return self._field(node, node.node, name)
            case nodes.Slice():
                kind = self.kind_of(node.node)
                bounds = [bound for bound in (node.arg.start, node.arg.stop, node.arg.step) if bound is not None]
                if not all(isinstance(self.kind_of(bound), Number) for bound in bounds):
                    return self._wrong(node, path_of(node.node), "a slice is between numbers, as in [:3]")
                if isinstance(kind, ListOf | Text):
                    self._there(node.node, kind, "sliced")
                    return Text() if isinstance(kind, Text) else replace(kind, optional=False)
                return (
                    kind
                    if isinstance(kind, Unknown)
                    else self._wrong(node, path_of(node.node), f"{_a(kind)} has no parts")
                )
            case _:
                path = path_of(node.node)
                return self._wrong(
                    node, path, f"one item of `{path}` by its number may not be there; use | first, | last or a loop"
                )

    def _constants(self, node: nodes.List | nodes.Tuple) -> Kind:
        kinds = [self.kind_of(item) for item in node.items]
        if not all(isinstance(item, nodes.Const) for item in node.items):
            return self._wrong(node, "", "a list written out may hold texts and numbers only")
        values = tuple(value for kind in kinds if isinstance(kind, Text) for value in kind.values)
        return ListOf(Text(values=values) if values else Number())

    def _filter(self, node: nodes.Filter) -> Kind:
        if node.name not in FILTER_NAMES:
            near = _nearest(node.name, FILTER_NAMES)
            return self._wrong(
                node, node.name, f"there is no filter `{node.name}`; there are {', '.join(FILTER_NAMES)}", near
            )
        if node.node is None:
            return self._wrong(node, node.name, "a filter needs something to work on")
        kind = self.kind_of(node.node)
        for argument in (*node.args, *(pair.value for pair in node.kwargs)):
            if not isinstance(argument, nodes.Const):
                return self._wrong(
                    node, node.name, f"what the filter `{node.name}` is given has to be a text or a number"
                )
        if node.dyn_args is not None or node.dyn_kwargs is not None:
            return self._wrong(node, node.name, f"the filter `{node.name}` takes no * arguments")
        return Unknown() if isinstance(kind, Unknown) else self._filtered(node, node.node, kind)

    def _filtered(self, node: nodes.Filter, on: nodes.Node, kind: Kind) -> Kind:
        name, path = node.name, path_of(on)
        if name == "default":
            return replace(kind, optional=False)
        self._there(on, kind, f"given to | {name}")
        wanted = _WORKS_ON[name]
        if not isinstance(kind, wanted):
            words = " or a ".join(sorted(each.__name__.lower().removesuffix("of") for each in wanted))
            return self._wrong(node, path, f"| {name} needs a {words}, and `{path or 'this'}` is {_a(kind)}")
        if name in _COUNTING:
            return Number()
        if not isinstance(kind, ListOf) or name == "reverse":
            return Text() if isinstance(kind, Text) or name == "tojson" else kind
        if name in {"first", "last"}:
            return kind.item if path in self.known else replace(kind.item, optional=True)
        return Text() if name == "tojson" else self._by_attribute(node, kind, path)

    def _by_attribute(self, node: nodes.Filter, kind: ListOf, path: str) -> Kind:
        name, chooses = node.name, node.name in {"selectattr", "rejectattr"}
        attribute = next((pair.value for pair in node.kwargs if pair.key == "attribute"), None)
        if chooses and node.args:
            attribute = node.args[0]
        if attribute is None and (chooses or name == "map"):
            example = "('volume')" if chooses else "(attribute='text')"
            return self._wrong(node, path, f"| {name} needs a field, as in | {name}{example}")
        item = kind.item if attribute is None else self._named_field(node, kind.item, path, attribute)
        if chooses:
            test = node.args[1].as_const() if len(node.args) > 1 else "none"
            return kind if test in TEST_NAMES else self._wrong(node, path, f"| {name}: there is no test `{test}`")
        if name == "map":
            return ListOf(item)
        if isinstance(item, Record):
            field = next(iter(item.fields))
            return self._wrong(node, path, f"| {name}: name a field, as in | {name}(attribute='{field}')")
        if name == "sort" and item.optional:
            return self._wrong(node, path, "| sort: values that may be missing have no order")
        return Text() if name == "join" else kind

    def _named_field(self, node: nodes.Filter, item: Kind, path: str, attribute: nodes.Node) -> Kind:
        name = attribute.value if isinstance(attribute, nodes.Const) else None
        if not isinstance(name, str):
            return self._wrong(node, path, f"| {node.name} needs the name of a field in quotes")
        for part in name.split("."):
            known = tuple(item.fields) if isinstance(item, Record) else ()
            if not isinstance(item, Record) or part not in known:
                said = f"the items of `{path}` have no `{part}`"
                return self._wrong(node, f"{path}.{part}", said, _nearest(part, known))
            item = item.fields[part]
        return item

    def _test(self, node: nodes.Test) -> Kind:
        kind = self.kind_of(node.node)
        if node.name not in TEST_NAMES:
            near = _nearest(node.name, TEST_NAMES)
            return self._wrong(
                node, node.name, f"there is no test `is {node.name}`; there are {', '.join(TEST_NAMES)}", near
            )
        for argument in node.args:
            self._possible(node, kind, argument)
        if node.name in {"odd", "even", "divisibleby"}:
            self._number(node.node)
        return Truth()

    def _compare(self, node: nodes.Compare) -> Kind:
        left_node, left = node.expr, self.kind_of(node.expr)
        for operand in node.ops:
            right = self.kind_of(operand.expr)
            if operand.op in {"in", "notin"}:
                if not isinstance(right, ListOf | Text | Unknown):
                    self._wrong(
                        node, path_of(operand.expr), f"`{path_of(operand.expr)}` is {_a(right)}: nothing is in it"
                    )
                else:
                    self._there(operand.expr, right, "searched")
            elif operand.op not in {"eq", "ne"}:
                self._there(left_node, left, "compared by size")
                self._there(operand.expr, right, "compared by size")
                if type(left) is not type(right) and not {type(left), type(right)} & {Unknown}:
                    self._wrong(node, path_of(left_node), f"{_a(left)} cannot be compared by size with {_a(right)}")
            self._possible(node, left, operand.expr)
            self._possible(node, right, left_node)
            left_node, left = operand.expr, right
        return Truth()

    def _possible(self, node: nodes.Node, kind: Kind, other: nodes.Node) -> None:
        """A constant that a variable can never be is a typing error."""
        if not isinstance(kind, Text) or not kind.values or path_of(other):
            return
        written = other.items if isinstance(other, nodes.List | nodes.Tuple) else [other]
        for constant in written:
            value = constant.value if isinstance(constant, nodes.Const) else None
            if isinstance(value, str) and value not in kind.values:
                self._wrong(node, value, f"`{value}` is none of {', '.join(kind.values)}", _nearest(value, kind.values))

    def _either(self, node: nodes.And | nodes.Or) -> Kind:
        left = self.kind_of(node.left)
        if_true, if_false = self.learnt(node.left)
        told = if_true if isinstance(node, nodes.And) else if_false
        right = replace(self, known=self.known | told).kind_of(node.right)
        if type(left) is not type(right) or isinstance(left, Record):
            return Unknown()
        # Of `a or b` only the last can be missing, of `a and b` each.
        optional = right.optional or (left.optional and isinstance(node, nodes.And))
        return Text(optional) if isinstance(left, Text) else replace(left, optional=optional)

    def _choice(self, node: nodes.CondExpr) -> Kind:
        self.kind_of(node.test)
        if_true, if_false = self.learnt(node.test)
        first = replace(self, known=self.known | if_true).kind_of(node.expr1)
        if node.expr2 is None:
            # Without an else it prints nothing where the condition is false; Jinja would call that undefined.
            return self._wrong(
                node, path_of(node.expr1), "an `if` inside {{ }} needs an else, as in {{ a if b else '' }}"
            )
        second = replace(self, known=self.known | if_false).kind_of(node.expr2)
        return replace(first, optional=first.optional or second.optional) if type(first) is type(second) else Unknown()

    def _number(self, node: nodes.Node) -> Kind:
        kind = self.kind_of(node)
        if isinstance(kind, Number):
            self._there(node, kind, "calculated with")
        elif not isinstance(kind, Unknown):
            self._wrong(
                node,
                path_of(node),
                f"`{path_of(node) or 'this'}` is {_a(kind)}: only numbers can be calculated with; join texts with ~",
            )
        return Number()

    def _narrowed(self, node: nodes.Node, kind: Kind) -> Kind:
        path = path_of(node)
        return replace(kind, optional=False) if kind.optional and {path, f"{path}{THERE}"} & self.known else kind

    def _there(self, node: nodes.Node, kind: Kind, what: str) -> None:
        if kind.optional:
            path = path_of(node) or "this"
            self._wrong(
                node, path, f"`{path}` may be missing and is {what}: put it inside {{% if {path} %}} … {{% endif %}}"
            )

    def _paths(self) -> tuple[str, ...]:
        def walk(prefix: str, kind: Kind) -> list[str]:
            inner = (
                [walk(f"{prefix}.{name}", each) for name, each in kind.fields.items()]
                if isinstance(kind, Record)
                else []
            )
            return [prefix, *(path for paths in inner for path in paths)]

        return tuple(path for name, kind in self.scope.items() for path in walk(name, kind))

    def _wrong(self, node: nodes.Node, variable: str, message: str, nearest: str = "") -> Kind:
        self.findings.append(Finding(node.lineno, variable, message, nearest))
        return Unknown()


def path_of(node: nodes.Node) -> str:
    """How a chain of fields is written; empty for anything else."""
    match node:
        case nodes.Name():
            return node.name
        case nodes.Getattr():
            owner = path_of(node.node)
            return f"{owner}.{node.attr}" if owner else ""
        case nodes.Getitem(arg=nodes.Const(value=str() as name)):
            owner = path_of(node.node)
            return f"{owner}.{name}" if owner else ""
        case _:
            return ""


def _kind_of_constant(value: object) -> Kind:
    if isinstance(value, bool):
        return Truth()
    if isinstance(value, int | float):
        return Number()
    return Text(values=(value,)) if isinstance(value, str) else Unknown(optional=value is None)


def _nearest(name: str, known: tuple[str, ...]) -> str:
    return next(iter(get_close_matches(name, known, n=1, cutoff=0.6)), "")


def _a(kind: Kind) -> str:
    return f"a {name_of(replace(kind, optional=False))}" if not getattr(kind, "values", ()) else "a text"


# Which method reads which kind of expression; looked through from the top.
_READERS: tuple[tuple[type[nodes.Node] | tuple[type[nodes.Node], ...], Callable[..., Kind]], ...] = (
    (nodes.Name, Expressions._variable),
    (nodes.Getattr, lambda self, node: self._field(node, node.node, node.attr)),
    (nodes.Getitem, Expressions._item),
    (nodes.Const, lambda _self, node: _kind_of_constant(node.value)),
    ((nodes.List, nodes.Tuple), Expressions._constants),
    (nodes.Filter, Expressions._filter),
    (nodes.Test, Expressions._test),
    (nodes.Compare, Expressions._compare),
    (nodes.Not, Expressions._negation),
    ((nodes.And, nodes.Or), Expressions._either),
    (nodes.CondExpr, Expressions._choice),
    (nodes.Concat, Expressions._concat),
    ((nodes.Neg, nodes.Pos), lambda self, node: self._number(node.node)),
    ((nodes.Add, nodes.Sub, nodes.Mul, nodes.Div, nodes.FloorDiv, nodes.Mod), Expressions._calculation),
    (nodes.Call, Expressions._call),
)
