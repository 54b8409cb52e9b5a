/** Why the end of a message in HTTP/1 cannot be found. */
import type { ResponseProblem } from '../../kit/http/response.ts'
import type { Said } from '../../kit/dissect/said.ts'

const PROBLEMS: Readonly<Partial<Record<ResponseProblem, Said>>> = {
  'length-syntax': { en: 'Content-Length is no number', es: 'Content-Length no es un número' },
  'length-conflict': {
    en: 'several Content-Length that differ',
    es: 'varios Content-Length distintos',
  },
  'length-and-coding': {
    en: 'both Content-Length and Transfer-Encoding',
    es: 'Content-Length y Transfer-Encoding a la vez',
  },
  'coding-version': {
    en: 'Transfer-Encoding, which HTTP/1.0 does not know',
    es: 'Transfer-Encoding, que HTTP/1.0 no conoce',
  },
  'coding-unknown': {
    en: 'a Transfer-Encoding that does not end in chunked',
    es: 'un Transfer-Encoding que no acaba en chunked',
  },
  'chunk-size': { en: 'the size of a chunk', es: 'el tamaño de un trozo' },
  'chunk-end': { en: 'the end of a chunk', es: 'el final de un trozo' },
}

const otherProblem: Said = { en: 'a trailer field', es: 'un campo final' }

/** What is wrong, in both languages. */
export function problemText(problem: ResponseProblem): Said {
  return PROBLEMS[problem] ?? otherProblem
}
