/** Cases: aliases, followed to where they lead (RFC 1034 §3.6.2). */
import type { CheckCase } from '../../../lab/check.ts'
import { holds, same } from '../../../lab/kit/assertion.ts'
import { count } from '../../../lab/kit/dissect/said.ts'
import { ask, dig } from './ask.ts'
import { asking, probing } from './case.ts'
import { answersWith, codeIs, flagIs, isNegative, RECORD } from './judge.ts'

/** Aliases. */
export const aliasCases: readonly CheckCase[] = [
  asking({
    id: 'alias',
    title: {
      en: 'An alias is answered with its CNAME and the address behind it',
      es: 'Un alias se responde con su CNAME y la dirección que hay detrás',
    },
    reference: 'RFC 1034 §3.6.2',
    hint: {
      en: 'The server follows the alias within its own zones and adds what it finds there.',
      es: 'El servidor sigue el alias dentro de sus zonas y añade lo que encuentra allí.',
    },
    ask: { name: 'alias' },
    judge: (message, target) => [
      codeIs(message, 'NOERROR'),
      answersWith(message, target, ['alias CNAME', 'www A']),
      flagIs(message, 'aa', true),
    ],
  }),
  asking({
    id: 'alias-chain',
    title: {
      en: 'An alias of an alias is followed to its end, in order',
      es: 'Un alias de un alias se sigue hasta el final, en orden',
    },
    points: 2,
    reference: 'RFC 1034 §4.3.2',
    hint: {
      en: 'Each CNAME starts the search again, with its target for the name.',
      es: 'Cada CNAME empieza de nuevo la búsqueda, con su destino como nombre.',
    },
    ask: { name: 'chain' },
    judge: (message, target) => [
      answersWith(message, target, ['chain CNAME', 'alias CNAME', 'www A']),
      same(
        {
          en: 'each alias stands before what it leads to',
          es: 'cada alias va antes de aquello a lo que lleva',
        },
        'CNAME CNAME A',
        message.answer.map(({ type }) => ({ 5: 'CNAME', 1: 'A' })[type] ?? `TYPE${type}`).join(' '),
      ),
    ],
  }),
  asking({
    id: 'alias-itself',
    title: { en: 'Who asks for a CNAME gets it alone', es: 'Quien pide un CNAME lo recibe solo' },
    reference: 'RFC 1034 §3.6.2',
    hint: {
      en: 'An alias is not followed when it is the alias that is asked for.',
      es: 'Un alias no se sigue cuando lo que se pide es el propio alias.',
    },
    ask: { name: 'alias', type: 'CNAME' },
    judge: (message, target) => [codeIs(message, 'NOERROR'), answersWith(message, target, ['alias CNAME'])],
  }),
  asking({
    id: 'alias-invented',
    title: {
      en: 'No alias is made up for a host that has none',
      es: 'No se inventa ningún alias para una máquina que no lo tiene',
    },
    reference: 'RFC 1034 §3.6.2',
    hint: {
      en: 'Where there is a CNAME there may be no other data; a name with an A record has none.',
      es: 'Donde hay un CNAME no puede haber otros datos; un nombre con un registro A no tiene ninguno.',
    },
    ask: { name: 'www', type: 'CNAME' },
    judge: (message, target) => isNegative(message, target, 'NOERROR'),
  }),
  asking({
    id: 'alias-to-nothing',
    title: {
      en: 'An alias that leads to nothing is answered with its CNAME and NXDOMAIN',
      es: 'Un alias que no lleva a nada se responde con su CNAME y NXDOMAIN',
    },
    reference: 'RFC 6604 §3',
    hint: {
      en: 'The code tells of the last name of the chain, not of the first.',
      es: 'El código habla del último nombre de la cadena, no del primero.',
    },
    ask: { name: 'dangling' },
    judge: (message, target) => [
      codeIs(message, 'NXDOMAIN'),
      answersWith(message, target, ['dangling CNAME']),
    ],
  }),
  probing({
    id: 'alias-loop',
    title: {
      en: 'Aliases that go round are answered, and the server goes on',
      es: 'Unos alias que dan vueltas se responden, y el servidor sigue',
    },
    reference: 'RFC 1034 §5.2.2',
    hint: {
      en: 'Count the aliases that were followed, or remember them.',
      es: 'Cuenta los alias que has seguido, o recuérdalos.',
    },
    reproduce: (target) => dig(target, { name: 'loop1' }),
    async run(context) {
      const { message } = await ask(context, { name: 'loop1' })
      const after = await ask(context, { name: 'www' })
      const most = message.answer.reduce((sum, { data }) => sum + data.length, 0)
      return [
        holds(
          { en: 'each alias stands there once', es: 'cada alias está una sola vez' },
          most <= 2,
          '≤ 2',
          count(most, RECORD),
        ),
        codeIs(after.message, 'NOERROR'),
      ]
    },
  }),
]
