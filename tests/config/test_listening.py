"""Where the switch listens, its certificate, and addresses that need TLS."""

from __future__ import annotations

import socket
import subprocess
from datetime import UTC, datetime
from pathlib import Path

import pytest

from softswitch.config.pem import last_day
from softswitch.types import Srtp
from tests.certificates import Authority
from tests.config.conftest import SOUND

TLS = '"tls:127.0.0.1:5061"'


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority.found(tmp_path_factory.mktemp("authority"))


GOOD = "certificate: one.pem, key: one.key"


@pytest.fixture
def files(authority: Authority, tmp_path: Path) -> Path:
    """A folder with the certificates `one` and `two` and their keys."""
    for name in ("one", "two"):
        for path in authority.issue(name):
            path.rename(tmp_path / path.name)
    return tmp_path


def test_tls_has_its_certificate_beside_the_file(check_text, files):
    sip = check_text(SOUND + f"sip: {{listen: [{TLS}], certificate: one.pem, key: one.key}}").settings.sip
    assert (sip.certificate, sip.key) == (files / "one.pem", files / "one.key")
    assert (sip.listen[0].transport, sip.listen[0].port) == ("tls", 5061)


def test_certificate_and_key_may_share_a_file(check_text, files):
    both = (files / "one.key").read_text() + (files / "one.pem").read_text()
    sip = check_text(
        SOUND + f"sip: {{listen: [{TLS}], certificate: both.pem}}", files={"both.pem": both}
    ).settings.sip
    assert sip.key is None


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (f"listen: [§{TLS}]", "TLS needs a `certificate`"),
        ('listen: ["udp:127.0.0.1:5060"], §key: one.key', "without `certificate`"),
        (f"listen: [{TLS}], certificate: one.pem, key: §two.key", "does not belong to the certificate"),
        (f"listen: [{TLS}], certificate: §nine.pem, key: one.key", "cannot be read: No such file"),
        (f"listen: [{TLS}], certificate: §one.key, key: one.key", "holds no certificate in PEM"),
        (f"listen: [{TLS}], certificate: one.pem, key: §two.pem", "holds no private key in PEM"),
        (f"listen: [{TLS}], certificate: §one.pem", "holds no private key in PEM"),
        (
            f"listen: [{TLS}], certificate: §broken.pem, key: one.key",
            "broken.pem holds no readable certificate: what stands",
        ),
        (f"listen: [{TLS}], certificate: §chain.pem, key: one.key", "chain.pem holds no readable cert"),
        (
            f"listen: [{TLS}], certificate: one.pem, key: §broken.key",
            "broken.key holds no readable private key",
        ),
        (f"listen: [{TLS}], certificate: one.pem, key: §locked.key", "is encrypted"),
        (f"listen: [{TLS}], {GOOD}, authorities: §broken.pem", "broken.pem holds no readable certificate"),
        (f"listen: [{TLS}], {GOOD}, authorities: §nobody.pem", "cannot be read: No such file"),
        (f"listen: [{TLS}], {GOOD}, authorities: §one.key", "holds no certificate in PEM"),
    ],
)
def test_a_certificate_that_cannot_be_used_is_a_problem(one_problem, files, text, says):
    (files / "broken.pem").write_text("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n")
    (files / "chain.pem").write_text((files / "one.pem").read_text() + (files / "broken.pem").read_text())
    (files / "broken.key").write_text("-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n")
    lock = "openssl pkcs8 -topk8 -in one.key -out locked.key -passout pass:secret"
    subprocess.run(lock.split(), check=True, cwd=files)
    assert says in one_problem(SOUND + f"sip: {{{text}}}")


@pytest.mark.parametrize("text", ["§certificate: one.pem, key: one.key", "§authorities: one.pem"])
def test_a_certificate_without_tls_is_odd(one_warning, files, text):
    text = f'sip: {{listen: ["udp:127.0.0.1:5060"], {text}}}'
    assert "no `tls:` address" in one_warning(SOUND + text)


