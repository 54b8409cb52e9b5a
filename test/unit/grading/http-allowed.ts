/** Web servers that do otherwise than ours, as they may, and the cases that are none the worse for it. */
import { answering, misreading, page, without, type Mutant } from './http-mutant.ts'

const DOTS = /^GET \S*(?:\.\.|%2e|\/\/|%00)\S* /i

/** What each does. */
export const allowed: readonly (Omit<Mutant, 'fails'> & { readonly passes: readonly string[] })[] = [
  {
    ...answering('methods other than GET are not implemented', [], (text) =>
      without('Allow')(text.replace(/^HTTP\/1\.1 405 [^\r]*/, 'HTTP/1.1 501 Not Implemented')),
    ),
    passes: ['method-not-allowed', 'method-unknown', 'method-post', 'method-brew'],
  },
  {
    title: 'paths with dots are redirected',
    passes: ['outside-plain', 'outside-encoded', 'outside-absolute'],
    spoil: () => {
      let isOutside = false
      return {
        request(text) {
          isOutside = DOTS.test(text)
          return text
        },
        answer: (text) =>
          isOutside ? page('301 Moved Permanently', 'moved', 'Location: /outside.txt\r\n') : text,
      }
    },
  },
  {
    ...misreading('later major versions are answered as 1.1, as by Apache', [], (text) =>
      text.replace('HTTP/2.0', 'HTTP/1.1'),
    ),
    passes: ['version-major'],
  },
  {
    ...answering('a target that is too long is not found', [], (text) => text.replace('414 ', '404 ')),
    passes: ['line-long'],
  },
  {
    ...answering('a 416 tells no length', [], without('Content-Range')),
    passes: ['range-behind'],
  },
]
