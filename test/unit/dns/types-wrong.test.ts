import assert from 'node:assert/strict'
import { test } from 'node:test'
import { findType } from '../../../services/dns/records/types.ts'
import { checkData } from '../../../services/dns/records/data.ts'
import { WireError } from '../../../services/dns/wire/name.ts'
import { problems, START } from './master.ts'

const HASH = '2t7b4g4vsa5smi47k61mv5bv1a22bojr'

/** The data of a record of w.example.org, the column and the beginning of what is said. */
const WRONG: readonly (readonly [string, RegExp])[] = [
  ['A "10.0.0.1"', /^5 "10\.0\.0\.1" is in quotes, but only text has them here/],
  ['A 010.0.0.1', /^5 "010\.0\.0\.1" is not an IPv4 address/],
  ['AAAA fe80::1%eth0', /^8 "fe80::1%eth0" is not an IPv6 address/],
  ['AAAA 1:2:3:4:5:6:7', /^8 .* is not an IPv6 address/],
  ['MX -1 dns', /^6 "-1" is not a whole number/],
  ['MX 0x10 dns', /^6 "0x10" is not a whole number/],
  ['HINFO a', /^10 a value is missing/],
  ['HINFO a b c', /^13 "c" is one value too many/],
  ['NAPTR 1 2 u x "!^.*$!" .', /^17 the substitution is wrong/],
  ['NAPTR 1 2 u x "!a(!b!" .', /^17 the substitution is wrong/],
  [String.raw`NAPTR 1 2 u x "!(a)!\\2!" .`, /^17 the substitution is wrong/],
  ['NAPTR 1 2 u x "!a!b!x" .', /^17 the substitution is wrong/],
  ['NAPTR 1 2 u x "1a1b1" .', /^17 the substitution is wrong/],
  ['NAPTR 1 2 u x ""', /^19 a value is missing/],
  ['SSHFP 1 1 00', /^13 a digest of type 1 has 20 octets, 40 hexadecimal digits, not 1 octet/],
  ['SSHFP 1 3 0', /^13 "0" is not hexadecimal/],
  ['TLSA 3 1 1', /^13 a value is missing/],
  ['TLSA 3 1 1 zz', /^14 "zz" is not hexadecimal/],
  ['TLSA 3 1 1 00 "00"', /^17 "00" is in quotes/],
  ['DS 1 8 2 00', /^12 a digest of type 2 has 32 octets/],
  ['DS 1 NOALG 2 00', /^8 "NOALG" is not a whole number/],
  ['DS 1 toString 2 00', /^8 "toString" is not a whole number/],
  ['ZONEMD 1 1 240 00', /^18 a digest of type 240 has 12 octets/],
  ['DNSKEY 256 3 8 AQ', /^18 "AQ" is not base64/],
  ['DNSKEY 256 3 8 AR==', /^18 "AR==" is not base64/],
  ['DNSKEY 256 3 8 AQ== x', /^18 "AQ==x" is not base64/],
  [`RRSIG NOTYPE 13 2 60 0 0 1 . AQ==`, /^9 "NOTYPE" is not a record type/],
  ['RRSIG A 13 2 1h 0 0 1 . AQ==', /^16 "1h" is not a whole number/],
  ['RRSIG A 13 2 60 20261301000000 0 1 . AQ==', /^19 "20261301000000" is not a moment/],
  ['RRSIG A 13 2 60 20260230000000 0 1 . AQ==', /^19 "20260230000000" is not a moment/],
  ['RRSIG A 13 2 60 2026x230000000 0 1 . AQ==', /^19 "2026x230000000" is not a moment/],
  ['NSEC x', /^8 at least one type must follow/],
  ['NSEC x A NOTYPE', /^12 "NOTYPE" is not a record type/],
  [`NSEC3 1 0 0 xyz ${HASH} A`, /^15 "xyz" is not hexadecimal/],
  ['NSEC3 1 0 0 - 2t7b4g4vsa5smi47k61mv5bv1a22bojw A', /^17 .* is not base32/],
  ['NSEC3 1 0 0 - 1 A', /^17 "1" is not base32/],
  ['NSEC3 1 0 0 - 000 A', /^17 "000" is not base32/],
  ['NSEC3 1 0 0 - 1V A', /^17 "1V" is not base32/],
  [`NSEC3 1 0 0 ${'00'.repeat(256)} ${HASH} A`, /^15 .* is 256 octets long; at most 255/],
  ['NSEC3PARAM 1 0 0 0', /^20 "0" is not hexadecimal/],
  ['LOC 91 N 4 W 5', /^7 "91" is wrong here: write degrees up to 90/],
  ['LOC 52 N 181 W 5', /^12 "181" is wrong here: write degrees up to 180/],
  ['LOC 52 60 N 4 W 5', /^10 "60" is wrong here/],
  ['LOC 52 0 60 N 4 W 5', /^12 "60" is wrong here/],
  ['LOC 52 1.5 N 4 W 5', /^10 "1\.5" is wrong here/],
  ['LOC 90 0 0.001 N 4 W 5', /^12 "0\.001" is wrong here/],
  ['LOC 52 0 0 0 N 4 W 5', /^14 "0" is wrong here/],
  ['LOC N 4 W 5', /^7 "N" is wrong here/],
  ['LOC 52 N 4 N 5', /^14 "N" is wrong here/],
  ['LOC 52 N 4 W', /^15 a value is missing/],
  ['LOC 52 N 4 W -100000.01', /^16 .* is not a number of metres from -100000\.00 to 42849672\.95/],
  ['LOC 52 N 4 W 5 90000000.01', /^18 .* is not a number of metres from 0\.00 to 90000000\.00/],
  ['LOC 52 N 4 W 5km', /^16 "5km" is not a number of metres/],
  ['LOC 52 N 4 W 5 5 5 5 5', /^24 "5" is one value too many/],
  ['URI 1 2 unquoted', /^11 "unquoted" is not in quotes/],
  ['URI 1 2 ""', /^11 the URI is empty/],
  ['OPENPGPKEY *', /^14 "\*" is not base64/],
  ['EUI48 00:00:5e:00:53:2a', /^9 .* is not 6 pairs of hexadecimal digits/],
  ['EUI64 00-00-5e-00-53-2a', /^9 .* is not 8 pairs of hexadecimal digits/],
  ['CERT NOTYPE 0 0 AQ==', /^8 "NOTYPE" is not a whole number/],
  [String.raw`TXT \# 0`, /^10 these octets are no data of type TXT/],
  [String.raw`CNAME \# 2 c000`, /^14 these octets are no data of type CNAME/],
  [String.raw`TYPE65280 \# 1 "00"`, /^18 "00" is in quotes/],
  [String.raw`TYPE65280 \# 65536 00`, /^16 "65536" is out of range/],
  [String.raw`TYPE65280 "\#" 1 00`, /^13 data of type TYPE65280 is written as octets/],
  ['"A" 10.0.0.1', /^3 "A" is in quotes, but a record type/],
  ['$TTL 5', /^3 \$TTL is a directive: it stands at the start of its line/],
]

