/** What reports of delivery say to people. */
import type { Text } from '../../../lab/service.ts'

/** What a report is about (RFC 3464 §2.3.3). */
export type ReportAction = 'failed' | 'delayed' | 'delivered' | 'relayed'

/** Subject, first sentence and last sentence of each kind of report. */
export const reportWords: Readonly<
  Record<ReportAction, { readonly subject: Text; readonly intro: Text; readonly end: Text }>
> = {
  failed: {
    subject: { en: 'Mail delivery failed', es: 'Correo no entregado' },
    intro: {
      en: 'Your message could not be delivered to these recipients:',
      es: 'Tu mensaje no se ha podido entregar a estos destinatarios:',
    },
    end: {
      en: 'This is final: nobody tries again. What came back of your message is attached.',
      es: 'Es definitivo: no se volverá a intentar. Se adjunta lo que ha vuelto de tu mensaje.',
    },
  },
  delayed: {
    subject: { en: 'Mail delivery delayed', es: 'Correo retrasado' },
    intro: {
      en: 'Your message has not been delivered to these recipients yet:',
      es: 'Tu mensaje todavía no se ha entregado a estos destinatarios:',
    },
    end: {
      en: 'You need not do anything: it will be tried again for some time.',
      es: 'No tienes que hacer nada: se seguirá intentando durante un tiempo.',
    },
  },
  delivered: {
    subject: { en: 'Mail delivered', es: 'Correo entregado' },
    intro: {
      en: 'Your message is in the mailboxes of these recipients:',
      es: 'Tu mensaje está en el buzón de estos destinatarios:',
    },
    end: {
      en: 'You have this report because you asked for it.',
      es: 'Recibes este informe porque lo pediste.',
    },
  },
  relayed: {
    subject: { en: 'Mail relayed', es: 'Correo encaminado' },
    intro: {
      en: 'Your message was taken by a server that sends no reports, for these recipients:',
      es: 'Tu mensaje lo ha aceptado un servidor que no envía informes, para estos destinatarios:',
    },
    end: {
      en: 'You have this report because you asked for it; there will be no other.',
      es: 'Recibes este informe porque lo pediste; no habrá ningún otro.',
    },
  },
}
