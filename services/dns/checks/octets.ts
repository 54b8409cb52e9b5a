/** What decoding does not tell: each record's own time to live. */

interface Walk {
  at: number
}

function skipName(octets: Buffer, walk: Walk): void {
  for (;;) {
    const length = octets.readUInt8(walk.at)
    walk.at += length >= 0xc0 ? 2 : length + 1
    if (length === 0 || length >= 0xc0) return
  }
}

/** Seconds that each record of a section lives, of a message that could be decoded. */
export function timesToLive(octets: Buffer, section: 'answer' | 'authority'): readonly number[] {
  const walk: Walk = { at: 12 }
  for (let left = octets.readUInt16BE(4); left > 0; left -= 1) {
    skipName(octets, walk)
    walk.at += 4
  }
  const answers = octets.readUInt16BE(6)
  const all: number[] = []
  for (let left = answers + octets.readUInt16BE(8); left > 0; left -= 1) {
    skipName(octets, walk)
    all.push(octets.readUInt32BE(walk.at + 4))
    walk.at += 10 + octets.readUInt16BE(walk.at + 8)
  }
  return section === 'answer' ? all.slice(0, answers) : all.slice(answers)
}
