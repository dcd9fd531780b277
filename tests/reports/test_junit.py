"""The JUnit report satisfies the schemas of Jenkins and readers that nobody here wrote."""

from __future__ import annotations

import dataclasses
from collections import Counter

import pytest
from junitparser import JUnitXml
from lxml import etree

from mmon import reports
from mmon.errors import ExitStatus
from mmon.outline.severity import fails
from mmon.results import Document, Status, Verdict
from tests.reports.sample_document import sample_document
from tests.reports.sample_operations import operations_document, segments_document
from tests.reports.sample_performance import binary_document, multiclass_document

# What the xUnit plugin of Jenkins takes: the elements and attributes that its junit-4.xsd and its
# junit-10.xsd have in common, in the stricter order of either.
SCHEMA = """
<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema">
  <xs:simpleType name="seconds"><xs:restriction base="xs:string">
    <xs:pattern value="[0-9]*(\\.[0-9]*)?"/></xs:restriction></xs:simpleType>
  <xs:complexType name="outcome" mixed="true">
    <xs:attribute name="type" type="xs:string"/><xs:attribute name="message" type="xs:string"/>
  </xs:complexType>
  <xs:complexType name="property">
    <xs:attribute name="name" type="xs:string" use="required"/>
    <xs:attribute name="value" type="xs:string" use="required"/>
  </xs:complexType>
  <xs:complexType name="testcase">
    <xs:sequence>
      <xs:element name="skipped" type="xs:string" minOccurs="0"/>
      <xs:element name="error" type="outcome" minOccurs="0" maxOccurs="unbounded"/>
      <xs:element name="failure" type="outcome" minOccurs="0" maxOccurs="unbounded"/>
      <xs:element name="system-out" type="xs:string" minOccurs="0" maxOccurs="unbounded"/>
      <xs:element name="system-err" type="xs:string" minOccurs="0" maxOccurs="unbounded"/>
    </xs:sequence>
    <xs:attribute name="name" type="xs:string" use="required"/>
    <xs:attribute name="classname" type="xs:string"/>
    <xs:attribute name="time" type="seconds"/>
  </xs:complexType>
  <xs:complexType name="testsuite">
    <xs:sequence>
      <xs:element name="properties" minOccurs="0"><xs:complexType><xs:sequence>
        <xs:element name="property" type="property" maxOccurs="unbounded"/>
      </xs:sequence></xs:complexType></xs:element>
      <xs:element name="testcase" type="testcase" minOccurs="0" maxOccurs="unbounded"/>
    </xs:sequence>
    <xs:attribute name="name" type="xs:string" use="required"/>
    <xs:attribute name="tests" type="xs:nonNegativeInteger" use="required"/>
    <xs:attribute name="failures" type="xs:nonNegativeInteger" use="required"/>
    <xs:attribute name="errors" type="xs:nonNegativeInteger" use="required"/>
    <xs:attribute name="skipped" type="xs:nonNegativeInteger"/>
    <xs:attribute name="time" type="seconds"/>
    <xs:attribute name="timestamp" type="xs:dateTime"/>
  </xs:complexType>
  <xs:element name="testsuites"><xs:complexType>
    <xs:sequence>
      <xs:element name="testsuite" type="testsuite" minOccurs="0" maxOccurs="unbounded"/>
    </xs:sequence>
    <xs:attribute name="name" type="xs:string"/>
    <xs:attribute name="tests" type="xs:nonNegativeInteger"/>
    <xs:attribute name="failures" type="xs:nonNegativeInteger"/>
    <xs:attribute name="errors" type="xs:nonNegativeInteger"/>
    <xs:attribute name="time" type="seconds"/>
  </xs:complexType></xs:element>
</xs:schema>
"""
DOCUMENTS = {
    "columns": sample_document(8, 3),
    "hostile": sample_document(9, 2, hostile=True),
    "nothing": dataclasses.replace(sample_document(0), results=()),
    "model": binary_document(3, 2),
    "classes": multiclass_document(4),
    "operations": operations_document(),
    "segments": segments_document(windows=2),
}


def suites(document: Document) -> JUnitXml:
    return JUnitXml.fromstring(str(reports.render("junit", document)).encode())


@pytest.mark.parametrize("document", DOCUMENTS.values(), ids=DOCUMENTS)
def test_it_satisfies_the_schemas_of_jenkins(document: Document) -> None:
    tree = etree.fromstring(str(reports.render("junit", document)).encode())
    etree.XMLSchema(etree.fromstring(SCHEMA)).assertValid(tree)


@pytest.mark.parametrize("document", DOCUMENTS.values(), ids=DOCUMENTS)
def test_another_parser_counts_the_judged_results(document: Document) -> None:
    judged = [one for one in document.results if one.status is not Status.IRRELEVANT]
    failed = [one for one in judged if fails(one, document.fail_on)]
    unclear = [one for one in judged if one.status is Status.INCONCLUSIVE]
    read = suites(document)
    assert (read.tests, read.failures, read.errors) == (len(judged), len(failed), 0)
    found = {suite.name: (len(list(suite)), suite.failures, suite.skipped) for suite in read}
    assert sum(tests for tests, _, _ in found.values()) == len(judged)
    assert sum(skipped for _, _, skipped in found.values()) == len(unclear)
    if judged:
        expected = Counter(one.application for one in judged)
        assert {name: tests for name, (tests, _, _) in found.items()} == expected


def test_no_two_tests_of_a_suite_have_one_name() -> None:
    for document in DOCUMENTS.values():
        for suite in suites(document):
            names = [case.name for case in suite]
            assert len(names) == len({*names})


def test_a_test_keeps_its_name_while_its_value_changes() -> None:
    first, second = (
        [(case.classname, case.name) for suite in read for case in suite]
        for read in (suites(sample_document(4, seed=seed)) for seed in (0, 1))
    )
    assert first == second
    assert ("lending.credit-risk.data-drift", "lead_time: ks") in first


def test_what_is_inconclusive_is_skipped_with_its_reason() -> None:
    (case,) = (
        case for suite in suites(sample_document(3)) for case in suite if "too_few" in case.name
    )
    assert case.is_skipped
    assert case.result[0].text.startswith("a value of 0.2 could not be significant with 41")


def test_a_run_that_never_fails_has_no_failure() -> None:
    document = dataclasses.replace(
        sample_document(5), fail_on="never", verdict=Verdict.PASS, exit_status=ExitStatus.PASS
    )
    assert suites(document).failures == 0


def test_the_suites_tell_the_verdict() -> None:
    (suite, *_) = suites(sample_document(3))
    told = {one.name: one.value for one in suite.properties()}
    assert told["verdict"] == "breach"
    assert told["sentence"] == "1 of 4 columns drifted"
    assert told["exit_status"] == "1"


def test_characters_that_xml_does_not_have_are_written_out() -> None:
    document = dataclasses.replace(sample_document(1), sentence="odd \ufffe and \x00 and \ud800")
    (suite, *_) = suites(document)
    assert {one.name: one.value for one in suite.properties()}["sentence"] == (
        "odd \\ufffe and \\x00 and \\ud800"
    )
