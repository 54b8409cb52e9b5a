# Reads DNS messages with dnspython, one a line in hexadecimal, and writes what they say, one JSON object a line.
import json
import sys

import dns.flags
import dns.message
import dns.rcode
import dns.rdata
import dns.rdataclass
import dns.rdatatype


def line(record):
    """owner ttl class type data, names in lower case as RFC 4034 section 6.2 has it."""
    rdata = record[0]
    try:
        plain = rdata.to_digestable()
        rdata = dns.rdata.from_wire(rdata.rdclass, rdata.rdtype, plain, 0, len(plain))
    except NotImplementedError:
        pass
    return " ".join([
        record.name.to_text().lower(),
        str(record.ttl),
        dns.rdataclass.to_text(record.rdclass),
        dns.rdatatype.to_text(record.rdtype),
        rdata.to_text(),
    ])


def describe(octets):
    message = dns.message.from_wire(octets, one_rr_per_rrset=True)
    opt = None
    if message.edns >= 0:
        opt = {
            "version": message.edns,
            "size": message.payload,
            "flags": message.ednsflags & 0xFFFF,
            "options": [int(option.otype) for option in message.options],
        }
    return {
        "rcode": dns.rcode.to_text(message.rcode()),
        "flags": dns.flags.to_text(message.flags),
        "opcode": message.opcode(),
        "questions": [f"{q.name.to_text()} {dns.rdatatype.to_text(q.rdtype)} {q.rdclass}" for q in message.question],
        "answer": [line(record) for record in message.answer],
        "authority": [line(record) for record in message.authority],
        "additional": [line(record) for record in message.additional],
        "edns": opt,
        "size": len(octets),
    }


for text in sys.stdin:
    octets = bytes.fromhex(text.strip())
    try:
        print(json.dumps(describe(octets)))
    except Exception as error:
        print(json.dumps({"error": f"{type(error).__name__}: {error}"}))
