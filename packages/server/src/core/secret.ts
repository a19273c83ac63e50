/**
 * A text that must not be seen: a token, a password, a session cookie. Logs, templates, JSON and inspection show
 * `[secret]`; only {@link Secret.expose} yields the text, and only the files that hash or hand it out call it.
 */
export class Secret {
  readonly #text: string

  constructor(text: string) {
    this.#text = text
  }

  /** The text itself, once, for hashing or for the one answer that shows it. */
  expose(): string {
    return this.#text
  }

  toString(): string {
    return '[secret]'
  }

  toJSON(): string {
    return '[secret]'
  }

  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return '[secret]'
  }
}
