/** A text in the two languages of the lab. */
export interface Text {
  readonly en: string
  readonly es: string
}
