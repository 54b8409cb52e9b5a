/** Cases: DNS over TCP (RFC 7766). */
import { CheckFailure, type CheckCase } from '../../../lab/check.ts'
import { closed, holds, same } from '../../../lab/kit/assertion.ts'
import { count, OCTET } from '../../../lab/kit/dissect/said.ts'
import { frame } from '../wire/framing.ts'
import { dig, openStream, queryFor, rawStream } from './ask.ts'
import { probing } from './case.ts'
import { answersWith, codeIs, flagIs, isAnswered } from './judge.ts'

/** Milliseconds within which a server that ends a connection must have closed it. */
const SOON = 100
/** Milliseconds between the pieces of a slow client. */
const PAUSE = 10

/** DNS over TCP. */
export const streamCases: readonly CheckCase[] = [
  probing({
    id: 'tcp',
    title: { en: 'The server answers over TCP', es: 'El servidor responde por TCP' },
    points: 2,
    reference: 'RFC 7766 §5',
    hint: {
      en: 'On the same port as UDP; each message stands behind its length in two octets.',
      es: 'En el mismo puerto que UDP; cada mensaje va detrás de su longitud en dos octetos.',
    },
    reproduce: (target) => dig(target, { name: 'www' }, ['+tcp']),
    async run(context) {
      await using stream = await openStream(context)
      await stream.send(queryFor(context.target.domain, { name: 'www' }))
      const { message } = await stream.receive()
      return [codeIs(message, 'NOERROR'), isAnswered(message)]
    },
  }),
  probing({
    id: 'tcp-whole',
    title: {
      en: 'What was cut over UDP comes whole over TCP',
      es: 'Lo que se cortó por UDP llega entero por TCP',
    },
    points: 2,
    reference: 'RFC 7766 §5',
    needs: ['tcp'],
    hint: {
      en: 'Over TCP the 512 octets of UDP are no bound, and TC is not set.',
      es: 'Por TCP no rige el límite de 512 octetos de UDP, y TC no se activa.',
    },
    reproduce: (target) => dig(target, { name: 'big', type: 'TXT' }, ['+tcp']),
    async run(context) {
      await using stream = await openStream(context)
      await stream.send(queryFor(context.target.domain, { name: 'big', type: 'TXT' }))
      const { message } = await stream.receive()
      return [answersWith(message, context.target, ['big TXT']), flagIs(message, 'tc', false)]
    },
  }),
  probing({
    id: 'tcp-again',
    title: {
      en: 'A connection brings a second answer after the first',
      es: 'Una conexión trae una segunda respuesta tras la primera',
    },
    reference: 'RFC 7766 §6.2.1',
    needs: ['tcp'],
    hint: {
      en: 'The server leaves the connection open, and waits for the next question.',
      es: 'El servidor deja abierta la conexión, y espera la siguiente pregunta.',
    },
    reproduce: (target) => dig(target, { name: 'www' }, ['+tcp', '+keepopen']),
    async run(context) {
      await using stream = await openStream(context)
      await stream.send(queryFor(context.target.domain, { name: 'www', id: 1 }))
      await stream.receive()
      await stream.send(queryFor(context.target.domain, { name: 'mail', id: 2 }))
      const { message } = await stream.receive()
      return [isAnswered(message)]
    },
  }),
  probing({
    id: 'tcp-pipelined',
    title: {
      en: 'Many questions sent at once are all answered',
      es: 'Muchas preguntas enviadas de una vez se responden todas',
    },
    reference: 'RFC 7766 §6.2.1.1',
    needs: ['tcp'],
    hint: {
      en: 'One read may bring several messages; the answers may come in any order.',
      es: 'Una lectura puede traer varios mensajes; las respuestas pueden llegar en cualquier orden.',
    },
    reproduce: (target) => {
      const one = queryFor(target.domain, { name: 'www', id: 1 })
      const two = queryFor(target.domain, { name: 'mail', id: 2 })
      return rawStream(target, one, two)
    },
    async run(context) {
      await using stream = await openStream(context)
      const ids = Array.from({ length: 20 }, (_, index) => index + 1)
      await stream.send(...ids.map((id) => queryFor(context.target.domain, { name: 'www', id })))
      const found: number[] = []
      for (const _ of ids) found.push((await stream.receive()).message.id)
      return [
        same(
          { en: 'the ids of the answers', es: 'los id de las respuestas' },
          ids.join(' '),
          found.toSorted((one, other) => one - other).join(' '),
        ),
      ]
    },
  }),
  probing({
    id: 'tcp-pieces',
    title: {
      en: 'A question may arrive in pieces, its length too',
      es: 'Una pregunta puede llegar a trozos, también su longitud',
    },
    reference: 'RFC 7766 §8',
    needs: ['tcp'],
    hint: {
      en: 'TCP keeps no borders: read on until two octets are there, then until as many as they say.',
      es: 'TCP no conserva fronteras: sigue leyendo hasta tener dos octetos, y luego tantos como digan.',
    },
    reproduce: (target) => dig(target, { name: 'www' }, ['+tcp']),
    async run(context) {
      await using stream = await openStream(context)
      const whole = frame(queryFor(context.target.domain, { name: 'www' }))
      for (const [from, to] of [
        [0, 1],
        [1, 2],
        [2, 15],
        [15, whole.length],
      ] as const) {
        await stream.sendRaw(whole.subarray(from, to))
        await context.wait(PAUSE)
      }
      const { message } = await stream.receive()
      return [isAnswered(message)]
    },
  }),
  probing({
    id: 'tcp-half-closed',
    title: {
      en: 'Who sends no more still gets the answers, then the end',
      es: 'Quien ya no envía más recibe aún las respuestas, y luego el final',
    },
    reference: 'RFC 7766 §6.2.4',
    needs: ['tcp'],
    hint: {
      en: 'The end of what the client sends is not the end of the connection.',
      es: 'El final de lo que envía el cliente no es el final de la conexión.',
    },
    reproduce: (target) => rawStream(target, queryFor(target.domain, { name: 'www' })),
    async run(context) {
      await using stream = await openStream(context)
      await stream.send(queryFor(context.target.domain, { name: 'big', type: 'TXT' }))
      stream.end()
      const { message } = await stream.receive()
      const rest = await stream.rest()
      return [
        answersWith(message, context.target, ['big TXT']),
        holds(
          { en: 'then the server closes', es: 'después el servidor cierra' },
          rest.length === 0,
          count(0, OCTET),
          count(rest.length, OCTET),
        ),
      ]
    },
  }),
  probing({
    id: 'tcp-malformed',
    title: {
      en: 'A malformed question is answered with FORMERR over TCP too, or ends the connection',
      es: 'Una pregunta mal formada se responde con FORMERR también por TCP, o acaba la conexión',
    },
    reference: 'RFC 1035 §4.1.1',
    needs: ['tcp'],
    hint: {
      en: 'The length of the message tells where the next one begins, whatever is wrong in it.',
      es: 'La longitud del mensaje dice dónde empieza el siguiente, sea lo que sea lo que esté mal.',
    },
    reproduce: (target) => rawStream(target, queryFor(target.domain, { name: 'www' }).subarray(0, -2)),
    async run(context) {
      await using stream = await openStream(context)
      await stream.send(queryFor(context.target.domain, { name: 'www', id: 9 }).subarray(0, -2))
      const answer = await stream.receive().catch((error: unknown) => {
        if (error instanceof CheckFailure) return undefined
        throw error
      })
      if (answer === undefined) {
        const title = { en: 'the server closes', es: 'el servidor cierra' }
        return [closed(title, await stream.closes(SOON))]
      }
      const { message } = answer
      return [codeIs(message, 'FORMERR'), same({ en: 'its id', es: 'su id' }, '9', String(message.id))]
    },
  }),
]
