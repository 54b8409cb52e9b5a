/** Firefox, with the root and a client's certificate put into its database by its own library's tools. */
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { exportPkcs12 } from '../../../certs/pkcs12.ts'
import { openLab, temporaryFolder } from '../../lab.ts'
import { missing } from '../../tool.ts'
import { makeProfile, nss } from '../mozilla.ts'
import { eventually } from '../../unit/http/server.ts'
import { authorityIn, domain } from './forge.ts'

const skip = missing('firefox-esr', 'certutil', 'pk12util')

/** Milliseconds for a start and a page, after which the picture is missed. */
const PATIENCE = 60_000
/** Takes the only certificate without asking. */
const SETTINGS = { 'security.default_personal_cert': 'Select Automatically' }

for (const encryption of ['modern', 'legacy'] as const)
  test(
    `Firefox shows the page with the certificate of a ${encryption} PKCS #12 file, and none without`,
    { skip },
    async () => {
      using folder = temporaryFolder()
      await using lab = await openLab(
        `domain: ${domain}\nservices: { https: { client: required }, ca: {} }`,
        {
          files: { 'www/index.html': '<!doctype html><title>Start</title>' },
        },
      )
      const authority = authorityIn(join(lab.stateFolder, 'certs'))
      const made = await authority.issueNew({ names: ['ana'], purpose: 'client' })
      writeFileSync(join(folder.path, 'root.pem'), made.authority)
      const file = join(folder.path, 'ana.p12')
      const wrapped = { name: 'ana', password: 'ñ secret', encryption, chain: [made.chain, made.authority] }
      writeFileSync(file, await exportPkcs12({ ...made, ...wrapped }))
      const { port } = lab.address('https', 'https')
      for (const has of [true, false]) {
        const profile = join(folder.path, has ? 'with' : 'without')
        await makeProfile(profile, SETTINGS, join(folder.path, 'root.pem'))
        if (has) await nss('pk12util', '-i', file, '-d', `sql:${profile}`, '-W', 'ñ secret')
        const picture = join(folder.path, `${has}.png`)
        const before = lab.journal.last
        const words = ['--headless', '--profile', profile, '--screenshot', picture]
        const firefox = spawn('firefox-esr', [...words, `https://localhost:${port}/`], {
          env: { PATH: process.env['PATH'], HOME: folder.path },
          stdio: 'ignore',
          timeout: PATIENCE,
          killSignal: 'SIGKILL',
        })
        const ended = once(firefox, 'close')
        // Of an error page it makes no picture, and waits for ever.
        if (!has) await eventually(() => lab.journal.since(before, ['tls.refused']).length > 0)
        if (!has) firefox.kill('SIGKILL')
        await ended
        const told = lab.journal.since(before, [has ? 'http.answered' : 'tls.refused'])
        assert.ok(told.length > 0, JSON.stringify(lab.journal.since(before)))
        if (has)
          assert.deepEqual(
            lab.journal.since(before, ['tls.handshaken']).map(({ data }) => data?.['user'])[0],
            'ana',
          )
        else assert.equal(told[0]?.data?.['problem'], 'client-missing')
        assert.equal(existsSync(picture), has)
      }
    },
  )