for (const [data, expected] of WRONG) {
  test(`${data.slice(0, 60)} is wrong`, () => {
    const found = problems(`${START}w ${data}\n`).filter((problem) => !/^\d+:\d+ warning/.test(problem))
    assert.equal(found.length, 1, found.join('\n'))
    assert.match(found[0]?.replace(/^5:/, '') ?? '', expected)
  })
}

test('a long number of words makes a mistake, not an exception', () => {
  const long = problems(`${START}w DNSKEY 256 3 8 ${'AQID '.repeat(40_000)}\n`)
  assert.match(long[0] ?? '', /the data is 12\d+ octets long; a record holds at most 65535/)
})

/** Octets that are no data of their type. */
const MALFORMED: readonly (readonly [string, string])[] = [
  ['A', '0a0000'],
  ['A', '0a00000102'],
  ['NS', '0161'],
  ['NS', 'c00c'],
  ['MX', '000a'],
  ['MX', '000a0000'],
  ['TXT', ''],
  ['TXT', '0561'],
  ['HINFO', '0161'],
  ['LOC', '001216'],
  ['LOC', '00ff16138b28720080dbba0000989680'],
  ['LOC', '000516138b28720080dbba0000989680'],
  ['LOC', '00121613ffffffff80dbba0000989680'],
  ['DS', '000108'],
  ['DS', '000108020000'],
  ['SSHFP', '010100'],
  ['NSEC', '00'],
  ['NSEC', '00000100'],
  ['NSEC', '000000'],
  ['NSEC', '00000221'],
  ['NSEC', '00010140000140'],
  ['NSEC', '00000140000140'],
  ['NSEC', `000021${'01'.repeat(33)}`],
  ['NSEC3', '010000000000ff'],
  ['NSEC3', '0100000000'],
  ['SVCB', '0001'],
  ['SVCB', '00010000030001'],
  ['NAPTR', '000100020000016100'],
  ['URI', '00010002'],
  ['CAA', '00'],
]

for (const [mnemonic, octets] of MALFORMED) {
  test(`${octets} is no ${mnemonic} data on the wire`, () => {
    assert.throws(() => checkData(findType(mnemonic)?.code ?? 0, Buffer.from(octets, 'hex')), WireError)
  })
}
