import type { CheckResult, Report } from '../../../lab/grading/model.ts'

/** Texts that steer a terminal, mark up a page, begin a formula or turn the direction of writing. */
export const hostile = {
  control: 'a\u0000b\u001b[31mred\u0007\u0085\u009b2J\u007f',
  markup:
    '</pre></td><script>alert(1)</script>&amp;"\' ]]> <!-- ` **bold** [x](javascript:1) | %0A::error::x',
  formula: "=cmd|' /C calc'!A0",
  direction: '\u202egnp.exe\u2066 \u05e9\u05dc\u05d5\u05dd \u200f',
  surrogate: 'half \ud83d of \udc00 a pair \uffff \ufffe \u{10ffff}',
  // TAP 14 counts a failed test as none behind either directive, SKIP or TODO: the tests hold that a student's text can give neither.
  test: 'ok 1 - # SKIP # TODO \\# ...\n---\nBail out! now',
} as const

const twice = (text: string): { en: string; es: string } => ({ en: text, es: text })

const results: readonly CheckResult[] = [
  {
    id: 'dns.soa-at-apex',
    group: 'dns',
    title: { en: 'The zone has a SOA at its apex', es: 'La zona tiene un SOA en su vértice' },
    outcome: 'passed',
    points: 2,
    score: 2,
    assertions: [{ title: { en: 'SOA', es: 'SOA' }, holds: true }],
    reference: 'RFC 1035 §3.3.13',
    reproduce: 'dig @127.0.0.1 -p 5353 sstt9721.org SOA',
    milliseconds: 4,
  },
  {
    id: 'dns.mx-points-to-name',
    group: 'dns',
    title: { en: 'The MX points to a name', es: 'El MX apunta a un nombre' },
    outcome: 'failed',
    points: 3,
    score: 1.5,
    assertions: [
      { title: { en: 'there is one MX', es: 'hay un MX' }, holds: true },
      {
        title: { en: 'its preference is 10', es: 'su preferencia es 10' },
        holds: false,
        difference: {
          expected: '10 smtp.sstt9721.org.',
          actual: '20 smtp.sstt9721.org.',
          at: 0,
        },
      },
    ],
    evidence: { facts: [12, 13], frames: [4] },
    reference: 'RFC 1035 §3.3.9',
    reproduce: 'dig @127.0.0.1 -p 5353 sstt9721.org MX',
    hint: { text: { en: 'Look at the first field', es: 'Mira el primer campo' }, cost: 0.25 },
    isHintTaken: true,
    milliseconds: 6.5,
  },
  {
    id: 'http.status-line',
    group: 'http',
    title: { en: 'The status line is right', es: 'La línea de estado es correcta' },
    outcome: 'failed',
    points: 1,
    score: 0,
    assertions: [
      {
        title: { en: 'HTTP/1.1, status, reason', es: 'HTTP/1.1, estado, motivo' },
        holds: false,
        difference: {
          expected: 'HTTP/1.1 200 OK\r\nServer: lab',
          actual: 'HTTP/1.1 200 OK\nSërver\u001b: 日本 x\r',
          at: 28,
        },
      },
      {
        title: { en: 'the server closes', es: 'el servidor cierra' },
        holds: false,
        difference: {
          expected: { en: 'connection closed', es: 'conexión cerrada' },
          actual: { en: 'connection open', es: 'conexión abierta' },
        },
      },
    ],
    evidence: { transcript: ['> GET / HTTP/1.1', '> Host: a', '>', '< HTTP/1.1 200 OK'] },
    reference: 'RFC 9112 §4',
    reproduce: 'curl -i http://127.0.0.1:8080/',
    hint: { text: { en: 'Not shown: it costs', es: 'No se muestra: cuesta' }, cost: 1 },
    milliseconds: 12,
  },
  {
    id: 'http.keeps-open',
    group: 'http',
    title: { en: 'The connection stays open', es: 'La conexión sigue abierta' },
    outcome: 'blocked',
    points: 1.25,
    score: 0,
    assertions: [],
    reason: {
      en: 'it needs status-line, which has not passed',
      es: 'necesita status-line, que no se ha superado',
    },
    reference: 'RFC 9112 §9.3',
    milliseconds: 0,
  },
  {
    id: 'http.types',
    group: 'http',
    title: { en: 'The types of files', es: 'Los tipos de los ficheros' },
    outcome: 'broken',
    points: 0.5,
    score: 0.5,
    assertions: [],
    reason: {
      en: 'the check itself failed: TypeError: x is undefined',
      es: 'falló la propia comprobación: TypeError: x is undefined',
    },
    reference: 'RFC 9110 §8.3',
    milliseconds: 1,
  },
]

/** A report with each outcome in it. */
export const usual: Report = {
  subject: 'sstt',
  title: { en: 'Telematic services', es: 'Servicios telemáticos' },
  student: 'ana@example.org',
  target: '127.0.0.1:5353, 127.0.0.1:8080',
  at: Date.UTC(2026, 10, 21, 9, 30),
  milliseconds: 1234,
  seed: 'c0ffee',
  results,
  flags: [
    { kind: 'late', text: { en: 'handed in 2 h late', es: 'entregado 2 h tarde' } },
    { kind: 'foreign-value', text: { en: 'a value of another student', es: 'un valor de otro estudiante' } },
  ],
}

/** A report of which nothing could be graded. */
export const unfit: Report = {
  ...usual,
  student: 'luis',
  target: './my-server',
  results: [
    {
      id: 'http.status-line',
      group: 'http',
      title: { en: 'The status line is right', es: 'La línea de estado es correcta' },
      outcome: 'failed',
      points: 4,
      score: 0,
      assertions: [],
      milliseconds: 0,
    },
  ],
  flags: [{ kind: 'program-said', text: twice('bind: Address already in use\n  at main.c:12') }],
  failure: { en: 'the program does not listen', es: 'el programa no escucha' },
}

/** A file that was handed in and counts for nothing, for a reason that is a flag, too. */
export const damaged: Report = {
  ...unfit,
  student: 'eva',
  name: 'Eva Núñez',
  target: 'handed-in/eva.telelab',
  isFile: true,
  seed: '',
  flags: [
    { kind: 'cut-off', text: { en: 'the journal is cut off', es: 'el diario está cortado' } },
    { kind: 'late', text: { en: 'handed in 2 h late', es: 'entregado 2 h tarde' } },
  ],
  failure: { en: 'the journal is cut off', es: 'el diario está cortado' },
}

/** A report in which every text is hostile. */
export const spiteful: Report = {
  ...usual,
  subject: hostile.markup,
  title: twice(hostile.direction),
  student: hostile.formula,
  target: hostile.control,
  seed: hostile.surrogate,
  flags: [{ kind: hostile.formula, text: twice(Object.values(hostile).join('\n')) }],
  results: Object.entries(hostile).map(([name, text], index) => ({
    id: `=evil.${name} ${text}`,
    group: text,
    title: twice(text),
    outcome: 'failed',
    points: 2,
    score: 0.5,
    assertions: [
      { title: twice(text), holds: false, difference: { expected: text, actual: text, at: index * 3 } },
    ],
    evidence: { transcript: [`> ${text}`, `< ${text}`] },
    reason: twice(`because ${text}`),
    reference: text,
    reproduce: text,
    hint: { text: twice(text) },
    milliseconds: 1,
  })),
}
