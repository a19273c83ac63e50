import type { Answer } from './http-client.ts'

/** What a client of the server knows of one token: what it asked for, and what it was answered. */
export interface Entry {
  readonly name: string
  /** Undefined: asked for, and the answer never came. */
  created?: { readonly id: string; readonly secret: string }
  revocation: 'none' | 'asked' | 'answered'
}

/** The client's own book, against which the database is held afterwards. */
export class Ledger {
  readonly entries: Entry[] = []

  /** Asks for a token. False once the server is gone. */
  async create(post: (name: string) => Promise<Answer>): Promise<boolean> {
    const entry: Entry = { name: `token ${this.entries.length}`, revocation: 'none' }
    this.entries.push(entry)
    const answer = await post(entry.name).catch(() => undefined)
    if (answer?.status !== 201) return gone(answer)
    entry.created = { id: answer.body.token.id, secret: answer.body.secret }
    return true
  }

  /** Asks for the revocation of a token that `pick` chooses among those not asked for yet. False once the server is gone. */
  async revoke(pick: (count: number) => number, del: (id: string) => Promise<Answer>): Promise<boolean> {
    const open = this.entries.filter(({ created, revocation }) => created && revocation === 'none')
    const entry = open[pick(open.length)]
    if (entry?.created === undefined) return true
    entry.revocation = 'asked'
    const answer = await del(entry.created.id).catch(() => undefined)
    if (answer?.status !== 204) return gone(answer)
    entry.revocation = 'answered'
    return true
  }
}

/** The connection broke: that is the kill. Any other answer is a fault. */
function gone(answer: Answer | undefined): false {
  if (answer === undefined) return false
  throw new Error(`Unexpected answer: ${answer.status} ${JSON.stringify(answer.body)}`)
}
