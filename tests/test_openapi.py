"""docs/openapi-sync.yaml is true: its routes are the receiver's, its fields and limits the code's, and every exchange fits it."""

import json
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec
import pytest
import yaml
from flask import Flask
from jsonschema import Draft202012Validator
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT202012

from provisioning import enrol
from provisioning.conformance.line import Line, open_line
from sync import protocol, segments, statements
from sync.problems import PROBLEMS
from sync.province import admission, api
from trial_room import UNIT, Trial, trial_room
from wrong_receivers import served_wrongly

DOCUMENT = yaml.safe_load(Path("docs/openapi-sync.yaml").read_text(encoding="utf-8"))
OFFICIAL = json.loads(Path("tests/vendor/openapi-3.1/schema.json").read_text(encoding="utf-8"))
REGISTRY = Registry().with_resource("urn:sync", Resource.from_contents(DOCUMENT, default_specification=DRAFT202012))
SCHEMAS = DOCUMENT["components"]["schemas"]
METHODS = ("get", "put", "post", "head")
PROBLEM = "application/problem+json"
NOT_SEEN = {"province_busy", "province_full"}  # A disk without room: what it answers is tried where the disk is filled.
WORDS_ALONE = {"Inc", "Digest", "Seq", "Why", "Verdict", "Segment", "SealedKeys", "Chunk", "Problem"}


@dataclass(frozen=True)
class Exchange:
    """A request and its answer as they went over the line."""

    method: str
    path: str
    query: dict[str, str]
    asked: Any  # headers
    body: bytes
    status: int
    headers: Any
    answer: bytes


def operations() -> dict[tuple[str, str], dict[str, Any]]:
    """Give each operation by method and path, its path's parameters joined."""
    found = {}
    for path, item in DOCUMENT["paths"].items():
        for method in METHODS & item.keys():
            joined = [*item.get("parameters", []), *item[method].get("parameters", [])]
            found[method.upper(), path] = item[method] | {"parameters": [there(one) for one in joined]}
    return found


def there(part: dict[str, Any]) -> dict[str, Any]:
    """Follow a reference inside the document."""
    while "$ref" in part:
        found: Any = DOCUMENT
        for name in part["$ref"].removeprefix("#/").split("/"):
            found = found[name]
        part = found
    return part


def faults(schema: dict[str, Any], value: Any) -> list[str]:
    """Say what of a value does not fit a schema of the document."""
    pointing = json.loads(json.dumps(schema).replace('"#/', '"urn:sync#/'))
    return [error.message[:200] for error in Draft202012Validator(pointing, registry=REGISTRY).iter_errors(value)]


def test_it_is_a_description_as_the_standard_wants_it():
    assert [error.message for error in Draft202012Validator(OFFICIAL).iter_errors(DOCUMENT)] == []
    names = [operation["operationId"] for operation in operations().values()]
    assert len(names) == len(set(names))


def test_it_names_the_receivers_routes_and_no_other():
    app = Flask("province")
    app.register_blueprint(api.bp)
    rules = [rule for rule in app.url_map.iter_rules() if rule.endpoint.startswith("sync_v1.")]
    served = {(m, re.sub("<(.*?)>", r"{\1}", rule.rule)) for rule in rules for m in rule.methods - {"OPTIONS"}}
    unasked = {("HEAD", path) for method, path in served if method == "GET"}  # Flask's own, of every GET.
    told = {(method, f"/sync/v1{path}") for method, path in operations()}
    assert told <= served and served - told <= unasked


