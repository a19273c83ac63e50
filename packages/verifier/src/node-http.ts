import { answerTo } from './refusal-answer.ts'
import type { Refusal } from './verdict.ts'

/** The part of `IncomingMessage` of node:http that a verifier looks at. */
export interface NodeRequest {
  readonly headers: { readonly authorization?: string | undefined; readonly 'user-agent'?: string | undefined }
  readonly rawHeaders: readonly string[]
  readonly socket: { readonly remoteAddress?: string | undefined }
}

/** … and of `ServerResponse`. */
export interface NodeResponse {
  writeHead(status: number, headers: Record<string, string | number>): { end(body: string): unknown }
}

/**
 * The Authorization header. Of several, Node shows only the first; here they are no credential, as if joined in the way of the
 * Web's `Headers`. Which of two would count is not for us to guess.
 */
export function authorizationOf({ headers: { authorization }, rawHeaders }: NodeRequest): string | undefined {
  if (authorization === undefined) return undefined
  let count = 0
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const name = rawHeaders[index] as string
    if (name.length === LENGTH && name.toLowerCase() === 'authorization') count++
  }
  return count > 1 ? undefined : authorization
}

const LENGTH = 'authorization'.length

/** Ends a response with the answer to a refused call. */
export function refuse(res: NodeResponse, refusal: Refusal, permission: string | undefined): void {
  const { status, headers, body } = answerTo(refusal, permission)
  // All of it is ASCII.
  res.writeHead(status, { ...headers, 'content-length': body.length }).end(body)
}
