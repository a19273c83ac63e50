import { Anchor, Badge, Button, Group, Paper, Stack, Text } from '@mantine/core'
import { useInfiniteQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { messageOf } from '../api/problem-messages.ts'
import { announce, announceFailure } from '../app/announce.ts'
import { Card, Cards } from '../app/cards.tsx'
import { FormAlert } from '../app/form-alert.tsx'
import { LoadingRows } from '../app/list-panel.tsx'
import { useAccount } from '../session/use-account.ts'
import { type Holder, holdersQuery } from './role-holder-queries.ts'
import { type RoleHolder, useRoleChange } from './role-queries.ts'

const PLACES = {
  member: { type: 'members', path: '/_admin/ramp-tenant-members', noun: 'Member' },
  service_account: { type: 'service-accounts', path: '/_admin/service-accounts', noun: 'Service account' },
  group: { type: 'groups', path: '/_admin/groups', noun: 'Group' },
} as const satisfies Record<Holder['type'], { type: RoleHolder['type']; path: string; noun: string }>

/** Who has a role: directly, where it can be taken away, or through groups. */
export function RoleHolders({ role }: { readonly role: string }) {
  const list = useInfiniteQuery(holdersQuery(role))
  const holders = list.data?.pages.flatMap(({ items }) => items) ?? []
  if (list.error) return <FormAlert message={messageOf(list.error)} />
  if (list.isPending) return <LoadingRows label={`Loading who has ${role}`} />
  if (holders.length === 0) return <Text size="sm">Nobody has it.</Text>
  return (
    <Stack gap="sm">
      <Paper withBorder radius="md">
        <Cards label={`Who has ${role}`}>
          {holders.map((holder) => (
            <HolderCard key={holder.id} role={role} holder={holder} />
          ))}
        </Cards>
      </Paper>
      {list.hasNextPage && (
        <Group>
          <Button size="xs" variant="default" loading={list.isFetchingNextPage} onClick={() => list.fetchNextPage()}>
            Load more
          </Button>
        </Group>
      )}
    </Stack>
  )
}

function HolderCard({ role, holder }: { readonly role: string; readonly holder: Holder }) {
  const { id, type, name, displayName, status, through } = holder
  const { noun, path, type: places } = PLACES[type]
  const mayGrant = useAccount().permissions.includes('roles:grant')
  const change = useRoleChange({ type: places, id, name: displayName })
  const take = () =>
    change.mutate(
      { roles: [role], action: 'take' },
      {
        onSuccess: () => announce(`${displayName} no longer has ${role}.`),
        onError: (error) => announceFailure(`${displayName} still has ${role}`, error),
      },
    )
  return (
    <Card>
      <Group justify="space-between" gap="sm">
        <div style={{ flex: '1 1 10rem' }}>
          <Group gap="xs">
            <Anchor component={Link} to={`${path}/${id}`} size="sm" fw={600}>
              {displayName}
            </Anchor>
            {status === 'deactivated' && (
              <Badge variant="default" tt="none" fw={500}>
                Deactivated
              </Badge>
            )}
          </Group>
          <Text size="xs" c="dimmed">
            {noun}
            {name !== displayName && `, ${name}`}
          </Text>
          <Text size="sm">{through.length === 0 ? 'Given directly' : `Through ${through.join(' → ')}`}</Text>
        </div>
        {mayGrant && through.length === 0 && (
          <Button
            size="xs"
            variant="default"
            aria-label={`Take away ${role} from ${displayName}`}
            loading={change.isPending}
            onClick={take}
          >
            Take away
          </Button>
        )}
      </Group>
    </Card>
  )
}
