"""Reads [[type, data], ...] as JSON and writes the octets of each as dnspython has them, or null for types it does not know."""

import json
import sys

import dns.rdata
import dns.rdatatype


def octets(kind, text):
    code = dns.rdatatype.from_text(kind)
    known = dns.rdata.get_rdata_class(1, code) is not dns.rdata.GenericRdata
    if not known and not text.startswith("\\#"):
        return None
    return dns.rdata.from_text(1, code, text).to_wire().hex()


json.dump([octets(kind, text) for kind, text in json.load(sys.stdin)], sys.stdout)
