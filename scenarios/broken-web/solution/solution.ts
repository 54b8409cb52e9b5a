/** How the faults are found: by looking at the heads of answers as a careful person with curl does. */
import type { SolvedLab } from '../../../lab/solution.ts'
import { answer } from '../../clients/answers.ts'
import { ask } from '../../clients/dns.ts'
import { look, type Looked } from '../../clients/look.ts'
import { server, walk, type Step } from '../../clients/steps.ts'

/** Asks for these paths, one after the other, with these fields. */
export function looking(paths: readonly string[], headers: Readonly<Record<string, string>> = {}): Step {
  return {
    at: ['http'],
    async run(_, servers) {
      for (const path of paths) await look(server(servers, 'http'), path, headers)
    },
  }
}

/** Follows a redirection as far as it goes; the page itself is looked for at `page`. */
export function following(path: string, page: string, how: { readonly asksName?: boolean } = {}): Step {
  return {
    at: ['http', 'dns'],
    async run(_, servers) {
      const { headers } = await look(server(servers, 'http'), path)
      const host = new URL(headers.location ?? '').hostname
      if (how.asksName !== false) await ask(server(servers, 'dns'), host, 'A')
      await look(server(servers, 'http'), page)
    },
  }
}

/** Gets a file piece by piece, each from where the last one ended, and writes down the word in capitals. */
export function resuming(
  path: string,
  how: { readonly from?: 'start' | 'end'; readonly about?: string } = {},
): Step {
  const { from = 'end', about = 'handbook' } = how
  return {
    at: ['http'],
    async run(lab, servers) {
      let text: Buffer = Buffer.alloc(0)
      for (let turn = 0; turn < 3; turn += 1) {
        const range = turn > 0 && from === 'end' && { Range: `bytes=${text.length}-` }
        const { body } = await look(server(servers, 'http'), path, { ...range })
        text = from === 'end' ? Buffer.concat([text, body]) : body
      }
      const [, word = 'none'] = /: ([A-Z]{5,})\./.exec(text.toString()) ?? []
      await answer(lab, about, word)
    },
  }
}

/** Looks at a path and writes down what it tells. */
export function telling(path: string, about: string, tell: (looked: Looked) => string): Step {
  return {
    at: ['http'],
    async run(lab, servers) {
      await answer(lab, about, tell(await look(server(servers, 'http'), path)))
    },
  }
}

function typeOf({ headers }: Looked): string {
  return headers['content-type'] ?? ''
}

function surplusOf({ headers, body }: Looked): string {
  return String(Number(headers['content-length']) - body.length)
}

/** What is done, in this order. */
export const steps = {
  moved: following('/old.html', '/timetable.html'),
  busy: looking(['/search.html', '/search.html', '/search.html']),
  handbook: resuming('/handbook.txt'),
  style: telling('/style.css', 'style', typeOf),
  plan: telling('/plan.svg', 'plan', surplusOf),
  cookie: looking(['/'], { Cookie: 'visits=2' }),
} as const

/** Does all tasks. */
export function solve(lab: SolvedLab): Promise<void> {
  return walk(steps, lab)
}
