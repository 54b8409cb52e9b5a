/** How faults are missed: each is a mistake that a student makes. */
import { mutantsOf, skipped } from '../../clients/steps.ts'
import { answering, asking, mending, steps } from './solution.ts'

/** What the tasks have to notice. */
export const mutants = mutantsOf(steps, {
  'tc-ignored': [
    { en: 'the cut answer is taken as it is', es: 'la respuesta recortada se da por buena' },
    ['cut-off'],
    { news: asking(['news', 'TXT']) },
  ],
  'tcp-at-once': [
    { en: 'the cut answer is never seen', es: 'nunca se ve la respuesta recortada' },
    ['cut-off'],
    { news: asking(['news', 'TXT', 'tcp']) },
  ],
  'gave-up': [
    { en: 'api is not asked for again', es: 'no se vuelve a preguntar por api' },
    ['passing-failure'],
    { api: asking(['api', 'A']) },
  ],
  'gave-up-early': [
    { en: 'api is asked for again only once', es: 'solo se vuelve a preguntar por api una vez' },
    ['passing-failure'],
    { api: asking(['api', 'A'], ['api', 'A']) },
  ],
  'no-second-try': [
    { en: 'nobody asks again for slow', es: 'nadie vuelve a preguntar por slow' },
    ['lost'],
    { slow: asking(['slow', 'A', 'lost']) },
  ],
  'not-compared': [
    { en: 'shop is asked for over UDP alone', es: 'por shop se pregunta solo por UDP' },
    ['forged'],
    { shop: asking(['shop', 'A'], ['shop', 'A']) },
  ],
  'only-by-tcp': [
    { en: 'shop is asked for over TCP alone', es: 'por shop se pregunta solo por TCP' },
    ['forged'],
    { shop: asking(['shop', 'A', 'tcp'], ['shop', 'A', 'tcp']) },
  ],
  'forgery-believed': [
    { en: 'the forged address is handed in', es: 'se entrega la dirección falsa' },
    ['genuine'],
    { genuine: answering(() => ['192.0.2.1']) },
  ],
  'both-answered': [
    { en: 'both addresses are handed in', es: 'se entregan las dos direcciones' },
    ['genuine'],
    { genuine: answering((right) => ['192.0.2.1', right]) },
  ],
  'mx-believed': [
    {
      en: 'nobody asks for the address of the mail server',
      es: 'nadie pregunta por la dirección del servidor de correo',
    },
    ['nowhere'],
    { mail: asking(['@', 'MX'], ['mail', 'A']) },
  ],
  'not-handed-in': [
    { en: 'no zone is handed in', es: 'no se entrega ninguna zona' },
    ['mended'],
    { mend: skipped },
  ],
  'not-mended': [
    { en: 'the zone is handed in as it was', es: 'la zona se entrega como estaba' },
    ['mended'],
    { mend: mending('correo') },
  ],
  'spoiled-zone': [
    { en: 'the mended zone has a mistake', es: 'la zona arreglada tiene un error' },
    ['mended'],
    { mend: mending('mail', 'mail A 127.0.0') },
  ],
  'still-nowhere': [
    { en: 'the mended zone has no address for mail', es: 'la zona arreglada no tiene dirección para mail' },
    ['mended'],
    { mend: mending('mail', 'post A 127.0.0.1') },
  ],
})
