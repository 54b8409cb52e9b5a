/** How faults are missed: each is a mistake that a student makes. */
import { answer } from '../../clients/answers.ts'
import { mutantsOf, skipped } from '../../clients/steps.ts'
import {
  ANA,
  BRUNO,
  CARLA,
  complaining,
  fetching,
  following,
  measuring,
  reading,
  steps,
  writing,
} from './solution.ts'

/** What the tasks have to notice. */
export const mutants = mutantsOf(steps, {
  'given-up': [
    { en: 'nobody tries again to write to carla', es: 'nadie vuelve a intentar escribir a carla' },
    ['come-again'],
    { carla: writing(CARLA) },
  ],
  'believed-sent': [
    {
      en: 'nobody looks whether the message to bruno has come',
      es: 'nadie mira si el mensaje para bruno ha llegado',
    },
    ['lost'],
    { bruno: following(writing(BRUNO), writing(BRUNO), fetching(BRUNO)) },
  ],
  'not-sent-again': [
    { en: 'no other message is sent to bruno', es: 'no se envía otro mensaje a bruno' },
    ['lost'],
    { bruno: following(writing(BRUNO), fetching(BRUNO)) },
  ],
  'not-fetched': [
    { en: 'bruno does not fetch what has come', es: 'bruno no recoge lo que ha llegado' },
    ['lost'],
    { bruno: following(writing(BRUNO), fetching(BRUNO), writing(BRUNO)) },
  ],
  'lock-believed': [
    { en: 'nobody tries again to log in as carla', es: 'nadie vuelve a intentar entrar como carla' },
    ['in-use'],
    { locked: fetching(CARLA) },
  ],
  'other-sender': [
    { en: 'ana tries to send instead of carla', es: 'intenta enviar ana en vez de carla' },
    ['blocked'],
    { blocked: complaining(ANA) },
  ],
  'size-guessed': [
    { en: 'the size is rounded', es: 'el tamaño se redondea' },
    ['size'],
    { size: measuring(1) },
  ],
  'name-expected': [
    {
      en: 'the name is the one to which MX leads',
      es: 'el nombre es aquel al que lleva MX',
    },
    ['certificate'],
    { certificate: { at: [], run: (lab) => answer(lab, 'certificate', `mail.${lab.domain}`) } },
  ],
  'own-domain': [
    { en: 'ana writes to nobody of the own domain', es: 'ana escribe a nadie del propio dominio' },
    ['returned'],
    { partner: writing('orders@oficina.test'), report: skipped },
  ],
  'report-not-fetched': [
    { en: 'nobody fetches the report', es: 'nadie recoge el informe' },
    ['returned'],
    { report: skipped },
  ],
  'code-for-status': [
    {
      en: 'the code of SMTP is taken for the status',
      es: 'el código de SMTP se toma por el estado',
    },
    ['status'],
    { report: reading(ANA, /^Diagnostic-Code: smtp; (\d+)/im) },
  ],
})
