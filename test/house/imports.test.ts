import assert from 'node:assert/strict'
import { globSync, readFileSync } from 'node:fs'
import { dirname, join, relative, resolve, sep } from 'node:path'
import { test } from 'node:test'

const root = resolve(import.meta.dirname, '..', '..')

interface Import {
  readonly from: string
  /** A path from the root for the project's own files, else the package. */
  readonly to: string
  readonly isTypeOnly: boolean
}

/** Every import of a source text, found by its form; dynamic ones count too. */
function importsOf(file: string, source: string): Import[] {
  const code = source.replace(/\/\*[\s\S]*?\*\//g, '').replace(/^\s*\/\/.*$/gm, '')
  const forms =
    /(?:^|\n)\s*(import|export)\s+(type\s)?(?:([\w*{][^'"]*?)\sfrom\s+)?['"]([^'"]+)['"]|\bimport\(\s*['"]([^'"]+)['"]/g
  return [...code.matchAll(forms)].map(([, , type, names = '', fixed, dynamic]) => {
    const wanted = fixed ?? dynamic ?? ''
    const to = wanted.startsWith('.')
      ? relative(root, resolve(root, dirname(file), wanted))
          .split(sep)
          .join('/')
      : wanted
    const inner = /^\{([^}]*)\}$/
      .exec(names.trim())?.[1]
      ?.split(',')
      .filter((name) => name.trim() !== '')
    const isTypeOnly =
      type !== undefined ||
      (inner !== undefined && inner.length > 0 && inner.every((name) => name.trim().startsWith('type ')))
    return { from: file, to, isTypeOnly }
  })
}

/** The rules, in the words of the design; each returns true for an import that breaks it. */
const rules: readonly { readonly says: string; readonly breaks: (found: Import) => boolean }[] = [
  {
    says: 'services never import each other',
    breaks: ({ from, to }) =>
      isIn(from, 'services') && isIn(to, 'services') && from.split('/')[1] !== to.split('/')[1],
  },
  {
    says: "services know only lab/service.ts, lab/check.ts, lab/kit/, lab/web/ and certs/' types",
    breaks: ({ from, to, isTypeOnly }) =>
      isIn(from, 'services') &&
      (isIn(to, 'lab') || isIn(to, 'certs') || isIn(to, 'test') || isIn(to, 'scenarios')) &&
      !(
        to === 'lab/service.ts' ||
        to === 'lab/check.ts' ||
        isIn(to, 'lab/kit') ||
        isIn(to, 'lab/web') ||
        (isIn(to, 'certs') && isTypeOnly)
      ),
  },
  {
    says: 'lab/web/ knows only lab/service.ts, lab/check.ts and lab/kit/',
    breaks: ({ from, to }) =>
      isIn(from, 'lab/web') &&
      isProject(to) &&
      !(to === 'lab/service.ts' || to === 'lab/check.ts' || isIn(to, 'lab/kit') || isIn(to, 'lab/web')),
  },
  {
    says: 'wire.ts and wire/ are pure: bytes in, values out, they open nothing and know no lab',
    breaks: ({ from, to, isTypeOnly }) =>
      /^services\/[^/]+\/wire(?:\.ts$|\/)/.test(from) &&
      !isTypeOnly &&
      (isIn(to, 'lab') ? !isIn(to, 'lab/kit') : /^node:(?!buffer|util|assert)/.test(to)),
  },
  {
    says: 'lab/ names no service, it reads the folder services/',
    breaks: ({ from, to }) => isIn(from, 'lab') && isIn(to, 'services'),
  },
  {
    says: 'lab/kit/ imports only node: and packages',
    breaks: ({ from, to }) => isIn(from, 'lab/kit') && isProject(to) && !isIn(to, 'lab/kit'),
  },
  {
    says: 'browser code imports only types',
    breaks: ({ from, to, isTypeOnly }) =>
      isIn(from, 'lab/console/page') && !isTypeOnly && !isIn(to, 'lab/console/page'),
  },
  {
    says: 'scenarios know only types of lab/check.ts, lab/solution.ts and lab/service.ts, node: and each other',
    breaks: ({ from, to, isTypeOnly }) =>
      isIn(from, 'scenarios') &&
      !(
        isIn(to, 'scenarios') ||
        to.startsWith('node:') ||
        (isTypeOnly && ['lab/check.ts', 'lab/solution.ts', 'lab/service.ts'].includes(to))
      ),
  },
  {
    says: 'nothing but scenarios imports scenarios/',
    breaks: ({ from, to }) => !isIn(from, 'scenarios') && isIn(to, 'scenarios'),
  },
  { says: 'nothing imports test/', breaks: ({ from, to }) => !isIn(from, 'test') && isIn(to, 'test') },
]

function isIn(path: string, folder: string): boolean {
  return path === folder || path.startsWith(`${folder}/`)
}

function isProject(path: string): boolean {
  return ['lab', 'services', 'certs', 'scenarios', 'test'].some((folder) => isIn(path, folder))
}

function broken(imports: readonly Import[]): string[] {
  return rules.flatMap(({ says, breaks }) =>
    imports.filter(breaks).map(({ from, to }) => `${from} imports ${to}: ${says}`),
  )
}

test('the import rules hold', () => {
  const files = globSync('{lab,services,certs,scenarios,test}/**/*.ts', { cwd: root }).map((file) =>
    file.split(sep).join('/'),
  )
  assert.ok(files.length > 50, 'the sources were found')
  const imports = files.flatMap((file) => importsOf(file, readFileSync(join(root, file), 'utf8')))
  assert.deepEqual(broken(imports), [])
})

test('each rule catches what breaks it', () => {
  const planted: readonly (readonly [string, string, string])[] = [
    ['services/dns/index.ts', "import { page } from '../http/page.ts'", 'services never import each other'],
    [
      'services/dns/index.ts',
      "import { Lab } from '../../lab/host/lab.ts'",
      "services know only lab/service.ts, lab/check.ts, lab/kit/, lab/web/ and certs/' types",
    ],
    [
      'services/dns/index.ts',
      "import { createAuthority } from '../../certs/authority.ts'",
      "services know only lab/service.ts, lab/check.ts, lab/kit/, lab/web/ and certs/' types",
    ],
    [
      'services/dns/wire.ts',
      "import { readFile } from 'node:fs'",
      'wire.ts and wire/ are pure: bytes in, values out, they open nothing and know no lab',
    ],
    [
      'lab/host/lab.ts',
      "const dns = await import('../../services/dns/index.ts')",
      'lab/ names no service, it reads the folder services/',
    ],
    [
      'lab/web/site.ts',
      "import { Lab } from '../host/lab.ts'",
      'lab/web/ knows only lab/service.ts, lab/check.ts and lab/kit/',
    ],
    [
      'lab/kit/files.ts',
      "import type { Clock } from '../service.ts'",
      'lab/kit/ imports only node: and packages',
    ],
    [
      'lab/console/page/main.ts',
      "import { createServer } from 'node:net'",
      'browser code imports only types',
    ],
    [
      'scenarios/sstt/solution/solution.ts',
      "import { CheckFailure } from '../../../lab/check.ts'",
      'scenarios know only types of lab/check.ts, lab/solution.ts and lab/service.ts, node: and each other',
    ],
    [
      'scenarios/sstt/solution/solution.ts',
      "import { parse } from 'yaml'",
      'scenarios know only types of lab/check.ts, lab/solution.ts and lab/service.ts, node: and each other',
    ],
    [
      'lab/grading/self-test.ts',
      "import { solve } from '../../scenarios/sstt/solution/solution.ts'",
      'nothing but scenarios imports scenarios/',
    ],
    ['services/dns/zone.ts', "import { openLab } from '../../test/lab.ts'", 'nothing imports test/'],
  ]
  for (const [file, source, says] of planted) {
    assert.ok(
      broken(importsOf(file, source)).some((line) => line.endsWith(says)),
      `${file}: ${says}`,
    )
  }
})
