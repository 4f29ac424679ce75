"""Name servers and known hosts of a machine."""

from __future__ import annotations

from pathlib import Path

import pytest

from softswitch.errors import EndpointError
from softswitch.sip.hosts import address_of, known_hosts, name_servers, own_address


def test_the_machine_s_name_servers_are_asked(tmp_path: Path) -> None:
    file = tmp_path / "resolv.conf"
    file.write_text(
        "# none\nsearch example\nnameserver 192.0.2.1 # first\nnameserver fe80::1\nnameserver 192.0.2.2\n"
    )
    assert name_servers(file) == ["192.0.2.1", "192.0.2.2"]


def test_without_name_servers_the_machine_itself_is_asked(tmp_path: Path) -> None:
    assert name_servers(tmp_path / "missing") == ["127.0.0.1"]


def test_hosts_are_known_by_every_name(tmp_path: Path) -> None:
    file = tmp_path / "hosts"
    file.write_text("127.0.0.1 localhost\n::1 localhost ip6\n192.0.2.9 PBX pbx.example # the old one\n\n")
    assert known_hosts(file) == {"localhost": "127.0.0.1", "pbx": "192.0.2.9", "pbx.example": "192.0.2.9"}


def test_localhost_is_known_without_a_file(tmp_path: Path) -> None:
    assert known_hosts(tmp_path / "missing") == {"localhost": "127.0.0.1"}


def test_a_host_of_the_configuration_is_resolved_at_the_start() -> None:
    assert address_of("192.0.2.1", "sip.listen") == "192.0.2.1"
    assert address_of("localhost", "sip.listen") == "127.0.0.1"


def test_a_host_without_an_address_is_an_error_that_names_the_setting() -> None:
    with pytest.raises(EndpointError, match=r"sip\.public_address: no such host has no IPv4 address"):
        address_of("no such host", "sip.public_address")
    with pytest.raises(EndpointError, match=r"sip\.listen: a\.\.b has no IPv4 address \(no name can be so\)"):
        address_of("a..b", "sip.listen")


def test_the_machine_has_an_address_of_its_own() -> None:
    assert address_of(own_address(), "") == own_address()