@pytest.mark.parametrize("dial", ["sips:desk@127.0.0.1", "sip:desk@127.0.0.1:5061;transport=tls"])
def test_a_phone_over_tls_needs_a_listener_for_it(one_problem, check_text, files, dial):
    text = SOUND.replace('"sip:desk@127.0.0.1"', f'§"{dial}"')
    assert "over TLS" in one_problem(text)
    sip = f"sip: {{listen: [{TLS}], certificate: one.pem, key: one.key}}"
    assert check_text(text + sip).settings.phones["desk"].way.uri == dial


def test_agents_encrypt_as_callers_do_unless_something_else_is_said(check_text):
    text = SOUND.replace('127.0.0.1"}}', '127.0.0.1"}, b: {dial: "sip:b@127.0.0.1", srtp: off}}')
    text = text.replace("agents: [desk]", "agents: [desk, b]")
    settings = check_text(text + "sip: {srtp: optional}").settings
    assert (settings.sip.srtp, settings.phones["desk"].way.srtp) == (Srtp.OPTIONAL, Srtp.OPTIONAL)
    assert (settings.phones["b"].way.srtp, settings.phones["b"].srtp) == (Srtp.OFF, Srtp.OFF)


def test_a_stun_server_has_its_usual_port_or_another(check_text):
    sip = check_text(SOUND + "sip: {stun: stun.example.com, local_networks: [192.0.2.0/24]}").settings.sip
    assert sip.stun == ("stun.example.com", 3478)
    assert [str(network) for network in sip.local_networks] == ["192.0.2.0/24"]
    assert check_text(SOUND + 'sip: {stun: "192.0.2.9:5000"}').settings.sip.stun == ("192.0.2.9", 5000)


def test_a_fixed_address_is_not_looked_for(one_problem):
    message = one_problem(SOUND + "sip: {public_address: 192.0.2.1, §stun: stun.example.com}")
    assert message == "`stun` looks for the address that `public_address` names already"


@pytest.mark.parametrize(
    ("sip", "message"),
    [
        ("listen: [§'udp:999.1.1.1:5060']", "this address is none"),
        ("listen: [§'udp:192.0.2:5060']", "this address is none"),
        ("listen: [§'udp:a..b:5060']", "expected a host name"),
        ("stun: §a..b", "expected a host name"),
        (f"stun: §{'a' * 64}.example", "up to 63 letters"),
        ("public_address: §foo", "an address that peers outside reach"),
        ("public_address: §localhost", "as 198.51.100.7 or sip.example.com"),
        ("public_address: §0.0.0.0", "an address that peers outside reach"),
    ],
)
def test_hosts_that_can_be_none_are_mistakes(one_problem, sip, message):
    assert message in one_problem(f"{SOUND}sip: {{{sip}}}\n")


def test_this_machine_may_be_called_by_its_name(check_text):
    checked = check_text(SOUND + 'sip: {listen: ["udp:localhost:5060"]}')
    assert not checked.warnings
    assert checked.settings.sip.listen[0].host == "localhost"


@pytest.mark.parametrize("listen", ["udp:localhost:5060", "tcp:127.0.0.2:5060", "udp:[::1]:5060"])
def test_a_public_address_where_nobody_outside_is_heard_is_a_warning(one_warning, listen):
    text = f"{SOUND}sip: {{listen: ['{listen}'], §public_address: sip.example.com}}"
    assert "`listen` hears this machine alone" in one_warning(text)


@pytest.mark.parametrize(
    ("listen", "says"),
    [
        ("'udp:127.0.0.1:5060', §'udp:127.0.0.1:5060'", "is listed twice"),
        ("'udp:127.0.0.1:5060', {at: §'udp:127.0.0.1:5060'}", "is listed twice"),
        ("'udp:127.0.0.1:5060', §'udp:localhost:5060'", "are one address"),
        ("'udp:[::1]:5060', §'udp:[0:0::1]:5060'", "are one address"),
        ("'tcp:127.0.0.1:5061', §'tls:127.0.0.1:5061'", "are one port: TLS is TCP beneath"),
        ("'tls:127.0.0.1:5061', §'tcp:0.0.0.0:5061'", "are one port: TLS is TCP beneath"),
        ("'udp:127.0.0.1:5060', §'udp:0.0.0.0:5060'", "'udp:0.0.0.0:5060' takes this port at every address"),
        ("'udp:0.0.0.0:5060', §'udp:sip.example.com:5060'", "that of 'udp:sip.example.com:5060' too"),
        ("'udp:[::]:5060', 'tcp:[::]:5060', §'udp:[2001:db8::5]:5060'", "'udp:[::]:5060' takes this port"),
    ],
)
def test_two_listeners_cannot_share_a_port(one_problem, files, listen, says):
    assert says in one_problem(SOUND + f"sip: {{listen: [{listen}], {GOOD}}}")


