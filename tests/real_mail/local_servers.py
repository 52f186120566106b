"""This machine's own Postfix and Dovecot, with settings and a folder of the tests' own.

Nothing outside the folder is read or written, and nothing listens but on loopback.
"""

from __future__ import annotations

import grp
import os
import pwd
import shutil
import smtplib
import subprocess
import tempfile
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from ssl import SSLContext, create_default_context

import trustme
from imapclient import IMAPClient

from tests.contract.mail_servers import ImapServer
from tests.real_mail.hub import all_in_the_inbox
from tests.real_mail.mailman_core import free_ports, listens, until

PASSWORD = "secret-sesame"
_TAKEN = 250
_SEARCHED = os.pathsep.join([os.environ.get("PATH", ""), "/usr/sbin", "/sbin"])

_DOVECOT = """\
base_dir = {folder}/dovecot
state_dir = {folder}/dovecot
log_path = {folder}/dovecot.log
protocols = imap lmtp
listen = 127.0.0.1
ssl = required
ssl_cert = <{folder}/server.pem
ssl_key = <{folder}/server.key
mail_location = maildir:{folder}/mail/%u
mail_uid = {owner}
mail_gid = {group}
first_valid_uid = 1
recipient_delimiter = +
lmtp_save_to_detail_mailbox = no
auth_mechanisms = plain login
passdb {{
  driver = passwd-file
  args = {folder}/users
}}
userdb {{
  driver = passwd-file
  args = {folder}/users
  default_fields = uid={owner} gid={group} home={folder}/mail/%u
}}
service imap-login {{
  chroot =
  inet_listener imap {{
    port = 0
  }}
  inet_listener imaps {{
    port = {imap}
    ssl = yes
  }}
}}
service lmtp {{
  inet_listener lmtp {{
    address = 127.0.0.1
    port = {lmtp}
  }}
}}
service auth {{
  unix_listener auth-postfix {{
    mode = 0666
  }}
}}
service anvil {{
  chroot =
}}
service stats {{
  chroot =
}}
namespace inbox {{
  inbox = yes
  separator = /
}}
"""

_POSTFIX = """\
compatibility_level = 3.6
queue_directory = {folder}/postfix/queue
data_directory = {folder}/postfix/data
multi_instance_name = postfix-{name}
maillog_file = {folder}/postfix.log
maillog_file_prefixes = {folder}
myhostname = mail.home.example
mydestination =
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
mynetworks =
disable_dns_lookups = yes
smtpd_peername_lookup = no
default_transport = error:no mail leaves this machine
relay_transport = error:no mail leaves this machine
local_transport = error:no mail for this machine
local_recipient_maps =
alias_maps =
alias_database =
recipient_delimiter = +
virtual_mailbox_domains = bridge.example, home.example
virtual_mailbox_maps = static:all
virtual_transport = lmtp:inet:127.0.0.1:{lmtp}
relay_domains = listen.example
transport_maps = inline:{{ {{ listen.example = lmtp:inet:127.0.0.1:{listen} }} }}
smtpd_tls_cert_file = {folder}/server.pem
smtpd_tls_key_file = {folder}/server.key
smtpd_relay_restrictions = permit_sasl_authenticated, reject_unauth_destination
smtpd_reject_unlisted_recipient = no
minimal_backoff_time = 2s
maximal_backoff_time = 2s
queue_run_delay = 2s
default_process_limit = 8
notify_classes =
"""

_SERVICES = """\
127.0.0.1:{smtp} inet n - n - - smtpd
127.0.0.1:{submission} inet n - n - - smtpd
  -o smtpd_tls_security_level=encrypt
  -o smtpd_tls_auth_only=yes
  -o smtpd_sasl_auth_enable=yes
  -o smtpd_sasl_type=dovecot
  -o smtpd_sasl_path={folder}/dovecot/auth-postfix
  -o smtpd_relay_restrictions=permit_sasl_authenticated,reject
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
tlsmgr unix - - n 1000? 1 tlsmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
flush unix n - n 1000? 0 flush
proxymap unix - - n - - proxymap
proxywrite unix - - n - 1 proxymap
showq unix n - n - - showq
error unix - - n - - error
retry unix - - n - - error
lmtp unix - - n - - lmtp
anvil unix - - n - 1 anvil
scache unix - - n - 1 scache
postlog unix-dgram n - n - 1 postlogd
"""


