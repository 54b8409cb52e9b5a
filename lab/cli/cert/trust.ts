import { join } from 'node:path'
import { styleText } from 'node:util'
import type { Text } from '../../service.ts'
import { exit } from '../command.ts'
import { openPlace, type Verb } from './verb.ts'

/** Tells how clients are made to trust the authority; nothing is installed. */
export const verb: Verb = async (call) => {
  const { authority, folder, domain } = await openPlace(call)
  await authority.authority()
  const file = join(folder, 'cacert.pem')
  call.io.say({
    en: `The root of this lab is ${file}. Nothing is installed by itself. It can vouch for ${domain}, localhost and the lab's own addresses only (name constraints), so that trusting it endangers no other site.`,
    es: `La raíz de este laboratorio es ${file}. Nada se instala solo. Solo puede responder de ${domain}, localhost y las direcciones propias del laboratorio (restricciones de nombres), así que confiar en ella no pone en peligro a ningún otro sitio.`,
  })
  for (const [name, text] of waysOf(file)) {
    call.io.say('')
    call.io.say(styleText('bold', name))
    call.io.say(text)
  }
  return exit.done
}

function waysOf(file: string): readonly (readonly [name: string, text: Text])[] {
  const database = `certutil -d sql:$HOME/.pki/nssdb -A -t C,, -n telelab -i "${file}"`
  return [
    [
      'Firefox',
      {
        en: `  Settings → Privacy & Security → View Certificates → Authorities → Import… → ${file}\n  Tick "Trust this CA to identify websites". A client's .p12: the same window, Your Certificates → Import…`,
        es: `  Ajustes → Privacidad y seguridad → Ver certificados → Autoridades → Importar… → ${file}\n  Marca «Confiar en esta CA para identificar sitios web». Un .p12 de cliente: en la misma ventana, Sus certificados → Importar…`,
      },
    ],
    [
      'Chromium, Chrome (Linux)',
      {
        en: `  ${database}\n  or Settings → Privacy and security → Security → Manage certificates → Installed by you → Trusted certificates → Import`,
        es: `  ${database}\n  o Configuración → Privacidad y seguridad → Seguridad → Gestionar certificados → Instalados por ti → Certificados de confianza → Importar`,
      },
    ],
    [
      'Thunderbird',
      {
        en: `  Settings → Privacy & Security → Manage Certificates… → Authorities → Import… → ${file}; tick "websites"`,
        es: `  Ajustes → Privacidad y seguridad → Administrar certificados… → Autoridades → Importar… → ${file}; marca «sitios web»`,
      },
    ],
    [
      'Gajim',
      {
        en: '  Gajim trusts what the system trusts: do what stands below for your system.',
        es: '  Gajim confía en lo que confía el sistema: haz lo que más abajo corresponde al tuyo.',
      },
    ],
    [
      'curl, openssl',
      {
        en: `  curl --cacert "${file}" …    openssl s_client -CAfile "${file}" …`,
        es: `  curl --cacert "${file}" …    openssl s_client -CAfile "${file}" …`,
      },
    ],
    [
      'Debian, Ubuntu',
      {
        en: `  sudo cp "${file}" /usr/local/share/ca-certificates/telelab.crt && sudo update-ca-certificates`,
        es: `  sudo cp "${file}" /usr/local/share/ca-certificates/telelab.crt && sudo update-ca-certificates`,
      },
    ],
    [
      'macOS',
      {
        en: `  security add-trusted-cert -k ~/Library/Keychains/login.keychain-db "${file}"`,
        es: `  security add-trusted-cert -k ~/Library/Keychains/login.keychain-db "${file}"`,
      },
    ],
    [
      'Windows',
      { en: `  certutil -user -addstore Root "${file}"`, es: `  certutil -user -addstore Root "${file}"` },
    ],
  ]
}
