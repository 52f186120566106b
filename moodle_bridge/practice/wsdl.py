"""The description of a SOAP service (WSDL 1.1), as Moodle writes it.

Remote procedure style, encoded; lists are arrays of anything; whoever reads it finds
the token in its namespace and addresses.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from xml.sax.saxutils import quoteattr

from moodle_bridge.practice.soap_structs import Numbered, Operation, Service, Type

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_NAME = "webservices_virtual_class_000000"
_ENCODING = "http://schemas.xmlsoap.org/soap/encoding/"
_NAMESPACES = {
    "soap": "http://schemas.xmlsoap.org/wsdl/soap/",
    "xsd": "http://www.w3.org/2001/XMLSchema",
    "soap-enc": _ENCODING,
    "wsdl": "http://schemas.xmlsoap.org/wsdl/",
}


def wsdl(service: Service, url: str) -> str:
    """Return the description of a service at a URL, which holds the token."""
    return f'<?xml version="1.0"?>\n{"".join(_definitions(service, url))}\n'


def _definitions(service: Service, url: str) -> Iterator[str]:
    here = quoteattr(url)
    spaces = "".join(f' xmlns:{name}="{uri}"' for name, uri in _NAMESPACES.items())
    yield (
        f'<definitions xmlns="{_NAMESPACES["wsdl"]}" xmlns:tns={here}{spaces} '
        f'name="{_NAME}" targetNamespace={here}><types>'
        f"<xsd:schema targetNamespace={here}>"
    )
    for numbered in service.structs:
        yield _complex_type(numbered)
    yield "</xsd:schema></types>"
    operations = service.operations.values()
    yield f'<portType name="{_NAME}Port">'
    yield from (_port_operation(operation) for operation in operations)
    yield (
        f'</portType><binding name="{_NAME}Binding" type="tns:{_NAME}Port">'
        '<soap:binding style="rpc" transport="http://schemas.xmlsoap.org/soap/http"/>'
    )
    yield from (_bound_operation(operation, url) for operation in operations)
    yield (
        f'</binding><service name="{_NAME}Service"><port name="{_NAME}Port" '
        f'binding="tns:{_NAME}Binding"><soap:address location={here}/></port></service>'
    )
    for operation in operations:
        name = operation.function.name
        yield _message(f"{name}In", operation.parts)
        if operation.answer is not None:
            yield _message(f"{name}Out", {"return": operation.answer})
    yield "</definitions>"


def _complex_type(numbered: Numbered) -> str:
    fields = "".join(
        f'<xsd:element name="{name}" type="{_typed(kind)}" nillable="true"/>'
        for name, kind in numbered.fields.items()
    )
    return (
        f'<xsd:complexType name="{numbered.name}"><xsd:all>{fields}</xsd:all>'
        "</xsd:complexType>"
    )


def _typed(kind: Type) -> str:
    if isinstance(kind, Numbered):
        return f"tns:{kind.name}"
    return "soap-enc:Array" if kind == "array" else f"xsd:{kind}"


def _port_operation(operation: Operation) -> str:
    name = operation.function.name
    # A function without parameters has no input, a void one no output.
    sent = f'<input message="tns:{name}In"/>' if operation.parts else ""
    answered = f'<output message="tns:{name}Out"/>' if operation.answer else ""
    about = f"<documentation>{name.replace('_', ' ')}</documentation>"
    return f'<operation name="{name}">{about}{sent}{answered}</operation>'


def _bound_operation(operation: Operation, url: str) -> str:
    name = operation.function.name
    body = (
        f'<soap:body use="encoded" encodingStyle="{_ENCODING}" '
        f"namespace={quoteattr(url)}/>"
    )
    sent = f"<input>{body}</input>" if operation.parts else ""
    answered = f"<output>{body}</output>" if operation.answer else ""
    action = quoteattr(f"{url}#{name}")
    return (
        f'<operation name="{name}"><soap:operation soapAction={action}/>'
        f"{sent}{answered}</operation>"
    )


def _message(name: str, parts: Mapping[str, Type]) -> str:
    if not parts:
        return ""
    listed = "".join(
        f'<part name="{part}" type="{_typed(kind)}"/>' for part, kind in parts.items()
    )
    return f'<message name="{name}">{listed}</message>'