def test_its_fields_and_limits_are_the_codes():
    structs = {name: getattr(protocol, name, None) or getattr(statements, name, None) or api.LostKeysQuestion for name in SCHEMAS}
    for name in SCHEMAS.keys() - WORDS_ALONE:
        assert set(SCHEMAS[name]["properties"]) == set(structs[name].__struct_fields__), name
        assert set(SCHEMAS[name]["required"]) <= set(structs[name].__struct_fields__), name
    limits = {"Segment": segments.WIRE_BYTES_MAX, "SealedKeys": protocol.JSON_BYTES_MAX, "Chunk": protocol.CHUNK_BYTES_MAX}
    assert {name: SCHEMAS[name]["maxLength"] for name in limits} == limits
    assert SCHEMAS["Hello"]["properties"]["heads"]["maxItems"] == protocol.LIVES_MAX
    assert SCHEMAS["KeyBundle"]["properties"]["keys"]["maxItems"] == protocol.KEYS_MAX
    assert SCHEMAS["FileQuestion"]["properties"]["digests"]["maxItems"] == protocol.DIGESTS_MAX
    assert SCHEMAS["CopyList"]["properties"]["files"]["maxItems"] == protocol.COPY_FILES_MAX
    assert SCHEMAS["CopyFile"]["properties"]["size"]["maximum"] == protocol.COPY_BYTES_MAX
    assert SCHEMAS["AgainQuestion"]["properties"]["dossiers"]["maxItems"] == protocol.AGAIN_MAX
    assert SCHEMAS["Rows"]["properties"]["rows"]["maxProperties"] == protocol.ROWS_MAX
    assert SCHEMAS["FoldedAgain"]["properties"]["why"]["additionalProperties"]["enum"] == [*protocol.WhyUnequal]
    assert SCHEMAS["Verdict"]["enum"] == [*protocol.Verdict] and SCHEMAS["Why"]["enum"][:-1] == [*protocol.Why]


def test_it_names_every_code_of_a_refusal_under_its_status():
    declared = {(code, int(status)) for operation in operations().values() for status, part in operation["responses"].items()
                for code in codes_of(there(part))}  # fmt: skip
    assert declared == {(code, status) for code, (status, _) in PROBLEMS.items()}


def codes_of(response: dict[str, Any]) -> list[str]:
    """List the codes that a response may bear."""
    schema = response.get("content", {}).get(PROBLEM, {}).get("schema", {})
    return [code for part in schema.get("allOf", []) for code in part.get("properties", {}).get("code", {}).get("enum", [])]


@pytest.fixture(scope="module")
def exchanges(tmp_path_factory):
    """Record everything that is said while a device of every kind talks to our receiver."""
    kept: list[Exchange] = []

    def recording(request, ask, province):
        answer = ask()
        path = request.path.removeprefix("/sync/v1")
        kept.append(Exchange(request.method, path, request.args.to_dict(), dict(request.headers), request.get_data(),
                             answer.status_code, dict(answer.headers), answer.data))  # fmt: skip
        return answer

    with trial_room(tmp_path_factory.mktemp("openapi")) as trial, served_wrongly(trial.room, recording) as trial.room.url:
        assert trial.run().exit_code == 0
        be_refused(trial)
    return kept


def be_refused(trial: Trial) -> None:
    """Be told that two machines speak, that a certificate was renewed, that the device is revoked, that nobody knows it."""
    line, home = open_line(trial.room.url, trial.home.keys), trial.room.province.home
    trial.room.presented = trial.given().tls_certificate
    told = [say(line, session)["told"] for session in ("1" * 32, "2" * 32)]
    say(line, "1" * 32, told[1])
    say(line, "2" * 32, told[1])
    assert line.ask("POST", "/segments", b"x").code == "sync_two_machines"
    renewed = enrol.admit(home, enrol.ask(trial.home), UNIT, "Xã thử", datetime.now(UTC))
    assert line.ask("GET", "/feed").code == "device_replaced"
    trial.room.presented = renewed.tls_certificate
    admission.revoke_device(trial.room.province, trial.given().device, "Máy bị mất", "Sở Mẫu")
    assert line.ask("GET", "/feed").code == "device_revoked"
    trial.room.presented = ""
    assert line.ask("GET", "/feed").code == "device_unknown"


def say(line: Line, session: str, heard: int = 0) -> dict[str, Any]:
    mark = protocol.Mark("ab" * 8, 1, "cd" * 32)
    hello = protocol.Hello(protocol.Life(mark.inc, 1, mark), (mark,), session=session, heard=heard)
    return line.ask("POST", "/hello", msgspec.json.encode(hello)).said


def operation_of(exchange: Exchange) -> tuple[str, str]:
    """Find the path of the document that a request went to; one without a name in it comes first."""
    paths = sorted((path for method, path in operations() if method == exchange.method), key=lambda path: "{" in path)
    return exchange.method, next(path for path in paths if re.fullmatch(re.sub("{.*?}", "[^/]+", path), exchange.path))


