/** Chains of client certificates at a lab whose root has an intermediate issue; Apache and nginx are told the root alone. */
import { join } from 'node:path'
import type { Bench, Case } from './cases.ts'
import { authorityIn, CA, type Shown } from './forge.ts'

const client = { names: ['nombre1_9721'], purpose: 'client' } as const
const both = ['apache', 'nginx'] as const

/** A chain of authorities below one, and a client of the last. */
function deepChain({ forge, root }: Bench, authorities: number): Shown {
  let issuer = root
  const above: string[] = []
  for (let at = 1; at <= authorities; at += 1) {
    const made = forge.sign(issuer, { extensions: CA, subject: `/CN=authority ${at}` })
    issuer = forge.authority(made, `deep-${authorities}-${at}`)
    above.unshift(made.chain)
  }
  const { key, chain } = forge.sign(issuer)
  return { key, chain: chain + above.join('') }
}

/** A chain through an authority that the intermediate must not have. */
function tooLong({ forge, stored }: Bench): Shown {
  const above = forge.sign(stored, { extensions: CA, subject: '/CN=one too many' })
  const { key, chain } = forge.sign(forge.authority(above, 'too-long'))
  return { key, chain: chain + above.chain }
}

/** All cases. */
export const chains: readonly Case[] = [
  { title: 'a client of the intermediate', make: ({ certs }) => certs.issueNew(client) },
  {
    title: 'no intermediate in the chain',
    make: async ({ certs }) => {
      const { key, certificate } = await certs.issueNew(client)
      return { key, chain: certificate }
    },
    otherwise: { peers: both, why: 'the lab knows its intermediate, the peers were told the root alone' },
  },
  {
    title: 'an authority under the intermediate',
    make: async (bench) => {
      const { key, chain } = tooLong(bench)
      return { key, chain: chain + (await bench.certs.issuer()) }
    },
    problem: 'client-unknown',
  },
  {
    title: 'one that the root had issued before',
    make: ({ forge, root }) => forge.register(root),
  },
  ...[1, 8].map((authorities): Case => ({
    title: `a chain of ${authorities + 2} certificates from the root on`,
    make: (bench) => deepChain(bench, authorities),
    problem: 'client-unknown',
    otherwise: { peers: both, why: 'the lab certifies no authorities, so that it knows none of these' },
  })),
  {
    title: 'a chain of 21 certificates',
    make: (bench) => deepChain(bench, 19),
    problem: 'client-unknown',
  },
  {
    title: 'an intermediate of another root',
    make: ({ folder }) => authorityIn(join(folder, 'other'), Date.now(), true).issueNew(client),
    problem: 'client-unknown',
  },
]
