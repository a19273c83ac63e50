import { answerOf, ProblemError, type paths, type RampClient } from '@ramp/client'
import { type Context, command } from '../command.ts'
import { EXIT, Failure } from '../failure.ts'
import { readSecret } from '../prompt.ts'
import { plain } from '../terminal.ts'
import { readToken } from '../token-text.ts'
import { parseTokenId } from '../tokens.ts'

type Explanation = paths['/api/v1/admin/tokens/explain']['post']['responses'][200]['content']['application/json']

const explain = command({
  name: 'explain',
  summary: 'Tell why a token is, or would be, refused',
  description:
    'Without an id, the token itself is asked for or read from standard input; then its secret is checked, too, which takes inventory:read. ' +
    'Ends with 1 if the token is refused.',
  arguments: { id: { isOptional: true, summary: 'its id, instead of the token' } },
  options: {
    permission: { value: 'permission', summary: 'that the call needs' },
    address: { value: 'address', summary: 'from where the call comes' },
  },
  async run(context, { id }, { permission, address }) {
    const question = { ...(permission && { permission }), ...(address && { address }) }
    const client = await context.client()
    const explanation = id
      ? await byId(client, parseTokenId(id), question)
      : await answerOf(
          client.POST('/api/v1/admin/tokens/explain', { body: { token: await readSubject(context), ...question } }),
        )
    context.print(explanation, () => describe(context, explanation))
    if (!explanation.accepted) process.exitCode = EXIT.refused
  },
})

async function readSubject({ terminal }: Context): Promise<string> {
  const text = await readSecret(terminal, 'Token')
  if (readToken(text) === undefined) throw new Failure('usage', 'That is not a token: mistyped, or cut off?')
  return text
}

/** One's own, or else, for whoever reads the inventory, anybody's. */
async function byId(client: RampClient, id: string, question: object): Promise<Explanation> {
  const own = answerOf(client.POST('/api/v1/tokens/{id}/explain', { params: { path: { id } }, body: question }))
  return own.catch(async (refusal: unknown) => {
    if (!(refusal instanceof ProblemError) || (refusal.status !== 404 && refusal.status !== 403)) throw refusal
    return answerOf(client.POST('/api/v1/admin/tokens/explain', { body: { token: id, ...question } }))
  })
}

function describe({ terminal }: Context, { accepted, rules }: Explanation): string {
  const lines = rules.map(({ rule, passed, detail, since, by }) => {
    const [mark, style] =
      passed === null ? (['–', 'dim'] as const) : passed ? (['✓', 'green'] as const) : (['✗', 'red'] as const)
    const more = [since && `since ${since}`, by && `by ${by}`].filter(Boolean).join(', ')
    return `${terminal.style(style, mark)} ${plain(`${rule.padEnd(26)}${detail}${more ? ` (${more})` : ''}`)}`
  })
  const verdict = accepted ? terminal.style('green', 'It is accepted.') : terminal.style('red', 'It is refused.')
  return [...lines, '', verdict].join('\n')
}

export const COMMANDS = [explain]
