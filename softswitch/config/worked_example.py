"""What no model can tell in docs/configuration.md: how to begin, a worked example, the rules of the YAML."""

from __future__ import annotations

FOREWORD = """\
# Configuration

One YAML file tells the switch everything. Check it before use, and as often as you like:

    softswitch check office.yaml     # every problem with file, line and column; or a summary and all menus
    softswitch try office.yaml --dial 600 --keys 2,1        # one call's way, without any SIP
    softswitch run office.yaml
    softswitch reload                # the running switch takes the changed file; a broken one changes nothing
    softswitch schema > softswitch.schema.json              # for editors that complete and check YAML

Files to start from are in `config/`: `small-office.yaml`, `registering-phones.yaml`, `carrier.yaml`,
`contact-centre.yaml`, `demo.yaml`, `bench.yaml`, and `simulation.yaml` for `softswitch simulate`.
What follows is made from the program itself (`python -m softswitch.config.reference`).

## A worked example

A caller who dials 600 hears a greeting, presses a key and waits, with music and announcements, for one of two
agents. On Sundays nobody is there.
"""

EXAMPLE = """\
sip:
  listen: ["udp:0.0.0.0:5060"]

media:
  languages: [en, pl]                    # the first is the default

hours:
  office:
    timezone: Europe/Warsaw
    open: {mon-fri: "08:00-18:00", sat: "09:00-13:00"}
    holidays: PL

numbers:                                 # what was dialled; the first match wins
  "600": {menu: welcome}
  "2xx": {agent: dialled}                # the agents' own extensions

callers:                                 # who is calling; the first match wins
  - {name: partners, match: ["+48600100200", "+4822555*"], priority: vip}

menus:
  welcome:
    open: office
    closed: {say: {en: "We are closed.", pl: "Biuro jest nieczynne."}}
    say:
      en: "For support, press 1. Dla języka polskiego, wybierz 9."
      pl: "Pomoc, wybierz 1. For English, press 8."
    choices:
      1: {queue: support}
      8: {language: en}                  # the same menu again, in English
      9: {language: pl}
      star: repeat
    attempts: 3
    otherwise: {queue: support}          # silence is no reason to hang up

queues:
  support:
    strategy: longest-idle
    ring: 20s                            # then the next agent
    wrap_up: 15s
    priority: {default: 0, vip: 100, ageing: 1 per 30s}
    announce: {position: true, wait: true, every: 45s}
    messages: [{say: {en: "Please hold on.", pl: "Prosimy czekać."}, first: 30s, every: 2m}]
    whisper: true                        # the agent hears: Support, waiting two minutes
    max_wait: 10m
    timeout: {say: {en: "Please call again later.", pl: "Prosimy zadzwonić później."}}

agents:
  desk-201: {name: First desk, dial: "sip:201@192.0.2.20", extension: 201}
  desk-202: {name: Second desk, dial: "sip:202@192.0.2.21", extension: 202}

teams:                                   # who serves which queue
  support: {agents: [desk-201, desk-202]}
"""

RULES = """\
## Rules of the file

It is YAML without its surprises:

- only `true` and `false` are yes and no; `no`, `on` and `yes` are texts;
- only digits without a leading zero, and decimals, are numbers; `0123`, `12:30` and `+48221234567` are texts;
- a key that is given twice, an unknown key and a name that nothing has are errors;
- an unquoted `*` or `#` means something to YAML: for those keys of the phone write `star` and `hash`, or
  `"*"` and `"#"`;
- `${NAME}` in a value is the environment variable of that name, `$${` is a plain `${`; within `[]` and `{}`
  it needs quotes;
- `include: agents.yaml`, or a list, joins other files to this one: sections are put together where the
  `include` stands, and a name that two files give is an error;
- file names are relative to the file that mentions them;
- durations have a unit: `300ms`, `20s`, `10m`, `1h`;
- `&name`, `*name` and `<<` share parts within a file, as in any YAML.
"""
