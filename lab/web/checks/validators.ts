/** Cases: answers that spare octets, conditional requests and ranges (RFC 9110 §13, §14). */
import type { CheckCase } from '../../check.ts'
import { holds, same } from '../../kit/assertion.ts'
import { bodyIs, fieldIs, probing, statusIs } from './case.ts'
import { pages } from './site.ts'
import { curl, get, valueOf } from './talk.ts'

/** What a server offers beside whole answers. */
export const validatorCases: readonly CheckCase[] = [
  probing({
    id: 'validators',
    title: {
      en: 'An answer says of which state of the file it is',
      es: 'Una respuesta dice de qué estado del fichero es',
    },
    reference: 'RFC 9110 §8.8',
    hint: {
      en: 'Last-Modified is the time of the file; ETag names its state.',
      es: 'Last-Modified es la hora del fichero; ETag nombra su estado.',
    },
    reproduce: (target) => curl(target, '/page.html'),
    async run(context) {
      const answer = await get(context, '/page.html')
      const names = ['etag', 'last-modified'].filter((name) => valueOf(answer, name) !== undefined)
      return [
        holds(
          { en: 'there is an ETag or a Last-Modified', es: 'hay un ETag o un Last-Modified' },
          names.length > 0,
          'ETag, Last-Modified',
          answer.fields.map(([name]) => name).join(', '),
        ),
      ]
    },
  }),
  probing({
    id: 'not-modified',
    title: {
      en: 'Who has the file already is told so',
      es: 'A quien ya tiene el fichero se le dice',
    },
    points: 2,
    reference: 'RFC 9110 §15.4.5',
    needs: ['validators'],
    hint: {
      en: 'If-None-Match with the ETag, or If-Modified-Since with the date: 304, and no body.',
      es: 'If-None-Match con el ETag, o If-Modified-Since con la fecha: 304, y sin cuerpo.',
    },
    reproduce: (target) =>
      curl(target, '/page.html', `-i -H 'If-Modified-Since: Fri, 01 Jan 2100 00:00:00 GMT'`),
    async run(context) {
      const first = await get(context, '/page.html')
      const [tag, date] = [valueOf(first, 'etag'), valueOf(first, 'last-modified')]
      const field = tag === undefined ? `If-Modified-Since: ${date ?? ''}` : `If-None-Match: ${tag}`
      const again = await get(context, '/page.html', `${field}\r\n`)
      const other = await get(context, '/page.html', 'If-None-Match: "another"\r\n')
      return [statusIs(again, [304], 2), statusIs(other, [200]), bodyIs(other, pages['/page.html'])]
    },
  }),
  probing({
    id: 'range',
    title: { en: 'A part of a file is sent alone', es: 'Una parte de un fichero se envía sola' },
    points: 2,
    reference: 'RFC 9110 §14.2',
    hint: {
      en: 'Range: bytes=2-5 are four octets: 206 with Content-Range; who knows no ranges sends the whole file, which costs little.',
      es: 'Range: bytes=2-5 son cuatro octetos: 206 con Content-Range; quien no conoce rangos envía el fichero entero, que cuesta poco.',
    },
    reproduce: (target) => curl(target, '/text.txt', '-i -r 2-5'),
    async run(context) {
      const answer = await get(context, '/text.txt', 'Range: bytes=2-5\r\n')
      // RFC 9110 §14.2: a server may ignore the field.
      if (answer.status === 200) return [statusIs(answer, [206]), bodyIs(answer, pages['/text.txt'], 3)]
      return [
        statusIs(answer, [206]),
        same({ en: 'the octets', es: 'los octetos' }, 'cdef', answer.body.toString('latin1')),
        fieldIs(answer, 'Content-Range', /^bytes 2-5\/27$/, 'bytes 2-5/27'),
      ]
    },
  }),
  probing({
    id: 'range-behind',
    title: {
      en: 'A part behind the end of the file is refused, where ranges are known',
      es: 'Una parte tras el final del fichero se rechaza, si se conocen los rangos',
    },
    reference: 'RFC 9110 §15.5.17',
    hint: {
      en: '416 with Content-Range: bytes */27, which tells the length.',
      es: '416 con Content-Range: bytes */27, que dice la longitud.',
    },
    reproduce: (target) => curl(target, '/text.txt', '-i -r 100-'),
    async run(context) {
      const answer = await get(context, '/text.txt', 'Range: bytes=100-\r\n')
      if (answer.status === 200) return [bodyIs(answer, pages['/text.txt'])]
      const told = valueOf(answer, 'content-range')
      return [
        statusIs(answer, [416], 2),
        holds(
          {
            en: 'Content-Range, if it is there, tells the length',
            es: 'Content-Range, si está, dice la longitud',
          },
          told === undefined || told === 'bytes */27',
          'bytes */27',
          told ?? '',
        ),
      ]
    },
  }),
]