@pytest.mark.parametrize(
    "listen",
    [
        "'udp:0.0.0.0:5060', 'tcp:0.0.0.0:5060', 'udp:[::]:5060', 'tls:0.0.0.0:5061'",
        "'udp:0.0.0.0:5060', 'udp:[2001:db8::5]:5060', 'udp:0.0.0.0:5070'",
        "'udp:127.0.0.1:5060', 'udp:127.0.0.2:5060', 'tls:127.0.0.1:5060'",
    ],
)
def test_listeners_that_share_no_port_are_none(check_text, files, listen):
    assert not check_text(SOUND + f"sip: {{listen: [{listen}], {GOOD}}}").messages


def test_an_interface_is_no_address(one_problem, monkeypatch):
    monkeypatch.setattr(socket, "if_nameindex", lambda: [(1, "lo"), (2, "eth0")])
    message = one_problem(SOUND + 'sip: {listen: ["udp:sip-1:5070", §"udp:eth0:5060"]}')
    assert message == "eth0 is an interface of this machine; write its address, or 0.0.0.0 for all"


@pytest.fixture
def made(files: Path):
    """Makes `old.pem` for `old.key` that expires after so many days; 0: at once."""

    def make(days: int) -> Path:
        command = "openssl x509 -new -subj /CN=old -signkey one.key -out old.pem -days"
        subprocess.run([*command.split(), str(days)], check=True, cwd=files, capture_output=True)
        return files / "old.pem"

    return make


@pytest.mark.parametrize(("days", "says"), [(0, "expired on 2"), (13, "expires on 2")])
def test_a_certificate_that_expires_is_a_warning(one_warning, made, days, says):
    end = last_day(made(days))
    message = one_warning(SOUND + f"sip: {{listen: [{TLS}], certificate: §old.pem, key: one.key}}")
    assert says in message
    assert f"on {end:%Y-%m-%d}" in message


def test_a_certificate_that_is_good_for_weeks_is_none(check_text, made):
    left = last_day(made(20)) - datetime.now(UTC)
    assert 19 <= left.days <= 20
    sip = f"sip: {{listen: [{TLS}], certificate: old.pem, key: one.key}}"
    assert not check_text(SOUND + sip).warnings


def test_a_certificate_of_the_next_half_century_has_its_date(made):
    assert last_day(made(36_500)).year - datetime.now(UTC).year in (99, 100)


@pytest.mark.parametrize("sip", ["srtp: §mandatory", "listen: ['udp:127.0.0.1:5060'], srtp: §mandatory"])
def test_keys_without_tls_are_a_warning(one_warning, check_text, files, sip):
    assert "its keys travel in the clear" in one_warning(SOUND + f"sip: {{{sip}}}")
    secure = f"sip: {{listen: [{TLS}], {GOOD}, srtp: mandatory}}"
    warnings = check_text(SOUND + secure).warnings
    assert not [warning for warning in warnings if "in the clear" in warning]


def test_keys_of_agents_and_trunks_without_tls_are_a_warning(check_text):
    text = SOUND.replace('127.0.0.1"}}', '127.0.0.1", srtp: §mandatory}}')
    checked = check_text(text + "trunks: {t: {server: 192.0.2.1, srtp: §mandatory}}")
    assert checked.warned == checked.marks
    assert all("in the clear" in warning for warning in checked.warnings)


def test_keys_of_a_trunk_go_by_its_own_servers(check_text, files):
    sip = f"sip: {{listen: [{TLS}], {GOOD}}}\n"
    trunk = "trunks: {t: {server: '%s', srtp: §mandatory}}"
    checked = check_text(SOUND + sip + trunk % "192.0.2.1")
    assert checked.warned == checked.marks
    assert "'192.0.2.1' is not reached over TLS" in checked.warnings[0]
    assert not check_text(SOUND + sip + trunk % "tls:192.0.2.1").warnings
