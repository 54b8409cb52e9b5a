/** The one module of node-forge that the authority loads; its published types describe only the whole package. */
declare module 'node-forge/lib/asn1.js' {
  /** A value of ASN.1; the octets of a primitive one stand in a string, one character each. */
  export interface Asn1 {
    readonly tagClass: number
    readonly type: number
    readonly constructed: boolean
    readonly value: string | Asn1[]
  }

  interface Asn1Module {
    create(tagClass: number, type: number, isConstructed: boolean, value: string | Asn1[]): Asn1
    fromDer(der: string, options: { readonly decodeBitStrings: boolean }): Asn1
    toDer(value: Asn1): { getBytes(): string }
    oidToDer(dotted: string): { getBytes(): string }
    derToOid(octets: string): string
  }

  const asn1: Asn1Module
  export default asn1
}
