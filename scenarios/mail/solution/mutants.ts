/** What goes wrong with mail under TLS: each is a mistake that a student makes. */
import { mutantsOf, skipped } from '../../clients/steps.ts'
import { ANA, asking, BRUNO, CARLA, fetching, sending, steps, trying } from './solution.ts'

/** What the tasks have to notice. */
export const mutants = mutantsOf(steps, {
  'address-first': [
    {
      en: 'the address is asked for before its name is known',
      es: 'se pregunta por la dirección antes de conocer el nombre',
    },
    ['find-server'],
    { find: asking(['mail.correo.test', 'A'], ['correo.test', 'MX']) },
  ],
  'no-mx': [
    { en: 'MX is not asked for', es: 'no se pregunta por MX' },
    ['find-server'],
    { find: asking(['mail.correo.test', 'A']) },
  ],
  'other-domain': [
    {
      en: 'the unknown recipient is of another domain',
      es: 'el destinatario desconocido es de otro dominio',
    },
    ['unknown-user'],
    { unknown: trying('smtp', 'nobody@elsewhere.test') },
  ],
  'always-logged-in': [
    { en: 'nobody tries without logging in', es: 'nadie lo intenta sin iniciar sesión' },
    ['no-login'],
    { early: skipped },
  ],
  'sent-in-clear': [
    { en: 'ana sends in clear', es: 'ana envía en claro' },
    ['submit'],
    { submit: sending(BRUNO, 'Mensaje 1', { by: 'clear' }) },
  ],
  'wrong-sender': [
    { en: 'carla sends instead of ana', es: 'envía carla en vez de ana' },
    ['submit'],
    { submit: sending(BRUNO, 'Mensaje 1', { from: CARLA }) },
  ],
  'fetched-in-clear': [
    { en: 'bruno fetches in clear', es: 'bruno recoge en claro' },
    ['secure-login'],
    { fetch: fetching({ by: 'clear' }) },
  ],
  'no-quit': [
    { en: 'bruno goes without QUIT', es: 'bruno se va sin QUIT' },
    ['fetch'],
    { fetch: fetching({ isCut: true }) },
  ],
  'fetched-too-early': [
    { en: 'bruno fetches before ana has sent', es: 'bruno recoge antes de que ana envíe' },
    ['fetch'],
    { submit: fetching(), fetch: steps.submit },
  ],
  'wrong-subject': [
    { en: 'the subject is not the code', es: 'el asunto no es el código' },
    ['your-code'],
    { code: sending(CARLA, 'Hola') },
  ],
  'code-to-oneself': [
    { en: 'ana sends the code to herself', es: 'ana se envía el código a sí misma' },
    ['your-code'],
    { code: sending(ANA, undefined) },
  ],
})