def test_every_answer_of_the_receiver_fits_it(exchanges):
    every = operations()
    found = [(one.method, one.path, one.status, fault) for one in exchanges for fault in unfit_answer(every, one)]
    assert len(exchanges) > 150
    assert found == []


def unfit_answer(every: dict[tuple[str, str], dict[str, Any]], one: Exchange) -> list[str]:
    """Say what of an answer does not fit the operation: status, headers, media type, body, fields it does not name."""
    declared = every[operation_of(one)]["responses"].get(str(one.status))
    if declared is None:
        return ["no such status"]
    response = there(declared)
    found = [f"{name}: {fault}" for name, header in response["headers"].items() for fault in unfit_header(there(header), name, one)]
    if "content" not in response or one.method == "HEAD":
        return found + (["a body"] if one.answer else [])
    media = one.headers["Content-Type"].split(";")[0]
    if media not in response["content"]:
        return [*found, f"media type {media}"]
    schema = response["content"][media]["schema"]
    if media == "application/x-ndjson":
        return found + [fault for line in one.answer.splitlines() for fault in unfit_record(json.loads(line))]
    if not media.endswith("json"):
        return found + (["too long"] if len(one.answer) > schema.get("maxLength", len(one.answer)) else [])
    body = json.loads(one.answer)
    strange = sorted(body.keys() - fields_of(schema))
    return found + faults(schema, body) + ([f"undeclared {strange}"] if strange else [])


def unfit_record(statement: dict[str, Any]) -> list[str]:
    """Say what of a feed's line is no signed record."""
    return faults(SCHEMAS["Statement"], statement) or faults(SCHEMAS["Record"], json.loads(statement["body"]))


def unfit_header(header: dict[str, Any], name: str, one: Exchange) -> list[str]:
    if name not in one.headers:
        return ["missing"] if header.get("required") else []
    return faults(header["schema"], one.headers[name])


def fields_of(schema: dict[str, Any]) -> set[str]:
    """List the fields that a schema names."""
    named = set(there(schema).get("properties", {}))
    return named.union(*(fields_of(part) for part in there(schema).get("allOf", [])))


def test_every_request_that_is_taken_fits_it(exchanges):
    every = operations()
    taken = [one for one in exchanges if one.status < 300]
    assert [(one.method, one.path, fault) for one in taken for fault in unfit_request(every[operation_of(one)], one)] == []


def unfit_request(operation: dict[str, Any], one: Exchange) -> list[str]:
    """Say what of a request does not fit the operation: parameters, media type, body."""
    found = [f"{part['name']}: {fault}" for part in operation["parameters"] for fault in unfit_parameter(part, one)]
    named = {part["name"] for part in operation["parameters"] if part["in"] == "query"}
    found += [f"undeclared {name}" for name in one.query.keys() - named]
    if "requestBody" not in operation:
        return found + (["a body"] if one.body else [])
    content = operation["requestBody"]["content"]
    media = one.asked["Content-Type"]
    if media not in content:
        return [*found, f"media type {media}"]
    return found + (faults(content[media]["schema"], json.loads(one.body)) if media.endswith("json") else [])


def unfit_parameter(part: dict[str, Any], one: Exchange) -> list[str]:
    where = {"query": one.query, "header": one.asked, "path": {part["name"]: one.path.rsplit("/", 1)[-1]}}[part["in"]]
    if part["name"] not in where:
        return ["missing"] if part.get("required") else []
    value, kind = where[part["name"]], there(part["schema"]).get("type")
    return faults(part["schema"], int(value) if kind == "integer" else value)


def test_every_call_every_success_and_every_code_was_really_seen(exchanges):
    seen = {(*operation_of(one), str(one.status)) for one in exchanges}
    successes = {(*call, status) for call, one in operations().items() for status in one["responses"] if status < "300"}
    assert sorted(successes - seen) == []
    codes = {json.loads(one.answer)["code"] for one in exchanges if one.status >= 400 and one.answer}
    assert PROBLEMS.keys() - codes == NOT_SEEN