@dataclass(frozen=True)
class DovecotAccount(ImapServer):
    """An account that is read by IMAP over TLS; see `ImapServer`."""

    trusted: SSLContext

    def client(self) -> IMAPClient:
        client = IMAPClient("127.0.0.1", self.port, ssl_context=self.trusted)
        client.login(self.username, self.password)
        return client


def why_not() -> str:
    """Say why these servers cannot be started here; empty when they can."""
    if os.geteuid() != 0:
        return "Postfix and Dovecot can be started by root only"
    for program in ("postfix", "dovecot"):
        if shutil.which(program, path=_SEARCHED) is None:
            return f"this machine has no {program}"
    for user in ("postfix", "dovecot", "dovenull", "nobody"):
        try:
            pwd.getpwnam(user)
        except KeyError:
            return f"this machine has no user {user}"
    version = _said("dovecot", "--version")
    if not version.startswith("2.3."):
        return f"the settings here are for Dovecot 2.3, and this is {version}"
    return ""


class LocalServers:
    """Postfix takes mail and gives it to Dovecot or to a bridge that listens.

    What Dovecot has no account for comes back from Postfix. Mail for listen.example
    goes by LMTP to `listen_port`.
    """

    def __init__(self) -> None:
        # Not a folder of pytest: those are for their owner alone, and the servers
        # give up being root.
        self.folder = Path(tempfile.mkdtemp(prefix="moodle-bridge-mail-"))
        self.folder.chmod(0o755)
        (
            self.smtp_port,
            self.submission_port,
            self.imap_port,
            self._lmtp_port,
            self.listen_port,
        ) = free_ports(5)
        self._dovecot: subprocess.Popen[bytes] | None = None
        self._configure()
        self._trusted = create_default_context(cafile=str(self.folder / "ca.pem"))

    def _configure(self) -> None:
        folder = self.folder
        authority = trustme.CA()
        authority.cert_pem.write_to_path(str(folder / "ca.pem"))
        server = authority.issue_cert("127.0.0.1", "localhost")
        server.private_key_pem.write_to_path(str(folder / "server.key"))
        for number, blob in enumerate(server.cert_chain_pems):
            blob.write_to_path(str(folder / "server.pem"), append=number > 0)
        (folder / "server.key").chmod(0o600)
        owner = pwd.getpwnam("nobody")
        values = {
            "folder": folder,
            "name": folder.name[-8:].strip("-_"),
            "owner": "nobody",
            "group": grp.getgrgid(owner.pw_gid).gr_name,
            "smtp": self.smtp_port,
            "submission": self.submission_port,
            "imap": self.imap_port,
            "lmtp": self._lmtp_port,
            "listen": self.listen_port,
        }
        for name in ("mail", "dovecot", "postfix", "postfix/queue", "postfix/data"):
            (folder / name).mkdir(mode=0o755)
        os.chown(folder / "mail", owner.pw_uid, owner.pw_gid)
        shutil.chown(folder / "postfix" / "data", "postfix")
        for name, text in (
            ("users", ""),
            ("dovecot.conf", _DOVECOT),
            ("postfix/main.cf", _POSTFIX),
            ("postfix/master.cf", _SERVICES),
            ("postfix/dynamicmaps.cf", ""),
        ):
            (folder / name).write_text(text.format(**values), encoding="utf-8")
            (folder / name).chmod(0o644)

    def start(self) -> None:
        settings = str(self.folder / "dovecot.conf")
        self._dovecot = subprocess.Popen(
            [_program("dovecot"), "-F", "-c", settings],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        self._postfix("start")
        ports = (self.smtp_port, self.submission_port, self.imap_port, self._lmtp_port)
        until(lambda: all(map(listens, ports)), f"all answer: {self.logs()}")

    def stop(self) -> None:
        """Stop both and take their folder away; may be repeated."""
        dovecot, self._dovecot = self._dovecot, None
        if dovecot is not None:
            self._postfix("stop", strict=False)
            dovecot.terminate()
            dovecot.wait(300)
        shutil.rmtree(self.folder, ignore_errors=True)

    def _postfix(self, *arguments: str, strict: bool = True) -> None:
        done = subprocess.run(
            [_program("postfix"), "-c", str(self.folder / "postfix"), *arguments],
            capture_output=True,
            text=True,
            timeout=600,
            check=False,
        )
        assert not strict or done.returncode == 0, done.stderr + self.logs()

    def logs(self) -> str:
        """Return what the servers said, for whoever looks why something failed."""
        found = sorted(self.folder.glob("*.log"))
        return "\n".join(path.read_text("utf-8", "replace")[-4000:] for path in found)

    @property
    def mail_out(self) -> str:
        return f"""
plugin = "smtp"
host = "127.0.0.1"
port = {self.submission_port}
security = "starttls"
ca_file = "{self.folder / "ca.pem"}"
username = "sender@bridge.example"
password = {{ file = "smtp-password" }}
"""

    def mail_in(self, account: ImapServer, password_file: str) -> str:
        return f"""
[[mail.in]]
plugin = "imap"
host = "127.0.0.1"
port = {account.port}
security = "tls"
ca_file = "{self.folder / "ca.pem"}"
username = "{account.username}"
password = {{ file = "{password_file}" }}
"""

    def add_account(self, address: str) -> ImapServer:
        """Make a mailbox at Dovecot; who has it already keeps it."""
        self.add_mailbox(address)
        return self._account(address)

    def add_mailbox(self, *addresses: str) -> None:
        with (self.folder / "users").open("a", encoding="utf-8") as users:
            for address in addresses:
                users.write(f"{address}:{{PLAIN}}{PASSWORD}::::::\n")
        for address in addresses:
            self._until_known(address, known=True)

    def forget(self, address: str) -> None:
        """Let a mailbox be no more: what comes for it comes back."""
        users = self.folder / "users"
        lines = users.read_text(encoding="utf-8").splitlines(keepends=True)
        kept = [line for line in lines if not line.startswith(f"{address}:")]
        users.write_text("".join(kept), encoding="utf-8")
        self._until_known(address, known=False)

    def _until_known(self, address: str, *, known: bool) -> None:
        # Dovecot looks at the file of users now and then, and at its time and size.
        until(lambda: self._takes(address) is known, f"Dovecot knows of {address}")

    def _takes(self, address: str) -> bool:
        with smtplib.LMTP("127.0.0.1", self._lmtp_port, timeout=60) as client:
            client.ehlo_or_helo_if_needed()
            client.mail("")
            return client.rcpt(address)[0] == _TAKEN

    def mails(self, address: str) -> list[EmailMessage]:
        """Return what lies in a mailbox, as its owner reads it by IMAP."""
        raws = self._account(address).does(all_in_the_inbox)
        return [message_from_bytes(raw, policy=policy.default) for raw in raws]

    def send(self, mail: EmailMessage | bytes, sender: str, *recipients: str) -> None:
        """Let a mail come from outside, as other mail servers bring it."""
        raw = mail if isinstance(mail, bytes) else mail.as_bytes(policy=policy.SMTP)
        with smtplib.SMTP("127.0.0.1", self.smtp_port, timeout=60) as client:
            client.sendmail(sender, recipients, raw)

    def _account(self, address: str) -> DovecotAccount:
        return DovecotAccount(
            port=self.imap_port,
            username=address,
            password=PASSWORD,
            trusted=self._trusted,
        )


def _program(name: str) -> str:
    return shutil.which(name, path=_SEARCHED) or name


def _said(name: str, *arguments: str) -> str:
    done = subprocess.run(
        [_program(name), *arguments],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    return done.stdout.strip()
