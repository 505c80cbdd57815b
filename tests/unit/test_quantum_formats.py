"""JSON or XML: what decides, what they look like byte for byte, and what hostile bodies come to."""

from __future__ import annotations

import re

import pytest
from falcon.testing import Result, TestClient

from tests.controller import Controller
from tests.quantum import identify
from weft.apps.northbound.bodies import MAX_BYTES as MAX_BYTES_OF_ALL
from weft.apps.northbound.bodies import MAX_DEPTH
from weft.apps.quantum.app import build_quantum
from weft.apps.quantum.attachments import Attachment
from weft.apps.quantum.bodies import MAX_BYTES
from weft.controller.model.commands import Create

TENANT = "/v1.1/tenants/red"
DECLARATION = "<?xml version='1.0' encoding='UTF-8'?>\n"
XMLNS = 'xmlns="http://openstack.org/quantum/api/v1.1"'
BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"


@pytest.fixture
def net() -> Controller:
    """A network of red's with one port, in which there is something."""
    return Controller().do(
        Create("segment", {"id": "n", "name": "a <b> & “c”", "project": "red"}),
        Create("port", {"id": "p", "name": "p", "segment": "n", "admin_up": False}),
    )


@pytest.fixture
def client(net: Controller) -> TestClient:
    """What red's member asks with."""
    return TestClient(build_quantum(net.service, identify), headers={"X-Auth-Token": "red"})


def sent(client: TestClient, body: str | bytes, media_type: str | None = "application/xml", path: str = "") -> Result:
    """A new network is asked for with this body."""
    headers = {"Content-Type": media_type} if media_type is not None else {}
    return client.simulate_post(f"{TENANT}/networks{path}", body=body, headers=headers)


@pytest.mark.parametrize(
    ("path", "headers", "answered"),
    [
        ("", {}, "json"),
        ("", {"Accept": "*/*"}, "json"),
        ("", {"Accept": "text/plain"}, "json"),
        ("", {"Accept": "application/xml"}, "xml"),
        ("", {"Accept": "application/xml;q=0.5, application/json;q=0.4"}, "xml"),
        ("", {"Accept": BROWSER}, "xml"),
        ("", {"Accept": BROWSER, "Content-Type": "application/json; charset=UTF-8"}, "json"),
        ("", {"Content-Type": "application/xml"}, "xml"),
        ("", {"Content-Type": "text/plain", "Accept": "application/xml"}, "xml"),
        (".xml", {}, "xml"),
        (".xml", {"Content-Type": "application/json", "Accept": "application/json"}, "xml"),
        (".json", {"Content-Type": "application/xml", "Accept": "application/xml"}, "json"),
    ],
)
def test_the_suffix_decides_then_what_is_sent_then_what_is_wanted(
    client: TestClient, path: str, headers: dict[str, str], answered: str
) -> None:
    for what in ("networks", "networks/detail", "networks/n", "networks/n/ports/p/attachment", "networks/none"):
        result = client.simulate_get(f"{TENANT}/{what}{path}", headers=headers)
        assert result.headers["content-type"] == f"application/{answered}"
    assert client.simulate_get(f"/v1.1/nothing{path}", headers=headers).headers["content-type"].endswith(answered)


@pytest.mark.parametrize(
    ("path", "xml"),
    [
        ("networks", '<networks {}><network id="n" /></networks>'),
        ("networks/n", '<network id="n" name="a &lt;b&gt; &amp; “c”" op-status="UP" {} />'),
        (
            "networks/n/detail",
            '<network id="n" name="a &lt;b&gt; &amp; “c”" op-status="UP" {}>'
            '<ports><port id="p" state="DOWN" op-status="DOWN" /></ports></network>',
        ),
        ("networks/n/ports/p/attachment", "<attachment {} />"),
        (
            "networks/none",
            "<QuantumError {}><type>NetworkNotFound</type>"
            "<message>Unable to find a network with the specified identifier.</message>"
            "<detail>Network none could not be found</detail></QuantumError>",
        ),
    ],
)
def test_xml_has_attributes_elements_and_a_namespace(client: TestClient, path: str, xml: str) -> None:
    assert client.simulate_get(f"{TENANT}/{path}.xml").text == DECLARATION + xml.format(XMLNS)


def test_a_fault_of_the_first_version_has_its_code_as_an_attribute(client: TestClient) -> None:
    result = client.simulate_get("/v1.0/tenants/red/networks/none.xml")
    assert result.status == "420 NetworkNotFound"
    assert result.text == (
        f'{DECLARATION}<networkNotFound code="420" xmlns="http://openstack.org/quantum/api/v1.0">'
        "<message>Unable to find a network with the specified identifier.</message>"
        "<detail>Network none could not be found</detail></networkNotFound>"
    )
    assert client.simulate_get("/v1.0/tenants/red/networks/none").json == {
        "networkNotFound": {
            "code": 420,
            "message": "Unable to find a network with the specified identifier.",
            "detail": "Network none could not be found",
        }
    }


