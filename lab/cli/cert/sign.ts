import { exit } from '../command.ts'
import { openPlace, outFolder, readNamed, wishesOf, writeFiles, wrong, type Verb } from './verb.ts'

/** Certifies the key of a request that somebody else has made. */
export const verb: Verb = async (call) => {
  const [path, ...names] = call.words
  if (path === undefined)
    throw wrong({
      en: 'name a request, as in `lab cert sign request.pem`; openssl req -new makes one',
      es: 'nombra una petición, como en `lab cert sign request.pem`; openssl req -new hace una',
    })
  const { authority, folder } = await openPlace(call)
  const request = await readNamed(call, path)
  const wanted = { ...wishesOf(call), ...(names.length > 0 && { names }) }
  const signed = await authority.sign(request, wanted)
  const name = path.replace(/^.*[/\\]/, '').replace(/\.[^.]*$/, '')
  await writeFiles(call, outFolder(call, folder, name), [
    {
      name: `${name}-certificate.pem`,
      content: signed.certificate,
      text: { en: 'the certificate', es: 'el certificado' },
    },
    {
      name: `${name}-chain.pem`,
      content: signed.chain,
      text: { en: 'with what leads to the root', es: 'con lo que lleva a la raíz' },
    },
    { name: 'ca.pem', content: signed.authority, text: { en: 'the root', es: 'la raíz' } },
  ])
  return exit.done
}
