"""bridge.toml: where it is found, what may stand in it, what is wrong with it."""

from sync.settings.base import PluginChoice
from sync.settings.load import load_settings, open_settings, registry_of
from sync.settings.mail import ListenSettings, MailSettings
from sync.settings.pair import PairSettings
from sync.settings.places import find_config
from sync.settings.root import Settings
from sync.settings.sections import (
    LedgerSettings,
    MoodleSettings,
    PluginsSettings,
    SafetySettings,
    SyncSettings,
)

__all__ = [
    "LedgerSettings",
    "ListenSettings",
    "MailSettings",
    "MoodleSettings",
    "PairSettings",
    "PluginChoice",
    "PluginsSettings",
    "SafetySettings",
    "Settings",
    "SyncSettings",
    "find_config",
    "load_settings",
    "open_settings",
    "registry_of",
]
