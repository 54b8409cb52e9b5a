import type { Text } from '../service.ts'

/** Why another server's answer cannot be given. */
export type GatewayProblem = keyof typeof gatewayStatuses

/** The status of each problem (RFC 9110 §15.6.3, §15.6.5). */
export const gatewayStatuses = {
  'gateway-refused': 502,
  'gateway-slow': 504,
  'gateway-answer': 502,
  'gateway-loop': 502,
} as const

/** What the page of each problem tells its reader. */
export const gatewayReasons: Readonly<Record<GatewayProblem, Text>> = {
  'gateway-refused': {
    en: 'Another server answers this address, and it takes no connection. Start it, or check its address in the scenario.',
    es: 'A esta dirección responde otro servidor, que no acepta conexiones. Arránquelo o revise su dirección en el escenario.',
  },
  'gateway-slow': {
    en: 'Another server answers this address, and it did not answer in time. Try again in a moment.',
    es: 'A esta dirección responde otro servidor, que no ha respondido a tiempo. Inténtelo de nuevo en un momento.',
  },
  'gateway-answer': {
    en: 'Another server answers this address, and what it sent is not a right HTTP answer, or not a whole one.',
    es: 'A esta dirección responde otro servidor, y lo que ha enviado no es una respuesta HTTP correcta o no está completa.',
  },
  'gateway-loop': {
    en: 'The request came back to this server through the one that should answer it. Check where each of them forwards to.',
    es: 'La petición ha vuelto a este servidor a través del que debía responderla. Revise a dónde reenvía cada uno.',
  },
}
