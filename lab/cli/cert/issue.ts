import { exit } from '../command.ts'
import { keyKindOf, openPlace, outFolder, wishesOf, writeFiles, wrong, type Verb } from './verb.ts'

/** Makes a key and a certificate for it. */
export const verb: Verb = async (call) => {
  const [name] = call.words
  if (name === undefined)
    throw wrong({
      en: 'name what the certificate is for, as in `lab cert issue www.sstt9721.org`',
      es: 'di para qué es el certificado, como en `lab cert issue www.sstt9721.org`',
    })
  const { authority, folder } = await openPlace(call)
  const made = await authority.issueNew({ names: [...call.words], ...wishesOf(call) }, keyKindOf(call))
  await writeFiles(call, outFolder(call, folder, name), [
    {
      name: 'key.pem',
      content: made.key,
      isSecret: true,
      text: { en: 'the private key', es: 'la clave privada' },
    },
    {
      name: 'certificate.pem',
      content: made.certificate,
      text: { en: 'the certificate', es: 'el certificado' },
    },
    {
      name: 'chain.pem',
      content: made.chain,
      text: { en: 'with what leads to the root', es: 'con lo que lleva a la raíz' },
    },
    { name: 'ca.pem', content: made.authority, text: { en: 'the root', es: 'la raíz' } },
  ])
  return exit.done
}
