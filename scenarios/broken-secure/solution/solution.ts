/** How the faults are found: by looking at what each site sends as a careful person with openssl does. */
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { SolvedLab } from '../../../lab/solution.ts'
import { answer } from '../../clients/answers.ts'
import { certificatesOf, namesOf } from '../../clients/certificates.ts'
import { server, walk, type Step } from '../../clients/steps.ts'

/** A site by its name under the domain, which is that of its instance, too. */
export type Site = 'shop' | 'bank' | 'wiki' | 'archive' | 'grades' | 'campus'

/** Keeps what a site sends as a file; `isShort` its own certificate alone. */
export function keeping(site: Site, file: string, isShort = false): Step {
  const endpoint = `${site}.https`
  return {
    at: [endpoint],
    async run({ domain, folder }, servers) {
      const chain = await certificatesOf(server(servers, endpoint), `${site}.${domain}`, isShort)
      await writeFile(join(folder, file), chain)
    },
  }
}

/** Writes down the first name in the certificate of a site. */
export function naming(site: Site): Step {
  const endpoint = `${site}.https`
  return {
    at: [endpoint],
    async run(lab, servers) {
      const [name = ''] = await namesOf(server(servers, endpoint), `${site}.${lab.domain}`)
      await answer(lab, 'name', name)
    },
  }
}

/** Writes down whom campus asks for; Node's own client does not tell what it was asked for. */
export function asking(authority: (domain: string) => string): Step {
  return { at: [], run: (lab) => answer(lab, 'authority', authority(lab.domain)) }
}

/** Has a certificate made for a name of the domain, or for nobody's server. */
export function mending(name: string, purpose: 'server' | 'client' = 'server'): Step {
  return {
    at: [],
    async run(lab) {
      const whole = `${name}.${lab.domain}`
      const { certificate } = await (purpose === 'server' ? lab.certificate(whole) : lab.identity(whole))
      await writeFile(join(lab.folder, 'mended.pem'), certificate)
    },
  }
}

/** What is done, in this order. */
export const steps = {
  expired: keeping('wiki', 'expired.pem'),
  selfSigned: keeping('grades', 'self-signed.pem'),
  impostor: keeping('shop', 'impostor.pem'),
  orphan: keeping('bank', 'orphan.pem'),
  misnamed: naming('archive'),
  asked: asking((domain) => `CN = other-authority.${domain}`),
  mended: mending('wiki'),
} as const

/** Does all tasks. */
export function solve(lab: SolvedLab): Promise<void> {
  return walk(steps, lab)
}
