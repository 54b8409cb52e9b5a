/** The questions and answers of RFC 1034 §6.2, asked of the server C.ISI.EDU of §6.1. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  ACROSS_ZONES,
  ask,
  askStream,
  bindDeviates,
  FLAGS,
  isElsewhere,
  lines,
  openForAllTests,
  openSubject,
} from './subject.ts'

const skip = isElsewhere && "needs a server of the scenario's zones"

const subject = openForAllTests(() => openSubject({ zones: { '.': 'root.db', edu: 'edu.db' } }))

const ADDRESSES = ['sri-nic.arpa. 86400 A 10.0.0.51', 'sri-nic.arpa. 86400 A 26.0.0.73']
const MAIL = 'sri-nic.arpa. 86400 MX 0 SRI-NIC.ARPA.'

test('§6.2.1: SRI-NIC.ARPA A', { skip }, async () => {
  const { answer, flags, rcode } = await ask(subject, 'SRI-NIC.ARPA.')
  assert.deepEqual(lines(answer), ADDRESSES)
  assert.deepEqual([rcode, flags], [0, FLAGS.response | FLAGS.authoritative])
})

test('§6.2.2: SRI-NIC.ARPA *', { skip }, async () => {
  const { answer, flags } = await askStream(subject, 'SRI-NIC.ARPA.', { type: 'ANY' })
  assert.equal(flags, FLAGS.response | FLAGS.authoritative)
  assert.deepEqual(
    lines(answer).filter((line) => !line.includes('HINFO')),
    [...ADDRESSES, MAIL],
  )
  assert.equal(lines(answer).length, 4)
})

test('§6.2.3: SRI-NIC.ARPA MX', { skip }, async () => {
  const { answer, additional, flags } = await ask(subject, 'SRI-NIC.ARPA.', { type: 'MX' })
  assert.deepEqual(lines(answer), [MAIL])
  for (const line of ADDRESSES) assert.ok(lines(additional).includes(line), line)
  assert.equal(flags, FLAGS.response | FLAGS.authoritative)
})

test('§6.2.4: SRI-NIC.ARPA NS', { skip }, async () => {
  const { answer, flags, rcode } = await ask(subject, 'SRI-NIC.ARPA.', { type: 'NS' })
  assert.deepEqual([rcode, flags, lines(answer)], [0, FLAGS.response | FLAGS.authoritative, []])
})

test('§6.2.5: SIR-NIC.ARPA A', { skip }, async () => {
  const { answer, authority, flags, rcode } = await ask(subject, 'SIR-NIC.ARPA.')
  assert.deepEqual([rcode, flags, lines(answer)], [3, FLAGS.response | FLAGS.authoritative, []])
  assert.deepEqual(lines(authority), [
    '. 86400 SOA SRI-NIC.ARPA. HOSTMASTER.SRI-NIC.ARPA. 870611 1800 300 604800 86400',
  ])
})

const ONLY_GLUE = bindDeviates('its referrals have the addresses below the cut only')

test('§6.2.6: BRL.MIL A', { skip, ...ONLY_GLUE }, async () => {
  const { answer, authority, additional, flags, rcode } = await ask(subject, 'BRL.MIL.')
  assert.deepEqual([rcode, flags, lines(answer)], [0, FLAGS.response, []])
  assert.deepEqual(lines(authority), ['mil. 86400 NS A.ISI.EDU.', 'mil. 86400 NS SRI-NIC.ARPA.'])
  assert.deepEqual(
    lines(additional).map((line) => line.replace(/ \d+ /, ' ')),
    ['a.isi.edu. A 26.3.0.103', 'sri-nic.arpa. A 10.0.0.51', 'sri-nic.arpa. A 26.0.0.73'],
  )
})

test('§6.2.7: USC-ISIC.ARPA A', { skip, ...ACROSS_ZONES }, async () => {
  const { answer, authority, additional, flags, rcode } = await ask(subject, 'USC-ISIC.ARPA.')
  assert.deepEqual([rcode, flags], [0, FLAGS.response | FLAGS.authoritative])
  assert.deepEqual(lines(answer), ['usc-isic.arpa. 86400 CNAME C.ISI.EDU.'])
  assert.deepEqual(
    lines(authority).map((line) => line.toLowerCase()),
    ['a', 'vaxa', 'venera'].map((host) => `isi.edu. 172800 ns ${host}.isi.edu.`),
  )
  assert.deepEqual(lines(additional), [
    'a.isi.edu. 172800 A 26.3.0.103',
    'vaxa.isi.edu. 172800 A 10.2.0.27',
    'vaxa.isi.edu. 172800 A 128.9.0.33',
    'venera.isi.edu. 172800 A 10.1.0.52',
    'venera.isi.edu. 172800 A 128.9.0.32',
  ])
})

test('§6.2.8: USC-ISIC.ARPA CNAME', { skip }, async () => {
  const { answer, flags, rcode } = await ask(subject, 'USC-ISIC.ARPA.', { type: 'CNAME' })
  assert.deepEqual([rcode, flags], [0, FLAGS.response | FLAGS.authoritative])
  assert.deepEqual(lines(answer), ['usc-isic.arpa. 86400 CNAME C.ISI.EDU.'])
})

test('§6.1: the zone EDU is answered from EDU, and the root from the root', { skip }, async () => {
  const edu = await ask(subject, 'EDU.', { type: 'SOA' })
  assert.deepEqual([edu.rcode, edu.flags], [0, FLAGS.response | FLAGS.authoritative])
  assert.match(lines(edu.answer).join('\n'), / 870729 /)
  const root = await ask(subject, '.', { type: 'NS' })
  assert.deepEqual([root.rcode, root.flags], [0, FLAGS.response | FLAGS.authoritative])
  assert.deepEqual(lines(root.answer), [
    '. 86400 NS A.ISI.EDU.',
    '. 86400 NS C.ISI.EDU.',
    '. 86400 NS SRI-NIC.ARPA.',
  ])
})

test('§6.1: servers outside of the delegation have no glue', { skip }, async () => {
  const { authority, additional } = await ask(subject, 'www.yale.edu.')
  assert.deepEqual(lines(authority), [
    'yale.edu. 172800 NS YALE-BULLDOG.ARPA.',
    'yale.edu. 172800 NS YALE.ARPA.',
  ])
  assert.deepEqual(lines(additional), [])
})
