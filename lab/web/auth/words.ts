import type { Text } from '../../service.ts'
import type { AuthReason } from './verdict.ts'

/** What the page of each refusal by a protected folder tells its reader. */
export const authReasons: Readonly<Record<AuthReason, Text>> = {
  'auth-missing': {
    en: 'This folder is protected. Send a name and a password in the Authorization field, in the form that WWW-Authenticate asks for.',
    es: 'Esta carpeta está protegida. Envíe un nombre y una contraseña en el campo Authorization, de la forma que pide WWW-Authenticate.',
  },
  'auth-wrong': {
    en: 'The name or the password is wrong, or the Authorization field does not have the form that WWW-Authenticate asks for.',
    es: 'El nombre o la contraseña no son correctos, o el campo Authorization no tiene la forma que pide WWW-Authenticate.',
  },
  'auth-stale': {
    en: 'The password is right, but the nonce has expired or was used already with this count (nc). Answer again with the new nonce in WWW-Authenticate.',
    es: 'La contraseña es correcta, pero el nonce ha caducado o ya se usó con este contador (nc). Responda de nuevo con el nonce nuevo de WWW-Authenticate.',
  },
  'auth-uri': {
    en: 'The uri in the Authorization field is not the address that the request line asks for. They must be the same.',
    es: 'El uri del campo Authorization no es la dirección que pide la línea de petición. Deben ser iguales.',
  },
  'auth-busy': {
    en: 'Too many people are logging in at this moment. Try again in a few seconds.',
    es: 'En este momento hay demasiadas personas identificándose. Inténtelo de nuevo en unos segundos.',
  },
}
