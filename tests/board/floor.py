"""A switch as far as the board sees it: the engine, and no calls."""

from __future__ import annotations

import asyncio
from types import SimpleNamespace

from softswitch.acd.engine import Engine
from softswitch.acd.events import CallerJoined, SettingsChanged
from softswitch.acd.settings import AgentSettings, EngineSettings, QueueSettings
from softswitch.alerts.settings import AlertSettings
from softswitch.board.producer import Producer
from softswitch.config.settings import MediaSettings
from softswitch.ports import Recorded
from softswitch.types import AgentName, CallId, QueueName

SUPPORT, SALES, EWA = QueueName("support"), QueueName("sales"), AgentName("ewa")


def settings(*queues):
    return SimpleNamespace(
        zone="UTC",
        alerts=AlertSettings(),
        media=MediaSettings(),
        queue_labels={queue: queue.title() for queue in queues},
        phones={EWA: SimpleNamespace(name="Ewa Nowak")},
        engine=EngineSettings(
            queues={queue: QueueSettings(queue, agents=(EWA,)) for queue in queues},
            agents={EWA: AgentSettings(EWA)},
        ),
    )


class Floor:
    """A switch as far as a producer sees it."""

    def __init__(self):
        self.loop = asyncio.get_running_loop()
        self.engine = Engine()
        self.settings = settings(SUPPORT, SALES)
        self.calls = []
        self.noted = []
        self.feed(SettingsChanged(self.settings.engine))
        self.producer = Producer(self.engine, self, lambda: self.settings, self, self)
        self.producer.start()
        self.happened = 0

    def note(self, kind, call=None, /, **data):
        self.noted.append((kind, data))

    def now(self):
        return 1.8e9 + self.loop.time()

    def find(self, id):
        return next((call for call in self.calls if call.id == id), None)

    def feed(self, event, call=None):
        self.engine.receive(event, self.loop.time())

    def happen(self, event, call=None):
        self.feed(event)
        self.happened += 1
        self.producer.hear(Recorded(self.happened, 0.0, type(event).__name__, call, {}))

    def join(self, call, queue=SUPPORT, standing=None):
        self.happen(CallerJoined(CallId(call), queue, number="100", standing=standing), CallId(call))
