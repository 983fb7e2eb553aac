"""Scopes of a program: which variable a name means where it is used."""

from dataclasses import dataclass, field


@dataclass(slots=True, eq=False)
class Scope:
    """A region of names; those of a class are attributes, so they keep their names."""

    parent: "Scope | None"
    is_class: bool = False
    is_comprehension: bool = False
    bound: set[str] = field(default_factory=set)
    outer: dict[str, "Scope"] = field(default_factory=dict)
    """Names declared `global` or `nonlocal`, and where to look for them."""
    uses: dict[str, "Use"] = field(default_factory=dict)
    """Names that are used in this scope."""

    @property
    def module(self) -> "Scope":
        """The outermost scope."""
        return self if self.parent is None else self.parent.module

    @property
    def binding(self) -> "Scope":
        """Where `:=` binds: outside of comprehensions."""
        return self.parent.binding if self.is_comprehension and self.parent else self

    def bind(self, name: str) -> None:
        """Makes a name one of this scope's, unless it is declared to be another's."""
        if name not in self.outer:
            self.bound.add(name)

    def use(self, name: str) -> "Use":
        """Finds the use of a name, which is one for all places of the scope."""
        use = self.uses.get(name)
        if use is None:
            use = self.uses[name] = Use(name, self)
        return use

    def owner(self, name: str) -> "Scope | None":
        """Finds the scope that a name belongs to when it is used in this one; None for a builtin."""
        scope: Scope | None = self.outer.get(name, self)
        first = True
        while scope is not None:
            if name in scope.bound and (first or not scope.is_class):
                return scope
            scope, first = scope.parent, False
        return None


@dataclass(slots=True, eq=False)
class Use:
    """A name in a scope that uses it, to be resolved when every binding is known.

    Attributes:
        token: What is hashed for it; empty until it is resolved.
    """

    name: str
    scope: Scope
    token: str = ""
