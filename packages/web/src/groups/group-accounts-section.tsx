import { Anchor, Button, Paper, Group as Row, Text } from '@mantine/core'
import { useInfiniteQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { messageOf } from '../api/problem-messages.ts'
import { announce } from '../app/announce.ts'
import { Cards } from '../app/cards.tsx'
import { type Candidate, Finder } from '../app/finder.tsx'
import { FormAlert } from '../app/form-alert.tsx'
import { LoadingRows } from '../app/list-panel.tsx'
import { Removable } from '../app/removable.tsx'
import { Section } from '../app/section.tsx'
import { useAccount } from '../session/use-account.ts'
import { accountPath, findAccounts } from './find-accounts.ts'
import { type Group, type GroupAccount, groupAccountsQuery, useMembershipChange } from './group-queries.ts'

interface GroupAccountsSectionProps {
  readonly group: Group
  readonly mayChange: boolean
}

/** The people and service accounts that are in a group themselves. */
export function GroupAccountsSection({ group: { id, name }, mayChange }: GroupAccountsSectionProps) {
  const { permissions } = useAccount()
  const list = useInfiniteQuery(groupAccountsQuery(id))
  const change = useMembershipChange(id)
  const accounts = list.data?.pages.flatMap(({ items }) => items) ?? []
  const busy = change.isPending ? change.variables : undefined
  const add = (account: Candidate) =>
    change.mutate(
      { part: account.id, action: 'add' },
      { onSuccess: () => announce(`${account.name} is in “${name}” now.`) },
    )
  const remove = (account: GroupAccount) =>
    change.mutate(
      { part: account.id, action: 'remove' },
      { onSuccess: () => announce(`${account.displayName} is no longer in “${name}”.`) },
    )

  return (
    <Section
      title="Members"
      description="People and service accounts in this group itself. Whoever joins has its roles from the next call on; whoever leaves loses them."
    >
      <FormAlert message={change.error ? messageOf(change.error) : undefined} />
      <FormAlert message={list.error ? messageOf(list.error) : undefined} />
      {list.isPending && <LoadingRows label="Loading members" />}
      {list.isSuccess && accounts.length === 0 && <Text size="sm">Nobody is in it directly.</Text>}
      {accounts.length > 0 && (
        <Paper withBorder radius="md">
          <Cards label={`Members of ${name}`}>
            {accounts.map((account) => (
              <Removable
                key={account.id}
                name={account.displayName}
                onRemove={mayChange ? () => remove(account) : undefined}
                isBusy={busy?.action === 'remove' && busy.part === account.id}
              >
                <Anchor component={Link} to={accountPath(account)} size="sm" fw={600}>
                  {account.displayName}
                </Anchor>
                <Text size="xs" c="dimmed">
                  {account.kind === 'member' ? account.username : 'Service account'}
                </Text>
              </Removable>
            ))}
          </Cards>
        </Paper>
      )}
      {list.hasNextPage && (
        <Row>
          <Button variant="default" loading={list.isFetchingNextPage} onClick={() => list.fetchNextPage()}>
            Load more members
          </Button>
        </Row>
      )}
      {mayChange && (
        <Finder
          label="Add a member"
          placeholder="Find by name, username or email"
          within="accounts"
          find={(text, signal) => findAccounts(text, permissions, signal)}
          isChosen={(candidate) => accounts.some((account) => account.id === candidate)}
          busyId={busy?.action === 'add' ? busy.part : undefined}
          onAdd={add}
        />
      )}
    </Section>
  )
}
