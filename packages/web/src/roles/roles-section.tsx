import { Button, Stack, Text } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useRef } from 'react'
import { messageOf } from '../api/problem-messages.ts'
import { announce } from '../app/announce.ts'
import { FormAlert } from '../app/form-alert.tsx'
import { Section } from '../app/section.tsx'
import { useAccount } from '../session/use-account.ts'
import { GiveRole } from './give-role.tsx'
import { HeldRoles } from './held-roles.tsx'
import { type InheritedRole, InheritedRoles } from './inherited-roles.tsx'
import { RecommendedRoles } from './recommended-roles.tsx'
import { catalogueQuery, type RoleHolder, useRoleChange } from './role-queries.ts'

interface RolesSectionProps {
  readonly holder: RoleHolder
  /** Given directly. */
  readonly roles: readonly string[]
  /** What comes through groups. */
  readonly inherited?: readonly InheritedRole[]
  readonly isMachine?: boolean
}

/** The roles of one account or group: what each is, where it comes from, taking one away, giving another. */
export function RolesSection({ holder, roles, inherited = [], isMachine = false }: RolesSectionProps) {
  const { permissions } = useAccount()
  const mayGrant = permissions.includes('roles:grant')
  const catalogue = useQuery({ ...catalogueQuery, enabled: permissions.includes('roles:read') })
  const change = useRoleChange(holder)
  const list = useRef<HTMLDivElement>(null)

  // The button that was pressed may have left with what it did.
  const keepFocus = () =>
    setTimeout(() => {
      if (document.activeElement === document.body) list.current?.focus()
    }, 50)
  const give = (given: readonly string[]) =>
    change.mutate(
      { roles: given, action: 'give' },
      {
        onSuccess: () => {
          announce(`${holder.name} has ${given.join(' and ')} now.`)
          keepFocus()
        },
      },
    )
  const take = (role: string) =>
    change.mutate(
      { roles: [role], action: 'take' },
      {
        onSuccess: () => {
          announce(`${holder.name} no longer has ${role}.`)
          keepFocus()
        },
      },
    )

  return (
    <Section
      title="Roles"
      description={
        holder.type === 'groups'
          ? 'Everybody in the group, and in the groups in it, has them. A role given or taken counts from the next call on.'
          : 'A role given or taken counts from the next call on, for every token.'
      }
    >
      <FormAlert message={change.error ? messageOf(change.error) : undefined} />
      <div ref={list} tabIndex={-1} style={{ outline: 'none' }}>
        <HeldRoles
          roles={roles}
          holderName={holder.name}
          catalogue={catalogue.data}
          onTake={mayGrant ? take : undefined}
          busyRole={change.isPending && change.variables.action === 'take' ? change.variables.roles[0] : undefined}
        />
      </div>
      <InheritedRoles roles={inherited} holderName={holder.name} catalogue={catalogue.data} />
      {catalogue.isError && (
        <Stack gap="xs" align="flex-start">
          <FormAlert message={`The catalogue of roles could not be read. ${messageOf(catalogue.error)}`} />
          <Button size="xs" variant="default" onClick={() => catalogue.refetch()}>
            Try again
          </Button>
        </Stack>
      )}
      {mayGrant && catalogue.data && (
        <>
          <GiveRole
            roles={catalogue.data.filter(({ name }) => !roles.includes(name))}
            isPending={change.isPending && change.variables.action === 'give'}
            onGive={(role) => give([role])}
          />
          {isMachine && (
            <RecommendedRoles catalogue={catalogue.data} held={roles} isPending={change.isPending} onGive={give} />
          )}
        </>
      )}
      {!mayGrant && (
        <Text size="sm" c="dimmed">
          Changing roles takes the permission roles:grant, which you do not hold.
        </Text>
      )}
    </Section>
  )
}
