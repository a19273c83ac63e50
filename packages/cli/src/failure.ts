import { ProblemError } from '@ramp/client'

/** What `ramp` ends with. README.md explains each. */
export const EXIT = {
  done: 0,
  /** The server refuses, or the answer is no: `scan` has found a token, `explain` says that one is refused. */
  refused: 1,
  /** The command was not given as it has to be. */
  usage: 2,
  /** No credential, or one that is not accepted. */
  notSignedIn: 3,
  /** No server, a certificate that is not trusted, something else that answers, or a server that cannot now. */
  noAnswer: 4,
  /** Something on this machine: a file that cannot be read or written, a keyring that does not open, a git that fails. */
  here: 5,
  /** Stopped at a prompt with Ctrl-C: 128 + SIGINT, as shells have it. */
  interrupted: 130,
} as const

type Reason = keyof typeof EXIT

/** Why `ramp` cannot go on, as one sentence for whoever called it. Never a secret in it. */
export class Failure extends Error {
  readonly reason: Reason

  constructor(reason: Reason, message: string, options?: ErrorOptions) {
    super(message, options)
    this.reason = reason
  }
}

/** The sentence and exit code for whatever was thrown on the way to the server at `url`. */
export function failureOf(error: unknown, url: string | undefined): Failure {
  if (error instanceof Failure) return error
  if (error instanceof ProblemError && error.code === 'unreachable') return noAnswer(error, url ?? 'the server')
  if (error instanceof ProblemError) return new Failure(reasonOf(error), sentenceOf(error))
  const { code, message } = error as NodeJS.ErrnoException
  return new Failure('here', code ? `${message}` : `Something went wrong in ramp itself: ${message}`, { cause: error })
}

function reasonOf({ status }: ProblemError): Reason {
  if (status === 401) return 'notSignedIn'
  return status >= 500 ? 'noAnswer' : 'refused'
}

function sentenceOf({ message, fields, code, retryAfterSeconds }: ProblemError): string {
  const details = fields.map(({ field, message }) => ` ${field}: ${message}`).join('')
  const wait = retryAfterSeconds === undefined ? '' : ` Try again in ${retryAfterSeconds} s.`
  return `${message}${details}${wait} (${code})`
}

function noAnswer({ status, cause }: ProblemError, url: string): Failure {
  const fail = (sentence: string) => new Failure('noAnswer', sentence, { cause })
  if (status >= 300 && status < 400) {
    return fail(`${url} sends elsewhere (status ${status}): give the address it leads to, with --url or RAMP_URL.`)
  }
  if (status !== 0) return fail(`${url} answers with status ${status} and no word of RAMP: a proxy, or another server?`)
  if (cause instanceof SyntaxError) {
    return fail(`${url} answers with a page that is not RAMP's: a proxy, or another server?`)
  }
  const { code = '', message = '' } = ((cause as Error).cause ?? cause) as NodeJS.ErrnoException
  if (isAboutCertificate(code)) {
    return fail(
      `The certificate of ${url} is not trusted (${code}): check the address, or name the authority's file in NODE_EXTRA_CA_CERTS.`,
    )
  }
  return fail(`No answer from ${url}: ${REASONS[code] ?? message} (${code || 'no connection'}).`)
}

/** The codes of OpenSSL and Node are many, and all of these words. */
function isAboutCertificate(code: string): boolean {
  return /CERT|SELF_SIGNED|UNABLE_TO_|ISSUER|ALTNAME/.test(code)
}

const REASONS: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'nothing listens there; is the server running?',
  ENOTFOUND: 'there is no host of this name',
  EAI_AGAIN: 'the name cannot be looked up now',
  ECONNRESET: 'the connection was closed',
  UND_ERR_SOCKET: 'the connection was closed',
  ETIMEDOUT: 'it takes too long',
  UND_ERR_CONNECT_TIMEOUT: 'it takes too long',
  UND_ERR_HEADERS_TIMEOUT: 'it takes too long',
  ERR_SSL_WRONG_VERSION_NUMBER: 'it does not speak TLS; is it http?',
  ERR_SSL_PACKET_LENGTH_TOO_LONG: 'it does not speak TLS; is it http?',
}
