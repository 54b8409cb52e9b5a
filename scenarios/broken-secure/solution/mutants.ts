/** How faults are missed: each is a mistake that a student makes. */
import { mutantsOf, skipped } from '../../clients/steps.ts'
import { asking, keeping, mending, naming, steps } from './solution.ts'

/** What the tasks have to notice. */
export const mutants = mutantsOf(steps, {
  'good-dates': [
    {
      en: 'a certificate is handed in that has not expired',
      es: 'se entrega un certificado que no ha caducado',
    },
    ['expired'],
    { expired: keeping('campus', 'expired.pem') },
  ],
  'signed-by-the-impostor': [
    {
      en: 'the site whose false authority is self-signed is taken for self-signed itself',
      es: 'se toma por autofirmado el sitio cuya autoridad falsa es la que lo está',
    },
    ['self-signed'],
    { selfSigned: keeping('shop', 'self-signed.pem') },
  ],
  'own-root': [
    {
      en: 'the root of the lab is handed in as self-signed',
      es: 'se entrega como autofirmada la raíz del laboratorio',
    },
    ['self-signed'],
    {
      selfSigned: {
        at: [],
        run: async (lab) => {
          const { writeFile } = await import('node:fs/promises')
          await writeFile(`${lab.folder}/self-signed.pem`, await lab.authority())
        },
      },
    },
  ],
  'chain-for-impostor': [
    {
      en: 'the site with the broken chain is taken for that of the impostor',
      es: 'se toma el sitio de la cadena rota por el del impostor',
    },
    ['impostor'],
    { impostor: keeping('bank', 'impostor.pem') },
  ],
  'impostor-for-chain': [
    {
      en: 'the site of the impostor is taken for that with the broken chain',
      es: 'se toma el sitio del impostor por el de la cadena rota',
    },
    ['orphan'],
    { orphan: keeping('shop', 'orphan.pem', true) },
  ],
  'self-signed-for-chain': [
    { en: 'self-signed is taken for a broken chain', es: 'se toma lo autofirmado por una cadena rota' },
    ['orphan'],
    { orphan: keeping('grades', 'orphan.pem') },
  ],
  'expected-name': [
    {
      en: 'the name is that of the site, not of its certificate',
      es: 'el nombre es el del sitio, no el del certificado',
    },
    ['misnamed'],
    { misnamed: naming('campus') },
  ],
  'own-authority': [
    { en: 'the authority is thought to be the lab’s', es: 'se cree que la autoridad es la del laboratorio' },
    ['asked'],
    { asked: asking(() => 'telelab') },
  ],
  'mended-elsewhere': [
    { en: 'the new certificate is for another site', es: 'el certificado nuevo es para otro sitio' },
    ['mended'],
    { mended: mending('campus') },
  ],
  'mended-for-clients': [
    { en: 'the new certificate is for a client', es: 'el certificado nuevo es de cliente' },
    ['mended'],
    { mended: mending('wiki', 'client') },
  ],
  'not-mended': [
    { en: 'no new certificate is handed in', es: 'no se entrega ningún certificado nuevo' },
    ['mended'],
    { mended: skipped },
  ],
})
