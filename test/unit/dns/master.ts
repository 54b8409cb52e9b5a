/** Master files for tests, and their problems. */
import assert from 'node:assert/strict'
import { FileError } from '../../../lab/service.ts'
import { loadZones } from '../../../services/dns/zone/zones.ts'

/** A sound zone of four lines. */
export const START = '$TTL 1h\n@ SOA dns host 1 1h 15m 1w 5m\n@ NS dns\ndns A 10.0.0.1\n'

/** Files by name. */
export function files(texts: Readonly<Record<string, string>>): { text(name: string): string } {
  return {
    text(name) {
      const text = texts[name]
      if (text === undefined)
        throw new FileError({ en: `there is no file ${name}`, es: `no existe el fichero ${name}` })
      return text
    },
  }
}

/** Each problem as `line:column severity message`. */
export function problems(text: string, others: Readonly<Record<string, string>> = {}): readonly string[] {
  const loaded = loadZones({ zone: 'zone.db' }, files({ 'zone.db': text, ...others }), {
    domain: 'example.org',
    address: '10.0.0.1',
  })
  for (const problem of loaded.problems) {
    assert.notEqual(problem.message.es, '')
    assert.notEqual(problem.message.es, problem.message.en)
  }
  return loaded.problems.map(({ file, line, column, severity, message }) => {
    const place = file === 'zone.db' ? `${line}:${column}` : `${file}:${line}:${column}`
    return `${place} ${severity === 'warning' ? 'warning ' : ''}${message.en}`
  })
}
