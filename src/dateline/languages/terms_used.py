"""Terms of a pair from both sources: the operator's and the issuer's glossary, then the house list."""

from functools import lru_cache

from dateline.languages.glossary import terms_for
from dateline.languages.translator import Term


def terms_of(source: str, target: str, issuer: str) -> tuple[Term, ...]:
    """The glossary's terms, and those of the house list that it does not have."""
    own = terms_for(source, target, issuer)
    named = {term.source.casefold() for term in own}
    return (*own, *(term for term in house_terms(source, target) if term.source.casefold() not in named))


@lru_cache(maxsize=256)
def house_terms(source: str, target: str) -> tuple[Term, ...]:
    """Terms of art of the house list in this pair; none where it lacks a language."""
    from dateline.languages.terms import gate_terms

    found = []
    for term in gate_terms():
        said = term.targets.get(target, ())
        if said:
            found += [
                Term(form, said[0], tuple(term.forbidden.get(target, ())))
                for form in term.targets.get(source, ())
            ]
    return tuple(sorted(found, key=lambda term: (-len(term.source), term.source)))
