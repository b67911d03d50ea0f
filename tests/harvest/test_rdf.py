"""Descriptions of RDF documents: what is equal, what is not, in memory and on disk."""

import io
import itertools
import random

import pyoxigraph as ox
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ckanext.nxopendata.harvest.fetching.client import Document, Validators
from ckanext.nxopendata.harvest.formats.rdf import graphs, parsing, vocabulary
from ckanext.nxopendata.harvest.formats.rdf.descriptions import Description

DATASET = ox.NamedNode("https://dept.example/dataset/1")
KEYS = [DATASET, *(ox.NamedNode(f"https://dept.example/n/{n}") for n in range(3)), *map(ox.BlankNode, "abcd")]
NAMES = ("dct:title", "dct:subject", "dcat:distribution", "dct:spatial", "nx:item", "rdf:type")


def named(curie):
    prefix, _, name = curie.partition(":")
    return ox.NamedNode(vocabulary.PREFIXES[prefix] + name)


literals = st.builds(ox.Literal, st.text(st.characters(exclude_categories=["Cs"]), max_size=8)) | st.builds(
    lambda value, language: ox.Literal(value, language=language),
    st.sampled_from(['景区 "A级"', "_:a", "<https://dept.example/n/1>", "行\n行 .\n_:a <x> <y>", "\\ {}"]),
    st.sampled_from(["zh", "en"]),
)
triples = st.builds(
    ox.Triple, st.sampled_from(KEYS), st.sampled_from(NAMES).map(named), st.sampled_from(KEYS) | literals
)
ITSELF = ox.Triple(DATASET, named("rdf:type"), named("dcat:Dataset"))
documents = st.lists(triples, max_size=25, unique=True).map(lambda found: [ITSELF, *(t for t in found if t != ITSELF)])


def document(body, media_type):
    return Document("https://dept.example/c", 200, media_type, "", Validators(), io.BytesIO(body), size=len(body))


def described(body, media_type="application/n-triples"):
    graph = parsing.parse(document(body, media_type))
    assert list(graph.datasets()).count(vocabulary.token(DATASET.value)) == 1
    subject = vocabulary.token(DATASET.value)
    return Description(graph, subject, graph.lines(subject) or [])


def relabelled(graph, seed):
    """The same statements in another order, with other labels."""
    shuffled = graph[:]
    random.Random(seed).shuffle(shuffled)
    new = {key: ox.BlankNode(f"n{seed}{key.value}") for key in KEYS if isinstance(key, ox.BlankNode)}
    return [ox.Triple(new.get(s, s), p, new.get(o, o)) for s, p, o in shuffled]


class TestDescription:
    @given(documents, st.integers(0, 10_000), st.sampled_from(["text/turtle", "application/n-triples"]))
    def test_order_labels_and_syntax_make_no_difference(self, graph, seed, media_type):
        first = described(ox.serialize(graph, format=ox.RdfFormat.N_TRIPLES))
        again = relabelled(graph, seed)
        second = described(ox.serialize(again, format=parsing.MEDIA_TYPES[media_type]), media_type)
        assert second.canonical == first.canonical
        assert second == first

    @given(documents, triples, triples.filter(lambda triple: isinstance(triple.object, ox.NamedNode)))
    def test_another_tree_has_another_canonical_form(self, graph, more, other):
        found = [
            described(ox.serialize([*graph, *added], format=ox.RdfFormat.N_TRIPLES))
            for added in ([], [more], [other], [ox.Triple(other.subject, other.predicate, KEYS[1])])
        ]
        for first, second in itertools.combinations(found, 2):
            assert first == second or first.canonical != second.canonical

    @given(documents)
    def test_a_graph_on_disk_says_the_same(self, graph):
        body = ox.serialize(graph, format=ox.RdfFormat.N_TRIPLES)
        with pytest.MonkeyPatch.context() as patch:
            in_memory = described(body)
            patch.setattr(parsing, "DISK_FROM", 0)
            patch.setattr(graphs, "TRIPLES", 3)
            on_disk = described(body)
        assert on_disk.canonical == in_memory.canonical
        assert on_disk == in_memory

    def test_what_a_graph_of_a_trig_file_is_called_makes_no_difference(self):
        body = f'{{ <{DATASET.value}> <{vocabulary.PREFIXES["dct"]}title> "景区" , "名录" ; a <{vocabulary.DATASET}> }}'
        plain, named_graph = (described(f"{name} {body}".encode(), "application/trig") for name in ("", "<urn:g>"))
        assert named_graph.canonical == plain.canonical
        assert named_graph["dct:title"] == ["名录", "景区"]

    def test_a_statement_about_a_statement_is_a_value_like_others(self):
        body = f'<{DATASET.value}> a <{vocabulary.DATASET}> ; <urn:says> <<( <urn:a> <urn:b> "c" )>> .'
        assert described(body.encode(), "text/turtle")["urn:says"] == ['<urn:a> <urn:b> "c"']

    def test_it_outlives_its_graph(self):
        body = (
            f'<{DATASET.value}> a <{vocabulary.DATASET}> ; <{vocabulary.PREFIXES["dct"]}spatial> [ <urn:x> "银川" ] .'
        )
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(parsing, "DISK_FROM", 0)
            graph = parsing.parse(document(body.encode(), "text/turtle"))
        found = [Description(graph, subject, graph.lines(subject) or []) for subject in graph.datasets()]
        graph.close()
        assert found[0]["dct:spatial"] == [{"urn:x": ["银川"]}]
