import { Anchor, Paper, Text } from '@mantine/core'
import { Link } from '@tanstack/react-router'
import { messageOf } from '../api/problem-messages.ts'
import { announce } from '../app/announce.ts'
import { Cards } from '../app/cards.tsx'
import { findMembers } from '../app/find-members.ts'
import { Finder } from '../app/finder.tsx'
import { FormAlert } from '../app/form-alert.tsx'
import { Removable } from '../app/removable.tsx'
import { Section } from '../app/section.tsx'
import { useAccount } from '../session/use-account.ts'
import { type OpenServiceAccount, useEditServiceAccount } from './service-account-queries.ts'

interface MaintainersSectionProps {
  readonly account: OpenServiceAccount
  readonly mayChange: boolean
}

/** The people to ask about a service account. */
export function MaintainersSection({ account, mayChange }: MaintainersSectionProps) {
  const { id, name, maintainers, etag } = account
  const mayFind = useAccount().permissions.includes('members:read')
  const change = useEditServiceAccount(id)
  const ids = maintainers.map((maintainer) => maintainer.id)
  const save = (changed: string[], done: string) =>
    change.mutate({ maintainers: changed, etag }, { onSuccess: () => announce(done) })

  return (
    <Section
      title="Maintainers"
      description="The people to ask about it. It gives them no access, and the service account goes on without them."
    >
      <FormAlert message={change.error ? messageOf(change.error) : undefined} />
      {maintainers.length === 0 && <Text size="sm">Nobody is named.</Text>}
      {maintainers.length > 0 && (
        <Paper withBorder radius="md">
          <Cards label={`Maintainers of ${name}`}>
            {maintainers.map((maintainer) => (
              <Removable
                key={maintainer.id}
                name={maintainer.displayName}
                isBusy={change.isPending && change.variables.maintainers?.includes(maintainer.id) === false}
                onRemove={
                  mayChange
                    ? () =>
                        save(
                          ids.filter((other) => other !== maintainer.id),
                          `${maintainer.displayName} no longer maintains “${name}”.`,
                        )
                    : undefined
                }
              >
                <Anchor component={Link} to={`/_admin/ramp-tenant-members/${maintainer.id}`} size="sm" fw={600}>
                  {maintainer.displayName}
                </Anchor>
                <Text size="xs" c="dimmed">
                  {maintainer.username}
                  {maintainer.status === 'deactivated' && ', deactivated: name somebody else, too'}
                </Text>
              </Removable>
            ))}
          </Cards>
        </Paper>
      )}
      {mayChange && mayFind && (
        <Finder
          label="Add a maintainer"
          placeholder="Find by name, username or email"
          within="members"
          find={findMembers}
          isChosen={(candidate) => ids.includes(candidate)}
          busyId={change.isPending ? change.variables.maintainers?.at(-1) : undefined}
          onAdd={(candidate) => save([...ids, candidate.id], `${candidate.name} maintains “${name}” now.`)}
        />
      )}
    </Section>
  )
}
