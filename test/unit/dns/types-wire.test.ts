import assert from 'node:assert/strict'
import { test } from 'node:test'
import { typeName } from '../../../services/dns/records/types.ts'
import { printData } from '../../../services/dns/records/data.ts'
import { parseName, ROOT } from '../../../services/dns/wire/name.ts'
import { parseFile } from '../../../services/dns/zone/parser.ts'

/** A record as written in the zone example.org, its data on the wire as BIND has it, and as it is printed. */
const RECORDS: readonly (readonly [string, string, string])[] = [
  ['A 192.0.2.1', 'c0000201', 'A 192.0.2.1'],
  ['NS dns', '03646e73076578616d706c65036f726700', 'NS dns.example.org.'],
  ['CNAME alias.other.test.', '05616c696173056f74686572047465737400', 'CNAME alias.other.test.'],
  [
    String.raw`SOA dns host\.master 1 1w 2d 3h 4m5s`,
    '03646e73076578616d706c65036f7267000b686f73742e6d6173746572076578616d706c65036f7267000000000100093a800002a30000002a30000000f5',
    String.raw`SOA dns.example.org. host\.master.example.org. 1 604800 172800 10800 245`,
  ],
  ['PTR .', '00', 'PTR .'],
  [String.raw`HINFO PC "Linux \"6\""`, '025043094c696e757820223622', String.raw`HINFO "PC" "Linux \"6\""`],
  [
    'MINFO a b',
    '0161076578616d706c65036f7267000162076578616d706c65036f726700',
    'MINFO a.example.org. b.example.org.',
  ],
  ['MX 10 mail', '000a046d61696c076578616d706c65036f726700', 'MX 10 mail.example.org.'],
  [
    String.raw`TXT "a b" c\;d "" \000\255`,
    '0361206203633b64000200ff',
    String.raw`TXT "a b" "c;d" "" "\000\255"`,
  ],
  [
    'RP mbox txt',
    '046d626f78076578616d706c65036f72670003747874076578616d706c65036f726700',
    'RP mbox.example.org. txt.example.org.',
  ],
  ['AFSDB 1 afs', '000103616673076578616d706c65036f726700', 'AFSDB 1 afs.example.org.'],
  ['RT 2 relay', '00020572656c6179076578616d706c65036f726700', 'RT 2 relay.example.org.'],
  [
    'PX 50 a b',
    '00320161076578616d706c65036f7267000162076578616d706c65036f726700',
    'PX 50 a.example.org. b.example.org.',
  ],
  ['AAAA 2001:db8::ff00:42:8329', '20010db8000000000000ff0000428329', 'AAAA 2001:db8::ff00:42:8329'],
  [
    'LOC 42 21 54.5 N 71 06 18.25 W -24.44m 30.12m 123m 90000m',
    '0033149689172fc470be14f600988cf4',
    'LOC 42 21 54.500 N 71 6 18.250 W -24.44m 30m 100m 90000m',
  ],
  ['LOC 52 N 4 E 0', '001216138b28720080dbba0000989680', 'LOC 52 0 0.000 N 4 0 0.000 E 0.00m 1m 10000m 10m'],
  [
    'LOC 90 S 180 W 42849672.95 0 0.01 90000000',
    '000010996cb0270059604e00ffffffff',
    'LOC 90 0 0.000 S 180 0 0.000 W 42849672.95m 0.00m 0.01m 90000000m',
  ],
  ['SRV 1 2 5060 sip', '0001000213c403736970076578616d706c65036f726700', 'SRV 1 2 5060 sip.example.org.'],
  [
    'NAPTR 100 10 u E2U+sip "!^.*$!sip:info@example.com!" .',
    '0064000a0175074532552b7369701b215e2e2a24217369703a696e666f406578616d706c652e636f6d2100',
    'NAPTR 100 10 "u" "E2U+sip" "!^.*$!sip:info@example.com!" .',
  ],
  ['KX 1 kx', '0001026b78076578616d706c65036f726700', 'KX 1 kx.example.org.'],
  ['CERT PKIX 1 RSASHA256 AQID', '0001000108010203', 'CERT 1 1 8 AQID'],
  ['DNAME tree.other.test.', '0474726565056f74686572047465737400', 'DNAME tree.other.test.'],
  [
    'DS 60485 RSASHA1 1 2BB183AF5F22588179A53B0A 98631FAD1A292118',
    'ec4505012bb183af5f22588179a53b0a98631fad1a292118',
    'DS 60485 5 1 2BB183AF5F22588179A53B0A98631FAD1A292118',
  ],
  [
    'SSHFP 4 2 123456789abcdef67890123456789abcdef67890123456789abcdef123456789',
    '0402123456789abcdef67890123456789abcdef67890123456789abcdef123456789',
    'SSHFP 4 2 123456789ABCDEF67890123456789ABCDEF67890123456789ABCDEF123456789',
  ],
  [
    'RRSIG A 13 2 3600 20300131235959 1893456000 2642 @ AAEC Aw==',
    '00010d0200000e107104b6ff70dbd8800a52076578616d706c65036f72670000010203',
    'RRSIG A 13 2 3600 20300131235959 20300101000000 2642 example.org. AAECAw==',
  ],
  [
    'NSEC Host A MX RRSIG NSEC TYPE1234',
    '04486f7374076578616d706c65036f7267000006400100000003041b000000000000000000000000000000000000000000000000000020',
    'NSEC Host.example.org. A MX RRSIG NSEC TYPE1234',
  ],
  ['DNSKEY 257 3 13 AAECAw==', '0101030d00010203', 'DNSKEY 257 3 13 AAECAw=='],
  [
    'DHCID AAIBY2/AuCccgoJbsaxcQc9TUapptP69lOjxfNuVAA2kjEA=',
    '000201636fc0b8271c82825bb1ac5c41cf5351aa69b4febd94e8f17cdb95000da48c40',
    'DHCID AAIBY2/AuCccgoJbsaxcQc9TUapptP69lOjxfNuVAA2kjEA=',
  ],
  [
    'NSEC3 1 1 12 aabbccdd 2vptu5timamqttgl4luu9kg21e0aor3s A RRSIG',
    '0101000c04aabbccdd1417f3df17b2b2adaef615257de4d2020b80ac6c7c0006400000000002',
    'NSEC3 1 1 12 AABBCCDD 2VPTU5TIMAMQTTGL4LUU9KG21E0AOR3S A RRSIG',
  ],
  [
    'NSEC3 1 0 0 - 2t7b4g4vsa5smi47k61mv5bv1a22bojr',
    '010000000014174eb2409fe28bcb4887a1836f957f0a8425e27b',
    'NSEC3 1 0 0 - 2T7B4G4VSA5SMI47K61MV5BV1A22BOJR',
  ],
  ['NSEC3PARAM 1 0 10 aabb', '0100000a02aabb', 'NSEC3PARAM 1 0 10 AABB'],
  ['TLSA 3 1 1 d2abde 240d7c', '030101d2abde240d7c', 'TLSA 3 1 1 D2ABDE240D7C'],
  ['SMIMEA 3 0 2 00112233', '03000200112233', 'SMIMEA 3 0 2 00112233'],
  ['CDS 0 0 0 00', '0000000000', 'CDS 0 0 0 00'],
  ['CDNSKEY 0 3 0 AA==', '0000030000', 'CDNSKEY 0 3 0 AA=='],
  ['OPENPGPKEY mQENBFVH m5sBCACb', '99010d0455479b9b0108009b', 'OPENPGPKEY mQENBFVHm5sBCACb'],
  ['CSYNC 66 3 A NS AAAA', '000000420003000460000008', 'CSYNC 66 3 A NS AAAA'],
  [
    'ZONEMD 2018031500 1 240 000102030405060708090a0b',
    '7848b78c01f0000102030405060708090a0b',
    'ZONEMD 2018031500 1 240 000102030405060708090A0B',
  ],
  ['SPF "v=spf1 -all"', '0b763d73706631202d616c6c', 'SPF "v=spf1 -all"'],
  ['EUI48 00-00-5e-00-53-2a', '00005e00532a', 'EUI48 00-00-5e-00-53-2a'],
  ['EUI64 00-00-5e-ef-10-00-00-2a', '00005eef1000002a', 'EUI64 00-00-5e-ef-10-00-00-2a'],
  [
    'URI 10 1 "ftp://ftp1.example.com/public"',
    '000a00016674703a2f2f667470312e6578616d706c652e636f6d2f7075626c6963',
    'URI 10 1 "ftp://ftp1.example.com/public"',
  ],
  [
    'CAA 128 issue "ca.example.net; account=230123"',
    '8005697373756563612e6578616d706c652e6e65743b206163636f756e743d323330313233',
    'CAA 128 issue "ca.example.net; account=230123"',
  ],
  ['MB host', '04686f7374076578616d706c65036f726700', 'MB host.example.org.'],
  ['MG host', '04686f7374076578616d706c65036f726700', 'MG host.example.org.'],
  ['MR host', '04686f7374076578616d706c65036f726700', 'MR host.example.org.'],
  [String.raw`TYPE65280 \# 3 ab cd 01`, 'abcd01', String.raw`TYPE65280 \# 3 abcd01`],
  [String.raw`MX \# 3 000a 00`, '000a00', 'MX 10 .'],
]

for (const [written, octets, printed] of RECORDS) {
  test(`${written} has its octets on the wire and its text when printed`, () => {
    const { records, problems } = parseFile('f', parseName('example.org', ROOT), () => `w 1 ${written}`)
    assert.deepEqual(problems, [])
    const [record] = records
    assert.equal(record?.data.toString('hex'), octets)
    assert.equal(
      `${typeName(record?.type ?? 0)} ${printData(record?.type ?? 0, record?.data ?? Buffer.alloc(0))}`,
      printed,
    )
  })
}
