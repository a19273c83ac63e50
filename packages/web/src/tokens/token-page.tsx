import { Anchor, Button, Group, Loader, Stack, Table, Text } from '@mantine/core'
import { ProblemError } from '@ramp/client'
import { useInfiniteQuery, useQuery } from '@tanstack/react-query'
import { getRouteApi, Link, useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import { ADMIN_PAGES } from '../app/admin-pages.ts'
import { announce } from '../app/announce.ts'
import { BackLink } from '../app/back-link.tsx'
import { BrokenPage } from '../app/broken-page.tsx'
import { Fact, Facts } from '../app/cards.tsx'
import { ConfirmDialog } from '../app/confirm-dialog.tsx'
import { Instant } from '../app/instant.tsx'
import { LoadingRows } from '../app/list-panel.tsx'
import { NotFoundPage } from '../app/not-found-page.tsx'
import { PageHeader } from '../app/page-header.tsx'
import { Section } from '../app/section.tsx'
import { useNow } from '../app/use-now.ts'
import { useAccount, useTokenPrefix } from '../session/use-account.ts'
import { Findings } from './findings.tsx'
import { LastUse } from './last-use.tsx'
import { Limits } from './limits.tsx'
import { QuestionForm } from './question-fields.tsx'
import { RotateTokenDialog } from './rotate-token-dialog.tsx'
import { displayId, type Token } from './token.ts'
import {
  activityQuery,
  historyQuery,
  type TokenEvent,
  type TokenView,
  tokenQuery,
  useExplain,
  useExplainOwn,
  useRevokeOne,
} from './token-detail-queries.ts'
import { Created, Expires, Status } from './token-facts.tsx'
import { TokenOwnerContext } from './token-owner.ts'
import { UsageChart } from './usage-chart.tsx'

const ownRoute = getRouteApi('/frame/_settings/tokens/$tokenId')
const anyRoute = getRouteApi('/frame/_admin/tokens/$tokenId')

/** `/_settings/tokens/<id>`: all there is to one of the own tokens. */
export function OwnTokenPage() {
  return <TokenPage view={{ id: ownRoute.useParams().tokenId, isAdmin: false }} />
}

/** `/_admin/tokens/<id>`: all there is to a token, whoever it belongs to. */
export function AnyTokenPage() {
  return <TokenPage view={{ id: anyRoute.useParams().tokenId, isAdmin: true }} />
}

function TokenPage({ view }: { readonly view: TokenView }) {
  const { data: token, error, refetch } = useQuery(tokenQuery(view))
  if (token !== undefined) return <Loaded key={view.id} view={view} token={token} />
  if (error instanceof ProblemError && (error.status === 404 || error.status === 400)) return <NotFoundPage />
  if (error) return <BrokenPage error={error} reset={refetch} />
  return <Loader mx="auto" my={80} display="block" aria-label="Loading" />
}

type AnyToken = Token & {
  readonly owner?: { readonly id: string; readonly kind: string; readonly username: string } | undefined
}

interface LoadedProps {
  readonly view: TokenView
  readonly token: AnyToken
}

function Loaded({ view, token }: LoadedProps) {
  const now = useNow()
  const mayRevoke = useAccount().permissions.includes('inventory:revoke') || !view.isAdmin
  const activity = useQuery(activityQuery(view))
  return (
    <>
      {view.isAdmin ? (
        <BackLink {...ADMIN_PAGES.tokens} />
      ) : (
        <BackLink to="/_settings/tokens" label="Personal Access Tokens" />
      )}
      <PageHeader
        title={token.name}
        description={
          <Text span inherit ff="monospace">
            {displayId(token, useTokenPrefix())}
          </Text>
        }
        action={
          <Group gap="sm">
            <Regenerate view={view} token={token} />
            {mayRevoke && token.status === 'active' && <Revoke view={view} token={token} />}
          </Group>
        }
      />
      <Stack gap="lg">
        <Settings token={token} now={now} />
        <Section title="Use" description="Calls and refusals of the last 90 days. Days are in UTC.">
          {activity.data ? <UsageChart days={activity.data.days} /> : <LoadingRows label="Loading use" />}
        </Section>
        <Section title="Addresses and clients" description="From where and by what it was used: the last 20.">
          {activity.data?.clients.length === 0 && <Text size="sm">It was never used.</Text>}
          {activity.data && activity.data.clients.length > 0 && (
            <Table.ScrollContainer minWidth={480} type="native" tabIndex={0}>
              <Table aria-label="Addresses and clients">
                <Table.Thead>
                  <Table.Tr>
                    <Table.Th scope="col">Address</Table.Th>
                    <Table.Th scope="col">Client</Table.Th>
                    <Table.Th scope="col">First seen</Table.Th>
                    <Table.Th scope="col">Last seen</Table.Th>
                  </Table.Tr>
                </Table.Thead>
                <Table.Tbody>
                  {activity.data.clients.map(({ address, client, firstSeenAt, lastSeenAt }) => (
                    <Table.Tr key={`${address} ${client}`}>
                      <Table.Td>{address}</Table.Td>
                      <Table.Td style={{ overflowWrap: 'anywhere' }}>{client ?? '–'}</Table.Td>
                      <Table.Td>
                        <Instant at={firstSeenAt} now={now} never="" />
                      </Table.Td>
                      <Table.Td>
                        <Instant at={lastSeenAt} now={now} never="" />
                      </Table.Td>
                    </Table.Tr>
                  ))}
                </Table.Tbody>
              </Table>
            </Table.ScrollContainer>
          )}
        </Section>
        {view.isAdmin ? <ExplainAny id={view.id} /> : <ExplainOwn id={view.id} />}
        <History view={view} now={now} />
      </Stack>
    </>
  )
}

function Settings({ token, now }: { readonly token: AnyToken; readonly now: number }) {
  const { owner, permissions, allowedAddresses } = token
  return (
    <Section title="Settings">
      <Facts>
        {owner && (
          <Fact label="Owner">
            <Owner owner={owner} />
          </Fact>
        )}
        <Fact label="Status">
          <Status token={token} now={now} />
        </Fact>
        <Fact label="Created">
          <Created token={token} now={now} />
        </Fact>
        <Fact label="Expires">
          <Expires token={token} now={now} />
        </Fact>
        <Fact label="Last used">
          <LastUse use={token} now={now} />
        </Fact>
        <Fact label="Permissions">
          <Limits to={permissions} none="All of its owner’s, as they are at each call" />
        </Fact>
        <Fact label="Allowed addresses">
          <Limits to={allowedAddresses} none="Any" />
        </Fact>
      </Facts>
    </Section>
  )
}

/** A link to the page of the account that a token belongs to. */
export function Owner({ owner: { id, kind, username } }: { readonly owner: NonNullable<AnyToken['owner']> }) {
  const to = kind === 'member' ? ADMIN_PAGES.members.to : ADMIN_PAGES.serviceAccounts.to
  return (
    <Anchor component={Link} to={`${to}/${id}`} size="sm">
      {username}
    </Anchor>
  )
}

/** The dialog stays when the token has ended, as it may by this: it still shows the new secret. */
function Regenerate({ view: { isAdmin }, token }: LoadedProps) {
  const [toRotate, setToRotate] = useState<Token>()
  const navigate = useNavigate()
  const { id, permissions } = useAccount()
  const isOwn = token.owner === undefined || token.owner.id === id
  const mayRotate = isOwn || (token.kind === 'service' && permissions.includes('service-accounts:write'))
  const owner = isOwn ? undefined : { serviceAccountId: token.owner.id, permissions: [], mayChange: mayRotate }
  const close = (replacement?: Token) => {
    setToRotate(undefined)
    if (replacement === undefined) return
    void navigate({
      to: isAdmin ? '/_admin/tokens/$tokenId' : '/_settings/tokens/$tokenId',
      params: { tokenId: replacement.id },
      // Whether to go without the secret was asked already.
      ignoreBlocker: true,
    })
  }
  return (
    <TokenOwnerContext value={owner}>
      {mayRotate && token.status === 'active' && (
        <Button variant="default" onClick={() => setToRotate(token)}>
          Regenerate
        </Button>
      )}
      <RotateTokenDialog token={toRotate} onClose={close} />
    </TokenOwnerContext>
  )
}

function Revoke({ view, token }: LoadedProps) {
  const [isAsking, setAsking] = useState(false)
  const revocation = useRevokeOne(view)
  const confirm = () =>
    revocation.mutate(undefined, {
      onSuccess: () => {
        announce(`“${token.name}” is revoked.`)
        setAsking(false)
      },
    })
  return (
    <>
      <Button color="red.9" onClick={() => setAsking(true)}>
        Revoke
      </Button>
      <ConfirmDialog
        isOpen={isAsking}
        title="Revoke token"
        confirmLabel="Revoke token"
        isDangerous
        isPending={revocation.isPending}
        error={revocation.error}
        onConfirm={confirm}
        onClose={() => setAsking(false)}
      >
        <Text size="sm">
          Whatever still uses “{token.name}” is refused from its next call on, everywhere. A revoked token cannot be
          brought back.
        </Text>
      </ConfirmDialog>
    </>
  )
}

const EXPLAIN = {
  title: 'Why is it refused?',
  description: 'Every rule in the order in which it is asked, for a call as it would be now.',
} as const

function ExplainAny({ id }: { readonly id: string }) {
  const { mutate, data, ...state } = useExplain()
  return (
    <Section {...EXPLAIN}>
      <QuestionForm submitLabel="Explain" {...state} onAsk={(question) => mutate({ token: id, ...question })} />
      {data && <Findings {...data} />}
    </Section>
  )
}

function ExplainOwn({ id }: { readonly id: string }) {
  const { mutate, data, ...state } = useExplainOwn(id)
  return (
    <Section {...EXPLAIN}>
      <QuestionForm submitLabel="Explain" {...state} onAsk={(question) => mutate(question)} />
      {data && <Findings {...data} />}
    </Section>
  )
}

const ACTIONS: Readonly<Record<string, string>> = {
  'token.created': 'Created',
  'token.changed': 'Changed',
  'token.rotated': 'Replaced by a new secret',
  'token.revoked': 'Revoked',
}

function History({ view, now }: { readonly view: TokenView; readonly now: number }) {
  const list = useInfiniteQuery(historyQuery(view))
  const events = list.data?.pages.flatMap(({ items }) => items) ?? []
  return (
    <Section title="History" description="What was done to it, and by whom.">
      {list.isPending && <LoadingRows label="Loading history" />}
      {list.isSuccess && events.length === 0 && <Text size="sm">Nothing is recorded.</Text>}
      <Stack gap="sm" component="ul" m={0} p={0} style={{ listStyle: 'none' }}>
        {events.map((event) => (
          <li key={event.id}>
            <Event event={event} now={now} />
          </li>
        ))}
      </Stack>
      {list.hasNextPage && (
        <Button variant="default" size="xs" loading={list.isFetchingNextPage} onClick={() => list.fetchNextPage()}>
          Load more
        </Button>
      )}
    </Section>
  )
}

function Event({ event: { at, action, by, address }, now }: { readonly event: TokenEvent; readonly now: number }) {
  return (
    <Group gap="sm" justify="space-between">
      <Text size="sm">
        {ACTIONS[action] ?? action}
        {by && ` by ${by.username}`}
        {address && ` from ${address}`}
      </Text>
      <Instant at={at} now={now} never="" />
    </Group>
  )
}
