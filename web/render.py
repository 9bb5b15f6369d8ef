"""Templates: one Jinja environment per language, the same globals in both."""

from collections.abc import Mapping
from pathlib import Path
from typing import Final

from jinja2 import BytecodeCache, Environment, FileSystemLoader, StrictUndefined
from jinja2.bccache import Bucket
from markupsafe import Markup

from web.addresses import Addresses
from web.assets import Assets, Bundle
from web.navigation import Entry, entries
from web.reader import Reader
from web.words import Words

TEMPLATE_FOLDER = Path(__file__).parent / "templates"


class _Compiled(BytecodeCache):
    """Templates compiled once for all languages: the words come in when a page is made."""

    def __init__(self) -> None:
        self._kept: dict[str, bytes] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        if bucket.key in self._kept:
            bucket.bytecode_from_string(self._kept[bucket.key])

    def dump_bytecode(self, bucket: Bucket) -> None:
        self._kept[bucket.key] = bucket.bytecode_to_string()


_COMPILED: Final = _Compiled()


class Renderer:
    """Fills a template for a reader.

    Every template has `_`, `ngettext`, `{% trans %}`, `url(name, **params)`, `csrf_field()`, `bundle(entry)`,
    `reader`, `viewer`, `organisation`, `when` (`web.when.Times`), `lang`, `navigation`, `here` (the path),
    `back` (the address to come back to after a switch of language or look).
    """

    def __init__(self, words: Mapping[str, Words], addresses: Addresses, assets: Assets) -> None:
        self._addresses = addresses
        self._assets = assets
        self._environments = {language: self._environment(spoken) for language, spoken in words.items()}

    def render(
        self, template: str, reader: Reader, *, here: str, back: str, context: Mapping[str, object]
    ) -> str:
        environment = self._environments[reader.words.language]
        return environment.get_template(template).render(
            {
                "reader": reader,
                "viewer": reader.viewer,
                "organisation": reader.organisation,
                "when": reader.when,
                "lang": reader.words.language,
                "here": here,
                "back": back,
                "navigation": self._navigation(reader),
                "csrf_field": lambda: _csrf_field(reader.csrf),
                **context,
            }
        )

    def _navigation(self, reader: Reader) -> tuple[Entry, ...]:
        return entries(reader.viewer, self._addresses)

    def _bundle(self, entry: str) -> Bundle:
        return self._assets.bundle(entry)

    def _environment(self, words: Words) -> Environment:
        environment = Environment(
            loader=FileSystemLoader(TEMPLATE_FOLDER),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            extensions=["jinja2.ext.i18n"],
            bytecode_cache=_COMPILED,
        )
        environment.policies["ext.i18n.trimmed"] = True
        environment.install_gettext_callables(  # type: ignore[attr-defined]  # the i18n extension adds it
            words.translations.ugettext, words.translations.ungettext, newstyle=True
        )
        environment.globals.update(url=self._addresses.path, bundle=self._bundle)
        return environment


def _csrf_field(token: str) -> Markup:
    return Markup('<input type="hidden" name="csrf" value="{}">').format(token)
