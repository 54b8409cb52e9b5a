# What dnspython makes of the server at 127.0.0.1 and the given port: one check a line, "ok" or what went wrong.
import sys

import dns.edns
import dns.exception
import dns.flags
import dns.message
import dns.name
import dns.query
import dns.rcode
import dns.rdatatype
import dns.resolver
import dns.zone

HOST = "127.0.0.1"
PORT = int(sys.argv[1])

resolver = dns.resolver.Resolver(configure=False)
resolver.nameservers = [HOST]
resolver.port = PORT


def resolved(name, kind, **options):
    return sorted(record.to_text() for record in resolver.resolve(name, kind, **options))


def ask(name, kind, **options):
    return dns.query.udp(dns.message.make_query(name, kind, **options), HOST, port=PORT, timeout=5)


def equal(found, expected):
    assert found == expected, f"{found} is not {expected}"


def addresses():
    equal(resolved("www.conformance.test", "A"), ["192.0.2.4"])
    equal(resolved("dns.conformance.test", "AAAA"), ["2001:db8::1"])


def aliases():
    answer = resolver.resolve("chain.conformance.test", "A")
    equal(answer.canonical_name.to_text(), "www.conformance.test.")
    equal([record.to_text() for record in answer], ["192.0.2.4"])


def all_kinds():
    equal(resolved("conformance.test", "MX"), ["10 mail.conformance.test.", "20 mail2.conformance.test."])
    equal(resolved("_sip._tcp.conformance.test", "SRV"), ["0 5 5060 mail.conformance.test."])
    equal(resolved("text.conformance.test", "TXT"), ['"one" "two; three" ""'])
    equal(resolved("odd.conformance.test", "TYPE65280"), ["\\# 4 01020304"])


def odd_names():
    name = dns.name.Name([b"octets\x00 \xc8\xff", b"conformance", b"test", b""])
    equal([record.to_text() for record in resolver.resolve(name, "TXT")], ['"an odd name"'])
    name = dns.name.Name([b"dot.ted", b"conformance", b"test", b""])
    equal([record.to_text() for record in resolver.resolve(name, "TXT")], ['"a dot within a label"'])


def negative():
    try:
        resolver.resolve("nothing.conformance.test", "A")
        raise AssertionError("a name that does not exist was found")
    except dns.resolver.NXDOMAIN as error:
        response = error.response(dns.name.from_text("nothing.conformance.test"))
        equal(response.authority[0].rdtype, dns.rdatatype.SOA)
        equal(response.authority[0].ttl, 300)
    try:
        resolver.resolve("www.conformance.test", "MX")
        raise AssertionError("data that does not exist was found")
    except dns.resolver.NoAnswer:
        pass


def whole_over_tcp():
    equal(len(resolved("big.conformance.test", "TXT")), 12)
    equal(len(resolved("big.conformance.test", "TXT", tcp=True)), 12)
    try:
        query = dns.message.make_query("big.conformance.test", "TXT")
        dns.query.udp(query, HOST, port=PORT, timeout=5, raise_on_truncation=True)
        raise AssertionError("the answer was not truncated")
    except dns.message.Truncated as error:
        assert error.message().flags & dns.flags.TC


def edns():
    answer = ask("www.conformance.test", "A", use_edns=0, payload=4096, want_dnssec=True)
    equal((answer.edns, answer.payload), (0, 1232))
    assert answer.ednsflags & dns.flags.DO
    answer = ask("www.conformance.test", "A", use_edns=0, options=[dns.edns.GenericOption(65001, b"x")])
    equal((answer.rcode(), list(answer.options)), (dns.rcode.NOERROR, []))
    query = dns.message.make_query("www.conformance.test", "A")
    query.use_edns(edns=1)
    equal(dns.query.udp(query, HOST, port=PORT, timeout=5).rcode(), dns.rcode.BADVERS)


def transfer():
    messages = dns.query.xfr(HOST, "conformance.test", port=PORT, lifetime=20, relativize=False)
    zone = dns.zone.from_xfr(messages, relativize=False)
    origin = dns.name.from_text("conformance.test")
    equal(zone.get_soa().serial, 7)
    equal(len(zone.get_rdataset(dns.name.from_text("big", origin), "TXT")), 12)
    assert zone.get_rdataset(dns.name.from_text("hidden.sub", origin), "A") is not None
    zone.check_origin()


def refused():
    equal(ask("www.example.net", "A").rcode(), dns.rcode.REFUSED)


CHECKS = [addresses, aliases, all_kinds, odd_names, negative, whole_over_tcp, edns, transfer, refused]
for check in CHECKS:
    try:
        check()
        print(f"{check.__name__}: ok")
    except Exception as error:
        print(f"{check.__name__}: {type(error).__name__} {error}")
