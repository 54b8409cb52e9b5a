/** Our mail service as a target, and certificates for others. */
import type { CheckTarget } from '../../../lab/check.ts'
import { labAuthority } from '../../authority.ts'
import { openLab, temporaryFolder } from '../../lab.ts'
import type { TlsFiles } from './wrong-mail.ts'

/** A lab with mail for ana and ben. */
export async function ourMail(): Promise<{ readonly target: CheckTarget } & AsyncDisposable> {
  const lab = await openLab(
    'domain: lab.test\naccounts: [{ name: ana }, { name: ben }]\nservices:\n  mail: { failureDelay: 0 }\n',
  )
  const names = ['smtp', 'submission', 'smtps', 'pop3', 'pop3s'] as const
  return {
    target: {
      endpoints: Object.fromEntries(names.map((name) => [name, lab.address('mail', name)])),
      domain: 'lab.test',
      accounts: ['ana', 'ben'].map((name) => ({ name, password: name })),
      authority: await lab.world.certificates.authority(),
    },
    [Symbol.asyncDispose]: () => lab[Symbol.asyncDispose](),
  }
}

/** A certificate for the mail server of the lab, of an authority of its own. */
export async function mailFiles(): Promise<TlsFiles> {
  using folder = temporaryFolder()
  const authority = labAuthority(folder.path, { domain: 'lab.test' })
  const {
    key,
    chain,
    authority: root,
  } = await authority.issue({
    names: ['mail.lab.test', 'lab.test'],
    purpose: 'server',
  })
  return { key, chain, authority: root }
}