@pytest.mark.parametrize(
    "body",
    [
        '<network name="x"/>',
        '<?xml version="1.0" encoding="UTF-8"?>\n<network name="x"/>\n',
        f'<network {XMLNS} name="x"/>',
        '<network xmlns="http://netstack.org/quantum/api/v1.0" name="x"/>',
        '<q:network xmlns:q="http://openstack.org/quantum/api/v1.0" name="x"/>',
        "<network><name>x</name></network>",
        "<network>\n  <!-- a comment -->\n  <name>x</name>\n</network>",
        "<network><name><![CDATA[x]]></name></network>",
        '<?xml version="1.0" encoding="ISO-8859-1"?><network name="x"/>',
        '<network name="x"/>'.encode("utf-16"),
        '<network name="x"><vendor><deep>y</deep></vendor></network>',
        '<network name="&#120;"/>',
    ],
)
def test_xml_is_read_however_it_is_written(net: Controller, client: TestClient, body: str | bytes) -> None:
    assert sent(client, body).status_code == 202
    assert [segment.name for segment in net.service.network.of_kind("segment") if segment.id != "n"] == ["x"]


@pytest.mark.parametrize("path", ["", ".json"])
@pytest.mark.parametrize("media_type", ["application/json", "application/json; charset=UTF-8", None])
def test_json_is_read(client: TestClient, path: str, media_type: str | None) -> None:
    assert sent(client, '{"network": {"name": "x"}}', media_type, path).status_code == 202


def test_the_suffix_says_what_the_body_is(client: TestClient) -> None:
    assert sent(client, '<network name="x"/>', "application/json", ".xml").status_code == 202
    assert sent(client, '{"network": {"name": "x"}}', "application/xml", ".json").status_code == 202
    assert detail(sent(client, '{"network": {"name": "x"}}', "application/json", ".xml")).startswith(
        "the body is not XML"
    )


def detail(result: Result) -> str:
    """What exactly is wrong with a bad request."""
    assert result.status_code == 400
    if result.headers["content-type"] == "application/json":
        assert result.json["QuantumError"]["type"] == "BadRequest"
        return str(result.json["QuantumError"]["detail"])
    assert "<type>BadRequest</type>" in result.text
    found = re.search("<detail>(.*)</detail>", result.text, re.DOTALL)
    assert found is not None
    return found[1]


MORE = "".join(f"<!ENTITY a{n + 1} '{f'&a{n};' * 10}'>" for n in range(9))
BOMB = f"<!DOCTYPE b [<!ENTITY a0 'ha'>{MORE}]><network name='&a9;'/>"
NESTED = f"the body is nested deeper than {MAX_DEPTH}"
OWN = "the body has a document type or entities of its own"
HOSTILE: list[tuple[str | bytes, str]] = [
    (BOMB, OWN),
    ("<!DOCTYPE n [<!ENTITY q SYSTEM 'file:///etc/passwd'>]><network name='x'><y>&q;</y></network>", OWN),
    ("<!DOCTYPE n [<!ENTITY % q SYSTEM 'http://127.0.0.1:1/q'> %q;]><network name='x'/>", OWN),
    ("<!DOCTYPE network SYSTEM 'http://127.0.0.1:1/q.dtd'><network name='x'/>", OWN),
    ("<!DOCTYPE network><network name='x'/>", OWN),
    ("<network name='&q;'/>", "the body is not XML: undefined entity"),
    ("<network>" + "<a>" * 5_000, NESTED),
    ("<network name='x'>" + "<a>" * MAX_DEPTH + "</a>" * MAX_DEPTH + "</network>", NESTED),
    ("<network name='x' name='y'/>", "the body is not XML: duplicate attribute"),
    ("<network name='x'><name>y</name></network>", "name: is given twice"),
    ("<network name='x'/><network name='y'/>", "the body is not XML: junk after document element"),
    ("<network name='x'>", "the body is not XML: no element found"),
    ("network", "the body is not XML: syntax error"),
    (b"\xff\xfe<", "the body is not XML"),
    (b"<network name='\xe9'/>", "the body is not XML: not well-formed"),
    ("<?xml version='1.0' encoding='klingon'?><network name='x'/>", "the body is "),
    ("<?xml version='1.0' encoding='utf-7'?><network name='x'/>", "the body is "),
    ("<?xml version='1.0' encoding='shift_jis'?><network name='x'/>", "the body is "),
    ("<network name='\0'/>", "the body is not XML: not well-formed"),
    ("<network name='&#0;'/>", "the body is not XML: reference to invalid character number"),
    ("<network><name><x>y</x></name></network>", "name: must be a text"),
    ("<network name='&#10;'/>", "name: must be 1 to 255 characters, none a control character"),
    ("<networks><network name='x'/></networks>", "the body must have an object &#x27;network&#x27;"),
]


