/** The zone that the suite asks for, which an instructor loads into any server, and what its records look like. */
import { printData } from '../records/data.ts'
import { TYPE, typeName } from '../records/types.ts'
import { parseName, printName, ROOT } from '../wire/name.ts'
import type { RecordSet } from '../wire/message.ts'
import { parseFile, type ZoneRecord } from '../zone/parser.ts'
import type { ZoneEntry } from '../zone/zone.ts'

/** Text of exactly a hundred characters, so that few records fill a datagram. */
const line = (digit: string): string => `"${digit.repeat(4)}${'0123456789abcdef'.repeat(6)}"`

/** The master file of the suite's zone for a domain. */
export function suiteZone(domain: string): string {
  return `; What the suite "dns" of telelab asks for. Load it as the zone ${domain} into the server that is graded.
; BIND refuses the name _host until the zone says: check-names ignore;
; Knot DNS and NSD load it as it is.
; Qué pide la batería "dns" de telelab. Cárgala como zona ${domain} en el servidor que se corrige.
; BIND rechaza el nombre _host si la zona no lleva: check-names ignore;
; Knot DNS y NSD la cargan tal cual.
$ORIGIN ${domain}.
$TTL 3600
@           7200 IN SOA dns hostmaster 7 3600 900 604800 300
@                IN NS  dns
@                IN MX  10 mail
@                IN MX  20 mail2
dns              IN A   192.0.2.1
dns              IN AAAA 2001:db8::1
mail             IN A   192.0.2.2
mail2            IN A   192.0.2.3
www              IN A   192.0.2.4
short         60 IN A   192.0.2.5
several          IN A   192.0.2.6
several          IN A   192.0.2.7
several          IN A   192.0.2.8
pointer          IN PTR www
text             IN TXT "one" "two; three" ""
alias            IN CNAME www
chain            IN CNAME alias
dangling         IN CNAME nothing.here
loop1            IN CNAME loop2
loop2            IN CNAME loop1
_sip._tcp        IN SRV 0 5 5060 mail
_host            IN A   192.0.2.9
a.b.ent          IN TXT "deep"
*.wild           IN TXT "any"
real.wild        IN A   192.0.2.10
below.host.wild  IN A   192.0.2.11
odd              IN TYPE65280 \\# 4 01020304
${'l'.repeat(63)} IN A 192.0.2.12
sub              IN NS  ns.sub
ns.sub           IN A   192.0.2.13
${['0', '1', '2', '3', '4', '5', '6', '7'].map((digit) => `middle IN TXT ${line(digit)}`).join('\n')}
${['0', '1', '2', '3', '4', '5', '6', '7', '8', '9', 'a', 'b', 'c', 'd'].map((digit) => `big IN TXT ${line(digit)}`).join('\n')}
`
}

/** The suite's records, read by the lab's own zone reader. */
function recordsOf(domain: string): readonly ZoneRecord[] {
  return parseFile('suite.db', parseName(domain, ROOT), () => suiteZone(domain)).records
}

// Letter case of names is nobody's promise (RFC 4343 §4.1); that of texts is.
function printRecord(owner: string, type: number, data: Buffer): string {
  const text = printData(type, data)
  return `${owner.toLowerCase()} ${typeName(type)} ${type === TYPE.txt ? text : text.toLowerCase()}`
}

/** A record as a line of `owner type data`. */
export function printEntry({ owner, type, data }: ZoneEntry): string {
  return printRecord(printName(owner), type, data)
}

/** Records as a master file writes them, sorted as `linesOf` prints an answer's; throws an Error if they are none. */
export function readLines(domain: string, written: readonly string[]): readonly string[] {
  const text = ['$TTL 1h', ...written].join('\n')
  const { records, problems } = parseFile('records', parseName(domain, ROOT), () => text)
  const [problem] = problems.filter(({ severity }) => severity !== 'warning')
  if (problem !== undefined) throw new Error(`"${written[problem.line - 2] ?? ''}": ${problem.message.en}`)
  return records.map(printEntry).toSorted()
}

/** The lines that the zone has for a name and type, sorted, as `linesOf` prints an answer's. */
export function expectedLines(domain: string, name: string, type: string): readonly string[] {
  const key = parseName(name, parseName(domain, ROOT)).key
  return recordsOf(domain)
    .filter((record) => record.owner.key === key && typeName(record.type) === type)
    .map(printEntry)
    .toSorted()
}

/** A section as sorted lines of `owner type data`. */
export function linesOf(sets: readonly RecordSet[]): readonly string[] {
  return sets
    .flatMap(({ owner, type, data }) => data.map((each) => printRecord(printName(owner), type, each)))
    .toSorted()
}
