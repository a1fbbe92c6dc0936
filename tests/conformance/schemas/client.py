"""Holds our payment initiations against the published schemas of ISO 20022, which PyPI's `sepaxml` brings along.

The argument is a folder of files; the name of each says its version and what it is: `pain.001.001.09-usual.xml`. Prints a
line for each: `ok NAME` or `not ok NAME - WHY`. A wrong file has to be refused, else the schema would prove nothing.
"""

import pathlib
import sys

import sepaxml
import xmlschema

schemas = pathlib.Path(sepaxml.__file__).parent / "schemas"

for file in sorted(pathlib.Path(sys.argv[1]).glob("*.xml")):
    version, kind = file.stem.rsplit("-", 1)
    schema = xmlschema.XMLSchema(schemas / f"{version}.xsd")
    faults = [f"{fault.path}: {fault.reason}" for fault in schema.iter_errors(str(file))]
    if kind == "wrong":
        print(f"ok {version}: a wrong one is refused" if faults else f"not ok {version}: a wrong one is refused - it is not")
    elif faults:
        print(f"not ok {version}: {kind} - {' '.join(faults)[:600]}".replace("\n", " "))
    else:
        print(f"ok {version}: {kind}")
