/** The words with which openssl makes a new key, on P-256 if no other is named, and writes a request for it. */
export function requestWords(
  file: string,
  subject: string,
  kind: readonly string[] = ['ec', '-pkeyopt', 'ec_paramgen_curve:P-256'],
): readonly string[] {
  const key = ['-newkey', ...kind, '-nodes', '-keyout', `${file}.key`]
  return ['req', '-new', ...key, '-subj', subject, '-out', file]
}