@pytest.mark.parametrize(("body", "why"), HOSTILE, ids=[f"{n} {why[:30]}" for n, (_, why) in enumerate(HOSTILE)])
def test_hostile_xml_is_refused_and_named(net: Controller, client: TestClient, body: str | bytes, why: str) -> None:
    revision = net.service.network.revision
    assert detail(sent(client, body)).replace("'", "&#x27;").startswith(why)
    assert net.service.network.revision == revision


@pytest.mark.parametrize(
    ("body", "why"),
    [
        ("[" * 16_000, NESTED),
        ('{"network": {"name": "x", "name": "y"}}', "name: is given twice"),
        ('{"network": {"name": 5}}', "name: must be a text"),
        ('{"network": {"name": ["x"]}}', "name: must be a text"),
        ('{"network": "x"}', "the body must have an object 'network'"),
        ('["network"]', "the body must have an object 'network'"),
        ("null", "the body must have an object 'network'"),
        ('{"network": {"name": "\\ud800"}}', "network.name: contains half a surrogate pair"),
        ('{"network": {"name": "\\u0000"}}', "network.name: contains a null character"),
        ("<network/>", "the body is not JSON"),
        (b"\xff", "the body is not UTF-8"),
    ],
)
def test_hostile_json_is_refused_and_named(net: Controller, client: TestClient, body: str | bytes, why: str) -> None:
    revision = net.service.network.revision
    assert detail(sent(client, body, "application/json")).startswith(why)
    assert net.service.network.revision == revision


@pytest.mark.parametrize("media_type", ["text/plain", "text/xml", "application/x-www-form-urlencoded", "a", "json"])
@pytest.mark.parametrize("path", ["", ".json", ".xml"])
def test_a_body_of_another_type_is_refused(client: TestClient, media_type: str, path: str) -> None:
    said = detail(sent(client, '{"network": {"name": "x"}}', media_type, path))
    assert said == "Content-Type: must be application/json or application/xml"


def test_a_body_that_is_too_large_is_refused(client: TestClient) -> None:
    for body in (b"x" * (MAX_BYTES + 1), b"x" * (MAX_BYTES_OF_ALL + 1), b"<network>" + b"<a/>" * MAX_BYTES):
        result = sent(client, body)
        assert result.status_code == 413
        assert "<type>QuantumServiceFault</type>" in result.text
    as_long_as_can_be = f'<network name="x">{" " * (MAX_BYTES - 28)}</network>'
    assert len(as_long_as_can_be) == MAX_BYTES
    assert sent(client, as_long_as_can_be).status_code == 202


def test_what_xml_cannot_hold_is_shown_as_such(net: Controller, client: TestClient) -> None:
    net.do(Create("segment", {"id": "odd", "name": "a\uffffb\ufffe", "project": "red"}))
    assert 'name="a\ufffdb\ufffd"' in client.simulate_get(f"{TENANT}/networks/odd.xml").text
    assert client.simulate_get(f"{TENANT}/networks/odd.json").json["network"]["name"] == "a\uffffb\ufffe"
    assert "Network \ufffd could not be found" in client.simulate_get(f"{TENANT}/networks/%01.xml").text


def test_a_way_that_is_not_there_is_a_fault_too(client: TestClient) -> None:
    for version, name in (("v1.0", "itemNotFound"), ("v1.1", "ItemNotFound")):
        for path in ("", "/tenants", "/tenants/red", "/tenants/red/subnets", "/extensions/none", "/extensions/ovs"):
            result = client.simulate_get(f"/{version}{path}")
            assert (result.status_code, name in result.text) == (404, True)
    for method, path in (("POST", "extensions"), ("DELETE", "extensions/portstats")):
        assert client.simulate_request(method, f"/v1.1/{path}").status_code == 404
    result = client.simulate_request("PATCH", f"{TENANT}/networks/n")
    assert (result.status_code, result.json["QuantumError"]["type"]) == (405, "QuantumServiceFault")


def test_a_full_store_is_unavailable(net: Controller, client: TestClient) -> None:
    net.store.full = True
    result = sent(client, '{"network": {"name": "x"}}', "application/json")
    assert (result.status_code, result.json["QuantumError"]["detail"]) == (503, "the disk is full")
    assert client.simulate_get(f"{TENANT}/networks").json == {"networks": [{"id": "n"}]}


def test_a_surprise_says_nothing_of_itself(
    net: Controller, client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise RuntimeError("secret")

    monkeypatch.setattr(Attachment, "on_get", fail)
    surprised = TestClient(build_quantum(net.service, identify), headers={"X-Auth-Token": "red"})
    result = surprised.simulate_get(f"{TENANT}/networks/n/ports/p/attachment")
    assert result.status_code == 500
    assert "secret" not in result.text
