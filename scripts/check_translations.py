"""Compare the sentences in the code with the English catalogue: none missing, none fuzzy, none left over.

`--update` writes new sentences into the catalogue (untranslated) and drops those no longer used.
"""

import sys
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir
from babel.messages.frontend import parse_keywords, parse_mapping_cfg
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).resolve().parent.parent
PO = ROOT / "translations/en/LC_MESSAGES/messages.po"
KEYWORDS = DEFAULT_KEYWORDS | parse_keywords(["lazy_gettext", "lazy_ngettext:1,2", "_l", "_n:1,2"])

# No dates and no names: the file changes only when a sentence does.
HEADER = r"""# English, the second language. New sentences: python scripts/check_translations.py --update
msgid ""
msgstr ""
"Project-Id-Version: Bồi dưỡng số\n"
"Language: en\n"
"Plural-Forms: nplurals=2; plural=(n != 1);\n"
"MIME-Version: 1.0\n"
"Content-Type: text/plain; charset=utf-8\n"
"Content-Transfer-Encoding: 8bit\n"

"""


def sentences() -> Catalog:
    """Every sentence marked for translation in code and templates."""
    catalog = Catalog(charset="utf-8")
    with (ROOT / "babel.cfg").open(encoding="utf-8") as file:
        methods, options = parse_mapping_cfg(file)
    found = extract_from_dir(ROOT / "lms", methods, options, keywords=KEYWORDS, comment_tags=("i18n:",))
    for name, _line, message, comments, context in found:
        catalog.add(message, locations=[(f"lms/{name}", 0)], auto_comments=comments, context=context)
    return catalog


def english() -> Catalog:
    """The English catalogue as committed."""
    if not PO.exists():
        return Catalog(locale="en", charset="utf-8")
    with PO.open("rb") as file:
        return read_po(file, locale="en")


def problems(wanted: Catalog, have: Catalog) -> list[str]:
    """What keeps English from being complete, one line each."""
    found = []
    for message in wanted:
        if not message.id:
            continue
        ours = have.get(message.id, message.context)
        where = ", ".join(name for name, _line in message.locations[:2])
        if ours is None:
            found.append(f"missing: {message.id!r} ({where})")
        elif ours.fuzzy:
            found.append(f"fuzzy: {message.id!r}")
        elif not ours.string or (ours.pluralizable and not all(ours.string)):
            found.append(f"untranslated: {message.id!r} ({where})")
        else:
            found.extend(f"{error}: {message.id!r}" for error in ours.check(have))
    for message in have:
        if message.id and wanted.get(message.id, message.context) is None:
            found.append(f"no longer used: {message.id!r}")
    return found


def update(wanted: Catalog, have: Catalog) -> None:
    """Write the catalogue anew: new sentences untranslated, unused ones dropped."""
    have.update(wanted, no_fuzzy_matching=True, update_creation_date=False)
    have.obsolete.clear()
    PO.parent.mkdir(parents=True, exist_ok=True)
    with PO.open("wb") as file:
        file.write(HEADER.encode())
        write_po(file, have, width=120, omit_header=True, sort_output=True, include_lineno=False)


def main() -> int:
    wanted = sentences()
    if "--update" in sys.argv[1:]:
        update(wanted, english())
    found = problems(wanted, english())
    for line in found:
        print(line)
    print(f"{len(wanted)} sentences, {len(found)} problems")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
