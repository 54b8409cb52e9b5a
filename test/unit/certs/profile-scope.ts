/** The checks of what an authority may certify. */
import { EXTENSIONS, isCritical, valueOf, type Check } from './lint.ts'

/** Part of the checks of `profile.ts`. */
export const scopeChecks: readonly Check[] = [
  [
    'RFC 5280 §4.2.1.10',
    'name constraints in authorities alone, critical, not empty',
    (lint) =>
      lint.kind === 'leaf'
        ? valueOf(lint, EXTENSIONS.nameConstraints) === undefined
        : isCritical(lint, EXTENSIONS.nameConstraints) &&
          (valueOf(lint, EXTENSIONS.nameConstraints)?.sequence().length ?? 0) > 0,
  ],
  [
    'BR §7.1.5',
    'they permit kinds of each name: DNS names, mailboxes, addresses of both families',
    (lint) => {
      if (lint.kind === 'leaf') return true
      const permitted = valueOf(lint, EXTENSIONS.nameConstraints)?.sequence()[0]
      const bases = (permitted?.members() ?? []).map((subtree) => subtree.sequence()[0])
      const lengths = bases.filter((base) => base?.tag === 7).map((base) => base?.content().length)
      return (
        [1, 2].every((tag) => bases.some((base) => base?.tag === tag)) &&
        lengths.includes(8) &&
        lengths.includes(32)
      )
    },
  ],
]
