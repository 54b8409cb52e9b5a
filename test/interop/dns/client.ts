/** Programs that ask the lab's name service, and what they print. */
import { openForAllTests, openSubject, type Setting } from '../../conformance/dns/subject.ts'
import { run, type Output } from '../http/program.ts'

/** Runs a client; in its words, PORT stands for the server's port. */
export type Client = (
  program: string,
  ...words: readonly string[]
) => Promise<Output & { readonly text: string }>

/** A client of a server that is there for all tests of the file. */
export function clientOf(setting: Setting = {}): Client {
  const subject = openForAllTests(() => openSubject(setting))
  return async (program, ...words) => {
    const port = String(subject.address.port)
    const output = await run(program, ...words.map((word) => word.replaceAll('PORT', port)))
    return { ...output, text: output.out.toString() }
  }
}
