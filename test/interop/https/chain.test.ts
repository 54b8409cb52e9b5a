/** Chains of client certificates at the `https` service of a lab with an intermediate, and what Apache and nginx do. */
import { missing } from '../../tool.ts'
import { chains } from './chains.ts'
import { compare } from './compare.ts'

compare(chains, { intermediate: true, skip: missing('openssl', 'nginx', 'apache2') })
