/** The views of the traffic: `lab-traffic`, the list, and `lab-ladder`, one conversation. */
export { Ladder } from './ladder.ts'
export { Traffic } from './traffic.ts'
